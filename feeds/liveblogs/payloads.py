"""Posts in messages whose format nobody has described: JSON with the usual names in it, or text.

Owns which names are the usual ones (those of JSON Feed, schema.org, ActivityStreams 2.0, Mastodon, WordPress, and what
programmers call things by themselves), what may be wrapped around a post, and which words say that one is taken back.
How the messages travel is their adapter's business.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from feeds import jsonvalue, text
from feeds.document import Block, Document, Media, paragraphs, plain
from feeds.flow import Response
from feeds.jsonvalue import Object
from feeds.model import Post

MAX_DEPTH = 4
"""Objects and lists around a post."""
MAX_LIST = 50
"""Authors, tags or media of one post."""

_ID = ("id", "guid", "uuid", "_id", "@id", "uid", "post_id", "postId", "entry_id", "entryId", "key", "urn")
_TITLE = ("title", "headline", "name", "spoiler_text", "subject")
_BODY = ("content_html", "body_html", "html", "content", "body", "articleBody", "text", "content_text", "message")
_SUMMARY = ("summary", "description", "standfirst", "excerpt", "comment", "update")
_URL = ("url", "link", "permalink", "html_url", "web_url", "href", "canonical_url", "uri", "title_url", "@id")
_PUBLISHED = (
    *("published", "published_at", "publishedAt", "date_published", "datePublished", "created_at", "createdAt"),
    *("created", "pubDate", "date", "datetime", "timestamp", "time", "ts"),
)
_UPDATED = (
    *("updated", "updated_at", "updatedAt", "edited_at", "editedAt", "modified", "modified_at", "date_modified"),
    *("dateModified", "lastModified"),
)
_AUTHORS = ("authors", "author", "byline", "creator", "account", "user", "attributedTo", "actor")
_NAMES = ("display_name", "displayName", "name", "acct", "username", "preferredUsername", "login")
_TAGS = ("tags", "tag", "categories", "category", "keywords", "hashtags", "labels", "topics")
_TAG_NAMES = ("name", "title", "label", "term")
_MEDIA = ("media_attachments", "attachments", "attachment", "media", "images", "image")
_ADDRESSES = ("url", "href", "src", "remote_url")
_CAPTIONS = ("description", "alt", "alt_text", "caption", "name", "title")
_WORDS = ("rendered", "html", "value", "text", "plain", "content")
"""Where the words are of a text that is an object: WordPress, and others."""
_WRAPPERS = (
    *(
        "object",
        "payload",
        "data",
        "post",
        "item",
        "entry",
        "update",
        "status",
        "article",
        "message",
        "record",
        "event",
    ),
    *("posts", "items", "entries", "updates"),
)
"""Names under which a post stands in a message that is none itself."""
_NAMED_ALONE = ("object", "payload", "data")
"""Of these, those that may hold nothing but the id of what is taken back."""
_ACTIVITIES = frozenset({"create", "update", "announce", "delete", "remove", "add", "undo"})
"""Types of ActivityStreams (Vocabulary, 3.1) of which the post is the object."""
_KINDS = ("type", "@type", "event", "action", "op", "operation", "verb", "kind", "change", "eventType", "event_type")
_TAKING_BACK = frozenset(
    {"delete", "deleted", "remove", "removed", "retract", "retracted", "withdraw", "withdrawn", "unpublish"}
    | {"unpublished", "tombstone", "destroy", "destroyed"}
)
_CHANGING = _TAKING_BACK | {"update", "updated", "edit", "edited", "change", "changed", "modify", "modified", "correct"}
_STATES = ("status", "state")
_FLAGS = ("deleted", "is_deleted", "isDeleted", "withdrawn", "retracted", "removed")
_MOMENTS = ("deleted_at", "deletedAt")
_KEY_EVENT = ("key_event", "keyEvent", "is_key_event", "important", "breaking", "is_breaking", "isBreaking")
_SILENT = frozenset({"ping", "pong", "heartbeat", "keepalive", "thump", "noop", "nop"})
"""Names of messages, and texts, that only say that somebody is there."""
_SILENT_TEXTS = _SILENT | {"", "{}", "[]", "null", "undefined", "ok", "connected", "done"}
_GREETING = frozenset(
    {
        "connected",
        "connection",
        "connect",
        "open",
        "opened",
        "ready",
        "hello",
        "welcome",
        "init",
        "close",
        "closed",
        "end",
    }
)
"""Names of messages that mean as little, unless they hold a post: an incident is opened and closed as well."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_TAGGED = re.compile(r"</?[A-Za-z][A-Za-z0-9-]{0,20}(?:\s[^<>]{0,1000})?/?>|&(?:#[0-9xX]|[A-Za-z]{2,8};)")
_NUMBER = re.compile(r"\s*(?:-?[0-9]{1,40}(?:\.[0-9]{0,40})?|true|false)\s*")
_BROKEN = re.compile(r"<(?:br|p|div|ul|ol|li|blockquote|h[1-6])\b", re.IGNORECASE)
_JSON = re.compile(r'\s*(?:[{\[]\s*["{\[\]}]|")')


def is_change(name: str) -> bool:
    """Say whether the name of a message says that it changes or takes back what came before."""
    return bool(_CHANGING & _words_of(name))


def posts(data: str, name: str, base: str) -> list[Post] | None:
    """Return the posts of a message, the oldest first; none where nothing in it can be read. Never raises.

    `name` is what the message is called, `base` what addresses in it resolve against. A post that is taken back is
    `withdrawn`, whether or not the message repeats what it said. None stands for a message that holds nothing to be
    read: it keeps the connection open, or is about that.
    """
    called = _bare(name)
    if called in _SILENT or _bare(data) in _SILENT_TEXTS:
        return None
    value = _value(data)
    if called in _GREETING and not isinstance(value, dict | list):
        return None
    found = _found(value, _words_of(name), base, 0)
    silent = called in _GREETING or any(_bare(jsonvalue.string(value, each)) in _SILENT for each in _KINDS)
    return None if silent and not found else found


def _bare(written: str) -> str:
    """Return a short text without what is written one way or another: «Keep-Alive», «[DONE]»."""
    return (
        "".join(written.split()).strip("[].!:").replace("-", "").replace("_", "").lower() if len(written) < 40 else "-"
    )


def _value(data: str) -> object:
    """Return a message as the value it is: text where it is no JSON, None where it is broken."""
    begun = _JSON.match(data) is not None
    if not begun:
        return data
    if data.lstrip()[:1] == '"':
        try:
            value: object = json.loads(data, strict=False)
        except (ValueError, RecursionError):
            return data
        return value
    return jsonvalue.peek(Response("", body=data.encode("utf-8", "replace")), "a message")


# ------------------------------------------------------------------ where the posts are


def _found(value: object, said: frozenset[str], base: str, depth: int) -> list[Post]:
    """Return the posts in a value; `said` are the words by which it and what is around it call themselves."""
    if depth > MAX_DEPTH:
        return []
    gone = bool(said & _TAKING_BACK)
    if isinstance(value, list):
        return _in_order([post for each in value for post in _found(each, said, base, depth + 1)])
    if isinstance(value, dict):
        return _of_object(value, said, base, depth)
    if gone:
        key = jsonvalue.identifier({"id": value}, "id")
        return [Post(key=key, withdrawn=True)] if key else []
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        body = _document(value, base)
        return [Post(body=body)] if plain(body) else []
    return []


def _of_object(value: Object, said: frozenset[str], base: str, depth: int) -> list[Post]:
    own = _kinds(value)
    said = said | own
    gone = bool(said & _TAKING_BACK)
    post = _post(value, base)
    if isinstance(value.get("reblog"), dict):
        names: Sequence[str] = ("reblog",)
    else:
        names = _WRAPPERS if not _says(post) else ("object",) if own & _ACTIVITIES else ()
    for name in names:
        inner = value.get(name)
        if not isinstance(inner, dict | list):
            # The id of what is taken back, or JSON in a text.
            alone = gone and name in _NAMED_ALONE and (not post.key or name == "object")
            inner = inner if alone else _value(inner) if isinstance(inner, str) and _JSON.match(inner) else None
        if inner is not None and (found := _found(inner, said, base, depth + 1)):
            return _wrapped(found, post, name)
    if gone:
        return [replace(post, withdrawn=True)] if post.key or _says(post) else []
    return [post] if _says(post) else []


def _wrapped(found: list[Post], around: Post, name: str) -> list[Post]:
    """Return what was found inside something that may know more about it."""
    if len(found) != 1:
        return found
    post = found[0]
    if name == "reblog":
        # Mastodon: what was passed on, under the id by which it was.
        return [replace(post, key=around.key, published=around.published, origin=next(iter(post.authors), None))]
    return [
        replace(
            post, key=post.key or around.key, url=post.url or around.url, published=post.published or around.published
        )
    ]


def _in_order(found: list[Post]) -> list[Post]:
    """Return a list of posts with the oldest first."""
    dates = [post.published for post in found if post.published]
    return found[::-1] if len(dates) > 1 and dates[0] > dates[-1] else found


def _kinds(value: Object) -> frozenset[str]:
    words = [word for name in _KINDS for word in _words_of(jsonvalue.string(value, name))]
    words += [word for name in _STATES for word in _words_of(jsonvalue.string(value, name)) if word in _TAKING_BACK]
    if any(value.get(name) is True for name in _FLAGS) or _when(value, _MOMENTS) is not None:
        words.append("deleted")
    return frozenset(words)


def _words_of(name: str) -> frozenset[str]:
    """Return the words of a name of two or three: «status.update», «postDeleted», «DELETE»."""
    words = _WORD.findall(name[:60])
    return frozenset(word.lower() for word in words) if len(words) <= 3 else frozenset()


# ------------------------------------------------------------------ one post


def _says(post: Post) -> bool:
    return bool(post.title or post.summary or plain(post.body))


def _post(value: Object, base: str) -> Post:
    """Return an object as a post; it may say nothing."""
    from feeds import html

    url = _address(value, _URL, base)
    body = _first_document(value, _BODY, url or base)
    summary = _first_document(value, _SUMMARY, url or base)
    if not plain(body) or plain(body) == plain(summary):
        body, summary = body or summary, ()
    media = tuple(_media(value, base, body)) if jsonvalue.identifier(value, "id") or body else ()
    return Post(
        key=_key(value),
        url=url,
        title=html.title(_words(value, _TITLE)),
        authors=_people(value),
        published=_when(value, _PUBLISHED),
        updated=_when(value, _UPDATED),
        summary=summary,
        body=body + media,
        tags=_tags(value),
        language=(jsonvalue.line(value, "language") or jsonvalue.line(value, "lang"))[:40] or None,
        key_event=any(value.get(name) is True for name in _KEY_EVENT),
        pinned=value.get("pinned") is True,
    )


def _key(value: Object) -> str:
    return next((key for name in _ID if (key := jsonvalue.identifier(value, name))), "")


def _when(value: Object, names: Sequence[str]) -> datetime | None:
    return next((when for name in names if (when := jsonvalue.when(value, name))), None)


def _words(value: Object, names: Sequence[str]) -> str:
    return next((words for name in names if (words := _as_words(value.get(name)))), "")


def _as_words(value: object) -> str:
    """Return a text that is one, an object around one, or a list of them, its paragraphs."""
    if isinstance(value, list):
        return "\n\n".join(filter(None, map(_as_words, value[:MAX_LIST]))) if _is_flat(value) else ""
    if isinstance(value, dict):
        value = next((found for name in _WORDS if isinstance(found := value.get(name), str)), "")
    return value if isinstance(value, str) and value.strip() and not _JSON.match(value) else ""


def _is_flat(value: list[object]) -> bool:
    return all(isinstance(each, str) for each in value)


def _first_document(value: Object, names: Sequence[str], base: str) -> Document:
    return next((found for name in names if plain(found := _document(_as_words(value.get(name)), base))), ())


def _document(written: str, base: str) -> Document:
    """Return a text that may be HTML, and often is none, as a document."""
    if not _TAGGED.search(written):
        return paragraphs(text.clean(written))
    from feeds import html

    return html.document(written if _BROKEN.search(written) else written.replace("\n", "<br>"), base)


def _address(value: Object, names: Sequence[str], base: str) -> str | None:
    for name in names:
        found = value.get(name)
        if isinstance(found, list):
            found = next(iter(found), None)
        if isinstance(found, dict):
            found = found.get("href") or found.get("url")
        if isinstance(found, str) and found.strip().startswith(("http://", "https://", "/")):
            url = jsonvalue.web({"url": found}, "url", base=base)
            if url:
                return url
    return None


def _each(value: Object, names: Sequence[str]) -> Iterator[object]:
    """Yield what stands under some names, one by one where it is a list."""
    for name in names:
        found = value.get(name)
        yield from found[:MAX_LIST] if isinstance(found, list) else [] if found is None else [found]


def _people(value: Object) -> tuple[str, ...]:
    for name in _AUTHORS:
        people = [_name(each, _NAMES) for each in _each(value, (name,))]
        named = tuple(dict.fromkeys(person for person in people if person and not person.startswith("http")))
        if named:
            return named
    return ()


def _tags(value: Object) -> tuple[str, ...]:
    found = (_name(each, _TAG_NAMES).removeprefix("#") for each in _each(value, _TAGS))
    return tuple(dict.fromkeys(tag for tag in found if tag))[:MAX_LIST]


def _name(value: object, names: Sequence[str]) -> str:
    if isinstance(value, str):
        return text.line(value[:500])[:200].strip()
    return next((found for name in names if (found := jsonvalue.line(value, name)[:200].strip())), "")


def _media(value: Object, base: str, body: Document) -> Iterator[Block]:
    """Yield the pictures and films of a post that its text does not show."""
    shown = {block.url for block in body if isinstance(block, Media)}
    for each in list(_each(value, _MEDIA))[:MAX_LIST]:
        if isinstance(each, str):
            each = {"url": each}
        if not isinstance(each, dict):
            continue
        url = _address(each, _ADDRESSES, base)
        if url and url not in shown:
            shown.add(url)
            yield Media(_kind(each), url, _name(each, _CAPTIONS))


def _kind(media: Object) -> Literal["image", "video", "audio", "embed"]:
    written = jsonvalue.line(media, "mime_type") or jsonvalue.line(media, "mediaType") or jsonvalue.line(media, "type")
    match written.lower().partition("/")[0]:
        case "video" | "gifv":
            return "video"
        case "audio":
            return "audio"
        case "link" | "card" | "embed":
            return "embed"
        case _:
            return "image"
