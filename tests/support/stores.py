"""Visits to put into a real store, and a count of what it holds that trusts nothing but its entries."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from feeds.model import Batch, Health, Outcome, Post, SourceSpec
from feeds.reconcile import Added, Change, Reconciled, Seen
from feeds.store import PollRecord, SourceCounts, Store
from feeds.store.files import DATABASE
from tests.support.posts import NOON

A, B, C = "https://a.example/feed", "https://b.example/live", "https://c.example/rss"


def added(post: Post, *, sort_at: datetime = NOON, late: bool = False, withdrawn: bool = False) -> Added:
    """Addition of a post under its key."""
    return Added(post.key, post, sort_at, late=late, withdrawn=withdrawn)


def record(now: datetime = NOON, outcome: Outcome = Outcome.CHANGED, batch: Batch | None = None) -> PollRecord:
    """What is remembered of a visit that ended then."""
    return PollRecord(Health(outcome, polled_at=now), batch)


def bring(store: Store, source_id: int, *changes: Change, now: datetime = NOON, window: Sequence[str] = ()) -> int:
    """Apply changes to a source; the window is what was listed, newest first."""
    return store.apply(source_id, Reconciled(changes, tuple(map(Seen, window)), now), record(now))


def configure(store: Store, *urls: str) -> list[int]:
    """Configure sources of these addresses; return their ids."""
    return [source.id for source in store.configure(map(SourceSpec, urls))]


def raw(folder: Path) -> closing[sqlite3.Connection]:
    """Open the file of a store beside the program."""
    return closing(sqlite3.connect(folder / DATABASE, isolation_level=None))


def recounted(folder: Path) -> dict[int, SourceCounts]:
    """Count the entries of every source one by one."""
    sql = "SELECT source.id, count(entry.id), coalesce(sum(entry.read = 0), 0) FROM source LEFT JOIN entry ON "
    with raw(folder) as connection:
        rows = connection.execute(f"{sql} entry.source_id = source.id GROUP BY source.id").fetchall()
    return {number: SourceCounts(entries, unread) for number, entries, unread in rows}


def assert_sound(folder: Path) -> None:
    """Assert that the file is whole and that the search index holds what was fed to it, in order."""
    with raw(folder) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
