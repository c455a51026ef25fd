"""A part of a page, cut at some of its elements into the markup that stands between them.

Owns the way from a flat text with headings in it, at whatever depth they stand, to one piece of markup a heading. As
`liveblogs.fragments`, which is for pages that put an element around each post, it makes nothing safe.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING

from feeds.liveblogs.fragments import VOID

if TYPE_CHECKING:
    from lxml.etree import _Element


def cut(container: _Element, marks: Sequence[_Element], leaves_out: Callable[[_Element], bool]) -> list[str]:
    """Return what follows each of the marks as markup: up to the next of them, or to the end of the container.

    The marks stand inside the container, in the order of the page, none in another; nothing of them is in the markup,
    nor of what is to be left out. What is open around a mark is opened anew behind it.
    """
    places = {mark: index for index, mark in enumerate(marks)}
    out: list[list[str]] = [[] for _ in marks]
    here: list[str] = []  # what stands before the first mark
    opened: list[tuple[str, str]] = []
    waiting: list[tuple[_Element, bool]] = [(child, False) for child in reversed(container)]
    while waiting:
        element, ends = waiting.pop()
        if ends:
            here.append(f"</{opened.pop()[0]}>")
        elif element in places:
            here.extend(f"</{tag}>" for tag, _ in reversed(opened))
            here = out[places[element]]
            here.extend(start for _, start in opened)
        elif not leaves_out(element):
            tag, start = str(element.tag), _start(element)
            here.append(start)
            if tag not in VOID:
                opened.append((tag, start))
                waiting.append((element, True))
                waiting.extend((child, False) for child in reversed(element))
                if element.text:
                    here.append(escape(str(element.text), quote=False))
                continue
        if element.tail:
            here.append(escape(str(element.tail), quote=False))
    return ["".join(each) for each in out]


def _start(element: _Element) -> str:
    attributes = "".join([f' {name!s}="{escape(str(value))}"' for name, value in element.items()])
    return f"<{element.tag!s}{attributes}>"
