"""The tables: how a store is laid out, and how an older layout becomes the present one.

Owns the DDL, its versions (`PRAGMA user_version`) and the mark by which a file is known as ours (`application_id`). A
file that is foreign, or from a newer Wirewatch, is refused and not written to. Decides nothing about entries.

What stands where:

- `source`: one row a source, also those no longer configured (`position` is null), with its counts.
- `source_window`: the list a source showed last.
- `entry`: the short columns of entries, so that a million can be gone through; `content`: identity and newest post.
- `revision`: older states. `name`: hashes of key and aliases of the newest state. `words`: the search index.
- `former_key`: the last few keys an entry had before its present one.
- `article`: the text of the page an entry leads to, where somebody asked for it.
- `gap`: stretches of time of which entries may be missing.
- `change`: the change log. `meta`: what the derived tables were made by.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from feeds.errors import StoreError
from feeds.store.files import alone_in, connect, make_file, speaking, transaction

APPLICATION_ID = 0x57495245
""""WIRE" in ASCII, in bytes 68 to 71 of the file (sqlite.org/fileformat.html, 1.3.15)."""

_VERSION_1 = (
    """
    CREATE TABLE source (
        id INTEGER PRIMARY KEY,
        url TEXT NOT NULL UNIQUE,      -- as configured
        position INTEGER,              -- place in the configuration, null where it is not in it
        entries INTEGER NOT NULL DEFAULT 0,
        unread INTEGER NOT NULL DEFAULT 0,
        read_at INTEGER,               -- end of the last successful poll, microseconds
        state BLOB NOT NULL            -- Source
    )
    """,
    "CREATE TABLE source_window (source_id INTEGER PRIMARY KEY REFERENCES source, list BLOB NOT NULL)",
    """
    CREATE TABLE entry (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        source_id INTEGER NOT NULL REFERENCES source,
        sort_at INTEGER NOT NULL,      -- milliseconds; all other times are microseconds
        sort_micros INTEGER NOT NULL,  -- what is left of its microseconds
        first_seen INTEGER NOT NULL,
        revised_at INTEGER,            -- null where there is one revision
        revision INTEGER NOT NULL DEFAULT 1,
        read INTEGER NOT NULL DEFAULT 0,
        starred INTEGER NOT NULL DEFAULT 0,
        late INTEGER NOT NULL DEFAULT 0,
        withdrawn_at INTEGER,
        restored_at INTEGER
    )
    """,
    "CREATE INDEX entry_by_time ON entry (sort_at, id, source_id)",
    "CREATE INDEX entry_by_source ON entry (source_id, sort_at, id)",
    "CREATE INDEX entry_by_arrival ON entry (first_seen, source_id)",
    """
    CREATE TABLE content (
        entry_id INTEGER PRIMARY KEY REFERENCES entry,
        source_id INTEGER NOT NULL,
        identity TEXT NOT NULL,
        post BLOB NOT NULL,            -- Post
        UNIQUE (source_id, identity)
    )
    """,
    """
    CREATE TABLE revision (
        entry_id INTEGER NOT NULL REFERENCES entry,
        number INTEGER NOT NULL,
        seen INTEGER NOT NULL,
        post BLOB NOT NULL,
        PRIMARY KEY (entry_id, number)
    )
    """,
    """
    CREATE TABLE name (
        source_id INTEGER NOT NULL,
        hash INTEGER NOT NULL,
        entry_id INTEGER NOT NULL,
        PRIMARY KEY (source_id, hash, entry_id)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE change (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        entry_id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        revision INTEGER NOT NULL,
        at INTEGER NOT NULL
    )
    """,
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # Fed with folded words, blanks between them, and told to add nothing: every character but blanks belongs to a word
    # (the categories are those of Unicode), none loses a mark. Contentless: posts are not stored twice.
    """
    CREATE VIRTUAL TABLE words USING fts5(
        title, text, content = '', columnsize = 0,
        tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
    )
    """,
    # A commit of fifty entries takes 31 to 60 ms where it merges, 2 ms where it does not: merges wait for `tidy`.
    "INSERT INTO words (words, rank) VALUES ('automerge', 0)",
    "INSERT INTO words (words, rank) VALUES ('crisismerge', 64)",
)


def _create(connection: sqlite3.Connection) -> None:
    """Version 1: the first layout. The DDL stays as it is, whatever later versions change."""
    for statement in _VERSION_1:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _remember_gaps(connection: sqlite3.Connection) -> None:
    """Version 2: gaps between two polls are kept."""
    connection.execute(
        """
        CREATE TABLE gap (
            source_id INTEGER NOT NULL REFERENCES source,
            after INTEGER NOT NULL,        -- both in microseconds
            before INTEGER NOT NULL,
            older BLOB NOT NULL,           -- where the source was read backwards before: its `Source.older`
            PRIMARY KEY (source_id, after)
        ) WITHOUT ROWID
        """
    )


def _remember_keys(connection: sqlite3.Connection) -> None:
    """Version 3: the keys that entries had before are kept: a stale copy of a page brings them back."""
    connection.execute(
        """
        CREATE TABLE former_key (
            source_id INTEGER NOT NULL,
            key TEXT NOT NULL,
            entry_id INTEGER NOT NULL,
            until INTEGER NOT NULL,        -- when it had another, microseconds
            PRIMARY KEY (source_id, key, entry_id)
        ) WITHOUT ROWID
        """
    )
    connection.execute("CREATE INDEX former_key_by_entry ON former_key (entry_id, until)")


def _count_folded(connection: sqlite3.Connection) -> None:
    """Version 4: edits that are kept as no revision are counted."""
    connection.execute("ALTER TABLE entry ADD COLUMN folded INTEGER NOT NULL DEFAULT 0")


def _keep_articles(connection: sqlite3.Connection) -> None:
    """Version 6: the texts of the pages that entries lead to are kept."""
    connection.execute(
        """
        CREATE TABLE article (
            entry_id INTEGER PRIMARY KEY REFERENCES entry,
            fetched INTEGER NOT NULL,      -- microseconds
            url TEXT NOT NULL,             -- where it was found
            note TEXT NOT NULL,
            document BLOB NOT NULL         -- Document
        )
        """
    )


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _create, _remember_gaps, _remember_keys, _count_folded, _keep_articles,
)  # fmt: skip
"""By number from 1 on; each makes its version out of the one before, inside a transaction."""


def version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the version of a store's layout, 0 for one without any (an empty file).

    Raises `StoreError` for a file that is not ours or is from a newer Wirewatch.
    """
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if not application and not found and connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
        return 0
    if application != APPLICATION_ID or found < 1:
        raise StoreError(
            f"“{path}” is a database of another program. Wirewatch leaves it as it is: move it away, or choose "
            "another folder for stored data."
        )
    if found > len(MIGRATIONS):
        raise StoreError(
            f"“{path}” was written by a newer Wirewatch (layout {found}, this one knows {len(MIGRATIONS)}). Use that "
            "version, or choose another folder for stored data."
        )
    return int(found)


def prepare(path: Path) -> None:
    """Create a store where there is none, or bring it to the present layout; one process at a time."""
    with alone_in(path.parent), speaking(path):
        make_file(path)
        # Asked of a connection that cannot write, so that a file that is refused stays as it is.
        with closing(connect(path, "ro")) as connection:
            have = version(connection, path)
        if have == len(MIGRATIONS):
            return
        with closing(connect(path, "rw")) as connection:
            if not have:
                path.chmod(0o600)
                # Both are settled by the first page that is written.
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                connection.execute("PRAGMA journal_mode = WAL").fetchall()
            # All at once: who reads meanwhile sees the layout before, or the present one.
            with transaction(connection, "IMMEDIATE"):
                for migrate in MIGRATIONS[have:]:
                    migrate(connection)
                connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
