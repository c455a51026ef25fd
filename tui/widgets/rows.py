"""Which entries are in the view and in what order: ids and sort keys, nothing else.

Owns the order of the timeline. Two columns of 64-bit numbers hold a million entries in 16 MB; there is no
dictionary from id to place, which would take six times that. An entry is found by its sort key, which whoever
draws it has in hand; where only the id is known, a scan of the column answers (8 ms in a million), which
happens only for entries that are not on the screen and never while reading. Pure: must not import Textual.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence

_TYPE = "q"


class RowIndex:
    """The entries of a view in their order.

    The columns are kept oldest first, so news is appended. Rows are counted in the order of the screen: row 0
    is at its top, the newest entry when `newest_first`.
    """

    def __init__(self, ids: Sequence[int] = (), sort_keys: Sequence[int] = (), *, newest_first: bool = True) -> None:
        self.newest_first = newest_first
        self._ids: array[int] = array(_TYPE, ids)
        self._keys: array[int] = array(_TYPE, sort_keys)

    def replace(self, ids: Sequence[int], sort_keys: Sequence[int]) -> None:
        """Hold other entries: two columns of equal length, oldest first, ties by id."""
        self._ids = array(_TYPE, ids)
        self._keys = array(_TYPE, sort_keys)

    def __len__(self) -> int:
        return len(self._ids)

    def id(self, row: int) -> int:
        """Return the id of the entry at a row."""
        return self._ids[self._place(row)]

    def key(self, row: int) -> int:
        """Return the sort key of the entry at a row."""
        return self._keys[self._place(row)]

    def _place(self, row: int) -> int:
        """Turn a row of the screen into a place in the columns, or back."""
        if not 0 <= row < len(self._ids):
            raise IndexError(row)
        return len(self._ids) - 1 - row if self.newest_first else row

    @property
    def newest(self) -> int:
        """The row of the newest entry; there must be one."""
        return self._place(len(self._ids) - 1)

    @property
    def oldest(self) -> int:
        """The row of the oldest entry; there must be one."""
        return self._place(0)

    # ------------------------------------------------------------------ finding

    def _bisect(self, key: int, entry_id: int) -> int:
        low = bisect_left(self._keys, key)
        high = bisect_right(self._keys, key, low)
        return bisect_left(self._ids, entry_id, low, high)

    def _is_at(self, place: int, key: int, entry_id: int) -> bool:
        return place < len(self._ids) and self._ids[place] == entry_id and self._keys[place] == key

    def _find(self, entry_id: int, key: int | None) -> int | None:
        if key is not None:
            place = self._bisect(key, entry_id)
            if self._is_at(place, key, entry_id):
                return place
        try:
            return self._ids.index(entry_id)
        except ValueError:
            return None

    def find(self, entry_id: int, key: int | None = None) -> int | None:
        """Return the row of an entry, None when it is not here; at once where its sort key is given."""
        place = self._find(entry_id, key)
        return None if place is None else self._place(place)

    def row_at(self, key: int, entry_id: int) -> int | None:
        """Return the row of an entry of that key and id or, without it, of its nearest older neighbour.

        The nearest newer one where none is older; None when the view is empty.
        """
        if not self._ids:
            return None
        place = self._bisect(key, entry_id)
        if not self._is_at(place, key, entry_id):
            place = max(place - 1, 0)
        return self._place(place)

    def beyond(self, row: int, delta: int) -> Sequence[int]:
        """Return the ids of the rows below a row, going down; of those above it, going up, when `delta` is negative."""
        place = self._place(row)
        older = (delta > 0) == self.newest_first
        return self._ids[:place][::-1] if older else self._ids[place + 1 :]

    # ------------------------------------------------------------------ changing

    def insert(self, entries: Iterable[tuple[int, int]]) -> list[int]:
        """Put entries, as pairs of sort key and id, in their places; return the ids that were not there.

        News costs what it brings; an entry in the middle costs moving what is newer in memory. An entry whose
        sort key changed is to be removed first.
        """
        fresh: list[tuple[int, int, int]] = []
        for key, entry_id in sorted(set(entries)):
            place = self._bisect(key, entry_id)
            if not self._is_at(place, key, entry_id):
                fresh.append((place, key, entry_id))
        if fresh:
            first = fresh[0][0]
            ids, keys = self._ids[first:], self._keys[first:]
            del self._ids[first:], self._keys[first:]
            done = first
            for place, key, entry_id in fresh:
                if place > done:
                    self._ids.extend(ids[done - first : place - first])
                    self._keys.extend(keys[done - first : place - first])
                    done = place
                self._ids.append(entry_id)
                self._keys.append(key)
            self._ids.extend(ids[done - first :])
            self._keys.extend(keys[done - first :])
        return [entry_id for _, _, entry_id in fresh]

    def remove(self, entries: Iterable[tuple[int, int | None]]) -> int:
        """Take entries out, as pairs of id and sort key (None if not known); return how many were there."""
        places = sorted({place for pair in entries if (place := self._find(*pair)) is not None})
        if places:
            first = places[0]
            ids, keys = self._ids[first:], self._keys[first:]
            del self._ids[first:], self._keys[first:]
            done = first
            for place in [*places, first + len(ids)]:
                self._ids.extend(ids[done - first : place - first])
                self._keys.extend(keys[done - first : place - first])
                done = place + 1
        return len(places)


def edge(row: int, step: int, rows: int, same: Callable[[int], bool]) -> int:
    """Return the last row, going from `row` in steps of 1 or -1, of those alike; by doubling and halving.

    `same` says whether a row is alike; those alike are next to each other, and `row` is one of them. `rows`
    is how many there are.
    """
    reach, far = row, 1
    while 0 <= reach + step * far < rows and same(reach + step * far):
        reach += step * far
        far *= 2
    while far > 1:
        far //= 2
        if 0 <= reach + step * far < rows and same(reach + step * far):
            reach += step * far
    return reach
