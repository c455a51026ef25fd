"""Live blogs that describe themselves as a schema.org LiveBlogPosting in the attributes of their page.

Owns when a page is recognised by its microdata or RDFa, and what is made of a container that is typed while its posts
are not. The attributes become the nodes JSON-LD would give (`schemaorg.itemscopes`), and are read by the same modules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec.structs import replace

from feeds.errors import ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.liveblogs import clocktimes, postmarkup
from feeds.model import Batch
from feeds.schemaorg import itemscopes, linkeddata, liveblog, livepage, livepost, pagejoin
from feeds.schemaorg.itemscopes import Items
from feeds.schemaorg.linkeddata import Graph, Node
from feeds.schemaorg.liveblog import TYPE, UPDATES, Found
from feeds.schemaorg.livepage import ACCEPT, Page
from feeds.sniff import Form

if TYPE_CHECKING:
    from lxml.etree import _Element

_MARKS = tuple(TYPE.encode(code) for code in ("ascii", "utf-16-le"))
_LEAST = 2
"""Elements with ids in a typed container that make it a list of posts."""
_LEVELS = 3
_EVENTS = ("SportsEvent", "Event", "BroadcastEvent")


class Microdata:
    """The adapter for LiveBlogPosting in microdata and RDFa."""

    name = "microdata"

    def claim(self, url: str) -> Confidence:
        """Say nothing: an address does not tell what its page describes; see `flow.Adapter`."""
        return Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether a page describes a live blog; see `flow.Adapter`.

        It does if it holds an update, or begins later than the answer was given. A type alone says nothing.
        """
        try:
            if not livepage.holds(response, _MARKS, Form.HTML):
                return Confidence.NO
            found = _find(*livepage.load(response), joined=False)
        except ParseError:
            return Confidence.NO
        if found.blog is not None and (
            found.updates or liveblog.begins_later(found, livepost.date(response.header("date"), UTC))
        ):
            return Confidence.LIKELY
        return Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the live blog: one conditional request; see `flow.Adapter`."""
        response = yield Request(visit.url, headers=(("accept", ACCEPT),), conditional=True)
        return read(response, visit.cursor, visit.now)


def read(response: Response, cursor: Mapping[str, object], now: datetime | None = None) -> Batch:
    """Read a page whose attributes describe a live blog. Raises `ParseError`."""
    from feeds import html

    tree, page = livepage.load(response)
    found = _find(tree, page)
    if found.blog is None:
        raise livepage.not_a_blog(page, f"no schema.org {TYPE} in its attributes")
    batch = liveblog.batch(found, cursor, now)
    return replace(batch, cut=True, problems=(*batch.problems, html.CUT)) if page.cut else batch


def _find(tree: _Element, page: Page, *, joined: bool = True) -> Found:
    """Return the live blog of a page; its updates with what the page shows of them, unless not to be `joined`."""
    items = itemscopes.read(tree)
    found = liveblog.choose(page, Graph(items.nodes))
    if found.blog is None:
        return found
    if found.updates:
        if not joined:
            return found
        return replace(found, updates=tuple(_update(update, items, page) for update in found.updates))
    listed = _loose_values(found) or _untyped(items, page)
    if not listed:
        return found
    return replace(found, updates=tuple(_dated(listed, found, tree)))


def _update(update: Node, items: Items, page: Page) -> Node:
    """Return an update with the id of its element, where it states none, and its text as the page shows it."""
    element = items.place(update)
    if element is None:
        return update
    out = dict(update)
    name = str(element.get("id") or "").strip()
    if not linkeddata.address(out.get("url")):
        stated = linkeddata.string(out.get("@id"))
        if stated.startswith("#"):
            out["url"] = page.fragment(stated[1:])
        elif name and not stated:
            out.update({"@id": name, "url": page.fragment(name)})
    return pagejoin.enriched(out, pagejoin.said(out), pagejoin.mark(element))


def _loose_values(found: Found) -> list[tuple[dict[str, object], _Element | None]]:
    """Return updates that are mere texts: marked as such, and described no further."""
    values = linkeddata.many(found.blog.get(UPDATES)) if found.blog else []
    return [({"articleBody": value}, None) for value in values if isinstance(value, str) and value.strip()]


def _untyped(items: Items, page: Page) -> list[tuple[dict[str, object], _Element | None]]:
    """Return the posts of a container that is typed while they are not: its children with ids."""
    best: list[_Element] = []
    for _, container in items.of_type(TYPE):
        waiting: list[_Element] = [container]
        for _ in range(_LEVELS):
            rows = [[each for each in here if str(each.get("id") or "").strip()] for here in waiting]
            row = max(rows, key=len, default=[])
            if len(row) >= _LEAST:
                best = max(best, row, key=len)
                break
            waiting = [child for here in waiting for child in here][:200]
    shown = [each for each in best if postmarkup.words(each)]
    return [(postmarkup.node(each, page), each) for each in shown]


def _dated(
    listed: Sequence[tuple[dict[str, object], _Element | None]], found: Found, tree: _Element
) -> Iterable[dict[str, object]]:
    """Yield posts that say a time of day only with a date: that of the event the page is about, in its zone."""
    nodes = [node for node, _ in listed]
    clocks = [None if element is None else postmarkup.clock(element) for _, element in listed]
    zone = liveblog.zone(found) or clocktimes.zone_of(urlsplit(found.page.addresses[0]).netloc)
    day = _day(found, tree) if any(clocks) and not any("datePublished" in node for node in nodes) else None
    if day is not None and zone is not None:
        for node, when in zip(nodes, clocktimes.moments(clocks, day.date(), zone), strict=True):
            if when is not None:
                node["datePublished"] = when.isoformat()
    return nodes


def _day(found: Found, tree: _Element) -> datetime | None:
    """Return the day of a live blog: the start it states, else that of an event described elsewhere in the page."""
    graph, _, _ = linkeddata.load(linkeddata.scripts(tree), _EVENTS)
    starts = [*found.stated("coverageStartTime", "datePublished")]
    for node in (*found.graph.nodes, *graph.nodes):
        if linkeddata.types(node).intersection(_EVENTS):
            starts.append(node.get("startDate"))
    return next((day for written in starts if (day := livepost.date(linkeddata.string(written)[:10], UTC))), None)
