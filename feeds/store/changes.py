"""What a visit changed, written down: entries, their revisions, names and words, and the lines of the change log.

Owns the statements by which each change of `feeds.reconcile` and `feeds.backfill` is applied. Runs inside the
transaction of its caller and decides nothing: a change that no longer fits (the entry is not there, or is so already)
leaves no trace.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from feeds import identity
from feeds.backfill import Filled
from feeds.model import ChangeKind, Post
from feeds.reconcile import Added, Change, Edited, Reconciled, Refreshed, Restored, Withdrawn
from feeds.store import rows as values

FEED = "INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)"
"""Makes an entry that is not in the search index be found by its words."""
NAME = "INSERT INTO name (source_id, hash, entry_id) VALUES (?, ?, ?)"

FORMER_KEYS = 4
"""Keys an entry had before that are kept, the last ones: a source that makes all of them anew at every visit would fill
the store with them."""


class _Reworded(NamedTuple):
    before: tuple[str, str] | None
    """The words that are in the index, None where the entry is not."""
    after: tuple[str, str]


class Changes:
    """Applies what one visit to a source changed, at that time."""

    def __init__(self, connection: sqlite3.Connection, source_id: int, now: datetime) -> None:
        self._connection = connection
        self._source_id = source_id
        self._now = values.micros(now)
        self._added = 0
        self._words: dict[int, _Reworded] = {}

    def apply(self, reconciled: Reconciled) -> None:
        """Apply what a poll changed; the last thing to do in a transaction but for housekeeping."""
        for change in reconciled.changes:
            self._change(change)
        self._connection.execute(
            "REPLACE INTO source_window (source_id, list) VALUES (?, ?)",
            (self._source_id, values.encode(reconciled.window)),
        )
        self._finish()

    def fill(self, filled: Filled, news: Collection[str]) -> None:
        """Apply what an older page added, of which `news` (identities) is not history; see `apply`."""
        for added in filled.added:
            self._add(added, ChangeKind.ADDED if added.identity in news else ChangeKind.OLDER)
        self._finish()

    def _finish(self) -> None:
        self._connection.execute(
            "UPDATE source SET entries = entries + :added, unread = unread + :added WHERE id = :id",
            {"added": self._added, "id": self._source_id},
        )
        self._write_words()

    def _change(self, change: Change) -> None:
        match change:
            case Added():
                self._add(change)
            case Edited(entry_id, post):
                self._edit(entry_id, post)
            case Refreshed(entry_id, post, folded):
                self._refresh(entry_id, post)
                if folded:
                    self._fold(entry_id)
            case Withdrawn(entry_id):
                self._withdraw(entry_id)
            case Restored(entry_id):
                self._restore(entry_id)

    def _write_words(self) -> None:
        """Bring the search index to what was applied, when nothing else is left to write and in order of id.

        The index begins a new segment where an id is lower than the last, and wherever SQLite opens a savepoint for
        another statement: written beside the entries, each would be a segment of its own, and all searches slow.
        """
        for entry_id, words in sorted(self._words.items()):
            if words.before is not None:
                forget = "INSERT INTO words (words, rowid, title, text) VALUES ('delete', ?, ?, ?)"
                self._connection.execute(forget, (entry_id, *words.before))
            self._connection.execute(FEED, (entry_id, *words.after))

    def _add(self, change: Added, kind: ChangeKind = ChangeKind.ADDED) -> None:
        taken = "SELECT 1 FROM content WHERE source_id = ? AND identity = ?"
        if self._connection.execute(taken, (self._source_id, change.identity)).fetchone():
            return
        sort_at, rest = divmod(values.micros(change.sort_at), 1000)
        entry_id = self._connection.execute(
            "INSERT INTO entry (source_id, sort_at, sort_micros, first_seen, late, withdrawn_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (self._source_id, sort_at, rest, self._now, change.late, self._now if change.withdrawn else None),
        ).lastrowid
        assert entry_id is not None  # an INSERT that did not raise made a row
        self._connection.execute(
            "INSERT INTO content (entry_id, source_id, identity, post) VALUES (?, ?, ?, ?)",
            (entry_id, self._source_id, change.identity, values.encode(change.post)),
        )
        self._rename(entry_id, set(), values.names(change.post))
        self._words[entry_id] = _Reworded(None, values.words(change.post))
        self._added += 1
        self._log(entry_id, kind, 1)
        if change.withdrawn:
            self._log(entry_id, ChangeKind.WITHDRAWN, 1)

    def _edit(self, entry_id: int, post: Post) -> None:
        sql = "SELECT revision, coalesce(revised_at, first_seen) FROM entry WHERE id = ? AND source_id = ?"
        found = self._connection.execute(sql, (entry_id, self._source_id)).fetchone()
        if found is None:
            return
        revision, seen = found
        self._connection.execute(
            "INSERT INTO revision (entry_id, number, seen, post) "
            "SELECT entry_id, ?, ?, post FROM content WHERE entry_id = ?",
            (revision, seen, entry_id),
        )
        self._connection.execute(
            "UPDATE entry SET revision = ?, revised_at = ? WHERE id = ?", (revision + 1, self._now, entry_id)
        )
        self._refresh(entry_id, post)
        self._log(entry_id, ChangeKind.EDITED, revision + 1)

    def _refresh(self, entry_id: int, post: Post) -> None:
        sql = "SELECT post FROM content WHERE entry_id = ? AND source_id = ?"
        found = self._connection.execute(sql, (entry_id, self._source_id)).fetchone()
        if found is None:
            return
        old = values.post(found[0])
        self._connection.execute("UPDATE content SET post = ? WHERE entry_id = ?", (values.encode(post), entry_id))
        self._rename(entry_id, values.names(old), values.names(post))
        if (old.key or old.url) and identity.key(old) != identity.key(post):
            self._remember_key(entry_id, identity.key(old))
        before, after = values.words(old), values.words(post)
        if entry_id in self._words:
            self._words[entry_id] = self._words[entry_id]._replace(after=after)
        elif before != after:
            self._words[entry_id] = _Reworded(before, after)

    def _fold(self, entry_id: int) -> None:
        sql = "UPDATE entry SET folded = folded + 1 WHERE id = ? AND source_id = ?"
        self._connection.execute(sql, (entry_id, self._source_id))

    def _rename(self, entry_id: int, before: set[int], after: set[int]) -> None:
        self._connection.executemany(
            "DELETE FROM name WHERE source_id = ? AND hash = ? AND entry_id = ?",
            [(self._source_id, name, entry_id) for name in before - after],
        )
        self._connection.executemany(
            NAME,
            [(self._source_id, name, entry_id) for name in after - before],
        )

    def _remember_key(self, entry_id: int, key: str) -> None:
        self._connection.execute(
            "REPLACE INTO former_key (source_id, key, entry_id, until) VALUES (?, ?, ?, ?)",
            (self._source_id, key, entry_id, self._now),
        )
        too_many = "SELECT key FROM former_key WHERE entry_id = ? ORDER BY until DESC LIMIT -1 OFFSET ?"
        self._connection.execute(
            f"DELETE FROM former_key WHERE source_id = ? AND entry_id = ? AND key IN ({too_many})",
            (self._source_id, entry_id, entry_id, FORMER_KEYS),
        )

    def _withdraw(self, entry_id: int) -> None:
        sql = "UPDATE entry SET withdrawn_at = ? WHERE id = ? AND source_id = ? AND withdrawn_at IS NULL"
        if self._connection.execute(sql, (self._now, entry_id, self._source_id)).rowcount:
            self._log(entry_id, ChangeKind.WITHDRAWN)

    def _restore(self, entry_id: int) -> None:
        sql = """
            UPDATE entry SET withdrawn_at = NULL, restored_at = ?
            WHERE id = ? AND source_id = ? AND withdrawn_at IS NOT NULL
        """
        if self._connection.execute(sql, (self._now, entry_id, self._source_id)).rowcount:
            self._log(entry_id, ChangeKind.RESTORED)

    def _log(self, entry_id: int, kind: ChangeKind, revision: int | None = None) -> None:
        self._connection.execute(
            "INSERT INTO change (entry_id, kind, revision, at) "
            "SELECT id, ?, coalesce(?, revision), ? FROM entry WHERE id = ?",
            (kind.value, revision, self._now, entry_id),
        )
