"""What SQL asks of a post while it looks for entries: whatever no column says.

Owns the function that a connection calls for it, the questions, and how long regular expressions may take. Answers by
`feeds.query`, so that there is one meaning. Reads nothing: the post is handed over.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import NamedTuple

from feeds.errors import QueryError
from feeds.query import Leaf, Pattern, Stretch
from feeds.query.matching import found_in, said_in, shown_at, stated
from feeds.store import rows as values

ASK = "wirewatch_ask"
"""The function: of the number of a question, the post, and when its entry was first seen."""

LONGEST = 5.0
"""Seconds that the regular expressions of one statement may take. They take a second or so for 100,000 entries, unless
they are made of many choices (see `feeds.query.patterns`); then nobody is left waiting for minutes."""


class Question(NamedTuple):
    """Something that is asked of a post."""

    answer: Callable[[bytes, int], bool]
    """Answers it for an encoded post whose entry was first seen then, in microseconds."""
    pattern: Pattern | None = None
    """The regular expression that takes its time for this, if one does."""


def stating(leaf: Leaf) -> Question:
    """Return whether a term matches that asks what a post says of itself, but for its text and times."""
    holds, outline = stated(leaf), values.outline
    return Question(lambda post, _: holds(outline(post)), leaf if isinstance(leaf, Pattern) else None)


def saying(term: Pattern) -> Question:
    """Return whether a regular expression is found in the text, or in title or text."""
    return Question(lambda post, _: found_in(term, said_in(values.post(post), term.field)), term)


def showing(stretch: Stretch) -> Question:
    """Return whether the time that is shown of the entry lies in a stretch of time."""
    return Question(lambda post, seen: stretch.holds(shown_at(values.outline(post), values.moment(seen))))


class Answers:
    """The answers a connection gets."""

    def __init__(self, connection: sqlite3.Connection, clock: Callable[[], float] = monotonic) -> None:
        self._questions: Sequence[Question] = ()
        self._clock = clock
        self._taken = 0.0
        self._failure: Exception | None = None
        connection.create_function(ASK, 3, self._answer, deterministic=True)

    @contextmanager
    def to(self, questions: Sequence[Question]) -> Iterator[None]:
        """Answer these questions while a statement runs.

        Raises what answering raised: `QueryError` where regular expressions take longer than `LONGEST`, msgspec's error
        where a post cannot be read.
        """
        self._questions, self._taken, self._failure = questions, 0.0, None
        try:
            yield
        except sqlite3.OperationalError:
            if self._failure is not None:
                raise self._failure from None
            raise
        finally:
            self._questions, self._failure = (), None

    def _answer(self, number: int, post: bytes, first_seen: int) -> bool:
        answer, pattern = self._questions[number]
        try:
            if pattern is None:
                return answer(post, first_seen)
            before = self._clock()
            answered = answer(post, first_seen)
            self._taken += self._clock() - before
            if self._taken > LONGEST:
                raise _too_slow(pattern)
        except Exception as error:
            # SQLite passes on only that something was raised; `to` raises it again.
            self._failure = error
            raise
        return answered


def _too_slow(pattern: Pattern) -> QueryError:
    written = f"/{pattern.expression}/{pattern.flags}"
    return QueryError(
        f"The regular expression {written} takes too long over so many entries; add a word or a time to the query, or "
        "make it simpler.",
        text=written,
        position=0,
        expected="a simpler regular expression, or a narrower query",
    )
