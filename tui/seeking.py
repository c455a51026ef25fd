"""Which entry is the next that is wanted, read from the store away from the screen.

Owns the search: for what watches light the store's index is asked, for what is unread the entries are read, some at a
time. Pure but for the reader it is handed. Must not know the screen nor what is on it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from feeds.query import All, AnyOf, Query
from feeds.store import Reader, View
from feeds.watches import Watches

PORTION = 128
"""Entries read at a time, so that other questions are answered in between."""


class Place(NamedTuple):
    """Where an entry is in timeline order."""

    sort_key: int
    """Milliseconds since 1970."""
    entry_id: int


def lit_view(view: View, watches: Watches) -> View:
    """Return the entries of a view that the watches which are on match; one of them must be on."""
    queries = tuple(watches.watches[index].query for index in sorted(watches.on))
    lit: Query = queries[0] if len(queries) == 1 else AnyOf(queries)
    return replace(view, query=lit if view.query is None else All((view.query, lit)))


def neighbour(reader: Reader, view: View, place: Place, delta: int) -> int | None:
    """Return the entry of a view that is the next older one of a place, or the next newer one when `delta` is negative.

    None where there is none.
    """
    found = reader.select(view)
    low = bisect_left(found.sort_keys, place.sort_key)
    high = bisect_right(found.sort_keys, place.sort_key, low)
    if delta > 0:
        at = bisect_left(found.ids, place.entry_id, low, high) - 1
    else:
        at = bisect_right(found.ids, place.entry_id, low, high)
    return found.ids[at] if 0 <= at < len(found.ids) else None


def unread(reader: Reader, ids: Sequence[int]) -> int | None:
    """Return the first of some entries that is unread, None where none is."""
    return next((entry.id for entry in reader.entries(ids) if not entry.read), None)
