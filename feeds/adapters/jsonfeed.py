"""JSON Feed 1.0 and 1.1, and RSS written as JSON: what they say, as posts.

Owns the reading of JSON documents that are feeds (jsonfeed.org/version/1.1, and Dave Winer's RSS-in-JSON).
Publishers' JSON is loosely typed: a value of the wrong type is as good as absent, and never costs more than
itself. Numbers are kept as the document writes them, so an id of 3.10 does not become 3.1, and none is
too long to read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec.structs import replace

from feeds import paging, text
from feeds import sniff as sniffing
from feeds.document import Document, Media, paragraphs, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.model import Batch, Enclosure, Hints, Kind, Post
from feeds.sniff import MAX_ENTRIES, Form

ACCEPT = "application/feed+json, application/json;q=0.9, */*;q=0.1"
_SUFFIX = re.compile(r"(?:\.json|/json|[?&]format=json)/?(?:[?#&]|\Z)", re.IGNORECASE)
_VERSION = re.compile(rb'"version"\s{0,100}:\s{0,100}"[^"]{0,60}jsonfeed\.org')
_RSS = re.compile(rb'\{\s{0,1000}"rss"\s{0,100}:')
_SURROGATE = re.compile("[\ud800-\udfff]")
_SNIFFED = 64 * 1024

Object = Mapping[str, object]


class _Number(str):
    """A number as the document writes it."""

    __slots__ = ()


class JsonFeed:
    """The adapter for JSON Feed and RSS-in-JSON."""

    name = "jsonfeed"

    def claim(self, url: str) -> Confidence:
        """Say whether an address looks like a JSON feed's; see `flow.Adapter`."""
        return Confidence.MAYBE if _SUFFIX.search(url) else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer is a JSON feed; see `flow.Adapter`.

        The version may stand after 10 MB of items, so a document without it in front is read to be sure.
        """
        sniffed = sniffing.sniff(response)
        if sniffed.form is not Form.JSON:
            return Confidence.NO
        head = response.body[:_SNIFFED].replace(b"\\/", b"/")
        if _VERSION.search(head):
            return Confidence.MINE
        try:
            found = _load(response, sniffed)[0]
        except ParseError:
            return Confidence.NO
        if _is_json_feed(found):
            return Confidence.MINE
        return Confidence.LIKELY if _rss_channel(found) is not None else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the feed: one conditional request; see `flow.Adapter`."""
        return _read((yield Request(visit.url, headers=(("accept", ACCEPT),), conditional=True)), visit)

    def older(self, visit: Visit) -> Flow[Batch]:
        """Read the document at the `next_url` of the last one; see `flow.Pages`."""
        return _read((yield Request(paging.address(visit), headers=(("accept", ACCEPT),))), visit)


def _read(response: Response, visit: Visit) -> Batch:
    """Read an answer that holds a JSON feed. Raises `ParseError`."""
    sniffed = sniffing.sniff(response)
    if sniffed.form is not Form.JSON:
        raise sniffing.not_a_feed(sniffed, response)
    found, problems = _load(response, sniffed)
    if _is_json_feed(found):
        # It must not be the address of the document itself (JSON Feed 1.1, `next_url`): that ends the way.
        stated = _address(_object(found), "next_url", response.url) or ""
        return replace(_batch(found, response.url, problems), older=paging.place(visit, response, stated))
    channel = _rss_channel(found)
    if channel is not None:
        return _rss_batch(channel, response.url, problems)
    reason = text.line(_text(_object(found), "error") or _text(_object(found), "message"))[:100]
    said = f" It says: “{reason}”." if reason else ""
    raise NotAFeedError(f"This is JSON, but not a JSON Feed: it has no list of items.{said}")


def _load(response: Response, sniffed: sniffing.Sniffed) -> tuple[object, tuple[str, ...]]:
    """Return the first value of a JSON text, and what is odd about the text. Raises `ParseError`."""
    document = sniffing.read_text(response, sniffed).lstrip(" \t\r\n\ufeff\0")
    decoder = json.JSONDecoder(parse_int=_Number, parse_float=_Number, parse_constant=_nothing, strict=False)
    try:
        value, end = decoder.raw_decode(document)
    except RecursionError:
        raise ParseError("The JSON is nested too deeply to be read.") from None
    except json.JSONDecodeError as error:
        if error.pos >= len(document.rstrip()) or error.msg.startswith("Unterminated"):
            raise ParseError("The JSON is cut off: it ends before its last value does.") from None
        place = f"line {error.lineno}, column {error.colno}"
        raise ParseError(f"The JSON is broken at {place}: {text.line(error.msg)}.") from None
    if document[end:].strip(" \t\r\n\0"):
        return value, ("Something follows the end of the JSON; it was left out.",)
    return value, ()


def _nothing(_: str) -> None:
    """Stand for NaN and the infinities, which JSON does not have."""


def _is_json_feed(found: object) -> bool:
    """Say whether a value is a JSON Feed: it has items and a version, or items that look like a feed's."""
    feed = _object(found)
    items = feed.get("items")
    if not isinstance(items, list):
        return False
    if "jsonfeed.org" in _text(feed, "version"):
        return True
    return bool(items) and all(
        isinstance(item, dict) and ("content_html" in item or "content_text" in item) for item in items[:3]
    )


# ------------------------------------------------------------------ JSON Feed


def _batch(found: object, base: str, problems: tuple[str, ...]) -> Batch:
    from feeds import html

    feed = _object(found)
    items = [item for item in _list(feed, "items") if isinstance(item, dict)]
    language = _language(feed)
    authors = _authors(feed)
    if len(items) > MAX_ENTRIES:
        problems = (*problems, f"The feed lists more than {MAX_ENTRIES:,} entries; only these were read.")
    return Batch(
        Kind.FEED,
        posts=tuple(_post(item, base, language, authors) for item in items[:MAX_ENTRIES]),
        title=html.title(_text(feed, "title")),
        description=text.line(_text(feed, "description")),
        link=_address(feed, "home_page_url", base),
        language=language,
        hints=Hints(expired=feed.get("expired") is True),
        problems=problems,
    )


def _post(item: Object, base: str, language: str | None, inherited: tuple[str, ...]) -> Post:
    from feeds import html

    url = _address(item, "url", base) or _address(item, "external_url", base)
    body = _body(item, url or base)
    summary = paragraphs(text.clean(_text(item, "summary")).strip())
    if not body:
        body, summary = summary, ()
    elif text.line(plain(summary)) == text.line(plain(body)):
        summary = ()
    if not any(isinstance(block, Media) and block.kind == "image" for block in body):
        picture = _address(item, "image", base) or _address(item, "banner_image", base)
        body = (*body, Media("image", picture)) if picture else body
    key = text.clean(_scalar(item, "id")).strip()
    return Post(
        key=key,
        url=url or (text.url(key, "") if key.startswith(("http://", "https://")) else None),
        title=html.title(_text(item, "title")),
        authors=_authors(item) or inherited,
        published=_date(item, "date_published"),
        updated=_date(item, "date_modified"),
        summary=summary,
        body=body,
        tags=_names(_list(item, "tags")),
        enclosures=_attachments(item, base),
        language=_language(item) or language,
    )


def _body(item: Object, base: str) -> Document:
    markup = _text(item, "content_html")
    if markup.strip():
        from feeds import html

        body = html.document(markup, base)
        if body:
            return body
    return paragraphs(text.clean(_text(item, "content_text")).strip())


def _authors(item: Object) -> tuple[str, ...]:
    """Return the names of `authors` (1.1), else of `author` (1.0); mail addresses where no names are."""
    listed: list[Object] = [person for person in _many(item, "authors") if isinstance(person, dict)]
    people = listed or [_object(item.get("author"))]
    names = [text.line(_text(person, "name"))[:200] for person in people]
    if not any(names):
        names = [text.line(_text(person, "url").removeprefix("mailto:"))[:200] for person in people]
        names = [name for name in names if "@" in name and "/" not in name]
    return _names(names)


def _attachments(item: Object, base: str) -> tuple[Enclosure, ...]:
    out = []
    for attachment in _list(item, "attachments"):
        if isinstance(attachment, dict) and (url := _address(attachment, "url", base)):
            kind = text.line(_text(attachment, "mime_type"))[:100] or None
            out.append(Enclosure(url, type=kind, length=_count(attachment, "size_in_bytes")))
    return tuple(out)


# ------------------------------------------------------------------ RSS-in-JSON


def _rss_channel(found: object) -> Object | None:
    channel = _object(_object(found).get("rss")).get("channel")
    return channel if isinstance(channel, dict) and "item" in channel else None


def _rss_batch(channel: Object, base: str, problems: tuple[str, ...]) -> Batch:
    from feeds import html

    items = [item for item in _many(channel, "item") if isinstance(item, dict)]
    language = text.line(_text(channel, "language"))[:40] or None
    ttl = _count(channel, "ttl")
    if len(items) > MAX_ENTRIES:
        problems = (*problems, f"The feed lists more than {MAX_ENTRIES:,} entries; only these were read.")
    return Batch(
        Kind.FEED,
        posts=tuple(_rss_post(item, base, language) for item in items[:MAX_ENTRIES]),
        title=html.title(_text(channel, "title")),
        description=text.line(plain(html.document(_text(channel, "description"), base))),
        link=_address(channel, "link", base),
        language=language,
        hints=Hints(interval=ttl * 60.0 if ttl and ttl < 1_000_000 else None),
        problems=problems,
    )


def _rss_post(item: Object, base: str, language: str | None) -> Post:
    from feeds import html, people

    guid = item.get("guid")
    key = _scalar(guid, "#value") if isinstance(guid, dict) else _scalar(item, "guid")
    key = text.clean(key).strip()
    url = _address(item, "link", base)
    markup = _text(item, "content:encoded") or _text(item, "description")
    writers = [people.name(_text(item, name)) for name in ("author", "dc:creator")]
    enclosures = []
    for enclosure in _many(item, "enclosure"):
        if address := _address(_object(enclosure), "url", base):
            kind = text.line(_text(_object(enclosure), "type"))[:100] or None
            enclosures.append(Enclosure(address, type=kind, length=_count(_object(enclosure), "length")))
    tags = [tag if isinstance(tag, str) else _text(_object(tag), "#value") for tag in _many(item, "category")]
    return Post(
        key=key,
        url=url or (text.url(key, "") if key.startswith(("http://", "https://")) else None),
        title=html.title(_text(item, "title")),
        authors=_names(writers),
        published=_date(item, "pubDate"),
        body=html.document(markup, url or base) if markup.strip() else (),
        tags=_names(tags),
        enclosures=tuple(enclosures),
        language=language,
    )


# ------------------------------------------------------------------ foreign values


def _object(value: object) -> Object:
    return value if isinstance(value, dict) else {}


def _list(item: Object, key: str) -> list[object]:
    value = item.get(key)
    return value if isinstance(value, list) else []


def _many(item: Object, key: str) -> list[object]:
    """Return a value that is a list, or alone when there is one (JSON made of XML)."""
    value = item.get(key)
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(item: object, key: str) -> str:
    """Return a value that is text; numbers are not, and half a character (a lone surrogate) is U+FFFD."""
    value = item.get(key) if isinstance(item, dict) else None
    if not isinstance(value, str) or isinstance(value, _Number):
        return ""
    return value if value.isascii() else _SURROGATE.sub("\ufffd", value)


def _scalar(item: object, key: str) -> str:
    """Return a value that is text or a number, as text."""
    value = item.get(key) if isinstance(item, dict) else None
    return str(value) if isinstance(value, _Number) else _text(item, key)


def _count(item: Object, key: str) -> int | None:
    digits = _scalar(item, key).strip().partition(".")[0]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else None


def _address(item: Object, key: str, base: str) -> str | None:
    value = _text(item, key).strip()
    url = text.url(value, base) if value and value[0] not in "-%\\" else None
    return url if url and url.startswith(("http://", "https://")) else None


def _date(item: Object, key: str) -> datetime | None:
    from feeds import dates

    value = _scalar(item, key).strip()
    return dates.parse(value) if value else None


def _language(item: Object) -> str | None:
    return text.line(_text(item, "language"))[:40] or None


def _names(values: list[object] | list[str]) -> tuple[str, ...]:
    """Return texts as lines, each once whatever its case."""
    fold: Callable[[str], str] = text.fold
    names: dict[str, str] = {}
    for value in values:
        line = text.line(value)[:500] if isinstance(value, str) and not isinstance(value, _Number) else ""
        if line:
            names.setdefault(fold(line), line)
    return tuple(names.values())
