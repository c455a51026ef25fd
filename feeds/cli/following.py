"""What `tail` prints: the change log read as it grows, from wherever it is written.

Owns which entries a visit begins with, which changes match, and what is said of sources that fail and come back. Reads
through a `Reader` and prints through a function; polls nothing and waits for nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from feeds.backfill import furthest_behind, nothing_older
from feeds.events import OlderRead
from feeds.model import ChangeKind, ChangeRecord, Entry, Outcome, Source, Standing
from feeds.query import Query, Scene, matches
from feeds.records import last_change, source_name
from feeds.store import Reader, View

OPENING = 10.0
"""Seconds for which the entries of first polls are gathered, so that they are printed in one order."""
LOOKING_BACK = 60.0
"""The same while older entries are fetched."""
_AT_ONCE = 500
"""Entries read from the store at once."""

Print = Callable[[Entry, Source, str], None]
"""Prints an entry, its source, and the word for what happened to it."""


class Wanted(Struct, frozen=True):
    """Which entries are printed."""

    match: Query | None = None
    count: int | None = None
    """How many are printed to begin with, None for all; of a source that was never read, of its first poll."""
    since: datetime | None = None
    """The earliest place on the timeline of those printed to begin with."""
    back: bool = False
    """Older entries are fetched until there are so many, as far as the sources page back."""


class Follower:
    """Prints what is stored to begin with, then each change once."""

    def __init__(self, reader: Reader, wanted: Wanted, write: Print, say: Callable[[str], None], now: datetime) -> None:
        self._reader = reader
        self._wanted = wanted
        self._write = write
        self._say = say
        self._began = self._now = now
        self._seq = reader.last_seq()
        self._sources: dict[int, Source] = {}
        self._read: set[int] = set()
        """Sources that were read before: what they bring is news, not history."""
        self._awaited: set[int] = set()
        """Sources that were never polled when this began."""
        self._failing: set[int] = set()
        self._over: set[int] = set()
        self._held: dict[int, None] = {}
        """Entries to begin with, until all first polls are done and there are as many as wanted."""
        self._begun: set[int] = set()
        self._asked: set[int] = set()
        """Sources whose older entries are being fetched."""
        self._exhausted: set[int] = set()
        self._back = wanted.back
        """Older entries may still be fetched."""

    # ------------------------------------------------------------------ the beginning

    def begin(self) -> None:
        """Print the stored entries this begins with; they wait where more are to be fetched."""
        self._look()
        self._awaited = {source.id for source in self._sources.values() if source.health.outcome is Outcome.NEVER}
        if self._wanted.count == 0:
            return
        selection = self._reader.select(View(query=self._wanted.match, now=self._now), newest=self._wanted.count)
        ids = list(selection.ids)
        if self._wanted.since is not None:
            ids = ids[bisect_left(selection.sort_keys, self._wanted.since.timestamp() * 1000) :]
        self._begun = set(ids)
        self._held = dict.fromkeys(ids)
        if not self._may_look_back():
            self._print_held()
            self._back = self._back and bool(self._awaited)

    # ------------------------------------------------------------------ what follows

    def catch_up(self, now: datetime, *, closing: bool = False) -> None:
        """Print what the change log has grown by. `closing`: there will be no more, so nothing is held back."""
        before = set(self._read)
        self._now = now
        self._look()
        while records := self._reader.changes_since(self._seq):
            self._print_changes(records, before)
        self._begun.clear()
        self._awaited = {number for number in self._awaited if self._never_polled(number)}
        waiting = timedelta(seconds=OPENING if self._awaited else LOOKING_BACK)
        ready = closing or not (self._awaited or self._may_look_back())
        if ready or now - self._began >= waiting:
            self._print_held()
            self._back = False

    # ------------------------------------------------------------------ older entries

    def wants_older(self) -> tuple[int, ...]:
        """Return the sources whose older entries are to be fetched now; each is to be answered with `take_older`."""
        if self._awaited or self._asked or not self._may_look_back():
            return ()
        able = [source for source in self._sources.values() if source.id not in self._exhausted]
        found = furthest_behind(able, self._reader.oldest())
        self._asked.update(found)
        if not found:
            self._back = False
        return found

    def take_older(self, read: OlderRead) -> None:
        """Take in how it went with the older entries of a source."""
        self._asked.discard(read.source_id)
        if not read.added or not read.more:
            self._exhausted.add(read.source_id)
        source = self._sources.get(read.source_id)
        if read.message and source is not None and self._back:
            self._say(nothing_older(source_name(source), read.message))

    def _may_look_back(self) -> bool:
        """Say whether fewer entries are at hand than wanted, and some source may have more."""
        count = self._wanted.count
        if not self._back or count is None or len(self._held) >= count:
            return False
        able = (source.older and source.id not in self._exhausted for source in self._sources.values())
        return bool(self._asked) or any(able)

    def _look(self) -> None:
        self._sources = {source.id: source for source in self._reader.sources()}
        self._read |= {source.id for source in self._sources.values() if source.health.changed_at is not None}

    def _never_polled(self, number: int) -> bool:
        source = self._sources.get(number)
        return source is not None and source.health.outcome is Outcome.NEVER

    def _print_changes(self, records: list[ChangeRecord], read_before: set[int]) -> None:
        for start in range(0, len(records), _AT_ONCE):
            some = records[start : start + _AT_ONCE]
            wanted = [record.entry_id for record in some if record.kind is not ChangeKind.MARKED]
            entries = {entry.id: entry for entry in self._reader.entries(list(dict.fromkeys(wanted)))}
            for record in some:
                self._seq = record.seq
                entry = entries.get(record.entry_id)
                if entry is not None and record.kind is not ChangeKind.MARKED:
                    self._take(record, entry, history=entry.source_id not in read_before)

    def _take(self, record: ChangeRecord, entry: Entry, *, history: bool) -> None:
        """Print a change, or keep it for the beginning. `history`: it is of the first poll of its source."""
        if entry.id in self._held:
            return  # it is printed as it is by then
        if record.kind is ChangeKind.OLDER or (record.kind is ChangeKind.ADDED and (history or self._back)):
            if (record.kind is ChangeKind.ADDED or self._back) and self._is_wanted(entry):
                self._held[entry.id] = None
        elif record.kind is not ChangeKind.ADDED or entry.id not in self._begun:
            self._print_change(record, entry)

    def _print_change(self, record: ChangeRecord, entry: Entry) -> None:
        """Print a change as it was, whatever happened to the entry since, if it matches.

        A change that makes an entry match no more is news of that entry too: an edit that takes the words out of it,
        its return where what is withdrawn is looked for.
        """
        states = [entry]
        if record.kind in (ChangeKind.WITHDRAWN, ChangeKind.RESTORED):
            states.append(replace(entry, withdrawn_at=None if entry.withdrawn_at else record.at))
        if entry.revision > 1 and record.kind in (ChangeKind.ADDED, ChangeKind.EDITED):
            wanted = (record.revision, record.revision - 1)
            states = [
                replace(entry, post=revision.post, revision=revision.number, revised_at=revision.seen)
                for revision in sorted(self._reader.revisions(entry.id), key=lambda each: each.number, reverse=True)
                if revision.number in wanted
            ] or states
        if any(self._matches(state) for state in states):
            self._print(states[0], record.kind)

    def _print_held(self) -> None:
        """Print the newest of the entries that were kept for the beginning, in the order of the timeline."""
        held = list(self._held)
        self._held.clear()
        entries = [
            entry
            for start in range(0, len(held), _AT_ONCE)
            for entry in self._reader.entries(held[start : start + _AT_ONCE])
        ]
        entries.sort(key=lambda entry: (entry.sort_at, entry.id))
        count = self._wanted.count
        for entry in entries if count is None else entries[max(len(entries) - count, 0) :]:
            self._print(entry, last_change(entry))

    def _is_wanted(self, entry: Entry) -> bool:
        late_enough = self._wanted.since is None or entry.sort_at >= self._wanted.since
        return late_enough and self._matches(entry)

    def _matches(self, entry: Entry) -> bool:
        return self._wanted.match is None or matches(self._wanted.match, entry, Scene(self._now, self._sources))

    def _print(self, entry: Entry, change: str) -> None:
        source = self._sources.get(entry.source_id) or self._reader.source(entry.source_id)
        if source is not None:
            self._write(entry, source, change)

    # ------------------------------------------------------------------ how the sources fare

    @property
    def standings(self) -> set[Standing]:
        """The standings of the sources: with no active one among them nothing will come any more."""
        return {source.health.standing for source in self._sources.values()}

    def tell(self) -> None:
        """Say which sources began to fail, came back or are over, each once."""
        for source in self._polled():
            name, health = source_name(source), source.health
            if health.outcome is Outcome.FAILED and source.id not in self._failing:
                self._failing.add(source.id)
                self._say(f"{name}: {health.message}")
            elif health.outcome is not Outcome.FAILED and source.id in self._failing:
                self._failing.discard(source.id)
                self._say(f"{name}: it can be read again.")
            if health.standing is Standing.ENDED and source.id not in self._over:
                self._say(f"{name}: {health.message}")
            (self._over.discard if health.standing is Standing.ACTIVE else self._over.add)(source.id)

    def _polled(self) -> Iterable[Source]:
        """Return the sources that were polled since this began."""
        for source in self._sources.values():
            if source.health.polled_at is not None and source.health.polled_at >= self._began:
                yield source
