"""The vocabulary of storage: what the rest of the program may ask of stored data, without any SQL.

Owns the two protocols, `Reader` and `Store`, the values they speak in, and the functions that open them.
A `Reader` never writes and may be used beside a writer, in another process too. There is one `Store` (the
writer) for a data folder at a time; a lock file sees to it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from feeds.backfill import Filled
from feeds.model import (
    Article,
    Batch,
    ChangeRecord,
    Entry,
    Gap,
    Health,
    Revision,
    Source,
    SourceSpec,
    Validators,
)
from feeds.query import Query
from feeds.reconcile import Known, Reconciled

ACTIVITY_BUCKETS = 12
"""Stretches of time that `Reader.activity` counts in."""

CHANGES_KEPT = 200_000
"""Lines of the change log that are kept: the newest."""


class View(Struct, frozen=True):
    """Which entries are wanted: everything that belongs to these sources and matches this query."""

    query: Query | None = None
    """None matches everything."""
    source_ids: tuple[int, ...] = ()
    """Empty means all sources that are configured now."""
    now: datetime | None = None
    """What time it is, for a query that holds times (`feeds.query.is_timely`)."""
    zone: tzinfo | None = None
    """Of times of day in the query; None for the system's."""


class Selection(Struct, frozen=True):
    """Entries of a view in timeline order: two columns of equal length, oldest first."""

    ids: array[int]
    """Entry ids (array type 'q')."""
    sort_keys: array[int]
    """`Entry.sort_at` in milliseconds since 1970 (array type 'q'); ties are in order of id."""


class SourceCounts(Struct, frozen=True):
    """How many entries of a source the store holds."""

    entries: int = 0
    unread: int = 0


class Reader(Protocol):
    """Reads stored data. Every method returns a consistent state; none waits for the writer."""

    def sources(self) -> list[Source]:
        """Return the configured sources in their configured order."""
        ...

    def source(self, source_id: int) -> Source | None:
        """Return a source, configured now or not; None where there is none of that id."""
        ...

    def select(self, view: View, *, newest: int | None = None) -> Selection:
        """Return the entries of a view, or only its `newest` ones (still oldest first)."""
        ...

    def entries(self, ids: Sequence[int]) -> list[Entry]:
        """Return these entries in the order asked for; unknown ids are left out."""
        ...

    def find(self, source_id: int, identity: str) -> Entry | None:
        """Return the entry of that stable identity."""
        ...

    def beginning(self, source_id: int, identity: str, *, limit: int) -> list[Entry]:
        """Return entries whose stable identity begins so, in the order of their identities, the first ones only."""
        ...

    def revisions(self, entry_id: int) -> list[Revision]:
        """Return every state seen of an entry, oldest first; the last is the present one."""
        ...

    def article(self, entry_id: int) -> Article | None:
        """Return the text of the page of an entry, None where it was not fetched."""
        ...

    def counts(self) -> Mapping[int, SourceCounts]:
        """Return the counts of each configured source by its id."""
        ...

    def count(self, view: View) -> int:
        """Return how many entries a view holds."""
        ...

    def activity(self, since: datetime, *, bucket: float) -> Mapping[int, list[int]]:
        """Return how many entries stand in each of `ACTIVITY_BUCKETS` buckets of `bucket` seconds from `since`.

        By source id; sources without any are left out.
        """
        ...

    def gaps(self) -> list[Gap]:
        """Return the gaps of the configured sources, the oldest first."""
        ...

    def oldest(self) -> Mapping[int, datetime]:
        """Return the place in time of the oldest entry of each configured source that has any, by its id."""
        ...

    def last_seq(self) -> int:
        """Return the sequence number of the newest change, 0 when there is none."""
        ...

    def changes_since(self, seq: int, *, limit: int = 10_000) -> list[ChangeRecord]:
        """Return the change log after `seq`, oldest first; no more than its newest `CHANGES_KEPT` lines are there."""
        ...

    def changes_of(self, entry_id: int) -> list[ChangeRecord]:
        """Return what the change log still says of an entry, oldest first."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class PollRecord(Struct, frozen=True):
    """What is remembered of a visit besides its posts; written in the same transaction."""

    health: Health
    batch: Batch | None = None
    """Given when a document was read: its title, coverage, hints and cursor are kept."""
    adapter: str | None = None
    validators: Validators | None = None
    """Given when they are to be replaced."""
    digest: str | None = None
    moved_to: str | None = None


class Store(Reader, Protocol):
    """The one writer. Each method that writes is one transaction."""

    def configure(self, specs: Iterable[SourceSpec]) -> list[Source]:
        """Make the configured sources exactly these, in this order.

        A source that is no longer named leaves `sources()` and every view, but its entries stay stored and come
        back with it.
        """
        ...

    def known(self, source_id: int, keys: Iterable[str], aliases: Iterable[str]) -> Known:
        """Return what reconciling needs: entries of these keys, identities or aliases, and those of the last window.

        Keys and aliases are those of `feeds.identity`, of the newest state of an entry.
        """
        ...

    def apply(self, source_id: int, reconciled: Reconciled | None, record: PollRecord) -> int:
        """Store the outcome of a visit, change log and search index included; return the last sequence number."""
        ...

    def fill(self, source_id: int, filled: Filled, older: dict[str, object]) -> int:
        """Store what an older page added, and where the page before it is; return the last sequence number.

        What lies in a gap is news, the rest is history. A gap that is closed is forgotten, and reading backwards goes
        on from where it was before.
        """
        ...

    def mark(self, entry_ids: Sequence[int], *, read: bool | None, starred: bool | None, now: datetime) -> int:
        """Set marks; only entries whose marks differ are logged. Return the last sequence number."""
        ...

    def keep_article(self, entry_id: int, article: Article) -> None:
        """Keep the text of the page of an entry, instead of what was fetched of it before."""
        ...

    def tidy(self) -> None:
        """Do some of what keeps the store quick and small and can wait; called when there is nothing else to do.

        It is done in portions of some tens of milliseconds, one a call: the search index is merged, free pages are
        given back, the write-ahead log is emptied.
        """
        ...


def open_store(folder: Path) -> Store:
    """Open the data in `folder` for writing, creating or migrating it.

    Raises `StoreBusyError` when another program writes to it, `StoreError` when it cannot be used (it is from
    a newer Wirewatch, damaged, or the folder cannot be written).
    """
    from feeds.store.sqlite import SqliteStore

    return SqliteStore.open(folder)


def open_reader(folder: Path) -> Reader:
    """Open the data in `folder` for reading; an empty store is created where there is none.

    Raises `StoreError` when it cannot be used.
    """
    from feeds.store.reader import SqliteReader

    return SqliteReader.open(folder)
