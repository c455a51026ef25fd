"""The reader's marks, so that they can be taken back.

Owns what each mark really changed: the store logs a mark only for entries that did not have it, so marking
all as read and taking that back leaves alone what was read before. Pure: must not import Textual.
"""

from __future__ import annotations

from collections.abc import Iterable

from feeds.events import Mark
from feeds.model import ChangeKind, ChangeRecord

_KEPT = 50
"""Marks that can be taken back."""


class _Marked:
    """A mark that was asked for, and the entries it changed as far as that is known."""

    def __init__(self, mark: Mark, by_reader: bool) -> None:
        self.mark = mark
        self.by_reader = by_reader
        self.asked = frozenset(mark.entry_ids)
        self.changed: set[int] = set()


class Undos:
    """A stack of marks."""

    def __init__(self) -> None:
        self._marked: list[_Marked] = []

    def add(self, mark: Mark, *, by_reader: bool) -> None:
        """Remember a mark that was asked for; only those the reader set can be taken back."""
        self._marked = [*self._marked[1 - _KEPT :], _Marked(mark, by_reader)]

    def note(self, records: Iterable[ChangeRecord]) -> None:
        """Learn from the change log what was really marked; it was the newest mark that asked for it."""
        for record in records:
            if record.kind is ChangeKind.MARKED:
                for marked in reversed(self._marked):
                    if record.entry_id in marked.asked and record.entry_id not in marked.changed:
                        marked.changed.add(record.entry_id)
                        break

    def last(self) -> Mark | None:
        """Return the inverse of the last mark that changed anything, and forget it; None without one."""
        while place := [at for at, marked in enumerate(self._marked) if marked.by_reader]:
            marked = self._marked.pop(place[-1])
            if marked.changed:
                return Mark(
                    tuple(sorted(marked.changed)),
                    read=_other(marked.mark.read),
                    starred=_other(marked.mark.starred),
                )
        return None


def _other(value: bool | None) -> bool | None:
    return None if value is None else not value
