"""Which line of which entry is on which line of the screen.

Owns the arithmetic of the timeline's view. Its position is one entry and the screen line that the entry's
first line is on; there is no offset, no total height and no sum of heights, so a change anywhere else moves
nothing, and only entries near the screen are ever measured. Pure: must not import Textual.

Row 0 of the index is drawn first. An entry may have header lines above it; they belong to it, but its
position is that of its own first line, so a header may come or go without moving the entry. The top line of
the screen is covered by the header of the hour below it: an entry is *fully visible* when all its lines are
under that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tui.widgets.rows import RowIndex

STICKY = 1
"""Lines at the top that a header covers."""


class Extent(NamedTuple):
    """The lines of an entry."""

    heads: int
    """Header lines above it."""
    height: int
    """Its own lines, at least one."""


class Slot(NamedTuple):
    """What is on one line of the screen."""

    row: int
    """Row of the index, or `NOTHING`."""
    line: int
    """Line of the entry, from 0; header lines above it are -heads … -1."""


NOTHING = -1
EMPTY = Slot(NOTHING, 0)

Measure = Callable[[int], Extent]


class Anchor(NamedTuple):
    """The position of the view."""

    key: int
    id: int
    line: int
    """Screen line of the entry's first line; may lie above or below the screen."""


class Viewport:
    """The view onto an index. `measure` tells the extent of a row; it is asked only near the screen."""

    def __init__(self, rows: RowIndex, measure: Measure, height: int = 0) -> None:
        self.rows = rows
        self.measure = measure
        self.height = height
        """Lines of the screen, the covered one included."""
        self.anchor: Anchor | None = None
        """None only while there are no entries."""
        self._slots: list[Slot] | None = None

    def forget(self) -> None:
        """Measure again: the index or the extents of its rows changed."""
        self._slots = None

    # ------------------------------------------------------------------ where things are

    def anchor_row(self) -> int | None:
        """Return the row of the anchor or, if gone, of its nearest older neighbour; None if empty."""
        if self.anchor is None:
            return self.rows.newest if len(self.rows) else None
        return self.rows.row_at(self.anchor.key, self.anchor.id)

    def put(self, row: int, line: int) -> None:
        """Let the first line of a row's entry be on that line of the screen."""
        self.anchor = Anchor(self.rows.key(row), self.rows.id(row), line)
        self._slots = None

    def slots(self) -> list[Slot]:
        """Return what is on each line of the screen."""
        if self._slots is None:
            self._slots = self._place_all()
        return self._slots

    def _place_all(self) -> list[Slot]:
        row = self.anchor_row()
        if row is None or self.height <= 0:
            return [EMPTY] * max(self.height, 0)
        line = self.anchor.line if self.anchor else self.measure(row).heads
        out = [EMPTY] * self.height
        self._fill(out, row, line)
        self._fill_up(out, row - 1, line - self.measure(row).heads)
        return out

    def _fill(self, out: list[Slot], row: int, line: int) -> None:
        top = line - self.measure(row).heads
        while top < self.height and row < len(self.rows):
            heads, height = self.measure(row)
            for at in range(max(top, 0), min(top + heads + height, self.height)):
                out[at] = Slot(row, at - top - heads)
            top += heads + height
            row += 1

    def _fill_up(self, out: list[Slot], row: int, bottom: int) -> None:
        while bottom > 0 and row >= 0:
            heads, height = self.measure(row)
            top = bottom - heads - height
            for at in range(max(top, 0), min(bottom, self.height)):
                out[at] = Slot(row, at - top - heads)
            bottom = top
            row -= 1

    def first_lines(self) -> dict[int, int]:
        """Return the screen line of the first line of every row of which a line can be seen."""
        found: dict[int, int] = {}
        for at, slot in enumerate(self.slots()):
            if at >= STICKY and slot.row != NOTHING and slot.line >= 0:
                found.setdefault(slot.row, at - slot.line)
        return found

    def visible(self) -> list[int]:
        """Return the rows that are fully visible, top to bottom; without any, the rows seen in part."""
        seen = self.first_lines()
        whole = [row for row, line in seen.items() if self._is_whole(row, line)]
        return whole or list(seen)

    def _is_whole(self, row: int, line: int) -> bool:
        return line >= STICKY and line + self.measure(row).height <= self.height

    def hold(self, row: int | None) -> None:
        """Anchor the view to a row if it is on the screen, else to the first that is fully visible.

        Nothing moves now; from now on, nothing that happens elsewhere moves that entry.
        """
        seen = self.first_lines()
        if row is None or row not in seen:
            whole = self.visible()
            if not whole:
                return
            row = whole[0]
        self.put(row, seen[row])

    def hold_place(self) -> None:
        """After the index changed: anchor the view to what stands in for the entry it was anchored to."""
        row = self.anchor_row()
        if row is None:
            self.anchor = None
        elif self.anchor is not None:
            self.put(row, self.anchor.line)

    def at_start(self) -> bool:
        """Say whether the top line of the screen is the very first of all lines."""
        slots = self.slots()
        return not slots or slots[0].row == NOTHING or (slots[0].row == 0 and self._line_no(slots[0]) == 0)

    def _line_no(self, slot: Slot) -> int:
        return slot.line + self.measure(slot.row).heads

    # ------------------------------------------------------------------ moving

    def scroll(self, lines: int) -> int:
        """Move the view down by some lines (up when negative) as far as there is something; return how far.

        Empty lines, which a change may have left at an edge so that nothing had to move, only ever get fewer.
        """
        slots = self.slots()
        filled = [at for at, slot in enumerate(slots) if slot.row != NOTHING]
        if not filled:
            return 0
        if lines > 0:
            last = slots[filled[-1]]
            gap = filled[0]
            step = min(lines, max(gap, self._below(last, lines) if filled[-1] == self.height - 1 else 0))
        else:
            first = slots[filled[0]]
            step = -min(-lines, self._above(first, -lines) if filled[0] == 0 else 0)
        row = self.anchor_row()
        if row is not None and step:
            self.put(row, (self.anchor.line if self.anchor else self.measure(row).heads) - step)
        return step

    def _below(self, slot: Slot, wanted: int) -> int:
        found = self.measure(slot.row).height - 1 - slot.line
        row = slot.row + 1
        while found < wanted and row < len(self.rows):
            found += sum(self.measure(row))
            row += 1
        return found

    def _above(self, slot: Slot, wanted: int) -> int:
        found = self._line_no(slot)
        row = slot.row - 1
        while found < wanted and row >= 0:
            found += sum(self.measure(row))
            row -= 1
        return found

    def reveal(self, row: int) -> None:
        """Move the view as little as needed for a row to be fully visible; if far, put it near the top."""
        seen = self.first_lines()
        if row in seen and self._is_whole(row, seen[row]):
            return
        height = self.measure(row).height
        if height > self.height - STICKY:
            self.put(row, STICKY)
        elif seen and row >= max(seen) and row - max(seen) <= 1:
            self.put(row, self.height - height)
        elif seen and row <= min(seen) and min(seen) - row <= 1:
            self.put(row, max(STICKY, self.measure(row).heads if row == 0 else STICKY))
        else:
            self.put(row, max(STICKY, self.height // 4))
            self.settle()

    def jump(self, row: int) -> None:
        """Put a row at the top of the screen, or as near to it as the end of all lines allows."""
        self.put(row, max(STICKY, self.measure(row).heads))
        self.settle()

    def settle(self) -> None:
        """Close empty lines at the top or at the bottom, as far as there are entries to fill them."""
        for _ in range(2):
            slots = self.slots()
            filled = [at for at, slot in enumerate(slots) if slot.row != NOTHING]
            row = self.anchor_row()
            if not filled or row is None:
                return
            line = self.first_lines().get(row, self.anchor.line if self.anchor else 0)
            if filled[0] > 0:
                self.put(row, line - filled[0])
            elif (gap := self.height - 1 - filled[-1]) > 0:
                self.put(row, line + min(gap, self._above(slots[0], gap)))

    def resize(self, height: int) -> None:
        """Give the view another height; the anchored entry stays on the screen."""
        self.height = height
        self._slots = None
        row = self.anchor_row()
        if row is None or self.anchor is None:
            return
        lowest = max(height - self.measure(row).height, STICKY)
        if self.anchor.line > lowest:
            self.put(row, lowest)
