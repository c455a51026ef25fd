"""What the widgets that show entries may ask for, and nothing more.

Owns the protocol between the reading widgets and whoever holds the stored data (the session). Every method is
called on the screen's thread while a frame is made, so it must answer at once: sixty entries in well under a
millisecond, lit words from memory. Must not import Textual.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from feeds.model import Entry
from feeds.query import Field
from feeds.watches import Lit


class Lights(NamedTuple):
    """What watches have to do with an entry as a whole."""

    watches: tuple[int, ...] = ()
    """Indexes of the watches that are on and match it."""
    alert: bool = False
    """One of them alerts: the row carries the alert mark."""


class Shelf(Protocol):
    """Hands out entries and what is known around them."""

    @property
    def version(self) -> int:
        """A number that changes whenever `lit`, `lit_text` or `watch_color` may answer otherwise."""
        ...

    def entries(self, ids: Sequence[int]) -> list[Entry]:
        """Return these entries in the order asked for; unknown ids are left out."""
        ...

    def source_name(self, source_id: int) -> str:
        """Return the name of a source, one line of text."""
        ...

    def lit(self, entry: Entry) -> Lights:
        """Return what watches have to do with an entry."""
        ...

    def lit_text(self, text: str, field: Field) -> Sequence[Lit]:
        """Return the stretches of a title or of a text (`field`) that watches light up, by their start."""
        ...

    def watch_color(self, watch: int) -> str:
        """Return the colour of the watch of that index, one of `feeds.config.COLORS`."""
        ...

    def now(self) -> datetime:
        """Return the time, UTC."""
        ...
