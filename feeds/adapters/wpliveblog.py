"""Live blogs of the WordPress plugin Liveblog, by Automattic.

Owns the settings a page carries for the plugin's script, the calls of its API (`/wp-json/liveblog/v1/…`) and the
records they answer with. An edit is a record with the id of the entry and another time, a deletion one without text;
so the calls that follow the first bring everything that has happened, and ask for nothing twice.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from msgspec import Struct, ValidationError, convert
from msgspec.structs import asdict, replace

from feeds import jsonvalue, text
from feeds import sniff as sniffing
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.jsonvalue import Object
from feeds.model import Batch, Coverage, Extent, Hints, Kind, Post
from feeds.sniff import MAX_ENTRIES, Form

FIRST_PAGES = 10
"""Pages of entries read at the first visit; the plugin puts five on one."""
PAGE_EVERY = timedelta(minutes=10)
"""How long the page's settings are taken to hold: they say whether the blog was closed."""
_WHAT = "the entries of a WordPress live blog"
_JSON = (("accept", "application/json"),)
_PAGE = (("accept", "text/html, application/json;q=0.9"),)
_API = re.compile(r"(?:/[^/]{1,80}){0,4}/wp-json/liveblog/v1/[0-9]{1,12}/.{0,400}", re.DOTALL)
_SETTINGS = re.compile(r"\bliveblog_settings\s{0,9}=\s{0,9}(?=\{)")
_COMMAND = re.compile(r"<span[^<>]{0,100}class=\"[^\"<>]{0,100}liveblog-command[^<>]{0,200}>[^<>]{0,100}</span>\s*")
_STATES = {"enable": True, "archive": False}
_SECONDS = (5.0, 3_600.0)
_LAST_SECOND = 1 << 40


class WpLiveblog:
    """The adapter for Automattic's Liveblog."""

    name = "wpliveblog"

    def claim(self, url: str) -> Confidence:
        """Say whether an address is a call of the plugin's API; see `flow.Adapter`."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return Confidence.NO
        known = parts.scheme in ("http", "https") and _API.fullmatch(parts.path)
        return Confidence.MINE if known else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer holds entries, or the settings of the plugin; see `flow.Adapter`."""
        if jsonvalue.is_json(response, b'"entry_time"'):
            found = jsonvalue.peek(response, _WHAT)
            return Confidence.MINE if any(map(_is_entry, _entries(found) or [])) else Confidence.NO
        return Confidence.LIKELY if _settings(response) else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the page and its entries, later what was recorded since; see `flow.Adapter`."""
        memory = _memory(visit)
        if memory is None:
            # A cursor that holds nothing of use is no sign that the page was read.
            response = yield Request(visit.url, headers=_PAGE, conditional=not visit.cursor)
            if sniffing.sniff(response).form is Form.JSON:
                return _alone(response)
            return (yield from _whole(_page(response, visit)))
        if _is_old(memory, visit.now):
            # What has happened is asked whether or not the page has changed, so an answer that has not ends nothing.
            page = _page((yield Request(visit.url, headers=_PAGE)), visit)
            memory = replace(page, latest=memory.latest)
        return (yield from _since(memory, visit.now))


# ------------------------------------------------------------------ the page


class _Memory(Struct, frozen=True):
    """What is known of a blog from one visit to the next."""

    endpoint: str
    """Where its API is, at the host of the page."""
    latest: int = 0
    """The second up to which everything is known."""
    entry: str = "0-0"
    """The newest entry when the page was made: `id-second`."""
    refresh: int = 0
    """Seconds between the polls of the site's own script."""
    title: str = ""
    state: str = ""
    link: str = ""
    read: str = ""
    """When the page was read."""


def _memory(visit: Visit) -> _Memory | None:
    """Return what the cursor holds, None where that is no use."""
    try:
        memory = convert(jsonvalue.remembered(visit.cursor), _Memory)
    except ValidationError:
        return None
    usable = visit.now is not None and 0 < memory.latest < _LAST_SECOND and 0 <= memory.refresh <= _SECONDS[1]
    return memory if usable and _API.fullmatch(_path(memory.endpoint)) else None


def _is_old(memory: _Memory, now: datetime | None) -> bool:
    read = jsonvalue.when(memory.read)
    return read is None or now is None or not timedelta(0) <= now.astimezone(UTC) - read < PAGE_EVERY


def _settings(response: Response) -> Object:
    """Return the settings a page carries; an empty object where there are none."""
    sniffed = sniffing.sniff(response)
    if sniffed.form is not Form.HTML:
        return {}
    try:
        body = sniffing.unpack(response, sniffed)
        if b"liveblog_settings" not in body:
            return {}
        page = sniffing.read_text(response, sniffed)
    except ParseError:
        return {}
    found = _SETTINGS.search(page)
    if found is None:
        return {}
    try:
        settings, _ = json.JSONDecoder(strict=False).raw_decode(page, found.end())
    except (ValueError, RecursionError):
        return {}
    return settings if isinstance(settings, dict) and jsonvalue.string(settings, "endpoint_url") else {}


def _page(response: Response, visit: Visit) -> _Memory:
    """Return what a page says of its blog. Raises `ParseError`."""
    settings = _settings(response)
    if not settings:
        sniffed = sniffing.sniff(response)
        if sniffed.form is not Form.HTML:
            raise sniffing.not_a_feed(sniffed, response)
        raise NotAFeedError("This web page holds no live blog of the WordPress plugin, or its settings are broken.")
    endpoint = jsonvalue.web(settings, "endpoint_url", base=response.url) or ""
    if _host(endpoint) not in (_host(response.url), _host(visit.url)) or not _API.fullmatch(_path(endpoint)):
        raise ParseError(f"The live blog keeps its entries where they are not looked for: {text.line(endpoint)[:200]}.")
    stamp = _whole_number(settings, "latest_entry_timestamp")
    latest = jsonvalue.identifier(settings, "latest_entry_id")
    refresh = _whole_number(settings, "refresh_interval")
    return _Memory(
        endpoint=endpoint,
        latest=stamp,
        entry=f"{latest}-{stamp}" if latest.isascii() and latest.isdigit() else "0-0",
        refresh=min(refresh, int(_SECONDS[1])),
        title=_title(response),
        state=jsonvalue.line(settings, "state")[:40],
        link=response.url,
        read=visit.now.isoformat() if visit.now else "",
    )


def _title(response: Response) -> str:
    """Return the title of a page: what it tells others, else its own."""
    from feeds import html

    sniffed = sniffing.sniff(response)
    tree = html.tree(sniffing.unpack(response, sniffed), sniffing.header_charset(response))
    if tree is None:
        return ""
    metas = (str(meta.get("content") or "") for meta in tree.iter("meta") if meta.get("property") == "og:title")
    return html.title(next(metas, "") or tree.findtext(".//title") or "")


# ------------------------------------------------------------------ the calls


def _whole(page: _Memory) -> Flow[Batch]:
    """Read the entries from the newest back."""
    posts: dict[str, Post] = {}
    latest, whole = page.latest, False
    for number in range(1, FIRST_PAGES + 1):
        found = _load((yield Request(f"{page.endpoint}get-entries/{number}/{page.entry}", headers=_JSON)))
        entries = _entries(found) or []
        for entry in entries:
            post = _post(entry, page.link)
            posts.setdefault(post.key or f"\0{len(posts)}", post)
            latest = max(latest, _whole_number(entry, "timestamp"))
        if not entries or number >= _whole_number(found, "pages"):
            whole = True
            break
    extent = Extent.WHOLE if whole else Extent.SINCE
    return _batch(replace(page, latest=latest), tuple(posts.values())[:MAX_ENTRIES], extent)


def _since(memory: _Memory, now: datetime | None) -> Flow[Batch]:
    """Read what was recorded since the last visit: new entries, edits and deletions, the oldest first."""
    # Rounded as the site's own script does: its caches have the answer then. A call for a time to come would be kept
    # by them until that time, with nothing in it.
    step = max(memory.refresh, 1)
    start = (memory.latest + 1) // step * step
    end = max(int(now.timestamp()) // step * step if now else start, start)
    found = _load((yield Request(f"{memory.endpoint}entries/{start}/{end}/", headers=_JSON)))
    posts: dict[str, Post] = {}
    latest = memory.latest
    for entry in _entries(found) or []:
        post = _post(entry, memory.link)
        # The last record of an entry holds; one that names none can be told by nothing.
        posts.pop(post.key, None)
        posts[post.key or f"\0{len(posts)}"] = post
        latest = max(latest, _whole_number(entry, "timestamp"))
    shown = tuple(reversed(posts.values()))[:MAX_ENTRIES]
    return _batch(replace(memory, latest=latest), shown, Extent.DELTA)


def _alone(response: Response) -> Batch:
    """Read an answer of the API by itself. Raises `ParseError`."""
    found = _load(response)
    posts: dict[str, Post] = {}
    for entry in _entries(found) or []:
        post = _post(entry, "")
        posts.setdefault(post.key or f"\0{len(posts)}", post)
    return Batch(Kind.LIVEBLOG, posts=tuple(posts.values())[:MAX_ENTRIES], extent=Extent.PART)


def _load(response: Response) -> object:
    found = jsonvalue.load(response, _WHAT)
    if _entries(found) is None:
        reason = jsonvalue.line(found, "message")
        said = f" It says: “{reason[:100]}”." if reason else ""
        raise NotAFeedError(f"This is JSON, but not the entries of a WordPress live blog.{said}")
    return found


def _batch(memory: _Memory, posts: tuple[Post, ...], extent: Extent) -> Batch:
    least, most = _SECONDS
    # Of a blog without entries nothing is remembered: there is no second to ask from.
    return Batch(
        Kind.LIVEBLOG,
        posts=posts,
        title=memory.title,
        link=memory.link or None,
        coverage=Coverage(headline=memory.title, live=_STATES.get(memory.state)),
        hints=Hints(interval=min(max(float(memory.refresh), least), most) if memory.refresh else None),
        extent=extent,
        cursor=asdict(memory) if memory.latest else {},
    )


# ------------------------------------------------------------------ entries


def _entries(found: object) -> list[Object] | None:
    """Return the records of an answer, or of a list of key events; None where it holds no list."""
    if isinstance(found, list):
        entries = jsonvalue.objects(found)
        return entries if any(map(_is_entry, entries)) else None
    return jsonvalue.objects(found, "entries") if isinstance(jsonvalue.at(found, "entries"), list) else None


def _is_entry(found: Object) -> bool:
    return "id" in found and "entry_time" in found and ("render" in found or "html" in found or "content" in found)


def _post(entry: Object, page: str) -> Post:
    """Return a record as a post. `timestamp` is when it was written, `entry_time` when the entry was."""
    from feeds import html

    key = jsonvalue.identifier(entry, "id")
    published = _second(entry, "entry_time") or _second(entry, "timestamp")
    recorded = _second(entry, "timestamp")
    if jsonvalue.string(entry, "type") == "delete":
        return Post(key=key, withdrawn=True)
    markup = next((words for name in ("render", "html", "content") if (words := jsonvalue.string(entry, name))), "")
    names = [jsonvalue.line(author, "name") for author in jsonvalue.objects(entry, "authors")]
    names = names or [html.title(jsonvalue.string(entry, "author_link"))]
    return Post(
        key=key,
        url=jsonvalue.web(entry, "share_link", base=page),
        title=html.title(jsonvalue.string(entry, "entry_title") or jsonvalue.string(entry, "headline")),
        authors=tuple(dict.fromkeys(name for name in names if name)),
        published=published,
        updated=recorded if recorded and published and recorded > published else None,
        body=html.document(_COMMAND.sub("", markup), page),
        key_event=jsonvalue.at(entry, "key_event") in (True, "1", "true"),
    )


def _second(entry: Object, name: str) -> datetime | None:
    return jsonvalue.when(jsonvalue.number(entry, name))


def _whole_number(found: object, name: str) -> int:
    """Return a number of seconds or of pages; 0 where there is none."""
    value = jsonvalue.number(found, name) or 0
    return int(value) if 0 <= value < _LAST_SECOND else 0


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _path(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.path if parts.scheme in ("http", "https") else ""
