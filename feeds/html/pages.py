"""HTML cut into events, and pages as trees of bounded depth.

Owns lxml, and nobody else imports it to parse. The parser never makes a tree itself: its own takes quadratic time in
the attributes of an element and gives up at a depth, a target of events does neither. Means nothing by the elements.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from lxml import etree

from feeds import charset as charsets

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_OPEN = 1_000
"""Elements open at a time. A text is read up to the place where there are more: closing one would look at all."""
MAX_ELEMENTS = 150_000
"""Elements of a tree; a page is read up to the last of them."""
MAX_DEPTH = 400
"""Levels of a tree; the children of deeper elements stand beside them."""
MAX_ATTRIBUTES = 200
"""Attributes kept of an element."""
_META_WINDOW = 4_096
# What neither parser nor tree may be given; a form feed is white space.
_UNREADABLE = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_META = re.compile(rb"""<meta\s[^<>]{0,400}?charset\s{0,9}=\s{0,9}["']?([^\s"'<>/;]{1,60})""", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
Attributes = Mapping[str, str | None]


class EnoughError(Exception):
    """Raised to the parser when nothing further is wanted."""


class Target(Protocol):
    """Takes the events of a parser."""

    def start(self, tag: str, attributes: Attributes) -> None:
        """Take a start tag. May raise `EnoughError`."""
        ...

    def end(self, tag: str) -> None:
        """Take the end of an element, written or meant."""
        ...

    def data(self, words: str) -> None:
        """Take text, references decoded, in pieces of any size; it may hold control characters."""
        ...

    def close(self) -> None:
        """Take the end of the document."""
        ...


class _Relay:
    """Passes the events of one parser to one target after another."""

    target: Target

    def start(self, tag: str, attributes: Attributes) -> None:
        self.target.start(tag, attributes)

    def end(self, tag: str) -> None:
        self.target.end(tag)

    def data(self, words: str) -> None:
        self.target.data(words)

    def close(self) -> None:
        self.target.close()


# Parsers of short texts that nobody uses at the moment. Before its first document lxml studies the signatures of a
# parser's target, which takes three times as long as reading the text of a post.
_idle: list[tuple[_Relay, etree.HTMLParser]] = []
_SHORT = 50_000
"""Bytes of a text up to which that is worth a call more for each event."""

CUT = "The page is cut off: it ends before its markup does; what came of it was read."
"""What is said of a page that is."""
_HEAD = re.compile(rb"</?head(?:\s[^<>]{0,400})?>", re.IGNORECASE)
_PAGE_END = re.compile(rb"</(?:body|html)\s*>", re.IGNORECASE)


def read(markup: str, target: Target) -> None:
    """Tell a target what is in the markup, until it has enough or something cannot be read. Never raises."""
    body = _readable(markup).encode()
    with suppress(EnoughError, etree.LxmlError):  # what came before is what there is
        if len(body) > _SHORT:
            etree.fromstring(body, _parser(target))
            return
        relay, parser = _idle.pop() if _idle else _relayed()
        relay.target = target
        etree.fromstring(body, parser)
        del relay.target
        _idle.append((relay, parser))  # one that was stopped is not used again


def _relayed() -> tuple[_Relay, etree.HTMLParser]:
    relay = _Relay()
    return relay, _parser(relay)


def _parser(target: Target) -> etree.HTMLParser:
    return etree.HTMLParser(target=target, encoding="utf-8", huge_tree=True)  # type: ignore[arg-type]  # stubs: wider


def _readable(words: str) -> str:
    # All that is unreadable is of a category that is not printed; looking for it in a text of lines is the slow part.
    if words.isprintable() or words.replace("\n", " ").replace("\t", " ").replace("\r", " ").isprintable():
        return words
    return _UNREADABLE.sub("", words).replace("\f", " ")


class _Growing:
    """Makes a tree of the parser's events: one root, bounded depth, no names an XML tree cannot have."""

    def __init__(self) -> None:
        self.builder = etree.TreeBuilder()
        self.builder.start("html", {})
        self.attributes: dict[str | bytes, str | bytes] = {}
        self.open: list[str] = []
        """The names of open elements in the tree, empty for those that are not in it."""
        self.depth = self.count = 0
        self.empty = True

    def start(self, tag: str, attributes: Attributes) -> None:
        kept: dict[str | bytes, str | bytes] = {}
        for name, value in attributes.items():
            if len(kept) == MAX_ATTRIBUTES:
                break
            if _NAME.fullmatch(name):
                kept[name] = _readable(value or "")
        if tag == "html":
            self.attributes = kept | self.attributes
        else:
            self.empty = self.empty and tag == "body"
        grown = tag != "html" and self.depth < MAX_DEPTH
        self.count += 1
        if len(self.open) >= MAX_OPEN or self.count > MAX_ELEMENTS:
            raise EnoughError
        name = tag if _NAME.fullmatch(tag) else "span"
        self.open.append(name if grown else "")
        if grown:
            self.builder.start(name, kept)
            self.depth += 1

    def end(self, tag: str) -> None:
        if self.open and (name := self.open.pop()):
            self.builder.end(name)
            self.depth -= 1

    def data(self, words: str) -> None:
        self.empty = self.empty and not words.strip()
        self.builder.data(_readable(words))

    def close(self) -> None:
        """Do nothing: what was read is fetched by `tree`."""

    def tree(self) -> _Element:
        while self.open:
            self.end(self.open[-1])
        self.builder.end("html")
        root = self.builder.close()
        for name, value in self.attributes.items():
            root.set(name, value)
        return root


def is_cut(body: bytes) -> bool:
    """Say whether a page ends before its markup does: it writes the tags of its head, and the end of nothing else.

    All of these may be left out (HTML, 13.1.2.4), but who writes the first writes the others.
    """
    return _HEAD.search(body) is not None and _PAGE_END.search(body) is None


def tree(body: bytes, charset: str = "") -> _Element | None:
    """Return a page as a tree with the root `html`, or None where there is nothing in it. Never raises.

    `charset` is the encoding its header names; the page's own `meta` is believed after it.
    """
    found = _META.search(body, 0, _META_WINDOW)
    markup = charsets.decode(body, declared=found[1].decode("ascii", "replace") if found else "", header=charset)
    if not markup.strip():
        return None
    growing = _Growing()
    read(markup, growing)
    if growing.empty:
        return None
    return growing.tree()
