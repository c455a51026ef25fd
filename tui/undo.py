"""The reader's marks, so that they can be taken back.

Owns what each mark really changed: the store logs a mark only for entries that did not have it, so marking
all as read and taking that back leaves alone what was read before. Pure: must not import Textual.
"""

from __future__ import annotations

from collections.abc import Iterable

from feeds.events import Mark
from feeds.model import ChangeKind, ChangeRecord

_KEPT = 50
"""Marks that are remembered."""


class _Marked:
    """A mark that was asked for, and the entries it changed as far as that is known."""

    def __init__(self, mark: Mark, by_reader: bool) -> None:
        self.mark = mark
        self.can_be_undone = by_reader
        self.asked = frozenset(mark.entry_ids)
        self.changed: set[int] = set()

    @property
    def sets(self) -> tuple[bool | None, bool | None]:
        """What it makes of an entry."""
        return self.mark.read, self.mark.starred


class Undos:
    """The last marks, oldest first; those taken back stay, for what they say of the marks after them."""

    def __init__(self) -> None:
        self._marked: list[_Marked] = []

    def add(self, mark: Mark, *, by_reader: bool) -> None:
        """Remember a mark that was asked for; only those the reader set can be taken back."""
        self._marked = [*self._marked[1 - _KEPT :], _Marked(mark, by_reader)]

    def note(self, records: Iterable[ChangeRecord]) -> None:
        """Learn from the change log what was really marked.

        It was the newest mark that could: of marks in a row that set the same, only the oldest found something to
        do. Several marks may be on their way while the log is read.
        """
        for record in records:
            if record.kind is ChangeKind.MARKED and (marked := self._who_marked(record.entry_id)):
                marked.changed.add(record.entry_id)

    def _who_marked(self, entry_id: int) -> _Marked | None:
        alike: list[list[_Marked]] = []
        last: dict[tuple[bool, bool], list[_Marked]] = {}
        for marked in reversed(self._marked):
            if entry_id in marked.asked:
                kind = (marked.mark.read is not None, marked.mark.starred is not None)
                row = last.get(kind)
                if row is None or row[0].sets != marked.sets:
                    row = last[kind] = []
                    alike.append(row)
                row.append(marked)
        return next((row[-1] for row in alike if not any(entry_id in each.changed for each in row)), None)

    def last(self) -> Mark | None:
        """Return the inverse of the last mark that changed anything, and forget it; None without one."""
        for marked in reversed(self._marked):
            if marked.can_be_undone:
                marked.can_be_undone = False
                if marked.changed:
                    return Mark(
                        tuple(sorted(marked.changed)),
                        read=_other(marked.mark.read),
                        starred=_other(marked.mark.starred),
                    )
        return None


def _other(value: bool | None) -> bool | None:
    return None if value is None else not value
