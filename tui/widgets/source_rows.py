"""What a source's row says, as pieces of text and the parts they play. Pure: imports no Textual.

Owns marks, countdowns and pulses, each with its twin in ASCII.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tui import cells


class Condition(StrEnum):
    """How a source fares, each with a mark of its own."""

    ALL = "all"
    OK = "ok"
    FAILING = "failing"
    NEVER = "never"
    ENDED = "ended"


_MARKS = {
    Condition.ALL: "≡",
    Condition.OK: "●",
    Condition.FAILING: "!",
    Condition.NEVER: "◌",
    Condition.ENDED: "■",
}
_ASCII_MARKS = {
    Condition.ALL: "=", Condition.OK: "o", Condition.FAILING: "!", Condition.NEVER: ".", Condition.ENDED: "#",
}  # fmt: skip


def source_marks(ascii_only: bool) -> Mapping[Condition, str]:
    """Return the mark of each condition."""
    return _ASCII_MARKS if ascii_only else _MARKS


_BARS = " ▁▂▃▄▅▆▇█"
_ASCII_BARS = " ..::||##"


class Item(NamedTuple):
    """A source as its row shows it."""

    source_id: int | None
    """None for the row of all sources."""
    name: str
    condition: Condition
    unread: int = 0
    next_poll: datetime | None = None
    polling: bool = False
    pulse: tuple[int, ...] = ()
    """Arrivals over the last hour in equal parts, oldest first."""
    message: str = ""
    """Why it fails, a sentence."""
    note: str = ""
    """What the second line of the row of all sources says."""


def until(next_poll: datetime | None, now: datetime) -> str:
    """Return how long it is until a poll: `in 24 s`, `in 3 min`; `now` when it is due, empty when unknown."""
    if next_poll is None:
        return ""
    seconds = (next_poll - now).total_seconds()
    if seconds < 1:
        return "now"
    if seconds < 100:
        return f"in {seconds:.0f} s"
    if seconds < 5_400:
        return f"in {seconds / 60:.0f} min"
    if seconds < 172_800:
        return f"in {seconds / 3600:.0f} h"
    return f"in {seconds / 86_400:.0f} days"


def sparkline(pulse: Sequence[int], *, ascii_only: bool = False) -> str:
    """Return a pulse as bars; the highest is full once there are a few arrivals in a part."""
    bars = _ASCII_BARS if ascii_only else _BARS
    top = max(max(pulse, default=0), 4)
    return "".join(bars[-(-value * (len(bars) - 1) // top)] for value in pulse)


class RowLook(NamedTuple):
    """How a row is drawn."""

    width: int
    roomy: bool
    """Whether every row has a second line."""
    cursor: bool
    ascii_only: bool = False

    @property
    def bar(self) -> str:
        """The sign before each line of the row the cursor is on."""
        return (">" if self.ascii_only else "▌") if self.cursor else " "

    @property
    def more(self) -> str:
        """The sign where a text is cut."""
        return ">" if self.ascii_only else "…"


Pieces = list[tuple[str, str]]
"""Texts and the parts they play: `name`, `unread`, `dim`, `ok`, `failing`, `pulse`."""


def when(item: Item, now: datetime | None, *, ascii_only: bool = False) -> str:
    """Return what is next for a source."""
    if item.polling:
        return "polling" + ("..." if ascii_only else "…")
    if item.condition is Condition.ENDED:
        return "ended"
    if item.condition is Condition.NEVER and item.next_poll is None:
        return "not polled yet"
    return until(item.next_poll, now) if now else ""


def first_line(item: Item, look: RowLook, now: datetime | None) -> Pieces:
    """Return mark, name and unread; what is next too where there is no second line for it."""
    tone = {Condition.OK: "ok", Condition.FAILING: "failing"}.get(item.condition, "dim")
    soon = "" if look.roomy or look.width < 28 else when(item, now, ascii_only=look.ascii_only)
    tail = [(f"  {soon}", "dim")] if soon else []
    unread = f" {item.unread:,} " if item.unread else " "
    room = max(look.width - 3 - len(unread) - sum(len(text) for text, _ in tail), 1)
    name = cells.crop(cells.cut(cells.one_line(item.name), room, look.more), room)
    mark = source_marks(look.ascii_only)[item.condition]
    return [(look.bar, "pulse"), (mark, tone), (" ", "dim"), (name, "name"), *tail, (unread, "unread")]


def second_line(item: Item, look: RowLook, now: datetime | None) -> Pieces:
    """Return why the source fails, else its pulse and what is next."""
    lead = (f"{look.bar}  ", "pulse")
    if item.message:
        return [lead, (cells.cut(cells.one_line(item.message), look.width - 4, look.more), "failing")]
    pulse = sparkline(item.pulse, ascii_only=look.ascii_only)
    soon = item.note or when(item, now, ascii_only=look.ascii_only)
    soon = cells.cut(soon, max(look.width - 5 - len(pulse), 0), look.more)
    gap = " " * max(look.width - 4 - len(pulse) - cells.width(soon), 1)
    return [lead, (pulse, "pulse"), (gap, "dim"), (soon, "dim")]
