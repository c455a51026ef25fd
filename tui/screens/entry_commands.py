"""What the reader does with an entry: open, copy, mark, compare.

Owns these commands. Marks are wishes: the row changes when the store has. Part of the main screen.
"""

from __future__ import annotations

from feeds.model import Entry
from tui import opener
from tui.opener import Opened
from tui.screens.panes import PanesScreen
from tui.screens.revisions import RevisionsScreen


class EntryCommands(PanesScreen):
    """Commands on the entry under the cursor."""

    @property
    def entry(self) -> Entry | None:
        """The entry under the cursor, None when there is none."""
        entry_id = self.timeline.cursor_id
        return None if entry_id is None else self.timeline.entry(entry_id)

    # ------------------------------------------------------------------ marks

    def mark_as_read(self, entry_id: int) -> None:
        """Mark an entry as read because it was: nothing to undo, nothing to say."""
        entry = self.timeline.entry(entry_id)
        if entry is not None and not entry.read:
            self.session.mark([entry_id], read=True, by_reader=False)

    def _may_mark(self) -> bool:
        if not self.session.writing:
            self.status_bar.tell("Another Wirewatch writes to these entries; this one only reads.")
        return self.session.writing

    def action_mark_read(self) -> None:
        """Mark the entry as read, or unread."""
        if self._may_mark() and (entry := self.entry):
            self.session.mark([entry.id], read=not entry.read)

    def action_star(self) -> None:
        """Give the entry a star, or take it away."""
        if self._may_mark() and (entry := self.entry):
            self.session.mark([entry.id], starred=not entry.starred)

    def action_mark_all_read(self) -> None:
        """Mark every entry of the view as read."""
        rows = self.timeline.cards.rows
        if self._may_mark() and len(rows):
            self.session.mark([rows.id(row) for row in range(len(rows))], read=True)
            back = self.key_of("undo")
            self.status_bar.tell(f"All entries of this view are marked as read; {back} takes that back.")

    def action_undo(self) -> None:
        """Take back the last mark."""
        if self._may_mark():
            count = self.session.undo()
            what = "Nothing to take back." if not count else f"Took back {count:,} mark{'s' if count > 1 else ''}."
            self.status_bar.tell(what)

    # ------------------------------------------------------------------ addresses

    def action_browser(self) -> None:
        """Open the address in the browser."""
        entry = self.entry
        if entry is None:
            return
        address = entry.post.url
        if address is None:
            self.status_bar.tell("This entry has no address.")
            return
        outcome = opener.open_address(address)
        match outcome.opened:
            case Opened.STARTED:
                self.status_bar.tell(f"Opened {address}")
                self.mark_as_read(entry.id)
            case Opened.CONSOLE:
                # Nothing of the screen may be drawn meanwhile, so this waits; the engine goes on.
                with self.app.suspend():
                    ran = opener.run_in_terminal(outcome.command)
                self.status_bar.tell("" if ran else f"{outcome.command[0]} cannot be started.", problem=not ran)
                self.mark_as_read(entry.id)
            case Opened.NONE:
                self.app.copy_to_clipboard(address)
                self.status_bar.tell("There is no browser here; the address was copied instead.")
            case Opened.FAILED:
                self.status_bar.tell(f"{outcome.command[0]} cannot be started.", problem=True)
            case Opened.REFUSED:
                self.status_bar.tell("That address is not one to open.", problem=True)

    def action_copy_link(self) -> None:
        """Copy what the mouse has selected, else the address."""
        selected = self.get_selected_text()
        entry = self.entry
        if selected:
            self.app.copy_to_clipboard(selected)
            self.clear_selection()
            self.status_bar.tell("Copied the selected text.")
        elif entry and entry.post.url and opener.is_openable(entry.post.url):
            self.app.copy_to_clipboard(entry.post.url)
            self.status_bar.tell(f"Copied {entry.post.url}")
        elif entry:
            self.status_bar.tell("This entry has no address.")

    def action_copy_markdown(self) -> None:
        """Copy the entry as Markdown."""
        if entry := self.entry:
            self.app.copy_to_clipboard(opener.markdown(entry, self.session.library.source_name(entry.source_id)))
            self.status_bar.tell("Copied as Markdown.")

    # ------------------------------------------------------------------ looking for entries

    def _seek_match(self, delta: int) -> None:
        library = self.session.library
        if library.watches.on:
            self.seek(lambda entry: bool(library.lit(entry).watches), "match", delta)
        else:
            self.seek(lambda entry: not entry.read, "unread entry", delta)

    def action_next_match(self) -> None:
        """Go to the next older match, or unread entry."""
        self._seek_match(1)

    def action_previous_match(self) -> None:
        """Go to the next newer match, or unread entry."""
        self._seek_match(-1)

    # ------------------------------------------------------------------ revisions

    def action_revisions(self) -> None:
        """Show what was changed."""
        entry = self.entry
        if entry is None:
            return
        if entry.revision < 2:
            self.status_bar.tell("This entry was never changed.")
        else:
            self.app.push_screen(RevisionsScreen(self.session, entry))
