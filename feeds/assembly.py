"""Which parts an engine is made of: the one place that chooses clock, fetcher and parser processes.

Owns the choice and the closing of the parts. Each is imported when it is chosen: the demo needs no network library.
"""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from msgspec import Struct

from feeds.clock import SystemClock
from feeds.engine import Engine
from feeds.events import Event
from feeds.flow import Clock, Fetcher
from feeds.parsing import ParserPool, Parsing
from feeds.store import Store


class Parts(Struct, frozen=True):
    """What visits are made with."""

    clock: Clock
    fetcher: Fetcher
    parsing: Parsing

    def engine(
        self,
        store: Store,
        publish: Callable[[Event], object],
        report: Callable[[Exception], object] = traceback.print_exception,
    ) -> Engine:
        """Return an engine of these parts; see `Engine`."""
        return Engine(store, self.fetcher, self.parsing, self.clock, publish, report=report)


@asynccontextmanager
async def assembled(demo_start: datetime | None = None) -> AsyncIterator[Parts]:
    """Make the parts, live or, with the moment it began, of the demo; let go of them at the end."""
    made = _live() if demo_start is None else _demo(demo_start)
    try:
        yield made
    finally:
        await made.parsing.close()
        await made.fetcher.close()


def _live() -> Parts:
    from feeds.fetch import HttpFetcher

    clock = SystemClock()
    return Parts(clock, HttpFetcher(clock), ParserPool())


def _demo(start: datetime) -> Parts:
    from feeds import demo
    from feeds.replay import ScaledClock

    clock = ScaledClock(start, demo.SCALE)
    return Parts(clock, demo.player(clock, start), ParserPool(processes=1))
