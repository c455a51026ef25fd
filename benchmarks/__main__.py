"""Runs benchmarks and prints one table: `python -m benchmarks [--list] [--runs N] [NAME…]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import table
from benchmarks.commands import commands
from benchmarks.fetching import fetching
from benchmarks.reading import reading
from benchmarks.refreshing import refreshing
from benchmarks.screen import screen
from benchmarks.stalls import stalls
from benchmarks.storing import storing
from benchmarks.table import Benchmark, Row, Size
from benchmarks.watching import watching

BENCHMARKS: dict[str, Benchmark] = {
    each.__name__: each for each in (screen, stalls, commands, fetching, refreshing, reading, storing, watching)
}
"""All of them, in the order they run."""


def rows(names: Sequence[str], size: Size) -> Iterator[tuple[str, Row]]:
    """Yield the rows of some benchmarks, each with the name of its own."""
    for name in names:
        for row in BENCHMARKS[name](size):
            yield name, row


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks named, or all, and return the exit status: goals that are missed are no failure."""
    options = argparse.ArgumentParser(prog="python -m benchmarks", description="Speed as ratios.")
    options.add_argument("names", metavar="NAME", nargs="*", help="benchmarks to run; all unless named")
    options.add_argument("--list", action="store_true", help="print the names of all benchmarks")
    options.add_argument("--runs", type=int, default=Size(Path()).runs, help="how often each figure is taken")
    options.add_argument("--entries", type=int, default=Size(Path()).entries, help="entries of the large store")
    options.add_argument("--feeds", type=int, default=Size(Path()).feeds, help="feeds of a refresh")
    given = options.parse_args(arguments)
    if given.list:
        for name, benchmark in BENCHMARKS.items():
            print(f"{name:<12}{sys.modules[benchmark.__module__].__doc__ or ''}".splitlines()[0])
        return 0
    if unknown := [name for name in given.names if name not in BENCHMARKS]:
        options.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    with tempfile.TemporaryDirectory(prefix="wirewatch-bench-", ignore_cleanup_errors=True) as folder:
        size = Size(Path(folder), entries=given.entries, feeds=given.feeds, runs=given.runs)
        table.write(rows(given.names or list(BENCHMARKS), size), lambda line: print(line, flush=True))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
