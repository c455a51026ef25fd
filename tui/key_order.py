"""Keys that come faster than they are acted on.

Textual hands a key to the widget that has the focus now; a binding is only looked at when the key has come back from
there. So the letters behind a command that opens a line would be handed on before that line has the focus, and be
taken for commands. Owns the order instead: a key is handed on when the one before it was acted on.
"""

from __future__ import annotations

from collections import deque

from textual import events
from textual.app import App
from textual.widgets import Input

from tui.screens.help import HelpScreen
from tui.screens.main import MainScreen
from tui.screens.welcome import WelcomeScreen

_LOST = 1.0
"""Seconds after which a key that was handed on is taken to have been swallowed."""


class KeysInOrder(App[object], inherit_bindings=False):
    """An app that acts on one key at a time where keys are commands."""

    def __init__(self) -> None:
        super().__init__()
        self._under_way: events.Key | None = None
        """The key that was handed on and has not come back to be acted on."""
        self._held: deque[events.Key] = deque()

    async def on_event(self, event: events.Event) -> None:
        """Hold a key back until the one before it was acted on."""
        if not isinstance(event, events.Key):
            await super().on_event(event)
            return
        if not event.is_forwarded:
            self._held.append(event)
            if self._under_way is not None and event.time - self._under_way.time < _LOST:
                return
            self._under_way = None
        else:
            await super().on_event(event)
            if event is not self._under_way:
                return
            self._under_way = None
        while self._held and self._under_way is None:
            key = self._held.popleft()
            # These screens let every key come back; a line keeps the letters.
            comes_back = isinstance(self.screen, MainScreen | WelcomeScreen | HelpScreen) and not isinstance(
                self.focused, Input
            )
            await super().on_event(key)
            if comes_back and key.is_forwarded:
                self._under_way = key
