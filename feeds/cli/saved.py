"""The saved sources: what the configuration names beside what the store knows of it, and which of them a word means."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct

from feeds.config import source_address
from feeds.errors import WirewatchError
from feeds.model import Source, SourceSpec
from feeds.records import readable, without_credentials
from feeds.store import SourceCounts, open_reader
from feeds.text import fold

NAMED = 5
"""Sources named in the sentence that says a word means several."""


class Saved(Struct, frozen=True):
    """A saved source."""

    spec: SourceSpec
    source: Source | None = None
    """None where nothing is stored of it yet."""
    counts: SourceCounts = SourceCounts()

    @property
    def name(self) -> str:
        """The name shown."""
        return readable(self.spec.name or (self.source.title if self.source else "") or self.spec.url)

    @property
    def address(self) -> str:
        """The address shown."""
        return without_credentials(self.spec.url)


def beside_stored(specs: Sequence[SourceSpec], data: Path) -> list[Saved]:
    """Return the sources of the configuration with what is stored of them. Raises `StoreError`."""
    reader = open_reader(data)
    try:
        counts = reader.counts()
        stored = {source.spec.url: source for source in reader.sources()}
    finally:
        reader.close()
    found = []
    for spec in specs:
        source = stored.get(spec.url)
        found.append(Saved(spec, source, counts.get(source.id, SourceCounts()) if source else SourceCounts()))
    return found


def chosen(saved: Sequence[Saved], word: str) -> Saved:
    """Return the source that a word means: its name or address, else the one whose name or address begins so.

    Raises `WirewatchError` that says what else there is.
    """
    wanted, address = fold(word.strip()), source_address(word)
    exact = [each for each in saved if fold(each.name) == wanted or each.spec.url in (word, address)]
    found = exact or [each for each in saved if wanted and any(name.startswith(wanted) for name in _names(each))]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(
            f"“{each.name}”" + (f" ({each.address})" if each.address != each.name else "") for each in found[:NAMED]
        )
        more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
        raise WirewatchError(f"“{word}” may mean {names}{more}; write more of the name, or the whole address.")
    close = get_close_matches(wanted, [fold(each.name) for each in saved], n=1)
    near = next((each.name for each in saved if close and fold(each.name) == close[0]), "")
    hint = f"Did you mean “{near}”?" if near else "“wirewatch sources” lists them."
    raise WirewatchError(f"No saved source is called “{word}”. {hint}")


def _names(saved: Saved) -> tuple[str, ...]:
    """Return the folded forms a beginning may be the beginning of."""
    address = saved.address
    bare = address.partition("://")[2]
    return fold(saved.name), fold(address), fold(bare), fold(bare.removeprefix("www."))
