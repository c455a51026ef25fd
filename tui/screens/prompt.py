"""A question with one line to answer in.

Owns how it is asked and left. What the answer means is the asker's business.
"""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static


class Prompt(ModalScreen[str | None], inherit_bindings=False):
    """Asks for one line; None when the reader thinks better of it."""

    CSS = """
    Prompt { align: center middle; background: $background 60%; }
    Prompt > Vertical {
        width: 72; max-width: 94%; height: auto; padding: 1 2; background: $panel;
        border: round $primary 60%;
    }
    Prompt Static { color: $foreground 80%; }
    Prompt Input { border: none; height: 1; padding: 0 1; margin: 1 0; background: $background; }
    Prompt.-low > Vertical { padding: 0 2; }
    Prompt.-low Input { margin: 0; }
    """

    def __init__(self, question: str, example: str, done: str, answer: str = "") -> None:
        """Ask a question; `done` is the verb of what enter does, `answer` what stands there already."""
        super().__init__()
        self._answer = answer
        self._question = question
        self._example = example
        self._done = done

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical():
            yield Static(Content(self._question))
            yield Input(self._answer, placeholder=self._example, compact=True, select_on_focus=False)
            yield Static(
                Content.assemble(
                    ("Enter", "$primary"), (f" {self._done}   ", "$foreground 60%"),
                    ("Esc", "$primary"), (" back", "$foreground 60%"),
                )
            )  # fmt: skip

    def on_mount(self) -> None:
        """Be ready to type."""
        self.set_focus(self.query_one(Input))

    def on_resize(self) -> None:
        """Leave the air out where there is little room."""
        self.set_class(self.app.size.height < 16, "-low")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer."""
        event.stop()
        self.dismiss(event.value.strip() or None)

    def on_key(self, event: events.Key) -> None:
        """Think better of it; take what was typed before there was a line to type into."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.is_printable and event.character:
            event.stop()  # the line itself lets none of these through
            self.query_one(Input).insert_text_at_cursor(event.character)
