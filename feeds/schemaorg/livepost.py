"""One update of a schema.org LiveBlogPosting, as a post.

Owns what the properties of an update mean and what publishers make of them: clock times before headlines, text in
three forms, bylines of several people, pictures in every shape. What can only be told by looking at all updates
together is the business of `feeds.schemaorg.liveupdates`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

from feeds import dates, text
from feeds.document import Document, Media, Paragraph, paragraphs, plain, runs_text
from feeds.model import Post
from feeds.schemaorg import linkeddata
from feeds.schemaorg.linkeddata import Graph, Node

PINNED, KEY_EVENT = "wirewatch:pinned", "wirewatch:keyEvent"
"""Properties no vocabulary has: what a page's markup says of an update, for those who join it; true or absent."""

MAX_BODY = 200_000
"""Characters of one update's text."""
MAX_KEY = 500
MAX_NAMES = 20
MAX_MEDIA = 10


class Setting(Struct, frozen=True):
    """What the updates stand in."""

    base: str
    """What relative addresses resolve against."""
    pages: frozenset[str] = frozenset()
    """The addresses of the page itself, as `bare` gives them."""
    zone: tzinfo = UTC
    """The zone of dates that name none."""
    headlines: frozenset[str] = frozenset()
    """The blog's own headlines, folded."""
    pictures: frozenset[str] = frozenset()
    """Addresses of the blog's own pictures."""
    changes: frozenset[datetime] = frozenset()
    """When the blog itself was published and modified."""
    language: str | None = None


_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,15}(?=[\s/>])[^<>]*>")
_BLOCK = re.compile(
    r"<(?:p|div|br|ul|ol|li|blockquote|table|pre|h[1-6]|figure|section|article|script|style)(?=[\s/>])",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"""[.!?:…。！？]["'’”»)\]]{0,3}\Z""")
_EMBED = re.compile(r"\[\[[A-Za-z][\w-]{0,30}:[^\[\]\s]{1,300}\]\]")
_BETWEEN_NAMES = re.compile(r",\s|\s(?:and|&|und|et|e|y|en)\s")
_MORE = ("<", "&", "[[")
"""What stands in a text that is more than words and line breaks."""
_WRAPPED = 50
"""A line of a plain text this long, without the end of a sentence, was broken by a program, not by its author."""
_CLOCK = re.compile(
    r"([0-2]?[0-9])[.:h]([0-5][0-9])(?![0-9])\s{0,3}(?:[ap]\.?m\b\.?)?\s{0,3}"
    r"(\([A-Za-z]{2,5}\)|(?:GMT|UTC|[A-Z]?[BCEIJMPW]E?[SD]?T|SGT|HKT|MSK|WIB)\b)?\s{0,3}[-–—:|,]?\s{0,3}"
)


def bare(url: str) -> str:
    """Return an address as pages are compared: without scheme, `www.`, fragment and a slash at its end."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    query = f"?{parts.query}" if parts.query else ""
    return parts.netloc.lower().removeprefix("www.") + parts.path.rstrip("/") + query


def date(value: object, zone: tzinfo) -> datetime | None:
    """Return a date as schema.org writes it (ISO 8601), or as seconds or milliseconds since 1970."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return dates.from_epoch(value)
    written = linkeddata.string(value).strip()
    return dates.parse(written, zone=zone) if written else None


# ------------------------------------------------------------------ one update


def post(node: Node, graph: Graph, setting: Setting, shared: frozenset[str]) -> Post:
    """Return an update as a post; `shared` are addresses of pictures that are not its own, see `pictures`."""
    published = date(node.get("datePublished") or node.get("dateCreated"), setting.zone)
    reference = linkeddata.address(node.get("url"))
    body = text_of(node, setting.base)
    about = linkeddata.string(node.get("description") or node.get("abstract"))
    summary = _body(about, setting.base) if about else ()
    if not body or (summary and text.line(plain(summary)) == text.line(plain(body))):
        body, summary = body or summary, ()
    return Post(
        key=_key(node, reference, setting),
        url=_web(reference, setting.base),
        title=title_of(node, published),
        authors=_authors(node, graph),
        published=published,
        updated=date(node.get("dateModified"), setting.zone),
        summary=summary,
        body=(*body, *_media(node, graph, setting.base, shared, body)),
        tags=_tags(node),
        language=setting.language,
        key_event=node.get(KEY_EVENT) is True,
        pinned=node.get(PINNED) is True,
    )


def _key(node: Node, reference: str, setting: Setting) -> str:
    """Return the id of an update: its `@id`, else the fragment of its address, else an address of its own.

    An id that is the page's address with a fragment is the fragment alone: publishers rewrite the words in
    their addresses, and the update stays the same.
    """
    named = node.get("@id")
    for written in (linkeddata.string(named) if isinstance(named, str) else "", reference):
        key = text.clean(written).strip()
        if key.startswith("_:"):
            continue  # a blank node's name counts through the document (JSON-LD 1.1, 3.5)
        if key.lower().startswith(("http://", "https://", "/", "#")):
            page, _, fragment = key.partition("#")
            own = page == "" or bare(_web(page, setting.base) or page) in setting.pages
            key = fragment if own else key
        if key:
            return key[:MAX_KEY]
    return ""


def _unclocked(title: str, published: datetime | None) -> str:
    """Return a title without the time of day before it: «19:02 (IST) Bridge shut».

    A number that might be meant («10.30 is the new nine») stays, unless a zone follows it or it is the
    very time of the update, in whatever zone.
    """
    found = _CLOCK.match(title)
    if found is None:
        return title
    rest = title[found.end() :]
    if rest[:1].isalnum() and found[0][-1:].isalnum():
        return title
    if found[3] is None:
        if published is None:
            return title
        apart = int(found[1]) * 60 + int(found[2]) - published.hour * 60 - published.minute
        if apart % 15:  # zones lie quarters of an hour apart
            return title
    return rest


def title_of(node: Node, published: datetime | None) -> str:
    """Return the title of an update, without the time of day before it."""
    from feeds import html

    return _unclocked(html.title(linkeddata.first(node, "headline", "name")), published)


def text_of(node: Node, base: str) -> Document:
    """Return the text of an update as a document; relative addresses in it resolve against `base`."""
    return _body(_text(node), base)


def words_of(node: Node) -> str:
    """Return the text of an update without what it shows beside words; how it is set does not matter."""
    written = _text(node)
    if written.isascii() and not any(mark in written for mark in _MORE):
        return written  # its paragraphs hold the same words
    return plain(tuple(block for block in _body(written, "") if not isinstance(block, Media)))


def _text(node: Node) -> str:
    """Return the text of an update, its parts joined where it is a list."""
    for name in ("articleBody", "text"):
        parts = [linkeddata.string(part) for part in linkeddata.many(node.get(name))]
        if joined := "\n\n".join(part for part in parts if part):
            return joined[:MAX_BODY]
    return ""


def _body(written: str, base: str) -> Document:
    """Return a text that may be plain, HTML or escaped HTML as a document.

    It is decoded until a tag shows, at most twice; where none does, it is plain.
    """
    markup = written
    for _ in range(2):
        if _TAG.search(markup):
            break
        markup = text.decode_entities(markup)
    if not _TAG.search(markup):
        document = paragraphs(_joined(text.clean(markup).strip(), "\n\n", "\n"))
    else:
        from feeds import html

        if "\n" in markup and not _BLOCK.search(markup):
            markup = _joined(markup, "<p>", "<br>")
        document = html.document(markup, base)
    return tuple(Media("embed") if _is_embed(block) else block for block in document)


def _is_embed(block: object) -> bool:
    """Say whether a paragraph is a mark that the publisher's page replaces by something to look at."""
    return isinstance(block, Paragraph) and _EMBED.fullmatch(runs_text(block.runs).strip()) is not None


def _joined(written: str, paragraph: str, line_break: str) -> str:
    """Return a text whose newlines say what they mean: the end of a paragraph, of a line, or nothing.

    Publishers join paragraphs by single newlines, and also break long lines at a width: what follows the end of
    a sentence is a paragraph; what follows a long line, or goes on in lower case, is the same line.
    """
    out = ""
    parts: list[str] = []
    lines = written.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    blank = False
    for line in (line.strip(" \t") for line in lines):
        if not line:
            blank = True
            continue
        if parts:
            if blank or _SENTENCE_END.search(out[-8:]):
                parts.append(paragraph)
            elif line[0].islower() or len(out) >= _WRAPPED:
                parts.append(" ")
            else:
                parts.append(line_break)
        parts.append(line)
        out, blank = line, False
    return "".join(parts)


def _authors(node: Node, graph: Graph) -> tuple[str, ...]:
    names: dict[str, str] = {}
    for value in linkeddata.many(node.get("author") or node.get("creator"))[:MAX_NAMES]:
        author = graph.resolve(value)
        named = linkeddata.types(author) if isinstance(author, dict) else frozenset()
        organisation = bool(named) and "Person" not in named
        if isinstance(author, str) and author.startswith(("http:", "https:", "_:", "#")):
            continue  # an id that leads nowhere
        written = linkeddata.first(author, "name") if isinstance(author, dict) else linkeddata.string(author)
        for name in _people(written, split=not organisation):
            names.setdefault(text.fold(name), name)
    return tuple(names.values())


def _people(written: str, *, split: bool) -> Iterator[str]:
    """Yield the names in a byline. «Ann Lee and Bo Ek» are two people, «Marks and Spencer» is one firm."""
    from feeds import html

    byline = html.title(written)[:500]
    names = _BETWEEN_NAMES.split(byline) if split else [byline]
    if not all(2 <= len(name.split()) <= 4 for name in names):
        names = [byline]
    yield from (name.strip()[:200] for name in names if name.strip())


def _tags(node: Node) -> tuple[str, ...]:
    from feeds import html

    tags: dict[str, str] = {}
    for value in linkeddata.many(node.get("keywords"))[:MAX_NAMES]:
        for word in linkeddata.string(value)[:2_000].split(",")[:MAX_NAMES]:
            if tag := html.title(word)[:100]:
                tags.setdefault(text.fold(tag), tag)
    return tuple(tags.values())[:MAX_NAMES]


def _web(reference: str, base: str) -> str | None:
    url = text.url(reference, base) if reference and reference[0] not in "-%\\" else None
    return url if url and url.startswith(("http://", "https://")) else None


# ------------------------------------------------------------------ pictures, films


def pictures(node: Node, graph: Graph) -> frozenset[str]:
    """Return the addresses of a node's pictures, as written."""
    found = (_picture(graph.resolve(each)) for each in linkeddata.many(node.get("image")))
    return frozenset(address for address in found if address)


def _picture(value: object) -> str:
    return linkeddata.address(value) or (linkeddata.string(value.get("contentUrl")) if isinstance(value, dict) else "")


def _media(node: Node, graph: Graph, base: str, shared: frozenset[str], body: Document) -> Iterator[Media]:
    """Yield what an update shows beside its text, without the pictures in `shared` and those in its text."""
    seen = {block.url for block in body if isinstance(block, Media) and block.url}
    kinds: tuple[tuple[str, Literal["image", "video", "audio"]], ...] = (
        ("image", "image"),
        ("video", "video"),
        ("audio", "audio"),
    )
    for name, kind in kinds:
        captions: set[str] = set()
        for value in linkeddata.many(node.get(name))[:MAX_MEDIA]:
            found = graph.resolve(value)
            if kind == "image" and _picture(found) in shared:
                continue
            medium = _medium(found, kind, base)
            # One picture in three shapes is what Google asks for: it is shown once.
            if medium is None or (medium.url and medium.url in seen):
                continue
            if kind == "image" and medium.caption in captions:
                continue
            seen.add(medium.url)
            captions.add(medium.caption)
            yield medium
    for value in linkeddata.many(node.get("sharedContent"))[:MAX_MEDIA]:
        yield from _shared_content(graph.resolve(value), base, seen)


def _shared_content(value: object, base: str, seen: set[str]) -> Iterator[Media]:
    """Yield what an update passes on (schema.org `sharedContent`): a picture, a film, or somebody's page."""
    names = linkeddata.types(value) if isinstance(value, dict) else frozenset()
    kind: Literal["image", "video", "embed"] = "embed"
    if "ImageObject" in names:
        kind = "image"
    elif "VideoObject" in names:
        kind = "video"
    medium = _medium(value, kind, base)
    if medium is not None and medium.url and medium.url not in seen:
        seen.add(medium.url)
        yield medium


def _medium(value: object, kind: Literal["image", "video", "audio", "embed"], base: str) -> Media | None:
    from feeds import html

    if not isinstance(value, dict):
        url = _web(linkeddata.address(value), base)
        return Media(kind, url) if url else None
    wanted = ("url", "contentUrl") if kind == "image" else ("url", "embedUrl", "contentUrl")
    urls = (_web(linkeddata.address(value.get(name)), base) for name in wanted)
    url = next((each for each in urls if each), None) or _web(linkeddata.address(value.get("@id")), base)
    caption = html.title(linkeddata.first(value, "caption", "name", "headline", "description"))[:500]
    if url or caption or kind == "video":
        return Media(kind, url or "", caption)
    return None
