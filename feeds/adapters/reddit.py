"""Reddit live threads.

Owns the addresses of threads and the two answers that are read of one: what the thread says of itself
(`about.json`) and its list of updates. The list is read from the newest; the `before` cursor of Reddit is never
used, since it answers with nothing for ever once the update it names is deleted. The way back is the cursor `after`,
which may fail so as well: then the update above the one it names leads on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

from msgspec.structs import replace

from feeds import jsonvalue, text
from feeds.document import Document, Media, links, paragraphs, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.jsonvalue import Object
from feeds.liveblogs import backlog
from feeds.model import Batch, Coverage, Extent, Kind, Post

SITE = "https://www.reddit.com"
ABOUT_EVERY = timedelta(minutes=5)
"""How long what a thread says of itself is taken to hold; its state changes once in its life."""
MAX_TEXT = 20_000
"""Characters of a thread's description."""
_WHAT = "a Reddit live thread"
_HEADERS = (("accept", "application/json"),)
_THREAD = re.compile(r"/live/([a-z0-9]{8,40})(?:/(?:about|updates)?)?(?:\.json)?/?")
_PREFIX = "LiveUpdate_"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
_STATES = {"live": True, "complete": False}


class Reddit:
    """The adapter for live threads of Reddit."""

    name = "reddit"

    def claim(self, url: str) -> Confidence:
        """Say whether an address is a live thread's; see `flow.Adapter`."""
        return Confidence.MINE if _thread(url) else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer lists updates of a live thread; see `flow.Adapter`."""
        if not jsonvalue.is_json(response, b'"LiveUpdate"', b'"children"'):
            return Confidence.NO
        listing = jsonvalue.peek(response, _WHAT)
        return Confidence.MINE if _is_listing(listing) and _updates(listing) else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the thread: its list, and now and then what it says of itself; see `flow.Adapter`."""
        thread = _thread(visit.url)
        if not thread:
            response = yield Request(visit.url, headers=_HEADERS, conditional=True)
            return _batch(_listing(response), "", jsonvalue.remembered(visit.cursor, "about"))
        address = f"{SITE}/live/{thread}"
        about = jsonvalue.remembered(visit.cursor, "about")
        asking = _is_old(about, visit.now)
        problems: list[str] = []
        if asking:
            response = yield Request(f"{address}/about.json?raw_json=1", headers=_HEADERS, optional=True)
            try:
                about = _about(response, visit.now)
            except ParseError as error:
                problems.append(f"What the thread says of itself could not be read. {response.failed or error}")
                # It is not asked again at once; where nothing is known of it yet, at the next visit.
                about = {**about, "asked": visit.now.isoformat()} if about and visit.now else about
        # An answer that is the same as last time would end the visit, and what was just learned were lost.
        first = f"{address}.json?limit={_limit(visit.now)}&raw_json=1"
        response = yield Request(first, headers=_HEADERS, conditional=not asking)
        return replace(_batch(_listing(response), thread, about), problems=tuple(problems))

    def older(self, visit: Visit) -> Flow[Batch]:
        """Read the updates before the one that is named in `visit.older`; see `flow.Pages`."""
        thread, names = _thread(visit.url), _names(visit.older)
        if not thread or not names:
            raise backlog.lost()
        first = f"{SITE}/live/{thread}.json?limit=100&raw_json=1"
        batch = _batch(_listing((yield Request(_from(first, names[0]), headers=_HEADERS))), thread, {})
        if not batch.posts and len(names) > 1:
            # The end, or the answer for an update that was deleted meanwhile: what the one above it shows tells.
            batch = _batch(_listing((yield Request(_from(first, names[1]), headers=_HEADERS))), thread, {})
        leads_back = set(_names(batch.older)[:1]) <= set(names)
        return replace(batch, older={}) if leads_back or not batch.posts else batch


def _thread(url: str) -> str:
    """Return the id of the thread an address is of, an empty text where it is none."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not (host == "reddit.com" or host.endswith(".reddit.com")):
        return ""
    found = _THREAD.fullmatch(parts.path)
    return found[1] if found else ""


def _limit(now: datetime | None) -> int:
    """Return how many updates to ask for: a little more or less each time, since lists of one length are cached."""
    return 100 - (now.second % 5 if now else 0)


def _from(address: str, name: str) -> str:
    """Return the address of the updates before one."""
    return f"{address}&after={quote(name, safe='')}"


def _names(older: Mapping[str, object]) -> list[str]:
    """Return the names of the last update shown and of the one above it, as they were kept."""
    return [name for name in jsonvalue.items(older, "after")[:2] if isinstance(name, str) and _NAME.fullmatch(name)]


# ------------------------------------------------------------------ what a thread says of itself


def _about(response: Response, now: datetime | None) -> dict[str, object]:
    """Return what is remembered of `about.json`. Raises `ParseError`."""
    found = jsonvalue.mapping(jsonvalue.load(response, _WHAT), "data")
    if "title" not in found and "state" not in found:
        raise NotAFeedError("The answer does not describe a Reddit live thread.")
    return {
        "title": text.clean(jsonvalue.string(found, "title")[:MAX_TEXT]),
        "description": text.clean(_unescaped(jsonvalue.string(found, "description_html")[:MAX_TEXT])),
        "state": jsonvalue.line(found, "state")[:40],
        "started": jsonvalue.number(found, "created_utc"),
        "asked": now.isoformat() if now else "",
    }


def _is_old(about: Mapping[str, object], now: datetime | None) -> bool:
    asked = jsonvalue.when(about, "asked")
    return asked is None or now is None or not timedelta(0) <= now.astimezone(UTC) - asked < ABOUT_EVERY


# ------------------------------------------------------------------ updates


def _listing(response: Response) -> object:
    """Return a list of updates. Raises `ParseError`."""
    found = jsonvalue.load(response, _WHAT)
    if not _is_listing(found):
        reason = jsonvalue.line(found, "message") or jsonvalue.line(found, "reason")
        said = f" It says: “{reason[:100]}”." if reason else ""
        raise NotAFeedError(f"This is JSON, but not the list of a Reddit live thread.{said}")
    return found


def _is_listing(found: object) -> bool:
    if jsonvalue.string(found, "kind") != "Listing" or not isinstance(jsonvalue.at(found, "data", "children"), list):
        return False
    children = jsonvalue.items(found, "data", "children")
    return not children or any(jsonvalue.string(child, "kind") == "LiveUpdate" for child in children)


def _updates(listing: object) -> list[Object]:
    children = jsonvalue.objects(listing, "data", "children")
    return [jsonvalue.mapping(child, "data") for child in children if child.get("kind") == "LiveUpdate"]


def _batch(listing: object, thread: str, about: dict[str, object]) -> Batch:
    from feeds import html

    posts: dict[str, Post] = {}
    for update in _updates(listing):
        post = _post(update, thread)
        posts.setdefault(post.key or f"\0{len(posts)}", post)
    after = jsonvalue.identifier(listing, "data", "after")
    above = [post.key for post in posts.values() if post.key and f"{_PREFIX}{post.key}" != after][-1:]
    description = html.document(jsonvalue.string(about, "description"), f"{SITE}/")
    title = html.title(jsonvalue.string(about, "title"))
    return Batch(
        Kind.LIVEBLOG,
        posts=tuple(posts.values()),
        title=title,
        description=text.line(plain(description)),
        link=f"{SITE}/live/{thread}" if thread else None,
        coverage=Coverage(
            headline=title,
            description=description,
            started=jsonvalue.when(about, "started"),
            live=_STATES.get(jsonvalue.string(about, "state")),
        ),
        # The list leaves nothing out above its oldest; it reaches the first update where nothing comes after.
        extent=Extent.SINCE if jsonvalue.at(listing, "data", "after") else Extent.WHOLE,
        cursor={"about": about} if about else {},
        older={"after": [after, *(f"{_PREFIX}{key}" for key in above)]} if thread and after else {},
    )


def _post(update: Object, thread: str) -> Post:
    key = jsonvalue.identifier(update, "id") or jsonvalue.identifier(update, "name").removeprefix(_PREFIX)
    author = jsonvalue.line(update, "author")
    return Post(
        key=key,
        url=text.url(f"{SITE}/live/{thread}/updates/{key}", "") if thread and key else None,
        authors=(author,) if author and author != "[deleted]" else (),
        published=jsonvalue.when(update, "created_utc"),
        body=_body(update),
        withdrawn=update.get("stricken") is True,
    )


def _body(update: Object) -> Document:
    from feeds import html

    body = html.document(_unescaped(jsonvalue.string(update, "body_html")), f"{SITE}/")
    if not body:
        body = paragraphs(text.clean(jsonvalue.string(update, "body")).strip())
    shown = set(links(body))
    for embed in jsonvalue.objects(update, "embeds"):
        url = jsonvalue.web(embed, "url")
        if url and url not in shown:
            shown.add(url)
            body = (*body, Media("embed", url))
    return body


def _unescaped(markup: str) -> str:
    """Return HTML, which Reddit escapes once more where it was not asked for `raw_json`."""
    return text.decode_entities(markup) if markup.lstrip()[:4].lower() == "&lt;" else markup
