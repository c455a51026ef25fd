"""The timeline: one view of entries, drawn a line at a time, that never moves under its reader.

Owns what is on its screen and says what became different. It asks a `Shelf` for the entries it can show and
for nothing else. A change redraws the lines that differ: the new frame is put together from remembered strips
and compared with the one on the screen, so an arrival above the reader redraws nothing. Must not decide what
belongs to the view, nor bind keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Unpack

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from feeds.model import Entry
from feeds.store import Selection
from tui import theme
from tui.render import Density, Look
from tui.shelf import Shelf
from tui.widgets.cards import Break, Cards, Head
from tui.widgets.line_pane import LinePane, PaneOptions, thumb
from tui.widgets.reading import Reading
from tui.widgets.rows import RowIndex
from tui.widgets.viewport import EMPTY, NOTHING, Slot


class Timeline(LinePane):
    """Entries, newest first, with a sticky header of the hour and a cursor, placed by `Reading`."""

    ALLOW_SELECT = False

    @dataclass
    class CursorMoved(Message):
        """The cursor is on another entry; None when there are none."""

        entry_id: int | None

    @dataclass
    class FollowChanged(Message):
        """The timeline began to follow, or to hold."""

        follow: bool

    @dataclass
    class UnseenChanged(Message):
        """Which entries came above the screen while holding and were not on it yet, as they came."""

        ids: tuple[int, ...]

    @dataclass
    class Opened(Message):
        """The reader wants the entry under the cursor in full."""

        entry_id: int

    @dataclass
    class PastOldest(Message):
        """The reader wants to go on below the oldest entry."""

    def __init__(
        self,
        shelf: Shelf,
        *,
        density: Density = Density.COMPACT,
        **options: Unpack[PaneOptions],
    ) -> None:
        super().__init__(shelf, **options)
        rows = RowIndex()
        self.cards = Cards(shelf, Look(0, density, self.glyphs, self.zone), rows)
        """What rows look like; read only."""
        self._reading = Reading(rows, self.cards.extent)
        self._frame: list[Strip] = []

    # ------------------------------------------------------------------ what is asked of it

    def __len__(self) -> int:
        """Return how many entries the view has."""
        return len(self.cards.rows)

    def __bool__(self) -> bool:
        """Say that there is a timeline, however empty."""
        return True

    @property
    def cursor_id(self) -> int | None:
        """The entry under the cursor, None when the view is empty."""
        return self._reading.cursor_id

    @property
    def follow(self) -> bool:
        """Whether the newest entry stays at the top."""
        return self._reading.follow

    @property
    def density(self) -> Density:
        """How much room an entry takes."""
        return self.cards.look.density

    @property
    def unseen(self) -> tuple[int, ...]:
        """Entries that came above the screen while holding and were not on it yet, as they came."""
        return tuple(self._reading.unseen)

    def entry(self, entry_id: int) -> Entry | None:
        """Return an entry as the screen shows it."""
        return self.cards.entry(entry_id)

    def visible_ids(self) -> list[int]:
        """Return the entries that are fully visible, top to bottom."""
        return [self.cards.rows.id(row) for row in self._reading.view.visible()]

    # ------------------------------------------------------------------ the data changes

    def show(self, selection: Selection, *, keep_place: bool = True) -> None:
        """Show another view. The place is kept where the entry is in it too, else its nearest older one's.

        Without `keep_place` it begins at the newest entry, following.
        """
        with self._saying() as reading:
            reading.show(selection.ids, selection.sort_keys, self.cards.key, keep_place=keep_place)

    def insert(self, ids: Sequence[int], sort_keys: Sequence[int]) -> None:
        """Take in entries that arrived; those already there stay."""
        with self._saying() as reading:
            reading.insert(zip(sort_keys, ids, strict=True))

    def refresh_entries(self, ids: Iterable[int]) -> None:
        """Read these entries again: they were edited, marked, withdrawn or restored."""
        with self._saying() as reading, reading.holding():
            self.cards.forget(ids)

    def remove_entries(self, ids: Iterable[int]) -> None:
        """Take entries out of the view."""
        with self._saying() as reading:
            reading.remove(ids, self.cards.key)

    def relight(self) -> None:
        """Draw again because the shelf's version changed: other words are lit, sources are renamed."""
        with self._saying() as reading, reading.holding():
            self._palette = None

    def set_left_mark(self, sort_key: int | None) -> None:
        """Say where the last visit ended (milliseconds since 1970): a line is drawn there."""
        with self._saying() as reading, reading.holding():
            self.cards.left_at = sort_key

    def set_breaks(self, breaks: Iterable[Break]) -> None:
        """Say where entries may be missing: a line is drawn there."""
        with self._saying() as reading, reading.holding():
            self.cards.set_breaks(breaks)

    def set_density(self, density: Density) -> None:
        """Give entries another amount of room."""
        with self._saying() as reading, reading.holding():
            self.cards.look = self.cards.look._replace(density=density)

    # ------------------------------------------------------------------ the reader moves

    def move(self, delta: int) -> None:
        """Move the cursor down by some entries, up when negative."""
        with self._saying(down=delta > 0) as reading:
            reading.move(delta)

    def page(self, delta: int) -> None:
        """Move down by some screens, up when negative; the cursor stays about where it is on the screen."""
        with self._saying(down=delta > 0) as reading:
            reading.page(delta)

    def to_newest(self) -> None:
        """Go to the newest entry and follow."""
        with self._saying() as reading:
            reading.to_newest()

    def to_oldest(self) -> None:
        """Go to the oldest entry."""
        with self._saying(down=True) as reading:
            reading.to_oldest()

    def to_time(self, sort_key: int) -> None:
        """Go to the last entry at or before a time (milliseconds since 1970)."""
        with self._saying() as reading:
            reading.to_time(sort_key)

    def to_after(self, sort_key: int) -> bool:
        """Go to the first entry after a time (milliseconds since 1970); say whether there is one."""
        with self._saying() as reading:
            return reading.to_after(sort_key)

    def hour(self, delta: int) -> None:
        """Go to the first entry of an hour further down; when negative, of this hour or of one further up."""
        with self._saying(down=delta > 0) as reading:
            reading.to_group(delta, self.cards.hour)

    def reveal(self, entry_id: int) -> bool:
        """Put the cursor on an entry and the entry on the screen; say whether it is in the view."""
        row = self.cards.rows.find(entry_id, self.cards.key(entry_id))
        if row is not None:
            with self._saying() as reading:
                reading.go(row)
        return row is not None

    def holds(self, entry_id: int) -> bool:
        """Return whether an entry is in the view."""
        return self.cards.rows.find(entry_id, self.cards.key(entry_id)) is not None

    def beyond(self, *, delta: int = 1) -> Sequence[int]:
        """Return the entries below the cursor, from it on; those above it, upwards, when `delta` is negative."""
        row = self._reading.cursor_row
        return () if row is None else self.cards.rows.beyond(row, delta)

    def toggle_follow(self) -> None:
        """Follow, or hold. Following begins with the newest entry; the cursor stays if it is still seen."""
        with self._saying() as reading:
            reading.toggle_follow()

    def open(self) -> None:
        """Ask for the entry under the cursor in full."""
        if self.cursor_id is not None:
            self.post_message(self.Opened(self.cursor_id))

    def scroll_lines(self, lines: int) -> None:
        """Move the view and leave the cursor on its entry."""
        with self._saying(down=lines > 0) as reading:
            reading.scroll(lines)

    def scroll_share(self, share: float) -> None:
        """Go to a place given as a share of all entries, 0 to 1."""
        with self._saying() as reading:
            reading.scroll_share(share)

    @contextmanager
    def _saying(self, *, down: bool = False) -> Iterator[Reading]:
        """Draw after what is done inside, and say what became different; `down`: the reader means to go down."""
        reading = self._reading
        follow, cursor, unseen = reading.follow, reading.cursor_id, reading.unseen_changes
        place = reading.view.slots()[:2] if down else []
        yield reading
        self.redraw()
        if down and len(self) and cursor == reading.cursor_id and place == reading.view.slots()[:2]:
            self.post_message(self.PastOldest())
        if follow != reading.follow:
            self.post_message(self.FollowChanged(reading.follow))
        if cursor != reading.cursor_id:
            self.post_message(self.CursorMoved(reading.cursor_id))
        if unseen != reading.unseen_changes:
            self.post_message(self.UnseenChanged(self.unseen))

    # ------------------------------------------------------------------ drawing

    def render_line(self, y: int) -> Strip:
        """Return a line of the frame that was last put together."""
        if y < len(self._frame):
            return self._frame[y]
        return Strip.blank(self.size.width, self.palette.blank)

    def redraw(self) -> None:
        """Put the frame together and have the lines drawn that differ from those on the screen."""
        if not self.is_attached or not self._reading.view.height or self.cards.look.width < 1:
            return
        before, slots = self._frame, self._reading.view.slots()
        self._frame = self._compose_frame(slots) if len(self) else self.message_frame()
        self._reading.see()
        if len(before) != len(self._frame):
            self.refresh()
            return
        left, top, width = self.gutter.left, self.gutter.top, self.size.width
        changed = [y for y, strip in enumerate(self._frame) if strip is not before[y]]
        if changed:
            self.refresh(*(Region(left, top + y, width, 1) for y in changed))

    def _compose_frame(self, slots: list[Slot]) -> list[Strip]:
        cards, palette, cursor = self.cards, self.palette, self._reading.cursor_row
        marked = theme.Row(True, self.has_focus)
        seen = [slot.row for slot in slots if slot.row != NOTHING]
        bar = thumb(len(slots), seen[0], seen[-1] - seen[0] + 1, len(self)) if seen else range(0)
        edges = (self.bar_cell(False), self.bar_cell(True))
        frame: list[Strip] = []
        for y, (row, line) in enumerate(slots):
            end = edges[y in bar]
            if row == NOTHING:
                frame.append(cards.empty(palette, end))
            elif line < 0 or (y == 0 and not self._is_pushed_out(slots)):
                head = Head(True, cards.hour(row)) if y == 0 else cards.heads(row)[line]
                frame.append(cards.head(head, palette, end))
            else:
                at = marked if row == cursor else theme.PLAIN
                frame.append(cards.strip(row, line, at, palette, end))
        return frame

    def _is_pushed_out(self, slots: Sequence[Slot]) -> bool:
        """Return whether the header at the top gives way to that of the next hour, right below it.

        It would name an hour of which no entry can be seen; so the line it covers is drawn instead.
        """
        if len(slots) < 2 or slots[1].row in (NOTHING, slots[0].row) or slots[1].line >= 0:
            return False
        return self.cards.heads(slots[1].row)[slots[1].line].is_hour

    # ------------------------------------------------------------------ Textual's events

    def on_resize(self) -> None:
        """Take another size; the entry under the eye stays."""
        with self._saying() as reading, reading.holding():
            self.cards.look = self.cards.look._replace(width=self.line_width)
            reading.view.resize(self.size.height)
            self._frame = []

    def on_focus(self) -> None:
        """Draw the cursor as that of the pane in use."""
        self.redraw()

    def on_blur(self) -> None:
        """Draw the cursor as that of another pane."""
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """Select the entry; on the selected one, open it."""
        place = event.get_content_offset(self)
        if place is None or place.x >= self.line_width or place.y == 0:
            return
        slots = self._reading.view.slots()
        slot = slots[place.y] if place.y < len(slots) else EMPTY
        if slot.row == NOTHING or slot.line < 0:
            return
        if slot.row == self._reading.cursor_row:
            self.open()
        else:
            with self._saying() as reading:
                reading.go(slot.row)
