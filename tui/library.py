"""The shelf the reading panes draw from: stored entries, names of sources, what watches light up.

Owns the reader of the screen's thread, which only hands out entries by their ids, and the watches as they are
switched now. What a watch says of an entry is remembered by the state it is in. Must not import Textual.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime, tzinfo

from feeds.flow import Clock
from feeds.model import Entry, Source
from feeds.query import Field, Scene, is_timely
from feeds.store import Reader
from feeds.watches import Action, Lit, Watch, Watches
from tui.shelf import Lights

_REMEMBERED = 20_000
"""Entries of which it is remembered which watches they match."""


class Library:
    """A `tui.shelf.Shelf` over the store."""

    def __init__(self, reader: Reader, clock: Clock, watches: Sequence[Watch], zone: tzinfo | None = None) -> None:
        self._reader = reader
        self._clock = clock
        self._zone = zone
        self._sources: dict[int, Source] = {}
        self._named: dict[int, tuple[str, tuple[str, ...]]] = {}
        self._matching: dict[int, tuple[Hashable, tuple[int, ...]]] = {}
        self._timely = any(is_timely(watch.query) for watch in watches)
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
        source = self._sources.get(source_id)
        return source.name if source else ""

    def lit(self, entry: Entry) -> Lights:
        """Return the watches that are on and match an entry, and whether one of them alerts."""
        on = tuple(index for index in self.matching(entry) if index in self.watches.on)
        return Lights(on, any(Action.ALERT in self.watches.watches[index].actions for index in on))

    def lit_text(self, text: str, field: Field) -> Sequence[Lit]:
        """Return what the watches that are on light up in a title or a text."""
        return self.watches.lit(text, field)

    def watch_color(self, watch: int) -> str:
        """Return the colour of a watch."""
        return self.watches.watches[watch].color

    def now(self) -> datetime:
        """Return the time."""
        return self._clock.now()

    # ------------------------------------------------------------------ for those who hold it

    @property
    def scene(self) -> Scene:
        """What entries are matched in now."""
        return Scene(self.now(), self._sources, self._zone)

    def matching(self, entry: Entry) -> tuple[int, ...]:
        """Return the indexes of the watches an entry matches, switched on or not."""
        minute = self.now().replace(second=0, microsecond=0) if self._timely else None
        marks = (entry.read, entry.starred, entry.late)
        state = (entry.revision, *marks, entry.withdrawn_at, entry.restored_at, minute)
        before, found = self._matching.get(entry.id, (None, ()))
        if before != state:
            if len(self._matching) >= _REMEMBERED:
                self._matching.clear()
            found = self.watches.matching(entry, self.scene)
            self._matching[entry.id] = state, found
        return found

    def remembered(self, entry_id: int) -> tuple[int, ...]:
        """Return the watches an arrival matches, without reading it; none when that was forgotten."""
        return self._matching.get(entry_id, (None, ()))[1]

    def alerting(self, entry: Entry) -> list[str]:
        """Return the names of the watches that are on, alert, and match an entry."""
        return self.watches.alerting(entry, self.scene)

    def switch(self, watches: Watches) -> bool:
        """Take the watches as they are switched now; say whether anything may look different."""
        if watches == self.watches:
            return False
        self.watches = watches
        self.version += 1
        return True

    def rename(self, sources: Iterable[Source]) -> bool:
        """Take the sources; say whether a name or tag of one of them changed."""
        self._sources = {source.id: source for source in sources}
        named = {source.id: (source.name, source.spec.tags) for source in self._sources.values()}
        if named == self._named:
            return False
        self._named = named
        self._matching.clear()
        self.version += 1
        return True

    def close(self) -> None:
        """Let go of the store."""
        self._reader.close()
