"""Accounts and tags of Mastodon, read from the public API of the host that shows them.

Owns the addresses of profiles and tags, the calls for them, and the shape of a status. The API says when a status was
edited, describes its pictures and lists it until it is deleted; the RSS of the same page does none of that, and does
not lead to older statuses, as the API does (docs.joinmastodon.org, «Pagination»). Counts of boosts and favourites are
no part of a post, nor is the preview of a link in it: a host makes that later, and nobody has edited anything then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import parse_qs, quote, unquote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from feeds import jsonvalue, text
from feeds import sniff as sniffing
from feeds.document import Block, Document, Listing, Media, Paragraph, Run, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.jsonvalue import Object
from feeds.liveblogs import backlog
from feeds.model import Batch, Extent, Kind, Post
from feeds.sniff import MAX_ENTRIES, Form

PER_PAGE = 40
"""Statuses asked for at a time, the most the API gives."""
_WHAT = "a list of statuses of Mastodon"
_JSON = (("accept", "application/json"),)
_ACCOUNT = re.compile(r"/@([A-Za-z0-9_.-]{1,80}(?:@[A-Za-z0-9.-]{1,120})?)(?:/(?:with_replies|media)?)?")
_TAG = re.compile(r"/tags/([^/?#]{1,200})/?")
_CALL = re.compile(r"/api/v1/(?:accounts/[0-9]{1,20}/statuses|timelines/(?:tag/[^/]{1,200}|public))")
_NUMBER = re.compile(r"[0-9]{1,20}")
_LINK = re.compile(r'<([^<>]{0,2000})>[^<>,]{0,200}?;\s{0,10}rel="?(next|prev)\b', re.IGNORECASE)
_MAX_LINK = 10_000
_ENDLESS = str(10**20)
"""A number that no status has."""
_MEDIA: Mapping[str, Literal["image", "video", "audio", "embed"]] = {
    "image": "image",
    "gifv": "video",
    "video": "video",
    "audio": "audio",
}


class Mastodon:
    """The adapter for accounts and tags of Mastodon."""

    name = "mastodon"

    def claim(self, url: str) -> Confidence:
        """Say whether an address looks like one of Mastodon's: others use such paths as well; see `flow.Adapter`."""
        place = _place(url)
        if place is not None:
            return Confidence.MAYBE
        return Confidence.LIKELY if _CALL.fullmatch(_path(url)) else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer lists statuses, or is the page of an account or a tag; see `flow.Adapter`."""
        if jsonvalue.is_json(response, b'"created_at"', b'"account"', b'"content"'):
            found = jsonvalue.objects(jsonvalue.peek(response, _WHAT))
            return Confidence.MINE if any(map(_is_status, found)) else Confidence.NO
        return Confidence.LIKELY if _place(response.url) and _is_page(response) else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the newest statuses; see `flow.Adapter`."""
        place = _place(visit.url)
        known = settled = _known(visit.cursor, place)
        if place is None or known is None:
            response = yield Request(visit.url, headers=_ACCEPT, conditional=not visit.cursor or place is None)
            if place is None or sniffing.sniff(response).form is Form.JSON:
                posts = _posts(response)
                is_call = _CALL.fullmatch(_path(visit.url)) is not None
                if not posts and not is_call:
                    raise NotAFeedError("This list is empty; nothing says that it is one of Mastodon.")
                older = _older(response, posts, _ENDLESS) if is_call else {}
                return replace(_batch(posts, _Known(), visit), older=older)
            if not _is_page(response):
                raise NotAFeedError("This web page is no account or tag of Mastodon.")
            known = _Known(tag=place.tag)
            if place.account:
                known = _account((yield Request(_lookup(place), headers=_JSON)))
        address = _statuses(place, known)
        response = yield Request(address, headers=_JSON, conditional=settled is not None)
        posts = _posts(response)
        return replace(_batch(posts, known, visit), older=_older(response, posts, _ENDLESS))

    def older(self, visit: Visit) -> Flow[Batch]:
        """Read the statuses before the one whose number is in `visit.older`; see `flow.Pages`."""
        place, before = _place(visit.url), jsonvalue.string(visit.older, "max_id")
        if not _NUMBER.fullmatch(before) or (place is None and not _CALL.fullmatch(_path(visit.url))):
            raise backlog.lost()
        known = _known(visit.cursor, place) or _Known(tag=place.tag if place else "")
        if place and place.account and not known.id:
            known = _account((yield Request(_lookup(place), headers=_JSON)))
        address = _statuses(place, known) if place else visit.url
        response = yield Request(_from(address, before), headers=_JSON)
        posts = _posts(response)
        return replace(_batch(posts, known, visit), older=_older(response, posts, before))


_ACCEPT = (("accept", "application/json, text/html;q=0.9"),)


# ------------------------------------------------------------------ addresses


class _Place(Struct, frozen=True):
    """An account or a tag, and the host that shows it."""

    root: str
    account: str = ""
    tag: str = ""


class _Known(Struct, frozen=True):
    """What is remembered of an account or a tag."""

    id: str = ""
    """The number of an account."""
    tag: str = ""
    name: str = ""
    note: str = ""
    """What an account says of itself, as HTML."""


def _place(url: str) -> _Place | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    root = f"{parts.scheme}://{parts.netloc}"
    # A remote account, @name@host, is shown by this host as well, but for all else of it there is its own.
    if (found := _ACCOUNT.fullmatch(parts.path)) and not found[1].lower().endswith((".rss", ".json")):
        return _Place(root, account=found[1])
    found = _TAG.fullmatch(parts.path)
    tag = unquote(found[1]) if found else ""
    return _Place(root, tag=tag) if tag and not tag.endswith((".rss", ".json")) else None


def _path(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.path if parts.scheme in ("http", "https") else ""


def _lookup(place: _Place) -> str:
    """Return the address that tells the number of an account."""
    return f"{place.root}/api/v1/accounts/lookup?acct={quote(place.account, safe='@')}"


def _statuses(place: _Place, known: _Known) -> str:
    """Return the address of the newest statuses of an account or a tag."""
    tag = f"/api/v1/timelines/tag/{quote(known.tag, safe='')}?"
    call = f"/api/v1/accounts/{known.id}/statuses?exclude_replies=true&" if known.id else tag
    return f"{place.root}{call}limit={PER_PAGE}"


def _from(address: str, before: str) -> str:
    """Return the address of the statuses before one. What else bounds the list from above or turns it goes."""
    parts = urlsplit(address)
    kept = [pair for pair in parts.query.split("&") if pair and pair.partition("=")[0] not in ("max_id", "min_id")]
    return parts._replace(query="&".join([*kept, f"max_id={before}"]), fragment="").geturl()


def _is_page(response: Response) -> bool:
    """Say whether an answer is a page of Mastodon: it holds the state its program begins with."""
    sniffed = sniffing.sniff(response)
    if sniffed.form is not Form.HTML:
        return False
    try:
        body = sniffing.unpack(response, sniffed)
    except ParseError:
        return False
    return b"initial-state" in body and b"mastodon" in body.lower()


def _known(cursor: Mapping[str, object], place: _Place | None) -> _Known | None:
    """Return what the cursor holds of a place, None where that is no use."""
    number, tag = jsonvalue.string(cursor, "id"), jsonvalue.string(cursor, "tag")
    if place is None or tag != place.tag or (place.account and not _NUMBER.fullmatch(number)):
        return None
    name, note = jsonvalue.string(cursor, "name"), jsonvalue.string(cursor, "note")
    return _Known(number if place.account else "", tag, text.clean(name), text.clean(note))


# ------------------------------------------------------------------ answers


def _account(response: Response) -> _Known:
    """Return an account that was looked up. Raises `ParseError`."""
    found = jsonvalue.load(response, "an account of Mastodon")
    number = jsonvalue.identifier(found, "id")
    if not _NUMBER.fullmatch(number):
        raise NotAFeedError(f"Mastodon knows no such account.{_reason(found)}")
    note = text.clean(jsonvalue.string(found, "note")[:20_000])
    return _Known(number, name=_name(jsonvalue.mapping(found)), note=note)


def _posts(response: Response) -> tuple[Post, ...]:
    """Return the statuses of an answer, each once. Raises `ParseError`."""
    found = jsonvalue.load(response, _WHAT)
    statuses = [each for each in jsonvalue.objects(found) if _is_status(each)]
    if not isinstance(found, list) or (found and not statuses):
        raise NotAFeedError(f"This is JSON, but not a list of statuses of Mastodon.{_reason(found)}")
    posts: dict[str, Post] = {}
    for status in statuses[:MAX_ENTRIES]:
        post = _post(status, response.url)
        posts.setdefault(post.key or f"\0{len(posts)}", post)
    return tuple(posts.values())


def _older(response: Response, posts: tuple[Post, ...], before: str) -> dict[str, object]:
    """Return where the statuses before these are, `before` which they are; empty at the end.

    The header `Link` (RFC 8288) knows the end, and names a status before which to go on that need not be in the list:
    what a host leaves out for its own reasons counts there. Its number is taken and not its address, which may be on
    any host.
    """
    links = {found[2].lower(): found[1] for found in _LINK.finditer(response.header("link")[:_MAX_LINK])}
    if links:
        query = parse_qs(links.get("next", "").partition("?")[2])
        number = query.get("max_id", [""])[0]
    else:
        number = posts[-1].key if posts else ""
    return {"max_id": number} if _NUMBER.fullmatch(number) and int(number) < int(before) else {}


def _reason(found: object) -> str:
    said = jsonvalue.line(found, "error")
    return f" It says: “{said[:100]}”." if said else ""


def _is_status(found: Object) -> bool:
    return "created_at" in found and "content" in found and isinstance(found.get("account"), dict)


def _batch(posts: tuple[Post, ...], known: _Known, visit: Visit) -> Batch:
    from feeds import html

    cursor: dict[str, object] = {name: value for name in known.__struct_fields__ if (value := getattr(known, name))}
    place = _place(visit.url)
    authors = {post.authors for post in posts if not post.origin}
    alone = next(iter(authors))[:1] if len(authors) == 1 else ()
    return Batch(
        Kind.FEED,
        posts=posts,
        title=known.name or (f"#{text.line(known.tag)}" if known.tag else "".join(alone)),
        description=text.line(plain(html.document(known.note, visit.url))),
        link=visit.url if place else None,
        # The list leaves nothing out above its oldest: what is missing there was deleted.
        extent=Extent.SINCE,
        cursor=cursor,
    )


# ------------------------------------------------------------------ one status


def _name(account: Object) -> str:
    return jsonvalue.line(account, "display_name") or jsonvalue.line(account, "acct")


def _post(status: Object, base: str) -> Post:
    """Return a status; of one that passes on another's, what was passed on and whose it is."""
    from feeds import html

    passed_on = jsonvalue.mapping(status, "reblog")
    said = passed_on if _is_status(passed_on) else status
    author = _name(jsonvalue.mapping(said, "account"))
    tags = (jsonvalue.line(tag, "name") for tag in jsonvalue.objects(said, "tags"))
    return Post(
        key=jsonvalue.identifier(status, "id"),
        url=jsonvalue.web(said, "url", base=base) or jsonvalue.web(said, "uri", base=base),
        title=html.title(jsonvalue.string(said, "spoiler_text")),
        authors=(author,) if author else (),
        published=jsonvalue.when(status, "created_at"),
        updated=jsonvalue.when(said, "edited_at"),
        body=_body(said, base),
        tags=tuple(dict.fromkeys(tag for tag in tags if tag))[:50],
        language=jsonvalue.line(said, "language")[:40] or None,
        origin=author or None if said is passed_on else None,
        pinned=status.get("pinned") is True,
    )


def _body(status: Object, base: str) -> Document:
    from feeds import html

    body: list[Block] = list(html.document(jsonvalue.string(status, "content"), base))
    options = (jsonvalue.line(each, "title") for each in jsonvalue.objects(status, "poll", "options"))
    items = tuple((Paragraph((Run(option),)),) for option in options if option)
    if items:
        body.append(Listing(items))
    for attachment in jsonvalue.objects(status, "media_attachments"):
        url = jsonvalue.web(attachment, "url", base=base) or jsonvalue.web(attachment, "remote_url", base=base)
        kind = _MEDIA.get(jsonvalue.string(attachment, "type"), "embed")
        caption = jsonvalue.line(attachment, "description")
        if url or caption:
            body.append(Media(kind, url or "", caption))
    return tuple(body)
