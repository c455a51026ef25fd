"""The difference of two texts, word by word.

Owns how a difference is found and in what pieces it is said. Differences are computed when somebody looks and are never
stored.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from feeds.text import tokens

_BETWEEN = re.compile(r"\s+|\S")
"""What stands between words: white space in one piece, signs one by one."""

_FINE = 40_000
"""Pieces of one stretch times those of the other up to which every way to align them is weighed: its time grows with
this product and more. Beyond it a stretch without anything unique in both is said to be rewritten."""

_ISLAND = 8
"""How many times shorter than the changes on either side a kept stretch is that nobody would notice as kept."""


class Change(NamedTuple):
    """A stretch of text that is kept, taken out or put in."""

    op: Literal["=", "-", "+"]
    text: str


def words(before: str, after: str) -> list[Change]:
    """Return what became of a text: the kept, removed and inserted stretches in reading order.

    The kept and removed ones joined are `before`, the kept and inserted ones `after`. A blank between two changed words
    is changed with them, and so is a short word between long changes: a rewritten sentence reads as one removal and one
    insertion.
    """
    return list(_joined(_merged(list(_joined(_paragraphs(before, after))))))


def _paragraphs(before: str, after: str) -> Iterator[Change]:
    """Compare paragraph by paragraph first: what a long text keeps is most of it."""
    for kept, removed, inserted in _aligned(before.splitlines(keepends=True), after.splitlines(keepends=True)):
        yield from _pieces("".join(removed), "".join(inserted))
        yield Change("=", "".join(kept))


def _pieces(before: str, after: str) -> Iterator[Change]:
    for kept, removed, inserted in _aligned(_split(before), _split(after)):
        yield Change("-", "".join(removed))
        yield Change("+", "".join(inserted))
        yield Change("=", "".join(kept))


def _split(text: str) -> list[str]:
    pieces: list[str] = []
    at = 0
    for word in tokens(text):
        # Several words may come of one place; the place is one piece.
        if word.start >= at:
            pieces += _BETWEEN.findall(text, at, word.start)
            pieces.append(text[word.start : word.end])
            at = word.end
    return pieces + _BETWEEN.findall(text, at)


# ------------------------------------------------------------------ alignment

Stretch = tuple[Sequence[str], Sequence[str], Sequence[str]]
"""What is kept, and what was removed and inserted before it."""


def _aligned(old: Sequence[str], new: Sequence[str]) -> Iterator[Stretch]:
    old_at = new_at = 0
    for old_from, new_from, length in _blocks(old, new):
        yield old[old_from : old_from + length], old[old_at:old_from], new[new_at:new_from]
        old_at, new_at = old_from + length, new_from + length
    yield (), old[old_at:], new[new_at:]


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Return what both have in common, as (place in old, place in new, length), in order.

    Bram Cohen's patience difference: what both share at their ends, then what stands exactly once in each, in the
    longest run that is in one order; so it goes on between two of these. Nearly linear, and people find what it keeps
    more telling than the most that could be kept.
    """
    waiting = [(0, len(old), 0, len(new))]
    while waiting:
        old_from, old_to, new_from, new_to = waiting.pop()
        length = 0
        while old_from + length < old_to and new_from + length < new_to:
            if old[old_from + length] != new[new_from + length]:
                break
            length += 1
        if length:
            yield old_from, new_from, length
            old_from, new_from = old_from + length, new_from + length
        if old_from == old_to or new_from == new_to:
            continue
        if old[old_to - 1] == new[new_to - 1]:
            length = 1
            while old_from < old_to - length and new_from < new_to - length:
                if old[old_to - length - 1] != new[new_to - length - 1]:
                    break
                length += 1
            waiting.append((old_to - length, old_to, new_to - length, new_to))
            waiting.append((old_from, old_to - length, new_from, new_to - length))
            continue
        anchors = _anchors(old, new, old_from, old_to, new_from, new_to)
        if anchors:
            starts = [(old_from, new_from), *anchors]
            ends = [*anchors, (old_to, new_to)]
            between = [(start[0], end[0], start[1], end[1]) for start, end in zip(starts, ends, strict=True)]
            waiting += reversed(between)
        elif (old_to - old_from) * (new_to - new_from) <= _FINE:
            matcher = SequenceMatcher(None, old[old_from:old_to], new[new_from:new_to], autojunk=False)
            for block in matcher.get_matching_blocks()[:-1]:
                yield old_from + block.a, new_from + block.b, block.size


def _anchors(
    old: Sequence[str], new: Sequence[str], old_from: int, old_to: int, new_from: int, new_to: int
) -> list[tuple[int, int]]:
    """Return the places of what stands once in each of two stretches, the longest run that is in order in both."""
    once = {piece for piece, count in Counter(old[old_from:old_to]).items() if count == 1}
    counted = Counter(new[new_from:new_to])
    places = {new[at]: at for at in range(new_from, new_to) if counted[new[at]] == 1}
    pairs = [(at, places[old[at]]) for at in range(old_from, old_to) if old[at] in once and old[at] in places]
    # Longest rising subsequence by patience sorting: each pair remembers the top of the pile to its left.
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for index, (_, at) in enumerate(pairs):
        pile = bisect_left(tops, at)
        before.append(piles[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(at)
            piles.append(index)
        else:
            tops[pile], piles[pile] = at, index
    run: list[tuple[int, int]] = []
    index = piles[-1] if piles else -1
    while index >= 0:
        run.append(pairs[index])
        index = before[index]
    return run[::-1]


# ------------------------------------------------------------------ what is said


def _joined(changes: Iterable[Change]) -> Iterator[Change]:
    """Leave out what holds nothing, and make one of several removals, insertions or kept stretches in a row."""
    removed, inserted, kept = "", "", ""
    for change in changes:
        if not change.text:
            continue
        if change.op == "=":
            yield from _said(removed, inserted)
            removed, inserted = "", ""
            kept += change.text
            continue
        if kept:
            yield Change("=", kept)
            kept = ""
        if change.op == "-":
            removed += change.text
        else:
            inserted += change.text
    yield from _said(removed, inserted)
    if kept:
        yield Change("=", kept)


def _merged(changes: Sequence[Change]) -> Iterator[Change]:
    """Let blanks, and words that are lost between long changes, be changed with what is around them."""
    size = 0
    for index, change in enumerate(changes):
        if change.op != "=":
            size += len(change.text)
            yield change
            continue
        following = sum(len(each.text) for each in _changed(changes, index + 1))
        if "\n" in change.text or not size or not following:
            island = False
        else:
            island = change.text.isspace() or len(change.text) * _ISLAND <= min(size, following)
        if island:
            yield Change("-", change.text)
            yield Change("+", change.text)
        else:
            size = 0
            yield change


def _changed(changes: Sequence[Change], index: int) -> Iterator[Change]:
    while index < len(changes) and changes[index].op != "=":
        yield changes[index]
        index += 1


def _said(removed: str, inserted: str) -> Iterator[Change]:
    if removed:
        yield Change("-", removed)
    if inserted:
        yield Change("+", inserted)
