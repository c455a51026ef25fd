"""The last line: follow or hold, what is new, the watches, what is hidden, a notice, the clock.

Owns which of these have room and where the mouse finds them; at narrow widths the least important go first.
One notice is shown at a time, and only for a while. It is told everything, and says what was pressed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from msgspec import Struct
from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from tui import cells, theme

NOTICE_SECONDS = 8.0


class WatchCount(Struct, frozen=True):
    """A watch as the line shows it: `1 Kyiv 12`, or `1 Kyiv –` when it is off."""

    name: str
    key: int | None
    color: str
    on: bool
    count: int | None
    """None while it is counted."""


class Status(Struct, frozen=True):
    """What the line says."""

    follow: bool = True
    new: int = 0
    """Entries that came above the screen."""
    new_watches: tuple[tuple[str, int], ...] = ()
    """How many of them which watch matches."""
    watches: tuple[WatchCount, ...] = ()
    hidden: int = 0
    filters_on: bool = True
    filtered: bool = False
    """Whether there is anything to filter by."""
    polling: int = 0
    read_only: bool = False
    about: str = ""
    """A sentence about what is under the cursor; shown while there is no notice."""
    about_problem: bool = False
    hints: tuple[tuple[str, str], ...] = ()
    """Keys and what they do here, the most useful first; the last is shown before any other."""
    clock: str = ""


class _Part(NamedTuple):
    """A stretch of the line."""

    text: str
    style: str = ""
    command: str = ""
    """Id of the command that pressing it stands for."""


class _Room(IntEnum):
    """How much is said, the most first."""

    ALL = 0
    SHORT_NAMES = 1
    """Names of watches are cut."""
    NO_NAMES = 2
    """Watches are their keys and counts."""
    NO_CLOCK = 3
    LEAST = 4
    """Follow and hold are a sign; the arrivals are a number."""


class StatusBar(Widget):
    """One line at the bottom."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    StatusBar { height: 1; dock: bottom; background: $panel; color: $foreground; }
    """

    @dataclass
    class Pressed(Message):
        """A part of the line that stands for a command was pressed."""

        command: str

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.status = Status()
        """What the line says; change it with `show`."""
        self.notice = ""
        """The sentence shown for a while, empty for none."""
        self._problem = False
        self._answers = False
        """Whether the notice is the answer to a key."""
        self._fade: Timer | None = None
        self._ascii = ascii_only
        self._places: list[tuple[int, int, str]] = []

    def show(self, status: Status) -> None:
        """Say something else."""
        if status != self.status:
            self.status = status
            self.refresh()

    def answer(self, sentence: str, *, problem: bool = False) -> None:
        """Show what came of a key: it stands until the next key, which may be answered by nothing."""
        if sentence:
            self.tell(sentence, problem=problem)
            self._answers = True
        elif self._answers:
            self._forget()

    def tell(self, sentence: str, *, problem: bool = False) -> None:
        """Show a notice instead of the last one; it goes by itself, whatever the reader does."""
        self.notice, self._problem, self._answers = cells.one_line(sentence), problem, False
        if self._fade is not None:
            self._fade.stop()
        self._fade = self.set_timer(NOTICE_SECONDS * (2 if problem else 1), self._forget)
        self.refresh()

    def _forget(self) -> None:
        self.notice, self._answers = "", False
        self.refresh()

    # ------------------------------------------------------------------ drawing

    def render(self) -> RenderResult:
        """Return the line."""
        left, right, room = self._fitted()
        middle = self._middle(room)
        gap = room - _size(middle)
        self._places = []
        x, content = 0, []
        for part in [*left, *middle, _Part(" " * max(gap, 0)), *right]:
            size = cells.width(part.text)
            if part.command:
                self._places.append((x, x + size, part.command))
            content.append((part.text, part.style))
            x += size
        return Content.assemble(*content)

    def _fitted(self) -> tuple[list[_Part], list[_Part], int]:
        """Return the parts left and right that fit, and the cells between them."""
        width = self.size.width
        sentence = self.notice or self.status.about
        # A notice is there for seconds: what stands there always gives way to it, where both have no room.
        share = width * 3 // 4 if self.notice else width // 3
        reserve = min(cells.width(sentence) + 3, share) if sentence else 0
        left: list[_Part] = []
        right: list[_Part] = []
        for level in _Room:
            left, right = self._left(level, len(self.status.watches)), self._right(level)
            if _size(left) + _size(right) + reserve <= width:
                break
        for watches in range(len(self.status.watches) - 1, -1, -1):
            if _size(left) + _size(right) + reserve <= width:
                break
            left = self._left(_Room.LEAST, watches)
        if self.notice and _size(left) + _size(right) + reserve > width:
            left = [part for part in left if part.command != "filters"]
        return left, right, max(width - _size(left) - _size(right), 0)

    def _left(self, level: _Room, watches: int) -> list[_Part]:
        status = self.status
        sign, word = ("^" if self._ascii else "▲", "follow") if status.follow else ("=" if self._ascii else "‖", "hold")
        mark = f" {sign} " if level is _Room.LEAST else f" {sign} {word} "
        parts = [_Part(mark, "bold $success" if status.follow else "bold $warning", "follow")]
        if status.new:
            arrow = "^" if self._ascii else "↑"
            by_watch = "".join(f", {count:,} {cells.one_line(name)}" for name, count in status.new_watches)
            more = f" new{by_watch}" if level < _Room.NO_CLOCK else " new" if level < _Room.LEAST else ""
            parts.append(_Part(f" {arrow} {status.new:,}{more} ", "bold $background on $primary", "newest"))
        for watch in status.watches[:watches]:
            parts += self._watch(watch, level)
        if status.filtered and not status.filters_on:
            parts.append(_Part("  filters off", "italic $warning", "filters"))
        elif status.hidden:
            parts.append(_Part(f"  {status.hidden:,} hidden", "$foreground 70%", "filters"))
        return parts

    def _watch(self, watch: WatchCount, level: _Room) -> Sequence[_Part]:
        command = f"watch-{watch.key}" if watch.key else ""
        longest = {_Room.ALL: 16, _Room.SHORT_NAMES: 7}.get(level, 0 if watch.key else 3)
        name = cells.cut(cells.one_line(watch.name), longest, ">" if self._ascii else "…")
        key = str(watch.key) if watch.key else ""
        count = ("-" if self._ascii else "–") if not watch.on else "" if watch.count is None else f"{watch.count:,}"
        rest = " ".join(part for part in (name, count) if part)
        if not watch.on:
            return [_Part(f"  {' '.join(part for part in (key, rest) if part)}", "$foreground 45%", command)]
        return [
            _Part(f"  {key} " if key else "  ", "$foreground 60%", command),
            _Part(rest, f"bold underline {theme.watch_color(self.app, watch.color).css}", command),
        ]

    def _right(self, level: _Room) -> list[_Part]:
        status = self.status
        parts: list[_Part] = []
        if status.polling and level < _Room.LEAST:
            parts.append(_Part(f" {'~' if self._ascii else '⟳'} {status.polling}", "$primary"))
        if status.read_only:
            parts.append(_Part("  read only ", "italic $warning"))
        if level < _Room.NO_CLOCK:
            parts.append(_Part(f"  {status.clock} ", "$foreground 70%"))
        return parts

    def _middle(self, room: int) -> list[_Part]:
        """Return the notice, else the sentence about what is under the cursor, else as many hints as fit."""
        status, more = self.status, ">" if self._ascii else "…"
        sentence, problem = (self.notice, self._problem) if self.notice else (status.about, status.about_problem)
        if sentence:
            text = cells.cut(cells.one_line(sentence), room - 3, more)
            return [_Part(f"  {text}", "$error" if problem else "$accent")] if text else []
        parts: list[_Part] = []
        left = room - 4 - sum(len(key) + len(word) + 3 for key, word in status.hints[-1:])
        for index, (key, word) in enumerate(status.hints):
            size = len(key) + len(word) + 3
            if index < len(status.hints) - 1:
                if size > left:
                    continue
                left -= size
            elif left < 0:
                break
            parts += [_Part(f"  {key}", "$primary"), _Part(f" {word}", "$foreground 65%")]
        return [_Part("  "), *parts] if parts else []

    # ------------------------------------------------------------------ Textual's events

    def on_click(self, event: events.Click) -> None:
        """Say what was pressed."""
        for start, end, command in self._places:
            if start <= event.x < end:
                self.post_message(self.Pressed(command))
                return


def _size(parts: Iterable[_Part]) -> int:
    return sum(cells.width(part.text) for part in parts)
