"""Escape and another key, when they come close together.

A terminal sends Escape as the byte that begins every other special key. Textual takes what follows within a
tenth of a second for a part of the same key: `Esc` `j` becomes `alt+j`, and `Esc` `:` becomes `:` alone. Owns
what is made of that instead: two keys, unless the reader has given a command that key with alt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual import events
from textual._xterm_parser import XTermParser
from textual.keys import Keys

from tui.keys import split

_ESC = "\x1b"
_BEGINS_MORE = frozenset("[]OPNX^_")
"""What may go on after Escape (ECMA-48, 5.3 and 5.6; `O` is that of application keys): only time can tell."""


class KeyParser(XTermParser):
    """Textual's parser, to which Escape is a key of its own."""

    with_alt: frozenset[str] = frozenset()
    """Characters that the reader uses together with alt."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        if len(sequence) == 2 and sequence[0] == _ESC and sequence[1] not in _BEGINS_MORE:
            sequence, alt = sequence[1], True
        if not alt or sequence in self.with_alt:
            yield from super()._sequence_to_key_events(sequence, alt)
            return
        yield events.Key(Keys.Escape.value, _ESC)
        yield from super()._sequence_to_key_events(sequence)


def part(keys: Mapping[str, str]) -> None:
    """Have Escape parted from the key after it, given the keys the reader chose by command."""
    chosen = [key for each in keys.values() for key in split(each)]
    KeyParser.with_alt = frozenset(key.removeprefix("alt+") for key in chosen if key.startswith("alt+"))
    # Textual's drivers make their parser themselves, from this name.
    from textual.drivers import linux_driver

    linux_driver.XTermParser = KeyParser  # type: ignore[attr-defined]  # imported there
