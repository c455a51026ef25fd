"""Live blogs whose page updates itself with an `amp-live-list`.

The list says what data for search engines does not: ids that never change, edits, and deletions as tombstones. Owns
when a page is recognised by it, and what is made of it; the list is read by `feeds.liveblogs.amplist`, the posts in it
by `feeds.liveblogs.postmarkup`. What JSON-LD on the same page adds (the headline, authors, dates) is joined by
`feeds.schemaorg.pagejoin`.

A page is asked for whole. The contract's parameter `amp_latest_update_time` would bring newer items only, from servers
that know it; then nothing could be said about what is missing, and no answer be the same as the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from msgspec.structs import replace

from feeds import paging, text
from feeds.document import Document
from feeds.errors import ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.liveblogs import amplist, postmarkup
from feeds.liveblogs.amplist import AmpList, Item
from feeds.model import Batch, Extent, Post
from feeds.schemaorg import linkeddata, liveblog, livepage, pagejoin
from feeds.schemaorg.linkeddata import Graph, Node
from feeds.schemaorg.liveblog import TYPE, UPDATES, Found
from feeds.schemaorg.livepage import ACCEPT, Page
from feeds.schemaorg.livepost import KEY_EVENT, PINNED
from feeds.sniff import Form

if TYPE_CHECKING:
    from lxml.etree import _Element

_MARKS = tuple("amp-live-list".encode(code) for code in ("ascii", "utf-16-le"))
_LEAST = 2
"""Posts a list must hold for its page to be recognised."""
_WORDS = 60
"""Characters of a text that make an item a post rather than a thing on a shelf."""
_PARAMETER = "amp_latest_update_time"
_MAX_INTRO = 20
_MAX_KEY_POINTS = 30


class Amp:
    """The adapter for pages with an `amp-live-list`."""

    name = "amp"

    def claim(self, url: str) -> Confidence:
        """Say nothing: an address does not tell what its page holds; see `flow.Adapter`."""
        return Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether a page has a list of posts; see `flow.Adapter`.

        Shops have such lists as well: a post has an id, a time by which it is placed, and words enough or a time of
        its own. One post alone may be a headline.
        """
        try:
            if not livepage.holds(response, _MARKS, Form.HTML):
                return Confidence.NO
            tree, _ = livepage.load(response)
            found = amplist.find(tree)
        except ParseError:
            return Confidence.NO
        items = [item for item in found.items if item.placed and not item.withdrawn] if found else []
        posts = sum(_is_post(item) for item in items)
        return Confidence.LIKELY if posts >= _LEAST and posts * 2 > len(items) else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the list: one conditional request; see `flow.Adapter`."""
        return _read((yield Request(visit.url, headers=(("accept", ACCEPT),), conditional=True)), visit)

    def older(self, visit: Visit) -> Flow[Batch]:
        """Read the page to which the list's own slot for pages led; see `flow.Pages`."""
        return _read((yield Request(paging.address(visit), headers=(("accept", ACCEPT),))), visit)


def _read(response: Response, visit: Visit) -> Batch:
    """Read a page with an `amp-live-list`. Raises `ParseError`."""
    from feeds import html

    tree, page = livepage.load(response)
    found = amplist.find(tree, visit.now)
    if found is None:
        raise livepage.not_a_blog(page, "no amp-live-list")
    described = liveblog.choose(page, *linkeddata.load(linkeddata.scripts(tree), (TYPE, UPDATES)))
    nodes = [_node(item, page) for item in found.items if not item.withdrawn]
    nodes = _joined(nodes, [item for item in found.items if not item.withdrawn], described)
    _mark_key_events(nodes, found, tree)
    blog = Found(
        page=replace(page, interval=found.interval or page.interval, amp=True),
        graph=described.graph if described.blog else Graph(()),
        blog=described.blog,
        updates=tuple(nodes),
        repairs=described.repairs,
    )
    batch = liveblog.batch(
        blog, visit.cursor, visit.now, live=False if found.disabled else None, intro=_intro(found, page)
    )
    stones = tuple(Post(item.key, withdrawn=True) for item in found.items if item.withdrawn)
    listed = {post.key for post in batch.posts}
    posts = (*batch.posts, *(stone for stone in stones if stone.key not in listed))
    return replace(
        batch,
        posts=posts,
        extent=Extent.DELTA if _is_delta(response) else batch.extent,
        older=paging.place(visit, response, text.url(found.older, page.base) or "" if found.older else ""),
        cut=page.cut,
        problems=(*batch.problems, html.CUT) if page.cut else batch.problems,
    )


def _is_post(item: Item) -> bool:
    words = postmarkup.words(item.element)
    return len(words) >= _WORDS or next(postmarkup.times(item.element), None) is not None


def _is_delta(response: Response) -> bool:
    """Say whether an answer was asked for as what is newer than a time."""
    return any(_PARAMETER in parse_qs(url.partition("?")[2][:4_000]) for url in (response.url, response.request))


def _node(item: Item, page: Page) -> dict[str, object]:
    """Return an item as a node: what it says to its readers, and what its attributes say."""
    node = postmarkup.node(item.element, page, item.key)
    if item.placed is not None:
        node.setdefault("datePublished", item.placed.isoformat())
    if item.changed is not None and item.changed != item.placed:
        shown = next(postmarkup.times(item.element), None)
        if shown is None or item.changed > shown:
            node["dateModified"] = item.changed.isoformat()
    if item.pinned:
        node[PINNED] = True
    return node


def _joined(nodes: list[dict[str, object]], items: list[Item], described: Found) -> list[dict[str, object]]:
    """Return the posts with what JSON-LD of the same page adds to them.

    The list's own ids, times and texts stand, except that a text whose beginning and end the data tells is read from
    the place where it stands, without what is around it.
    """
    updates = described.updates
    marks = [replace(pagejoin.mark(item.element), name=item.key) for item in items]
    says = [pagejoin.said(update) for update in updates]
    out = list(nodes)
    pairs = pagejoin.paired(updates, says, marks)
    joined = pagejoin.is_most(pairs, nodes)
    for index, place in pairs.items():
        told = pagejoin.enriched(updates[index], says[index], marks[place]) if joined else dict(updates[index])
        out[place] = _merged(nodes[place], told, items[place], joined=joined)
    return out


def _merged(node: Node, told: dict[str, object], item: Item, *, joined: bool) -> dict[str, object]:
    """Return a post with what data says of it; its text and date from there only where that is so for nearly all."""
    out = {**told, **{name: value for name, value in node.items() if value not in ("", None)}}
    for name in ("headline", "author", *(("articleBody",) if joined else ())):
        if told.get(name):
            out[name] = told[name]
    if joined and told.get("datePublished") and next(postmarkup.times(item.element), None) is None:
        out["datePublished"] = told["datePublished"]
    if "dateModified" not in node:
        out.pop("dateModified", None)
    return out


def _mark_key_events(nodes: list[dict[str, object]], found: AmpList, tree: _Element) -> None:
    """Mark the posts to which a list of key points on the page links."""
    names = {str(item.element.get("id") or ""): item.key for item in found.items}
    linked: set[str] = set()
    for box in tree.iter("aside", "section", "div", "ul", "nav"):
        if "key" in (words := postmarkup.class_words(box)) and words & {
            "points",
            "events",
            "moments",
            "point",
            "event",
        }:
            for link in list(box.iter("a"))[:_MAX_KEY_POINTS]:
                name = str(link.get("href") or "").partition("#")[2]
                if name in names and link not in _inside(found, name):
                    linked.add(names[name])
    for node in nodes:
        if node.get("@id") in linked:
            node[KEY_EVENT] = True


def _inside(found: AmpList, name: str) -> set[_Element]:
    """Return the links in a post itself: every post links to itself."""
    return {link for item in found.items if item.element.get("id") == name for link in item.element.iter("a")}


def _intro(found: AmpList, page: Page) -> Document:
    from feeds import html

    markup = "".join(f"<div>{postmarkup.markup(each)}</div>" for each in found.intro[:_MAX_INTRO])
    return html.document(markup, page.base)
