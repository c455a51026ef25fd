"""Live blogs of Superdesk Live Blog (Sourcefabric), read from its public API.

Owns where the API of a blog is and the queries that are put to it; a post is read by `superdesk.posts`. After the first
visit only posts are asked for that were changed since; deleted and unpublished ones are among them and say so. Older
ones are asked for by the date of the last that is known, since pages move on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from feeds import jsonvalue, text
from feeds import sniff as sniffing
from feeds.adapters.superdesk import posts as superdeskposts
from feeds.document import plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.jsonvalue import Object
from feeds.liveblogs import backlog
from feeds.model import Batch, Coverage, Extent, Hints, Kind, Post
from feeds.sniff import Form

PER_PAGE = 100
MOST_PAGES = 5
"""Pages read of what was changed since the last visit."""
MOST_OLDER = 1_000
"""Pages of posts that were published in one second."""
ABOUT_EVERY = timedelta(minutes=5)
"""How long what a blog says of itself is taken to hold; it is closed once in its life."""
INTERVAL = 10.0
"""Seconds between the polls of the platform's own page."""
_WHAT = "a live blog of Superdesk"
_JSON = (("accept", "application/json"),)
_API = re.compile(r"((?:/[^/]{1,80}){0,3}/api/client_blogs/([0-9a-f]{24}))(?:/.{0,400})?")
_BLOG = re.compile(r"[0-9a-f]{24}")
_SETTINGS = re.compile(r"\bLB\s{0,9}=\s{0,9}(?=\{)")
_THEIRS = ".liveblog.pro"
_STATES = {"open": True, "closed": False}


class Superdesk:
    """The adapter for Superdesk Live Blog."""

    name = "superdesk"

    def claim(self, url: str) -> Confidence:
        """Say whether an address is that of a blog in the API; see `flow.Adapter`."""
        return Confidence.MINE if _api(url) else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer lists posts, or is the page of a blog; see `flow.Adapter`."""
        if jsonvalue.is_json(response, b'"_items"', b'"groups"'):
            found = _items(jsonvalue.peek(response, _WHAT))
            return Confidence.MINE if found and any(map(superdeskposts.is_post, found)) else Confidence.NO
        return Confidence.LIKELY if _of_page(response) else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read what a blog says of itself now and then, and what was changed since; see `flow.Adapter`."""
        api = _api(visit.url) or _api(jsonvalue.string(visit.cursor, "api"))
        link = None if _api(visit.url) else visit.url
        if not api:
            response = yield Request(visit.url, conditional=not visit.cursor)
            if sniffing.sniff(response).form is Form.JSON:
                return _alone(response)
            api = _of_page(response)
            if not api:
                raise NotAFeedError("This web page shows no live blog of Superdesk, or one of another host.")
        memory = _memory(visit)
        about, problems = memory.about, []
        asking = not _is_fresh(about, visit.now)
        if asking:
            told = yield Request(api, headers=_JSON, optional=True)
            if told.failed:
                problems.append(f"What the live blog says of itself could not be read. {told.failed}")
            else:
                about = _about(told, visit.now)
        posts: dict[str, Post] = {}
        latest, extent, older = memory.latest, Extent.DELTA, _now(visit)
        for number in range(1, (MOST_PAGES if memory.latest else 1) + 1):
            # Not while something just learned would be lost with an answer that is the same as last time.
            first = number == 1 and not asking and memory.latest is not None
            response = yield _ask(api, _changed(memory.latest), number, conditional=first, optional=number > 1)
            if response.failed:
                problems.append(f"Some changes could not be read; they are asked for again. {response.failed}")
                break
            found = jsonvalue.load(response, _WHAT)
            items = _listed(found)
            _put(posts, items, api)
            latest = max(filter(None, (latest, *(when for item in items for when in _changes(item)))), default=None)
            if memory.latest is None:
                total = jsonvalue.number(found, "_meta", "total")
                extent = Extent.WHOLE if total is not None and total <= len(items) else Extent.SINCE
                older = {} if _is_last(found, items, number) else _place(items, visit.now, number)
            if _is_last(found, items, number):
                break
        else:
            # As many changes as are read at once: the next ones at the next visit, even if these are of one second.
            latest = latest + timedelta(seconds=1) if latest and latest == memory.latest else latest
        if extent is Extent.SINCE:
            response = yield _ask(api, _ON_TOP, 1, conditional=False, optional=True)
            if response.failed:
                problems.append(f"What is kept on top of the live blog could not be read. {response.failed}")
            else:
                _put(posts, _listed(jsonvalue.load(response, _WHAT)), api)
        shown = tuple(posts.values()) if memory.latest is None else tuple(reversed(posts.values()))
        cursor: dict[str, object] = {"api": api, "about": about}
        if latest:
            cursor["latest"] = latest.isoformat()
        batch = _batch(about, shown, extent, cursor, api, link)
        return replace(batch, older=older, problems=tuple(problems))

    def older(self, visit: Visit) -> Flow[Batch]:
        """Read the posts up to the date of the last one that is known; see `flow.Pages`."""
        before = jsonvalue.when(jsonvalue.string(visit.older, "before"))
        number = visit.older.get("page", 1)
        if before is None or not isinstance(number, int) or not 0 < number <= MOST_OLDER:
            raise backlog.lost()
        api = _api(visit.url)
        if not api and _is_trusted(known := _api(jsonvalue.string(visit.cursor, "api")), visit.url):
            api = known
        if not api:
            if not visit.url.startswith(("http://", "https://")):
                raise backlog.lost()
            api = _of_page((yield Request(visit.url)))
            if not api:
                raise NotAFeedError("This web page shows no live blog of Superdesk any more, or one of another host.")
        found = jsonvalue.load((yield _ask(api, _published(before), int(number), conditional=False)), _WHAT)
        items = _listed(found)
        posts: dict[str, Post] = {}
        _put(posts, items, api)
        older = {} if _is_last(found, items, int(number)) else _place(items, before, int(number))
        return Batch(Kind.LIVEBLOG, posts=tuple(posts.values()), older=older)


# ------------------------------------------------------------------ where the API is


def _api(url: str) -> str:
    """Return the address of a blog in the API that an address is or lies under; an empty text where it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    found = _API.fullmatch(parts.path) if parts.scheme in ("http", "https") and parts.hostname else None
    return f"{parts.scheme}://{parts.netloc}{found[1]}" if found else ""


def _of_page(response: Response) -> str:
    """Return where the API of a page's blog is: at its own host or the vendor's; an empty text where nowhere."""
    sniffed = sniffing.sniff(response)
    if sniffed.form is not Form.HTML:
        return ""
    try:
        body = sniffing.unpack(response, sniffed)
        if b"api_host" not in body or b"LB" not in body:
            return ""
        page = sniffing.read_text(response, sniffed)
    except ParseError:
        return ""
    for found in list(_SETTINGS.finditer(page))[:5]:
        try:
            settings, _ = json.JSONDecoder(strict=False).raw_decode(page, found.end())
        except (ValueError, RecursionError):
            continue
        blog = jsonvalue.string(settings, "blog", "_id")
        root = jsonvalue.web(settings, "api_host", base=response.url)
        if root and _BLOG.fullmatch(blog) and _is_trusted(root, response.url):
            return _api(f"{root.rstrip('/')}/api/client_blogs/{blog}")
    return ""


def _is_trusted(api: str, page: str) -> bool:
    """Say whether an address is at the host of a page, or the vendor's: elsewhere nothing is asked for."""
    return bool(_host(api)) and (_host(api) == _host(page) or _host(api).endswith(_THEIRS))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


# ------------------------------------------------------------------ questions


class _Question(Struct, frozen=True):
    """Which posts are asked for, as rules of a query of ElasticSearch."""

    rules: tuple[object, ...]
    sort: str
    order: str = "desc"


_OPEN = ({"term": {"post_status": "open"}}, {"not": {"term": {"deleted": True}}})
_ON_TOP = _Question((*_OPEN, {"term": {"sticky": True}}), "published_date")
"""What is kept on top, whatever its date: a list that does not reach back to it does not show it."""


def _changed(latest: datetime | None) -> _Question:
    """Ask for the posts changed since a moment, the last change last; where there is none, for the newest.

    Changes are read in their order: where there are more than are read at a visit, the next one goes on behind them.
    """
    if latest is None:
        return _Question(_OPEN, "published_date")
    # A text that is changed has a new `content_updated_date`, a post that is deleted a new `_updated` alone.
    since = {"gte": _written(latest)}
    changed = [{"range": {name: since}} for name in ("content_updated_date", "_updated")]
    return _Question(({"terms": {"post_status": ["open", "submitted"]}}, {"or": changed}), "_updated", "asc")


def _published(before: datetime) -> _Question:
    """Ask for the posts that were published up to a moment, and for those of which it is not said when."""
    second = before if not before.microsecond else before + timedelta(seconds=1)
    return _Question((*_OPEN, {"not": {"range": {"published_date": {"gt": _written(second)}}}}), "published_date")


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _ask(api: str, question: _Question, number: int, *, conditional: bool, optional: bool = False) -> Request:
    """Return the request for a page of posts."""
    query = {
        "query": {"filtered": {"filter": {"and": question.rules}}},
        "sort": [{question.sort: {"order": question.order}}],
    }
    written = quote(json.dumps(query, separators=(",", ":")), safe="")
    url = f"{api}/posts?max_results={PER_PAGE}&page={number}&source={written}"
    return Request(url, headers=_JSON, conditional=conditional, optional=optional)


def _now(visit: Visit) -> dict[str, object]:
    """Return the place before everything there is at the time of a visit: of what was changed nothing follows."""
    return {"before": visit.now.astimezone(UTC).isoformat()} if visit.now else {}


def _place(items: list[Object], before: datetime | None, number: int) -> dict[str, object]:
    """Return where the posts before those of a page are: before its oldest date, else on the page after it."""
    oldest = min(filter(None, (jsonvalue.when(item, "published_date") for item in items)), default=None)
    if oldest is not None and (before is None or oldest < before):
        return {"before": oldest.isoformat()}
    return {"before": before.isoformat(), "page": number + 1} if before else {}


class _Memory(Struct, frozen=True):
    """What the cursor holds, as far as it is right."""

    about: dict[str, object]
    latest: datetime | None = None
    """The newest change that was seen."""


def _memory(visit: Visit) -> _Memory:
    latest = jsonvalue.when(visit.cursor.get("latest"))
    if latest and visit.now and latest > visit.now + timedelta(days=1):
        latest = None  # nothing would ever be newer
    return _Memory(jsonvalue.remembered(visit.cursor, "about"), latest)


def _is_fresh(about: Mapping[str, object], now: datetime | None) -> bool:
    asked = jsonvalue.when(about, "asked")
    return asked is not None and now is not None and timedelta(0) <= now.astimezone(UTC) - asked < ABOUT_EVERY


# ------------------------------------------------------------------ answers


def _about(response: Response, now: datetime | None) -> dict[str, object]:
    """Return what a blog says of itself, as it is remembered. Raises `ParseError`."""
    found = jsonvalue.mapping(jsonvalue.load(response, _WHAT))
    if "blog_status" not in found and "title" not in found:
        raise NotAFeedError("This is JSON, but not a live blog of Superdesk.")
    return {
        "title": text.clean(jsonvalue.string(found, "title")[:2_000]),
        "description": text.clean(jsonvalue.string(found, "description")[:20_000]),
        "state": jsonvalue.line(found, "blog_status")[:40],
        "started": jsonvalue.line(found, "start_date"),
        "link": jsonvalue.web(found, "public_url"),
        "asked": now.isoformat() if now else "",
    }


def _batch(
    about: Mapping[str, object],
    posts: tuple[Post, ...],
    extent: Extent,
    cursor: dict[str, object],
    api: str,
    link: str | None,
) -> Batch:
    from feeds import html

    title = html.title(jsonvalue.string(about, "title"))
    description = html.document(jsonvalue.string(about, "description"), api)
    return Batch(
        Kind.LIVEBLOG,
        posts=posts,
        title=title,
        description=text.line(plain(description)),
        link=link or jsonvalue.web(about, "link"),
        coverage=Coverage(
            headline=title,
            description=description,
            started=jsonvalue.when(about, "started"),
            live=_STATES.get(jsonvalue.string(about, "state")),
        ),
        hints=Hints(interval=INTERVAL),
        extent=extent,
        cursor=cursor,
    )


def _alone(response: Response) -> Batch:
    """Read a list of posts by itself. Raises `ParseError`."""
    posts: dict[str, Post] = {}
    _put(posts, _listed(jsonvalue.load(response, _WHAT)), response.url)
    return Batch(Kind.LIVEBLOG, posts=tuple(posts.values()), hints=Hints(interval=INTERVAL), extent=Extent.PART)


def _listed(found: object) -> list[Object]:
    """Return the posts of an answer. Raises `ParseError`."""
    items = _items(found)
    if items is None:
        reason = jsonvalue.line(found, "_error", "message") or jsonvalue.line(found, "_message")
        said = f" It says: “{reason[:100]}”." if reason else ""
        raise NotAFeedError(f"This is JSON, but not a list of posts of Superdesk.{said}")
    return items


def _put(posts: dict[str, Post], items: list[Object], base: str) -> None:
    """Add the posts of an answer to those that were read, each once and as it is shown last."""
    for item in items:
        if post := superdeskposts.post(item, base):
            posts.pop(post.key, None)
            posts[post.key or f"\0{len(posts)}"] = post


def _is_last(found: object, items: list[Object], number: int) -> bool:
    """Say whether there is no page after the one of that number."""
    total = jsonvalue.number(found, "_meta", "total")
    return not items or total is None or total <= number * len(items)


def _items(found: object) -> list[Object] | None:
    """Return the posts of an answer, also of one that a page carries inside; None where it has no list."""
    inner = found if isinstance(jsonvalue.at(found, "_items"), list) else jsonvalue.at(found, "posts")
    return jsonvalue.objects(inner, "_items") if isinstance(jsonvalue.at(inner, "_items"), list) else None


def _changes(item: Object) -> tuple[datetime | None, datetime | None]:
    return jsonvalue.when(item, "_updated"), jsonvalue.when(item, "content_updated_date")
