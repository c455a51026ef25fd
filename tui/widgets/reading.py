"""Where the reader is in the timeline, and what each event does to that.

Owns the cursor, follow or hold, the place of the view and which entries came unseen: the promise that nothing
moves under the eye is kept here and in `viewport`. Pure: it is told what happened, measures rows through a
function, and neither draws nor says anything. Must not import Textual.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from tui.widgets.rows import RowIndex, edge
from tui.widgets.viewport import NOTHING, Measure, Viewport

_LAST_ID = (1 << 63) - 1

Find = Callable[[int], int | None]
"""From an entry's id to its sort key, None where nobody knows it."""


class Reading:
    """A cursor and a view on an index.

    *Following*, the newest entry stays at the top and a cursor on it moves on to the next newest; *holding*,
    the entry under the eye (the cursor's while it is on the screen, else the first fully visible) keeps its
    line. Moving away from the newest entry holds, coming back to it follows.
    """

    def __init__(self, rows: RowIndex, measure: Measure) -> None:
        self.rows = rows
        self.view = Viewport(rows, measure)
        self.follow = True
        self.cursor: tuple[int, int] | None = None
        """Sort key and id of the entry the cursor is on, None only while there are no entries."""
        self.unseen: dict[int, None] = {}
        """Entries that came above the screen while holding and were not on it yet, as they came."""
        self.unseen_changes = 0
        """Grows whenever `unseen` changes."""

    @property
    def cursor_id(self) -> int | None:
        """The entry the cursor is on."""
        return self.cursor[1] if self.cursor else None

    @property
    def cursor_row(self) -> int | None:
        """The row of the entry the cursor is on; while it is gone from the index, that of its stand-in."""
        return self.rows.row_at(*self.cursor) if self.cursor else None

    # ------------------------------------------------------------------ something happens

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Keep the place while the index, or what rows measure, is changed inside."""
        row = self.cursor_row
        was_newest = row is None or row == self.rows.newest
        self.view.hold(row)
        yield
        self.view.forget()
        row = self.cursor_row
        if not len(self.rows):
            self.cursor = None
        else:
            self._set(self.rows.newest if row is None or (self.follow and was_newest) else row)
        if not self._pin():
            self.view.hold_place()

    def show(self, ids: Sequence[int], keys: Sequence[int], find: Find, *, keep_place: bool) -> None:
        """Take another view's entries; without `keep_place`, begin at the newest, following."""
        with self.holding():
            self.rows.replace(ids, keys)
            if not keep_place:
                self.cursor, self.follow = None, True
            self._drop_unseen(i for i in list(self.unseen) if self.rows.find(i, find(i)) is None)

    def insert(self, entries: Iterable[tuple[int, int]]) -> None:
        """Take in entries that arrived, as pairs of sort key and id."""
        news = sorted(set(entries))
        seen = list(self.view.first_lines())
        top = (self.rows.key(seen[0]), self.rows.id(seen[0])) if seen else (0, 0)
        with self.holding():
            arrived = set(self.rows.insert(news))
            above = [new for key, new in news if new in arrived and (key, new) > top]
            if above and not self.follow:
                self.unseen.update(dict.fromkeys(above))
                self.unseen_changes += 1

    def remove(self, ids: Iterable[int], find: Find) -> None:
        """Take entries out."""
        gone = list(ids)
        with self.holding():
            self.rows.remove([(i, find(i)) for i in gone])
            self._drop_unseen(gone)

    def see(self) -> None:
        """Take what is on the screen now as seen."""
        if self.unseen:
            rows = {slot.row for slot in self.view.slots()[1:] if slot.row != NOTHING}
            self._drop_unseen(list(self.unseen) if self.follow else map(self.rows.id, rows))

    def _drop_unseen(self, ids: Iterable[int]) -> None:
        before = len(self.unseen)
        for entry_id in ids:
            self.unseen.pop(entry_id, None)
        self.unseen_changes += before != len(self.unseen)

    # ------------------------------------------------------------------ the reader moves

    def go(self, row: int) -> None:
        """Put the cursor on a row, and the row on the screen."""
        self.view.reveal(row)
        self._set(row)
        self.follow = row == self.rows.newest and self.view.at_start()
        self._pin()

    def move(self, delta: int) -> None:
        """Move the cursor down by some rows, up when negative."""
        row = self.cursor_row
        if row is not None:
            self.go(min(max(row + delta, 0), len(self.rows) - 1))

    def page(self, delta: int) -> None:
        """Move down by some screens, up when negative; the cursor stays about where it is on the screen."""
        row = self.cursor_row
        if row is None:
            return
        at = self.view.first_lines().get(row, 1)
        if self.view.scroll(delta * max(self.view.height - 2, 1)) == 0:
            self.go(self.rows.oldest if delta > 0 else self.rows.newest)
            return
        lines = self.view.first_lines()
        self.go(min(self.view.visible(), key=lambda each: abs(lines[each] - at), default=row))

    def to_newest(self) -> None:
        """Go to the newest entry and follow."""
        if len(self.rows):
            self.view.jump(self.rows.newest)
            self.go(self.rows.newest)

    def to_oldest(self) -> None:
        """Go to the oldest entry."""
        if len(self.rows):
            self.go(self.rows.oldest)

    def to_time(self, key: int) -> None:
        """Go to the last entry at or before a sort key."""
        row = self.rows.row_at(key, _LAST_ID)
        if row is not None:
            self.go(row)

    def to_after(self, key: int) -> bool:
        """Go to the first entry after a sort key, the oldest of those; say whether there is one."""
        row = self.rows.row_at(key, _LAST_ID)
        if row is not None and self.rows.key(row) <= key:
            row += -1 if self.rows.newest_first else 1
        if row is None or not 0 <= row < len(self.rows):
            return False
        self.go(row)
        return True

    def to_group(self, delta: int, group: Callable[[int], str]) -> None:
        """Go to the first row of a group further down; when negative, of this group or of one further up."""
        row = self.cursor_row
        if row is None:
            return
        for _ in range(abs(delta)):
            if delta > 0:
                row = min(self._edge(row, 1, group) + 1, len(self.rows) - 1)
            else:
                first = self._edge(row, -1, group)
                row = first if first < row or first == 0 else self._edge(first - 1, -1, group)
        self.go(row)

    def _edge(self, row: int, step: int, group: Callable[[int], str]) -> int:
        here = group(row)
        return edge(row, step, len(self.rows), lambda other: group(other) == here)

    def scroll(self, lines: int) -> None:
        """Move the view and leave the cursor on its entry."""
        self.view.scroll(lines)
        self._scrolled()

    def scroll_share(self, share: float) -> None:
        """Move the view to a place given as a share of all entries, 0 to 1."""
        if len(self.rows):
            self.view.jump(round((len(self.rows) - 1) * share))
            self._scrolled()

    def _scrolled(self) -> None:
        self.follow = self.view.at_start()
        self._pin()

    def toggle_follow(self) -> None:
        """Follow, or hold. Following begins with the newest entry; the cursor stays if it is still seen."""
        self.follow = not self.follow
        if self._pin() and self.cursor_row not in self.view.visible():
            self._set(self.rows.newest)

    def _set(self, row: int) -> None:
        self.cursor = (self.rows.key(row), self.rows.id(row))

    def _pin(self) -> bool:
        """While following, have the newest entry at the top; say whether it is."""
        if self.follow and len(self.rows):
            self.view.jump(self.rows.newest)
            return True
        return False
