"""How foreign text is made fit for a grid of cells, and how wide it is there.

Owns the one cleaning at render time and all measuring and cutting by cells. Text is clean when it is stored;
it is cleaned here again because this is the last place before the terminal, and because some characters that
are good text have no width that terminals, multiplexers and Textual agree on. Must not import Textual.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size, split_graphemes

from feeds.text import clean

_UNSURE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u00ad"  # soft hyphen: drawn by some, not by others
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional marks, overrides and isolates
    "\u200b\u2028\u2029\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb"  # invisible or line-breaking
    "\u200d"  # joiner: merges emoji for some terminals only, and for Textual any two characters
    "\u20e3"  # keycap: a digit stays a digit
    "\ufe00-\ufe0f\U000e0000-\U000e0fff"  # variation selectors, tags
    "\U0001f3fb-\U0001f3ff"  # skin tones
    "\ud800-\udfff"  # halves of characters, which cannot be written to a terminal
    "]"
)
# A letter may carry four marks, which none of the scripts of news exceeds; towers of them are cut, they would
# reach into other rows or make a line of a few cells endless.
_MARK = (
    "["
    "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"  # any script
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"  # Arabic
    "\u0730-\u074a"  # Syriac
    "\u0900-\u0902\u093c\u0941-\u0948\u094d\u0981\u09bc\u09c1-\u09c4\u09cd"  # Devanagari, Bengali
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd"  # Thai, Lao
    "\u1160-\u11ff\u200c\u3099\u309a\ud7b0-\ud7fb"  # Hangul, non-joiner, kana
    "]"
)
_TOWER = re.compile(f"({_MARK}{{4}}){_MARK}+")


def _replacement(match: re.Match[str]) -> str:
    char = match[0]
    if char in "\n\t\r\x0b\x0c\x85\u2028\u2029":
        return "\n" if char in "\n\u2028\u2029" else " "
    return "\ufffd" if "\ud800" <= char <= "\udfff" else ""


def legible(text: str) -> str:
    """Return a text as it may be drawn: nothing in it moves the cursor, and every character has a sure width.

    Emoji lose what terminals disagree about: variation selectors, skin tones, keycaps and the joiners that
    would merge several into one. Newlines stay; every other control character goes or becomes a blank.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _UNSURE.sub(_replacement, clean(text))
    return _TOWER.sub(r"\1", text) if not text.isascii() else text


def one_line(text: str) -> str:
    """Return a text as it may be drawn on one line."""
    text = legible(text)
    return " ".join(text.split()) if "\n" in text or "  " in text else text.strip()


def width(text: str) -> int:
    """Return the cells a legible text takes."""
    return len(text) if text.isascii() else cell_len(text)


def crop(text: str, cells: int) -> str:
    """Return the beginning of a legible text that fills exactly so many cells, padded with blanks."""
    if text.isascii():
        return text[:cells].ljust(cells)
    return set_cell_size(text, cells)


def cut(text: str, cells: int, more: str = "…") -> str:
    """Return a legible text in at most so many cells, with `more` (one cell) where it goes on."""
    if cells <= 0:
        return ""
    if width(text) <= cells:
        return text
    return crop(text, cells - 1).rstrip() + more


def graphemes(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and cells of each character as readers see them."""
    yield from split_graphemes(text)[0]
