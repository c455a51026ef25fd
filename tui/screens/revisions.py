"""What was changed in an entry after it was published: any two of its states, word by word.

Owns which two are held against each other, and what is said of them; the words are those of `tui.revisions`. Comparing
is done off this thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from feeds.model import Entry, Revision
from feeds.records import folded
from tui import messages, revisions
from tui.command import Scope
from tui.commands import BY_ID, app_binding, bindings, keys_of
from tui.render import clock, day, local
from tui.revisions import Moment, Pair, Tally
from tui.session import Session
from tui.widgets.difference import DifferencePane
from tui.widgets.moments import MomentLine, MomentList, Picked
from tui.widgets.pane_title import PaneTitle

_LIST_FROM = 76
"""Columns from which the moments have a list beside the text."""
_ONE_LINE_FROM = 110
"""Columns from which when they were seen and how much differs have room on one line."""
_SMALL_TO = 16
"""Lines below which nothing but the text and what it is is shown."""
_HINTS = (
    ("newer side", ("older-revision", "newer-revision")),
    ("older side", ("compare-older", "compare-newer")),
    ("close", ("close-revisions",)),
    ("first ‹› now", ("whole-history",)),
    ("next change", ("next-change",)),
    ("all the text", ("unfold",)),
    ("help", ("help",)),
)
"""What the last line names, the most useful first."""


class RevisionsScreen(ModalScreen[None], inherit_bindings=False):
    """Two states of an entry, at first those before and after its last edit."""

    SCOPE = Scope.REVISIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SCOPE), app_binding("help"), app_binding("palette")]
    CSS = """
    RevisionsScreen { align: center middle; background: $background 60%; }
    RevisionsScreen > Vertical { width: 96%; max-width: 150; height: 92%; background: $surface; }
    RevisionsScreen Horizontal { height: 1fr; }
    RevisionsScreen .revisions--when { padding: 1 2 0 2; color: $foreground 78%; height: auto; max-height: 6; }
    RevisionsScreen .revisions--legend { padding: 0 2; height: 1; margin: 1 0; }
    RevisionsScreen DifferencePane { margin-top: 1; }
    RevisionsScreen MomentList { margin: 1 0 0 1; border-right: vkey $foreground 12%; }
    RevisionsScreen.-ascii MomentList { border-right: ascii $foreground 12%; }
    RevisionsScreen MomentLine { margin: 1 1 0 1; display: none; }
    RevisionsScreen.-narrow MomentLine { display: block; }
    RevisionsScreen.-narrow MomentList { display: none; }
    RevisionsScreen.-narrow > Vertical, RevisionsScreen.-low > Vertical { width: 100%; height: 100%; }
    RevisionsScreen.-low .revisions--when { padding: 0 2; max-height: 4; }
    RevisionsScreen.-low .revisions--legend { display: none; }
    RevisionsScreen.-low MomentLine, RevisionsScreen.-low MomentList { margin-top: 0; }
    RevisionsScreen.-low DifferencePane { margin-top: 0; }
    RevisionsScreen.-alone MomentLine, RevisionsScreen.-alone MomentList { display: none; }
    """

    def __init__(self, session: Session, entry: Entry, keys: Mapping[str, str]) -> None:
        super().__init__()
        self._session = session
        self._entry = entry
        self._keys = keys
        self._states: tuple[Revision, ...] = ()
        self._moments: list[Moment] = []
        self._pair: Pair | None = None
        """What is held against each other; None until it is known what there is."""
        self._tallies: dict[int, Tally] = {}
        """How much each state differs from the one before it, by its index."""
        self._shown: messages.DifferenceReady | None = None
        self._unfolded = False
        self._ascii = session.options.ascii_only
        self.set_class(self._ascii, "-ascii")
        library, zone = session.library, session.options.zone
        self._list = MomentList(library, ascii_only=self._ascii, zone=zone)
        self._line = MomentLine(library, ascii_only=self._ascii, zone=zone)
        self._text = DifferencePane(library, ascii_only=self._ascii)
        self._title = PaneTitle(self._heading(), in_use=True, ascii_only=self._ascii)

    @property
    def entry_id(self) -> int:
        """The entry whose states are shown."""
        return self._entry.id

    def compose(self) -> ComposeResult:
        """Lay out the moments, what the two are, and their difference."""
        with Vertical():
            yield self._title
            yield self._line
            with Horizontal():
                yield self._list
                with Vertical():
                    yield Static(Content("Reading…"), classes="revisions--when")
                    yield self._text
            yield Static(self._legend(), classes="revisions--legend")

    def on_mount(self) -> None:
        """Ask for the states."""
        self.read()

    def on_unmount(self) -> None:
        """Need no answers any more."""
        self._session.comparisons.stop()

    def on_resize(self) -> None:
        """Take another size."""
        width, height = self.app.size
        self.set_class(width < _LIST_FROM, "-narrow")
        self.set_class(height < _SMALL_TO, "-low")
        self.query_one(".revisions--legend", Static).update(self._legend())
        if self._shown is not None:
            self._say(self._shown)

    def _heading(self) -> str:
        return f"Revisions: {self._session.library.source_name(self._entry.source_id)}"

    def _legend(self) -> Content:
        added, removed = ("{+added+}", "[-removed-]") if self._ascii else ("added", "removed")
        parts: list[tuple[str, str]] = [
            (added, "bold underline $success"), ("  ", ""), (removed, "strike $error"), ("   ", ""),
        ]  # fmt: skip
        room = self.app.size.width * 96 // 100 - 8 - sum(len(text) for text, _ in parts)
        for does, ids in _HINTS:
            keys = "/".join(keys_of(BY_ID[each], self._keys, ascii_only=self._ascii)[0] for each in ids)
            does = does.replace("‹›", "..") if self._ascii else does
            room -= len(keys) + len(does) + 3
            if room >= 0:
                parts += [(keys, "$primary"), (f" {does}   ", "$foreground 60%")]
        return Content.assemble(*parts)

    # ------------------------------------------------------------------ answers

    def read(self) -> None:
        """Read the states again: there may be another by now."""
        self._session.comparisons.read(self._entry.id, self.post_message)

    @on(messages.RevisionsRead)
    def _read(self, event: messages.RevisionsRead) -> None:
        if event.entry_id != self._entry.id:
            return
        entry = self._session.library.entries([self._entry.id])
        self._entry = entry[0] if entry else self._entry
        count, before = len(event.revisions), self._states
        self._states = event.revisions
        self._moments = revisions.moments(self._entry, event.revisions, event.log)
        if count > 1 and count != len(before):
            self._session.comparisons.count(event.revisions, self.post_message)
        self.set_class(count < 2, "-alone")
        if count < 2:
            self.query_one(".revisions--when", Static).update(Content("Only one state of this entry is stored."))
        elif self._pair is None:
            self._compare(revisions.last_edit(count))
        else:
            self._show_moments()
            self._title.show(self._heading(), self._numbers(self._pair))

    def _compare(self, pair: Pair) -> None:
        """Hold two states against each other."""
        if pair != self._pair:
            self._pair = pair
            self._show_moments()
            self._session.comparisons.compare(self._states[pair.before], self._states[pair.after], self.post_message)

    def _show_moments(self) -> None:
        for each in (self._list, self._line):
            each.show(self._moments, self._pair, self._tallies)

    @on(messages.EditCounted)
    def _counted(self, event: messages.EditCounted) -> None:
        index = next((at for at, state in enumerate(self._states) if state.number == event.number), None)
        if index is not None:
            self._tallies[index] = event.tally
            self._show_moments()

    @on(messages.DifferenceReady)
    def _compared(self, event: messages.DifferenceReady) -> None:
        pair = self._pair
        if pair is None or (event.before, event.after) != self._chosen(pair):
            return
        self._shown = event
        self._title.show(self._heading(), self._numbers(pair))
        self._say(event)
        self._text.show(event.title, event.text if self._unfolded else event.short)

    # ------------------------------------------------------------------ what is said

    def _chosen(self, pair: Pair) -> tuple[int, int]:
        return self._states[pair.before].number, self._states[pair.after].number

    def _numbers(self, pair: Pair) -> str:
        before, after = self._chosen(pair)
        return f"{before} {'->' if self._ascii else '→'} {after} of {self._states[-1].number}"

    def _say(self, event: messages.DifferenceReady) -> None:
        """Say when the two were seen, how long it was between them, and how much differs."""
        assert self._pair is not None
        first, then = (self._states[at] for at in (self._pair.before, self._pair.after))
        arrow, dot, minus = ("->", "-", "-") if self._ascii else ("→", "·", "−")
        start, end = (local(each.seen, self._session.options.zone) for each in (first, then))
        until = clock(end) if start.date() == end.date() else self._moment(end)
        long = self.app.size.width >= _LIST_FROM
        between, words = (" between", " words") if long else ("", "")
        facts = [f"{self._moment(start)} {arrow} {until}", f"{revisions.apart(then.seen - first.seen)}{between}"]
        tally = event.tally
        if tally.added or tally.removed:
            facts.append(f"+{tally.added:,} {minus}{tally.removed:,}{words}")
        # Where they have no room beside one another they part at a dot, not in the middle of a fact.
        lines = [f" {dot} ".join(facts)]
        if self.app.size.width < _ONE_LINE_FROM:
            lines = [f" {dot} ".join(facts[:2]), *facts[2:]]
        also = ", ".join(event.besides)
        if not tally.added and not tally.removed:
            what = f"; changed: {also}" if also else ""
            lines.append(f"The words are the same{what}.")
        elif also:
            lines.append(f"Also changed: {also}.")
        if self._entry.folded:
            lines.append(f"Besides, {folded(self._entry.folded)}.")
        self.query_one(".revisions--when", Static).update(Content("\n".join(lines)))

    def _moment(self, when: datetime) -> str:
        now = local(self._session.options.clock.now(), self._session.options.zone)
        year = f" {when.year}" if when.year != now.year else ""
        return f"{day(when)}{year}, {clock(when)}"

    # ------------------------------------------------------------------ commands

    def _choose(self, state: int, *, older: bool) -> None:
        if self._pair is not None:
            choose = revisions.with_before if older else revisions.with_after
            self._compare(choose(self._pair, state, len(self._states)))

    @on(Picked)
    def _picked(self, event: Picked) -> None:
        self._choose(event.state, older=event.older)

    def action_older_revision(self) -> None:
        """Take an earlier state as the newer side."""
        if self._pair is not None:
            self._choose(self._pair.after - 1, older=False)

    def action_newer_revision(self) -> None:
        """Take a later state as the newer side."""
        if self._pair is not None:
            self._choose(self._pair.after + 1, older=False)

    def action_compare_older(self) -> None:
        """Take an earlier state as the older side."""
        if self._pair is not None:
            self._choose(self._pair.before - 1, older=True)

    def action_compare_newer(self) -> None:
        """Take a later state as the older side."""
        if self._pair is not None:
            self._choose(self._pair.before + 1, older=True)

    def action_whole_history(self) -> None:
        """Hold the first state against the last; from there, go back to the last edit."""
        if self._pair is not None:
            count = len(self._states)
            whole = revisions.whole(count)
            is_whole = (self._pair.before, self._pair.after) == (whole.before, whole.after)
            self._compare(revisions.last_edit(count) if is_whole else whole)

    def action_unfold(self) -> None:
        """Show all of the text, or count what stayed."""
        self._unfolded = not self._unfolded
        if self._shown is not None:
            self._text.show(self._shown.title, self._shown.text if self._unfolded else self._shown.short)

    def action_next_change(self) -> None:
        """Go to the next change."""
        self._text.to_change(1)

    def action_previous_change(self) -> None:
        """Go to the change before."""
        self._text.to_change(-1)

    def action_scroll_revision_down(self) -> None:
        """Move the text on."""
        self._text.page(1)

    def action_scroll_revision_up(self) -> None:
        """Move the text back."""
        self._text.page(-1)

    def action_revision_start(self) -> None:
        """Go to the beginning of the text."""
        self._text.scroll_share(0)

    def action_revision_end(self) -> None:
        """Go to the end of the text."""
        self._text.scroll_share(1)

    def action_close_revisions(self) -> None:
        """Go back."""
        self.dismiss()
