"""What a watch means: a named query that lights words up, filters, mutes or alerts.

Owns the meaning, and how watches name one another (`watch:Kyiv`); drawing is the screen's business and evaluating over
stored entries the store's. Nothing about watches is stored, so changing one needs no migration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct

from feeds.errors import QueryError
from feeds.model import Entry
from feeds.query import (
    All,
    AnyOf,
    Field,
    Finder,
    Not,
    Query,
    Scene,
    Subject,
    called,
    matches_in,
    parse,
    positive,
    watches_named,
)
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
    def named(self) -> Mapping[str, Query]:
        """The queries of all watches by name, switched on or not: what `watch:` names. Of two namesakes the first."""
        return {watch.name: watch.query for watch in reversed(self.watches)}

    @cached_property
    def _lamps(self) -> dict[Field, _Lamp]:
        highlighting = [(index, self.watches[index].query) for index in self._doing(Action.HIGHLIGHT)]
        return {field: _Lamp(highlighting, field) for field in (Field.TITLE, Field.TEXT)}

    def _doing(self, action: Action) -> list[int]:
        return [index for index, watch in enumerate(self.watches) if index in self.on and action in watch.actions]

    def by_key(self, key: int) -> int | None:
        """Return the index of the watch on a digit."""
        return next((index for index, watch in enumerate(self.watches) if watch.key == key), None)

    def lit(self, text: str, field: Field = Field.TEXT) -> list[Lit]:
        """Return what the watches that are on light up in a title or a text, by start; watches may overlap."""
        return self._lamps[field].lit(text)

    def matching(self, entry: Entry, scene: Scene) -> tuple[int, ...]:
        """Return the indexes of the watches an entry matches, switched on or not."""
        subject = Subject(entry, scene)
        return tuple(index for index, watch in enumerate(self.watches) if matches_in(watch.query, subject))

    def names(self, entry: Entry, scene: Scene) -> list[str]:
        """Return the names of the watches an entry matches."""
        return [self.watches[index].name for index in self.matching(entry, scene)]

    def alerting(self, entry: Entry, scene: Scene) -> list[str]:
        """Return the names of the watches that are on, alert, and match an entry."""
        doing = set(self._doing(Action.ALERT))
        return [self.watches[index].name for index in self.matching(entry, scene) if index in doing] if doing else []

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


class _Lamp:
    """What some watches light up in titles, or in texts."""

    def __init__(self, watches: Sequence[tuple[int, Query]], field: Field) -> None:
        self._finders = {index: Finder(positive(query, field)) for index, query in watches}
        self._always = [index for index, finder in self._finders.items() if finder.patterns]
        # Which watches look for a word, which for a stem, and how long stems are: most watches light nothing.
        self._words: dict[str, list[int]] = {}
        self._stems: dict[str, list[int]] = {}
        for index, finder in self._finders.items():
            for looked_up, beginnings in zip((self._words, self._stems), finder.may_find(), strict=True):
                for beginning in beginnings:
                    looked_up.setdefault(beginning, []).append(index)
        self._lengths = sorted({len(stem) for stem in self._stems})

    def lit(self, text: str) -> list[Lit]:
        """Return what they light, by start."""
        if not self._finders:
            return []
        found = tokens(text)
        lighting = set(self._always)
        for word in {token.word for token in found}:
            lighting.update(self._words.get(word, ()))
            for length in self._lengths:
                lighting.update(self._stems.get(word[:length], ()))
        return sorted(Lit(*span, index) for index in lighting for span in self._finders[index].spans_among(found, text))


# ------------------------------------------------------------------ watches that name one another


def parse_all(definitions: Sequence[tuple[str, str]]) -> list[Query | QueryError | None]:
    """Return the queries of watches by name and text, in their order; an error where one cannot be understood.

    Each may name the others, before or after it, but not lead back to itself. None where there is nothing but blanks.
    """
    names: dict[str, int] = {}
    for number, (name, _) in enumerate(definitions):
        names.setdefault(name, number)
    named = [
        [names[known] for name in watches_named(text) if (known := called(name, names)) is not None]
        for _, text in definitions
    ]
    read = _Read(names)
    for number in _in_order(named):
        try:
            read.results[number] = parse(definitions[number][1], read)
        except QueryError as error:
            read.results[number] = error
    return [read.results[number] for number in range(len(definitions))]


def _in_order(named: Sequence[Sequence[int]]) -> Iterator[int]:
    """Yield numbers, each after those it names, unless they name it in turn. Without recursion: chains may be long."""
    begun: set[int] = set()
    for first in range(len(named)):
        path = [] if first in begun else [(first, iter(named[first]))]
        begun.add(first)
        while path:
            number, others = path[-1]
            following = next((other for other in others if other not in begun), None)
            if following is None:
                path.pop()
                yield number
            else:
                begun.add(following)
                path.append((following, iter(named[following])))


class _Read(Mapping[str, Query]):
    """The watches that were read so far, by name."""

    def __init__(self, names: Mapping[str, int]) -> None:
        self._names = names
        self.results: dict[int, Query | QueryError | None] = {}

    def __getitem__(self, name: str) -> Query:
        number = self._names[name]
        found = self.results.get(number)
        if isinstance(found, QueryError):
            raise found
        if found is None:
            sentence = "Its query is empty." if number in self.results else "It names this one in turn, in a circle."
            raise QueryError(sentence, text="", position=0, expected="a query")
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
