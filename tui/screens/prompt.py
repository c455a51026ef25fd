"""A question with one line to answer in.

Owns the question for the address of a source. What the answer means is the asker's business.
"""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static


class Prompt(ModalScreen[str | None], inherit_bindings=False):
    """Asks for the address of a source; None when the reader thinks better of it."""

    CSS = """
    Prompt { align: center middle; background: $background 60%; }
    Prompt > Vertical {
        width: 72; max-width: 94%; height: auto; padding: 1 2; background: $panel;
        border: round $primary 60%; border-title-color: $primary;
    }
    Prompt Static { color: $foreground 70%; margin-bottom: 1; }
    Prompt Input { border: none; height: 1; padding: 0 1; background: $background; }
    """

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical():
            yield Static(Content("The address of a feed, a live blog, or a page that has one"))
            yield Input(placeholder="https://example.org/live", compact=True)

    def on_mount(self) -> None:
        """Be ready to type."""
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer."""
        event.stop()
        self.dismiss(event.value.strip() or None)

    def on_key(self, event: events.Key) -> None:
        """Think better of it."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
