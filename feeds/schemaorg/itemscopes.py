"""The microdata and RDFa of a page, as the nodes that JSON-LD would give.

Owns both syntaxes (WHATWG HTML, 5 «Microdata»; W3C RDFa Lite 1.1), as publishers write them: contexts are not expanded,
since every page means schema.org. A text that may hold links is taken with its markup. Knows nothing of news.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from feeds.liveblogs import postmarkup

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_ITEMS = 20_000
"""Items read of one page."""
MAX_REFERENCES = 500
"""Elements that items name by `itemref`."""

Item = dict[str, object]
"""A node; see `feeds.schemaorg.linkeddata.Node`."""

_TEXTS = frozenset({"articleBody", "text", "description", "abstract", "reviewBody"})
"""Properties whose markup says something."""
_NAMED = frozenset({"author", "creator", "name", "headline", "alternativeHeadline", "keywords", "caption"})
"""Properties that are words, even where they are links."""
_ATTRIBUTES = ("content", "datetime", "href", "src", "data")
_PROPERTY = re.compile(r"(?:schema:|https?://(?:www\.)?schema\.org/)?([A-Za-z][A-Za-z0-9]*)")
_SYNTAXES = (("itemscope", "itemprop", "itemtype"), ("typeof", "property", "typeof"))


class Items:
    """The items of a page, in its order, and where each stands."""

    def __init__(self) -> None:
        self.nodes: list[Item] = []
        """Those that are no value of another."""
        self._places: dict[int, tuple[Item, _Element]] = {}

    def place(self, node: object) -> _Element | None:
        """Return the element a node was read from."""
        found = self._places.get(id(node))
        return found[1] if found is not None and found[0] is node else None

    def of_type(self, name: str) -> Iterator[tuple[Item, _Element]]:
        """Yield the items whose type ends in a name, with their elements, in the order of the page."""
        for node, element in self._places.values():
            written = node.get("@type")
            if isinstance(written, list) and any(re.split("[/#:]", str(each))[-1] == name for each in written):
                yield node, element

    def add(self, node: Item, element: _Element, owner: Item | None, names: list[str]) -> None:
        """Take an item: a value of another, or one of the page's own."""
        self._places[id(node)] = (node, element)
        if owner is None or not names:
            self.nodes.append(node)

    @property
    def full(self) -> bool:
        """Whether no more are read."""
        return len(self._places) >= MAX_ITEMS


def read(tree: _Element) -> Items:
    """Return the items of a page, those in microdata before those in RDFa."""
    items = Items()
    for scope, prop, kind in _SYNTAXES:
        _Walk(items, tree, scope, prop, kind).run()
    return items


class _Walk:
    """One walk over a page for one syntax."""

    def __init__(self, items: Items, tree: _Element, scope: str, prop: str, kind: str) -> None:
        self.items, self.tree = items, tree
        self.scope, self.prop, self.kind = scope, prop, kind
        self.seen: set[_Element] = set()
        self.ids: dict[str, _Element] | None = None
        self.references = 0

    def run(self) -> None:
        waiting: list[tuple[_Element, Item | None]] = [(self.tree, None)]
        while waiting:
            element, owner = waiting.pop()
            if element in self.seen:
                continue
            if self.references:
                self.seen.add(element)
            names = self._names(element) if owner is not None else []
            node = self._item(element) if self.scope in element.attrib and not self.items.full else None
            if owner is not None and names:
                value: object = node if node is not None else _value(element, names)
                for name in names:
                    _put(owner, name, value)
            if node is not None:
                self.items.add(node, element, owner, names)
                waiting.extend((each, node) for each in self._referred(element))
            waiting.extend((child, node if node is not None else owner) for child in reversed(element))

    def _names(self, element: _Element) -> list[str]:
        written = str(element.get(self.prop) or "")[:1_000].split()
        return [found[1] for each in written if (found := _PROPERTY.fullmatch(each))]

    def _item(self, element: _Element) -> Item | None:
        types = str(element.get(self.kind) or "")[:1_000].split()
        if not types and self.scope == "typeof":
            return None
        node: Item = {"@type": types}
        names = ("itemid",) if self.scope == "itemscope" else ("resource", "about")
        name = next((written for each in names if (written := str(element.get(each) or "").strip())), "")
        if name:
            node["@id"] = name
        return node

    def _referred(self, element: _Element) -> Iterator[_Element]:
        """Yield the elements elsewhere in the page whose properties are an item's too (HTML, 5.2.2 `itemref`)."""
        for name in str(element.get("itemref") or "")[:1_000].split():
            if self.ids is None:
                self.ids = {str(each.get("id")): each for each in reversed(list(self.tree.iter())) if each.get("id")}
            found = self.ids.get(name)
            if found is not None and self.references < MAX_REFERENCES and element not in found.iter():
                self.references += 1
                yield found


def _put(owner: Item, name: str, value: object) -> None:
    held = owner.get(name)
    if held is None:
        owner[name] = value
    elif isinstance(held, list):
        held.append(value)
    else:
        owner[name] = [held, value]


def _value(element: _Element, names: list[str]) -> str:
    """Return what a property says: an attribute where one says it, else its text, with markup where that matters."""
    content = element.get("content")
    if content is not None:
        return str(content)
    if _TEXTS.intersection(names):
        return postmarkup.markup(element)
    if not _NAMED.intersection(names):
        for attribute in _ATTRIBUTES:
            if written := str(element.get(attribute) or "").strip():
                return written
    return postmarkup.words(element)
