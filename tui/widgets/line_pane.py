"""What the two reading panes have in common: lines of roles, a scrollbar of their own, a message when empty.

Owns the palette of a pane, the cell at the end of each line and the mouse on it, and the wheel. What the
lines are is the business of those who inherit. A scrollbar of Textual's would cost as much as all the lines.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import ClassVar, TypedDict, Unpack

from rich.segment import Segment
from textual import events
from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget

from tui import theme
from tui.glyphs import Glyphs, glyphs
from tui.ink import Ink, Role
from tui.shelf import Shelf

_WHEEL = 3
"""Lines a turn of the wheel moves."""


class PaneOptions(TypedDict, total=False):
    """What a pane may be told when it is made, besides its shelf."""

    ascii_only: bool
    zone: tzinfo | None
    """Time zone of the times shown, None for the system's."""
    empty_message: Content
    """What is shown while there is nothing to show."""
    id: str
    classes: str


class LinePane(Widget, can_focus=True):
    """A pane drawn by lines that scrolls by lines and draws its own scrollbar in its last column."""

    DEFAULT_CSS = "LinePane { height: 1fr; width: 1fr; }\n" + theme.css("LinePane")
    COMPONENT_CLASSES: ClassVar[set[str]] = set(theme.COMPONENTS)

    def __init__(self, shelf: Shelf, **options: Unpack[PaneOptions]) -> None:
        super().__init__(id=options.get("id"), classes=options.get("classes"))
        self.shelf = shelf
        self.glyphs: Glyphs = glyphs(options.get("ascii_only", False))
        self.zone = options.get("zone")
        self._empty_message = options.get("empty_message") or Content("")
        self._palette: theme.Palette | None = None
        self._dragging = False

    # ------------------------------------------------------------------ for those who inherit

    def scroll_lines(self, lines: int) -> None:
        """Move down by some lines, up when negative."""
        raise NotImplementedError

    def scroll_share(self, share: float) -> None:
        """Go to a place given as a share of the whole, 0 to 1."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw what differs."""
        self.refresh()

    @property
    def line_width(self) -> int:
        """Cells of a line without its cell of the scrollbar."""
        return max(self.size.width - 1, 0)

    @property
    def palette(self) -> theme.Palette:
        """The looks of the roles in the theme in use."""
        if self._palette is None:
            self._palette = theme.Palette(self, self.shelf.watch_color)
        return self._palette

    @property
    def empty_message(self) -> Content:
        """What is shown while there is nothing to show; built by `Content`, never from markup."""
        return self._empty_message

    @empty_message.setter
    def empty_message(self, message: Content) -> None:
        self._empty_message = message
        self.redraw()

    def bar_cell(self, thumb: bool) -> Segment:
        """Return the last cell of a line."""
        if thumb:
            return Segment(self.glyphs.thumb, self.palette.style(Ink(Role.THUMB)))
        return Segment(self.glyphs.track, self.palette.style(Ink(Role.TRACK)))

    def message_frame(self) -> list[Strip]:
        """Return the lines of the pane while there is nothing to show: the message in the middle."""
        width, height = self.size
        lines = self._empty_message.wrap(max(width - 4, 1))[:height] if self._empty_message else []
        blank = Strip.blank(width, self.palette.blank)
        frame = [blank] * ((height - len(lines)) // 3)
        for line in lines:
            left = Strip.blank(max(width - line.cell_length, 0) // 2, self.palette.blank)
            strip = Strip([*left, *line.render_segments(self.visual_style)])
            frame.append(strip.adjust_cell_length(width, self.palette.blank))
        return [*frame, *[blank] * (height - len(frame))]

    # ------------------------------------------------------------------ Textual's events

    def notify_style_update(self) -> None:
        """Draw again in another theme."""
        super().notify_style_update()
        self._palette = None
        if self.is_attached:
            # Textual says so before it has dressed the component classes: their looks can be read a moment later.
            self.call_later(self._restyle)

    def _restyle(self) -> None:
        self._palette = None
        self.redraw()

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
        if place is not None and place.x == self.line_width:
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
        last = max(self.size.height - 1, 1)
        self.scroll_share(min(max(y, 0), last) / last)


def thumb(height: int, first: int, shown: int, total: int) -> range:
    """Return the lines of a scrollbar's thumb: nothing when all is shown."""
    if shown >= total or height < 2:
        return range(0)
    size = max(1, min(height - 1, round(height * shown / total)))
    start = round((height - size) * min(first / (total - shown), 1))
    return range(start, start + size)
