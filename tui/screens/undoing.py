"""What the reader did last, marks and changes of the view in one row, and taking it back.

Owns that row. What a mark really changed is known by `tui.undo`. Part of the main screen.
"""

from __future__ import annotations

from collections import deque

from textual import on

from tui import state as states
from tui.screens import summary
from tui.screens.panes import PanesScreen
from tui.session import Session
from tui.state import ViewState
from tui.widgets.query_bar import QueryBar

_KEPT = 50
"""Steps that are remembered."""


class UndoCommands(PanesScreen):
    """Takes back what was done last."""

    def __init__(self, session: Session, view: ViewState) -> None:
        super().__init__(session, view)
        self._steps: deque[ViewState | None] = deque(maxlen=_KEPT)
        """The view before each step that changed what is shown; None for a mark."""
        self._before_typing: ViewState | None = None

    def note_mark(self) -> None:
        """Remember that the reader marked something."""
        self._steps.append(None)

    def note_view(self, before: ViewState) -> None:
        """Remember the view there was; a query that is typed letter by letter is one step."""
        if self.query_bar.is_open:
            self._before_typing = self._before_typing or before
            return
        first, self._before_typing = self._before_typing or before, None
        if states.narrowing(first) != states.narrowing(self.view):
            self._steps.append(first)

    @on(QueryBar.Applied)
    @on(QueryBar.Left)
    def _typed(self) -> None:
        """Make a step of what was typed; it may have been in force for a while."""
        self.note_view(self.view)

    def look_aside(self, view: ViewState) -> None:
        """Look at something else where that is no step of the reader's."""
        steps = self._steps.copy()
        self.look(view)
        self._steps = steps

    def action_undo(self) -> None:
        """Take back the last step."""
        while self._steps:
            before = self._steps.pop()
            if before is not None:
                now = self.view
                self.look_aside(states.narrowed_as(now, before))
                self.status_bar.answer(summary.taken_back(now, before, self.session.library.source_name))
                return
            if self.session.writing and (count := self.session.undo()):
                self.status_bar.answer(f"Took back {count:,} mark{'s' if count > 1 else ''}.")
                return
        self.status_bar.answer("Nothing to take back.")
