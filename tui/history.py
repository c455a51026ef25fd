"""Older entries on their way: which sources are asked for them, and what is said when they have answered.

Owns what is under way, and the sentences. Pure: must not import Textual, read the store, or speak to the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from feeds.backfill import furthest_behind, nothing_older
from feeds.events import OlderRead
from feeds.model import Source


class History:
    """What was asked of sources that page back."""

    def __init__(self) -> None:
        self._waiting: set[int] = set()
        self._answers: list[OlderRead] = []

    @property
    def under_way(self) -> bool:
        """Whether older entries are being fetched."""
        return bool(self._waiting)

    def ask(self, sources: Sequence[Source], oldest: Mapping[int, datetime]) -> tuple[int, ...]:
        """Return the sources to be asked, of those a view shows; none while an answer is still due."""
        if self._waiting:
            return ()
        asked = furthest_behind(sources, oldest)
        self._waiting, self._answers = set(asked), []
        return asked

    def take(self, answer: OlderRead, name_of: Callable[[int], str]) -> str:
        """Take in an answer; return what is to be said once all are there, else nothing."""
        if answer.source_id not in self._waiting:
            return ""
        self._waiting.discard(answer.source_id)
        self._answers.append(answer)
        return "" if self._waiting else self._outcome(name_of)

    def forget(self) -> None:
        """Expect no answer any more: the engine has ended."""
        self._waiting.clear()

    def _outcome(self, name_of: Callable[[int], str]) -> str:
        added = sum(answer.added for answer in self._answers)
        failed = [answer for answer in self._answers if answer.message]
        if not added and failed:
            return nothing_older(name_of(failed[0].source_id), failed[0].message)
        if not added:
            more = any(answer.more for answer in self._answers)
            return "Nothing new in the last pages; once more looks further back." if more else NO_MORE
        return f"{added:,} older {'entry' if added == 1 else 'entries'}."


NO_MORE = "There are no older entries to be had."


def asking(sources: Sequence[Source]) -> str:
    """Return what is said while these sources are asked."""
    if len(sources) == 1:
        return f"Fetching older entries of {sources[0].name}."
    return f"Fetching older entries of {len(sources):,} sources."
