"""What the rows of the timeline look like, remembered.

Owns the entries near the screen, the lines of each and the strips they are drawn as. Everything is remembered
by what it is - entry, revision, marks, lit words, width, density, theme - so nothing is ever cleared because
something else changed. Must not know what is on the screen.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple

from rich.segment import Segment
from textual.cache import LRUCache
from textual.strip import Strip

from feeds.model import Entry
from tui import render, theme
from tui.ink import BLANK, Ink, Line, Role, fit
from tui.render import Look
from tui.shelf import Shelf
from tui.widgets.rows import RowIndex
from tui.widgets.viewport import Extent

_PAGE = 64
"""Entries read at a time."""
_ENTRIES = 2_000
"""Entries kept in memory."""


class Break(NamedTuple):
    """A stretch of time of which entries of a source may be missing."""

    before: int
    """Sort key of the oldest entry after it, in milliseconds since 1970."""
    label: str


class Head(NamedTuple):
    """A header line of a row."""

    is_hour: bool
    label: str


LEFT = "you left here"


class Cards:
    """Looks of rows. `look` may be replaced; entries that changed are named to `forget`."""

    def __init__(self, shelf: Shelf, look: Look, rows: RowIndex) -> None:
        self.shelf = shelf
        self.look = look
        self.rows = rows
        self.left_at: int | None = None
        """When the last visit ended, in milliseconds since 1970."""
        self._breaks: list[Break] = []
        self.hits = self.misses = 0
        """How often a strip was remembered, and how often it had to be made."""
        self._entries: dict[int, Entry] = {}
        self._lines: LRUCache[Hashable, list[Line]] = LRUCache(1_000)
        self._strips: LRUCache[Hashable, Strip] = LRUCache(2_000)

    # ------------------------------------------------------------------ entries

    def entry(self, entry_id: int) -> Entry | None:
        """Return an entry, None where the store does not know it."""
        if entry_id not in self._entries:
            self._read([entry_id])
        return self._entries.get(entry_id)

    def key(self, entry_id: int) -> int | None:
        """Return the sort key of an entry, None where the store does not know it."""
        entry = self.entry(entry_id)
        return render.millis(entry.sort_at) if entry else None

    def forget(self, ids: Iterable[int]) -> None:
        """Read these entries again when they are needed."""
        for entry_id in ids:
            self._entries.pop(entry_id, None)

    def _read(self, ids: list[int]) -> None:
        if len(self._entries) > _ENTRIES:
            self._entries.clear()
        self._entries.update((entry.id, entry) for entry in self.shelf.entries(ids))

    def _entry_at(self, row: int) -> Entry | None:
        entry_id = self.rows.id(row)
        if entry_id not in self._entries:
            near = range(max(row - _PAGE // 2, 0), min(row + _PAGE // 2, len(self.rows)))
            self._read([near_id for near_id in map(self.rows.id, near) if near_id not in self._entries])
        return self._entries.get(entry_id)

    # ------------------------------------------------------------------ lines

    def hour(self, row: int) -> str:
        """Return the hour a row belongs to, as its header says it."""
        return render.hour_of(self.rows.key(row), self.look.zone)

    def set_breaks(self, breaks: Iterable[Break]) -> bool:
        """Take other gaps; say whether they are others."""
        before, self._breaks = self._breaks, sorted(breaks)
        return before != self._breaks

    def heads(self, row: int) -> list[Head]:
        """Return the header lines above a row: its hour, gaps, and the line where the last visit ended."""
        heads: list[Head] = []
        if row > 0:
            key, above = self.rows.key(row), self.rows.key(row - 1)
            low = bisect_right(self._breaks, key, key=lambda each: each.before)
            high = bisect_right(self._breaks, above, key=lambda each: each.before)
            heads += [Head(False, each.label) for each in reversed(self._breaks[low:high])]
            if self.left_at is not None and key <= self.left_at < above:
                heads.append(Head(False, LEFT))
        hour = self.hour(row)
        if row == 0 or hour != self.hour(row - 1):
            heads.insert(0, Head(True, hour))
        return heads

    def extent(self, row: int) -> Extent:
        """Return how many lines a row takes."""
        return Extent(len(self.heads(row)), len(self._card(row)[1]))

    def _card(self, row: int) -> tuple[Hashable, list[Line]]:
        """Return what the lines of a row are remembered by, and the lines."""
        entry = self._entry_at(row)
        if entry is None:
            return None, [[]]
        source = self.shelf.source_name(entry.source_id)
        marks = (entry.read, entry.starred, entry.late, entry.withdrawn_at is None)
        key = (entry.id, entry.revision, marks, source, self.shelf.version, self.look)
        lines = self._lines.get(key)
        if lines is None:
            alert = self.shelf.lit(entry).alert
            lines = render.card(entry, self.look, source, self.shelf.lit_text, alert=alert)
            self._lines[key] = lines
        return key, lines

    # ------------------------------------------------------------------ strips

    def strip(self, row: int, line: int, at: theme.Row, palette: theme.Palette, edge: Segment) -> Strip:
        """Return a line of a row, ending in its cell of the scrollbar."""
        key, lines = self._card(row)
        return self._made((key, line, at), lambda: lines[line], at, palette, edge)

    def head(self, head: Head, palette: theme.Palette, edge: Segment) -> Strip:
        """Return a header line."""
        line = render.hour_header if head.is_hour else render.notice_line
        return self._made(head, lambda: line(head.label, self.look), theme.PLAIN, palette, edge)

    def empty(self, palette: theme.Palette, edge: Segment) -> Strip:
        """Return a line with nothing on it."""
        return self._made(None, list, theme.PLAIN, palette, edge)

    def _made(
        self, what: Hashable, make: Callable[[], Line], at: theme.Row, palette: theme.Palette, edge: Segment
    ) -> Strip:
        key = (what, edge.text, palette.number, self.look)
        strip = self._strips.get(key)
        if strip is not None:
            self.hits += 1
            return strip
        self.misses += 1
        width = self.look.width
        line = fit(make(), width)
        if at.cursor:
            # The bar takes the first cell, which every card leaves empty for it.
            (first, ink), *rest = line
            line = fit([(self.look.glyphs.cursor, Ink(Role.CURSOR)), (first[1:], ink), *rest], width, BLANK)
        strip = Strip([*palette.strip(line, width, at), edge], width + 1)
        self._strips[key] = strip
        return strip
