"""A page on which nothing but clock times says where a post begins.

Owns which headings and bold words begin a post, which of them are one list, and where its last post ends. The clocks
themselves are read by `liveblogs.clocktimes`, the zones prose states by `liveblogs.clockzones`. Knows neither days nor
posts; parses nothing and is given a tree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

from feeds import text
from feeds.liveblogs import clocktimes, clockzones, postmarkup
from feeds.liveblogs.clocktimes import Clock

if TYPE_CHECKING:
    from datetime import tzinfo

    from lxml.etree import _Element

LEAST = 3
"""Posts without which a page is no live blog."""
MAX_POSTS = 2_000
_MAX_HEADING = 400
"""Characters of what begins a post; more is a text that happens to begin with a time."""
_ROUNDS = 10
"""Parts inside parts of a page that are looked at."""
_BEFORE = 20
"""Elements looked at to see whether something stands in front of bold words in their line."""

_STARTS = ("h2", "h3", "strong", "b")
_INLINE = frozenset({"a", "abbr", "b", "em", "font", "i", "mark", "small", "span", "strong", "time", "u"})
_APART = frozenset({"nav", "footer", "form", "aside", "dialog", "template", "noscript", "figure"})
"""Elements in which a clock belongs to something else than the text."""
_AFTER = frozenset({"nav", "footer", "form", "aside"})
_HEADINGS = frozenset({"h1", "h2", "h3"})
_PROSE = ("p", "li", "em", "i", "strong", "b", "small", "h4", "h5", "div", "span")


class Start(Struct, frozen=True):
    """Where a post begins."""

    element: _Element
    clock: Clock
    zone: tzinfo | None = None
    """The zone of its clock where it or the prose above it states one."""


class ClockList(Struct, frozen=True):
    """The posts of a page, in its order."""

    starts: tuple[Start, ...]
    container: _Element
    """The smallest element around all of them."""
    newest_first: bool
    end: _Element | None
    """What stands behind the last post; None where nothing does but the end of the container."""


def find(tree: _Element) -> ClockList | None:
    """Return the list of a page's posts, None where there are fewer than three, or their times are in no order.

    Times elsewhere in the page may be another list. Where those outside the part that holds most of them are set
    otherwise, or all of them together are in no order, that part is looked at alone.
    """
    starts = list(_starts(tree))
    for _ in range(_ROUNDS):
        if len(starts) < LEAST:
            break
        container = _around([each.element for each in starts])
        children = [_child(container, each.element) for each in starts]
        best, count = Counter(children).most_common(1)[0]
        inside = [each for each, child in zip(starts, children, strict=True) if child is best]
        outside = [each for each, child in zip(starts, children, strict=True) if child is not best]
        another = LEAST <= count > len(outside) and not _settings(inside) & _settings(outside)
        newest = clocktimes.newest_first([each.clock for each in starts])
        if newest is not None and not (outside and another):
            return ClockList(tuple(_zoned(tree, starts)), container, newest, _end(container, starts))
        if not outside:
            break
        starts = inside
    return None


def _settings(starts: list[Start]) -> set[tuple[object, ...]]:
    """Return how posts begin: the names and classes of the element and of the two around it."""
    return {
        tuple((each.tag, each.get("class")) for each in (start.element, *islice(start.element.iterancestors(), 2)))
        for start in starts
    }


# ------------------------------------------------------------------ where posts begin


def _starts(tree: _Element) -> Iterator[Start]:
    before: _Element | None = None
    count = 0
    for element in tree.iter(*_STARTS):
        clock = _clock(element)
        if clock is None:
            continue
        above = list(element.iterancestors())
        if before in above or any(each.tag in _APART for each in above):
            continue
        if element.tag in ("strong", "b") and not _opens_line(element):
            continue
        before = element
        yield Start(element, clock)
        count += 1
        if count == MAX_POSTS:
            return


def _clock(element: _Element) -> Clock | None:
    said = postmarkup.words(element, _MAX_HEADING)
    if not said or len(said) > _MAX_HEADING or not any(each.isdigit() for each in said[:8]):
        return None
    # A time in an element of its own may stand against the next word without a blank.
    return clocktimes.opening(said) or clocktimes.opening(text.line(" ".join(map(str, element.itertext()))))


def _opens_line(element: _Element) -> bool:
    """Say whether nothing is said before an element in its line."""
    for _ in range(_BEFORE):
        before = element.getprevious()
        if before is None:
            parent = element.getparent()
            if parent is None:
                return True
            if _says(str(parent.text or "")):
                return False
            if parent.tag not in _INLINE:
                return True
            element = parent
        elif _says(str(before.tail or "")):
            return False
        elif before.tag not in _INLINE:
            return True
        elif postmarkup.words(before, 1):
            return False
        else:
            element = before
    return False


def _says(written: str) -> bool:
    return any(each.isalnum() for each in written)


def _zoned(tree: _Element, starts: list[Start]) -> Iterator[Start]:
    """Yield the starts, each with the zone that holds for it: the last that was stated above it."""
    waiting = {each.element: each for each in starts}
    zone: tzinfo | None = None
    for element in tree.iter(*_PROSE, *_STARTS):
        start = waiting.pop(element, None)
        if start is not None:
            yield Start(element, start.clock, start.clock.zone or zone)
            if not waiting:
                return
        elif element.tag == "p" or not len(element):
            zone = clockzones.stated(postmarkup.words(element, _MAX_HEADING)) or zone


# ------------------------------------------------------------------ where they are


def _around(elements: list[_Element]) -> _Element:
    """Return the smallest element that holds all of several."""
    common = list(elements[0].iterancestors())[::-1]
    for element in elements[1:]:
        own = list(element.iterancestors())[::-1]
        size = next((place for place, (a, b) in enumerate(zip(common, own, strict=False)) if a is not b), None)
        common = common[: min(len(common), len(own)) if size is None else size]
    return common[-1]


def _child(container: _Element, element: _Element) -> _Element:
    """Return the child of a container that is an element or holds it."""
    while (parent := element.getparent()) is not None and parent is not container:
        element = parent
    return element


def _end(container: _Element, starts: list[Start]) -> _Element | None:
    """Return what stands behind the last post.

    Where the element around each other post holds all of it, the last one ends with its own as well. Otherwise it ends
    where the text does: at the next heading that is as high, or at what is no text.
    """
    children = [_child(container, each.element) for each in starts]
    last = starts[-1].element
    apart = all(child is not each.element for child, each in zip(children, starts, strict=True))
    if apart and all(_adjoin(*pair) for pair in pairwise(children)):
        return children[-1].getnext()
    headings = frozenset({"h1", str(last.tag)}) if last.tag in _HEADINGS else _HEADINGS
    behind = False
    for element in container.iter():
        if element is last:
            behind = True
        elif behind and (element.tag in headings or element.tag in _AFTER) and last not in element.iterancestors():
            return element
    return None


def _adjoin(child: _Element, following: _Element) -> bool:
    """Say whether two children of an element are two, and nothing is said between them."""
    if child is following or _says(str(child.tail or "")):
        return False
    for between in child.itersiblings():
        if between is following:
            return True
        if postmarkup.words(between, 1) or _says(str(between.tail or "")):
            return False
    return False
