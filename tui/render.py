"""What an entry looks like on the timeline: lines of pieces at a width.

Owns the columns of a row, the words of its glyphs and the headers between rows. Pure: given the same entry,
look and lights it returns the same lines, each exactly as wide as asked. Scrolling, focus, caches and colours
are elsewhere. Must not import Textual.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from feeds.document import STRUCK, Block, Document, plain
from feeds.model import Entry, Post
from feeds.query import Field
from feeds.watches import Lit
from tui import cells
from tui.glyphs import UNICODE, Glyphs
from tui.ink import BLANK, Ink, Line, Role, fit, light, width_of
from tui.wrap import wrap_to

LitText = Callable[[str, Field], Sequence[Lit]]
"""Says what is lit in a title or in a text."""


class Density(StrEnum):
    """How much room an entry takes on the timeline."""

    COMPACT = "compact"
    """One line."""
    ROOMY = "roomy"
    """The headline in up to two lines, then up to two lines of text."""


class Look(NamedTuple):
    """How rows are drawn; part of what a drawn row is remembered by."""

    width: int
    density: Density = Density.COMPACT
    glyphs: Glyphs = UNICODE
    zone: tzinfo | None = None
    """Time zone of the times shown, None for the system's."""


HEADLINE_LINES = 2
PREVIEW_LINES = 2

_MARKS = 5
"""Cells before the time: the cursor's bar and four glyphs."""

_SOURCE_WIDTHS = ((150, 24), (110, 20), (80, 16), (60, 12), (50, 8))
"""From this width on, the source has so many cells; below the last it has none."""
_SOURCE_COLUMN = 12
"""Cells below which the source of a roomy row stands before its text, where it has more room."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

# ------------------------------------------------------------------ times


def local(when: datetime, zone: tzinfo | None = None) -> datetime:
    """Return a time in the reader's zone."""
    return when.astimezone(zone)


def clock(when: datetime) -> str:
    """Return a local time of day."""
    return f"{when.hour:02}:{when.minute:02}"


def day(when: datetime) -> str:
    """Return a local day, in English on every system: `Tue 24 Nov`."""
    return f"{_DAYS[when.weekday()]} {when.day} {MONTHS[when.month - 1]}"


_QUARTER = 900_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def millis(when: datetime) -> int:
    """Return a time as a sort key: milliseconds since 1970."""
    return (when - _EPOCH) // timedelta(milliseconds=1)


def hour_of(sort_key: int, zone: tzinfo | None = None) -> str:
    """Return the local day and hour a sort key (milliseconds since 1970) falls in: `Tue 24 Nov · 14:00`."""
    return _hour_of_quarter(sort_key // _QUARTER, zone)


# Every zone in use is a whole number of quarters of an hour off UTC, so a quarter lies in one local hour.
@lru_cache(maxsize=4096)
def _hour_of_quarter(quarter: int, zone: tzinfo | None) -> str:
    try:
        when = (_EPOCH + timedelta(milliseconds=quarter * _QUARTER)).astimezone(zone)
    except (OverflowError, OSError, ValueError):
        return "an unknown time"
    return f"{day(when)} · {when.hour:02}:00"


def row_time(entry: Entry, zone: tzinfo | None = None) -> str:
    """Return the time of an entry in five cells: `14:02`, or its day where it is not that of its place."""
    when = local(entry.when, zone)
    if when.date() != local(entry.sort_at, zone).date():
        return f"{when.day}{MONTHS[when.month - 1]}".rjust(5)
    return clock(when)


# ------------------------------------------------------------------ words


def lead(post: Post, limit: int) -> str:
    """Return the first characters of a post's text on one line, without a headline it begins with."""
    document: Document = post.summary or post.body
    parts: list[str] = []
    size = 0
    limit += len(post.title)
    for block in document:
        part = _block_line(block, limit)
        if part:
            parts.append(part)
            size += len(part) + 1
        if size >= limit:
            break
    text = " ".join(parts)
    if post.title and text.startswith(post.title):
        text = text[len(post.title) :].lstrip(" .:–—-")
    return cells.one_line(text[:limit])


def _block_line(block: Block, limit: int) -> str:
    return " ".join(plain((block,))[: limit * 2].split())


# ------------------------------------------------------------------ rows


def source_width(width: int) -> int:
    """Return the cells the source's name gets in a row of that width, 0 for none."""
    return next((size for least, size in _SOURCE_WIDTHS if width >= least), 0)


def card(entry: Entry, look: Look, source: str, lit: LitText, *, alert: bool = False) -> list[Line]:
    """Return the lines of an entry on the timeline, each exactly `look.width` cells wide."""
    roomy = look.density is Density.ROOMY
    named = source_width(look.width)
    if roomy and named < _SOURCE_COLUMN:
        named = 0
    prefix = _prefix(entry, look, source, named, alert)
    margin = width_of(prefix)
    room = max(look.width - margin - 1, 1)
    lines = _words(entry, look, source if roomy and not named else "", lit, room, roomy)
    hanging: Line = [(" " * margin, BLANK)]
    return [fit([*(hanging if index else prefix), *line], look.width) for index, line in enumerate(lines)]


def _prefix(entry: Entry, look: Look, source: str, named: int, alert: bool) -> Line:
    glyphs, post = look.glyphs, entry.post
    blank = (" ", BLANK)
    line: Line = [
        blank,
        blank if entry.read else (glyphs.unread, Ink(Role.UNREAD)),
        (glyphs.starred, Ink(Role.STARRED)) if entry.starred else blank,
    ]
    if entry.withdrawn_at:
        line.append((glyphs.withdrawn, Ink(Role.WITHDRAWN)))
    else:
        line.append((glyphs.edited, Ink(Role.EDITED)) if entry.revision > 1 else blank)
    if alert:
        line.append((glyphs.alert, Ink(Role.ALERT)))
    else:
        line.append((glyphs.key_event, Ink(Role.KEY)) if post.key_event else blank)
    line += [blank, (row_time(entry, look.zone), Ink(Role.TIME))]
    line.append((glyphs.late, Ink(Role.EDITED)) if entry.late else blank)
    line.append(blank)
    if named:
        name = cells.cut(cells.one_line(source), named, glyphs.more)
        line.append((cells.crop(name, named), Ink(Role.SOURCE)))
        line.append(("  ", BLANK))
    return line


def _words(entry: Entry, look: Look, source: str, lit: LitText, room: int, roomy: bool) -> list[Line]:
    post, more = entry.post, look.glyphs.more
    title = cells.one_line(post.title[: room * 12])
    preview = lead(post, room * 4) if roomy or not title else ""
    role = Role.READ if entry.read else Role.HEADLINE if title else Role.LEAD
    marks = STRUCK if entry.withdrawn_at else 0
    head = title or preview or f"({_nothing(post)})"
    ink = Ink(role, marks)
    # Words that cannot be seen need no lights: a line of `room` cells holds few more characters than that.
    head = head[: room * 8]
    lights = lit(head, Field.TITLE if title else Field.TEXT)
    lines = wrap_to(light([(head, ink)], lights), room, _head_lines(roomy, bool(title)), more, ink)
    if not roomy:
        return lines[:1]
    quiet = Ink(Role.PREVIEW)
    below: Line = []
    if source:
        below.append((cells.cut(cells.one_line(source), room // 2, more), Ink(Role.SOURCE)))
    if title and preview:
        if below:
            below.append((f" {look.glyphs.dot} ", quiet))
        below += light([(preview, quiet)], lit(preview, Field.TEXT))
    return [*lines, *wrap_to(below, room, PREVIEW_LINES, more, quiet)] if below else lines


def _head_lines(roomy: bool, titled: bool) -> int:
    if not roomy:
        return 1
    return HEADLINE_LINES if titled else HEADLINE_LINES + PREVIEW_LINES - 1


def _nothing(post: Post) -> str:
    """Return what stands for an entry without headline and text."""
    if post.enclosures:
        return "a file, no text"
    return post.url.partition("://")[2] if post.url else "no text"


# ------------------------------------------------------------------ between rows


def hour_header(label: str, look: Look) -> Line:
    """Return the line above the entries of an hour."""
    name = label.replace("·", look.glyphs.dot)
    return _ruled(name, look, Role.HOUR)


def notice_line(label: str, look: Look) -> Line:
    """Return a line that says something of the place between two entries."""
    return _ruled(label.replace("·", look.glyphs.dot), look, Role.LEFT)


def _ruled(label: str, look: Look, role: Role) -> Line:
    rule = look.glyphs.rule
    start = _MARKS + 1
    label = cells.cut(label, look.width - start - 1, look.glyphs.more)
    pieces: Line = [(" " * start, BLANK), (label, Ink(role)), (" ", BLANK)]
    left = look.width - width_of(pieces) - 1
    if left > 0:
        pieces.append((rule * left, Ink(Role.LEFT if role is Role.LEFT else Role.LINE)))
    return fit(pieces, look.width)
