"""The floor of a screen: a Textual app that shows one line, or one line to type in.

python -m benchmarks.empty [input]
"""

from __future__ import annotations

import sys
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, Static

READY = "ready to go"


class EmptyApp(App[None]):
    """Nothing but a line."""

    BINDINGS: ClassVar[list[BindingType]] = [("q", "quit", "Quit")]

    def compose(self) -> ComposeResult:
        yield Input(READY) if "input" in sys.argv else Static(READY)


if __name__ == "__main__":
    EmptyApp().run()
