"""The shelf the reading panes draw from: stored entries, names of sources, what watches light up.

Owns the reader of the screen's thread, which only hands out entries by their ids, and the watches as they are
switched now. What a watch says of an entry is remembered by entry and revision. Must not import Textual.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from feeds.flow import Clock
from feeds.model import Entry, Source
from feeds.store import Reader
from feeds.watches import Action, Lit, Watch, Watches
from tui.shelf import Lights

_REMEMBERED = 20_000
"""Entries of which it is remembered which watches they match."""


class Library:
    """A `tui.shelf.Shelf` over the store."""

    def __init__(self, reader: Reader, clock: Clock, watches: Sequence[Watch]) -> None:
        self._reader = reader
        self._clock = clock
        self._names: dict[int, str] = {}
        self._matching: dict[tuple[int, int], tuple[int, ...]] = {}
        self.watches = Watches(watches)
        """The watches as they are switched; set them with `switch`."""
        self.version = 0
        """Changes whenever what is lit may have changed."""

    # ------------------------------------------------------------------ the shelf

    def entries(self, ids: Sequence[int]) -> list[Entry]:
        """Return these entries in the order asked for."""
        return self._reader.entries(ids)

    def source_name(self, source_id: int) -> str:
        """Return the name of a source; empty when it is not configured any more."""
        return self._names.get(source_id, "")

    def lit(self, entry: Entry) -> Lights:
        """Return the watches that are on and match an entry, and whether one of them alerts."""
        on = tuple(index for index in self.matching(entry) if index in self.watches.on)
        return Lights(on, any(Action.ALERT in self.watches.watches[index].actions for index in on))

    def lit_text(self, text: str) -> Sequence[Lit]:
        """Return what the watches that are on light up in a text."""
        return self.watches.lit(text)

    def watch_color(self, watch: int) -> str:
        """Return the colour of a watch."""
        return self.watches.watches[watch].color

    def now(self) -> datetime:
        """Return the time."""
        return self._clock.now()

    # ------------------------------------------------------------------ for those who hold it

    def matching(self, entry: Entry) -> tuple[int, ...]:
        """Return the indexes of the watches an entry matches, switched on or not."""
        key = (entry.id, entry.revision)
        found = self._matching.get(key)
        if found is None:
            if len(self._matching) >= _REMEMBERED:
                self._matching.clear()
            found = self._matching[key] = self.watches.matching(entry)
        return found

    def remembered(self, entry_id: int) -> tuple[int, ...]:
        """Return the watches a new arrival matches, without reading it; none when that was forgotten."""
        return self._matching.get((entry_id, 1), ())

    def switch(self, watches: Watches) -> bool:
        """Take the watches as they are switched now; say whether anything may look different."""
        if watches == self.watches:
            return False
        self.watches = watches
        self.version += 1
        return True

    def rename(self, sources: Iterable[Source]) -> bool:
        """Take the names of the sources; say whether one of them changed."""
        names = {source.id: source.name for source in sources}
        if names == self._names:
            return False
        self._names = names
        self.version += 1
        return True

    def close(self) -> None:
        """Let go of the store."""
        self._reader.close()
