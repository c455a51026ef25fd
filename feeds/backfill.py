"""What an older page of a source adds to what is known of it: history, not news.

Owns which sources are to be read backwards, which posts of an older page are new here, where they stand in time, and
how far back the entries now reach without a gap. Pure, beside `feeds.reconcile`: nothing of an older page edits or
withdraws what is known, since it may be a copy from long ago (RFC 5005, 4: an archive document is expected never to
change).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from feeds import matching
from feeds.model import Batch, Post, Source
from feeds.reconcile import Added, Known

_TICK = timedelta(milliseconds=1)
"""The least by which one entry stands before another on the timeline."""


_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+")

SOURCES_BACK = 5
"""Sources that are read backwards side by side."""


def furthest_behind(sources: Iterable[Source], oldest: Mapping[int, datetime]) -> tuple[int, ...]:
    """Return the sources to read backwards next, so that all of them come to reach back about as far.

    Those that page back and whose oldest entries (`oldest`, by source id) are the newest; not too many at once.
    """
    able = [source.id for source in sources if source.older and source.id in oldest]
    return tuple(sorted(able, key=lambda number: oldest[number], reverse=True)[:SOURCES_BACK])


def nothing_older(name: str, message: str) -> str:
    """Return what is said where an older page of a source cannot be had, and why.

    What `message` goes on to advise is left out: it is meant for the address of the source, with which all is well.
    """
    return f"No older entries of {name}: {_SENTENCE_ENDS.split(message, maxsplit=1)[0]}"


class Filled(Struct, frozen=True):
    """What is to be stored of an older page."""

    added: tuple[Added, ...]
    """The oldest first."""
    now: datetime
    reached: datetime | None = None
    """Place in time of the oldest entry on it that was known already; None where it showed none."""


def fill(known: Known, batch: Batch, now: datetime, *, oldest: datetime, gap_after: datetime | None = None) -> Filled:
    """Return what an older page adds to what is known of its source.

    `oldest` is the place of the oldest entry after which the page comes. What the page has no date for stands
    before it, in the order of the page. Where the page lies in a gap, `gap_after` is the place of the newest entry that
    was known before that: everything down to it stands inside the gap, whatever its date says.
    """
    posts = [post for post in batch.finished if not post.pinned and _says_something(post)]
    matched = matching.match(posts, known.entries, former=known.former, is_list=False)
    added: list[Added] = []
    place = oldest
    for name, post, entry in matched.rows:
        when = post.published or post.updated
        if entry is not None and gap_after is not None and entry.sort_at <= gap_after:
            gap_after = None  # what follows was there before the gap
        if gap_after is not None:
            place = when if when and gap_after < when < oldest else max(place - _TICK, gap_after + _TICK)
        elif when is not None:
            place = min(when, now)
        elif place == oldest:
            place -= _TICK
        if entry is None:
            added.append(Added(name, post, place, withdrawn=post.withdrawn))
    reached = min((entry.sort_at for _, _, entry in matched.rows if entry is not None), default=None)
    return Filled(tuple(reversed(added)), now, reached)


def _says_something(post: Post) -> bool:
    """Say whether there is anything to keep: a mere tombstone of what was never seen says nothing."""
    return not post.withdrawn or bool(post.title or post.body or post.summary)
