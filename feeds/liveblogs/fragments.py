"""Parts of a page as markup again, without what is not wanted of them.

Owns the way from an element of a tree (`feeds.html.tree`) back to markup that `feeds.html.document` reads. Decides
nothing about what is wanted, and makes nothing safe: what it returns is as foreign as the page was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_NEVER = frozenset({"script", "style", "template", "svg"})
"""Elements that a reader sees nothing of."""
VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


def markup(
    element: _Element, without: Collection[_Element] = (), instead: Callable[[_Element], str | None] | None = None
) -> str:
    """Return an element as markup, without some of the elements in it.

    `instead` is asked about every element and returns what is to stand in its place, or None.
    """
    left_out = set(without)
    out: list[str] = []
    waiting: list[_Element | str] = [element]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            out.append(part)
            continue
        if part is not element and part.tail:
            waiting.append(escape(str(part.tail), quote=False))
        tag = str(part.tag)
        if part in left_out or tag in _NEVER:
            continue
        other = instead(part) if instead is not None else None
        if other is not None:
            out.append(other)
            continue
        attributes = "".join([f' {name!s}="{escape(str(value))}"' for name, value in part.items()])
        out.append(f"<{tag}{attributes}>")
        if tag not in VOID:  # the parser does not know all of these, and puts what follows inside them
            waiting.append(f"</{tag}>")
        waiting.extend(reversed(part))
        if part.text:
            out.append(escape(str(part.text), quote=False))
    return "".join(out)


def words(element: _Element) -> str:
    """Return the text of an element as it is written, white space and all, without what nobody sees."""
    return "".join(_words(element))


def _words(element: _Element) -> Iterator[str]:
    if element.text and element.tag not in _NEVER:
        yield str(element.text)
    for inner in element.iterdescendants():
        hidden = inner.tag in _NEVER
        if inner.text and not hidden:
            yield str(inner.text)
        if inner.tail:
            yield str(inner.tail)


def classes(element: _Element) -> frozenset[str]:
    """Return the names in the `class` of an element."""
    return frozenset(str(element.get("class") or "")[:2_000].split())
