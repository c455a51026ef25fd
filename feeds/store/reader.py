"""Reading a store: every question of the protocol `Reader`, answered from SQLite.

Owns the statements that read. Writes nothing: its connection cannot. It sees what was committed when a method began and
never waits for the writer. To be used from the thread that opened it.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from json import dumps
from pathlib import Path
from typing import Self

from feeds.errors import StoreBusyError, StoreError
from feeds.model import Article, ChangeKind, ChangeRecord, Entry, Gap, Revision, Source
from feeds.query import Scene, is_timely, minds_sources
from feeds.store import ACTIVITY_BUCKETS, Selection, SourceCounts, View
from feeds.store import rows as values
from feeds.store.asking import Answers
from feeds.store.files import DATABASE, WriterLock, connect, is_there, make_folder, speaking, transaction
from feeds.store.schema import MIGRATIONS, prepare, version
from feeds.store.select import Statement, counting, selecting


class SqliteReader:
    """A `Reader` of the store in a folder."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        self._answers = Answers(connection)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the store in a folder for reading, making an empty one where there is none.

        Raises `StoreError` when it cannot be used.
        """
        path = folder / DATABASE
        if not is_there(path):
            make_folder(folder)
            prepare(path)
        with speaking(path):
            connection, have = _connect(path)
            if have < len(MIGRATIONS):
                connection.close()
                _bring_up_to_date(path, have)
                connection, _ = _connect(path)
        return cls(path, connection)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Read from one state of the store, however many statements it takes."""
        with speaking(self._path), transaction(self._connection, "DEFERRED"):
            yield self._connection

    # ------------------------------------------------------------------ sources

    def sources(self) -> list[Source]:
        """Return the configured sources in their configured order."""
        sql = "SELECT id, state FROM source WHERE position IS NOT NULL ORDER BY position"
        with speaking(self._path):
            return [values.source(*row) for row in self._connection.execute(sql).fetchall()]

    def source(self, source_id: int) -> Source | None:
        """Return a source, configured now or not; None where there is none of that id."""
        with speaking(self._path):
            found = self._connection.execute("SELECT state FROM source WHERE id = ?", (source_id,)).fetchone()
            return None if found is None else values.source(source_id, found[0])

    def counts(self) -> Mapping[int, SourceCounts]:
        """Return the counts of each configured source by its id."""
        sql = "SELECT id, entries, unread FROM source WHERE position IS NOT NULL ORDER BY position"
        with speaking(self._path):
            return {row[0]: SourceCounts(row[1], row[2]) for row in self._connection.execute(sql).fetchall()}

    def activity(self, since: datetime, *, bucket: float) -> Mapping[int, list[int]]:
        """Return how many entries stand in each bucket of `bucket` seconds from `since` on, by source id."""
        start, width = values.micros(since) // 1000, max(round(bucket * 1000), 1)
        sql = """
            SELECT source_id, (sort_at - :start) / :width AS place, count(*) FROM entry
            WHERE sort_at >= :start AND sort_at < :end GROUP BY source_id, place
        """
        bounds = {"start": start, "width": width, "end": start + width * ACTIVITY_BUCKETS}
        arrivals: dict[int, list[int]] = {}
        with speaking(self._path):
            for source_id, place, number in self._connection.execute(sql, bounds).fetchall():
                arrivals.setdefault(source_id, [0] * ACTIVITY_BUCKETS)[place] = number
        return arrivals

    def gaps(self) -> list[Gap]:
        """Return the gaps of the configured sources, the oldest first."""
        sql = """
            SELECT source_id, after, before FROM gap JOIN source ON source.id = source_id
            WHERE position IS NOT NULL ORDER BY before, source_id
        """
        with speaking(self._path):
            found = self._connection.execute(sql).fetchall()
        return [Gap(number, values.moment(after), values.moment(before)) for number, after, before in found]

    def oldest(self) -> Mapping[int, datetime]:
        """Return the place in time of the oldest entry of each configured source that has any, by its id."""
        sql = """
            SELECT id, (SELECT min(sort_at) FROM entry WHERE source_id = source.id) AS oldest FROM source
            WHERE position IS NOT NULL AND oldest IS NOT NULL
        """
        with speaking(self._path):
            return {number: values.moment(sort_at * 1000) for number, sort_at in self._connection.execute(sql)}

    # ------------------------------------------------------------------ views

    def select(self, view: View, *, newest: int | None = None) -> Selection:
        """Return the entries of a view, or only its `newest` ones (still oldest first)."""
        with self._reading() as connection:
            sources = _among(connection, view)
            statement = selecting(view.query, _scene(connection, view), sources, newest)
            digits = self._told(statement)
        pairs = array("q")
        pairs.frombytes(bytes.fromhex(str(digits or "")))
        if sys.byteorder == "little":
            pairs.byteswap()
        return Selection(pairs[0::2], pairs[1::2])

    def count(self, view: View) -> int:
        """Return how many entries a view holds."""
        with self._reading() as connection:
            statement = counting(view.query, _scene(connection, view), _among(connection, view))
            number = self._told(statement)
        assert isinstance(number, int)  # whatever is counted
        return number

    def _told(self, statement: Statement) -> object:
        """Return the one value that a statement returns. Raises `QueryError` where it would take too long."""
        with self._answers.to(statement.questions):
            (value,) = self._connection.execute(statement.sql, statement.parameters).fetchone()
        return value

    # ------------------------------------------------------------------ entries

    def entries(self, ids: Sequence[int]) -> list[Entry]:
        """Return these entries in the order asked for; unknown ids are left out."""
        found = {entry.id: entry for entry in self._entries("SELECT value FROM json_each(?)", (dumps(list(ids)),))}
        return [found[number] for number in ids if number in found]

    def find(self, source_id: int, identity: str) -> Entry | None:
        """Return the entry of that stable identity."""
        if not _is_storable(identity):
            return None
        wanted = "SELECT entry_id FROM content WHERE source_id = ? AND identity = ?"
        found = self._entries(wanted, (source_id, identity))
        return found[0] if found else None

    def beginning(self, source_id: int, identity: str, *, limit: int) -> list[Entry]:
        """Return entries whose stable identity begins so, in the order of their identities, the first ones only."""
        if not _is_storable(identity):
            return []
        # No character stands behind the last of Unicode, and texts are compared by their bytes in UTF-8.
        wanted = """
            SELECT entry_id FROM content WHERE source_id = ? AND identity >= ? AND identity < ?
            ORDER BY identity LIMIT ?
        """
        found = self._entries(wanted, (source_id, identity, f"{identity}\U0010ffff", max(limit, 0)))
        return sorted(found, key=lambda entry: entry.identity)

    def _entries(self, wanted: str, parameters: tuple[str | int, ...]) -> list[Entry]:
        """Return the entries whose ids a statement returns, in order of id."""
        sql = f"""
            SELECT {values.ENTRY} FROM entry JOIN content ON content.entry_id = entry.id
            WHERE entry.id IN ({wanted}) ORDER BY entry.id
        """
        with speaking(self._path):
            return [values.entry(row) for row in self._connection.execute(sql, parameters).fetchall()]

    def revisions(self, entry_id: int) -> list[Revision]:
        """Return every state seen of an entry, oldest first; the last is the present one."""
        sql = "SELECT number, seen, post FROM revision WHERE entry_id = ? ORDER BY number"
        with self._reading() as connection:
            found = self._entries("?", (entry_id,))
            if not found:
                return []
            older = connection.execute(sql, (entry_id,)).fetchall()
            revisions = [Revision(number, values.moment(seen), values.post(post)) for number, seen, post in older]
        return [*revisions, Revision(found[0].revision, found[0].revised_at, found[0].post)]

    def article(self, entry_id: int) -> Article | None:
        """Return the text of the page of an entry, None where it was not fetched."""
        sql = "SELECT url, fetched, document, note FROM article WHERE entry_id = ?"
        with speaking(self._path):
            found = self._connection.execute(sql, (entry_id,)).fetchone()
        if found is None:
            return None
        url, fetched, content, note = found
        return Article(url, values.moment(fetched), values.document(content), note)

    # ------------------------------------------------------------------ the change log

    def last_seq(self) -> int:
        """Return the sequence number of the newest change, 0 when there is none."""
        with speaking(self._path):
            (last,) = self._connection.execute("SELECT coalesce(max(seq), 0) FROM change").fetchone()
        return int(last)

    def changes_since(self, seq: int, *, limit: int = 10_000) -> list[ChangeRecord]:
        """Return the change log after `seq`, oldest first."""
        return self._log("seq > ? ORDER BY seq LIMIT ?", seq, max(limit, 0))

    def changes_of(self, entry_id: int) -> list[ChangeRecord]:
        """Return what the change log still says of an entry, oldest first."""
        # The whole log is gone through, some ten milliseconds; an index would cost at every change.
        return self._log("entry_id = ? ORDER BY seq", entry_id)

    def _log(self, condition: str, *parameters: int) -> list[ChangeRecord]:
        sql = f"SELECT seq, entry_id, kind, revision, at FROM change WHERE {condition}"
        with speaking(self._path):
            found = self._connection.execute(sql, parameters).fetchall()
        return [
            ChangeRecord(number, entry_id, ChangeKind(kind), revision, values.moment(at))
            for number, entry_id, kind, revision, at in found
        ]


def _among(connection: sqlite3.Connection, view: View) -> tuple[int, ...] | None:
    """Return the sources a view is limited to, None when that is all of which there are entries."""
    if view.source_ids:
        return tuple(dict.fromkeys(view.source_ids))
    rows = connection.execute("SELECT id, position FROM source WHERE entries > 0").fetchall()
    if all(position is not None for _, position in rows):
        return None
    return tuple(number for number, position in rows if position is not None)


_NOW = datetime.max.replace(tzinfo=UTC)
"""Told to queries that do not ask for it."""


def _scene(connection: sqlite3.Connection, view: View) -> Scene:
    """Return what a query is matched in: the time it is told, and all sources where it asks for them."""
    query = view.query
    if query is None:
        return Scene(_NOW, {})
    if view.now is None and is_timely(query):
        raise ValueError("a view whose query holds times has to say what time it is")
    found: dict[int, Source] = {}
    if minds_sources(query):
        rows = connection.execute("SELECT id, state FROM source").fetchall()
        found = {number: values.source(number, state) for number, state in rows}
    return Scene(view.now or _NOW, found, view.zone)


def _is_storable(text: str) -> bool:
    """Say whether a text can be bound at all: half a surrogate pair, which an argument may hold, cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


# ------------------------------------------------------------------ opening


def _connect(path: Path) -> tuple[sqlite3.Connection, int]:
    """Return a connection that cannot write, and the version of the layout."""
    try:
        return _checked(path, immutable=False)
    except sqlite3.OperationalError as error:
        code = error.sqlite_errorcode & 0xFF
        if code not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY) or not os.access(path, os.R_OK):
            raise
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise StoreError(
                f"“{path}” was not closed, and its folder cannot be written to finish that; open it once where it can."
            ) from error
    # Reading beside a writer needs files of its own, which a folder that cannot be written does not get; without a
    # writer they are not needed (sqlite.org/wal.html, Read-Only Databases).
    return _checked(path, immutable=True)


def _checked(path: Path, *, immutable: bool) -> tuple[sqlite3.Connection, int]:
    connection = connect(path, "ro", immutable=immutable)
    try:
        return connection, version(connection, path)
    except BaseException:
        connection.close()
        raise


def _bring_up_to_date(path: Path, have: int) -> None:
    """Make a store that is empty or from an older Wirewatch what this one reads."""
    if not have:
        prepare(path)
        return
    try:
        lock = WriterLock.take(path.parent)
    except StoreBusyError as error:
        raise StoreError(
            f"“{path}” is being written by an older Wirewatch (process {error.pid}); close it first."
        ) from error
    try:
        prepare(path)
    finally:
        lock.release()
