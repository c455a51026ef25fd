"""What a query is: a tree of terms, and what can be told from the tree alone.

Owns the kinds of terms and their names. Says nothing of how they are written or matched.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct


class Field(StrEnum):
    """Where a term looks."""

    ANYWHERE = ""
    """In the title or in the text."""
    TITLE = "title"
    TEXT = "text"
    """All the text as it is shown, the summary first."""
    SOURCE = "source"
    """The name that is shown of the source."""
    AUTHOR = "author"
    """Each author by itself."""
    TAG = "tag"
    """Each tag of the post and of its source by itself."""
    URL = "url"
    """The address of the entry."""


class State(StrEnum):
    """What an entry may be."""

    UNREAD = "unread"
    READ = "read"
    STARRED = "starred"
    EDITED = "edited"
    """More than one revision of it was seen."""
    WITHDRAWN = "withdrawn"
    """Its source has taken it back."""
    RESTORED = "restored"
    """It was withdrawn once and is shown again."""
    KEY = "key"
    """Its source calls it a key event."""
    PINNED = "pinned"
    """Its source keeps it on top."""
    LATE = "late"
    """It came after newer entries had been seen."""


class Side(StrEnum):
    """On which side of a moment an entry stands."""

    AFTER = "after"
    """From the beginning of what is named on."""
    BEFORE = "before"
    """Before the beginning of what is named."""
    ON = "on"
    """From its beginning to its end."""


class Words(Struct, frozen=True, tag="words"):
    """One or more folded words in a row; the last may be a stem."""

    words: tuple[str, ...]
    stem: bool = False
    """Whether the last word matches as a beginning."""
    field: Field = Field.ANYWHERE


class Pattern(Struct, frozen=True, tag="pattern"):
    """A regular expression, found anywhere in a text as it is written."""

    expression: str
    flags: str = ""
    """Letters of `patterns.FLAGS`, each once, in their order there."""
    field: Field = Field.ANYWHERE


class Address(Struct, frozen=True, tag="address"):
    """A part of the address of an entry, percent-encoded and in lower case."""

    part: str


class Is(Struct, frozen=True, tag="is"):
    """A state of an entry."""

    state: State


class Revised(Struct, frozen=True, tag="revised"):
    """How many revisions of an entry were seen."""

    least: int
    most: int | None = None
    """None for any number from `least` on."""


class Timed(Struct, frozen=True, tag="timed"):
    """The time shown of an entry (`Entry.when`), held against a moment as it was typed.

    What it means depends on what time it is, so that is told when entries are matched: `after:2h` stays true.
    """

    side: Side
    moment: str
    """As `feeds.moments` reads it."""


class All(Struct, frozen=True, tag="all"):
    """Every part matches."""

    parts: tuple[Query, ...]


class AnyOf(Struct, frozen=True, tag="any"):
    """At least one part matches."""

    parts: tuple[Query, ...]


class Not(Struct, frozen=True, tag="not"):
    """The part does not match."""

    part: Query


Leaf = Words | Pattern | Address | Is | Revised | Timed
Query = Leaf | All | AnyOf | Not


def leaves(tree: Query, *, negated: bool = True) -> Iterator[Leaf]:
    """Return the terms of a tree; without `negated` only those an entry may match because of."""
    match tree:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part, negated=negated)
        case Not(part):
            if negated:
                yield from leaves(part)
        case _:
            yield tree


def depth(tree: Query) -> int:
    """Return how many parts are inside one another, 1 for a term."""
    match tree:
        case All(parts) | AnyOf(parts):
            return 1 + max(map(depth, parts), default=0)
        case Not(part):
            return 1 + depth(part)
        case _:
            return 1


def is_timely(tree: Query) -> bool:
    """Say whether what matches depends on what time it is."""
    return any(isinstance(leaf, Timed) for leaf in leaves(tree))


_MARKS = (State.UNREAD, State.READ, State.STARRED)


def minds_marks(tree: Query) -> bool:
    """Say whether what matches depends on the reader's marks."""
    return any(isinstance(leaf, Is) and leaf.state in _MARKS for leaf in leaves(tree))


def minds_sources(tree: Query) -> bool:
    """Say whether what matches depends on what is known of the sources."""
    return any(isinstance(leaf, Words | Pattern) and leaf.field in (Field.SOURCE, Field.TAG) for leaf in leaves(tree))
