"""Live pages of the BBC: News, Sport and the World Service, of both generations of its data.

Owns the addresses, the recognition, and what the page says of itself. The data in a page is found by `bbc.data`,
its posts are read by `bbc.posts`. There is no way to ask for what is new only: page 1 is read again, and further
pages where posts were missed. Pages have numbers and move on while posts come, so what is on one is held against the
last post that is known. The JSON-LD beside it repeats the page's headline and drops lists; it is not read.
"""

from __future__ import annotations

import re
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from feeds import dates, jsonvalue, text
from feeds import sniff as sniffing
from feeds.adapters.bbc import data as bbcdata
from feeds.adapters.bbc import posts as bbcposts
from feeds.adapters.bbc.data import Stream
from feeds.document import plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.liveblogs import backlog, successor
from feeds.model import Batch, Coverage, Extent, Kind, Post
from feeds.schemaorg import linkeddata
from feeds.sniff import Form

if TYPE_CHECKING:
    from lxml.etree import _Element

ACCEPT = "text/html, application/xhtml+xml;q=0.9, application/json;q=0.9, */*;q=0.1"
MAX_TITLE = 300

_HOSTS = frozenset({"bbc.com", "www.bbc.com", "bbc.co.uk", "www.bbc.co.uk", "m.bbc.co.uk", "m.bbc.com"})
_PATH = re.compile(
    r"/(?!iplayer/|sounds/|programmes/|radio)[a-z]+(?:/[a-z-]+){0,3}/live/"
    r"(?:c[a-z0-9]{8,14}|(?:[a-z0-9]+-){0,8}[0-9]{5,12})(?:/page/[0-9]{1,5})?/?",
)
_PAGE = re.compile(r"(?:/page/[0-9]{1,5})?/?\Z")
_PAGE_NUMBER = re.compile(r"((?:/|%2F)pageNumber(?:/|%2F))[0-9]{1,6}(?=/|%2F|\Z)", re.IGNORECASE)
_MOST_PAGES = 100_000
_GONE = (404, 410)
_HELD = (b"lx-commentary-data-paged", b"firstPublished")


class Bbc:
    """The adapter for live pages of the BBC."""

    name = "bbc"

    def claim(self, url: str) -> Confidence:
        """Say whether an address is that of a live page of the BBC's; see `flow.Adapter`."""
        return Confidence.MINE if _is_live(url) or _is_data(url) else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer holds posts as the BBC writes them; see `flow.Adapter`."""
        sniffed = sniffing.sniff(response)
        if sniffed.form not in (Form.HTML, Form.JSON):
            return Confidence.NO
        try:
            body = sniffing.unpack(response, sniffed)
            if b"results" not in body or not any(mark in body for mark in _HELD):
                return Confidence.NO
            return Confidence.MINE if _read(response).posts else Confidence.NO
        except ParseError:
            return Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the live page: one conditional request; see `flow.Adapter`."""
        address = _page_of(visit.url)
        response = yield Request(address, headers=(("accept", ACCEPT),), conditional=True)
        found = _read(response)
        coverage = found.coverage
        return Batch(
            Kind.LIVEBLOG,
            posts=found.posts,
            title=coverage.headline,
            description=text.line(plain(coverage.description)),
            link=found.page,
            language=found.language,
            coverage=coverage,
            extent=_extent(found.stream, found.posts),
            cursor={"newest": newest.isoformat()} if (newest := max(_times(found), default=None)) else {},
            older=_place(found, address),
            offers=successor.offers(next(iter(found.posts), None), _is_live, (found.page,)),
        )

    def older(self, visit: Visit) -> Flow[Batch]:
        """Read the page of that number, without what was listed before the last known post; see `flow.Pages`."""
        address = _page_of(visit.url)
        number = visit.older.get("page")
        url = _page(address, number) if isinstance(number, int) and 1 < number < _MOST_PAGES else ""
        if not url or not isinstance(number, int):
            raise backlog.lost()
        response = yield Request(url, headers=(("accept", ACCEPT),), optional=True)
        if response.failed and response.status not in _GONE:
            raise ParseError(f"The older posts could not be read. {response.failed}")
        found = None if response.failed else _read_page(response, address, number)
        if found is None:
            # Posts were deleted, and there is no such page any more: what was on it is on the one before.
            return Batch(Kind.LIVEBLOG, link=address)
        known, newest = jsonvalue.string(visit.older, "after"), jsonvalue.when(visit.cursor, "newest")
        posts = _history(found.posts, known, newest or jsonvalue.when(visit.older, "before"))
        return Batch(Kind.LIVEBLOG, posts=posts, link=found.page, older=_place(found, address))


class _Found(Struct, frozen=True):
    """What an answer holds."""

    stream: Stream
    posts: tuple[Post, ...]
    page: str
    """The address of the live page."""
    language: str | None
    coverage: Coverage


# ------------------------------------------------------------------ addresses


def _is_live(url: str) -> bool:
    return _split(url)[0] in _HOSTS and _PATH.fullmatch(_split(url)[1]) is not None


def _is_data(url: str) -> bool:
    """Say whether an address is that of the posts of a page alone, of the generation to about 2021."""
    host, path = _split(url)
    return host == "push.api.bbci.co.uk" and bool(path) and bbcdata.POSTS in url


def _split(url: str) -> tuple[str, str]:
    """Return the host and the path of a web address; empty where it is none."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "", parts.path) if parts.scheme in ("http", "https") else ("", "")
    except ValueError:
        return "", ""


def _page_of(url: str) -> str:
    """Return the address of a live page without what leads into it: a link to one post, or to an older page."""
    return _PAGE.sub("", re.split("[?#]", url, maxsplit=1)[0]) if _is_live(url) else url


def _page(address: str, number: int) -> str:
    """Return the address of one of the pages of a live page, or of its posts alone; empty where none is known.

    The generation to about 2021, whose pages have plain numbers as ids, links `…/page/<n>`.
    """
    if not address.startswith(("http://", "https://")):
        return ""
    if _PAGE_NUMBER.search(address):
        return _PAGE_NUMBER.sub(rf"\g<1>{number}", address)
    if not _is_live(address):
        return ""
    is_old = address.rpartition("/")[2].rpartition("-")[2].isdigit()
    return f"{address}/page/{number}" if is_old else f"{address}?page={number}"


def _has_more(stream: Stream) -> bool:
    return 0 < stream.page < stream.pages


def _place(found: _Found, address: str) -> dict[str, object]:
    """Return where the posts before those of a page are: the number of the next page, and the last post shown."""
    number = found.stream.page + 1
    if not _has_more(found.stream) or not _page(address, number):
        return {}
    times = _times(found)
    place: dict[str, object] = {"page": number, "after": backlog.last(found.posts)}
    return {**place, "before": times[-1].isoformat()} if times else place


def _times(found: _Found) -> list[datetime]:
    return [post.published for post in found.posts if post.published is not None]


def _history(posts: tuple[Post, ...], known: str, newest: datetime | None) -> tuple[Post, ...]:
    """Return what of an older page is no news: what comes after the known post, and what is older than the newest one.

    Above the known post stands what has moved on to this page since: what is newer than anything a poll has shown is
    for a poll to tell, where more has come than a page holds. What was written into the list below its top and moved
    on before it was seen is on no page that is polled.
    """
    place = next((place for place, post in enumerate(posts) if known and post.key == known), len(posts))
    if newest is None and place == len(posts):
        return posts
    above = (post for post in posts[:place] if post.published is None or (newest and post.published <= newest))
    return (*above, *posts[place + 1 :])


# ------------------------------------------------------------------ reading


def _read_page(response: Response, address: str, number: int) -> _Found | None:
    """Read the answer that is to be one of the pages of a live page; None where there are not so many.

    Raises `ParseError` where it is another.
    """
    found = _read(response)
    if _is_live(found.page) and not _is_same(found.page, address):
        raise backlog.other()
    if 0 < found.stream.pages < number:
        return None
    if found.stream.page != number:
        raise backlog.other()
    return found


def _is_same(page: str, address: str) -> bool:
    """Say whether two addresses are of one live page: its id is the same in every script and on every host."""
    return _page_of(page).rpartition("/")[2] == _page_of(address).rpartition("/")[2]


def _read(response: Response) -> _Found:
    """Read an answer. Raises `ParseError`."""
    sniffed = sniffing.sniff(response)
    if sniffed.form is Form.JSON:
        stream = bbcdata.of_text(sniffing.read_text(response, sniffed))
        if stream is None:
            raise NotAFeedError("This is JSON, but not that of a live page of the BBC.")
        return _found(stream, re.split("[?#]", response.url, maxsplit=1)[0], "", None)
    if sniffed.form is not Form.HTML:
        raise sniffing.not_a_feed(sniffed, response)
    from feeds import html

    tree = html.tree(sniffing.unpack(response, sniffed), sniffing.header_charset(response))
    if tree is None:
        raise NotAFeedError("This web page is empty.")
    stream = bbcdata.of_page(tree)
    if stream is None:
        title = text.line(tree.findtext(".//title") or "")[:100]
        quoted = f" (title “{title}”)" if title else ""
        raise NotAFeedError(f"This page{quoted} is no live page of the BBC: it holds no posts.")
    return _found(stream, _address(tree, response.url), _title(tree), bbcposts.tag(str(tree.get("lang") or "")))


def _found(stream: Stream, page: str, title: str, language: str | None) -> _Found:
    from feeds import html

    headline = html.title(stream.title)[:MAX_TITLE] or title
    return _Found(
        stream=stream,
        posts=backlog.once(bbcposts.post(result, page, language) for result in stream.results),
        page=page,
        language=language,
        coverage=Coverage(
            headline=headline,
            description=html.document(stream.about, page),
            started=dates.parse(linkeddata.string(stream.started)),
            ended=dates.parse(linkeddata.string(stream.ended)),
            live=stream.live,
        ),
    )


def _address(tree: _Element, url: str) -> str:
    for link in tree.iter("link"):
        if str(link.get("rel") or "").lower() == "canonical":
            written = text.url(str(link.get("href") or ""), url)
            if written and _is_live(written):
                return written
    return re.split("[?#]", url, maxsplit=1)[0]


def _title(tree: _Element) -> str:
    heading = next((text.line("".join(map(str, each.itertext()))) for each in tree.iter("h1")), "")
    written = heading or text.line(tree.findtext(".//title") or "")
    return re.sub(r"\s[-–|]\s(?:Live\s[-–|]\s)?BBC [A-Z][a-z]+\s*\Z", "", written)[:MAX_TITLE]


def _extent(stream: Stream, posts: tuple[Post, ...]) -> Extent:
    """Say how much of a live page one page of it is: all where it says that there is no other."""
    if stream.page == stream.pages == 1:
        return Extent.WHOLE
    times = [post.published for post in posts]
    falls = bool(times) and all(a is not None and b is not None and a > b for a, b in pairwise(times))
    return Extent.SINCE if stream.page == 1 and falls else Extent.PART
