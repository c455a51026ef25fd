"""What a watch means: a named query that lights words up, filters, mutes or alerts.

Owns the meaning; drawing is the screen's business and evaluating over stored entries the store's. Nothing about
watches is stored, so changing one needs no migration.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct

from feeds.model import Entry
from feeds.query import All, AnyOf, Finder, Not, Query, haystack, matches_in, positive, searched
from feeds.text import tokens


class Action(StrEnum):
    """What a watch does with the entries it matches."""

    HIGHLIGHT = "highlight"
    """Its words are lit, in the list and in the text."""
    FILTER = "filter"
    """Only entries that match it (or another such watch) are shown."""
    MUTE = "mute"
    """Entries that match it are not shown; they are counted."""
    ALERT = "alert"
    """The reader is told when one arrives."""


class Watch(Struct, frozen=True):
    """A named query with a colour, a hotkey and what it does."""

    name: str
    query: Query
    key: int | None = None
    """The digit 1–9 that switches it, None for none."""
    color: str = "yellow"
    actions: tuple[Action, ...] = (Action.HIGHLIGHT,)


class Lit(NamedTuple):
    """A stretch of a text that a watch lights up."""

    start: int
    end: int
    watch: int
    """Index of the watch."""


class Watches:
    """All watches and which of them are switched on. A value: switching one gives another `Watches`."""

    def __init__(self, watches: Sequence[Watch] = (), on: frozenset[int] | None = None) -> None:
        self.watches = tuple(watches)
        self.on = frozenset(range(len(self.watches))) if on is None else on
        """Indexes of those switched on; all of them to begin with."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Watches) and (self.watches, self.on) == (other.watches, other.on)

    def __hash__(self) -> int:
        return hash((self.watches, self.on))

    @cached_property
    def _finders(self) -> dict[int, Finder]:
        return {index: Finder(positive(self.watches[index].query)) for index in self._doing(Action.HIGHLIGHT)}

    @cached_property
    def _starts(self) -> tuple[dict[str, list[int]], dict[str, list[int]], list[int]]:
        """Which watches look for a word, which for a stem, and how long stems are: most watches light nothing."""
        words: dict[str, list[int]] = {}
        stems: dict[str, list[int]] = {}
        for index, finder in self._finders.items():
            for looked_up, beginnings in zip((words, stems), finder.may_find(), strict=True):
                for beginning in beginnings:
                    looked_up.setdefault(beginning, []).append(index)
        return words, stems, sorted({len(stem) for stem in stems})

    def _doing(self, action: Action) -> list[int]:
        return [index for index, watch in enumerate(self.watches) if index in self.on and action in watch.actions]

    def by_key(self, key: int) -> int | None:
        """Return the index of the watch on a digit."""
        return next((index for index, watch in enumerate(self.watches) if watch.key == key), None)

    def lit(self, text: str) -> list[Lit]:
        """Return what the watches that are on light up in a text, by start; watches may overlap."""
        if not self._finders:
            return []
        found = tokens(text)
        words, stems, lengths = self._starts
        lighting: set[int] = set()
        for word in {token.word for token in found}:
            lighting.update(words.get(word, ()))
            for length in lengths:
                lighting.update(stems.get(word[:length], ()))
        return sorted(Lit(*span, index) for index in lighting for span in self._finders[index].spans_among(found))

    def matching(self, entry: Entry) -> tuple[int, ...]:
        """Return the indexes of the watches an entry matches, switched on or not."""
        if not self.watches:
            return ()
        hays = [haystack(text) for text in searched(entry.post)]
        return tuple(index for index, watch in enumerate(self.watches) if matches_in(watch.query, hays))

    def names(self, entry: Entry) -> list[str]:
        """Return the names of the watches an entry matches."""
        return [self.watches[index].name for index in self.matching(entry)]

    def alerting(self, entry: Entry) -> list[str]:
        """Return the names of the watches that are on, alert, and match an entry."""
        doing = set(self._doing(Action.ALERT))
        return [self.watches[index].name for index in self.matching(entry) if index in doing] if doing else []

    def narrow(self, query: Query | None) -> Query | None:
        """Return what is shown when a person filters by `query` and the watches that are on filter and mute."""
        parts = [query] if query is not None else []
        wanted = [self.watches[index].query for index in self._doing(Action.FILTER)]
        if wanted:
            parts.append(wanted[0] if len(wanted) == 1 else AnyOf(tuple(wanted)))
        parts += [Not(self.watches[index].query) for index in self._doing(Action.MUTE)]
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else All(tuple(parts))
