"""What a query means: whether an entry matches it, in memory.

Owns the meaning of every term. `feeds.store.select` compiles the same tree to SQL and asks this module for what no
column says; a generated test holds the two equal.

The time that is compared is `Entry.when`, the one shown: published, else updated, else first seen, never later than
that. Moments are told by `feeds.moments`, given the time of the `Scene`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple, Protocol

from msgspec import Struct

from feeds.document import plain
from feeds.model import Entry, Post, Source
from feeds.moments import moment
from feeds.query.patterns import compiled
from feeds.query.tree import (
    Address,
    All,
    AnyOf,
    Field,
    Is,
    Leaf,
    Not,
    Pattern,
    Query,
    Revised,
    Side,
    State,
    Timed,
    Words,
)
from feeds.text import words


class Scene(Struct, frozen=True):
    """What entries are matched in: what a query may ask for and an entry does not know."""

    now: datetime
    sources: Mapping[int, Source]
    """By their ids. An entry of a source that is not among them has neither its name nor its tags."""
    zone: tzinfo | None = None
    """Of times of day without one; None for the system's."""


# ------------------------------------------------------------------ what is looked at


class Stated(Protocol):
    """What a post says of itself, but for its text: a `Post`, or the outline of a stored one."""

    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def url(self) -> str | None: ...  # noqa: D102
    @property
    def authors(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def tags(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def published(self) -> datetime | None: ...  # noqa: D102
    @property
    def updated(self) -> datetime | None: ...  # noqa: D102
    @property
    def key_event(self) -> bool: ...  # noqa: D102
    @property
    def pinned(self) -> bool: ...  # noqa: D102


def haystack(text: str) -> str:
    """Return the folded words of a text as terms are looked for in it: parted by blanks, with a blank at both ends."""
    return f" {' '.join(words(text))} "


_hay = lru_cache(maxsize=8_192)(haystack)
"""For names and tags, of which there are few."""


def searched(post: Post) -> tuple[str, str]:
    """Return what words are looked for in: a post's title, and all its text as it is shown, the summary first."""
    return post.title, plain((*post.summary, *post.body))


def said_in(post: Post, field: Field) -> Sequence[str]:
    """Return the texts of a post that belong to a field: title, text or both."""
    return (post.title,) if field is Field.TITLE else _part(searched(post), field)


class Subject:
    """An entry in a scene, prepared for many queries: each thing is made once, when it is asked for."""

    def __init__(self, entry: Entry, scene: Scene) -> None:
        self.entry = entry
        self.scene = scene
        self._searched: tuple[str, str] | None = None
        self._hays: tuple[str, str] | None = None

    @property
    def source(self) -> Source | None:
        """The source of the entry, None where it is not in the scene."""
        return self.scene.sources.get(self.entry.source_id)

    def texts(self, field: Field) -> Sequence[str]:
        """Return the texts of a field as they are written."""
        if self._searched is None:
            self._searched = searched(self.entry.post)
        return _part(self._searched, field)

    def hays(self, field: Field) -> Sequence[str]:
        """Return the texts of a field as words are looked for in them."""
        if self._hays is None:
            title, text = self.texts(Field.ANYWHERE)
            self._hays = haystack(title), haystack(text)
        return _part(self._hays, field)


def _part(both: tuple[str, str], field: Field) -> Sequence[str]:
    """Return what belongs to a field of a title and a text."""
    match field:
        case Field.TITLE:
            return both[:1]
        case Field.TEXT:
            return both[1:]
        case _:
            return both


# ------------------------------------------------------------------ matching


def matches(tree: Query, entry: Entry, scene: Scene) -> bool:
    """Return whether an entry matches. The store answers the same for the same entry."""
    return matches_in(tree, Subject(entry, scene))


def matches_in(tree: Query, subject: Subject) -> bool:
    """Return whether an entry that was prepared matches."""
    match tree:
        case All(parts):
            return all(matches_in(part, subject) for part in parts)
        case AnyOf(parts):
            return any(matches_in(part, subject) for part in parts)
        case Not(part):
            return not matches_in(part, subject)
        case Words(field=Field.ANYWHERE | Field.TITLE | Field.TEXT):
            return stands_in(tree, subject.hays(tree.field))
        case Pattern(field=Field.ANYWHERE | Field.TITLE | Field.TEXT):
            return found_in(tree, subject.texts(tree.field))
        case _:
            return _leaf_matches(tree, subject)


def _leaf_matches(leaf: Leaf, subject: Subject) -> bool:
    entry, source = subject.entry, subject.source
    match leaf:
        case Words(field=Field.SOURCE) | Pattern(field=Field.SOURCE):
            return source is not None and names(leaf, source)
        case Words(field=Field.TAG) | Pattern(field=Field.TAG):
            return stated(leaf)(entry.post) or (source is not None and tags(leaf, source))
        case Is(State.KEY | State.PINNED):
            return stated(leaf)(entry.post)
        case Is(state):
            return _is(entry, state)
        case Revised(least, most):
            return entry.revision >= least and (most is None or entry.revision <= most)
        case Timed():
            stretch = stretch_of(leaf, subject.scene.now, subject.scene.zone)
            return stretch is not None and stretch.holds(entry.when)
        case _:
            return stated(leaf)(entry.post)


def _is(entry: Entry, state: State) -> bool:
    match state:
        case State.UNREAD:
            return not entry.read
        case State.READ:
            return entry.read
        case State.STARRED:
            return entry.starred
        case State.EDITED:
            return entry.revision > 1
        case State.WITHDRAWN:
            return entry.withdrawn_at is not None
        case State.RESTORED:
            return entry.withdrawn_at is None and entry.restored_at is not None
        case State.LATE:
            return entry.late
        case State.KEY:
            return entry.post.key_event
        case State.PINNED:
            return entry.post.pinned


# ------------------------------------------------------------------ single terms


def stands_in(term: Words, hays: Iterable[str]) -> bool:
    """Return whether words stand in one of some texts, each prepared by `haystack`."""
    needle = f" {' '.join(term.words)}" if term.stem else f" {' '.join(term.words)} "
    return any(needle in hay for hay in hays)


def found_in(term: Pattern, texts: Iterable[str]) -> bool:
    """Return whether a regular expression is found in one of some texts."""
    expression = compiled(term.expression, term.flags)
    return any(expression.is_in(text) for text in texts)


def names(term: Words | Pattern, source: Source) -> bool:
    """Return whether the name that is shown of a source matches."""
    return _in_names(term, (source.name,))


def tags(term: Words | Pattern, source: Source) -> bool:
    """Return whether a tag that a person gave a source matches."""
    return _in_names(term, source.spec.tags)


def stated(leaf: Leaf) -> Callable[[Stated], bool]:
    """Return what tells whether a term matches that asks what a post says of itself, but for its text and times."""
    match leaf:
        case Words(field=Field.AUTHOR) | Pattern(field=Field.AUTHOR):
            return lambda post: _in_names(leaf, post.authors)
        case Words(field=Field.TAG) | Pattern(field=Field.TAG):
            return lambda post: _in_names(leaf, post.tags)
        case Pattern(field=Field.TITLE):
            return lambda post: found_in(leaf, (post.title,))
        case Pattern(field=Field.URL):
            return lambda post: post.url is not None and found_in(leaf, (post.url,))
        case Address(part):
            return lambda post: post.url is not None and part in post.url.lower()
        case Is(State.KEY):
            return lambda post: post.key_event
        case Is(State.PINNED):
            return lambda post: post.pinned
        case _:
            raise AssertionError(f"{leaf} asks for more than a post says")


def _in_names(term: Words | Pattern, texts: tuple[str, ...]) -> bool:
    if not texts:
        return False
    return found_in(term, texts) if isinstance(term, Pattern) else stands_in(term, map(_hay, texts))


# ------------------------------------------------------------------ times


class Stretch(NamedTuple):
    """A stretch of time; both ends belong to it."""

    first: datetime
    last: datetime

    def holds(self, when: datetime) -> bool:
        """Return whether a moment lies in it."""
        return self.first <= when <= self.last


_BEGINNING, _END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_SOME_TIME = datetime(2026, 1, 1, tzinfo=UTC)
"""Told where it only matters whether something is a time at all."""


def stretch_of(term: Timed, now: datetime = _SOME_TIME, zone: tzinfo | None = None) -> Stretch | None:
    """Return the stretch of time a term names, None where it names none."""
    begins = moment(term.moment, now, zone)
    if begins is None:
        return None
    match term.side:
        case Side.AFTER:
            return Stretch(begins, _END)
        case Side.BEFORE:
            return Stretch(_BEGINNING, begins - _TICK) if begins > _BEGINNING else None
        case Side.ON:
            ends = moment(term.moment, now, zone, last=True)
            # What names an instant, such as 2h, has no length on which anything could be.
            return Stretch(begins, ends) if ends is not None and ends > begins else None


def shown_at(post: Stated, first_seen: datetime) -> datetime:
    """Return the time shown of an entry, as `Entry.when` does."""
    return min(post.published or post.updated or first_seen, first_seen)
