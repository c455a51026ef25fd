"""What was changed in an entry after it was published: two of its states, word by word.

Owns which two are compared and how a difference looks. What was added is bold and underlined, what was
removed is struck through, and in ASCII both carry signs: colour only repeats it. Comparing is done off this
thread.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from feeds.diff import Change
from feeds.model import Entry, Revision
from tui import cells, messages
from tui.commands import Scope, bindings
from tui.render import clock, day, local
from tui.session import Session
from tui.widgets.page import Page
from tui.widgets.pane_title import PaneTitle

_LONGEST = 60_000
"""Characters of a difference that are laid out; nobody reads more on one screen."""
_STEP = 3


def difference(changes: Iterable[Change], *, ascii_only: bool, bold: bool = False) -> Content:
    """Return a difference as it is shown."""
    parts: list[tuple[str, str]] = []
    left = _LONGEST
    before = ""
    for change in changes:
        if before + change.op in ("-+", "+-"):
            parts.append((" ", ""))  # the words that stand for one another are told apart without colours too
        before = change.op
        text = cells.legible(change.text)[:left]
        left -= len(text)
        match change.op:
            case "+":
                shown = f"{{+{text}+}}" if ascii_only else text
                parts.append((shown, "bold underline $success"))
            case "-":
                shown = f"[-{text}-]" if ascii_only else text
                parts.append((shown, "strike $error"))
            case _:
                parts.append((text, "bold $foreground" if bold else "$foreground 88%"))
        if left <= 0:
            parts.append((" >" if ascii_only else " …", "$foreground 60%"))
            break
    return Content.assemble(*parts)


class RevisionsScreen(ModalScreen[None], inherit_bindings=False):
    """One change of an entry at a time, the newest first."""

    BINDINGS = bindings(Scope.REVISIONS)
    CSS = """
    RevisionsScreen { align: center middle; background: $background 60%; }
    RevisionsScreen > Vertical {
        width: 92%; max-width: 104; height: 90%; background: $surface; padding: 0 0 1 0;
    }
    RevisionsScreen .revisions--when { padding: 1 2 0 2; color: $foreground 70%; height: auto; }
    RevisionsScreen Page { padding: 1 2; }
    RevisionsScreen .revisions--title { margin-bottom: 1; height: auto; }
    RevisionsScreen .revisions--text { height: auto; }
    RevisionsScreen .revisions--legend { padding: 0 2; height: auto; }
    RevisionsScreen.-small > Vertical { width: 100%; height: 100%; padding: 0; }
    RevisionsScreen.-small .revisions--when { padding: 0 1; }
    RevisionsScreen.-small Page { padding: 0 1; }
    RevisionsScreen.-small .revisions--legend { display: none; }
    """

    def __init__(self, session: Session, entry: Entry) -> None:
        super().__init__()
        self._session = session
        self._entry = entry
        self._revisions: tuple[Revision, ...] = ()
        self._after = 0
        """Index of the newer of the two that are compared; 0 until they are known."""
        self._page = Page(self._texts)
        self._ascii = session.options.ascii_only

    def compose(self) -> ComposeResult:
        """Lay out two texts and what they are."""
        with Vertical():
            yield PaneTitle(self._heading(), in_use=True, ascii_only=self._ascii)
            yield Static(Content("Reading…"), classes="revisions--when")
            yield self._page
            yield Static(self._legend(), classes="revisions--legend")

    def _texts(self) -> ComposeResult:
        yield Static(Content(""), classes="revisions--title")
        yield Static(Content(""), classes="revisions--text")

    def on_mount(self) -> None:
        """Ask for the revisions."""
        self._session.read_revisions(self._entry.id, self.post_message)

    def on_resize(self) -> None:
        """Leave the air out where there is little room."""
        self.set_class(self.app.size.height < 16 or self.app.size.width < 60, "-small")

    def _heading(self) -> str:
        return f"Revisions: {self._session.library.source_name(self._entry.source_id)}"

    def _legend(self) -> Content:
        keys = "Left/Right: other revisions, Esc: close" if self._ascii else "← → other revisions · Esc close"
        added, removed = ("{+added+}", "[-removed-]") if self._ascii else ("added", "removed")
        return Content.assemble(
            (added, "bold underline $success"),
            "  ",
            (removed, "strike $error"),
            (f"    {keys}", "$foreground 50%"),
        )

    # ------------------------------------------------------------------ answers

    @on(messages.RevisionsRead)
    def _read(self, event: messages.RevisionsRead) -> None:
        if event.entry_id == self._entry.id:
            self._revisions = event.revisions
            if len(event.revisions) < 2:
                self.query_one(".revisions--when", Static).update(Content("Only one state of this entry is stored."))
            self._compare(len(event.revisions) - 1)

    def _compare(self, after: int) -> None:
        if len(self._revisions) < 2:
            return  # or they are being read yet
        self._after = max(min(after, len(self._revisions) - 1), 1)
        before, newer = self._revisions[self._after - 1], self._revisions[self._after]
        self._session.compare(before, newer, self.post_message)

    @on(messages.DifferenceReady)
    def _compared(self, event: messages.DifferenceReady) -> None:
        newer = self._revisions[self._after]
        if event.after != newer.number:
            return
        older = self._revisions[self._after - 1]
        arrow = "->" if self._ascii else "→"
        self.query_one(PaneTitle).show(
            self._heading(),
            f"{event.before} {arrow} {event.after} of {self._revisions[-1].number}",
        )
        when = self._when(older, newer, arrow)
        same = not any(change.op != "=" for change in (*event.title, *event.text))
        if same:
            when += "\nThe words are the same: pictures, links or times were changed."
        self.query_one(".revisions--when", Static).update(Content(when))
        title = difference(event.title, ascii_only=self._ascii, bold=True)
        self.query_one(".revisions--title", Static).update(title)
        self.query_one(".revisions--text", Static).update(difference(event.text, ascii_only=self._ascii))
        self._page.to_start()

    def _when(self, older: Revision, newer: Revision, arrow: str) -> str:
        first, then = (local(each.seen, self._session.options.zone) for each in (older, newer))
        again = "" if first.date() == then.date() else f"{day(then)}, "
        return f"seen {day(first)}, {clock(first)} {arrow} {again}{clock(then)}"

    # ------------------------------------------------------------------ commands

    def action_older_revision(self) -> None:
        """Show the change before."""
        self._compare(self._after - 1)

    def action_newer_revision(self) -> None:
        """Show the change after."""
        self._compare(self._after + 1)

    def action_scroll_revision_down(self) -> None:
        """Move the text on."""
        self._page.move(_STEP)

    def action_scroll_revision_up(self) -> None:
        """Move the text back."""
        self._page.move(-_STEP)

    def action_close_revisions(self) -> None:
        """Go back."""
        self.dismiss()
