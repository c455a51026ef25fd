"""A table of running text on a grid of cells.

Owns how columns share a width: as wide as their widest cell where all fit, the widest narrowed first, words
wrapped inside their cell. Where columns would become too narrow to read, each row is written as lines of
`heading: value` instead, so that nothing is cut off. Pure; must not import Textual.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tui.glyphs import Glyphs
from tui.ink import BLANK, Ink, Line, Role, text_of, width_of
from tui.wrap import wrap

_NARROWEST = 6
"""Cells below which a column is not narrowed."""
_MEASURED = 200
"""Rows by which the widths are decided."""
_NUMBER = re.compile(r"[-+−]?[$€£¥]?[ ]?[0-9][0-9 .,:'’]*[%€$£]?")

TableCell = tuple[Line, bool]
"""Running text, and whether it is a heading."""


def table_lines(rows: Sequence[Sequence[TableCell]], width: int, glyphs: Glyphs) -> Iterator[Line]:
    """Yield the lines of a table, each at most so wide."""
    count = max((len(row) for row in rows), default=0)
    if count == 0:
        return
    widths = _widths(rows, count, width - 3 * (count - 1))
    if widths is None:
        yield from _stacked(rows, width, glyphs)
        return
    right = [_is_numeric(rows, column) for column in range(count)]
    bar = (f" {glyphs.column} ", Ink(Role.LINE))
    for index, row in enumerate(rows):
        yield from _row_lines(row, widths, right, bar)
        if index == 0 and len(rows) > 1 and row and all(heading for _, heading in row):
            crossing = f"{glyphs.rule}{glyphs.crossing}{glyphs.rule}"
            yield [(crossing.join(glyphs.rule * size for size in widths), Ink(Role.LINE))]


def _widths(rows: Sequence[Sequence[TableCell]], count: int, room: int) -> list[int] | None:
    """Return the cells of each column, None where they cannot be wide enough to read."""
    if room < count:
        return None
    widest = [1] * count
    for row in rows[:_MEASURED]:
        for column, (pieces, _) in enumerate(row):
            widest[column] = max(widest[column], _longest_line(pieces))
    if sum(widest) <= room:
        return widest
    low, high = 1, max(widest)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sum(min(size, middle) for size in widest) <= room else (low, middle - 1)
    return [min(size, low) for size in widest] if low >= _NARROWEST else None


def _longest_line(pieces: Line) -> int:
    if not any("\n" in text for text, _ in pieces):
        return width_of(pieces)
    return max(width_of(line) for line in wrap(pieces, 1 << 30))


def _is_numeric(rows: Sequence[Sequence[TableCell]], column: int) -> bool:
    texts = [text_of(row[column][0]).strip() for row in rows[:_MEASURED] if column < len(row) and not row[column][1]]
    said = [text for text in texts if text]
    return bool(said) and all(len(text) < 30 and _NUMBER.fullmatch(text) for text in said)


def _row_lines(
    row: Sequence[TableCell], widths: Sequence[int], right: Sequence[bool], bar: tuple[str, Ink]
) -> Iterator[Line]:
    columns = [list(wrap(pieces, widths[column])) for column, (pieces, _) in enumerate(row)]
    for at in range(max((len(lines) for lines in columns), default=0)):
        out: Line = []
        for column, size in enumerate(widths):
            if column:
                out.append(bar)
            line = columns[column][at] if column < len(columns) and at < len(columns[column]) else []
            blank = (" " * max(size - width_of(line), 0), BLANK)
            out += [blank, *line] if right[column] else [*line, blank]
        yield out


def _stacked(rows: Sequence[Sequence[TableCell]], width: int, glyphs: Glyphs) -> Iterator[Line]:
    heads = rows[0] if rows and rows[0] and all(heading for _, heading in rows[0]) else None
    body = rows[1:] if heads is not None else rows
    for index, row in enumerate(body or rows):
        if index:
            yield [(glyphs.rule * min(width, 8), Ink(Role.LINE))]
        for column, (pieces, _) in enumerate(row):
            line = list(pieces)
            if heads is not None and body and column < len(heads) and heads[column][0]:
                line = [*heads[column][0], (": ", Ink(Role.LABEL)), *line]
            if line:
                yield from wrap(line, width)
