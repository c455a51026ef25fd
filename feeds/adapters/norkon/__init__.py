"""Live blogs of Norkon Live Center, read from its public API.

Owns the cycle of calls, which is that of Norkon's public API description: `Initial` brings the newest posts and an id
of changes, `Changes/<id>` what was added, changed and removed since; an answer may be 30 seconds old. How older posts
are asked for (`EarlierObj/<id>`, before it `Earlier/<id>`) is told by clients in use. Which channel is read is decided
by `norkon.channels`, posts are read by `norkon.bulletins`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from feeds import jsonvalue, text
from feeds import sniff as sniffing
from feeds.adapters.norkon import bulletins, channels
from feeds.document import plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.jsonvalue import Object
from feeds.liveblogs import hostpage
from feeds.liveblogs.hostpage import About
from feeds.model import Batch, Coverage, Extent, Hints, Kind, Post
from feeds.sniff import Form

API = "https://livecentercdn.norkon.net/BulletinFeed"
INTERVAL = 30.0
"""Seconds for which an answer of the API may be kept by its caches."""
ALL_EVERY = timedelta(minutes=10)
"""How long changes alone are read, before the newest posts are held against what is known again."""
PAGE_EVERY = timedelta(minutes=30)
"""How long the channel that a page embeds is taken to be the same."""
_JSON = (("accept", "application/json"),)
_PAGE = (("accept", hostpage.ACCEPT),)


class Norkon:
    """The adapter for Norkon Live Center."""

    name = "norkon"

    def claim(self, url: str) -> Confidence:
        """Say whether an address is a channel's in the API, or of its frame; see `flow.Adapter`."""
        return Confidence.MINE if channels.of_address(url) else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer lists posts, or is a page with a channel in it; see `flow.Adapter`."""
        if jsonvalue.is_json(response, b'"result"'):
            found = jsonvalue.mapping(jsonvalue.peek(response, bulletins.WHAT), "result")
            return Confidence.MINE if bulletins.is_list(found) else Confidence.NO
        host = hostpage.load(response, *channels.MARKS)
        return Confidence.LIKELY if host and channels.of_page(host, response.url) else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read what was changed since the last visit, at first and now and then the newest posts; see `flow.Adapter`.

        None of the answers decides alone whether anything was changed: one of changes that is the same as the last
        says nothing about what is missing from the list of posts.
        """
        memory = _memory(visit.cursor)
        channel = channels.of_address(visit.url)
        if not channel and memory.channel and _is_fresh(memory.page_read, visit.now, PAGE_EVERY):
            channel = memory.channel
        elif not channel:
            known = bool(memory.channel)
            response = yield Request(visit.url, headers=_PAGE, conditional=not visit.cursor, optional=known)
            if not known and sniffing.sniff(response).form is Form.JSON:
                return _alone(response)
            host = hostpage.load(response, *channels.MARKS)
            channel = (channels.of_page(host, response.url) if host else "") or memory.channel
            if not channel:
                raise NotAFeedError("This web page shows no live blog of Norkon Live Center that can be read.")
            # A page that cannot be had is not asked for again at every visit.
            memory = replace(memory, about=hostpage.about(host) if host else memory.about, page_read=visit.now)
        if channel != memory.channel:
            memory = _Memory(channel=channel, about=memory.about, page_read=memory.page_read)
        return (yield from _visited(memory, visit.now))

    def older(self, visit: Visit) -> Flow[Batch]:
        """Read the posts before one; see `flow.Pages`."""
        channel = channels.known(jsonvalue.string(visit.older, "channel"))
        before = bulletins.digits(jsonvalue.string(visit.older, "before"))
        if not channel or not before:
            raise ParseError("It is not known where the older posts of this live blog are.")
        request = Request(f"{API}/{channel}/EarlierObj/{before}/", headers=_JSON, optional=True)
        found = bulletins.earlier((yield request))
        if found is None:
            found = bulletins.earlier((yield Request(f"{API}/{channel}/Earlier/{before}/", headers=_JSON)))
        if found is None:
            raise NotAFeedError("This is not a list of older posts of Norkon Live Center.")
        listed, more = found
        posts = tuple(post for post in listed if post.key != before)
        return Batch(Kind.LIVEBLOG, posts=posts, older=_place(channel, _oldest(posts, before) if more else ""))


# ------------------------------------------------------------------ memory


class _Memory(Struct, frozen=True):
    """What the cursor holds, as far as it is right."""

    channel: str = ""
    about: About = About()
    """What the publisher's page says."""
    page_read: datetime | None = None
    """When that page was last asked for."""
    last: str = ""
    """The id of changes up to which everything is known."""
    before: str = ""
    """The oldest post of the list, where there are older ones."""
    all_read: datetime | None = None
    """When the newest posts were last read, rather than changes alone."""
    title: str = ""
    description: str = ""
    closed: bool | None = None
    """What the channel says of itself."""


def _memory(cursor: Mapping[str, object]) -> _Memory:
    channel = channels.known(jsonvalue.string(cursor, "channel"))
    closed = cursor.get("closed")
    return _Memory(
        channel=channel,
        about=hostpage.remembered(cursor, "page"),
        page_read=jsonvalue.when(jsonvalue.string(cursor, "page_read")),
        last=bulletins.digits(jsonvalue.string(cursor, "last")),
        before=bulletins.digits(jsonvalue.string(cursor, "before")),
        all_read=jsonvalue.when(jsonvalue.string(cursor, "all_read")),
        title=jsonvalue.line(cursor, "title"),
        description=text.clean(jsonvalue.string(cursor, "description")[:20_000]),
        closed=closed if isinstance(closed, bool) else None,
    )


def _cursor(memory: _Memory) -> dict[str, object]:
    return {
        "channel": memory.channel,
        "page": hostpage.memory(memory.about),
        "page_read": memory.page_read.isoformat() if memory.page_read else "",
        "last": memory.last,
        "before": memory.before,
        "all_read": memory.all_read.isoformat() if memory.all_read else "",
        "title": memory.title,
        "description": memory.description,
        "closed": memory.closed,
    }


def _is_fresh(read: datetime | None, now: datetime | None, limit: timedelta) -> bool:
    return read is not None and now is not None and timedelta(0) <= now.astimezone(UTC) - read < limit


# ------------------------------------------------------------------ the cycle


def _visited(memory: _Memory, now: datetime | None) -> Flow[Batch]:
    """Read a channel: what was changed, where it is known since when, and the newest posts where that is not enough."""
    changes: Object | None = None
    if memory.last:
        # Changes are not kept for ever; where the id is not known any more, the newest posts are read.
        url = f"{API}/{memory.channel}/Changes/{memory.last}"
        changes = _joined((yield Request(url, headers=_JSON, optional=True)), memory.last)
    if changes is not None and _is_fresh(memory.all_read, now, ALL_EVERY):
        return _changed(memory, changes)
    url = f"{API}/{memory.channel}/Initial/"
    response = yield Request(url, headers=_JSON, optional=changes is not None)
    if changes is None:
        return _newest(memory, bulletins.result(response), (), now)
    try:
        inner = bulletins.result(response)
    except ParseError:
        return _changed(memory, changes)  # the newest posts are read another time
    if not _is_as_new(inner, changes):
        return _changed(memory, changes)
    newest = _newest(memory, inner, bulletins.tombstones(changes), now)
    listed = {post.key for post in newest.posts}
    below = tuple(post for post in bulletins.posts(changes) if post.key not in listed)
    # What was changed below the newest posts has no place among them.
    return replace(newest, posts=(*newest.posts, *below), extent=Extent.DELTA) if below else newest


def _joined(response: Response, last: str) -> Object | None:
    """Return the changes of an answer; None where it has none, or they do not follow what is known."""
    try:
        inner = bulletins.result(response)
    except ParseError:
        return None
    reached = bulletins.last_changes(inner)
    return inner if reached and int(reached) >= int(last) else None


def _is_as_new(newest: Object, changes: Object) -> bool:
    """Say whether the newest posts are as new as some changes: they say so, or else show every post of these.

    They may come from a cache and be older: what had been edited would be edited back.
    """
    read, reached = bulletins.last_changes(newest), bulletins.last_changes(changes)
    listed = {post.key for post in bulletins.posts(newest)}
    changed = {post.key for post in bulletins.posts(changes) if not post.withdrawn}
    return int(read) >= int(reached) if read else changed <= listed


def _changed(memory: _Memory, changes: Object) -> Batch:
    """Return what was changed since the last visit."""
    posts = bulletins.posts(changes)
    memory = replace(memory, last=bulletins.last_changes(changes))
    return _batch(memory, (*posts, *_gone(bulletins.tombstones(changes), posts)), Extent.DELTA)


def _newest(memory: _Memory, inner: Object, tombstones: Iterable[Post], now: datetime | None) -> Batch:
    """Return the newest posts, and those that were removed. Raises `ParseError`."""
    if not isinstance(inner.get("addedOrChanged"), list):
        raise NotAFeedError("This is JSON, but not the newest posts of Norkon Live Center.")
    posts = bulletins.posts(inner)
    all_there_is = inner.get("hasMore") is False
    content = jsonvalue.mapping(inner, "channelContent")
    closed = next((found for name in ("closed", "isClosed") if isinstance(found := content.get(name), bool)), None)
    memory = replace(
        memory,
        last=bulletins.last_changes(inner),
        before="" if all_there_is else _oldest(posts),
        all_read=now,
        title=jsonvalue.line(content, "title") or jsonvalue.line(content, "name"),
        description=text.clean(jsonvalue.string(content, "description")[:20_000]),
        closed=closed,
    )
    return _batch(memory, (*posts, *_gone(tombstones, posts)), Extent.WHOLE if all_there_is else Extent.PART)


def _alone(response: Response) -> Batch:
    """Read an answer of the API by itself. Raises `ParseError`."""
    inner = bulletins.result(response)
    if not bulletins.is_list(inner):
        raise NotAFeedError("This is JSON, but not a list of posts of Norkon Live Center.")
    posts = bulletins.posts(inner)
    shown = (*posts, *_gone(bulletins.tombstones(inner), posts))
    return Batch(Kind.LIVEBLOG, posts=shown, hints=Hints(interval=INTERVAL))


def _batch(memory: _Memory, posts: tuple[Post, ...], extent: Extent) -> Batch:
    from feeds import html

    about = memory.about
    title = about.title or html.title(memory.title)
    description = html.document(about.description or memory.description, about.link or API)
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
            started=about.started,
            live=None if memory.closed is None else not memory.closed,
        ),
        hints=Hints(interval=INTERVAL),
        extent=extent,
        cursor=_cursor(memory),
        older=_place(memory.channel, memory.before),
    )


def _gone(tombstones: Iterable[Post], posts: Iterable[Post]) -> tuple[Post, ...]:
    """Return the tombstones of posts that the same answer does not list."""
    listed = {post.key for post in posts}
    return tuple(each for each in tombstones if each.key not in listed)


# ------------------------------------------------------------------ older posts


def _place(channel: str, before: str) -> dict[str, object]:
    return {"channel": channel, "before": before} if before else {}


def _oldest(posts: Iterable[Post], before: str = "") -> str:
    """Return the post to ask for what is older than it, the last of a list; empty where that leads nowhere new.

    Its place counts and not its id, since one that is published late stands above posts made after it. Below `before`
    an id must be lower all the same: a page that leads back to where it was asked for is the last.
    """
    keys = [post.key for post in posts if not post.pinned and bulletins.digits(post.key)]
    lower = [key for key in keys if not before or int(key) < int(before)]
    return lower[-1] if lower else ""
