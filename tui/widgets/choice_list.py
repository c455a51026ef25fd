"""A list of what may be meant, to take from: two lines each, with a mark, a number, a name, a kind and an address.

Owns the cursor and the marks. What is taken is the screen's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Unpack

from textual import events
from textual.message import Message
from textual.strip import Strip

from tui import cells
from tui.ink import BLANK, Ink, Line, Role, fit
from tui.shelf import Shelf
from tui.theme import PLAIN, Row
from tui.widgets.line_pane import LinePane, PaneOptions, thumb

_LINES = 2
"""Lines of a row."""
_MARK = 5
"""Cells before the number; pressing them marks the row."""
_NUMBERED = 9
"""Rows that have a number, which is a key."""


class Choice(NamedTuple):
    """Something to take."""

    name: str
    kind: str
    address: str


class ChoiceList(LinePane, can_focus=False):
    """Rows with a cursor, of which several can be marked."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "ChoiceList { height: 1fr; width: 1fr; }"

    @dataclass
    class Pressed(Message):
        """The row under the cursor was pressed once more."""

    def __init__(self, shelf: Shelf, choices: Sequence[Choice], **options: Unpack[PaneOptions]) -> None:
        super().__init__(shelf, **options)
        self._choices = choices
        self._marked: set[int] = set()
        self._cursor = 0
        self._top = 0

    # ------------------------------------------------------------------ what is chosen

    @property
    def cursor(self) -> int:
        """The place of the row under the cursor."""
        return self._cursor

    @property
    def taken(self) -> list[int]:
        """The places of what is marked, of what is under the cursor where nothing is."""
        return sorted(self._marked) or [self._cursor]

    def mark(self) -> None:
        """Mark what is under the cursor, or unmark it."""
        self._marked ^= {self._cursor}
        self.redraw()

    def mark_all(self) -> None:
        """Mark everything; nothing where everything was marked."""
        every = set(range(len(self._choices)))
        self._marked = set() if self._marked == every else every
        self.redraw()

    # ------------------------------------------------------------------ the reader moves

    def _rows(self) -> int:
        return max(self.size.height // _LINES, 1)

    def _reveal(self) -> None:
        rows = self._rows()
        self._top = min(max(self._top, self._cursor - rows + 1), self._cursor)
        self._top = max(min(self._top, len(self._choices) - rows), 0)
        self.redraw()

    def go(self, place: int) -> None:
        """Move the cursor to a row, the nearest there is."""
        self._cursor = max(min(place, len(self._choices) - 1), 0)
        self._reveal()

    def move(self, delta: int) -> None:
        """Move the cursor down by some rows, up when negative."""
        self.go(self._cursor + delta)

    def page(self, delta: int) -> None:
        """Move by some screens."""
        self.move(delta * max(self._rows() - 1, 1))

    def scroll_lines(self, lines: int) -> None:
        """Move the cursor: the list is short."""
        self.move(1 if lines > 0 else -1)

    def scroll_share(self, share: float) -> None:
        """Go to a place given as a share of the whole, 0 to 1."""
        self.go(round((len(self._choices) - 1) * share))

    # ------------------------------------------------------------------ drawing

    def _line(self, place: int, second: bool) -> Line:
        choice, width, more = self._choices[place], self.line_width, self.glyphs.more
        bar = self.glyphs.cursor if place == self._cursor else " "
        number = str(place + 1) if place < _NUMBERED else " "
        lead: Line = [(bar, Ink(Role.CURSOR))]
        if second:
            room = max(width - _MARK - 3, 0)
            return [*lead, (" " * (_MARK + 1), BLANK), (cells.cut(choice.address, room, more), Ink(Role.META))]
        mark = "[x]" if place in self._marked else "[ ]"
        room = max(width - _MARK - 5 - cells.width(choice.kind), 0)
        name = choice.name or "without a title"
        role = Role.TITLE if choice.name else Role.META
        return [
            *lead, (mark, Ink(Role.STARRED if place in self._marked else Role.LABEL)), (" ", BLANK),
            (number, Ink(Role.NUMBER)), (" ", BLANK),
            (cells.crop(cells.cut(name, room, more), room), Ink(role)), ("  ", BLANK), (choice.kind, Ink(Role.SOURCE)),
        ]  # fmt: skip

    def render_line(self, y: int) -> Strip:
        """Return a line of the screen."""
        place, second = self._top + y // _LINES, bool(y % _LINES)
        line: Line = self._line(place, second) if place < len(self._choices) else []
        look = Row(cursor=True, focused=True) if place == self._cursor else PLAIN
        bar = y in thumb(self.size.height, self._top, self._rows(), len(self._choices))
        text = self.palette.strip(fit(line, self.line_width), self.line_width, look)
        return Strip([*text, self.bar_cell(bar)][-max(self.size.width, 1) :], self.size.width)

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._reveal()

    def on_click(self, event: events.Click) -> None:
        """Mark a row, or go to it; on the one under the cursor, take it."""
        offset = event.get_content_offset_capture(self)
        place = self._top + offset.y // _LINES
        if place >= len(self._choices) or offset.x >= self.line_width:
            return
        again = place == self._cursor
        self.go(place)
        if offset.x < _MARK:
            self.mark()
        elif again:
            self.post_message(self.Pressed())
