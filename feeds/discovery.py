"""The feeds a web page points to.

Owns what counts as a pointer (WHATWG HTML, 4.6.7.1 «alternate»; RSS Autodiscovery) and in which order they
are offered. Fetches nothing, and makes up nothing: no address is offered that the page does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feeds import text
from feeds.model import Offer

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_OFFERS = 50
"""Feeds offered of one page."""

_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"}
    | {
        "application/x.atom+xml",
        "application/x-atom+xml",
        "application/rss",
        "application/atom",
        "application/cdf",
    }
    | {"text/rss+xml", "text/atom+xml", "text/rss", "text/atom"}
    | {"application/json", "application/xml", "text/xml", "text/json"}
)
"""Media types under which feeds are offered."""

_FEED_PATH = re.compile(
    r"\.(?:rss|rdf|atom)/?\Z|(?:^|/)(?:feeds?|rss|atom)(?:\.(?:xml|json|php|aspx?))?/?\Z|/feeds?/[^/]{1,80}(?:\.xml|\.json)\Z"
    r"|(?:^|/)(?:index|rss2?|atom|feed)[-_a-z0-9]{0,40}\.(?:xml|rdf)\Z|/feeds?/(?:rss2?|atom|rdf|json|posts/default)/?\Z",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(r"(?:^|&)(?:feed|format|alt|type)=(?:rss2?|atom|rdf|feed|json-feed)(?:&|\Z)", re.IGNORECASE)
_NOT_FEEDS = re.compile(r"oembed|/wp-json(?:/|\Z)|/xmlrpc\.php|osd\.xml|opensearch|/api/", re.IGNORECASE)
_COMMENTS = re.compile(
    r"/comments/|/comments?(?:\.(?:rss|xml|atom|json))?/?\Z|comments?[-_]?(?:feed|rss|atom)|feed=comments",
    re.IGNORECASE,
)
_COMMENTS_TITLE = re.compile(r"\bcomments?\b|\bkommentar|\bcommentaires?\b|\bcomentarios?\b", re.IGNORECASE)


def offers(body: bytes, url: str, charset: str = "") -> tuple[Offer, ...]:
    """Return the feeds a page points to, each once, feeds of comments last.

    `url` is the address the page came from, `charset` the encoding its header names. Links inside the text
    count only where the page's head points to no feed at all.
    """
    from feeds import html

    tree = html.tree(body, charset)
    if tree is None:
        return ()
    return of_tree(tree, url)


def of_tree(tree: _Element, url: str) -> tuple[Offer, ...]:
    """Return the feeds a parsed page points to; see `offers`."""
    base = _base(tree, url)
    found = _distinct(_pointers(tree, base))
    if not found:
        found = _distinct(_links(tree, base, url))
    found.sort(key=_is_of_comments)
    return tuple(found[:MAX_OFFERS])


def _base(tree: _Element, url: str) -> str:
    """Return what relative addresses stand on: the first `base` (HTML, 4.2.3) or the page."""
    for element in tree.iter("base"):
        reference = _attribute(element, "href")
        if reference:
            return text.url(reference, url) or url
    return url


def _pointers(tree: _Element, base: str) -> Iterator[Offer]:
    for element in tree.iter("link"):
        words = _attribute(element, "rel").lower().split()
        if not {"alternate", "feed"}.intersection(words) or "stylesheet" in words:
            continue
        offer = _offer(element, base)
        if offer is None:
            continue
        if offer.type in _TYPES or (not offer.type and ("feed" in words or _looks_like_feed(offer.url))):
            yield offer


def _links(tree: _Element, base: str, url: str) -> Iterator[Offer]:
    for element in tree.iter("a"):
        offer = _offer(element, base)
        if offer is None or offer.url == url:
            continue
        if offer.type in _TYPES or (not offer.type and _looks_like_feed(offer.url)):
            yield Offer(offer.url, offer.type, offer.title or text.line("".join(_texts(element)))[:200])


def _offer(element: _Element, base: str) -> Offer | None:
    """Return where an element leads, or None for what is no address of a feed, whatever it claims."""
    reference = _attribute(element, "href")
    if not reference or reference.startswith("#"):
        return None
    if reference.lower().startswith("feed:"):
        rest = reference[5:]
        reference = rest if rest.lower().startswith(("http:", "https:")) else f"http:{rest}"
    url = text.url(reference, base)
    if not url or not url.startswith(("http://", "https://")) or _NOT_FEEDS.search(url):
        return None
    media = _attribute(element, "type").lower().partition(";")[0].strip()
    return Offer(url, media, text.line(_attribute(element, "title"))[:200])


def _distinct(found: Iterable[Offer]) -> list[Offer]:
    """Return the offers, one an address; the scheme, a slash at the end and a fragment make no other feed."""
    kept: dict[str, Offer] = {}
    for offer in found:
        parts = urlsplit(offer.url)
        kept.setdefault(f"{parts.netloc.lower()}{parts.path.rstrip('/')}?{parts.query}", offer)
        if len(kept) >= MAX_OFFERS * 4:
            break
    return list(kept.values())


def _looks_like_feed(url: str) -> bool:
    parts = urlsplit(url)
    return _FEED_PATH.search(parts.path) is not None or _FEED_QUERY.search(parts.query) is not None


def _is_of_comments(offer: Offer) -> bool:
    parts = urlsplit(offer.url)
    return bool(_COMMENTS.search(f"{parts.path}?{parts.query}") or _COMMENTS_TITLE.search(offer.title))


def _attribute(element: _Element, name: str) -> str:
    return str(element.get(name) or "").strip(" \t\r\n\f\0")


def _texts(element: _Element) -> Iterator[str]:
    size = 0
    for piece in element.itertext():
        yield str(piece)
        size += len(piece)
        if size > 1000:
            return
