"""Live blogs of 24liveblog, read from the platform's data server.

Owns the addresses of an event, where a publisher's page names one, the two answers that are read of it (what the event
says of itself, and a page of its news, the newest first) and the shape of a post. There is no description of the API:
that `last_nid` asks for what is older than a post, the parameters and the fields are as clients in use have them (the
WordPress plugins of the vendor and of a broadcaster, readers of single events); where several spellings of a field are
read, none of them says which is right. Nothing says that a post was deleted: it is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from feeds import jsonvalue, text
from feeds import sniff as sniffing
from feeds.document import plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.jsonvalue import Object
from feeds.liveblogs import hostpage
from feeds.liveblogs.hostpage import About, HostPage
from feeds.model import Batch, Coverage, Extent, Kind, Post
from feeds.sniff import MAX_ENTRIES, Form

API = "https://data.24liveplus.com/v1/retrieve_server/x/event"
PER_PAGE = 100
EVENT_EVERY = timedelta(minutes=5)
"""How long what an event says of itself is taken to hold; it is closed once in its life."""
PAGE_EVERY = timedelta(minutes=30)
"""How long the event that a page embeds is taken to be the same."""
_WHAT = "a live blog of 24liveblog"
_JSON = (("accept", "application/json"),)
_PAGE = (("accept", hostpage.ACCEPT),)
_NUMBER = re.compile(r"[0-9]{4,25}")
_API_PATH = re.compile(r"/v1/retrieve_server/x/event/([0-9]{4,25})(?:/(?:news/?)?)?")
_FRAME_PATHS = frozenset({"/live", "/live/", "/iframe", "/iframe/"})
_MARKS = (b"24liveblog.com", b"24liveplus.com", b"LB24_LIVE_CONTENT")
_ADDRESS = re.compile(r"//v\.24liveblog\.com/(?:live|iframe|embed/24\.js)/?\?(?:[^\s\"'<>#]{0,200}&)?id=([0-9]{4,25})")
_DATA_ADDRESS = re.compile(r"//data\.24liveplus\.com/v1/retrieve_server/x/event/([0-9]{4,25})(?![0-9])")
_PLACES = {"LB24_LIVE_CONTENT": "data-eid", "LB24": "eid"}
"""Elements in which the platform's script puts a blog, by their ids, and the attribute that names the event."""
_OLD_PLACE = re.compile(r"\blb_([0-9]{4,25})\b")


class Liveblog24:
    """The adapter for 24liveblog."""

    name = "liveblog24"

    def claim(self, url: str) -> Confidence:
        """Say whether an address is an event's, on the data server or as a frame; see `flow.Adapter`."""
        return Confidence.MINE if _event(url) else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer lists news, or is a page with an event in it; see `flow.Adapter`."""
        if jsonvalue.is_json(response, b'"nid"', b'"contents"'):
            found = _news(jsonvalue.peek(response, _WHAT))
            return Confidence.MINE if found and any(map(_is_post, found)) else Confidence.NO
        host = hostpage.load(response, *_MARKS)
        return Confidence.LIKELY if host and _embedded(host) else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read what an event says of itself now and then, and the newest page of its news; see `flow.Adapter`."""
        memory = _memory(visit.cursor)
        event, learned = _event(visit.url), False
        if not event and memory.event and _is_fresh(memory.page_read, visit.now, PAGE_EVERY):
            event = memory.event
        elif not event:
            known, learned = bool(memory.event), True
            response = yield Request(visit.url, headers=_PAGE, conditional=not visit.cursor, optional=known)
            if not known and sniffing.sniff(response).form is Form.JSON:
                return _alone(response)
            host = hostpage.load(response, *_MARKS)
            event = (_embedded(host) if host else "") or memory.event
            if not event:
                raise NotAFeedError("This web page shows no live blog of 24liveblog that can be read.")
            # A page that cannot be had is not asked for again at every visit.
            memory = replace(memory, about=hostpage.about(host) if host else memory.about, page_read=visit.now)
        if event != memory.event:
            memory, learned = _Memory(event=event, about=memory.about, page_read=memory.page_read), True
        problem = ""
        if not _is_fresh(jsonvalue.when(jsonvalue.string(memory.says, "asked")), visit.now, EVENT_EVERY):
            says, problem = _says(
                (yield Request(f"{API}/{event}/", headers=_JSON, optional=True)), memory.says, visit.now
            )
            memory, learned = replace(memory, says=says), True
        # Not while something just learned would be lost with an answer that is the same as last time.
        posts = _read((yield _ask(event, conditional=not learned)))
        oldest = _oldest(posts)
        if oldest and oldest != memory.first and len(posts) < (memory.most or PER_PAGE):
            # Nothing says how many there are, and a server may list fewer than it is asked for.
            memory = _measured(memory, posts, (yield replace(_ask(event, oldest), optional=True)))
        return _batch(memory, posts, problem)

    def older(self, visit: Visit) -> Flow[Batch]:
        """Read the page of news before a post; see `flow.Pages`."""
        event, before = (
            _digits(jsonvalue.string(visit.older, "event")),
            _digits(jsonvalue.string(visit.older, "before")),
        )
        if not event or not before:
            raise ParseError("It is not known where the older posts of this live blog are.")
        posts = tuple(post for post in _read((yield _ask(event, before))) if post.key != before)
        return Batch(Kind.LIVEBLOG, posts=posts, older=_place(event, _oldest(posts, before)))


# ------------------------------------------------------------------ which event


def _event(url: str) -> str:
    """Return the event an address is of; an empty text where it is of none."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""
    if host == "data.24liveplus.com":
        found = _API_PATH.fullmatch(parts.path)
        return found[1] if found else ""
    if host == "v.24liveblog.com" and parts.path in _FRAME_PATHS and len(parts.query) < 2_000:
        return _digits(next(iter(parse_qs(parts.query).get("id", [])), ""))
    return ""


def _embedded(host: HostPage) -> str:
    """Return the event a page embeds; an empty text where it embeds none.

    A frame may also hold a chat of the platform, which is no live blog.
    """
    for element in host.tree.iter():
        name = str(element.get("id") or "")
        if name in _PLACES and (event := _digits(str(element.get(_PLACES[name]) or "").strip())):
            return event
        if name == "24lb_thread" and (found := _OLD_PLACE.search(str(element.get("class") or "")[:2_000])):
            return found[1]
    for written in (*hostpage.shown(host), *hostpage.programs(host)):
        if found := _ADDRESS.search(written) or _DATA_ADDRESS.search(written):
            return found[1]
    return ""


# ------------------------------------------------------------------ questions


def _ask(event: str, before: str = "", *, conditional: bool = False) -> Request:
    """Return the question for a page of news: the newest, or those before a post."""
    url = f"{API}/{event}/news/?inverted_order=1&last_nid={before}&limit={PER_PAGE}"
    return Request(url, headers=_JSON, conditional=conditional)


class _Memory(Struct, frozen=True):
    """What the cursor holds, as far as it is right."""

    event: str = ""
    about: About = About()
    """What the publisher's page says."""
    page_read: datetime | None = None
    """When that page was last asked for."""
    says: dict[str, object] = {}
    """What the event says of itself, and when it was asked."""
    first: str = ""
    """The oldest post there is, where it was found that none is older."""
    most: int = 0
    """How many posts the server lists at most, where it was found that it lists fewer than it is asked for."""


def _memory(cursor: Mapping[str, object]) -> _Memory:
    most = cursor.get("most")
    return _Memory(
        event=_digits(jsonvalue.string(cursor, "event")),
        about=hostpage.remembered(cursor, "page"),
        page_read=jsonvalue.when(jsonvalue.string(cursor, "page_read")),
        says=jsonvalue.remembered(cursor, "says"),
        first=_digits(jsonvalue.string(cursor, "first")),
        most=most if isinstance(most, int) and not isinstance(most, bool) and 0 < most < PER_PAGE else 0,
    )


def _is_fresh(read: datetime | None, now: datetime | None, limit: timedelta) -> bool:
    return read is not None and now is not None and timedelta(0) <= now.astimezone(UTC) - read < limit


def _measured(memory: _Memory, posts: tuple[Post, ...], before: Response) -> _Memory:
    """Return what is known of how many posts there are, after those before the oldest of a list were asked for."""
    if before.failed:
        return memory
    try:
        older = [post for post in _read(before) if post.key != _oldest(posts)]
    except ParseError:
        return memory
    return replace(memory, most=len(posts)) if older else replace(memory, first=_oldest(posts))


# ------------------------------------------------------------------ answers


def _says(response: Response, known: dict[str, object], now: datetime | None) -> tuple[dict[str, object], str]:
    """Return what an event says of itself, as it is remembered, and a sentence where it cannot be told."""
    asked = now.isoformat() if now else ""
    try:
        if response.failed:
            raise ParseError(response.failed)
        found = jsonvalue.mapping(jsonvalue.load(response, _WHAT), "data", "event")
        if not found:
            raise ParseError("The answer describes no event.")
    except ParseError as error:
        lost = "" if known else f"What the live blog says of itself could not be read. {error}"
        return {**known, "asked": asked}, lost
    closed = found.get("closed")
    return {
        "title": text.clean(_first(found, "title", "name", "event_title")[:2_000]),
        "description": text.clean(_first(found, "description", "summary")[:20_000]),
        "closed": None if closed is None else closed in (True, 1, "1", "true"),
        "started": jsonvalue.number(found, "start_time"),
        "asked": asked,
    }, ""


def _batch(memory: _Memory, posts: tuple[Post, ...], problem: str) -> Batch:
    from feeds import html

    about, says = memory.about, memory.says
    title = about.title or html.title(jsonvalue.string(says, "title"))
    description = html.document(about.description or jsonvalue.string(says, "description"), about.link or API)
    closed = says.get("closed")
    oldest = _oldest(posts)
    whole = bool(oldest) and oldest == memory.first
    return Batch(
        Kind.LIVEBLOG,
        posts=tuple(replace(post, language=about.language) for post in posts),
        title=title,
        description=text.line(plain(description)),
        link=about.link,
        language=about.language,
        coverage=Coverage(
            headline=title,
            description=description,
            started=about.started or jsonvalue.when(says, "started"),
            live=not closed if isinstance(closed, bool) else None,
        ),
        extent=Extent.WHOLE if whole else Extent.PART,
        cursor={
            "event": memory.event,
            "page": hostpage.memory(about),
            "page_read": memory.page_read.isoformat() if memory.page_read else "",
            "says": says,
            "first": memory.first,
            "most": memory.most,
        },
        older={} if whole else _place(memory.event, oldest),
        problems=(problem,) if problem else (),
    )


def _alone(response: Response) -> Batch:
    """Read a page of news by itself. Raises `ParseError`."""
    return Batch(Kind.LIVEBLOG, posts=_read(response))


def _read(response: Response) -> tuple[Post, ...]:
    """Return the posts of an answer, each once: one that is pinned may stand on top and, below, where it belongs.

    Raises `ParseError`.
    """
    if response.failed:
        raise ParseError(response.failed)
    found = jsonvalue.load(response, _WHAT)
    news = _news(found)
    if news is None:
        reason = _first(found, "err_msg", "message", "msg")
        said = f" It says: “{text.line(reason[:1_000])[:100].strip()}”." if reason.strip() else ""
        raise NotAFeedError(f"This is JSON, but not the news of a live blog of 24liveblog.{said}")
    posts: dict[str, Post] = {}
    for number, each in enumerate(news[:MAX_ENTRIES]):
        post = _post(each)
        name = post.key or f"\0{number}"
        known = posts.get(name, post)
        if known.pinned or post.pinned:
            posts.pop(name, None)
            known = replace(known, pinned=True)
        posts[name] = known
    return tuple(posts.values())


def _news(found: object) -> list[Object] | None:
    """Return the posts of an answer, None where it has no list of them."""
    listed = jsonvalue.at(found, "data", "news")
    return jsonvalue.objects(listed) if isinstance(listed, list) else None


def _is_post(found: Object) -> bool:
    return "nid" in found and "contents" in found


def _place(event: str, before: str) -> dict[str, object]:
    return {"event": event, "before": before} if before else {}


def _oldest(posts: Iterable[Post], before: str = "") -> str:
    """Return the id of the last post of a list, of those that are lower than `before`; empty where there is none."""
    keys = [post.key for post in posts if not post.pinned and _digits(post.key)]
    lower = [key for key in keys if not before or int(key) < int(before)]
    return lower[-1] if lower else ""


def _digits(written: str) -> str:
    """Return a text if it is an id of the platform; else an empty one."""
    return written if _NUMBER.fullmatch(written) else ""


def _first(found: object, *names: str) -> str:
    """Return the first text there is under some names."""
    return next((written for name in names if (written := jsonvalue.string(found, name))), "")


# ------------------------------------------------------------------ one post


def _post(found: Object) -> Post:
    from feeds import html

    published = jsonvalue.when(found, "created")
    changes = (jsonvalue.when(found, name) for name in ("updated", "modified", "last_updated"))
    changed = next((when for when in changes if when), None)
    author = html.title(_first(found, "author", "nickname") or jsonvalue.string(found, "author", "name"))
    return Post(
        key=jsonvalue.identifier(found, "nid"),
        title=html.title(jsonvalue.string(found, "newstitle")),
        authors=(author,) if author else (),
        published=published,
        updated=changed if changed and published and changed > published else None,
        body=html.document(jsonvalue.string(found, "contents"), API),
        pinned=any(found.get(name) in (True, 1, "1") for name in ("pinned", "is_pinned", "isPinned", "sticky")),
    )
