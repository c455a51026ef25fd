"""What a body is, told from its first bytes; and what is refused before any parser sees it.

Owns the recognition of forms and the sentences that say what came instead of a feed. Content decides; the
media type only breaks ties, because servers send feeds as `text/html` and sign-in pages as `text/xml`.
Never reads a document: work is bounded by `PROLOG` characters, whatever the body holds. Imports no parser.

`sniff` says what it is and never raises. `check` raises for what nothing here reads: an empty answer, a
picture, a document that declares entities. `not_a_feed` makes the error of an adapter that was given
something else; a web page is no error in itself, it may be a live blog.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from feeds import charset, eventstream, text
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Response

PROLOG = 256 * 1024
"""Characters looked at, after leading white space: declaration, comments, DOCTYPE and the root."""
UNPACKED = 10 * 1024 * 1024
"""Bytes a compressed document inside a body may unpack to."""
MAX_ENTRIES = 5_000
"""Entries read of one document, whatever its form: the first ones it lists."""
_TITLE_WINDOW = 64 * 1024
_JUNK_WINDOW = 8 * 1024
_EVENTS_WINDOW = 16 * 1024


class Form(StrEnum):
    """What a body is."""

    FEED = "feed"
    """XML with the root of a feed: RSS, RDF, Atom or CDF."""
    XML = "xml"
    """Other XML: OPML, a sitemap, an error message."""
    JSON = "json"
    HTML = "html"
    EVENTS = "events"
    """Server-sent events (WHATWG HTML, 9.2)."""
    TEXT = "text"
    BINARY = "binary"
    EMPTY = "empty"


class Sniffed(Struct, frozen=True):
    """What the first bytes of a body say."""

    form: Form
    root: str = ""
    """Local name of the root element in lower case, or empty."""
    declared: str = ""
    """Encoding named in the XML declaration, as written, or empty."""
    entities: bool = False
    """The DOCTYPE declares entities, or is too long to say."""
    packed: bool = False
    """The body is a gzip file of what `form` says, from a server that packed it twice; see `unpack`."""
    what: str = ""
    """What a binary body is, in words: «a PNG picture»."""


_MAGIC = (
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a picture, sound or film"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"(\xb5/\xfd", "a zstd archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"ID3", "an MP3 recording"),
    (b"OggS", "an Ogg recording"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"wOF", "a font"),
    (b"\x7fELF", "a program"),
)
_FEED_ROOTS = frozenset({"rss", "rdf", "feed", "channel"})
_HTML_ROOTS = frozenset(
    {"html", "head", "body", "title", "meta", "link", "script", "style", "div", "p", "span", "a", "img", "br"}
    | {
        "b",
        "i",
        "h1",
        "h2",
        "h3",
        "h4",
        "table",
        "tr",
        "td",
        "ul",
        "ol",
        "li",
        "form",
        "input",
        "main",
        "nav",
    }
    | {"section", "article", "header", "footer", "noscript", "iframe", "center", "font", "hr", "pre", "base"}
    | {"svg", "strong", "em"}
)
_SPACE = " \t\n\r\f\v\0\ufeff"
_DECLARED = re.compile(r"""<\?xml[^<>]{0,400}?\sencoding\s{0,9}=\s{0,9}["']([^"'<>]{1,60})["']""", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s{0,9}=\s{0,9}["']?([^\s"';,]{1,60})""", re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z_][^\s<>/]{0,100})")
_LATE_ROOT = re.compile(r"<\?xml\s|<(?:[A-Za-z]{1,10}:)?(?:rss|feed|RDF)[\s>]")
_ATOM_ENTRY = re.compile(
    r"<(?:[\w.-]{1,40}:)?entry\s[^<>]{0,1000}(?:www\.w3\.org/2005/Atom|purl\.org/atom/ns#)", re.IGNORECASE
)
"""The root of a document that is one entry (RFC 4287, 2)."""
_SUBSET_END = re.compile(r"\]\s{0,1000}>")
_EMBEDDED = re.compile(r"<feed\s[^<>]{0,300}2005/Atom|<rss\s[^<>]{0,300}version\s{0,9}=")
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{0,1000})", re.IGNORECASE)
_FIELD = re.compile(r"(?:data|event|id|retry)?:")
_JSON_TYPES = re.compile(r"(?:application|text)/(?:[a-z.+-]{0,60}\+)?json", re.IGNORECASE)


def sniff(response: Response) -> Sniffed:
    """Say what a body is, by its first bytes. Never raises.

    For a stream of events the type says it alone: what came on it since the last time may be nothing, or anything.
    """
    if response.content_type == eventstream.MEDIA_TYPE:
        return Sniffed(Form.EVENTS)
    return _sniff(response.body, response.content_type)


def read_text(response: Response, sniffed: Sniffed) -> str:
    """Return a body as text: unpacked, and decoded by what it, its header or its declaration says it is in.

    Raises `ParseError` for a damaged gzip file.
    """
    body = unpack(response, sniffed)
    return charset.decode(body, declared=sniffed.declared, header=header_charset(response))


def header_charset(response: Response) -> str:
    """Return the encoding the `Content-Type` header names, as written, or an empty string."""
    found = _CHARSET.search(response.header("content-type"))
    return found[1] if found else ""


def unpack(response: Response, sniffed: Sniffed) -> bytes:
    """Return the body, unpacked where it is a gzip file. Raises `ParseError` where that is not whole."""
    if not sniffed.packed:
        return response.body
    try:
        stream = zlib.decompressobj(31)
        out = stream.decompress(response.body, UNPACKED)
    except zlib.error:
        raise ParseError("The answer is a damaged gzip file.") from None
    if stream.unconsumed_tail:
        raise ParseError(f"The answer is a gzip file that unpacks to more than {UNPACKED // 1024**2} MB.")
    if not stream.eof:
        raise ParseError("The answer is a gzip file that is cut off.")
    return out


def check(sniffed: Sniffed) -> None:
    """Refuse what no adapter may be given: nothing at all, a binary file, a document that declares entities.

    Entities are how a small document becomes a huge one or reads local files (CWE-776, CWE-611); no feed
    of today needs them. Raises `NotAFeedError` or `ParseError`.
    """
    if sniffed.form is Form.EMPTY:
        raise NotAFeedError("The answer was empty (0 bytes).")
    if sniffed.form is Form.BINARY:
        raise NotAFeedError(f"This is {sniffed.what}, not a feed.")
    if sniffed.entities:
        raise ParseError("The document declares entities of its own; no feed needs them, attacks use them.")


def not_a_feed(sniffed: Sniffed, response: Response) -> ParseError:
    """Make the error that says what came instead of a feed. The caller raises it."""
    try:
        check(sniffed)
    except ParseError as error:
        return error
    match sniffed.form:
        case Form.HTML:
            name = title(response)
            quoted = f" (title “{name}”)" if name else ""
            return NotAFeedError(f"This is a web page{quoted}, not a feed.")
        case Form.XML:
            return NotAFeedError(f"This is an XML document with the root “{text.line(sniffed.root)}”, not a feed.")
        case Form.JSON:
            return NotAFeedError("This is JSON, but not a JSON Feed.")
        case Form.FEED:
            return NotAFeedError("This is an XML feed, but was to be read as something else.")
        case Form.EVENTS:
            return NotAFeedError("This is a stream of events, but was to be read as something else.")
        case _:
            return NotAFeedError("This is plain text, not a feed.")


def title(response: Response) -> str:
    """Return the title of a web page as one line, from its first 64 kB; empty where there is none."""
    head = _decode(response.body[:_TITLE_WINDOW])
    found = _TITLE.search(head)
    return text.line(text.decode_entities(found[1]))[:100] if found else ""


def _sniff(body: bytes, media_type: str, *, packed: bool = False) -> Sniffed:
    start = body[:64]
    if start[:2] == b"\x1f\x8b" and not packed:
        inner = _peek(body)
        if inner is not None:
            found = _sniff(inner, media_type, packed=True)
            if found.form in (Form.FEED, Form.JSON, Form.HTML, Form.XML, Form.EVENTS):
                return found
    for magic, what in _MAGIC:
        if start.startswith(magic):
            return Sniffed(Form.BINARY, what=what, packed=packed)
    if start[4:8] == b"ftyp":
        return Sniffed(Form.BINARY, what="a film or sound recording", packed=packed)
    head = _head(body)
    if head is None:
        return Sniffed(Form.BINARY, what="a file of bytes", packed=packed)
    if not head:
        # White space, or marks and nothing after them, say as little as no bytes at all.
        form = Form.EMPTY if len(body) < 64 or not body.strip() else Form.BINARY
        return Sniffed(form, what="a file of bytes", packed=packed)
    return _of_text(head, media_type, packed)


def _of_text(head: str, media_type: str, packed: bool) -> Sniffed:
    declared = _DECLARED.match(head)
    encoding = declared[1] if declared else ""
    if head[0] in "{[":
        return Sniffed(Form.JSON, packed=packed)
    if _are_events(head):
        return Sniffed(Form.EVENTS, packed=packed)
    if head[0] != "<" or head[:3].lower() in ("<br", "<b>"):
        # A program's warning printed before the feed: «<br /> Warning: …» of PHP.
        late = _LATE_ROOT.search(head, 0, _JUNK_WINDOW)
        if late is not None:
            found = _of_text(head[late.start() :], media_type, packed)
            if found.form is Form.FEED:
                return found
    if head[0] != "<":
        json = _JSON_TYPES.fullmatch(media_type) is not None
        return Sniffed(Form.JSON if json else Form.TEXT, packed=packed)
    root, page, entities = _prolog(head)
    local = root.rpartition(":")[2].lower()
    if local in _FEED_ROOTS or (local == "entry" and _ATOM_ENTRY.search(head)):
        return Sniffed(Form.FEED, local, encoding, entities, packed)
    if local == "html" and (inner := _EMBEDDED.search(head, 0, _JUNK_WINDOW)):
        # A feed somebody wrapped in a page's skeleton. The reader starts at its root.
        return Sniffed(Form.FEED, inner[0][1:5].strip(), encoding, entities, packed)
    if page or local in _HTML_ROOTS or (not declared and "html" in media_type):
        # `html` with a prologue of entities is XHTML: it is read as HTML, which knows none of them.
        return Sniffed(Form.HTML, local, encoding, packed=packed)
    if not root and not declared and not entities:
        return Sniffed(Form.TEXT, packed=packed)
    return Sniffed(Form.XML, local, encoding, entities, packed)


def _are_events(head: str) -> bool:
    """Say whether a text begins with server-sent events: all lines have their fields, and one event is complete."""
    if _FIELD.match(head) is None:
        return False
    data = complete = False
    *lines, _ = eventstream.LINE_END.split(head[:_EVENTS_WINDOW])
    for line in lines:
        found = _FIELD.match(line)
        if line and found is None:
            return False
        complete = complete or (data and not line)
        data = data or line.startswith("data:")
    return complete


def _prolog(head: str) -> tuple[str, bool, bool]:
    """Return the root's name as written, whether the DOCTYPE says HTML, and whether it declares entities."""
    place, page, entities = 0, False, False
    while True:
        place = head.find("<", place)
        if place < 0:
            return "", page, entities
        if head.startswith("<!--", place):
            place = head.find("-->", place + 4)
        elif head.startswith("<?", place):
            place = head.find(">", place + 2)
        elif head.startswith("<!", place):
            page = (
                page
                or head[place + 2 : place + 40].lower().split()[:2] == ["doctype", "html"]
                or (head[place + 2 : place + 14].lower() == "doctype html")
            )
            end = _doctype_end(head, place)
            subset = head[place : end if end >= 0 else len(head)]
            entities = entities or "<!entity" in subset.lower() or (end < 0 and "[" in subset)
            place = end
        else:
            found = _ROOT.match(head, place)
            if found is not None:
                return found[1], page, entities
            place += 1
            continue
        if place < 0:
            return "", page, entities


def _doctype_end(head: str, place: int) -> int:
    """Return where a declaration ends, its internal subset included; -1 where that is not in sight."""
    close = head.find(">", place)
    bracket = head.find("[", place)
    if close < 0 or bracket < 0 or close < bracket:
        return close
    end = _SUBSET_END.search(head, bracket)
    return end.end() - 1 if end else -1


def _head(body: bytes) -> str | None:
    """Return the beginning of a body as text without leading white space; None where it is no text."""
    encoding, mark = charset.mark(body)
    if encoding:
        return body[mark : PROLOG * 4].decode(encoding, "replace").lstrip(_SPACE)[:PROLOG]
    blanks = len(body) - len(body.lstrip())
    head = body[blanks : blanks + PROLOG]
    if b"\0" in head[:32] or _controls(head[:1024]) > 0.1:
        return None
    return head.decode("utf-8", "replace").lstrip(_SPACE)


def _decode(head: bytes) -> str:
    return _head(head) or ""


def _controls(head: Iterable[int]) -> float:
    """Return the share of bytes that no text has, of which a terminal log may hold a few."""
    values = list(head)
    odd = sum(1 for value in values if value < 32 and value not in (9, 10, 12, 13, 27))
    return odd / len(values) if values else 0.0


def _peek(body: bytes) -> bytes | None:
    """Return the first bytes of what a gzip body holds, or None where it is damaged from the start."""
    try:
        return zlib.decompressobj(31).decompress(body, PROLOG)
    except zlib.error:
        return None
