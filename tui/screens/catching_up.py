"""Coming back: what came since the last visit, and reading it from the oldest on.

Owns what is said of it, and the step from one to the next. Part of the main screen.
"""

from __future__ import annotations

from bisect import bisect_right

from textual import on

from tui import messages
from tui.screens import summary
from tui.screens.panes import Seek
from tui.screens.view_commands import ViewCommands


class CatchingUpCommands(ViewCommands):
    """Commands on what came since the reader left."""

    _counted_since = False
    """Whether it was asked what came meanwhile."""
    _begun = False
    """Whether the reader has gone to where the last visit ended."""

    @on(messages.SelectionReady)
    def _see_what_came(self, event: messages.SelectionReady) -> None:
        left = self.view.left_at
        if event.whole and not self._counted_since:
            self._counted_since = True
            since = len(event.selection.ids) if left is None else bisect_right(event.selection.sort_keys, left)
            if ids := event.selection.ids[since:]:
                library = self.session.library
                self.session.questions.since(ids, library.watches, library.scene)

    @on(messages.CameMeanwhile)
    def _say_what_came(self, event: messages.CameMeanwhile) -> None:
        key = self.key_of("catch-up")
        self.status_bar.tell(f"{summary.came(event)} {key} reads on from there, oldest first.")

    def action_catch_up(self) -> None:
        """Go to the oldest entry since the last visit; from there, to the next newer one that is unread."""
        left = self.view.left_at
        self.moved_by_reader = True
        if not self._begun and left is not None and self.timeline.to_after(left):
            self._begun = True
        else:
            self.seek(Seek(lit=False, delta=-1))
