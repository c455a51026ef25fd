"""Where the posts of a BBC live page are in an answer, and what the answer says of the page.

Owns the ways in which data is put into pages: payloads of Morph (to about 2021), `__NEXT_DATA__` (World Service) and
`window.__INITIAL_DATA__` (News, Sport), and answers that are such data alone. Their outer shape changes
with every redesign, so posts are recognised by themselves, wherever they are. One post is read by `bbc.posts`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from feeds.adapters.bbc import posts as bbcposts
from feeds.errors import ParseError
from feeds.schemaorg import jsonrepair, linkeddata
from feeds.schemaorg.linkeddata import Graph, Node

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_SCRIPTS = 300
"""Scripts of a page that are looked at."""

_MARKS = ('"results"', '\\"results\\"')
_PAYLOAD = re.compile(r"Morph\.setPayload\(\s{0,9}'([^'\n]{1,1000})'\s{0,9},\s{0,9}")
POSTS = "lx-commentary-data-paged"
"""What names the posts among the data of a page of the generation to about 2021."""
_WANTED = (POSTS, "lx-page-component-data")
_ASSIGNED = re.compile(r"window\.[A-Za-z_]{1,60}\s{0,9}=\s{0,9}(?=[{\"])")
_STATUS = {"LIVE": True, "CATCHUP": False, "ENDED": False, "CLOSED": False}


class Stream(Struct, frozen=True):
    """The posts an answer lists, and what it says of them."""

    results: tuple[Node, ...] = ()
    page: int = 0
    """Which of the pages it is, from 1; 0 where it does not say."""
    pages: int = 0
    """How many pages there are; 0 where it does not say."""
    old: bool = False
    """It is of the generation to about 2021."""
    title: str = ""
    about: str = ""
    """Markup."""
    started: object = None
    ended: object = None
    live: bool | None = None


def of_page(tree: _Element) -> Stream | None:
    """Return the posts that a page holds as data; None where it holds none. Raises `ParseError` for broken data."""
    values: list[object] = []
    broken: ParseError | None = None
    for script in _scripts(tree):
        try:
            values.extend(_values(script))
        except ParseError as error:
            broken = broken or error
    found = of_values(values)
    if found is None and broken is not None:
        raise broken
    return found


def of_text(written: str) -> Stream | None:
    """Return the posts that a JSON text holds; None where it holds none. Raises `ParseError`."""
    return of_values(list(jsonrepair.load(written).values)) if _MARKS[0] in written else None


def _scripts(tree: _Element) -> Iterator[str]:
    """Yield the scripts of a page that may hold posts, or say something of them."""
    count = 0
    for element in tree.iter("script"):
        source = "".join(str(piece) for piece in element.itertext())
        if any(mark in source for mark in (*_MARKS, *_WANTED)):
            yield source
            count += 1
            if count >= MAX_SCRIPTS:
                return


def _values(script: str) -> Iterator[object]:
    """Yield the JSON in a script. Raises `ParseError`."""
    source = script.strip()
    if source[:1] in ("{", "["):
        yield from jsonrepair.load(source).values
        return
    for found in _PAYLOAD.finditer(source):
        if any(name in found[1] for name in _WANTED):
            yield _decoded(source, found.end())
    for found in _ASSIGNED.finditer(source):
        value = _decoded(source, found.end())
        # The whole data as JSON inside a JSON string.
        yield next(iter(jsonrepair.load(value).values), None) if isinstance(value, str) else value


def _decoded(source: str, place: int) -> object:
    try:
        return json.JSONDecoder(strict=False).raw_decode(source, place)[0]
    except (ValueError, RecursionError):
        raise ParseError("The data of the BBC's live page is not JSON, or is cut off.") from None


# ------------------------------------------------------------------ what data holds


def of_values(values: list[object]) -> Stream | None:
    """Return the longest list of posts that is anywhere in some values; None where there is none."""
    graph = Graph(values)
    best: Node | None = None
    longest: tuple[Node, ...] = ()
    meta: Node | None = None
    for node in graph.nodes:
        results = node.get("results")
        if isinstance(results, list):
            listed = tuple(each for each in results if isinstance(each, dict) and bbcposts.is_post(each))
            empty = not results and best is None and _pages(node) != (0, 0)
            if len(listed) > len(longest) or empty:
                best, longest = node, listed
        if meta is None and (isinstance(node.get("isLive"), bool) or isinstance(node.get("statuses"), dict)):
            meta = node if linkeddata.first(node, "title", "headline") else None
    if best is None:
        return None
    page, pages = _pages(best)
    found = Stream(longest, page, pages, old="urn" not in next(iter(longest), ()))
    return found if meta is None else _described(found, meta)


def _pages(node: Node) -> tuple[int, int]:
    """Return which page a list is, and how many there are."""
    page = node.get("page")
    if isinstance(page, dict):
        return _count(page.get("index")), _count(page.get("total"))
    return _count(node.get("currentPage")), _count(node.get("numberOfPages"))


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 100_000 else 0


def _described(stream: Stream, meta: Node) -> Stream:
    live = meta.get("isLive")
    points = meta.get("summaryPoints")
    content = points.get("content") if isinstance(points, dict) else None
    model = content.get("model") if isinstance(content, dict) else None
    bullets = bbcposts.blocks(linkeddata.many(model.get("blocks"))) if isinstance(model, dict) else ""
    about = linkeddata.first(meta, "description", "summary")
    return replace(
        stream,
        title=linkeddata.first(meta, "title", "headline"),
        about=f"<p>{about}</p>{bullets}" if about else bullets,
        started=meta.get("startDateTime"),
        ended=meta.get("endDateTime"),
        live=live if isinstance(live, bool) else _STATUS.get(linkeddata.string(meta.get("status"))),
    )
