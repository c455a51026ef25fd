"""Live blogs of Superdesk Live Blog (Sourcefabric), read from its public API.

Owns where the API of a blog is, the queries that are put to it and the shape of a post: groups of items, of which
texts, pictures and embeds are kept and advertisements are not. After the first visit only posts are asked for that
were changed since; deleted and unpublished ones are among them and say so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

from msgspec import Struct

from feeds import jsonvalue, text
from feeds import sniff as sniffing
from feeds.document import BOLD, Block, Document, Media, Paragraph, Run, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.jsonvalue import Object
from feeds.model import Batch, Coverage, Extent, Hints, Kind, Post
from feeds.sniff import Form

PER_PAGE = 100
MOST_PAGES = 5
"""Pages read of what was changed since the last visit."""
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
_ADVERTISEMENT = re.compile(r"\s*advert", re.IGNORECASE)
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
            return Confidence.MINE if found and any(map(_is_post, found)) else Confidence.NO
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
        asking = not _is_fresh(memory.about, visit.now)
        about = memory.about
        if asking:
            about = _about((yield Request(api, headers=_JSON)), visit.now)
        posts: dict[str, Post] = {}
        latest, extent = memory.latest, Extent.DELTA
        for number in range(1, (MOST_PAGES if memory.latest else 1) + 1):
            # Not while something just learned would be lost with an answer that is the same as last time.
            first = number == 1 and not asking and memory.latest is not None
            found = jsonvalue.load((yield _ask(api, memory.latest, number, conditional=first)), _WHAT)
            items = _listed(found)
            for item in items:
                if post := _post(item, api):
                    posts.setdefault(post.key or f"\0{len(posts)}", post)
                latest = max(filter(None, (latest, *_changes(item))), default=None)
            total = jsonvalue.number(found, "_meta", "total")
            whole = total is not None and total <= len(items)
            if memory.latest is None:
                extent = Extent.WHOLE if whole else Extent.SINCE
            if not items or total is None or total <= number * len(items):
                break
        cursor: dict[str, object] = {"api": api, "about": about}
        if latest:
            cursor["latest"] = latest.isoformat()
        return _batch(about, tuple(posts.values()), extent, cursor, api, link)


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
        if root and _BLOG.fullmatch(blog) and (_host(root) == _host(response.url) or _host(root).endswith(_THEIRS)):
            return _api(f"{root.rstrip('/')}/api/client_blogs/{blog}")
    return ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


# ------------------------------------------------------------------ questions


def _ask(api: str, latest: datetime | None, number: int, *, conditional: bool) -> Request:
    """Return the question for a page of posts: the newest, or those changed since a moment."""
    if latest is None:
        rules: list[object] = [{"term": {"post_status": "open"}}, {"not": {"term": {"deleted": True}}}]
        sort = "published_date"
    else:
        # A text that is changed has a new `content_updated_date`, a post that is deleted a new `_updated` alone.
        since = {"gte": latest.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")}
        changed = [{"range": {name: since}} for name in ("content_updated_date", "_updated")]
        rules = [{"terms": {"post_status": ["open", "submitted"]}}, {"or": changed}]
        sort = "_updated"
    query = {"query": {"filtered": {"filter": {"and": rules}}}, "sort": [{sort: {"order": "desc"}}]}
    written = quote(json.dumps(query, separators=(",", ":")), safe="")
    url = f"{api}/posts?max_results={PER_PAGE}&page={number}&source={written}"
    return Request(url, headers=_JSON, conditional=conditional)


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
    for item in _listed(jsonvalue.load(response, _WHAT)):
        if post := _post(item, response.url):
            posts.setdefault(post.key or f"\0{len(posts)}", post)
    return Batch(Kind.LIVEBLOG, posts=tuple(posts.values()), hints=Hints(interval=INTERVAL), extent=Extent.PART)


def _listed(found: object) -> list[Object]:
    """Return the posts of an answer. Raises `ParseError`."""
    items = _items(found)
    if items is None:
        reason = jsonvalue.line(found, "_error", "message") or jsonvalue.line(found, "_message")
        said = f" It says: “{reason[:100]}”." if reason else ""
        raise NotAFeedError(f"This is JSON, but not a list of posts of Superdesk.{said}")
    return items


def _items(found: object) -> list[Object] | None:
    """Return the posts of an answer, also of one that a page carries inside; None where it has no list."""
    inner = found if isinstance(jsonvalue.at(found, "_items"), list) else jsonvalue.at(found, "posts")
    return jsonvalue.objects(inner, "_items") if isinstance(jsonvalue.at(inner, "_items"), list) else None


def _is_post(found: Object) -> bool:
    return "_id" in found and isinstance(found.get("groups"), list)


def _changes(item: Object) -> tuple[datetime | None, datetime | None]:
    return jsonvalue.when(item, "_updated"), jsonvalue.when(item, "content_updated_date")


# ------------------------------------------------------------------ one post


def _post(found: Object, base: str) -> Post | None:
    """Return a post, None for one that is nothing but an advertisement."""
    key = jsonvalue.identifier(found, "_id")
    if found.get("deleted") is True or jsonvalue.string(found, "post_status") not in ("", "open"):
        return Post(key=key, withdrawn=True)
    items = _main(found)
    kept = [item for item in items if not _ADVERTISEMENT.match(jsonvalue.string(item, "item_type"))]
    if items and not kept:
        return None
    published = jsonvalue.when(found, "published_date") or jsonvalue.when(found, "firstcreated")
    changed = jsonvalue.when(found, "content_updated_date")
    return Post(
        key=key,
        authors=_authors(found, kept),
        published=published,
        updated=changed if changed and published and changed > published else None,
        body=tuple(block for item in kept for block in _body(item, base)),
        language=jsonvalue.line(found, "language")[:40] or None,
        key_event=found.get("lb_highlight") is True,
        pinned=found.get("sticky") is True,
    )


def _main(found: Object) -> list[Object]:
    refs = [
        ref
        for group in jsonvalue.objects(found, "groups")
        if group.get("id") == "main"
        for ref in jsonvalue.objects(group, "refs")
    ]
    return [item for ref in refs if isinstance(item := ref.get("item"), dict)]


def _authors(found: Object, items: list[Object]) -> tuple[str, ...]:
    """Return who wrote a post: its byline, else whoever made it."""
    for each in (found, *items):
        name = jsonvalue.line(each, "byline") or jsonvalue.line(each, "original_creator", "display_name")
        if name:
            return (name,)
    return ()


def _body(item: Object, base: str) -> Document:
    from feeds import html

    meta = jsonvalue.mapping(item, "meta")
    body: list[Block] = list(html.document(jsonvalue.string(item, "text"), base))
    kind = jsonvalue.string(item, "item_type")
    if kind == "comment" and body and (name := jsonvalue.line(item, "commenter")):
        body.insert(0, Paragraph((Run(f"{name}:", BOLD),)))
    if not body and kind == "image":
        url = jsonvalue.web(meta, "media", "renditions", "viewImage", "href", base=base)
        caption = html.title(jsonvalue.string(meta, "caption"))
        return (Media("image", url or "", caption),) if url or caption else ()
    if not body and kind == "embed":
        url = jsonvalue.web(meta, "original_url", base=base) or jsonvalue.web(meta, "url", base=base)
        inner = html.document(jsonvalue.string(meta, "html"), base)
        return inner or ((Media("embed", url, html.title(jsonvalue.string(meta, "title"))),) if url else ())
    return tuple(body)
