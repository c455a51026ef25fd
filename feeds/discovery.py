"""The feeds and live blogs a web page points to.

Owns what counts as a pointer to a feed (WHATWG HTML, 4.6.7.1 «alternate»; RSS Autodiscovery), which links may lead to a
live blog, where a page's AMP form is, and in which order they are offered. Fetches nothing, and makes up nothing: no
address is offered that the page does not hold. Which addresses an adapter is certain of, it is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from feeds import text
from feeds.model import Offer

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_OFFERS = 50
"""Feeds offered of one page."""
MAX_LINKS = 1_000
"""Addresses linked by one page that are looked at for live blogs."""
_MAX_ANCHORS = 5_000
"""Links among which they are looked for, one address often having several."""
MAX_BLOGS = 10
"""Live blogs offered of one page by the look of their addresses; as many again that are certain."""

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


# How publishers name the part of their site that holds live blogs: /live/ (Guardian, BBC, Le Monde), /liveblog/
# (Al Jazeera), /live-updates/ (CBS, Politico), /live-news/ (CNN), /live-blog/, /liveticker/ and /ticker/ (German
# papers and sports pages), /en-direct/ and /direct/ (L'Obs, Libération), /diretta/ (Italian), /en-vivo/, /directo/ and
# /minuto-a-minuto/ (Spanish), /ao-vivo/ and /ao-minuto/ (Portuguese).
_SECTION_NAMES = """
    live liveblog liveblogs live-blog live-blogs live-updates live-update live-news live-coverage live-reporting
    liveticker live-ticker ticker direct directs en-direct diretta in-diretta en-vivo envivo directo en-directo
    minuto-a-minuto ao-vivo aovivo ao-minuto
"""
_SECTIONS = frozenset(_SECTION_NAMES.split())
"""Segments of a path under which live blogs stand."""
_SLUG = re.compile(r"(?:^|-)(?:live-?blog|live-?ticker|live-updates?|minuto-a-minuto)(?:-|\.|\Z)")
"""What the last segment of the path of a live blog may hold."""
_NUMBERED = re.compile(r"/[0-9]{1,12}\Z")
_FILES = (".xml", ".rss", ".atom", ".json", ".geojson")
_AMP_CACHES = ("cdn.ampproject.org", "bing-amp.com")
"""Hosts that keep other sites' AMP pages (the caches listed by the AMP project)."""
_SECOND_LEVEL_NAMES = "ac asn co com edu gob gov govt gv id ne net nom or org"
_SECOND_LEVEL = frozenset(_SECOND_LEVEL_NAMES.split())
"""Names under which a country's registry gives names."""


class LiveBlogs(Struct, frozen=True):
    """The live blogs a page links to."""

    claimed: tuple[Offer, ...] = ()
    """Some adapter is certain of their addresses, and they are of the same site."""
    elsewhere: tuple[Offer, ...] = ()
    """Some adapter is certain of their addresses, and they are somebody else's: a channel, another paper."""
    guessed: tuple[Offer, ...] = ()
    """They look like live blogs of the same site by their addresses alone."""


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


def live_blogs(tree: _Element, url: str, is_claimed: Callable[[str], bool]) -> LiveBlogs:
    """Return the live blogs a page at an address links to, each once, titled with the words of the link.

    `is_claimed` says of an address whether an adapter is certain of it. A path that goes on behind the name of a
    section is offered before one that ends with it: that is often the broadcaster's own programme.
    """
    own, site = _place(url), _site(url)
    claimed: dict[str, Offer] = {}
    elsewhere: dict[str, Offer] = {}
    guessed: dict[bool, list[Offer]] = {True: [], False: []}
    for place, offer in _targets(tree, _base(tree, url)).items():
        if place == own:
            continue
        here = _site(offer.url) == site
        if is_claimed(offer.url):
            # A channel is claimed at the address of each of its messages, which are numbered.
            (claimed if here else elsewhere).setdefault(_NUMBERED.sub("", place), offer)
        elif here and (looks := _looks_live(offer.url)) is not None:
            guessed[looks].append(offer)
    return LiveBlogs(
        tuple(claimed.values())[:MAX_BLOGS],
        tuple(elsewhere.values())[:MAX_BLOGS],
        (*guessed[True], *guessed[False])[:MAX_BLOGS],
    )


def amp(tree: _Element, url: str) -> str | None:
    """Return where the AMP form of a page is (`rel=amphtml`): on the same site or at a known cache; None elsewhere."""
    base = _base(tree, url)
    for element in tree.iter("link"):
        if "amphtml" not in _attribute(element, "rel").lower().split():
            continue
        found = text.url(_attribute(element, "href"), base)
        if found and found.startswith(("http://", "https://")) and _place(found) != _place(url):
            host = (urlsplit(found).hostname or "").lower()
            cached = any(host == each or host.endswith(f".{each}") for each in _AMP_CACHES)
            return found if cached or (_site(found) and _site(found) == _site(url)) else None
    return None


def _targets(tree: _Element, base: str) -> dict[str, Offer]:
    """Return where a page's links lead, by place; of several that lead to one, the first words that say something."""
    found: dict[str, Offer] = {}
    for element in islice(tree.iter("link", "a"), _MAX_ANCHORS):
        if element.tag == "link" and "canonical" not in _attribute(element, "rel").lower().split():
            continue
        reference = _attribute(element, "href")
        url = text.url(reference, base) if reference and not reference.startswith("#") else None
        if not url or not url.startswith(("http://", "https://")):
            continue
        url = url.partition("#")[0]
        place = _place(url)
        known = found.get(place)
        if known is None and len(found) >= MAX_LINKS:
            continue
        title = known.title if known else ""
        if " " not in title:
            title = text.line("".join(_texts(element)) or _attribute(element, "aria-label"))[:200] or title
        if known is not None and "?" not in known.url:
            url = known.url
        found[place] = Offer(url, "application/json" if place.endswith(_FILES) else "text/html", title)
    return found


def _looks_live(url: str) -> bool | None:
    """Say whether the path of a live blog goes on behind its section; None for one that does not look like any."""
    segments = [segment for segment in urlsplit(url).path.lower().split("/") if segment]
    if any(segment in _SECTIONS for segment in segments[:-1]) or (segments and _SLUG.search(segments[-1])):
        return segments[-1] not in _SECTIONS
    return False if segments and segments[-1] in _SECTIONS else None


def _place(url: str) -> str:
    """Return what two addresses of one page have in common."""
    parts = urlsplit(url)
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}"


def _site(url: str) -> str:
    """Return the name under which the hosts of one site stand, as far as a host name tells."""
    host = (urlsplit(url).hostname or "").lower()
    try:
        return str(ip_address(host))
    except ValueError:
        labels = host.split(".")
        return ".".join(labels[-3 if labels[-2:-1] and labels[-2] in _SECOND_LEVEL else -2 :])


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
