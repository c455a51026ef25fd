"""The answers of Norkon Live Center, and the posts in them, which its server calls bulletins.

Owns the wrapper of an answer (`{success, result}` or `{success, errMessage}`, Norkon's public API description), how
lists of posts and removals are named, and the fields of a post as clients in use read them. Where several spellings
are read, no description says which is right; what a field of an unknown meaning says (`importance`) is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec.structs import replace

from feeds import jsonvalue
from feeds.document import Document, Media
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Response
from feeds.jsonvalue import Object
from feeds.model import Post
from feeds.sniff import MAX_ENTRIES

WHAT = "a channel of Norkon Live Center"
_BASE = "https://livecentercdn.norkon.net/"
_DIGITS = re.compile(r"[0-9]{1,18}")
_LISTS = ("addedOrChanged", "added", "changed", "bulletins")
_REMOVED = ("removed", "removedIds", "deleted", "deletedIds")
_EMBED = re.compile(r"<ncpost-content\b([^<>]{0,4000})>", re.IGNORECASE)
_EMBED_TYPE = re.compile(r"\bdata-type\s{0,9}=\s{0,9}[\"']([A-Za-z_-]{1,40})[\"']", re.IGNORECASE)
_EMBED_SOURCE = re.compile(r"\bdata-(?:src|url|href)\s{0,9}=\s{0,9}([\"'])([^\"'<>]{1,2000})\1", re.IGNORECASE)
_PICTURES = frozenset({"bilde", "image", "photo", "picture"})


# ------------------------------------------------------------------ answers


def result(response: Response) -> Object:
    """Return the result of an answer. Raises `ParseError`."""
    if response.failed:
        raise ParseError(response.failed)
    found = jsonvalue.load(response, WHAT)
    inner = jsonvalue.at(found, "result")
    if jsonvalue.at(found, "success") is False or not isinstance(inner, dict):
        reason = jsonvalue.line(found, "errMessage")
        said = f" It says: “{reason[:100]}”." if reason else ""
        raise NotAFeedError(f"This is JSON, but not a channel of Norkon Live Center.{said}")
    return inner


def is_list(inner: Object) -> bool:
    """Say whether the result of an answer lists posts."""
    newest = isinstance(inner.get("addedOrChanged"), list) and ("lastChangesId" in inner or "hasMore" in inner)
    return newest or (isinstance(inner.get("bulletins"), list) and "hasMore" in inner)


def earlier(response: Response) -> tuple[tuple[Post, ...], bool] | None:
    """Return the older posts of an answer and whether there may be more; None where it lists none.

    The later of two calls has them under a name and says whether there are more, the earlier answers with a mere list.
    """
    if response.failed:
        return None
    found = jsonvalue.peek(response, WHAT)
    inner = jsonvalue.at(found, "result")
    if jsonvalue.at(found, "success") is False:
        return None
    bare = isinstance(found, list) and any("id" in each for each in jsonvalue.objects(found))
    if bare or isinstance(inner, list):
        listed = jsonvalue.objects(found) if bare else jsonvalue.objects(inner)
        return _once(listed[:MAX_ENTRIES]), bool(listed)
    if isinstance(inner, dict) and any(isinstance(inner.get(name), list) for name in _LISTS):
        return posts(inner), inner.get("hasMore") is not False
    return None


def posts(inner: Object) -> tuple[Post, ...]:
    """Return the posts that the result of an answer lists, each once."""
    return _once([each for name in _LISTS for each in jsonvalue.objects(inner, name)][:MAX_ENTRIES])


def _once(bulletins: Iterable[Object]) -> tuple[Post, ...]:
    """Return bulletins as posts, each once: one that is pinned may stand on top and, below, where it belongs."""
    out: dict[str, Post] = {}
    for number, each in enumerate(bulletins):
        post = _post(each)
        name = post.key or f"\0{number}"
        known = out.get(name, post)
        if known.pinned or post.pinned:
            out.pop(name, None)
            known = replace(known, pinned=True)
        out[name] = known
    return tuple(out.values())


def tombstones(inner: Object) -> tuple[Post, ...]:
    """Return the posts that an answer says were removed: by ids, by objects that have one, or where it lists them."""
    named = [each for name in _REMOVED for each in jsonvalue.items(inner, name)[:MAX_ENTRIES]]
    keys = [jsonvalue.identifier(each, "id") or jsonvalue.identifier(each) for each in named]
    keys += [post.key for post in posts(inner) if post.withdrawn]
    return tuple(Post(key=key, withdrawn=True) for key in dict.fromkeys(keys) if key)


def last_changes(inner: Object) -> str:
    """Return the id of changes of an answer as digits; an empty text where there is none."""
    return digits(jsonvalue.identifier(inner, "lastChangesId"))


def digits(written: str) -> str:
    """Return a text if it is a number of the platform; else an empty one."""
    return written if _DIGITS.fullmatch(written) else ""


# ------------------------------------------------------------------ one post


def _post(found: Object) -> Post:
    from feeds import html

    key = jsonvalue.identifier(found, "id")
    if any(found.get(name) is True for name in ("deleted", "isDeleted", "removed")):
        return Post(key=key, withdrawn=True)
    content = found.get("content")
    markup = content if isinstance(content, str) else jsonvalue.string(content, "html")
    published = jsonvalue.when(found, "published") or jsonvalue.when(found, "created")
    updated = jsonvalue.when(found, "updated") or jsonvalue.when(found, "modified")
    author = html.title(jsonvalue.string(found, "authorName") or jsonvalue.string(found, "author", "name"))
    flags = [
        each.get(name) for each in (found, jsonvalue.mapping(content)) for name in ("pinned", "isPinned", "sticky")
    ]
    return Post(
        key=key,
        title=html.title(jsonvalue.string(found, "title")),
        authors=(author,) if author else (),
        published=published,
        updated=updated if updated and published and updated > published else None,
        summary=html.document(jsonvalue.string(found, "ingress"), _BASE),
        body=(*html.document(_EMBED.sub(_shown, markup), _BASE), *_linked(jsonvalue.mapping(content, "linkMeta"))),
        pinned=any(each is True for each in flags),
    )


def _shown(found: re.Match[str]) -> str:
    """Return an embed, an element of the platform's own, as an element that browsers know."""
    source = _EMBED_SOURCE.search(found[1])
    if source is None:
        return found[0]
    kind = _EMBED_TYPE.search(found[1])
    if kind and kind[1].lower() in _PICTURES:
        return f'<img src="{source[2]}">'
    return f'<iframe src="{source[2]}"></iframe>'


def _linked(meta: Object) -> Document:
    """Return the line that stands for the page a post is about."""
    from feeds import html

    url = jsonvalue.web(meta, "url")
    names = [html.title(jsonvalue.string(meta, name)) for name in ("siteName", "title")]
    return (Media("embed", url, ": ".join(name for name in names if name)),) if url else ()
