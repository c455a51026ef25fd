"""Gaps between two polls of a source, written down and closed again.

Owns the statements about them. Runs inside the transaction of its caller and decides nothing else.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from msgspec import msgpack

from feeds.backfill import Filled
from feeds.model import Source
from feeds.reconcile import Added, Reconciled
from feeds.store import rows as values

_place = msgpack.Decoder(dict[str, object] | None).decode


def open_gap(connection: sqlite3.Connection, source: Source, reconciled: Reconciled) -> None:
    """Remember that entries may be missing before those a poll has added; they are not stored yet."""
    added = [change.sort_at for change in reconciled.changes if isinstance(change, Added)]
    if not added:
        return
    before = min(added)
    sql = "SELECT max(sort_at) FROM entry WHERE source_id = ? AND sort_at < ?"
    (newest,) = connection.execute(sql, (source.id, values.micros(before) // 1000)).fetchone()
    if newest is not None:
        connection.execute(
            "REPLACE INTO gap (source_id, after, before, older) VALUES (?, ?, ?, ?)",
            (source.id, newest * 1000, values.micros(before), values.encode(source.older)),
        )


def news_of(connection: sqlite3.Connection, source: Source, filled: Filled) -> frozenset[str]:
    """Return the identities of what was added inside the newest gap of a source: that came since the poll before."""
    sql = "SELECT max(after) FROM gap WHERE source_id = ?"
    (after,) = connection.execute(sql, (source.id,)).fetchone()
    if after is None:
        return frozenset()
    return frozenset(added.identity for added in filled.added if values.micros(added.sort_at) > after)


def narrow_gap(
    connection: sqlite3.Connection, source: Source, filled: Filled, older: dict[str, object]
) -> dict[str, object]:
    """Let what was added fill the newest gap of a source; return where reading backwards goes on.

    That is where the page says, unless it closed the gap: then it is where it was before the gap.
    """
    sql = "SELECT after, older FROM gap WHERE source_id = ? ORDER BY after DESC LIMIT 1"
    gap = connection.execute(sql, (source.id,)).fetchone()
    if gap is None:
        return older
    after, resumed = gap
    key = (source.id, after)
    if filled.reached is not None and values.micros(filled.reached) // 1000 <= after // 1000:
        connection.execute("DELETE FROM gap WHERE source_id = ? AND after = ?", key)
        return _place(resumed) or {}
    if filled.added:
        lowest = values.micros(_lowest(filled))
        # Never above what was known before the gap: the line that is drawn there parts the two.
        sql = "UPDATE gap SET before = max(min(before, ?), after + 1000) WHERE source_id = ? AND after = ?"
        connection.execute(sql, (lowest, *key))
    return older


def _lowest(filled: Filled) -> datetime:
    return min(added.sort_at for added in filled.added)
