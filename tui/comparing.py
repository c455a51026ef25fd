"""What the reader's thread is asked about the states of an entry: which there were, and how two of them differ.

Owns which question is the last: what is asked for faster than it can be answered is left out. Answers are messages to
who asks. Must not draw.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.message import Message

from feeds.model import Revision
from feeds.records import changes
from feeds.store import Reader
from tui import messages
from tui.reader_thread import ReaderThread, Urgency
from tui.revisions import besides, folded, tally

Answer = Callable[[Message], object]

_MOST = 2_000_000
"""Characters that are gone through to tell how much was changed by each edit; the newest edits come first."""


class Comparisons:
    """Questions about one entry at a time."""

    def __init__(self, thread: ReaderThread) -> None:
        self._thread = thread
        self._comparing = self._counting = 0

    def read(self, entry_id: int, answer: Answer) -> None:
        """Ask for every state seen of an entry, and what happened to it besides."""

        def work(reader: Reader) -> None:
            revisions, log = reader.revisions(entry_id), reader.changes_of(entry_id)
            answer(messages.RevisionsRead(entry_id, tuple(revisions), tuple(log)))

        self._thread.ask(Urgency.VIEW, work)

    def compare(self, before: Revision, after: Revision, answer: Answer) -> None:
        """Ask for the difference of two states, word by word; what was asked before needs no answer any more."""
        self._comparing += 1
        number = self._comparing

        def work(_: Reader) -> None:
            if number == self._comparing:
                answer(_difference(before, after))

        self._thread.ask(Urgency.VIEW, work)

    def count(self, revisions: Sequence[Revision], answer: Answer) -> None:
        """Ask how much was changed by each edit, the newest first; one answer each, as time allows."""
        self._counting += 1
        self._count(revisions, len(revisions) - 1, _MOST, self._counting, answer)

    def _count(self, revisions: Sequence[Revision], at: int, left: int, number: int, answer: Answer) -> None:
        def work(_: Reader) -> None:
            if number != self._counting:
                return
            title, text = changes(revisions[at - 1].post, revisions[at].post)
            answer(messages.EditCounted(revisions[at].number, tally(title, text)))
            size = sum(len(change.text) for change in text)
            self._count(revisions, at - 1, left - size, number, answer)

        if at > 0 and left > 0:
            self._thread.ask(Urgency.NUMBERS, work)

    def stop(self) -> None:
        """Forget what was not answered yet."""
        self._comparing += 1
        self._counting += 1


def _difference(before: Revision, after: Revision) -> messages.DifferenceReady:
    title, text = changes(before.post, after.post)
    same = not any(change.op != "=" for change in (*title, *text))
    return messages.DifferenceReady(
        before.number,
        after.number,
        title,
        text,
        tuple(folded(text)),
        tally(title, text),
        tuple(besides(before.post, after.post, same_words=same)),
    )
