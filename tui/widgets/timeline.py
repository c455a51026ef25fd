"""The timeline: one view of entries, drawn a line at a time, that never moves under its reader.

Owns what is on its screen: view, cursor, follow or hold, and the cache of drawn lines. It asks a `Shelf` for the
entries it can show and for nothing else. A change redraws the lines that differ: the new frame is put together
from cached strips and compared with the one on the screen, so an arrival above the reader redraws nothing.
Must not decide what belongs to the view, nor bind keys.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial

from textual import events
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from feeds.model import Entry
from feeds.store import Selection
from tui import render, theme
from tui.glyphs import glyphs
from tui.ink import BLANK, Ink, Line, Role, fit
from tui.render import Density, Look
from tui.shelf import Shelf
from tui.widgets.blank import message_frame
from tui.widgets.rows import RowIndex
from tui.widgets.viewport import EMPTY, NOTHING, Extent, Slot, Viewport

_PAGE = 64
"""Entries read at a time."""
_REMEMBERED = 2_000
"""Entries kept in memory."""
_WHEEL = 3
"""Lines a turn of the wheel moves."""


class Timeline(Widget, can_focus=True):
    """Entries, newest first, with a sticky header of the hour and a cursor.

    *Following*, the newest entry stays at the top and a cursor on it moves on to the next newest; *holding*, the
    entry under the eye (the cursor's while it is on the screen, else the first fully visible) keeps its line.
    """

    DEFAULT_CSS = "Timeline { height: 1fr; width: 1fr; }\n" + theme.css("Timeline")
    COMPONENT_CLASSES = set(theme.COMPONENTS)
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
        """Which entries came while holding and were not on the screen yet, oldest first."""

        ids: tuple[int, ...]

    @dataclass
    class Opened(Message):
        """The reader wants the entry under the cursor in full."""

        entry_id: int

    def __init__(
        self,
        shelf: Shelf,
        *,
        density: Density = Density.COMPACT,
        ascii_only: bool = False,
        zone: tzinfo | None = None,
        empty_message: Content | None = None,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.shelf = shelf
        self.follow = True
        """Whether the newest entry stays at the top; read it, change it with `toggle_follow`."""
        self.hits = self.misses = 0
        """How often a line was drawn from the cache, and how often it had to be made."""
        self._empty_message = empty_message or Content("")
        self._look = Look(0, density, glyphs(ascii_only), zone)
        self._rows = RowIndex()
        self._view = Viewport(self._rows, self._extent)
        self._cursor: tuple[int, int] | None = None
        self._left_at: int | None = None
        self._unseen: dict[int, None] = {}
        self._entries: dict[int, Entry] = {}
        self._cards: LRUCache[Hashable, list[Line]] = LRUCache(1_000)
        self._strips: LRUCache[Hashable, Strip] = LRUCache(2_000)
        self._palette: theme.Palette | None = None
        self._frame: list[Strip] = []
        self._dragging = False

    # ------------------------------------------------------------------ what is asked of it

    def __len__(self) -> int:
        """Return how many entries the view has."""
        return len(self._rows)

    def __bool__(self) -> bool:
        """A timeline is there, however empty."""
        return True

    @property
    def cursor_id(self) -> int | None:
        """The entry under the cursor, None when the view is empty."""
        return self._cursor[1] if self._cursor else None

    @property
    def density(self) -> Density:
        """How much room an entry takes."""
        return self._look.density

    @property
    def unseen(self) -> tuple[int, ...]:
        """Entries that came while holding and were not on the screen yet, oldest first."""
        return tuple(self._unseen)

    @property
    def empty_message(self) -> Content:
        """What is shown while the view is empty; built by `Content`, never from markup."""
        return self._empty_message

    @empty_message.setter
    def empty_message(self, message: Content) -> None:
        self._empty_message = message
        self._draw()

    def entry(self, entry_id: int) -> Entry | None:
        """Return an entry as the screen shows it."""
        known = self._entries.get(entry_id)
        if known is None:
            for known in self.shelf.entries([entry_id]):
                self._entries[entry_id] = known
        return known

    def visible_ids(self) -> list[int]:
        """Return the entries that are fully visible, top to bottom."""
        return [self._rows.id(row) for row in self._view.visible()]

    # ------------------------------------------------------------------ the data changes

    def show(self, selection: Selection, *, keep_place: bool = True) -> None:
        """Show another view. Its place is kept where the entry is in it too, or that of its nearest older one."""
        self._keep_eye()
        anchor, newest = self._view.anchor, self._on_newest()
        self._rows = RowIndex(selection.ids, selection.sort_keys)
        self._view = Viewport(self._rows, self._extent, self._view.height)
        if self._unseen:
            self._unseen = {i: None for i in self._unseen if self._rows.find(i, self._key(i)) is not None}
            self.post_message(self.UnseenChanged(self.unseen))
        if keep_place:
            self._view.anchor = anchor
            self._changed(newest)
        else:
            self._cursor = None
            self._set_follow(True)
            self._changed(True)

    def insert(self, ids: Sequence[int], sort_keys: Sequence[int]) -> None:
        """Take in entries that arrived; those already there stay."""
        self._keep_eye()
        newest = self._on_newest()
        top = self._top_key()
        fresh = set(self._rows.insert(zip(sort_keys, ids, strict=True)))
        if not fresh:
            return
        if not self.follow:
            above = [(key, i) for i, key in zip(ids, sort_keys, strict=True) if i in fresh and (key, i) > top]
            self._unseen.update((i, None) for _, i in sorted(above))
            if above:
                self.post_message(self.UnseenChanged(self.unseen))
        self._changed(newest)

    def refresh_entries(self, ids: Iterable[int]) -> None:
        """Read these entries again: they were edited, marked, withdrawn or restored."""
        self._keep_eye()
        for entry_id in ids:
            self._entries.pop(entry_id, None)
        self._changed(self._on_newest())

    def remove_entries(self, ids: Iterable[int]) -> None:
        """Take entries out of the view."""
        self._keep_eye()
        newest = self._on_newest()
        gone = list(ids)
        self._rows.remove([(entry_id, self._key(entry_id)) for entry_id in gone])
        if any(entry_id in self._unseen for entry_id in gone):
            for entry_id in gone:
                self._unseen.pop(entry_id, None)
            self.post_message(self.UnseenChanged(self.unseen))
        self._changed(newest)

    def relight(self) -> None:
        """Draw again because the shelf's version changed: other words are lit, or sources have other names."""
        self._keep_eye()
        self._palette = None
        self._changed(self._on_newest())

    def set_left_mark(self, sort_key: int | None) -> None:
        """Say where the last visit ended (milliseconds since 1970): a line is drawn above the newest entry before."""
        self._keep_eye()
        self._left_at = sort_key
        self._changed(self._on_newest())

    def set_density(self, density: Density) -> None:
        """Give entries another amount of room."""
        self._keep_eye()
        self._look = self._look._replace(density=density)
        self._changed(self._on_newest())

    def _key(self, entry_id: int) -> int | None:
        if self._cursor and self._cursor[1] == entry_id:
            return self._cursor[0]
        entry = self.entry(entry_id)
        return render.millis(entry.sort_at) if entry else None

    def _top_key(self) -> tuple[int, int]:
        rows = list(self._view.first_lines())
        return (self._rows.key(rows[0]), self._rows.id(rows[0])) if rows else (0, 0)

    def _on_newest(self) -> bool:
        row = self._cursor_row()
        return row is None or row == self._rows.newest

    def _keep_eye(self) -> None:
        """Anchor the view to the entry under the eye, before something changes."""
        self._view.hold(self._cursor_row())

    def _changed(self, was_newest: bool) -> None:
        """Find the place again after something changed, and draw."""
        before = self.cursor_id
        self._view.forget()
        if not len(self._rows):
            self._cursor = self._view.anchor = None
        elif self._cursor is None or (self.follow and was_newest):
            self._set_cursor(self._rows.newest)
        else:
            row = self._rows.row_at(*self._cursor)
            assert row is not None
            self._set_cursor(row)
        if self.follow and len(self._rows):
            self._view.jump(self._rows.newest)
        elif (row := self._view.anchor_row()) is not None and self._view.anchor is not None:
            self._view.put(row, self._view.anchor.line)
        if before != self.cursor_id:
            self.post_message(self.CursorMoved(self.cursor_id))
        self._draw()

    # ------------------------------------------------------------------ the reader moves

    def move(self, delta: int) -> None:
        """Move the cursor down by some entries, up when negative."""
        row = self._cursor_row()
        if row is not None:
            self._go(min(max(row + delta, 0), len(self._rows) - 1))

    def page(self, delta: int) -> None:
        """Move down by some screens, up when negative; the cursor stays about where it is on the screen."""
        row = self._cursor_row()
        if row is None:
            return
        seen = self._view.first_lines()
        at = seen.get(row, 1)
        if self._view.scroll(delta * max(self._view.height - 2, 1)) == 0:
            self._go(self._rows.oldest if delta > 0 else self._rows.newest)
            return
        whole = self._view.visible()
        lines = self._view.first_lines()
        row = min(whole, key=lambda each: abs(lines[each] - at))
        self._go(row)

    def to_newest(self) -> None:
        """Go to the newest entry and follow."""
        if len(self._rows):
            self._view.jump(self._rows.newest)
            self._go(self._rows.newest)

    def to_oldest(self) -> None:
        """Go to the oldest entry."""
        if len(self._rows):
            self._go(self._rows.oldest)

    def to_time(self, sort_key: int) -> None:
        """Go to the last entry at or before a time (milliseconds since 1970)."""
        row = self._rows.row_at(sort_key, 1 << 62)
        if row is not None:
            self._go(row)

    def reveal(self, entry_id: int) -> bool:
        """Put the cursor on an entry and the entry on the screen; say whether it is in the view."""
        row = self._rows.find(entry_id, self._key(entry_id))
        if row is not None:
            self._go(row)
        return row is not None

    def hour(self, delta: int) -> None:
        """Go to the first entry of an hour further down, or with a negative number further up."""
        row = self._cursor_row()
        if row is None:
            return
        for _ in range(abs(delta)):
            row = self._next_hour(row) if delta > 0 else self._hour_above(row)
        self._go(row)

    def next_where(self, wanted: Callable[[Entry], bool], *, delta: int = 1, limit: int = 5_000) -> bool:
        """Go to the next entry down (up when `delta` is negative) that is wanted, among the next `limit`.

        Say whether there was one.
        """
        row = self._cursor_row()
        if row is None:
            return False
        step = 1 if delta > 0 else -1
        end = min(len(self._rows), row + 1 + limit) if step > 0 else max(-1, row - 1 - limit)
        places = range(row + step, end, step)
        for start in range(0, len(places), _PAGE):
            part = places[start : start + _PAGE]
            by_id = {entry.id: entry for entry in self.shelf.entries([self._rows.id(at) for at in part])}
            for at in part:
                entry = by_id.get(self._rows.id(at))
                if entry is not None and wanted(entry):
                    self._go(at)
                    return True
        return False

    def toggle_follow(self) -> None:
        """Follow, or hold. Beginning to follow shows the newest entry; the cursor stays if it is still seen."""
        if self.follow:
            self._set_follow(False)
        elif len(self._rows):
            self._view.jump(self._rows.newest)
            if self._cursor_row() not in self._view.visible():
                self._place_cursor(self._rows.newest)
            self._set_follow(True)
        else:
            self._set_follow(True)
        self._draw()

    def open(self) -> None:
        """Ask for the entry under the cursor in full."""
        if self.cursor_id is not None:
            self.post_message(self.Opened(self.cursor_id))

    def scroll_lines(self, lines: int) -> None:
        """Move the view and leave the cursor on its entry."""
        self._view.scroll(lines)
        self._set_follow(self._view.at_start())
        if self.follow and len(self._rows):
            self._view.jump(self._rows.newest)
        self._draw()

    def _go(self, row: int) -> None:
        self._view.reveal(row)
        self._place_cursor(row)
        self._set_follow(row == self._rows.newest and self._view.at_start())
        if self.follow:
            self._view.jump(row)
        self._draw()

    def _place_cursor(self, row: int) -> None:
        before = self.cursor_id
        self._set_cursor(row)
        if before != self.cursor_id:
            self.post_message(self.CursorMoved(self.cursor_id))

    def _set_cursor(self, row: int) -> None:
        self._cursor = (self._rows.key(row), self._rows.id(row))

    def _cursor_row(self) -> int | None:
        return self._rows.row_at(*self._cursor) if self._cursor else None

    def _set_follow(self, follow: bool) -> None:
        if follow != self.follow:
            self.follow = follow
            self.post_message(self.FollowChanged(follow))

    def _next_hour(self, row: int) -> int:
        """Return the first row below of another hour, by doubling and halving."""
        hour, low, step = self._hour(row), row, 1
        while low + step < len(self._rows) and self._hour(low + step) == hour:
            low += step
            step *= 2
        high = min(low + step, len(self._rows) - 1)
        while low + 1 < high:
            middle = (low + high) // 2
            low, high = (middle, high) if self._hour(middle) == hour else (low, middle)
        return high

    def _hour_above(self, row: int) -> int:
        """Return the first row of this hour or, from there, of the hour above."""
        first = self._first_of_hour(row)
        return first if first < row or first == 0 else self._first_of_hour(first - 1)

    def _first_of_hour(self, row: int) -> int:
        hour, high, step = self._hour(row), row, 1
        while high - step >= 0 and self._hour(high - step) == hour:
            high -= step
            step *= 2
        low = max(high - step, -1)
        while low + 1 < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self._hour(middle) == hour else (middle, high)
        return high

    # ------------------------------------------------------------------ what a row is

    def _hour(self, row: int) -> str:
        return render.hour_of(self._rows.key(row), self._look.zone)

    def _is_left(self, row: int) -> bool:
        at = self._left_at
        return at is not None and row > 0 and self._rows.key(row) <= at < self._rows.key(row - 1)

    def _heads(self, row: int) -> list[str]:
        """Return the header lines above a row: the hour's, then the one that says where the last visit ended."""
        heads = ["hour"] if row == 0 or self._hour(row) != self._hour(row - 1) else []
        return [*heads, "left"] if self._is_left(row) else heads

    def _extent(self, row: int) -> Extent:
        return Extent(len(self._heads(row)), len(self._card(row)[1]))

    def _entry_at(self, row: int) -> Entry | None:
        entry_id = self._rows.id(row)
        if self._entries.get(entry_id) is None:
            near = range(max(row - _PAGE // 2, 0), min(row + _PAGE // 2, len(self._rows)))
            missing = [i for i in map(self._rows.id, near) if i not in self._entries]
            if len(self._entries) > _REMEMBERED:
                self._entries.clear()
            for entry in self.shelf.entries(missing):
                self._entries[entry.id] = entry
        return self._entries.get(entry_id)

    def _card(self, row: int) -> tuple[Hashable, list[Line]]:
        """Return what the drawn lines of a row are remembered by, and the lines."""
        entry = self._entry_at(row)
        if entry is None:
            return ("gone", self._look.width), [fit([], self._look.width)]
        source = self.shelf.source_name(entry.source_id)
        key = (
            entry.id,
            entry.revision,
            (entry.read, entry.starred, entry.late, entry.withdrawn_at is not None),
            source,
            self.shelf.version,
            self._look,
        )
        lines = self._cards.get(key)
        if lines is None:
            alert = self.shelf.lit(entry).alert
            lines = render.card(entry, self._look, source, self.shelf.lit_text, alert=alert)
            self._cards[key] = lines
        return key, lines

    # ------------------------------------------------------------------ drawing

    def render_line(self, y: int) -> Strip:
        """Return a line of the frame that was last put together."""
        return self._frame[y] if y < len(self._frame) else Strip.blank(self.size.width)

    def _draw(self) -> None:
        """Put the frame together and have the lines drawn that differ from those on the screen."""
        if not self.is_attached or not self._view.height or self._look.width < 1:
            return
        before = self._frame
        slots = self._view.slots()
        self._frame = self._compose_frame(slots)
        self._mark_seen(slots)
        if len(before) != len(self._frame):
            self.refresh()
            return
        left, top = self.gutter.left, self.gutter.top
        changed = [y for y, strip in enumerate(self._frame) if strip is not before[y]]
        if changed:
            self.refresh(*(Region(left, top + y, self.size.width, 1) for y in changed))

    def _compose_frame(self, slots: list[Slot]) -> list[Strip]:
        if not len(self._rows):
            return self._empty_frame()
        focused = self.has_focus
        cursor = self._cursor_row()
        thumb = self._thumb(slots)
        frame = [self._header(slots, 0 in thumb)]
        for y, slot in enumerate(slots[1:], start=1):
            bar = y in thumb
            if slot.row == NOTHING:
                frame.append(self._made("", 0, lambda: [], theme.PLAIN, bar))
            elif slot.line < 0:
                head = self._heads(slot.row)[slot.line]
                frame.append(self._head(head, slot.row, bar))
            else:
                row = theme.Row(True, focused) if slot.row == cursor else theme.PLAIN
                key, lines = self._card(slot.row)
                line = lines[slot.line]
                frame.append(self._made(key, slot.line, partial(_same, line), row, bar))
        return frame

    def _header(self, slots: list[Slot], bar: bool) -> Strip:
        row = slots[0].row
        return (
            self._made("", 0, lambda: [], theme.PLAIN, bar)
            if row == NOTHING
            else self._head("hour", row, bar)
        )

    def _head(self, head: str, row: int, bar: bool) -> Strip:
        if head == "left":
            return self._made(
                "left", 0, lambda: render.left_line("you left here", self._look), theme.PLAIN, bar
            )
        label = self._hour(row)
        return self._made(label, 0, lambda: render.hour_header(label, self._look), theme.PLAIN, bar)

    def _made(self, what: Hashable, line: int, make: Callable[[], Line], row: theme.Row, bar: bool) -> Strip:
        """Return a strip from the cache, or make it; it ends in its cell of the scrollbar."""
        palette = self._theme()
        key = (what, line, row, bar, palette.number, self._look.width)
        strip = self._strips.get(key)
        if strip is not None:
            self.hits += 1
            return strip
        self.misses += 1
        pieces = fit(make(), self._look.width)
        signs = self._look.glyphs
        if row.cursor:
            pieces = [
                (signs.cursor, Ink(Role.CURSOR)),
                *fit(_without_first_cell(pieces), self._look.width - 1),
            ]
        strip = palette.strip(pieces, self._look.width, row)
        ink = Ink(Role.THUMB if bar else Role.TRACK)
        edge = palette.strip([(signs.thumb if bar else signs.track, ink)], 1)
        strip = Strip([*strip, *edge], self._look.width + 1)
        self._strips[key] = strip
        return strip

    def _theme(self) -> theme.Palette:
        if self._palette is None:
            self._palette = theme.Palette(self, self.shelf.watch_color)
        return self._palette

    def _thumb(self, slots: list[Slot]) -> range:
        """Return the lines of the scrollbar's thumb: by count of entries, so nothing off the screen is measured."""
        rows = [slot.row for slot in slots if slot.row != NOTHING]
        total, height = len(self._rows), len(slots)
        shown = rows[-1] - rows[0] + 1 if rows else total
        if shown >= total:
            return range(0)
        size = max(1, min(height - 1, round(height * shown / total)))
        start = round((height - size) * rows[0] / (total - shown))
        return range(start, start + size)

    def _empty_frame(self) -> list[Strip]:
        return message_frame(self._empty_message, self.size, self.visual_style, self._theme().blank)

    def _mark_seen(self, slots: list[Slot]) -> None:
        if not self._unseen:
            return
        if self.follow:
            self._unseen.clear()
        else:
            before = len(self._unseen)
            for slot in slots[1:]:
                if slot.row != NOTHING:
                    self._unseen.pop(self._rows.id(slot.row), None)
            if len(self._unseen) == before:
                return
        self.post_message(self.UnseenChanged(self.unseen))

    # ------------------------------------------------------------------ Textual's events

    def notify_style_update(self) -> None:
        """Draw again in another theme."""
        super().notify_style_update()
        self._palette = None
        if self._frame:
            self._draw()

    def on_resize(self) -> None:
        """Take another size; the entry under the eye stays."""
        self._keep_eye()
        self._look = self._look._replace(width=max(self.size.width - 1, 0))
        self._view.resize(self.size.height)
        if self.follow and len(self._rows):
            self._view.jump(self._rows.newest)
        self._frame = []
        self._draw()

    def on_focus(self) -> None:
        """Draw the cursor as that of the pane in use."""
        self._draw()

    def on_blur(self) -> None:
        """Draw the cursor as that of another pane."""
        self._draw()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll."""
        event.stop()
        self.scroll_lines(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll."""
        event.stop()
        self.scroll_lines(-_WHEEL)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the scrollbar."""
        place = event.get_content_offset(self)
        if place is not None and place.x == self.size.width - 1 and len(self._rows):
            self._dragging = True
            self.capture_mouse()
            self._drag_to(place.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag the scrollbar."""
        if self._dragging:
            self._drag_to(event.y - self.gutter.top)

    def on_mouse_up(self) -> None:
        """Let go of the scrollbar."""
        if self._dragging:
            self._dragging = False
            self.release_mouse()

    def _drag_to(self, y: int) -> None:
        last = max(self._view.height - 1, 1)
        self._view.jump(round((len(self._rows) - 1) * min(max(y, 0), last) / last))
        self._set_follow(self._view.at_start())
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """Select the entry; on the selected one, open it."""
        place = event.get_content_offset(self)
        if place is None or place.x == self.size.width - 1 or place.y == 0:
            return
        slots = self._view.slots()
        slot = slots[place.y] if place.y < len(slots) else EMPTY
        if slot.row == NOTHING or slot.line < 0:
            return
        if slot.row == self._cursor_row():
            self.open()
        else:
            self._go(slot.row)


def _without_first_cell(line: Line) -> Line:
    (first, ink), *rest = line or [(" ", BLANK)]
    return [(first[1:], ink), *rest]


def _same(line: Line) -> Line:
    return line
