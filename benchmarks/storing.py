"""The store beside plain statements to the same file: what the values and their checks cost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from json import dumps
from pathlib import Path

from benchmarks import corpus, table
from benchmarks.table import Row, Size
from feeds.query import parse
from feeds.reconcile import Reconciled
from feeds.store import PollRecord, View, open_reader, open_store
from feeds.store import rows as values
from feeds.store.files import DATABASE

_NEWEST, _PAGE, _BATCH = 500, 60, 50


def storing(size: Size) -> Iterator[Row]:
    """Selecting, counting, reading a page, applying a poll."""
    folder = corpus.store(size.folder, size.entries)
    reader = open_reader(folder)
    query = View(parse(corpus.RARE))
    ids = list(reader.select(View(), newest=_PAGE).ids)
    newest = f"SELECT id, sort_at FROM entry ORDER BY sort_at DESC, id DESC LIMIT {_NEWEST}"
    words = f"SELECT rowid FROM words WHERE words MATCH '{corpus.RARE}'"
    page = "SELECT post FROM content WHERE entry_id IN (SELECT value FROM json_each(?))"
    try:
        with closing(sqlite3.connect(folder / DATABASE)) as plain:

            def ask(sql: str, *parameters: str) -> list[tuple[object, ...]]:
                return plain.execute(sql, parameters).fetchall()

            works = (
                ("select all", lambda: ask("SELECT id, sort_at FROM entry ORDER BY sort_at, id"),
                 lambda: reader.select(View()), 1, 2.0, None),
                (f"select the newest {_NEWEST}", lambda: ask(newest),
                 lambda: reader.select(View(), newest=_NEWEST), 20, None, 5.0),
                ("select by a rare word", lambda: ask(words), lambda: reader.select(query), 10, None, 100.0),
                ("count", lambda: ask("SELECT count(*) FROM entry"), lambda: reader.count(View()), 10, 2.0, None),
                (f"read {_PAGE} entries", lambda: ask(page, dumps(ids)), lambda: reader.entries(ids), 20, None, 5.0),
            )  # fmt: skip
            for name, floor, ours, times, ratio, bound in works:
                first, second = table.pair(
                    lambda floor=floor, times=times: [floor() for _ in range(times)],  # type: ignore[misc]  # defaults bind the loop's values
                    lambda ours=ours, times=times: [ours() for _ in range(times)],  # type: ignore[misc]  # as above
                    size.runs,
                )
                yield Row(
                    f"{name}, {size.entries:,} entries", second * 1000 / times, "ms", first * 1000 / times, "its SQL",
                    ratio=ratio, bound=bound,
                )  # fmt: skip
    finally:
        reader.close()
    yield from _applying(size, folder)


def _applying(size: Size, made: Path) -> Iterator[Row]:
    """Entries of a poll, committed, beside the bare rows and the bare index."""
    writer = open_store(corpus.copy(made, size.folder / "written"))
    number = size.entries
    source_id = writer.sources()[0].id
    with closing(_bare(size.folder / "bare.sqlite")) as bare:

        def numbers() -> range:
            nonlocal number
            number += _BATCH
            return range(number + 1 - _BATCH, number + 1)

        def apply(added: Reconciled, record: PollRecord) -> None:
            writer.apply(source_id, added, record)

        first, second = [], []
        for _ in range(size.runs * 4 + 1):
            now = datetime.now(UTC)
            added = Reconciled(corpus.additions(numbers()), (), now)
            fed = [(values.encode(each.post), *values.words(each.post)) for each in added.changes]  # type: ignore[union-attr]  # all are additions
            first.append(table.timed(lambda fed=fed: _insert(bare, fed)))  # type: ignore[misc]  # defaults bind the loop's values
            record = PollRecord(corpus.resting(now))
            second.append(table.timed(lambda added=added, record=record: apply(added, record)))  # type: ignore[misc]  # as above
    writer.close()
    floor, ours = (sorted(each[1:])[len(each) // 2] * 1000 for each in (first, second))
    yield Row(f"apply {_BATCH} entries to {size.entries:,}", ours, "ms", floor, "rows and an index", bound=50)


def _bare(file: Path) -> sqlite3.Connection:
    file.unlink(missing_ok=True)
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, post BLOB)")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5(title, text, content = '', columnsize = 0)")
    connection.execute("INSERT INTO words (words, rank) VALUES ('automerge', 0)")
    return connection


def _insert(connection: sqlite3.Connection, fed: list[tuple[bytes, str, str]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for post, title, text in fed:
        row = connection.execute("INSERT INTO entry (post) VALUES (?)", (post,)).lastrowid
        connection.execute("INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)", (row, title, text))
    connection.execute("COMMIT")
