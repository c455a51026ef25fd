"""A schema.org LiveBlogPosting as a batch, wherever its properties were written.

Owns the choice of the blog among what a page describes, and what the blog says of itself: coverage, zone, extent,
whether it is over, what it is continued by. JSON-LD, microdata, RDFa and the page's own markup all become nodes; the
updates among them are read by `feeds.schemaorg.liveupdates`. Knows no tree and no request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import pairwise

from msgspec import Struct, field

from feeds import text
from feeds.document import Document, plain
from feeds.errors import ParseError
from feeds.liveblogs import successor
from feeds.model import Batch, Coverage, Extent, Hints, Kind, Offer, Post
from feeds.schemaorg import linkeddata, livepage, livepost, liveupdates
from feeds.schemaorg.linkeddata import Graph, Node
from feeds.schemaorg.livepage import Page

TYPE = "LiveBlogPosting"
UPDATES = "liveBlogUpdate"
_SILENCE = timedelta(hours=6)

_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})\s*\Z|[Zz]\s*\Z")
_OVER = re.compile(r"\bas it happened\b", re.IGNORECASE)
_CLOSING = re.compile(
    r"\b(?:blog is now closed|blog has now closed|closing (?:this|our) (?:live )?blog|we are closing|we're closing|"
    r"wrapping up|logging off|our live coverage (?:has ended|is over)|that's all for (?:now|today|tonight))\b",
    re.IGNORECASE,
)
_LIVE = re.compile(r"[/_-]live(?:[/_.-]|blog|ticker|\Z)|liveblog|liveticker|[/_-]live-?updates?", re.IGNORECASE)
_LAST = 3
"""Posts among which the newest is looked for: something may be pinned above it."""
_STATES = {"live": True, "ongoing": True, "ended": False, "closed": False, "completed": False, "archived": False}


class Found(Struct, frozen=True):
    """The blog of an answer."""

    page: Page
    graph: Graph
    blog: Node | None = None
    """Its properties, of all nodes that describe it."""
    updates: tuple[Node, ...] = ()
    repairs: tuple[str, ...] = ()
    unreadable: ParseError | None = field(default=None)

    def stated(self, *names: str) -> tuple[object, ...]:
        """Return the values of some properties of the blog, those it has."""
        return tuple(value for name in names if self.blog and (value := self.blog.get(name)) is not None)


def choose(page: Page, graph: Graph, repairs: Sequence[str] = (), unreadable: ParseError | None = None) -> Found:
    """Return the page's own live blog among the nodes of a graph.

    Several nodes may describe one blog, and a page may hold the teaser of another: its own is the one at
    its address, else the one that lists the most updates.
    """
    blogs: dict[str, list[Node]] = {}
    own = livepost.bare(page.addresses[0])
    for node in graph.nodes:
        if TYPE in linkeddata.types(node) or UPDATES in node:
            written = linkeddata.address(node.get("url") or node.get("mainEntityOfPage") or node.get("@id"))
            url = text.url(written, page.base) if written else None
            blogs.setdefault(livepost.bare(url) if url else own, []).append(node)
    if not blogs:
        return Found(page, graph, unreadable=unreadable)
    updates = {url: tuple(_updates(nodes, graph, page)) for url, nodes in blogs.items()}
    addresses = [livepost.bare(address) for address in page.addresses]
    best = max(blogs, key=lambda url: (bool(updates[url]), url in addresses, len(updates[url])))
    merged: dict[str, object] = {}
    for node in sorted(blogs[best], key=lambda node: len(linkeddata.many(node.get(UPDATES))), reverse=True):
        for name, value in node.items():
            merged.setdefault(name, value)
    return Found(page, graph, merged, updates[best], tuple(repairs))


def _updates(nodes: list[Node], graph: Graph, page: Page) -> Iterator[Node]:
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


def begins_later(found: Found, given: datetime | None) -> bool:
    """Say whether a blog begins after an answer was given: it has no updates yet, and is one all the same."""
    starts = livepost.date(found.blog.get("coverageStartTime"), zone(found) or UTC) if found.blog else None
    return starts is not None and given is not None and starts > given


# ------------------------------------------------------------------ the batch


def batch(
    found: Found,
    cursor: Mapping[str, object],
    now: datetime | None = None,
    *,
    live: bool | None = None,
    intro: Document = (),
) -> Batch:
    """Return a blog as a batch. `cursor` is that of the last batch, or empty; anything may be wrong in it.

    `live` is what the page states of its state where the blog does not, `intro` what stands above its posts.
    """
    from feeds import html

    page, blog = found.page, found.blog or {}
    headline = html.title(linkeddata.first(blog, "headline", "name"))
    clock = zone(found) or UTC
    language = livepage.language(linkeddata.first(blog, "inLanguage")) or page.language
    setting = livepost.Setting(
        base=page.base,
        pages=frozenset(map(livepost.bare, page.addresses)),
        zone=clock,
        headlines=frozenset(text.fold(each) for each in _headlines(found) if each),
        pictures=livepost.pictures(blog, found.graph),
        changes=frozenset(
            date for name in ("datePublished", "dateModified") if (date := livepost.date(blog.get(name), clock))
        ),
        language=language,
    )
    reading = liveupdates.read(found.updates, found.graph, setting, cursor)
    started = livepost.date(blog.get("coverageStartTime"), clock)
    problems = [*reading.problems]
    if found.repairs:
        problems.append(f"The live blog's data is not quite JSON; mended: {', '.join(found.repairs)}.")
    if not found.graph.whole:
        problems.append("The page describes more than can be read of it; its end was left out.")
    whole = found.graph.whole and len(found.updates) <= liveupdates.MAX_UPDATES and reading.dated
    description = html.document(linkeddata.first(blog, "description"), page.base)
    title = headline or page.heading or page.title
    coverage = Coverage(
        headline=headline or page.heading,
        description=(*description, *intro),
        started=started,
        ended=livepost.date(blog.get("coverageEndTime"), clock),
        live=_live(blog, (title, page.title), reading.posts, now, live),
    )
    return Batch(
        Kind.LIVEBLOG,
        posts=reading.posts,
        title=title,
        description=text.line(plain(description or intro[:1])),
        link=_link(blog, page),
        language=language,
        coverage=coverage,
        hints=Hints(interval=page.interval),
        extent=_extent(reading.posts) if whole else Extent.PART,
        cursor=reading.memory,
        offers=_offers(reading.posts, page),
        problems=tuple(problems),
    )


# ------------------------------------------------------------------ what the blog says of itself


def _headlines(found: Found) -> Iterator[str]:
    from feeds import html

    if found.blog is not None:
        for name in ("headline", "name", "alternativeHeadline"):
            yield html.title(linkeddata.first(found.blog, name))


def zone(found: Found) -> tzinfo | None:
    """Return the zone of dates without one: that of the blog's own dates, else of the page's, None where none is."""
    names = ("coverageStartTime", "datePublished", "dateModified", "coverageEndTime")
    for written in (*map(linkeddata.string, found.stated(*names)), *found.page.times):
        if offset := _OFFSET.search(written):
            if offset[1] is None:
                return UTC
            minutes = int(offset[2]) * 60 + int(offset[3])
            if minutes <= 14 * 60:
                return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    return None


def _link(blog: Node, page: Page) -> str | None:
    written = linkeddata.address(blog.get("url")) or linkeddata.address(blog.get("mainEntityOfPage"))
    url = text.url(written, page.base) if written else None
    return url if url and url.startswith(("http://", "https://")) else page.addresses[0]


def _live(
    blog: Node, headlines: tuple[str, ...], posts: tuple[Post, ...], now: datetime | None, told: bool | None
) -> bool | None:
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
    if told is not None:
        return told
    dated = [(post.published, post) for post in posts if post.published]
    if not dated or not any(_OVER.search(headline) for headline in headlines):
        return None
    newest, last = max(dated, key=lambda each: each[0])
    words = f"{last.title}\n{plain(last.body)}".replace("’", "'")
    silent = now is not None and now - newest > _SILENCE
    return False if silent or _CLOSING.search(words) else None


def _extent(posts: tuple[Post, ...]) -> Extent:
    """Say how much of the blog the posts are.

    Only a list that strictly falls by date is known to leave nothing out above its oldest. None is known to reach back
    to the beginning: in the first minutes of a blog the oldest of ten posts is near the start of coverage too.
    """
    times = [post.published for post in posts if not post.pinned]
    if not times or any(a is None or b is None or a <= b for a, b in pairwise(times)):
        return Extent.PART
    return Extent.PART if times[-1] is None else Extent.SINCE


def _offers(posts: Sequence[Post], page: Page) -> tuple[Offer, ...]:
    """Return the live blog that goes on where this one ends, if its newest post says so and links it."""
    first = datetime.min.replace(tzinfo=UTC)
    last = max(posts[:_LAST], key=lambda post: post.published or first, default=None)
    hosts = {_host(address) for address in page.addresses}
    return successor.offers(last, lambda url: _host(url) in hosts and bool(_LIVE.search(url)), page.addresses)


def _host(url: str) -> str:
    return livepost.bare(url).partition("/")[0] if "//" in url[:8] else ""


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
