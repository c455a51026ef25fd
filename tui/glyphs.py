"""The signs of the screen, each with its twin in ASCII.

Owns which character stands for what. Every sign of a row is one cell wide, in every terminal and font that
can draw it at all; where it cannot (or the reader asks for it), `ASCII` takes the place of `UNICODE`.
"""

from __future__ import annotations

from typing import NamedTuple


class Glyphs(NamedTuple):
    """A set of signs."""

    unread: str
    starred: str
    edited: str
    withdrawn: str
    alert: str
    key_event: str
    late: str
    """It appeared after newer entries had been seen."""
    cursor: str
    """Before every line of the entry the cursor is on, so that the cursor is seen without colours."""
    rule: str
    dot: str
    """Between two facts of one line."""
    more: str
    """Where a text is cut; one cell."""
    bullets: tuple[str, str, str]
    """By depth of the list."""
    quote: str
    code: str
    column: str
    """Between two columns of a table."""
    crossing: str
    """Where a rule meets `column`."""
    track: str
    thumb: str
    link: str


UNICODE = Glyphs(
    unread="●",
    starred="★",
    edited="✎",
    withdrawn="✖",
    alert="!",
    key_event="◆",
    late="‹",
    cursor="▌",
    rule="─",
    dot="·",
    more="…",
    bullets=("•", "◦", "▪"),
    quote="▏",
    code="▏",
    column="│",
    crossing="┼",
    track=" ",
    thumb="▐",
    link="↗",
)

ASCII = Glyphs(
    unread="*",
    starred="+",
    edited="~",
    withdrawn="x",
    alert="!",
    key_event="#",
    late="<",
    cursor=">",
    rule="-",
    dot="-",
    more=">",
    bullets=("*", "-", "+"),
    quote="|",
    code="|",
    column="|",
    crossing="+",
    track=" ",
    thumb="#",
    link=">",
)


def glyphs(ascii_only: bool) -> Glyphs:
    """Return the set of signs to draw with."""
    return ASCII if ascii_only else UNICODE
