"""What a visit changed: the posts that were read held against the entries that are known.

Owns what counts as new, edited, withdrawn and restored, and where a new entry stands in time; which post is which
entry is the business of `feeds.matching`, what it means that an entry is missing that of `feeds.absence`. A pure
function: the store applies what it returns. Knows no ids being made, no transactions, no clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from feeds import absence, identity, matching
from feeds.absence import MAX_WINDOW as MAX_WINDOW
from feeds.absence import POLLS_TO_WITHDRAW as POLLS_TO_WITHDRAW
from feeds.absence import Seen as Seen
from feeds.absence import Shown
from feeds.matching import Matched
from feeds.model import Batch, Entry, Extent, Post

_RISING = 4
"""Steps to a later date, and times as many as to an earlier one, from which a list is said to begin with the oldest."""

_CHURN = 3
"""Entries that came back under new ids at one poll from which the source is said to change them."""

STORM_REVISIONS = 24
"""Revisions from which an entry may be one that changes all the time, such as a counter or a ticker: the number at
which lemon24/reader stops following changes that come one after another."""

STORM_SPACING = timedelta(minutes=5)
"""Time between the revisions of such an entry, on average since it was first seen, below which no more of them are
kept. So it costs at most twelve an hour however often it is polled, and what is corrected after a storm is kept again.
"""


# ------------------------------------------------------------------ what is known, and what comes out


class Known(Struct, frozen=True):
    """What is stored that a batch may be about."""

    entries: tuple[Entry, ...] = ()
    """Entries of the source whose key, identity or alias is one of the batch's, and those of the window."""
    window: tuple[Seen, ...] | None = None
    """The list as it was last shown, newest first; None where the source was never read."""
    read_at: datetime | None = None
    """When the source was last read with success, changed or not."""
    former: tuple[tuple[str, int], ...] = ()
    """Those of the batch's keys that an entry had before its present one, each with the id of the entry."""


class Added(Struct, frozen=True):
    """An entry seen for the first time."""

    identity: str
    post: Post
    sort_at: datetime
    late: bool = False
    withdrawn: bool = False
    """It was first seen as one that its source has taken back."""


class Edited(Struct, frozen=True):
    """A known entry in another state: a new revision."""

    entry_id: int
    post: Post


class Refreshed(Struct, frozen=True):
    """A known entry in another state without a new revision.

    Only what is not read has changed: a date, a tag, an address; or the words in a way that is not kept.
    """

    entry_id: int
    post: Post
    folded: bool = False
    """The words were edited: white space or typography, or the entry changes all the time."""


class Withdrawn(Struct, frozen=True):
    """A known entry that its source has taken back."""

    entry_id: int


class Restored(Struct, frozen=True):
    """A withdrawn entry that its source shows again."""

    entry_id: int


Change = Added | Edited | Refreshed | Withdrawn | Restored


class Reconciled(Struct, frozen=True):
    """What is to be stored of a visit."""

    changes: tuple[Change, ...]
    """In the order to apply them: new entries oldest first."""
    window: tuple[Seen, ...]
    """The list as it was shown, newest first, with those missing in their places."""
    now: datetime
    gap: bool = False
    """The list shares no entry with the one before: entries may be missing between them."""
    problems: tuple[str, ...] = ()
    """Sentences about what is odd."""

    @property
    def is_news(self) -> bool:
        """Whether anything changed that a reader sees."""
        return any(not isinstance(change, Refreshed) for change in self.changes)

    @property
    def doubtful(self) -> bool:
        """Whether the next poll, even one that finds nothing new, may show that an entry was withdrawn."""
        return any(seen.absences > 0 for seen in self.window)


# ------------------------------------------------------------------ the decision


def reconcile(known: Known, batch: Batch, now: datetime) -> Reconciled:
    """Return what a batch changed in what is known of its source."""
    # Half a post would be an edit of the whole one, and be edited back at the next poll.
    posts = _newest_first([post for post in batch.finished if not post.withdrawn], known)
    gone = [post for post in batch.posts if post.withdrawn]
    before = [seen.identity for seen in known.window or ()]
    is_list = batch.extent is not Extent.DELTA
    matched = matching.match(posts, known.entries, before, known.former, is_list=is_list)
    tombstones = _tombstones(matched, gone, known)
    shown = [Shown(name, post.published, pinned=post.pinned) for name, post, _ in matched.rows]
    taken_back = {each.entry_id for each in tombstones}
    absent = absence.after(known.window or (), known.entries, shown, absence.reach(batch), spared=taken_back)
    updates, restless = _updates(matched, now)
    withdrawn = map(Withdrawn, absent.withdrawn)
    changes = [*_additions(matched, gone, known, now), *updates, *tombstones, *withdrawn]
    problems: list[str] = []
    if matched.renamed >= _CHURN:
        problems.append(f"The source gave {matched.renamed} entries new ids; they were recognised by what they say.")
    if restless:
        them = "1 entry changes" if restless == 1 else f"{restless} entries change"
        its = "its" if restless == 1 else "their"
        problems.append(f"{them} at nearly every visit; only {its} newest state is kept.")
    return Reconciled(tuple(changes), absent.window, now, absent.gap, tuple(problems))


def confirm(known: Known, now: datetime) -> Reconciled:
    """Return what a poll changed that found the source as it was: what was missing from its place still is."""
    absent = absence.again(known.window or (), known.entries)
    return Reconciled(tuple(map(Withdrawn, absent.withdrawn)), absent.window, now)


def place_in_time(post: Post, now: datetime, read_at: datetime | None) -> datetime:
    """Return where a new entry stands on the timeline.

    At the first poll of a source, and for what was published since the last one: when it was published. What is dated
    earlier, in the future, or not at all, stands where it arrived, so that nothing changes above what was read.
    """
    when = post.published or post.updated
    if when is None or when > now or (read_at is not None and when <= read_at):
        return now
    return when


# ------------------------------------------------------------------ changes


def _newest_first(posts: list[Post], known: Known) -> list[Post]:
    """Return the posts as they are listed, turned round where the list begins with the oldest.

    To say that by dates takes more than two: those of several publishers have little to do with the order of their
    lists. Fewer do where the list would be the other way round than before.
    """
    loose = [post for post in posts if not post.pinned]
    steps = list(pairwise(post.published for post in loose if post.published))
    rising, falling = sum(a < b for a, b in steps), sum(a > b for a, b in steps)
    if rising >= _RISING and rising >= _RISING * falling:
        return posts[::-1]
    return posts[::-1] if rising > falling and _is_turned(loose, known) else posts


def _is_turned(posts: Sequence[Post], known: Known) -> bool:
    """Say whether posts stand the other way round than in the list as it was last shown."""
    shown = {seen.identity: place for place, seen in enumerate(known.window or ())}
    keys = Counter(identity.key(post) for post in posts)
    places = {identity.key(entry.post): shown[entry.identity] for entry in known.entries if entry.identity in shown}
    kept = list(pairwise(places[name] for name, count in keys.items() if count == 1 and name in places))
    return sum(a > b for a, b in kept) * 2 > len(kept)


def _additions(matched: Matched, gone: Sequence[Post], known: Known, now: datetime) -> list[Change]:
    seen = [entry.when for entry in known.entries] if known.window is not None else []
    newest = max(seen, default=None)
    read_at = known.read_at if known.window is not None else None
    names = matching.Names([*(name for name, _, _ in matched.rows), *(entry.identity for entry in known.entries)])
    keys = {identity.key(entry.post) for entry in known.entries} | {identity.key(post) for _, post, _ in matched.rows}
    new = [(name, post, False) for name, post, entry in matched.rows if entry is None]
    for post in gone:
        # One that is struck out before it was ever seen is shown so; a mere tombstone of it says nothing.
        if (post.title or post.body or post.summary) and identity.key(post) not in keys:
            new.append((names.new(post), post, True))
            keys.add(identity.key(post))
    out: list[Change] = []
    for name, post, withdrawn in reversed(new):
        when = post.published or post.updated
        late = newest is not None and when is not None and when < newest
        out.append(Added(name, post, place_in_time(post, now, read_at), late=late, withdrawn=withdrawn))
    return out


def _updates(matched: Matched, now: datetime) -> tuple[list[Change], int]:
    """Return what happened to entries that are known, and of how many an edit is not kept as one."""
    out: list[Change] = []
    restless = 0
    for _, seen, entry in matched.rows:
        if entry is None:
            continue
        if entry.withdrawn_at is not None:
            out.append(Restored(entry.id))
        post = seen if seen.published else replace(seen, published=entry.post.published)
        if post == entry.post:
            continue
        edited = identity.content_hash(post) != identity.content_hash(entry.post)
        stormy = edited and _changes_all_the_time(entry, now)
        restless += stormy
        if edited and not stormy:
            out.append(Edited(entry.id, post))
        else:
            out.append(
                Refreshed(entry.id, post, folded=stormy or identity.written(post) != identity.written(entry.post))
            )
    return out, restless


def _changes_all_the_time(entry: Entry, now: datetime) -> bool:
    return entry.revision >= STORM_REVISIONS and now - entry.first_seen < STORM_SPACING * entry.revision


def _tombstones(matched: Matched, gone: Sequence[Post], known: Known) -> list[Withdrawn]:
    """Return what its source says is taken back. What the same answer lists as well is not."""
    listed = {entry.id for _, _, entry in matched.rows if entry is not None}
    places = {seen.identity: place for place, seen in enumerate(known.window or ())}
    by_key: dict[str, list[Entry]] = {}
    for entry in known.entries:
        if entry.id not in listed:
            by_key.setdefault(identity.key(entry.post), []).append(entry)
    stones: dict[str, dict[int, Post]] = {}
    for index, post in enumerate(gone):
        stones.setdefault(identity.key(post), {})[index] = post
    out: dict[int, Withdrawn] = {}
    for name, posts in stones.items():
        candidates = by_key.get(name, [])
        # Two stones for one entry are one; which of several entries a stone without any words means nobody can say.
        found = candidates if len(candidates) == 1 else matching.pair(posts, candidates, places).values()
        out.update({entry.id: Withdrawn(entry.id) for entry in found if entry.withdrawn_at is None})
    return list(out.values())
