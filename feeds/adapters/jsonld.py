"""Live blogs that describe themselves as a schema.org LiveBlogPosting in JSON-LD.

The widest live-blog format: search engines reward it, so one reader covers most news sites. Owns the choice of
the blog among what a page describes, and what the blog says of itself: coverage, extent, hints. The updates
are read by `feeds.liveupdates`, the JSON-LD by `feeds.linkeddata`. Never joins the page's own text to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct, field

from feeds import linkeddata, livepost, liveupdates, text
from feeds import sniff as sniffing
from feeds.document import plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.linkeddata import Graph, Node
from feeds.model import Batch, Coverage, Extent, Hints, Kind, Post
from feeds.sniff import Form

if TYPE_CHECKING:
    from lxml.etree import _Element

ACCEPT = "text/html, application/xhtml+xml;q=0.9, application/ld+json;q=0.9, */*;q=0.1"
TYPE = "LiveBlogPosting"
UPDATES = "liveBlogUpdate"
_MARKS = tuple(word.encode(code) for word in (TYPE, UPDATES) for code in ("ascii", "utf-16-le"))
_NEAR_START = timedelta(minutes=10)
_SILENCE = timedelta(hours=6)
_POLL_SECONDS = (15.0, 3600.0)

_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})\s*\Z|[Zz]\s*\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")
_OVER = re.compile(r"\bas it happened\b", re.IGNORECASE)
_CLOSING = re.compile(
    r"\b(?:blog is now closed|blog has now closed|closing (?:this|our) (?:live )?blog|we are closing|we're closing|"
    r"wrapping up|logging off|our live coverage (?:has ended|is over)|that's all for (?:now|today|tonight))\b",
    re.IGNORECASE,
)
_STATES = {"live": True, "ongoing": True, "ended": False, "closed": False, "completed": False, "archived": False}


class JsonLd:
    """The adapter for LiveBlogPosting in JSON-LD."""

    name = "jsonld"

    def claim(self, url: str) -> Confidence:
        """Say nothing: an address does not tell what its page describes; see `flow.Adapter`."""
        return Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer describes a live blog; see `flow.Adapter`.

        It does if it lists an update, or begins later than the answer was given. A type alone says nothing:
        templates put it on ordinary articles. One that nothing can mend may be a live blog: polling says what
        is wrong with it. Never *mine*: who knows the publisher's own format knows more.
        """
        sniffed = sniffing.sniff(response)
        if sniffed.form not in (Form.HTML, Form.JSON):
            return Confidence.NO
        try:
            body = sniffing.unpack(response, sniffed)
            if not any(mark in body for mark in _MARKS):
                return Confidence.NO
            found = _find(response)
        except ParseError:
            return Confidence.NO
        if found.blog is None:
            return Confidence.NO if found.unreadable is None else Confidence.MAYBE
        if found.updates:
            return Confidence.LIKELY
        starts = livepost.date(found.blog.get("coverageStartTime"), _zone(found))
        given = livepost.date(response.header("date"), UTC)
        return Confidence.LIKELY if starts and given and starts > given else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the live blog: one conditional request; see `flow.Adapter`."""
        response = yield Request(visit.url, headers=(("accept", ACCEPT),), conditional=True)
        return read(response, visit.cursor, visit.now)


class _Page(Struct, frozen=True):
    """What is known of the page around the JSON-LD."""

    base: str
    """What relative addresses resolve against."""
    addresses: tuple[str, ...]
    """Where the page says it is, and where it was found; the most trusted first."""
    title: str = ""
    language: str | None = None
    times: tuple[str, ...] = ()
    """Dates in its head, as written."""
    amp: bool = False
    """It holds an `amp-live-list`."""
    interval: float | None = None
    """Seconds between polls that list asks for."""


class _Found(Struct, frozen=True):
    """The blog of an answer."""

    page: _Page
    graph: Graph
    blog: Node | None = None
    """Its properties, of all nodes that describe it."""
    updates: tuple[Node, ...] = ()
    repairs: tuple[str, ...] = ()
    unreadable: ParseError | None = field(default=None)


def read(response: Response, cursor: Mapping[str, object], now: datetime | None = None) -> Batch:
    """Read an answer that describes a live blog. Raises `ParseError`."""
    from feeds import html

    found = _find(response)
    page, blog = found.page, found.blog
    if blog is None:
        if found.unreadable is not None:
            raise ParseError(f"The page's live blog cannot be read. {found.unreadable}")
        name = f" (title “{page.title[:100]}”)" if page.title else ""
        raise NotAFeedError(f"This page{name} describes no live blog (no schema.org {TYPE}).")
    headline = html.title(linkeddata.first(blog, "headline", "name"))
    zone = _zone(found)
    language = _language(linkeddata.first(blog, "inLanguage")) or page.language
    setting = livepost.Setting(
        base=page.base,
        pages=frozenset(map(livepost.bare, page.addresses)),
        zone=zone,
        headlines=frozenset(text.fold(each) for each in _headlines(found) if each),
        pictures=livepost.pictures(blog, found.graph),
        changes=frozenset(
            date for name in ("datePublished", "dateModified") if (date := livepost.date(blog.get(name), zone))
        ),
        language=language,
    )
    reading = liveupdates.read(found.updates, found.graph, setting, cursor)
    started = livepost.date(blog.get("coverageStartTime"), zone)
    memory, problems = dict(reading.memory), [*reading.problems]
    if started is not None:
        earlier = livepost.date(_string(cursor.get("start")), UTC)
        memory["start"] = min(started, earlier or started).isoformat()
    if found.repairs:
        problems.append(f"The live blog's data is not quite JSON; mended: {', '.join(found.repairs)}.")
    if not found.graph.whole:
        problems.append("The page describes more than can be read of it; its end was left out.")
    whole = found.graph.whole and len(found.updates) <= liveupdates.MAX_UPDATES and reading.dated
    description = html.document(linkeddata.first(blog, "description"), page.base)
    coverage = Coverage(
        headline=headline,
        description=description,
        started=started,
        ended=livepost.date(blog.get("coverageEndTime"), zone),
        live=_live(blog, (headline, page.title), reading.posts, now),
    )
    return Batch(
        Kind.LIVEBLOG,
        posts=reading.posts,
        title=headline or page.title,
        description=text.line(plain(description)),
        link=_link(blog, page),
        language=language,
        coverage=coverage,
        hints=Hints(interval=page.interval),
        extent=_extent(reading.posts, started, cursor) if whole else Extent.PART,
        cursor=memory,
        problems=tuple(problems),
    )


# ------------------------------------------------------------------ finding the blog


def _find(response: Response) -> _Found:
    """Return what an answer holds of a live blog. Raises `ParseError` for what is neither page nor JSON."""
    sniffed = sniffing.sniff(response)
    if sniffed.form is Form.JSON:
        return _choose(_Page(response.url, (response.url,)), [sniffing.read_text(response, sniffed)])
    if sniffed.form is not Form.HTML:
        raise sniffing.not_a_feed(sniffed, response)
    from feeds import html

    tree = html.tree(sniffing.unpack(response, sniffed), sniffing.header_charset(response))
    if tree is None:
        raise NotAFeedError("This web page is empty.")
    return _choose(_page(tree, response), list(linkeddata.scripts(tree)))


def _choose(page: _Page, sources: list[str]) -> _Found:
    """Return the page's own live blog.

    Several nodes may describe one blog, and a page may hold the teaser of another: its own is the one at
    its address, else the one that lists the most updates.
    """
    graph, repairs, unreadable = linkeddata.load(sources, (TYPE, UPDATES))
    blogs: dict[str, list[Node]] = {}
    own = livepost.bare(page.addresses[0])
    for node in graph.nodes:
        if TYPE in linkeddata.types(node) or UPDATES in node:
            written = linkeddata.address(node.get("url") or node.get("mainEntityOfPage") or node.get("@id"))
            url = text.url(written, page.base) if written else None
            blogs.setdefault(livepost.bare(url) if url else own, []).append(node)
    if not blogs:
        return _Found(page, graph, unreadable=unreadable)
    updates = {url: tuple(_updates(nodes, graph, page)) for url, nodes in blogs.items()}
    addresses = [livepost.bare(address) for address in page.addresses]
    best = max(blogs, key=lambda url: (bool(updates[url]), url in addresses, len(updates[url])))
    merged: dict[str, object] = {}
    for node in sorted(blogs[best], key=lambda node: len(linkeddata.many(node.get(UPDATES))), reverse=True):
        for name, value in node.items():
            merged.setdefault(name, value)
    return _Found(page, graph, merged, updates[best], tuple(repairs))


def _updates(nodes: list[Node], graph: Graph, page: _Page) -> Iterator[Node]:
    """Yield the updates of one blog, those that several of its nodes list once."""
    hosts = {_host(address) for address in page.addresses}
    seen: set[str] = set()
    for node in nodes:
        listed: set[str] = set()
        for value in linkeddata.many(node.get(UPDATES)):
            update = graph.resolve(value)
            if not isinstance(update, dict) or not linkeddata.says(update):
                continue  # a reference that leads nowhere
            host = _host(linkeddata.address(update.get("url")))
            if page.amp and host and host not in hosts:
                continue  # the example updates of a template, printed on real pages
            name = _string(update.get("@id")) or linkeddata.address(update.get("url"))
            name = name or "\0".join(
                linkeddata.first(update, each) for each in ("datePublished", "headline", "articleBody")
            )
            if name not in seen:
                yield update
            listed.add(name)
        seen |= listed


def _page(tree: _Element, response: Response) -> _Page:
    canonical, base = "", ""
    metas: dict[str, str] = {}
    for element in tree.iter("link", "base", "meta"):
        if element.tag == "link" and "canonical" in str(element.get("rel") or "").lower().split():
            canonical = canonical or str(element.get("href") or "").strip()
        elif element.tag == "base":
            base = base or str(element.get("href") or "").strip()
        elif element.tag == "meta":
            name = str(element.get("property") or element.get("name") or "").lower()
            metas.setdefault(name, str(element.get("content") or ""))
    base = (text.url(base, response.url) if base else None) or response.url
    written = (canonical, metas.get("og:url", ""), response.url)
    addresses = [url for each in written if each and (url := text.url(each, base))]
    lists = [element for element in tree.iter("amp-live-list") if element.get("data-max-items-per-page") != "1"]
    times = ("article:published_time", "article:modified_time", "og:updated_time")
    return _Page(
        base=base,
        addresses=tuple(dict.fromkeys((*addresses, response.url))),
        title=text.line(tree.findtext(".//title") or "")[:200],
        language=_language(str(tree.get("lang") or "")),
        times=tuple(metas[name] for name in times if name in metas),
        amp=next(tree.iter("amp-live-list"), None) is not None,
        interval=min((seconds for element in lists if (seconds := _seconds(element))), default=None),
    )


def _seconds(amp_list: _Element) -> float | None:
    """Return how often a list asks to be polled (AMP, `amp-live-list`: milliseconds, at least 15,000)."""
    written = str(amp_list.get("data-poll-interval") or "").strip()
    if not written.isascii() or not written.isdigit() or len(written) > 9:
        return None
    least, most = _POLL_SECONDS
    return min(max(int(written) / 1000, least), most)


# ------------------------------------------------------------------ what the blog says of itself


def _headlines(found: _Found) -> Iterator[str]:
    from feeds import html

    if found.blog is not None:
        for name in ("headline", "name", "alternativeHeadline"):
            yield html.title(linkeddata.first(found.blog, name))


def _zone(found: _Found) -> tzinfo:
    """Return the zone of dates without one: that of the blog's own dates, else of the page's, else UTC."""
    blog = found.blog or {}
    names = ("coverageStartTime", "datePublished", "dateModified", "coverageEndTime")
    for written in (*(linkeddata.string(blog.get(name)) for name in names), *found.page.times):
        if offset := _OFFSET.search(written):
            if offset[1] is None:
                return UTC
            minutes = int(offset[2]) * 60 + int(offset[3])
            if minutes <= 14 * 60:
                return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    return UTC


def _link(blog: Node, page: _Page) -> str | None:
    written = linkeddata.address(blog.get("url")) or linkeddata.address(blog.get("mainEntityOfPage"))
    url = text.url(written, page.base) if written else None
    return url if url and url.startswith(("http://", "https://")) else page.addresses[0]


def _language(written: str) -> str | None:
    tag = written.strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else None


def _live(blog: Node, headlines: tuple[str, ...], posts: tuple[Post, ...], now: datetime | None) -> bool | None:
    """Say whether the blog is live, where it says so: by its status, or by two signs that it is over.

    `coverageEndTime` is no sign: publishers fill it with guesses. A headline that was changed to «as it
    happened» is one; the other is a closing formula in the newest update, or six hours of silence.
    """
    for name in ("creativeWorkStatus", "eventStatus"):
        state = linkeddata.string(blog.get(name)).rpartition("/")[2].strip().lower()
        if state in _STATES:
            return _STATES[state]
    if isinstance(stated := blog.get("isLiveBroadcast"), bool):
        return stated
    dated = [(post.published, post) for post in posts if post.published]
    if not dated or not any(_OVER.search(headline) for headline in headlines):
        return None
    newest, last = max(dated, key=lambda each: each[0])
    words = f"{last.title}\n{plain(last.body)}".replace("’", "'")
    silent = now is not None and now - newest > _SILENCE
    return False if silent or _CLOSING.search(words) else None


def _extent(posts: tuple[Post, ...], started: datetime | None, cursor: Mapping[str, object]) -> Extent:
    """Say how much of the blog the posts are.

    Only a list that strictly falls by date is known to leave nothing out above its oldest. It reaches back to
    the beginning if its oldest is minutes from the start of coverage, and that start has not moved
    since the last visit: some publishers call the oldest update they list the start.
    """
    times = [post.published for post in posts]
    if not times or any(a is None or b is None or a <= b for a, b in pairwise(times)):
        return Extent.PART
    oldest = times[-1]
    if oldest is None:
        return Extent.PART
    settled = started is not None and cursor.get("start") == started.isoformat()
    return Extent.WHOLE if settled and started and abs(oldest - started) <= _NEAR_START else Extent.SINCE


def _host(url: str) -> str:
    return livepost.bare(url).partition("/")[0] if "//" in url[:8] else ""


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
