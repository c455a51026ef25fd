"""What it means that an entry is missing from the list of its source.

Owns the list as it is remembered from one poll to the next, and the rule by which absence is taken for withdrawal. What
else may have happened to an entry is decided by `feeds.reconcile`. Pure: knows no clock and nothing of texts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import NamedTuple

from msgspec import Struct

from feeds.model import Batch, Entry, Extent

POLLS_TO_WITHDRAW = 2
"""Polls in a row on which an entry must be missing between others before it is taken to be withdrawn."""

MAX_WINDOW = 10_000
"""Entries of a source's list that are remembered from one poll to the next."""

_UNTOLD = -1
"""`Seen.absences` of an entry that was missing without anything following from it."""
_UNPLACED = -2
"""`Seen.absences` of an entry that was shown, and not where it stands."""

_LAST = datetime.max.replace(tzinfo=UTC)


class Seen(Struct, frozen=True, array_like=True, omit_defaults=True):
    """A place in the list a source showed at its last poll."""

    identity: str
    absences: int = 0
    """Polls in a row on which it was missing between others; 0 where it was shown, -1 where it was missing without
    anything following from it (nothing newer was shown, or the list was in another order), -2 where it was shown and
    its place was not."""


class Shown(NamedTuple):
    """A place in the list an answer shows, newest first."""

    identity: str
    published: datetime | None
    pinned: bool


class Absent(NamedTuple):
    """What follows from a list for those that are not in it."""

    window: tuple[Seen, ...]
    """The list as it was shown, newest first, with those missing in their places."""
    withdrawn: tuple[int, ...] = ()
    """Ids of entries that are missing because their source has taken them back."""
    gap: bool = False
    """The list shares no entry with the one before."""


def reach(batch: Batch) -> Extent:
    """Return how much of its source a batch is, where something may be wrong with it.

    All there is only if nothing was odd about it. Of a list that is cut off nobody knows what it would have shown.
    """
    if batch.cut:
        return Extent.DELTA
    return Extent.PART if batch.extent is Extent.WHOLE and batch.problems else batch.extent


def again(before: Sequence[Seen], known: Sequence[Entry]) -> Absent:
    """Return what follows from a poll that found the list as it was: what was missing from its place still is."""
    entries = {entry.identity: entry for entry in known}
    window: list[Seen] = []
    withdrawn: list[int] = []
    for seen in before:
        absences = seen.absences + 1 if seen.absences > 0 else seen.absences
        entry = entries.get(seen.identity)
        if absences < POLLS_TO_WITHDRAW:
            window.append(Seen(seen.identity, absences))
        elif entry is not None and entry.withdrawn_at is None:
            withdrawn.append(entry.id)
    return Absent(tuple(window), tuple(withdrawn))


def after(
    before: Sequence[Seen], known: Sequence[Entry], shown: Sequence[Shown], extent: Extent, *, spared: Collection[int]
) -> Absent:
    """Return what follows from a list that is shown after another.

    Absence is not deletion: a list is a window that entries fall out of at its end. An entry is withdrawn when it is
    missing at two polls in a row while the list still shows an entry that stood or is new above it, and one that stood
    below it and is not dated past it since. Entries that are pinned stand above and below nothing, nor do those that
    were and stood on top then. Nothing follows from a list that is empty, in another order, or without most of what it
    showed. `spared` are the ids of entries whose absence is explained otherwise.
    """
    places = {each.identity: place for place, each in enumerate(shown)}
    if not shown or extent is Extent.DELTA:
        older = {seen.identity for seen in before}
        dates = [entry.post.published for entry in known if entry.identity in older and entry.post.published]
        top = max(dates, default=None)
        new = [each for each in shown if each.identity not in older]
        fresh = [each for each in new if top is None or each.published is None or each.published >= top]
        # What is dated earlier than others may belong anywhere, or below what the list holds.
        unplaced = [Seen(each.identity, _UNPLACED) for each in new if top and each.published and each.published < top]
        # One that was pinned stood on top; where it stands now is not said.
        held = {each.identity for each in shown if each.pinned}
        lost = {entry.identity for entry in known if entry.post.pinned and entry.identity in places} - held
        back = places.keys() - {seen.identity for seen in before if seen.absences == _UNPLACED}
        kept = [Seen(seen.identity) if seen.identity in back else seen for seen in before]
        stays = [seen for seen in kept if seen.identity not in lost]
        return Absent((*(Seen(each.identity) for each in fresh), *stays, *unplaced)[:MAX_WINDOW])
    entries = {entry.identity: entry for entry in known}
    pinned = {each.identity for each in shown if each.pinned}
    pinned |= _pinned_on_top(before, entries)
    loose = [each for each in shown if not each.pinned]
    # One that comes back stood nowhere in particular.
    anchors = {seen.identity for seen in before if not seen.absences and seen.identity in places} - pinned
    on_top = _kept_on_top(before, entries)
    if loose and (loose[0].identity == on_top or _is_kept_above(loose, before)):
        anchors.discard(loose[0].identity)
    listed = tuple(Seen(each.identity) for each in shown[:MAX_WINDOW])
    if not anchors:
        parted = any(not seen.absences and seen.identity not in pinned for seen in before)
        joined = any(seen.absences == _UNPLACED and seen.identity in places for seen in before)
        return Absent(listed, gap=parted and not joined and bool(loose) and extent is not Extent.WHOLE)
    whole = extent is Extent.WHOLE
    missing, in_order = _missing(before, places, loose, entries, anchors, pinned | {on_top}, whole=whole)
    if sum(missing.get(seen.identity, False) for seen in before if seen.absences <= 0) > len(anchors):
        return Absent(listed)
    ghosts: dict[str, Seen] = {}
    withdrawn: list[int] = []
    for seen in before:
        name = seen.identity
        if name not in missing or entries[name].id in spared:
            continue
        absences = max(seen.absences, 0) + 1 if missing[name] and (in_order or whole) else _UNTOLD
        if absences >= POLLS_TO_WITHDRAW:
            withdrawn.append(entries[name].id)
        else:
            ghosts[name] = Seen(name, absences)
    return Absent(_with_ghosts(before, listed, ghosts, anchors), tuple(withdrawn))


def _is_kept_above(loose: Sequence[Shown], before: Sequence[Seen]) -> bool:
    """Say whether what is new and newer by its date is shown below the first: that may be pinned without a mark."""
    first, second = (each.published for each in loose[:2]) if len(loose) > 1 else (None, None)
    is_older = first is not None and second is not None and first < second
    return is_older and all(seen.identity != loose[1].identity for seen in before)


def _kept_on_top(before: Sequence[Seen], entries: dict[str, Entry]) -> str:
    """Return the entry that stood on top of a list though the next is newer: it may be pinned there without a mark."""
    listed = [entries[each.identity].post for each in before if not each.absences and each.identity in entries][:2]
    above, below = (post.published for post in listed) if len(listed) == 2 else (None, None)
    if above is None or below is None or above >= below:
        return ""
    return next(each.identity for each in before if not each.absences and each.identity in entries)


def _pinned_on_top(before: Sequence[Seen], entries: dict[str, Entry]) -> set[str]:
    """Return the entries that were pinned and stood on top: their places say nothing of their times.

    One that stood below others was marked where it belongs, which without a date is not proved.
    """
    out: set[str] = set()
    for seen in before:
        entry = entries.get(seen.identity)
        if entry is not None and not entry.post.pinned:
            break
        out.add(seen.identity)
    return out


def _is_redated(shown: Shown, entry: Entry | None) -> bool:
    before = entry.post.published if entry is not None else None
    return before is not None and shown.published is not None and shown.published != before


def _missing(
    before: Sequence[Seen],
    places: dict[str, int],
    loose: Sequence[Shown],
    entries: dict[str, Entry],
    anchors: set[str],
    pinned: set[str],
    *,
    whole: bool,
) -> tuple[dict[str, bool], bool]:
    """Return the entries that are missing and have not fallen off the end, and whether the others are in their order.

    An entry is True where others stand on both sides. `places` are those of everything that is shown, `loose` is what
    of it is not pinned, `anchors` are the entries that stood in the list before and stand in it still. Where their
    order has changed, an entry is forgotten unless some are above it and some below it as they were: nobody can say any
    more where the others should stand. One below it that has another date now is below it still where it is the older
    of the two by that date as well; else it may have been published again above it.
    """
    oldest = min((each.published for each in loose if each.published), default=None)
    top = places[loose[0].identity]
    kept = [seen.identity for seen in before if seen.identity in anchors]
    order = [places[name] for name in kept]
    below = list(accumulate(reversed(order), min))[::-1]
    above = list(accumulate(order, max))
    in_order = order == above
    missing: dict[str, bool] = {}
    passed = 0
    redated = {each.identity: each.published for each in loose if _is_redated(each, entries.get(each.identity))}
    steady = max((place for place, name in enumerate(kept) if name not in redated), default=-1)
    # Of those from a place on that have other dates now, the earliest; the rest is below whatever the steady are below.
    new_dates = [redated.get(name) or _LAST for name in kept]
    earliest = list(accumulate(reversed(new_dates), min))[::-1]
    for seen in before:
        if seen.identity in anchors:
            passed += 1
        entry = entries.get(seen.identity)
        if seen.identity in places or entry is None or entry.withdrawn_at is not None:
            continue
        published = entry.post.published
        fallen = published is not None and oldest is not None and published < oldest
        stays_below = passed <= steady or (
            published is not None and passed < len(kept) and earliest[passed] < published
        )
        held = stays_below and (in_order or (passed > 0 and above[passed - 1] < below[passed]))
        if whole:
            missing[seen.identity] = True
        elif held and not fallen and seen.identity not in pinned and (published or not entry.post.pinned):
            missing[seen.identity] = top < below[passed]
    return missing, in_order


def _with_ghosts(
    before: Sequence[Seen], listed: Sequence[Seen], ghosts: dict[str, Seen], anchors: set[str]
) -> tuple[Seen, ...]:
    """Return the list with the missing ones before the anchor they stood before: what is new stands above them."""
    above: dict[str, list[Seen]] = {}
    waiting: list[Seen] = []
    for seen in before:
        if seen.identity in ghosts:
            waiting.append(ghosts[seen.identity])
        elif seen.identity in anchors:
            above[seen.identity], waiting = waiting, []
    out: list[Seen] = []
    for shown in listed:
        out += above.get(shown.identity, ())
        out.append(shown)
    return (*out, *waiting)[:MAX_WINDOW]
