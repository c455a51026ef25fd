"""The app with a timer on its loop that is watched, and with the engine or what stands in for it.

    python -m benchmarks.hosted DATA CONFIG REPORT [FIRST A-SECOND]

With the last two, entries arrive at that pace (`benchmarks.arriving`) instead of being polled. At its end it writes the
lateness of the timer, in seconds, to REPORT as a list of JSON.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec

from benchmarks import table
from feeds import children, config
from feeds.cli import Place
from feeds.events import ServiceOptions
from feeds.link import ServiceLink
from tui.__main__ import saved_options
from tui.options import Link

EVERY = 0.005
"""Seconds between two looks at the clock."""
_AT_THE_END = 20
"""Looks before the link is closed in which the terminal is given back: there is no screen that could stall."""


class _WatchedLink(ServiceLink):
    """A link to the engine that says when it is closed."""

    def __init__(self, options: ServiceOptions, closing: Callable[[], None]) -> None:
        super().__init__(options)
        self._closing = closing

    async def close(self) -> None:
        self._closing()
        await super().close()


class _ArrivingLink(_WatchedLink):
    """A link to `benchmarks.arriving`."""

    def __init__(self, options: ServiceOptions, closing: Callable[[], None], first: str, pace: str) -> None:
        super().__init__(options, closing)
        self._arrivals = (first, pace)

    async def start(self) -> None:
        self._child = await asyncio.create_subprocess_exec(
            *table.python("benchmarks.arriving", *self._arrivals),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=children.environment(),
            start_new_session=True,
        )
        await self._write(self._options)


async def _watch(late: list[float]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + EVERY
        await asyncio.sleep(EVERY)
        late.append(loop.time() - due)


def main(data: Path, file: Path, report: Path, arrivals: list[str]) -> int:
    """Open the app; return its exit status."""
    place = Place()
    place.data, place.config = data, file
    options = saved_options(place, config.load(file))
    late: list[float] = []
    tasks: list[asyncio.Task[None]] = []
    gc.disable()
    from tui.app import run

    def closing() -> None:
        if tasks:
            tasks.pop().cancel()
            del late[-_AT_THE_END:]

    def open_link() -> Link:
        tasks.append(asyncio.get_running_loop().create_task(_watch(late)))
        service = ServiceOptions(data=str(data), config=str(file))
        return _ArrivingLink(service, closing, *arrivals) if arrivals else _WatchedLink(service, closing)

    try:
        return run(replace(options, open_link=open_link))
    finally:
        report.write_bytes(msgspec.json.encode(late))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:]))
