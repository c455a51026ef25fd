"""XML feeds, from text to what they say: RSS 0.90–2.0, RDF, Atom 0.3 and 1.0, CDF.

Owns the shape of a document: `feeds.xmlhandlers` decides what an element means, this module what is told to it,
which is well-nested elements under standard names, whatever the document looks like. feedparser's own two XML
parsers are not used: they make ids depend on a neighbour's error, and several of their patterns take quadratic
time. Maps nothing to our values: that is `feeds.adapters.syndication`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from feeds.markup import What, attributes, tokens
from feeds.sniff import MAX_ENTRIES
from feeds.xmlhandlers import STANDARD, Handlers

MAX_DEPTH = 256
"""Elements inside elements; what is deeper is left out."""

_ATOM = {
    "http://www.w3.org/2005/atom": "atom10",
    "http://purl.org/atom/ns#": "atom03",
    "http://purl.org/atom/ns#0.3": "atom03",
    "http://purl.org/atom-blog/ns#": "atom03",
}
_ROOTS = frozenset({"rss", "rdf", "feed", "channel", "entry"})
_ATOM_IN_RSS = frozenset(
    {"link", "updated", "published", "author", "contributor", "name", "uri", "email", "content", "summary"}
)
_TOLD = frozenset({"", "dc", "dcterms", "content", "media", "itunes", "sy", "fh", "feedburner", "rdf", "xhtml"})
"""Name spaces whose elements mean something here. Outside of texts, nothing inside the others is told."""
_WORDS = frozenset({"author", "category", "guid", "managingeditor", "webmaster", "pubdate", "dc:creator", "dc:subject"})
"""Elements that hold words alone: tags inside them are somebody's markup, and looked through."""
_MARKUP = frozenset({"a", "b", "br", "div", "em", "font", "i", "p", "span", "strong", "u"})
_PLACED = frozenset({"link", "enclosure", "media:content", "media:thumbnail", "media:player", "content"})
_ITEM_STARTS = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s>])[^<>]*(?<!/)>", re.IGNORECASE)
_ITEM_ENDS = re.compile(r"</(?:[\w.-]{1,40}:)?(?:item|entry)\s{0,100}>", re.IGNORECASE)
_ITEMS = frozenset({"item", "entry"})


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


class _Open(NamedTuple):
    """An element that is open."""

    local: str
    name: str
    """The standard one; empty for markup that is looked through."""
    base: str
    spaces: dict[str, str]
    told: bool


class _Reader:
    """Makes well-nested elements under standard names of tokens, and tells them to the handlers."""

    def __init__(self, markup: str, base: str, join: Callable[[str, str], str]) -> None:
        self.handlers = Handlers()
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
            if name in _MARKUP and parent and (parent.name in _WORDS or not parent.name):
                name = ""
        self.open.append(_Open(local, name, base, spaces, told))
        self.locals[local] += 1
        if told and name:
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
        if element.told and element.name:
            self.handlers.base = element.base
            with suppress(KeyError, IndexError, TypeError, ValueError):
                self.handlers.unknown_endtag(element.name)

    def root(self, prefix: str, local: str, spaces: dict[str, str]) -> None:
        """Learn from the root which name space and prefix the feed's own elements are in, and its version."""
        uri = _key(spaces.get(prefix, ""))
        default = _key(spaces.get("", ""))
        self.core = frozenset({uri, default, ""})
        self.core_prefixes.add(prefix)
        if local in ("feed", "entry"):
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
        if key in self.core and (key in _ATOM_KEYS or not STANDARD.get(key)):
            return local
        if key in _ATOM_KEYS:
            return f"atom:{local}"
        unknown = "" if "backend.userland.com/rss" in key else prefix.lower() or "foreign"
        standard = STANDARD.get(key, unknown)
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
            prefix = STANDARD.get(_key(uri), prefix)
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
