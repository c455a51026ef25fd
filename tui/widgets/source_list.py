"""The sources: name, unread, health, next poll and a small pulse, one or two lines each.

Owns the cursor among them and the place of each row; its words are in `source_rows`. Rows have a second line
while there is room for all of them; one that fails always has it, with the reason. Must not ask for data: it
is told. Only the lines on the screen are drawn, so the seconds that count down cost what they show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.source_rows import Item, Pieces, RowLook, first_line, second_line


class SourceList(Widget, can_focus=True):
    """A list of sources with a cursor; the source under it is the one shown."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "source--name", "source--unread", "source--dim", "source--ok", "source--failing", "source--pulse",
        "source--cursor", "source--cursor-blurred",
    }  # fmt: skip
    DEFAULT_CSS = """
    SourceList {
        height: 1fr; width: 1fr;
        & > .source--name { color: $foreground; }
        & > .source--unread { color: $primary; text-style: bold; }
        & > .source--dim { color: $foreground 60%; }
        & > .source--ok { color: $success; }
        & > .source--failing { color: $error; }
        & > .source--pulse { color: $primary 80%; }
        & > .source--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
        & > .source--cursor-blurred {
            color: $block-cursor-blurred-foreground; background: $block-cursor-blurred-background;
        }
    }
    """

    @dataclass
    class Selected(Message):
        """The cursor is on another source; None for all."""

        source_id: int | None

    @dataclass
    class Opened(Message):
        """The reader wants to read this source; None for all."""

        source_id: int | None

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._items: tuple[Item, ...] = ()
        self._now: datetime | None = None
        self._cursor = 0
        self._top = 0
        self._ascii = ascii_only
        self._said: list[Pieces] = []
        """What the lines said at the last tick."""

    # ------------------------------------------------------------------ what is shown

    def show(self, items: Sequence[Item], now: datetime) -> None:
        """Show these sources; the cursor stays on its source."""
        current = self.source_id
        self._now = now
        if tuple(items) == self._items:
            return
        self._items = tuple(items)
        self.place(current)
        self.refresh()

    def tick(self, now: datetime) -> None:
        """Let the times move on; only lines that say something else are drawn."""
        self._now = now
        if self.is_on_screen and self.size:
            before, self._said = self._said, [self._pieces(y) for y in range(self.size.height)]
            if len(before) != len(self._said):
                self.refresh()
                return
            left, top = self.gutter.left, self.gutter.top
            changed = [y for y, said in enumerate(self._said) if said != before[y]]
            if changed:
                self.refresh(*(Region(left, top + y, self.size.width, 1) for y in changed))

    def place(self, source_id: int | None) -> None:
        """Put the cursor on a source without saying so; on all when it is not there."""
        ids = [item.source_id for item in self._items]
        self._cursor = ids.index(source_id) if source_id in ids else 0
        self._reveal()
        self.refresh()

    @property
    def item(self) -> Item | None:
        """The source under the cursor, None while there are none."""
        return self._items[self._cursor] if self._cursor < len(self._items) else None

    @property
    def source_id(self) -> int | None:
        """The id of the source under the cursor, None for all."""
        return self.item.source_id if self.item else None

    # ------------------------------------------------------------------ the reader moves

    def move(self, delta: int) -> None:
        """Move the cursor down by some sources, up when negative."""
        self._go(self._cursor + delta)

    def page(self, delta: int) -> None:
        """Move by some screens."""
        self._go(self._cursor + delta * max(self.size.height // 2 - 1, 1))

    def to_first(self) -> None:
        """Go to all sources."""
        self._go(0)

    def to_last(self) -> None:
        """Go to the last source."""
        self._go(len(self._items) - 1)

    def open(self) -> None:
        """Ask for the source under the cursor."""
        self.post_message(self.Opened(self.source_id))

    def _go(self, place: int) -> None:
        place = max(min(place, len(self._items) - 1), 0)
        if place != self._cursor:
            self._cursor = place
            self._reveal()
            self.refresh()
            self.post_message(self.Selected(self.source_id))

    # ------------------------------------------------------------------ where the rows are

    def _roomy(self) -> bool:
        return len(self._items) * 2 <= self.size.height

    def _height(self, place: int) -> int:
        return 2 if self._roomy() or self._items[place].message else 1

    def _reveal(self) -> None:
        height = self.size.height
        if not height:
            return  # it is hidden, and is told its size when it is shown
        self._top = min(self._top, self._cursor)
        while self._top < self._cursor and sum(map(self._height, range(self._top, self._cursor + 1))) > height:
            self._top += 1
        # Never leave room at the end while there is something above it.
        while self._top and sum(map(self._height, range(self._top - 1, len(self._items)))) <= height:
            self._top -= 1

    def _at(self, y: int) -> tuple[int, int] | None:
        """Return the row and the line in it at a line of the screen."""
        place = self._top
        while place < len(self._items):
            height = self._height(place)
            if y < height:
                return place, y
            y -= height
            place += 1
        return None

    # ------------------------------------------------------------------ drawing

    def render_line(self, y: int) -> Strip:
        """Return a line of the screen."""
        width, found = self.size.width, self._at(y)
        over = self.get_visual_style().rich_style
        if found is None:
            return Strip.blank(width, over)
        cursor = found[0] == self._cursor
        if cursor:
            name = "source--cursor" if self.has_focus else "source--cursor-blurred"
            over = self.get_visual_style(name).rich_style
        segments = [Segment(text, self._style(role, over, cursor)) for text, role in self._pieces(y)]
        return Strip(segments).adjust_cell_length(width, over)

    def _pieces(self, y: int) -> Pieces:
        """Return what a line of the screen says."""
        found = self._at(y)
        if found is None:
            return []
        place, line = found
        look = RowLook(self.size.width, self._roomy(), place == self._cursor, self._ascii)
        return (first_line if line == 0 else second_line)(self._items[place], look, self._now)

    def _style(self, role: str, over: Style, cursor: bool) -> Style:
        style = self.get_visual_style(f"source--{role}").rich_style
        return style + Style(color=over.color, bgcolor=over.bgcolor) if cursor else style

    # ------------------------------------------------------------------ Textual's events

    def on_resize(self) -> None:
        """Keep the cursor on the screen; what was drawn a moment ago may have been drawn without it."""
        self._reveal()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Go to a source; on the one under the cursor, open it."""
        found = self._at(event.get_content_offset_capture(self).y)
        if found is None:
            return
        if found[0] == self._cursor:
            self.open()
        else:
            self._go(found[0])

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move on."""
        event.stop()
        self.move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move back."""
        event.stop()
        self.move(-1)
