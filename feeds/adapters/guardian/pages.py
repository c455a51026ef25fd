"""The blocks of a Guardian live blog as they stand in a page, as posts.

Owns the markup: pages of the site, old and new, answers that hold blocks ready to be put into one, and pages of the
mobile apps, which state times as clocks and turn the list round once a blog is closed. Blocks as data are read by
`feeds.adapters.guardian.blocks`; what the page says of the blog itself is read by the adapter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct
from msgspec.structs import replace

from feeds import dates, text
from feeds.adapters.guardian import blocks as guardianblocks
from feeds.liveblogs import fragments
from feeds.model import Post
from feeds.schemaorg import linkeddata
from feeds.schemaorg.linkeddata import Node

if TYPE_CHECKING:
    from lxml.etree import _Element


MAX_ISLAND = 2_000_000
"""Characters read of an island's data."""

_ID = re.compile(r"block-[0-9a-f]{24}")
_WITH = re.compile(r"with:(block-[0-9a-f]{24})", re.IGNORECASE)
_ASIDE_NAMES = """
    block__time block__updated block__title block__byline block__share block__meta element-placeholder__button
    block-time block-title block-share updated-time
"""
_ASIDE = frozenset(_ASIDE_NAMES.split())
"""What stands in a block beside its text."""
_IMPORTANT = frozenset({"block--live-key-event", "block--live-summary", "is-key-event", "is-summary"})
_TITLES = ("block__title", "block-title")
_UPDATED = re.compile(r"\s*(?:last )?updated\b:?\s*(?:at\s+)?", re.IGNORECASE)
_CLOCK = re.compile(r"\s*([01]?[0-9]|2[0-3])[:.]([0-5][0-9])\s*")
_OFFSET = re.compile(r"\bGMT\s?(?:([+-])([0-9]{1,2})(?::?([0-9]{2}))?)?(?![0-9])")
_LABELS = frozenset({"key event", "summary", "pinned", "live", "updated"})
_BEFORE = timedelta(hours=6)
"""How long before it was made a block may be dated: editors re-date the first one."""


class Place(Struct, frozen=True):
    """What the blocks of a page stand in."""

    page: str
    """The address of the blog."""
    zone: tzinfo = UTC
    """The zone of clocks."""
    key_events: frozenset[str] = frozenset()
    """Ids of blocks that the page lists as important."""
    pinned: str = ""
    """Id of the block that is kept on top."""
    language: str | None = None


def blocks(tree: _Element) -> list[_Element]:
    """Return the blocks of a page in their order, each once; one inside another is a part of it."""
    found: dict[str, _Element] = {}
    for element in tree.iter("article", "div"):
        name = str(element.get("id") or "")
        if _ID.fullmatch(name) and "block" in fragments.classes(element):
            if any(str(outer.get("id") or "") in found for outer in element.iterancestors()):
                continue
            found.setdefault(name, element)
            if len(found) >= guardianblocks.MAX_BLOCKS:
                break
    return list(found.values())


def is_timed(block: _Element) -> bool:
    """Say whether a block states a time as the Guardian's do: others write pages with ids like theirs."""
    return any(each.tag == "time" or "block__time" in fragments.classes(each) for each in block.iter())


def place(tree: _Element, found: list[_Element], page: str, language: str | None) -> tuple[Place, dict[str, Node]]:
    """Return what the blocks of a page stand in, and those that the page also describes as data, by their ids."""
    described: dict[str, Node] = {}
    for block in _described(tree):
        described.setdefault(guardianblocks.key(block.get("id")), block)
    pinned = next((name for name, block in described.items() if guardianblocks.is_pinned(block)), "")
    top = _pinned(tree)
    return (
        Place(
            page=page,
            zone=_zone(found, tree),
            key_events=frozenset(name for name, block in described.items() if guardianblocks.is_key_event(block)),
            pinned=pinned or (_named(top) if top is not None else ""),
            language=language,
        ),
        described,
    )


def posts(tree: _Element, page: str, language: str | None) -> list[Post]:
    """Return the blocks of a page as posts, in the order of the page.

    The one that is pinned stands in its place where that is on this page, else first.
    """
    found = blocks(tree)
    where, described = place(tree, found, page, language)
    read = [post(element, where) for element in found]
    if where.pinned and all(each.key != where.pinned for each in read):
        if where.pinned in described:
            read.insert(0, replace(guardianblocks.post(described[where.pinned], page, language), pinned=True))
        elif (top := _pinned(tree)) is not None:
            read.insert(0, replace(post(top, where), key=where.pinned, pinned=True))
    return read


def older(tree: _Element) -> str:
    """Return the id of a block on the next older page, as the page's own link names it; empty where there is none."""
    for link in tree.iter("a"):
        reference = str(link.get("href") or "")
        named = _WITH.search(reference)
        if named and "#" not in reference and " ".join(fragments.words(link).split()).lower() in ("next", "older"):
            return guardianblocks.key(named[1].lower())
    return ""


def _described(tree: _Element) -> Iterator[Node]:
    """Yield the blocks that the page's islands describe as data: its key events, of whatever page of the blog."""
    for island in tree.iter("gu-island"):
        if not str(island.get("name") or "").startswith("KeyEvents"):
            continue
        for block in linkeddata.many(_data(island).get("keyEvents"))[: guardianblocks.MAX_BLOCKS]:
            if isinstance(block, dict):
                yield block


def _data(island: _Element) -> Node:
    """Return the data of an island, empty where it cannot be read."""
    written = str(island.get("props") or "")
    if len(written) > MAX_ISLAND:
        return {}
    try:
        data = json.loads(written)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _pinned(tree: _Element) -> _Element | None:
    """Return the block that the page shows on top, which has no id there."""
    for element in tree.iter("div"):
        if element.get("id") == "pinned-post":
            return next(iter(element.iter("article")), None)
    return None


def _named(pinned: _Element) -> str:
    """Return the id of the block on top: its time leads to it in its place."""
    references = (_WITH.search(str(link.get("href") or "")) for link in pinned.iter("a"))
    return next((guardianblocks.key(found[1].lower()) for found in references if found), "")


# ------------------------------------------------------------------ one block


def post(element: _Element, where: Place) -> Post:
    """Return a block as a post."""
    from feeds import html

    name = guardianblocks.key(str(element.get("id") or ""))
    title = _title(element)
    aside = {each for each in element.iter() if _ASIDE & fragments.classes(each)}
    aside |= {each for each in element if each.tag in ("header", "footer")}
    if title is not None:
        aside.add(title)
    written = fragments.markup(_body(element), aside, _instead)
    published, updated = _times(element, name, where.zone)
    own = fragments.classes(element)
    return Post(
        key=name,
        url=guardianblocks.address(where.page, name),
        title=html.title(fragments.words(title)) if title is not None else "",
        authors=tuple(dict.fromkeys(_authors(element))),
        published=published,
        updated=guardianblocks.later(updated, published),
        body=html.document(guardianblocks.links(written), where.page),
        language=where.language,
        key_event=name in where.key_events or bool(own & _IMPORTANT),
        pinned=bool(name) and name == where.pinned,
    )


def _body(element: _Element) -> _Element:
    return next((each for each in element.iter("div") if "block__body" in fragments.classes(each)), element)


def _title(element: _Element) -> _Element | None:
    """Return the headline of a block: the one in its header, or the one that is marked as such. Others are text."""
    for heading in element.iter("h2"):
        parent = heading.getparent()
        if any(name in fragments.classes(heading) for name in _TITLES):
            return heading
        if parent is not None and parent.tag == "header":
            return heading
    return None


def _authors(element: _Element) -> Iterator[str]:
    """Yield who signed a block: beside a portrait in its header, or in its byline."""
    for header in element.iter("header"):
        timed = {each for link in header.iter("a", "h2", "time") for each in link.iter()}
        for span in header.iter("span"):
            name = text.line(fragments.words(span))
            signed = span not in timed and 1 < len(name) <= 80 and not re.search("[0-9]", name)
            if signed and name.lower() not in _LABELS:
                yield name
        break
    for paragraph in element.iter("p"):
        if "block__author" in fragments.classes(paragraph) and (name := text.line(fragments.words(paragraph))):
            yield name[:200]


def _instead(element: _Element) -> str | None:
    """Return what stands in the place of a player that the page's script would make."""
    if element.tag != "gu-island":
        return None
    kind = str(element.get("name") or "")
    data = _data(element)
    inner = data.get("element")
    described = inner if isinstance(inner, dict) else data
    if "youtube" in kind.lower() or not fragments.words(element).strip():
        return guardianblocks.element({"_type": kind.removesuffix("Component"), **described}) or None
    return None


# ------------------------------------------------------------------ times


def _times(element: _Element, name: str, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """Return when a block was published and when it was edited last."""
    published = updated = ""
    for time in element.iter("time"):
        stamp = str(time.get("datetime") or "")
        if _is_edit(time):
            updated = updated or stamp
        else:
            published = published or stamp
    if published or updated:
        return dates.parse(published), dates.parse(updated)
    for line in element.iter("p"):
        names = fragments.classes(line)
        if "block__time" in names:
            published = published or str(line.get("title") or "") or fragments.words(line)
        elif "block__updated" in names:
            updated = updated or _UPDATED.sub("", fragments.words(line), count=1)
    edited = dates.parse(updated)
    shown = dates.parse(published) or _clock(published, _made(name), zone)
    return shown, edited or _clock(updated, shown, zone, least=timedelta(0))


def _is_edit(time: _Element) -> bool:
    """Say whether a time is that of the last edit."""
    around = time.getparent()
    if around is not None and "updated-time" in fragments.classes(around):
        return True
    return any(_UPDATED.match(each) for each in (fragments.words(time), str(time.get("title") or "")))


def _made(name: str) -> datetime | None:
    """Return when a block was made: the first eight digits of its id are that second (BSON ObjectId)."""
    return datetime.fromtimestamp(int(name[:8], 16), UTC) if re.fullmatch("[0-9a-f]{24}", name) else None


def _clock(written: str, after: datetime | None, zone: tzinfo, least: timedelta = -_BEFORE) -> datetime | None:
    """Return the first moment at which a clock in a zone shows a time of day, from `least` after `after` on."""
    found = _CLOCK.fullmatch(written)
    if found is None or after is None:
        return None
    try:
        start = (after + least).astimezone(zone).replace(second=0, microsecond=0)
        when = start.replace(hour=int(found[1]), minute=int(found[2]))
        return (when if when >= start else when + timedelta(days=1)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _zone(found: list[_Element], tree: _Element) -> tzinfo:
    """Return the zone of the clocks of an app's page: that of a date it states, else that of London."""
    for element in (*found, tree):
        for line in element.iter("p", "div", "span"):
            if line.text and len(line.text) < 200 and (offset := _OFFSET.search(str(line.text))):
                minutes = int(offset[2] or 0) * 60 + int(offset[3] or 0)
                if minutes <= 14 * 60:
                    return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    try:
        return ZoneInfo("Europe/London")
    except (ZoneInfoNotFoundError, OSError):
        return UTC
