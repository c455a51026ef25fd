"""What the reader does with an entry: open, copy, mark, compare.

Owns these commands. Marks are wishes: the row changes when the store has. Part of the main screen.
"""

from __future__ import annotations

from collections.abc import Container
from functools import partial

from feeds.model import Entry
from tui import opener
from tui.opener import Opened, Outcome
from tui.screens import summary
from tui.screens.panes import Seek
from tui.screens.revisions import RevisionsScreen
from tui.screens.undoing import UndoCommands
from tui.state import Pane

_LOOK, _LOOKS = 0.5, 10
"""Seconds between two looks at a browser that was started, and how many there are."""
_REMEDY = "BROWSER in the environment names the browser to use."


class EntryCommands(UndoCommands):
    """Commands on the entry under the cursor."""

    @property
    def entry(self) -> Entry | None:
        """The entry under the cursor, None when there is none."""
        entry_id = self.timeline.cursor_id
        return None if entry_id is None else self.timeline.entry(entry_id)

    def action_open(self) -> None:
        """Open the entry, or the source."""
        if self.view.pane is Pane.SOURCES:
            self.sources.open()
        elif self.view.pane is Pane.TIMELINE:
            self.timeline.open()
        elif self.detail.entry is not None:
            self.mark_as_read(self.detail.entry.id)

    # ------------------------------------------------------------------ marks

    def mark_as_read(self, entry_id: int, *, left: bool = False) -> None:
        """Mark an entry as read because it was: nothing to undo, nothing to say.

        `left`: the reader rested on it and went on; else it was opened. The configuration says which of them counts.
        """
        counts = {"open": not left, "key": False}.get(self.session.options.settings.mark_read, True)
        entry = self.timeline.entry(entry_id) if counts else None
        if entry is not None and not entry.read:
            self.session.mark([entry_id], read=True, by_reader=False)

    def _may_mark(self) -> bool:
        if not self.session.writing:
            self.status_bar.answer("Another Wirewatch writes to these entries; this one only reads.")
        return self.session.writing

    def action_mark_read(self) -> None:
        """Mark the entry as read, or unread."""
        if self._may_mark() and (entry := self.entry):
            self.session.mark([entry.id], read=not entry.read)
            self.note_mark()

    def action_star(self) -> None:
        """Give the entry a star, or take it away."""
        if self._may_mark() and (entry := self.entry):
            self.session.mark([entry.id], starred=not entry.starred)
            self.note_mark()

    def action_mark_all_read(self) -> None:
        """Mark every entry of the view as read."""
        rows = self.timeline.cards.rows
        if self._may_mark() and len(rows):
            self.session.mark([rows.id(row) for row in range(len(rows))], read=True)
            self.note_mark()
            back = self.key_of("undo")
            # The rows change when the store has: that may take a moment, and is not said before it is true.
            self.status_bar.answer(f"Marking all entries of this view as read; {back} takes that back.")

    # ------------------------------------------------------------------ addresses

    def action_browser(self) -> None:
        """Open the address in the browser."""
        entry = self.entry
        if entry is None:
            return
        address = entry.post.url
        if address is None:
            self.status_bar.answer("This entry has no address.")
            return
        if self.open_address(address):
            self.mark_as_read(entry.id)

    def open_address(self, address: str) -> bool:
        """Open an address in the browser and say so; return whether it was handed to one."""
        outcome = opener.open_address(address)
        match outcome.opened:
            case Opened.STARTED:
                self.status_bar.answer(f"Handed to {outcome.command[0]}: {address}")
                self._watch_over(outcome, _LOOKS)
            case Opened.CONSOLE:
                # Nothing of the screen may be drawn meanwhile, so this waits; the engine goes on.
                with self.app.suspend():
                    ran = opener.run_in_terminal(outcome.command)
                self.status_bar.answer("" if ran else f"{outcome.command[0]} cannot be started.", problem=not ran)
            case Opened.NONE:
                self.app.copy_to_clipboard(address)
                self.status_bar.answer(f"There is no browser here; the address was copied instead. {_REMEDY}")
            case Opened.FAILED:
                self.status_bar.answer(f"{outcome.command[0]} cannot be started. {_REMEDY}", problem=True)
            case Opened.REFUSED:
                self.status_bar.answer("That address is not one to open.", problem=True)
        return outcome.opened in (Opened.STARTED, Opened.CONSOLE)

    def _watch_over(self, outcome: Outcome, looks: int) -> None:
        """Say so if the program that was handed an address fails; it is looked at now and then, never waited for."""
        status = outcome.program.poll() if outcome.program is not None else 0
        if status:
            self.status_bar.tell(f"{outcome.command[0]} could not open the address. {_REMEDY}", problem=True)
        elif status is None and looks:
            self.set_timer(_LOOK, partial(self._watch_over, outcome, looks - 1))

    def action_copy_link(self) -> None:
        """Copy what the mouse has selected, else the address."""
        selected = self.get_selected_text()
        entry = self.entry
        if selected:
            self.app.copy_to_clipboard(selected)
            self.clear_selection()
            self.status_bar.answer("Copied the selected text.")
        elif entry and entry.post.url and opener.is_openable(entry.post.url):
            self.app.copy_to_clipboard(entry.post.url)
            self.status_bar.answer(f"Copied {entry.post.url}")
        elif entry:
            self.status_bar.answer("This entry has no address.")

    def action_copy_markdown(self) -> None:
        """Copy the entry as Markdown."""
        if entry := self.entry:
            shown = self.detail.drawn
            entry = shown if shown is not None and shown.id == entry.id else entry
            self.app.copy_to_clipboard(opener.markdown(entry, self.session.library.source_name(entry.source_id)))
            self.status_bar.answer("Copied as Markdown.")

    # ------------------------------------------------------------------ looking for entries

    def action_next_match(self) -> None:
        """Go to the next older match, or unread entry."""
        self.seek(Seek(lit=True))

    def action_previous_match(self) -> None:
        """Go to the next newer match, or unread entry."""
        self.seek(Seek(lit=True, delta=-1))

    # ------------------------------------------------------------------ revisions

    def action_revisions(self) -> None:
        """Show what was changed."""
        entry = self.entry
        if entry is None:
            return
        if entry.revision < 2:
            self.status_bar.answer(summary.unchanged(entry, self.session.options.zone))
        else:
            self.app.push_screen(RevisionsScreen(self.session, entry, self.keymap))

    def news_of_revisions(self, entry_ids: Container[int]) -> None:
        """Let the revisions that lie over this screen, if any do, learn what happened meanwhile."""
        for screen in self.app.screen_stack:
            if isinstance(screen, RevisionsScreen) and screen.entry_id in entry_ids:
                screen.read()
