"""What the parts of a line mean, before any theme gives them a look.

Owns the roles a stretch of text can have on the screen and the small values lines are made of. A renderer
says that something is a headline, withdrawn, and lit by watch 2; `tui.theme` decides what that looks like.
Must not import Textual.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from feeds.watches import Lit
from tui import cells


class Role(StrEnum):
    """What a stretch of text is."""

    TEXT = "text"
    HEADLINE = "headline"
    """Headline of an entry that was not read."""
    READ = "read"
    """Headline of an entry that was read."""
    LEAD = "lead"
    """First words of an entry without a headline, not read."""
    PREVIEW = "preview"
    TIME = "time"
    SOURCE = "source"
    HOUR = "hour"
    LINE = "line"
    """Rules, bars and frames."""
    LEFT = "left"
    """A line that says something of the place between two entries."""
    UNREAD = "unread"
    STARRED = "starred"
    EDITED = "edited"
    WITHDRAWN = "withdrawn"
    ALERT = "alert"
    KEY = "key"
    CURSOR = "cursor"
    TITLE = "title"
    """Headline of the entry that is shown in full."""
    HEADING = "heading"
    META = "meta"
    LABEL = "label"
    BADGE = "badge"
    LINK = "link"
    NUMBER = "number"
    QUOTE = "quote"
    CODE = "code"
    MEDIA = "media"
    BULLET = "bullet"
    INSERTED = "inserted"
    """Text that a later state has and an earlier one had not."""
    REMOVED = "removed"
    TRACK = "track"
    THUMB = "thumb"


LIT_BY_NONE = -1


class Ink(NamedTuple):
    """How a stretch of text is meant to look."""

    role: Role = Role.TEXT
    marks: int = 0
    """Styles of the text itself, as in `feeds.document.Run.style`."""
    watch: int = LIT_BY_NONE
    """Index of the watch that lights it up."""
    link: str = ""
    """Address it leads to."""


Piece: TypeAlias = tuple[str, Ink]
Line: TypeAlias = list[Piece]

BLANK = Ink()


def text_of(pieces: Iterable[Piece]) -> str:
    """Return the characters of some pieces."""
    return "".join(text for text, _ in pieces)


def width_of(pieces: Iterable[Piece]) -> int:
    """Return the cells some pieces take."""
    return sum(cells.width(text) for text, _ in pieces)


def light(pieces: Sequence[Piece], lit: Iterable[Lit]) -> Line:
    """Return the pieces with what watches light up marked; where they overlap, the one that begins first."""
    out: Line = []
    stretches = iter(lit)
    now = next(stretches, None)
    place = 0
    for text, ink in pieces:
        start, end = place, place + len(text)
        place = end
        while now is not None and now.start < end:
            begin, stop = max(now.start, start), min(now.end, end)
            if begin < stop:
                if start < begin:
                    out.append((text[start - end : begin - end], ink))
                out.append((text[begin - end : stop - end or None], ink._replace(watch=now.watch)))
                start = stop
            if now.end > end:
                break
            now = next(stretches, None)
        if start < end:
            out.append((text[start - end :], ink))
    return out


def fit(pieces: Iterable[Piece], cells_wide: int, ink: Ink = BLANK) -> Line:
    """Return the pieces in exactly so many cells: cut without a sign, or filled up with blanks."""
    line: Line = []
    left = cells_wide
    for text, style in pieces:
        if left <= 0:
            break
        size = cells.width(text)
        if size > left:
            text, size = cells.crop(text, left), left
        if text:
            line.append((text, style))
            left -= size
    if left > 0:
        line.append((" " * left, ink))
    return line


def indent(line: Iterable[Piece], by: Iterable[Piece]) -> Line:
    """Return a line with something before it."""
    return [*by, *line]


def slices(pieces: Sequence[Piece], places: Iterable[tuple[int, int]]) -> Iterator[Line]:
    """Yield the parts of the pieces between each start and end; the places ascend and do not overlap."""
    index = offset = 0
    for start, end in places:
        line: Line = []
        while index < len(pieces) and offset + len(pieces[index][0]) <= start:
            offset += len(pieces[index][0])
            index += 1
        at, place = index, offset
        while at < len(pieces) and place < end:
            text, ink = pieces[at]
            part = text[max(start - place, 0) : end - place]
            if part:
                line.append((part, ink))
            place += len(text)
            at += 1
        yield line
