"""The writer: one SQLite file, one connection, one transaction for each method.

Owns the statements that write, but for those of single changes (`feeds.store.changes`). Stores what it is given and
decides nothing about entries. To be used from the thread that opened it.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from json import dumps
from pathlib import Path
from typing import Self

from msgspec.structs import replace

from feeds.backfill import Filled
from feeds.errors import StoreError
from feeds.model import Article, Batch, ChangeKind, Outcome, Source, SourceSpec, Validators
from feeds.reconcile import Known, Reconciled
from feeds.schedule import with_interval
from feeds.store import CHANGES_KEPT, PollRecord
from feeds.store import rows as values
from feeds.store.changes import FEED, NAME, Changes
from feeds.store.files import DATABASE, WriterLock, connect, make_folder, speaking, transaction
from feeds.store.gaps import narrow_gap, news_of, open_gap
from feeds.store.reader import SqliteReader
from feeds.store.schema import prepare

_PRUNED_EVERY = 1_000
"""Lines of the change log after which old ones are removed."""
_WAL_KEPT = 8 * 1024 * 1024
"""Bytes to which the write-ahead log is cut when it begins anew."""
_MERGED_AT_ONCE = 100
"""Pages of the search index that `tidy` merges: 10 to 40 ms."""
_FREE_KEPT = 1_000
"""Free pages that are left in the file for what comes next."""
_FREED_AT_ONCE = 250
_INDEXED_AT_ONCE = 500


class SqliteStore(SqliteReader):
    """The `Store` in a folder."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: WriterLock) -> None:
        super().__init__(path, connection)
        self._lock = lock

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the store in a folder for writing, creating or migrating it.

        Raises `StoreBusyError` when another process writes to it, `StoreError` when it cannot be used.
        """
        path = folder / DATABASE
        make_folder(folder)
        lock = WriterLock.take(folder)
        try:
            prepare(path)
            with speaking(path):
                connection = connect(path, "rw")
            store = cls(path, connection, lock)
        except BaseException:
            lock.release()
            raise
        try:
            with speaking(path):
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute(f"PRAGMA journal_size_limit = {_WAL_KEPT}").fetchall()
            store._index_again()
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Do a little upkeep (who is run for a moment has no idle time), close the connection and let others write."""
        try:
            with suppress(StoreError):
                self.tidy()
            super().close()
        finally:
            self._lock.release()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with speaking(self._path), transaction(self._connection, "IMMEDIATE"):
            yield self._connection

    # ------------------------------------------------------------------ sources

    def configure(self, specs: Iterable[SourceSpec]) -> list[Source]:
        """Make the configured sources exactly these, in this order."""
        with self._writing() as connection:
            rows = connection.execute("SELECT url, id, state FROM source").fetchall()
            stored = {url: values.source(number, state) for url, number, state in rows}
            connection.execute("UPDATE source SET position = NULL WHERE position IS NOT NULL")
            once: dict[str, SourceSpec] = {}
            for spec in specs:
                once.setdefault(spec.url, spec)
            for position, spec in enumerate(once.values()):
                source = stored.get(spec.url)
                if source is None:
                    blob = values.encode(Source(id=0, spec=spec, url=spec.url))
                    sql = "INSERT INTO source (url, position, state) VALUES (?, ?, ?)"
                    connection.execute(sql, (spec.url, position, blob))
                else:
                    blob = values.encode(_respecified(source, spec))
                    sql = "UPDATE source SET position = ?, state = ? WHERE id = ?"
                    connection.execute(sql, (position, blob, source.id))
        return self.sources()

    # ------------------------------------------------------------------ visits

    def known(self, source_id: int, keys: Iterable[str], aliases: Iterable[str]) -> Known:
        """Return what reconciling needs: entries of these keys, identities or aliases, and the window with its own."""
        keys = set(keys)
        with self._reading() as connection:
            sql = """
                SELECT read_at, list FROM source LEFT JOIN source_window ON source_window.source_id = source.id
                WHERE source.id = ?
            """
            read_at, blob = connection.execute(sql, (source_id,)).fetchone() or (None, None)
            window = None if blob is None else values.window(blob)
            identities = keys | {seen.identity for seen in window or ()}
            hashes = [*values.key_hashes(keys), *values.alias_hashes(aliases)]
            wanted = """
                SELECT entry_id FROM content WHERE source_id = ? AND identity IN (SELECT value FROM json_each(?))
                UNION SELECT entry_id FROM name WHERE source_id = ? AND hash IN (SELECT value FROM json_each(?))
            """
            former = (
                "SELECT key, entry_id FROM former_key WHERE source_id = ? AND key IN (SELECT value FROM json_each(?))"
            )
            holders = connection.execute(former, (source_id, dumps(list(keys)))).fetchall()
            wanted += " UNION SELECT value FROM json_each(?)"
            numbers = dumps([number for _, number in holders])
            entries = self._entries(wanted, (source_id, dumps(list(identities)), source_id, dumps(hashes), numbers))
        return Known(tuple(entries), window, values.optional_moment(read_at), tuple(holders))

    def apply(self, source_id: int, reconciled: Reconciled | None, record: PollRecord) -> int:
        """Store the outcome of a visit, change log and search index included; return the last sequence number."""
        with self._writing() as connection:
            before = self.last_seq()
            found = connection.execute("SELECT state FROM source WHERE id = ?", (source_id,)).fetchone()
            if found is None:
                raise StoreError(f"There is no source {source_id} in “{self._path}”; what it brought was not stored.")
            source = values.source(source_id, found[0])
            read = record.health.polled_at if record.health.outcome is not Outcome.FAILED else None
            connection.execute(
                "UPDATE source SET state = ?, read_at = coalesce(?, read_at) WHERE id = ?",
                (
                    values.encode(_visited(source, record, gap=reconciled is not None and reconciled.gap)),
                    values.optional_micros(read),
                    source_id,
                ),
            )
            if reconciled is not None:
                if reconciled.gap:
                    open_gap(connection, source, reconciled)
                Changes(connection, source_id, reconciled.now).apply(reconciled)
            last = self.last_seq()
            _prune(connection, before, last)
        return last

    def fill(self, source_id: int, filled: Filled, older: dict[str, object]) -> int:
        """Store what an older page added, and where the page before it is; return the last sequence number."""
        with self._writing() as connection:
            before = self.last_seq()
            found = connection.execute("SELECT state FROM source WHERE id = ?", (source_id,)).fetchone()
            if found is not None:
                source = values.source(source_id, found[0])
                news = news_of(connection, source, filled)
                older = narrow_gap(connection, source, filled, older)
                blob = values.encode(replace(source, older=older))
                connection.execute("UPDATE source SET state = ? WHERE id = ?", (blob, source_id))
                Changes(connection, source_id, filled.now).fill(filled, news)
            last = self.last_seq()
            _prune(connection, before, last)
        return last

    # ------------------------------------------------------------------ marks

    def mark(self, entry_ids: Sequence[int], *, read: bool | None, starred: bool | None, now: datetime) -> int:
        """Set marks; only entries whose marks differ are logged. Return the last sequence number."""
        with self._writing() as connection:
            before = self.last_seq()
            sql = """
                SELECT id, source_id, read FROM entry
                WHERE id IN (SELECT value FROM json_each(?)) AND (read != ? OR starred != ?) ORDER BY id
            """
            found = connection.execute(sql, (dumps(list(entry_ids)), read, starred)).fetchall()
            differing = dumps([entry_id for entry_id, _, _ in found])
            connection.execute(
                "UPDATE entry SET read = coalesce(?, read), starred = coalesce(?, starred) "
                "WHERE id IN (SELECT value FROM json_each(?))",
                (read, starred, differing),
            )
            turned = Counter(source_id for _, source_id, was_read in found if read is not None and was_read != read)
            connection.executemany(
                "UPDATE source SET unread = unread + ? WHERE id = ?",
                [(-number if read else number, source_id) for source_id, number in turned.items()],
            )
            connection.execute(
                "INSERT INTO change (entry_id, kind, revision, at) SELECT id, ?, revision, ? FROM entry "
                "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
                (ChangeKind.MARKED.value, values.micros(now), differing),
            )
            last = self.last_seq()
            _prune(connection, before, last)
        return last

    # ------------------------------------------------------------------ articles

    def keep_article(self, entry_id: int, article: Article) -> None:
        """Keep the text of the page of an entry, instead of what was fetched of it before."""
        with self._writing() as connection:
            sql = """
                REPLACE INTO article (entry_id, fetched, url, note, document)
                SELECT id, ?, ?, ?, ? FROM entry WHERE id = ?
            """
            fetched, content = values.micros(article.fetched), values.encode(article.document)
            connection.execute(sql, (fetched, article.url, article.note, content, entry_id))

    # ------------------------------------------------------------------ upkeep

    def tidy(self) -> None:
        """Do some of what keeps the store quick and small and can wait; called when there is nothing else to do."""
        with self._writing() as connection:
            connection.execute("INSERT INTO words (words, rank) VALUES ('merge', ?)", (_MERGED_AT_ONCE,))
        with speaking(self._path):
            (free,) = self._connection.execute("PRAGMA freelist_count").fetchone()
            if free > _FREE_KEPT:
                # It frees a page a step and returns no rows, so that `execute` would end after the first.
                self._connection.executescript(f"PRAGMA incremental_vacuum({_FREED_AT_ONCE})")
            # Passive: it does not wait for readers, and takes back what they do not look at.
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _index_again(self) -> None:
        """Derive names and words anew where another Wirewatch, or another Unicode, made them."""
        with self._writing() as connection:
            found = connection.execute("SELECT value FROM meta WHERE name = 'derived_by'").fetchone()
            if found == (values.DERIVED_BY,):
                return
            connection.execute("DELETE FROM name")
            connection.execute("INSERT INTO words (words) VALUES ('delete-all')")
            last = 0
            sql = "SELECT entry_id, source_id, post FROM content WHERE entry_id > ? ORDER BY entry_id LIMIT ?"
            while rows := connection.execute(sql, (last, _INDEXED_AT_ONCE)).fetchall():
                posts = [(entry_id, source_id, values.post(blob)) for entry_id, source_id, blob in rows]
                names = [(source_id, name, number) for number, source_id, post in posts for name in values.names(post)]
                connection.executemany(NAME, names)
                connection.executemany(FEED, [(number, *values.words(post)) for number, _, post in posts])
                last = rows[-1][0]
            connection.execute("REPLACE INTO meta (name, value) VALUES ('derived_by', ?)", (values.DERIVED_BY,))


def _prune(connection: sqlite3.Connection, before: int, last: int) -> None:
    """Keep the change log to its bound, now and then; the newest line always stays, and with it its number."""
    if before // _PRUNED_EVERY != last // _PRUNED_EVERY:
        connection.execute("DELETE FROM change WHERE seq <= ?", (last - CHANGES_KEPT,))


def _respecified(source: Source, spec: SourceSpec) -> Source:
    """Return a source configured anew. What one adapter left for its next visit is nothing another could read."""
    if spec.adapter not in (None, source.spec.adapter):
        source = replace(source, cursor={}, validators=Validators(), digest="")
    return replace(source, spec=spec, health=with_interval(source.health, spec.every))


def _visited(source: Source, record: PollRecord, *, gap: bool) -> Source:
    """Return a source with what a visit taught about it.

    Where older posts are stays as it was found furthest back; after a gap, and where another adapter reads the source
    now, it is said anew.
    """
    if record.batch is not None:
        if gap or source.older is None or record.batch.adapter != source.adapter:
            source = replace(source, older=record.batch.older)
        source = _described(source, record.batch)
    return replace(
        source,
        health=record.health,
        adapter=record.adapter or source.adapter,
        validators=source.validators if record.validators is None else record.validators,
        digest=source.digest if record.digest is None else record.digest,
        url=record.moved_to or source.url,
    )


def _described(source: Source, batch: Batch) -> Source:
    """Return a source with what its document says of it. What it does not say stays, unless it is another kind now."""
    same = source.kind in (None, batch.kind)
    return replace(
        source,
        kind=batch.kind,
        adapter=batch.adapter or source.adapter,
        title=batch.title or source.title,
        description=batch.description or source.description,
        link=batch.link or source.link,
        language=batch.language or source.language,
        coverage=batch.coverage or (source.coverage if same else None),
        hints=batch.hints,
        cursor=batch.cursor,
    )
