"""Where lines of a given width break.

Owns line breaking, for any script: at blanks, between characters of scripts that know no blanks, and inside a
word only where the word alone is wider than the line. Knows cells and nothing of styles' looks; must not
import Textual.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tui import cells
from tui.ink import Ink, Line, Piece, slices, text_of, width_of

_CJK = (
    "\u2e80-\u2fdf\u3001-\u30ff\u3100-\u318f\u31a0-\u31ff\u3200-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff"
)
# Ideographs and kana stand alone, with the punctuation that must not begin a line after them.
_UNIT = re.compile(rf"[ \t\u3000]+|[{_CJK}][、。，．：；！？）」』】〉》〕”’…ー々]*|[^ \t\u3000{_CJK}]+")


def breaks(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of each line of a legible text at a width in cells; blanks at a break are left out.

    No line is wider than the width, except one that holds a single character wider than it. A newline ends a
    line; a text without characters is one empty line.
    """
    place = 0
    for part in text.split("\n"):
        end = place + len(part)
        yield from _ascii(text, place, end, width) if part.isascii() else _any(text, place, end, width)
        place = end + 1


def _ascii(text: str, place: int, end: int, width: int) -> Iterator[tuple[int, int]]:
    while end - place > width:
        at = text.rfind(" ", place, place + width + 1)
        if at <= place:
            yield place, place + width
            place += width
            continue
        stop = at
        while stop > place and text[stop - 1] == " ":
            stop -= 1
        if stop == place:  # a run of blanks wider than the line
            stop = at
        yield place, stop
        place = at + 1
        while place < end and text[place] == " ":
            place += 1
        if place == end:
            return
    yield place, end


def _any(text: str, place: int, end: int, width: int) -> Iterator[tuple[int, int]]:
    start, stop, used = place, place, 0  # the line so far, without blanks at its end
    for match in _UNIT.finditer(text, place, end):
        unit = match[0]
        size = cells.width(unit)
        blank = unit[0] in " \t\u3000"
        if used + size <= width:
            used += size
            if not blank or start == stop:
                stop = match.end()
            continue
        if blank:
            yield start, max(stop, start)
            start = stop = match.end()
            used = 0
            continue
        if stop > start:
            yield start, stop
        start, used = match.start(), size
        if size > width:
            for begin, finish, one in _chunks(unit, width):
                if finish < len(unit):
                    yield match.start() + begin, match.start() + finish
                else:
                    start, used = match.start() + begin, one
        stop = match.end()
    if stop > start or start == place:
        yield start, stop


def _chunks(word: str, width: int) -> Iterator[tuple[int, int, int]]:
    """Cut a word wider than a line: start, end and cells of each part."""
    begin = finish = used = 0
    for start, end, size in cells.graphemes(word):
        if used + size > width and start > begin:
            yield begin, start, used
            begin, used = start, 0
        used += size
        finish = end
    yield begin, max(finish, len(word)), used


def wrap(pieces: Sequence[Piece], width: int) -> Iterator[Line]:
    """Yield the lines of some pieces at a width in cells; they are not filled up."""
    return slices(pieces, breaks(text_of(pieces), max(width, 1)))


def wrap_to(pieces: Sequence[Piece], width: int, lines: int, more: str, ink: Ink) -> list[Line]:
    """Return at most so many lines; where the text goes on, the last is full and ends in `more`, a cell."""
    text = text_of(pieces)
    places: list[tuple[int, int]] = []
    for place in breaks(text, max(width, 1)):
        if len(places) == lines:
            start = places[-1][0]
            *whole, last = slices(pieces, [*places[:-1], (start, len(text))])
            return [*whole, _ended(last, width, more, ink)]
        places.append(place)
    return list(slices(pieces, places))


def _ended(line: Line, width: int, more: str, ink: Ink) -> Line:
    room = width - 1
    kept: Line = []
    for text, style in line:
        text, newline, _ = text.partition("\n")
        size = cells.width(text)
        if size > room:
            text, size = cells.crop(text, room), room
        kept.append((text, style))
        room -= size
        if room <= 0 or newline:
            break
    while kept and not kept[-1][0].rstrip():
        kept.pop()
    if kept:
        kept[-1] = (kept[-1][0].rstrip(), kept[-1][1])
    return [*kept, (more, ink)] if width_of(kept) < width else kept
