"""A page of text that is scrolled by lines: that of the help and that of the revisions.

Owns how far it moves. Moving it is harmless at any moment, also before it is on the screen and where there is
no room for it: keys come when they come. What is on it is the business of the screens.
"""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import VerticalScroll


class Page(VerticalScroll, can_focus=False):
    """Text that is made anew whenever its width changes."""

    DEFAULT_CSS = """
    Page {
        height: 1fr; scrollbar-size-vertical: 1;
        scrollbar-color: $foreground 25%; scrollbar-background: $surface;
    }
    """

    def __init__(self, make: Callable[[], ComposeResult]) -> None:
        super().__init__()
        self._make = make

    def compose(self) -> ComposeResult:
        """Lay the text out."""
        yield from self._make()

    def make_again(self) -> None:
        """Lay the text out for another width."""
        if self.is_attached:
            self.refresh(recompose=True)

    def move(self, lines: int) -> None:
        """Move down by some lines, up when negative."""
        if self.is_attached:
            self.scroll_relative(y=lines, animate=False)

    def to_start(self) -> None:
        """Go to the first line."""
        if self.is_attached:
            self.scroll_home(animate=False)
