"""What became of an entry, moment by moment, and which two of its states are held against each other.

Owns the order of the moments, how the two are chosen, and what is said of their difference besides the words. Pure:
must not import Textual, read the store, or wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from feeds.diff import Change
from feeds.model import ChangeKind, ChangeRecord, Entry, Post, Revision
from feeds.text import tokens, words

# ------------------------------------------------------------------ moments


class Happened(StrEnum):
    """What happened at a moment."""

    SEEN = "seen"
    """A state was seen."""
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"


class Moment(NamedTuple):
    """A moment in the life of an entry."""

    at: datetime
    happened: Happened
    state: int = -1
    """Index of the revision that was seen; -1 for none."""
    number: int = 0
    """Number of that revision."""


_FATES = {ChangeKind.WITHDRAWN: Happened.WITHDRAWN, ChangeKind.RESTORED: Happened.RESTORED}


def moments(entry: Entry, revisions: Sequence[Revision], log: Iterable[ChangeRecord] = ()) -> list[Moment]:
    """Return what became of an entry, the newest first.

    The change log forgets after a while; of what happened last the entry itself knows.
    """
    fates = {(line.at, _FATES[line.kind]) for line in log if line.kind in _FATES}
    fates |= {(at, Happened.WITHDRAWN) for at in [entry.withdrawn_at] if at is not None}
    fates |= {(at, Happened.RESTORED) for at in [entry.restored_at] if at is not None}
    found = [Moment(each.seen, Happened.SEEN, index, each.number) for index, each in enumerate(revisions)]
    found += [Moment(at, happened) for at, happened in sorted(fates)]
    # What happened at a poll that brought a state as well happened to that state.
    return sorted(found, key=lambda moment: moment.at)[::-1]


# ------------------------------------------------------------------ which two


class Pair(NamedTuple):
    """Two states that are held against each other, by their indexes, the first seen is 0."""

    before: int
    after: int
    held: bool = False
    """The older side was put where it is, and stays there while the newer one moves; else it goes before it."""


def last_edit(count: int) -> Pair:
    """Return the last two of so many states; there must be two."""
    return Pair(count - 2, count - 1)


def whole(count: int) -> Pair:
    """Return the first state and the last."""
    return Pair(0, count - 1, held=count > 2)


def with_after(pair: Pair, after: int, count: int) -> Pair:
    """Return the pair with another newer side; the older one gives way to it."""
    after = max(min(after, count - 1), 1)
    return Pair(min(pair.before, after - 1) if pair.held else after - 1, after, pair.held)


def with_before(pair: Pair, before: int, count: int) -> Pair:
    """Return the pair with another older side; the newer one gives way to it."""
    before = max(min(before, count - 2), 0)
    after = max(pair.after, before + 1)
    return Pair(before, after, held=after - before > 1)


# ------------------------------------------------------------------ what is said of two states


class Tally(NamedTuple):
    """How much two states differ."""

    added: int = 0
    """Words that were put in."""
    removed: int = 0


def tally(title: Iterable[Change], text: Iterable[Change]) -> Tally:
    """Return how many words were put in and taken out; a change of signs alone counts as one."""
    sizes = {"+": 0, "-": 0, "=": 0}
    for change in (*title, *text):
        sizes[change.op] += (len(words(change.text)) or 1) if change.op != "=" and change.text.strip() else 0
    return Tally(sizes["+"], sizes["-"])


def besides(before: Post, after: Post, *, same_words: bool) -> list[str]:
    """Return what else differs between two states, in a word or two each."""
    differ = {
        "address": before.url != after.url,
        "authors": before.authors != after.authors,
        "published time": before.published != after.published,
        "files": before.enclosures != after.enclosures,
        "tags": before.tags != after.tags,
        "key event": before.key_event != after.key_event,
        "pinned": before.pinned != after.pinned,
        # Beside other words these cannot be told from what the words bring with them.
        "links, pictures or emphasis": same_words and (before.body, before.summary) != (after.body, after.summary),
    }
    return [name for name, differs in differ.items() if differs]


def apart(length: timedelta) -> str:
    """Return how long it was between two states: `40 s`, `3 min`, `2 h 5 min`, `4 days`."""
    seconds = max(round(length.total_seconds()), 0)
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if days:
        more = hours - days * 24
        return f"{days} day{'s' if days > 1 else ''}" + (f" {more} h" if more and days < 10 else "")
    if hours:
        more = minutes - hours * 60
        return f"{hours} h" + (f" {more} min" if more else "")
    return f"{minutes} min" if minutes else f"{seconds} s"


# ------------------------------------------------------------------ stretches that stayed

CONTEXT = 24
"""Words that are shown of a stretch that stayed, beside a change."""
_WORTH_IT = 20
"""Words fewer than which are shown rather than counted."""


class Fold(NamedTuple):
    """A stretch of text that stayed, in place of which its length is said."""

    words: int


def folded(changes: Sequence[Change]) -> list[Change | Fold]:
    """Return a difference with the middle of every long stretch that stayed counted rather than shown."""
    out: list[Change | Fold] = []
    last = len(changes) - 1
    for index, change in enumerate(changes):
        found = tokens(change.text) if change.op == "=" else []
        # At the beginning and at the end only what is next to the change matters.
        head = CONTEXT if index or not last else 0
        tail = CONTEXT if index != last else 0
        hidden = len(found) - head - tail
        if hidden < _WORTH_IT:
            out.append(change)
            continue
        end = found[head - 1].end if head else 0
        start = found[-tail].start if tail else len(change.text)
        out += [Change("=", change.text[:end].rstrip()), Fold(hidden), Change("=", change.text[start:].lstrip())]
    return [each for each in out if isinstance(each, Fold) or each.text]
