"""XML feeds, from text to what they say: RSS 0.90–2.0, RDF, Atom 0.3 and 1.0, CDF.

Owns feedparser, and nobody else imports it. feedparser's handlers decide what an element means; this module
decides what they are told (well-nested elements under standard names, whatever the document looks like) and
keeps what they would lose: ids and links as written with the base they stand on, all authors, raw dates,
repeated elements, tombstones. Its own two XML parsers, its sanitiser, its resolving of links and its reading
of dates are not used: they make ids depend on the feed's address or on a neighbour's error, and several of
their patterns take quadratic time. Maps nothing to our values: that is `feeds.adapters.syndication`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from feedparser.mixin import _FeedParserMixin
from feedparser.util import FeedParserDict

from feeds.markup import What, attributes, tokens
from feeds.sniff import MAX_ENTRIES

MAX_DEPTH = 256
"""Elements inside elements; what is deeper is left out."""
_MAX_NAME = 1_000
"""Characters of an author's name."""

_ATOM = {
    "http://www.w3.org/2005/atom": "atom10",
    "http://purl.org/atom/ns#": "atom03",
    "http://purl.org/atom/ns#0.3": "atom03",
    "http://purl.org/atom-blog/ns#": "atom03",
}
_STANDARD = {uri.lower().rstrip("/"): prefix for uri, prefix in _FeedParserMixin.namespaces.items()} | {
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://purl.org/syndication/history/1.0": "fh",
    "http://purl.org/atompub/tombstones/1.0": "at",
    "http://channel.netscape.com/rdf/simple/0.9": "",
    "http://purl.org/net/rss1.1#": "",
}
_ROOTS = frozenset({"rss", "rdf", "feed", "channel"})
_ATOM_IN_RSS = frozenset(
    {"link", "updated", "published", "author", "contributor", "name", "uri", "email", "content", "summary"}
)
_TOLD = frozenset({"", "dc", "dcterms", "content", "media", "itunes", "sy", "fh", "feedburner", "rdf", "xhtml"})
"""Name spaces whose elements mean something here. Outside of texts, nothing inside the others is told."""
_PLACED = frozenset({"link", "enclosure", "media:content", "media:thumbnail", "media:player", "content"})
_ITEM_STARTS = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s>])[^<>]*(?<!/)>", re.IGNORECASE)
_ITEM_ENDS = re.compile(r"</(?:[\w.-]{1,40}:)?(?:item|entry)\s{0,100}>", re.IGNORECASE)
_ITEMS = frozenset({"item", "entry"})
_VOID = frozenset({"</br>", "</img>", "</hr>", "</wbr>", "</source>", "</input>", "</embed>", "</track>", "</col>"})


class Feed(NamedTuple):
    """What a document says, in feedparser's terms; all strings foreign."""

    version: str
    """`atom10`, `atom03` or `rss`, which stands for RDF and CDF as well."""
    head: dict[str, object]
    entries: list[dict[str, object]]
    deleted: tuple[str, ...]
    """Ids of entries that the feed says were deleted (RFC 6721)."""
    problems: tuple[str, ...]
    half: bool = False
    """The document ends inside the last entry."""


class _Handlers(_FeedParserMixin):  # type: ignore[misc]  # feedparser has no types
    """feedparser's state machine, told not to resolve, sanitise or interpret."""

    resolve_relative_uris = False
    sanitize_html = False

    def __init__(self) -> None:
        self.baseuri = ""
        self.lang: str | None = None
        self.encoding = ""
        self.base = ""
        super().__init__()

    def _normalize_attributes(self, pair: tuple[str, str]) -> tuple[str, str]:
        name, value = pair
        return name, value.lower() if name in ("rel", "type") else value

    def resolve_uri(self, uri: str) -> str:
        return uri

    def handle_data(self, text: str, escape: int = 1) -> None:
        if escape or text not in _VOID:
            super().handle_data(text, escape)

    def pop(self, element: str, strip_whitespace: int = 1) -> str | None:
        # By this name feedparser puts right what was encoded as UTF-8 twice («CafÃ©»). Ids stay as they are.
        self.encoding = "" if element == "id" else "utf-8"
        value = super().pop(element, strip_whitespace)
        return value if isinstance(value, str) else None

    def push_content(self, tag: str, attrs_d: dict[str, str], default_type: str, expecting_text: int) -> None:
        super().push_content(tag, attrs_d, default_type, expecting_text)
        self.contentparams["base"] = self.base

    def _start_item(self, attrs_d: dict[str, str]) -> None:
        super()._start_item(attrs_d)
        self.entries[-1]["base"] = self.base
        if self.lang:
            self.entries[-1]["language"] = self.lang

    _start_entry = _start_item

    def _start_guid(self, attrs_d: dict[str, str]) -> None:
        super()._start_guid(attrs_d)
        self._get_context()["permalink"] = self.guidislink

    def _end_guid(self) -> None:
        self.pop("id")

    _end_id = _end_guid

    def _end_author(self) -> None:
        value = self.pop("author")
        self.inauthor = 0
        people = self._get_context().get("authors")
        if people and not people[-1] and value:
            people[-1]["text"] = value[:_MAX_NAME]

    _end_managingeditor = _end_author

    def _sync_author_detail(self, key: str = "author") -> None:
        """Do nothing: feedparser's pattern for «mail (name)» is quadratic, and the adapter reads the text."""

    def _start_itunes_subtitle(self, attrs_d: dict[str, str]) -> None:
        self.push("itunes_subtitle", 1)  # feedparser lets it overwrite the description

    def _end_itunes_subtitle(self) -> None:
        self.pop("itunes_subtitle")

    def _add_tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        # feedparser looks each new one up in the whole list.
        context = self._get_context()
        tags = context.setdefault("tags", [])
        if term or label:
            tags.append(FeedParserDict(term=term, scheme=scheme, label=label))
        elif scheme is not None or not tags or tags[-1]["term"]:
            tags.append(FeedParserDict(term=None, scheme=scheme, label=None))

    def _end_hour(self) -> None:
        self._repeated("hour")

    def _end_day(self) -> None:
        self._repeated("day")

    def _repeated(self, name: str) -> None:
        value = self.pop(name)
        if value:
            self.feeddata.setdefault(f"{name}s", []).append(value)

    def _start_media_player(self, attrs_d: dict[str, str]) -> None:
        self.push("media_player", 0)
        self._get_context().setdefault("media_players", []).append(attrs_d)

    def _end_media_player(self) -> None:
        self.pop("media_player")


# Dates are kept as written, each kind apart, the first of a kind: feedparser would read them at once, and
# file Dublin Core's under «updated».
_DATES = {
    "published": "published", "pubdate": "published", "issued": "issued", "dcterms_issued": "issued",
    "dc_date": "dated", "created": "created", "dcterms_created": "created",
    "updated": "updated", "modified": "updated", "dcterms_modified": "updated", "lastbuilddate": "updated",
    "expirationdate": "expires",
}  # fmt: skip


def _date_handlers(kind: str) -> tuple[Callable[[_Handlers, dict[str, str]], None], Callable[[_Handlers], None]]:
    def start(self: _Handlers, attrs_d: dict[str, str]) -> None:
        self.push(f"date_{kind}", 1)

    def end(self: _Handlers) -> None:
        value = self.pop(f"date_{kind}")
        if value:
            self._get_context().setdefault("dates", {}).setdefault(kind, value)

    return start, end


for _name, _kind in _DATES.items():
    _start, _end = _date_handlers(_kind)
    setattr(_Handlers, f"_start_{_name}", _start)
    setattr(_Handlers, f"_end_{_name}", _end)


class _Open(NamedTuple):
    """An element that is open."""

    local: str
    name: str
    base: str
    spaces: dict[str, str]
    told: bool


class _Reader:
    """Makes well-nested elements under standard names of tokens, and tells them to the handlers."""

    def __init__(self, markup: str, base: str, join: Callable[[str, str], str]) -> None:
        self.handlers = _Handlers()
        self.base = base
        self.join = join
        self.open: list[_Open] = []
        self.locals: Counter[str] = Counter()
        self.core: frozenset[str] = frozenset()
        self.core_prefixes = {"rss"}
        self.deleted: list[str] = []
        self.problems: list[str] = []
        # Items that are not closed follow one another; items that are closed may contain one another.
        starts, ends = len(_ITEM_STARTS.findall(markup)), len(_ITEM_ENDS.findall(markup))
        self.unclosed = ends * 2 < starts
        self.done = False
        self.markup = markup

    def read(self) -> Feed:
        for token in tokens(self.markup):
            what, value, inside = token
            if what is What.TEXT:
                if self.open and self.open[-1].told:
                    self.handlers.handle_data(value)
            elif what is What.END:
                self.end(value)
            elif what is What.CUT:
                self.problems.append(f"The feed is cut off inside {value}; what comes before it was read.")
            else:
                self.start(value, inside)
                if what is What.EMPTY and not self.done:
                    self.end(value)
            if self.done:
                break
        handlers = self.handlers
        cut = bool(self.open) and not self.done
        if cut and not self.problems:
            self.problems.append("The feed is cut off: it ends before its last element does; what came was read.")
        half = cut and bool(handlers.entries) and (self.locals["item"] > 0 or self.locals["entry"] > 0)
        while self.open:
            self.close()
        return Feed(
            handlers.version, handlers.feeddata, handlers.entries, tuple(self.deleted), tuple(self.problems), half
        )

    def start(self, written: str, inside: str) -> None:
        prefix, _, local = written.rpartition(":")
        local = local.lower()
        parent = self.open[-1] if self.open else None
        spaces = parent.spaces if parent else {}
        base = parent.base if parent else self.base
        attrs: list[tuple[str, str]] = []
        pairs = attributes(inside)
        declared = {name[6:]: value.strip() for name, value in pairs if name == "xmlns" or name.startswith("xmlns:")}
        if declared:
            spaces = {**spaces, **declared}
        if parent is None:
            if local not in _ROOTS:
                return
            self.root(prefix, local, spaces)
        for written_name, value in pairs:
            name = self.attribute(written_name, spaces)
            if name == "xml:base":
                base = self.join(base, value)
            elif name:
                attrs.append((name, value))
        name = self.name(prefix, local, spaces)
        told = (parent is None or parent.told) and len(self.open) < MAX_DEPTH
        if told and name in _ITEMS and self.item(name):
            return
        if name == "at:deleted-entry":
            ref = next((value for key, value in attrs if key == "ref"), "")
            if ref:
                self.deleted.append(ref)
            told = False
        if told and name in _ITEMS:
            told = not self.locals["item"] and not self.locals["entry"]
        if told and name.startswith("atom:"):
            told = name[5:] in _ATOM_IN_RSS
            name = name[5:]
            attrs.append(("foreign", "true"))
        if told and not self.handlers.incontent:
            told = name.rpartition(":")[0] in _TOLD
        self.open.append(_Open(local, name, base, spaces, told))
        self.locals[local] += 1
        if told:
            if name in _PLACED:
                attrs.append(("placed", base))
            self.handlers.base = base
            # The handlers assume what a damaged document does not keep: that a thing was begun before it
            # ends, in the same context. An element that fails so costs itself.
            with suppress(KeyError, IndexError, TypeError, ValueError):
                self.handlers.unknown_starttag(name, attrs)

    def item(self, name: str) -> bool:
        """Make room for a new item; return whether there is none."""
        if self.unclosed and (self.locals["item"] or self.locals["entry"]):
            while self.locals["item"] or self.locals["entry"]:
                self.close()
        if len(self.handlers.entries) >= MAX_ENTRIES and not self.locals["item"] and not self.locals["entry"]:
            self.problems.append(f"The feed lists more than {MAX_ENTRIES:,} entries; only these were read.")
            self.done = True
            return True
        return False

    def end(self, written: str) -> None:
        local = written.rpartition(":")[2].lower()
        if not self.locals[local]:
            return
        while self.open[-1].local != local:
            self.close()
        self.close()
        if not self.open:
            self.done = True  # what follows the root is no part of the feed

    def close(self) -> None:
        element = self.open.pop()
        self.locals[element.local] -= 1
        if element.told:
            self.handlers.base = element.base
            with suppress(KeyError, IndexError, TypeError, ValueError):
                self.handlers.unknown_endtag(element.name)

    def root(self, prefix: str, local: str, spaces: dict[str, str]) -> None:
        """Learn from the root which name space and prefix the feed's own elements are in, and its version."""
        uri = _key(spaces.get(prefix, ""))
        default = _key(spaces.get("", ""))
        self.core = frozenset({uri, default, ""})
        self.core_prefixes.add(prefix)
        if local == "feed":
            self.handlers.version = _ATOM.get(spaces.get(prefix, "").lower(), "atom10")
            self.core |= {_key(space) for space in _ATOM}
            self.core_prefixes |= {"atom"}
        else:
            self.handlers.version = "rss"

    def name(self, prefix: str, local: str, spaces: dict[str, str]) -> str:
        """Return the standard name of an element: `title`, `dc:creator`, `atom:link` inside RSS."""
        uri = spaces.get(prefix)
        if uri is None:
            plain = prefix.lower()
            if not prefix or prefix in self.core_prefixes:
                return local
            return f"atom:{local}" if plain in ("atom", "atom10", "a10") else f"{plain}:{local}"
        key = _key(uri)
        if key in self.core and (key in _ATOM_KEYS or not _STANDARD.get(key)):
            return local
        if key in _ATOM_KEYS:
            return f"atom:{local}"
        unknown = "" if "backend.userland.com/rss" in key else prefix.lower() or "foreign"
        standard = _STANDARD.get(key, unknown)
        return f"{standard}:{local}" if standard else local

    def attribute(self, written: str, spaces: dict[str, str]) -> str:
        """Return the standard name of an attribute; empty for one that is not told."""
        prefix, _, local = written.lower().rpartition(":")
        if prefix == "xmlns" or (local == "xmlns" and not prefix):
            return ""
        if prefix == "xml":
            return f"xml:{local}"
        uri = spaces.get(written.rpartition(":")[0])
        if uri is not None and prefix:
            prefix = _STANDARD.get(_key(uri), prefix)
        elif prefix in self.core_prefixes:
            prefix = ""
        if prefix:
            return f"{prefix}:{local}"
        return "" if local in ("base", "placed", "foreign") else local  # words between us and the handlers


_ATOM_KEYS = frozenset(uri.rstrip("/") for uri in _ATOM)


def _key(uri: str) -> str:
    return uri.strip().lower().rstrip("/")


def read(markup: str, base: str, join: Callable[[str, str], str]) -> Feed:
    """Read a document whose root is a feed's.

    `base` is the address it came from; `join(base, reference)` resolves an `xml:base` and answers the old
    base for one that cannot be used. Never raises for what a document holds.
    """
    return _Reader(markup.replace("\r\n", "\n").replace("\r", "\n"), base, join).read()
