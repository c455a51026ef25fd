"""The JSON-LD of an answer: its nodes, what they are, and the values they hold.

Owns the finding of JSON-LD in a page, the walk over it and the many shapes of a value (JSON-LD 1.1, 4 and 9;
as publishers write it rather than as the standard has it: contexts are not expanded, since every page means
schema.org). Knows nothing of news; what a LiveBlogPosting means is read by its adapter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from feeds.errors import ParseError
from feeds.schemaorg import jsonrepair

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_NODES = 200_000
"""Objects and lists walked of one answer."""
MAX_SCRIPTS = 200
"""Scripts read of one page."""

Node = Mapping[str, object]
"""A JSON object; nothing about it is certain."""

_TYPE = re.compile(r"\s*application/ld\+json\s*(?:;.*)?", re.IGNORECASE | re.DOTALL)
_BEFORE_NAME = re.compile("[/#:]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_VALUES = ("@value", "text", "value", "name")


class Graph:
    """Every node of an answer, in the order of the document."""

    def __init__(self, values: Iterable[object]) -> None:
        self.nodes: list[Node] = []
        self.whole = True
        """Whether all was walked: False past `MAX_NODES`."""
        self._by_id: dict[str, Node] = {}
        waiting = list(values)[::-1]
        for _ in range(MAX_NODES):
            if not waiting:
                return
            value = waiting.pop()
            if isinstance(value, dict):
                self._add(value)
                waiting.extend(each for each in reversed(value.values()) if isinstance(each, (dict, list)))
            elif isinstance(value, list):
                waiting.extend(each for each in reversed(value) if isinstance(each, (dict, list)))
        self.whole = not waiting

    def _add(self, node: Node) -> None:
        self.nodes.append(node)
        name = node.get("@id")
        if isinstance(name, str) and len(node) > len(self._by_id.get(name, ())):
            self._by_id[name] = node

    def resolve(self, value: object) -> object:
        """Return the node that `{"@id": …}` or a bare id stands for, else the value itself."""
        if isinstance(value, str):
            return self._by_id.get(value, value)
        name = value.get("@id") if isinstance(value, dict) else None
        if isinstance(value, dict) and isinstance(name, str) and not says(value):
            return self._by_id.get(name, value)
        return value


def scripts(tree: _Element) -> Iterator[str]:
    """Yield the texts of a page's JSON-LD scripts, however their type is written."""
    count = 0
    for element in tree.iter("script"):
        if _TYPE.fullmatch(str(element.get("type") or "")) is None:
            continue
        source = "".join(str(piece) for piece in element.itertext())
        if source.strip():
            yield source
            count += 1
            if count >= MAX_SCRIPTS:
                return


def load(sources: Iterable[str], about: tuple[str, ...]) -> tuple[Graph, list[str], ParseError | None]:
    """Read JSON-LD texts into one graph.

    Returns it with what had to be mended in the texts that mention one of the words in `about`, and with the
    error of the first such text that nothing can mend. What is broken in other texts does not matter here.
    """
    values: list[object] = []
    repairs: list[str] = []
    unreadable: ParseError | None = None
    for source in sources:
        matters = any(word in source for word in about)
        try:
            loaded = jsonrepair.load(source)
        except ParseError as error:
            if matters and unreadable is None:
                unreadable = error
            continue
        values.extend(loaded.values)
        if matters and loaded.repair and loaded.repair not in repairs:
            repairs.append(loaded.repair)
    return Graph(values), repairs, unreadable


# ------------------------------------------------------------------ values


def says(node: Node) -> bool:
    """Say whether a node has properties, rather than pointing to the node that has them."""
    return not node.keys() <= {"@id", "@type", "@context"}


def types(node: Node) -> frozenset[str]:
    """Return the names of a node's types, without `schema:` or an address before them."""
    written = many(node.get("@type"))
    return frozenset(_BEFORE_NAME.split(name)[-1] for name in written if isinstance(name, str))


def many(value: object) -> list[object]:
    """Return a value that is a list, or alone, or absent; also the list inside an ItemList or a container."""
    if isinstance(value, dict):
        for name in ("itemListElement", "@list", "@set"):
            if isinstance(inner := value.get(name), list):
                return [each.get("item", each) if isinstance(each, dict) else each for each in inner]
    return value if isinstance(value, list) else [] if value is None else [value]


def string(value: object) -> str:
    """Return a text: as it stands, inside `{"@value": …}`, or the first of a list; empty where there is none.

    Half a character (a lone surrogate, which JSON can write) becomes U+FFFD.
    """
    for each in many(value):
        inner = each
        if isinstance(each, dict):
            inner = next((part for name in _VALUES if isinstance(part := each.get(name), str)), "")
        if isinstance(inner, str) and inner.strip():
            return inner if inner.isascii() else _SURROGATE.sub("\ufffd", inner)
    return ""


def first(node: Node, *names: str) -> str:
    """Return the first of several properties that holds a text."""
    return next((found for name in names if (found := string(node.get(name)))), "")


def address(value: object) -> str:
    """Return the address a value holds: a text, or a node's `@id` or `url`; empty where there is none."""
    for each in many(value):
        if isinstance(each, dict):
            each = next((part for name in ("url", "@id") if isinstance(part := each.get(name), str)), "")
        if isinstance(each, str) and each.strip():
            return _SURROGATE.sub("", each).strip()
    return ""
