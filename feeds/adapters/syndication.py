"""RSS 0.90–2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0, CDF: what an XML feed says, as posts.

Owns the reading of an entry's facts in our words: which of several links, texts, dates and authors count.
The document itself is read by `feeds.xmlfeed`. Never makes up what a feed does not say: an entry without a
title, a link or an id has none here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feeds import paging, text
from feeds import sniff as sniffing
from feeds.document import Block, Document, Listing, Media, Quote, paragraphs, plain
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.model import Batch, Enclosure, Extent, Hints, Kind, Post
from feeds.sniff import Form

if TYPE_CHECKING:
    from feeds.xmlfeed import Feed

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
_SUFFIX = re.compile(r"(?:\.(?:xml|rss|rdf|atom|cdf)|/(?:feed|feeds|rss|atom))/?(?:[?#]|\Z)", re.IGNORECASE)
_MARKUP = re.compile(
    r"</[A-Za-z]|<(?:p|br|hr|li|img|input|source|iframe|video|audio|embed)(?=[\s/>])|<!--"
    r"|<(?:base|link|meta|object|param)\s[^<>]{0,1000}=",
    re.IGNORECASE,
)
_PERIODS = {
    "hourly": 3600.0,
    "daily": 86400.0,
    "weekly": 604800.0,
    "monthly": 2592000.0,
    "yearly": 31536000.0,
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_REGISTERED = "http://www.iana.org/assignments/relation/"
"""What stands before the name of a relation that is written as an address (RFC 4287, 4.2.7.2)."""
_HOSTS = frozenset({"www.blogger.com"})
"""Hosts asked for older documents besides the source's own: Blogger has the feeds of all its blogs at this one."""

Foreign = Mapping[str, object]
"""What feedparser's handlers collected of an entry or a feed: nothing about it is certain."""


class Syndication:
    """The adapter for XML feeds."""

    name = "syndication"

    def claim(self, url: str) -> Confidence:
        """Say whether an address looks like a feed's; see `flow.Adapter`."""
        return Confidence.MAYBE if _SUFFIX.search(url) else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer has the root of a feed; see `flow.Adapter`."""
        return Confidence.MINE if sniffing.sniff(response).form is Form.FEED else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the feed: one conditional request; see `flow.Adapter`."""
        return _read((yield Request(visit.url, headers=(("accept", ACCEPT),), conditional=True)), visit)

    def older(self, visit: Visit) -> Flow[Batch]:
        """Read the document to which the last one led; see `flow.Pages`."""
        return _read((yield Request(paging.address(visit, _HOSTS), headers=(("accept", ACCEPT),))), visit)


def _read(response: Response, visit: Visit) -> Batch:
    """Read an answer that holds an XML feed. Raises `ParseError`."""
    sniffed = sniffing.sniff(response)
    if sniffed.form is not Form.FEED or sniffed.entities:
        raise sniffing.not_a_feed(sniffed, response)
    from feeds import xmlfeed

    feed = xmlfeed.read(sniffing.read_text(response, sniffed), response.url, _rebase)
    stated = _older(feed.head, response.url)
    return replace(_batch(feed, response), older=paging.place(visit, response, stated, _HOSTS))


def _rebase(base: str, reference: str) -> str:
    return text.url(reference, base) or base


def _batch(feed: Feed, response: Response) -> Batch:
    from feeds import html

    head, base = feed.head, response.url
    stated = _string(head, "language") or _string(head.get("title_detail"), "language")
    if not stated and "," not in (header := response.header("content-language")):
        stated = header  # of one language only (RFC 9110, 8.5)
    language = text.line(stated)[:40] or None
    atom = feed.version.startswith("atom")
    inherited = _people(head) if atom else ()
    posts = [_post(entry, base, language, inherited, atom=atom) for entry in feed.entries]
    posts.extend(Post(key=text.clean(ref).strip(), withdrawn=True) for ref in feed.deleted)
    about = _string(head, "subtitle") or _string(head, "summary") or _string(head, "itunes_subtitle")
    return Batch(
        Kind.FEED,
        posts=tuple(posts),
        title=_title(head, atom=atom),
        description=text.line(plain(html.document(about, base))) if about else "",
        link=_link(head, base),
        language=language,
        hints=_hints(head),
        extent=Extent.WHOLE if "fh_complete" in head else Extent.PART,
        problems=feed.problems,
        cut=feed.half,
    )


def _post(entry: Foreign, base: str, language: str | None, inherited: tuple[str, ...], *, atom: bool) -> Post:
    body, summary = _texts(entry, base, atom=atom)
    source = entry.get("source")
    origin = _title(source, atom=atom) if isinstance(source, Mapping) else ""
    authors = _people(entry) or (_people(source) if atom and isinstance(source, Mapping) else ()) or inherited
    published, updated = _dates(entry)
    url = _link(entry, base) or _identity_link(entry) or _elsewhere(entry, base)
    return Post(
        key=text.clean(_string(entry, "id")).strip(),
        url=url or _link(entry, base, related=True),
        title=_title(entry, atom=atom),
        authors=authors,
        published=published,
        updated=updated,
        summary=summary,
        body=(*body, *_pictures(entry, base, body)),
        tags=_tags(entry),
        enclosures=tuple(_enclosures(entry, base)),
        language=text.line(_string(entry, "language"))[:40] or language,
        origin=origin or None,
    )


# ------------------------------------------------------------------ links


def _web(reference: str, base: str) -> str | None:
    """Return an address as an absolute http(s) one, or None, as for what begins like a program's option."""
    reference = reference.strip()
    url = text.url(reference, base) if reference and reference[0] not in "-%\\" else None
    return url if url and url.startswith(("http://", "https://")) else None


def _link(context: Foreign, base: str, *, related: bool = False) -> str | None:
    """Return the first http(s) link of the context's own vocabulary to its page, else a foreign one.

    FeedBurner's `origLink` goes first: the link beside it leads through a counter, which is gone.
    With `related`, links to what the context is about or came from count (RFC 4287, 4.2.7.2), and those whose
    relation is an address of somebody's own.
    """
    if original := _web(_string(context, "feedburner_origlink"), base):
        return original
    relations = ("related", "via", "http") if related else ("alternate",)
    links = [link for link in _mappings(context, "links") if _string(link, "rel").startswith(relations)]
    links.sort(key=lambda link: ("foreign" in link, _string(link, "type") not in _HTML_TYPES))
    urls = (_web(_string(link, "href"), _string(link, "placed") or base) for link in links)
    return next((url for url in urls if url), None)


def _older(head: Foreign, base: str) -> str:
    """Return where the document with the entries before these is, empty where there is none.

    An archive leads to the one before it alone (RFC 5005, 4), and is asked for rather than the next page of a paged
    feed (3), which moves on while entries come. A complete feed (2) has neither, whatever it links to.
    """
    if "fh_complete" in head:
        return ""
    found: dict[str, str] = {}
    for link in _mappings(head, "links"):
        if url := _web(_string(link, "href"), _string(link, "placed") or base):
            found.setdefault(_string(link, "rel").strip().removeprefix(_REGISTERED), url)
    return found.get("prev-archive", "" if "fh_archive" in head else found.get("next", ""))


def _identity_link(entry: Foreign) -> str | None:
    """Return the id where it is an address, and is not said to lead nowhere (RSS 2.0 `isPermaLink`)."""
    key = _string(entry, "id").strip()
    absolute = key.lower().startswith(("http://", "https://"))
    if not absolute and "/" in key and (base := _string(entry, "placed")):
        return _web(key, base)  # it is said, not only taken, to be an address
    return _web(key, "") if absolute and entry.get("permalink") != 0 else None


def _elsewhere(entry: Foreign, base: str) -> str | None:
    """Return the page of a player, or the text kept elsewhere, for an entry that has no link."""
    players = ((_string(item, "url"), _string(item, "placed")) for item in _mappings(entry, "media_players"))
    sources = ((_string(item, "src"), _string(item, "base")) for item in _mappings(entry, "content"))
    urls = (_web(reference, placed or base) for reference, placed in (*players, *sources))
    return next((url for url in urls if url), None)


def _enclosures(entry: Foreign, base: str) -> Iterator[Enclosure]:
    seen: set[str] = set()
    links = [link for link in _mappings(entry, "links") if _string(link, "rel") == "enclosure"]
    media = [item for item in _mappings(entry, "media_content") if _medium(item) in ("audio", "video")]
    original = _string(entry, "feedburner_origenclosurelink").strip()
    for item in (*links, *media):
        reference = _string(item, "href") or _string(item, "url")
        url = _web(original if original and len(links) == 1 else reference, _string(item, "placed") or base)
        if url is None or url in seen:
            continue
        seen.add(url)
        size = _number(_string(item, "length") or _string(item, "filesize"), digits=15)
        yield Enclosure(url, type=text.line(_string(item, "type"))[:100] or None, length=size)


def _medium(item: Foreign) -> str:
    """Return `image`, `audio` or `video` for a Media RSS object, or an empty string."""
    return _string(item, "medium").strip().lower() or _string(item, "type").partition("/")[0].strip().lower()


def _pictures(entry: Foreign, base: str, body: Document) -> Document:
    """Return the entry's picture, where its text shows none."""
    if any(isinstance(block, Media) and block.kind == "image" for block in _walk(body)):
        return ()
    pictures = [item for item in _mappings(entry, "media_content") if _medium(item) == "image"]
    for item in (*pictures, *_mappings(entry, "media_thumbnail")):
        if url := _web(_string(item, "url"), _string(item, "placed") or base):
            return (Media("image", url),)
    return ()


def _walk(document: Document) -> Iterator[Block]:
    for block in document:
        yield block
        match block:
            case Quote(blocks):
                yield from _walk(blocks)
            case Listing(items):
                for item in items:
                    yield from _walk(item)
            case _:
                pass


# ------------------------------------------------------------------ texts


def _title(context: Foreign, *, atom: bool) -> str:
    """Return a title: as markup where Atom says so (RFC 4287, 3.1.1) or elements stood in it, else as it looks."""
    from feeds import html

    title, detail = _string(context, "title"), context.get("title_detail")
    kind = _string(detail, "type") if _string(detail, "value") == title else ""
    return html.title(title, markup=kind == "application/xhtml+xml" or (atom and kind == "text/html"))


def _texts(entry: Foreign, base: str, *, atom: bool) -> tuple[Document, Document]:
    """Return body and summary: the first is the fullest text, the second another one, where there is one.

    In Atom the content goes before the summary. In RSS the names say little: what holds markup goes before
    what does not, and the longest is the fullest.
    """
    parts = _mappings(entry, "content")
    contents = [part for part in parts if _readable(part) and _string(part, "value").strip()]
    detail = entry.get("summary_detail")
    short = _string(entry, "summary") or ("" if contents else _string(entry, "itunes_subtitle"))
    description = detail if isinstance(detail, Mapping) else {"value": short}
    candidates = [*contents, description] if _string(description, "value").strip() else contents
    linked = tuple(media for part in parts if (media := _linked(part, base)) is not None)
    if not candidates:
        return linked, ()
    best = max(contents if atom and contents else candidates, key=_fullness)
    body = (*_document(best, base), *linked)
    rest = [part for part in candidates if _string(part, "value") != _string(best, "value")]
    if not rest:
        return body, ()
    summary = _document(rest[-1], base)  # the description, unless that is the body
    words = text.line(plain(summary))
    return (body, summary) if words and words != text.line(plain(body)) else (body, ())


def _readable(content: Foreign) -> bool:
    kind = _string(content, "type").lower()
    return "/" not in kind or "text" in content or kind.startswith("text/") or kind.endswith(("xml", "html"))


def _fullness(part: Foreign) -> tuple[bool, int]:
    value = _string(part, "value")
    return _MARKUP.search(value) is not None, len(value)


def _document(part: Foreign, base: str) -> Document:
    """Return a text as a document.

    RSS does not say whether a description is text or HTML, and Atom is often wrong about it. Text that has a
    `<` and nothing that ends an element or stands alone means its `<` as a character.
    """
    value, kind = _string(part, "value"), _string(part, "type")
    if _MARKUP.search(value) or kind == "application/xhtml+xml" or (kind == "text/html" and "<" not in value):
        from feeds import html

        return html.document(value, _string(part, "base") or base)
    if kind == "text/html":
        value = text.decode_entities(value)
    return paragraphs(text.clean(value).strip())


def _linked(content: Foreign, base: str) -> Media | None:
    """Return the line that stands for a text kept elsewhere, if it is (Atom `content src`)."""
    url = _web(_string(content, "src"), _string(content, "base") or base)
    kind = _string(content, "type").partition("/")[0]
    if url is None:
        return None
    match kind:
        case "image" | "audio" | "video":
            return Media(kind, url)
        case _:
            return Media("embed", url)


# ------------------------------------------------------------------ people, dates, tags, hints


def _people(context: Foreign) -> tuple[str, ...]:
    """Return the authors' names, each once; mail addresses only where there is no name at all."""
    from feeds import people

    names: dict[str, str] = {}
    mails: dict[str, str] = {}
    for person in _mappings(context, "authors"):
        name = people.name(_string(person, "name") or _string(person, "text"))
        mail = text.line(_string(person, "email"))[:200]
        if name and not people.is_mail(name):
            names.setdefault(text.fold(name), name)
        elif name or mail:
            mails.setdefault(text.fold(name or mail), name or mail)
    return tuple(names.values() or mails.values())


def _dates(entry: Foreign) -> tuple[datetime | None, datetime | None]:
    from feeds import dates

    written = entry.get("dates")
    if not isinstance(written, Mapping):
        return None, None
    published = (
        dates.parse(value) for kind in ("published", "issued", "dated", "created") if (value := _string(written, kind))
    )
    updated = _string(written, "updated")
    return next((date for date in published if date), None), dates.parse(updated) if updated else None


def _tags(entry: Foreign) -> tuple[str, ...]:
    from feeds import html

    tags: dict[str, str] = {}
    for tag in _mappings(entry, "tags"):
        name = html.title((_string(tag, "label") or _string(tag, "term"))[:500])
        if name:
            tags.setdefault(text.fold(name), name)
    return tuple(tags.values())


def _hints(head: Foreign) -> Hints:
    """Return how the feed asks to be polled (RSS 2.0 `ttl`, `skipHours`, `skipDays`; `sy:update…`)."""
    ttl = _number(_string(head, "ttl"), digits=6)
    interval = ttl * 60.0 if ttl else None
    period = _PERIODS.get(_string(head, "sy_updateperiod").strip().lower())
    if interval is None and period is not None:
        interval = period / (_number(_string(head, "sy_updatefrequency"), digits=4) or 1)
    hours = {
        hour % 24 for word in _strings(head, "hours") if (hour := _number(word, digits=2)) is not None and hour <= 24
    }
    days = {_DAYS.index(day) for word in _strings(head, "days") if (day := word.strip().lower()) in _DAYS}
    return Hints(interval, tuple(sorted(hours)), tuple(sorted(days)))


# ------------------------------------------------------------------ foreign values


def _string(context: object, key: str) -> str:
    value = dict.get(context, key) if isinstance(context, dict) else None
    return value if isinstance(value, str) else ""


def _strings(context: object, key: str) -> Iterator[str]:
    values = dict.get(context, key) if isinstance(context, dict) else None
    return (value for value in values if isinstance(value, str)) if isinstance(values, list) else iter(())


def _mappings(context: object, key: str) -> list[Foreign]:
    values = dict.get(context, key) if isinstance(context, dict) else None
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []


def _number(word: str, *, digits: int) -> int | None:
    word = word.strip()
    return int(word) if word.isascii() and word.isdigit() and len(word) <= digits else None
