"""What a benchmark says: rows, each a figure of ours beside a floor or a peer, with the goal it is held to.

Owns the columns of the table, how figures are written, and the ways to measure that several benchmarks share.
"""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from feeds import children

HEADINGS = ("what", "floor or peer", "ours", "ratio", "goal", "")


class Size(NamedTuple):
    """How much a benchmark does, and where it may write."""

    folder: Path
    """A temporary one; what is in it belongs to the benchmarks."""
    entries: int = 100_000
    """Entries of the large store."""
    few: int = 1_000
    """Entries of the small one."""
    feeds: int = 100
    """Feeds of a refresh."""
    runs: int = 5
    """How often a figure is taken; the median is printed."""
    keys: int = 200
    """Keys pressed for a figure of keys."""
    rest: float = 0.5
    """Seconds without a frame after which an app is taken to have read everything it reads later."""


class Row(NamedTuple):
    """One line of the table."""

    what: str
    ours: float
    unit: str
    """`ms`, `s`, `MiB`."""
    floor: float | None = None
    """What it is measured beside, in the same unit."""
    beside: str = ""
    """What the floor is."""
    ratio: float | None = None
    """The goal as a bound of ours / floor."""
    bound: float | None = None
    """The goal as a bound of ours itself, in its unit."""

    @property
    def is_over(self) -> bool | None:
        """Whether the goal is missed; None where there is none, or nothing to measure it by."""
        if self.bound is not None:
            return self.ours > self.bound
        if self.ratio is not None and self.floor:
            return self.ours / self.floor > self.ratio
        return None

    def cells(self) -> tuple[str, ...]:
        """Return the columns as text."""
        floor = " ".join(filter(None, (self.beside, "" if self.floor is None else figure(self.floor, self.unit))))
        ratio = f"{self.ours / self.floor:.2f} ×" if self.floor else ""
        goal = f"≤ {figure(self.bound, self.unit)}" if self.bound is not None else ""
        goal = f"≤ {self.ratio:g} ×" if self.ratio is not None else goal
        verdict = {None: "", False: "ok", True: "over"}[self.is_over]
        return (self.what, floor, figure(self.ours, self.unit), ratio, goal, verdict)


def figure(value: float, unit: str) -> str:
    """Return a figure with as many digits as mean something."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 0.1 else 3
    return f"{value:.{digits}f} {unit}"


def write(rows: Iterable[tuple[str, Row]], write: Callable[[str], object] = print) -> None:
    """Write rows as they come, each under the name of its benchmark where that is another."""
    widths = (50, 36, 10, 9, 12, 4)

    def line(cells: Sequence[str]) -> str:
        texts, numbers = zip(cells[:2], widths, strict=False), zip(cells[2:], widths[2:], strict=True)
        sides = [*(each.ljust(width) for each, width in texts), *(each.rjust(width) for each, width in numbers)]
        return "  ".join(sides).rstrip()

    write(line(HEADINGS))
    last = ""
    for name, row in rows:
        if name != last:
            write(f"{name} {'─' * (sum(widths) + 2 * len(widths) - len(name) - 3)}")
            last = name
        write(line(row.cells()))


# ------------------------------------------------------------------ measuring


def timed(work: Callable[[], object]) -> float:
    """Return the seconds something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median(work: Callable[[], object], runs: int, *, times: int = 1) -> float:
    """Return the median of some runs in seconds; in each it is done `times` times, and the seconds are of one."""
    return statistics.median(each / times for each in _series([lambda: [work() for _ in range(times)]], runs)[0])


def pair(floor: Callable[[], object], ours: Callable[[], object], runs: int) -> tuple[float, float]:
    """Return the medians of two things in seconds, done by turns, so that what disturbs one disturbs the other."""
    first, second = _series([floor, ours], runs)
    return statistics.median(first), statistics.median(second)


def _series(works: Sequence[Callable[[], object]], runs: int) -> list[list[float]]:
    taken: list[list[float]] = [[] for _ in works]
    for work in works:
        work()  # what is imported or remembered at the first call is not what is measured
    gc.collect()
    for _ in range(runs):
        for work, into in zip(works, taken, strict=True):
            into.append(timed(work))
    return taken


class Cost(NamedTuple):
    """What a process took, with those under it."""

    wall: float
    cpu: float
    status: int


def run(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end, its output thrown away, and return its seconds."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=dict(children.environment() if environment is None else environment),
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(wall, used.ru_utime + used.ru_stime, process.returncode)


def checked(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> Cost:
    """Like `run`. Raises `RuntimeError` where the command fails: its seconds would mean nothing."""
    cost = run(command, environment=environment)
    if cost.status:
        raise RuntimeError(f"{' '.join(command)} ended with {cost.status}")
    return cost


def python(module: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that runs a module with this Python."""
    return children.command(module, *arguments)


def imports(*names: str) -> tuple[str, ...]:
    """Return the command that imports some modules and ends."""
    return (sys.executable, "-P", "-c", f"import {', '.join(names)}" if names else "pass")


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value below which that share of them lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


Benchmark = Callable[[Size], Iterator[Row]]
