"""Server-sent events as a live blog: each event is a post, a change to one, or its end.

Owns what is asked and remembered of a stream, and which event names which post; what the data of an event say is read
by `feeds.liveblogs.payloads`. The stream is kept open by the fetcher between visits (`flow.Request.listen`), which says
how it fares (`feeds.eventstream`). Posts are returned with the newest first, as every list here.

A post's key is the id in its data, else that of its event. Ids that a program merely counts from one at each connection
are no names: once they show themselves, posts are told apart by what they say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from feeds import eventstream, identity, jsonvalue, text
from feeds import sniff as sniffing
from feeds.errors import NotAFeedError
from feeds.eventstream import Event, State
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.liveblogs import payloads
from feeds.model import Batch, Extent, Hints, Kind, Post
from feeds.sniff import MAX_ENTRIES, Form

TOLD_FOR = 600.0
"""Seconds for which it is said that events were lost: between two looks at a stream nobody would read it."""
_MAX_ID = 1_000
_LONGEST_RETRY = 86_400.0


class EventStream:
    """The adapter for server-sent events."""

    name = "eventstream"

    def claim(self, url: str) -> Confidence:
        """Say NO: no address tells that it is a stream; see `flow.Adapter`."""
        return Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer is a stream by its type, or looks like one; see `flow.Adapter`."""
        if sniffing.sniff(response).form is not Form.EVENTS:
            return Confidence.NO
        return Confidence.MINE if response.content_type == eventstream.MEDIA_TYPE else Confidence.LIKELY

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Take what has come on the stream: one request, that listens; see `flow.Adapter`."""
        memory = _memory(visit.cursor)
        response = yield Request(visit.url, headers=tuple(_headers(memory)), listen=True)
        return _read(response, memory, visit)


# ------------------------------------------------------------------ what is remembered


class _Memory(Struct, frozen=True, omit_defaults=True):
    """What is known of a stream from one visit to the next; its names are those of the cursor."""

    last: str = ""
    """The last event id."""
    place: str = ""
    """How far the fetcher has handed the stream over."""
    retry: float | None = None
    """Seconds to wait before it is opened again."""
    seen: bool = False
    """An event came."""
    first_id: str = ""
    first_said: str = ""
    """The first event that had an id: the id, and a hash of what it said."""
    counted: bool = False
    """The ids of events are no names."""
    trouble: str = ""
    """What was lost, a sentence."""
    since: str = ""
    """When that was, in the form of ISO 8601."""


def _memory(cursor: Mapping[str, object]) -> _Memory:
    retry = jsonvalue.number(cursor, "retry")
    return _Memory(
        last=_sendable(jsonvalue.string(cursor, "last")),
        place=_sendable(jsonvalue.string(cursor, "place")),
        retry=min(retry, _LONGEST_RETRY) if retry is not None and retry >= 0 else None,
        seen=cursor.get("seen") is True,
        first_id=_sendable(jsonvalue.string(cursor, "first_id")),
        first_said=_sendable(jsonvalue.string(cursor, "first_said")),
        counted=cursor.get("counted") is True,
        trouble=text.line(jsonvalue.string(cursor, "trouble"))[:300],
        since=text.line(jsonvalue.string(cursor, "since"))[:40],
    )


def _cursor(memory: _Memory) -> dict[str, object]:
    named = {name: getattr(memory, name) for name in memory.__struct_fields__}
    return {name: value for name, value in named.items() if value not in ("", None, False)}


def _sendable(name: str) -> str:
    """Return an id that can stand in a field of a header, empty for one that cannot: it is no use."""
    return name if len(name) <= _MAX_ID and text.line(name) == name else ""


def _headers(memory: _Memory) -> Iterable[tuple[str, str]]:
    """Yield the fields of a request (WHATWG HTML, 9.2.2 and 9.2.3), and how far the last answer went."""
    yield "accept", eventstream.MEDIA_TYPE
    yield "cache-control", "no-store"
    if memory.last:
        yield eventstream.LAST_ID, memory.last.encode("utf-8").decode("latin-1")
    if memory.place:
        yield eventstream.PLACE, memory.place


# ------------------------------------------------------------------ one answer


def _read(response: Response, memory: _Memory, visit: Visit) -> Batch:
    """Read what has come on a stream. Raises `ParseError` where the answer is something else."""
    state = response.header(eventstream.STATE)
    if state == State.STOPPED:
        return _batch(response, (), memory, Hints(expired=True))
    sniffed = sniffing.sniff(response)
    if sniffed.form is not Form.EVENTS:
        raise sniffing.not_a_feed(sniffed, response)
    read = eventstream.read(sniffing.unpack(response, sniffed), last=memory.last, begins=not state)
    if not read.is_stream and not visit.cursor:
        raise NotAFeedError("The server says that this is a stream of events, but sends something else.")
    before = memory
    memory = replace(
        _named(memory, read.events),
        last=_sendable(read.last),
        place=_sendable(response.header(eventstream.PLACE)),
        retry=memory.retry if read.retry is None else min(read.retry, _LONGEST_RETRY),
        seen=memory.seen or bool(read.events),
    )
    posts, unread = _posts(read.events, memory, response.url)
    problems = []
    if len(posts) > MAX_ENTRIES:
        problems.append(f"More than {MAX_ENTRIES:,} posts came at once; only the newest of these were read.")
    if unread and not posts:
        problems.append(f"Nothing in {_count(unread)} can be read as a post.")
    memory = _with_trouble(memory, _trouble(response, before, memory, state), visit.now)
    hints = Hints()
    if state == State.OPEN:
        hints = Hints(listening=True)
    elif state:
        hints = Hints(interval=eventstream.RETRY if memory.retry is None else memory.retry)
    return _batch(response, posts[:MAX_ENTRIES], memory, hints, problems)


def _batch(
    response: Response, posts: tuple[Post, ...], memory: _Memory, hints: Hints, problems: Iterable[str] = ()
) -> Batch:
    return Batch(
        Kind.LIVEBLOG,
        posts=posts,
        title=_host(response.url),
        hints=hints,
        extent=Extent.DELTA,
        cursor=_cursor(memory),
        problems=(*([memory.trouble] if memory.trouble else []), *problems),
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _count(number: int) -> str:
    return "1 event" if number == 1 else f"{number:,} events"


# ------------------------------------------------------------------ what was lost


def _trouble(response: Response, before: _Memory, memory: _Memory, state: str) -> str:
    """Return what was lost on the stream since the visit `before`, a sentence; empty where nothing was."""
    lost = jsonvalue.number({"lost": response.header(eventstream.LOST)}, "lost") or 0
    if lost >= 1:
        return f"So much came on the stream that {_count(int(lost))} could not be kept until the visit."
    names = [place.partition(".")[0] for place in (before.place, memory.place) if place]
    if memory.seen and not memory.last and (state == State.OVER or len(set(names)) > 1):
        return "The stream was closed for a while, and its events have no ids to go on from: some may be missing."
    return ""


def _with_trouble(memory: _Memory, trouble: str, now: datetime | None) -> _Memory:
    """Return a memory with what was lost now, or lately."""
    if trouble:
        return replace(memory, trouble=trouble, since=now.isoformat() if now else "")
    try:
        since = datetime.fromisoformat(memory.since).astimezone(UTC)
    except (ValueError, OverflowError):
        since = None
    lately = since is not None and now is not None and timedelta(0) <= now - since < timedelta(seconds=TOLD_FOR)
    return memory if lately else replace(memory, trouble="", since="")


# ------------------------------------------------------------------ posts


def _named(memory: _Memory, events: Iterable[Event]) -> _Memory:
    """Return a memory that knows whether the ids of events are names.

    They are not if one comes again and says something else, without a word that it is a change: then they are counted,
    and begin anew with each connection.
    """
    said = {memory.first_id: memory.first_said} if memory.first_id else {}
    counted = memory.counted
    for event in events:
        if event.id and not payloads.is_change(event.name):
            saying = identity.digest(event.data)
            counted = counted or said.setdefault(event.id, saying) != saying
    first = next(iter(said), "")
    return replace(memory, counted=counted, first_id=_sendable(first), first_said=said.get(first, ""))


def _posts(events: Iterable[Event], memory: _Memory, base: str) -> tuple[tuple[Post, ...], int]:
    """Return the posts of some events, each in its last state, the newest first; and how many events held nothing."""
    posts: dict[str, Post] = {}
    unread = 0
    for event in events:
        found = payloads.posts(event.data, event.name, base)
        if found is None:
            continue
        unread += not found
        for post in found:
            if not post.key and len(found) == 1 and not memory.counted:
                post = replace(post, key=_sendable(event.id))
            name = post.key or f"\0{len(posts)}"
            before = posts.get(name)
            if before is not None and post.withdrawn and not (post.title or post.body):
                # What it said is worth showing, if nobody has seen it yet.
                post = replace(before, withdrawn=True)
            posts[name] = post
    return tuple(posts.values())[::-1], unread
