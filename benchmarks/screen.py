"""The screen in a pseudo-terminal: until the first frame, from a key to its frame, memory, the end.

The floor is an empty Textual app in the same terminal, by turns with ours.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path

import msgspec

from benchmarks import corpus, table
from benchmarks.empty import READY
from benchmarks.table import Row, Size, percentile
from benchmarks.terminal import Terminal

FRAME = 16.0
"""Milliseconds of a frame."""
WATCHES = 20
_ROOMY = 'density = "roomy"'
_VISIBLE = 6
"""Entries that are on a full screen of roomy rows for certain."""
_FOLLOWING = "▲"
"""What the status bar begins with."""
_PACE = 10


class Desk:
    """A store and a configuration to open the app on."""

    def __init__(self, size: Size, entries: int, *, writable: bool = False) -> None:
        self.entries = entries
        self._rest = size.rest
        self.home = size.folder / "home"
        self.home.mkdir(exist_ok=True)
        made = corpus.store(size.folder, entries)
        self.data = corpus.copy(made, size.folder / "written") if writable else made
        self.config = corpus.configuration(size.folder / "roomy.toml", watches=WATCHES, more=_ROOMY)

    def open(self) -> Terminal:
        """Open the app; it begins at the newest entry."""
        (self.data / "view.json").unlink(missing_ok=True)
        command = table.python("tui", "--config", str(self.config), "--data", str(self.data))
        return Terminal(command, self.home)

    def host(self, report: Path, *arrivals: str) -> Terminal:
        """Open the app with its loop watched."""
        (self.data / "view.json").unlink(missing_ok=True)
        command = table.python("benchmarks.hosted", str(self.data), str(self.config), str(report), *arrivals)
        return Terminal(command, self.home)

    @property
    def marks(self) -> tuple[bytes, ...]:
        """What is on a full first frame: its newest entries and the line at the bottom."""
        last = max(self.entries - min(_VISIBLE, self.entries - 1), 1)
        return (f"Nr {self.entries}".encode(), f"Nr {last}".encode(), _FOLLOWING.encode())

    def settle(self, terminal: Terminal) -> None:
        """Wait until everything stored is shown and counted."""
        terminal.until(*self.marks)
        terminal.rest(self._rest)


def empty(size: Size, *arguments: str) -> Terminal:
    """Open the empty app."""
    home = size.folder / "home"
    home.mkdir(exist_ok=True)
    return Terminal(table.python("benchmarks.empty", *arguments), home)


# ------------------------------------------------------------------ the benchmarks


def first_frame(size: Size) -> Iterator[Row]:
    """From the command to a full screen of entries."""
    desk = Desk(size, size.entries)
    with desk.open() as terminal:  # compiles what is not compiled yet, and fills the disk's cache
        desk.settle(terminal)
    floors, ours = [], []
    for _ in range(size.runs):
        with empty(size) as terminal:
            floors.append(terminal.until(READY.encode()) - terminal.started)
        with desk.open() as terminal:
            ours.append(terminal.until(*desk.marks) - terminal.started)
    floor, taken = statistics.median(floors) * 1000, statistics.median(ours) * 1000
    yield Row(f"first screen, {size.entries:,} entries", taken, "ms", floor, "empty app", ratio=1.25)


def keys(size: Size) -> Iterator[Row]:
    """From `j` to its frame, roomy, with watches lit."""
    with empty(size, "input") as terminal:
        terminal.until(READY.encode())
        terminal.rest()
        echo = _pressed(terminal, "jk", size.keys)
    floor = statistics.median(echo) * 1000
    flat = 0.0
    for entries in (size.few, size.entries):
        desk = Desk(size, entries)
        with desk.open() as terminal:
            desk.settle(terminal)
            taken = _pressed(terminal, "j", size.keys)
        half, last = statistics.median(taken) * 1000, percentile(taken, 0.99) * 1000
        name = f"j, {entries:,} entries, {WATCHES} watches"
        yield Row(f"{name}: median", half, "ms", floor, "echo of an Input")
        yield Row(f"{name}: 99 %", last, "ms", percentile(echo, 0.99) * 1000, "echo, 99 %", bound=FRAME)
        if flat:
            yield Row(f"j, {entries:,} entries against {size.few:,}", half, "ms", flat, f"{size.few:,}", ratio=1.25)
        flat = half


def _pressed(terminal: Terminal, keys: str, count: int) -> list[float]:
    taken = []
    for number in range(count + 3):
        taken.append(terminal.key_to_frame(keys[number % len(keys)]))
        terminal.rest(at_most=0.1)
    return taken[3:]


def arrivals(size: Size) -> Iterator[Row]:
    """Moving about while entries arrive above."""
    desk = Desk(size, size.entries, writable=True)
    report = size.folder / "late.json"
    with desk.host(report, str(size.entries + 1), str(_PACE)) as terminal:
        desk.settle(terminal)
        for _ in range(3):
            terminal.key_to_frame("j")
        taken = _pressed(terminal, "jjk", size.keys)
        terminal.press("q")
        terminal.ends()
    late = msgspec.json.decode(report.read_bytes(), type=list[float])
    what = f"{_PACE} arrivals a second"
    yield Row(f"j, {what}: 99 %", percentile(taken, 0.99) * 1000, "ms", bound=50)
    yield Row(f"j, {what}: worst", max(taken) * 1000, "ms", bound=50)
    yield Row(f"the loop late, {what}: worst", max(late) * 1000, "ms", bound=50)


def filtering(size: Size) -> Iterator[Row]:
    """From a letter typed into the filter to the entries it finds."""
    desk = Desk(size, size.entries)
    # The second of them: the first may be on the screen before anything is typed.
    found = (size.entries // corpus.RARE_EVERY - 1) * corpus.RARE_EVERY
    mark = f"{corpus.RARE} {found}".encode()
    taken = []
    with desk.open() as terminal:
        desk.settle(terminal)
        for _ in range(size.runs):
            terminal.press("/")
            terminal.rest()
            for letter in corpus.RARE:
                pressed = terminal.press(letter)
                try:
                    taken.append(terminal.until(mark, patience=0.5) - pressed)
                    break
                except TimeoutError:
                    continue
            terminal.press("\x15")
            terminal.rest(0.2)
            terminal.press("\x1b")
            terminal.rest(size.rest)
    yield Row(f"filter, {size.entries:,} entries, letter to list", statistics.median(taken) * 1000, "ms", bound=100)


def memory(size: Size) -> Iterator[Row]:
    """The screen's process at rest."""
    with empty(size) as terminal:
        terminal.until(READY.encode())
        terminal.rest(size.rest)
        floor = terminal.memory
    desk = Desk(size, size.entries)
    with desk.open() as terminal:
        desk.settle(terminal)
        yield Row(f"memory, {size.entries:,} entries", terminal.memory, "MiB", floor, "empty app", ratio=1.3)


def quitting(size: Size) -> Iterator[Row]:
    """From the key to the shell's terminal, and to the end of the process."""
    desk = Desk(size, size.entries)
    floors, ours = [], []
    for _ in range(size.runs):
        with empty(size) as terminal:
            terminal.until(READY.encode())
            terminal.rest(size.rest)
            pressed = terminal.press("q")
            floors.append([at - pressed for at in terminal.ends()])
        with desk.open() as terminal:
            desk.settle(terminal)
            pressed = terminal.press("q")
            ours.append([at - pressed for at in terminal.ends()])
    for part, what, bound in ((0, "terminal back", 20.0), (1, "process gone", 120.0)):
        floor, taken = (statistics.median(each[part] for each in times) * 1000 for times in (floors, ours))
        yield Row(f"quit: {what}", taken, "ms", floor, "empty app", bound=bound)


def screen(size: Size) -> Iterator[Row]:
    """Everything about the screen."""
    for part in (first_frame, keys, arrivals, filtering, memory, quitting):
        yield from part(size)
