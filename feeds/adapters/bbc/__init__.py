"""Live pages of the BBC: News, Sport and the World Service, of both generations of its data.

Owns the addresses, the recognition, and what the page says of itself. The data in a page is found by `bbc.data`,
its posts are read by `bbc.posts`. There is no way to ask for what is new only: page 1 is read again, and further
pages where posts were missed. The JSON-LD beside it repeats the page's headline and drops lists; it is not read.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from feeds import dates, text
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
    r"(?:c[a-z0-9]{8,14}|(?:[a-z0-9]+-){0,8}[0-9]{5,12})/?",
)
_PAGE_NUMBER = re.compile(r"(/pageNumber/)[0-9]{1,6}(?=/|\Z)")
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
        """Read the live page: one conditional request, and older pages where posts were missed; see `flow.Adapter`."""
        address = _page_of(visit.url)
        response = yield Request(address, headers=(("accept", ACCEPT),), conditional=True)
        newest = found = _read(response)
        lists = [found.posts]
        while not backlog.joins(found.posts, visit.cursor) and len(lists) <= backlog.MAX_OLDER:
            older = _older(address, found.stream)
            if not older:
                break
            response = yield Request(older, headers=(("accept", ACCEPT),))
            try:
                found = _read(response)
            except ParseError:
                break
            lists.append(found.posts)
        posts = backlog.together(lists)
        stream, coverage = newest.stream, newest.coverage
        return Batch(
            Kind.LIVEBLOG,
            posts=posts,
            title=coverage.headline,
            description=text.line(plain(coverage.description)),
            link=newest.page,
            language=newest.language,
            coverage=coverage,
            extent=_extent(stream, newest.posts),
            cursor=backlog.memory(posts, visit.cursor),
            offers=successor.offers(next(iter(posts), None), _is_live, (newest.page,)),
        )


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
    return re.split("[?#]", url, maxsplit=1)[0].rstrip("/") if _is_live(url) else url


def _older(address: str, stream: Stream) -> str:
    """Return the address of the page after the one that was read; empty where there is none, or none is known."""
    if not 0 < stream.page < stream.pages:
        return ""
    if _PAGE_NUMBER.search(address):
        return _PAGE_NUMBER.sub(rf"\g<1>{stream.page + 1}", address)
    return "" if stream.old or not _is_live(address) else f"{address}?page={stream.page + 1}"


# ------------------------------------------------------------------ reading


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
        posts=backlog.together([[bbcposts.post(result, page, language) for result in stream.results]]),
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
