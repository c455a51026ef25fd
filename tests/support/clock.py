"""A clock that moves when it is told to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class FakeClock:
    """Tells the time it was told; whoever sleeps wakes when that time has come, or so much time has passed."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start
        self._set_by = timedelta(0)
        self._sleepers: list[tuple[datetime, datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self.time

    @property
    def _steady(self) -> datetime:
        return self.time - self._set_by

    async def sleep_until(self, when: datetime) -> None:
        if self.time < when:
            future = asyncio.get_running_loop().create_future()
            self._sleepers.append((when, when - self._set_by, future))
            await future

    async def advance(self, seconds: float) -> None:
        """Let time pass, stopping wherever somebody wakes, and let everything that follows happen."""
        end = self._steady + timedelta(seconds=seconds)
        await settle()
        while (wake := self._next_wake()) is not None and wake <= end:
            self._pass_to(max(wake, self._steady))
            await settle()
        self._pass_to(end)
        await settle()

    def jump(self, seconds: float) -> None:
        """Set the clock to another time, as an administrator does."""
        self._set_by += timedelta(seconds=seconds)
        self.time += timedelta(seconds=seconds)
        self._wake()

    def _next_wake(self) -> datetime | None:
        times = (min(when - self._set_by, steady) for when, steady, future in self._sleepers if not future.done())
        return min(times, default=None)

    def _pass_to(self, steady: datetime) -> None:
        self.time = steady + self._set_by
        self._wake()

    def _wake(self) -> None:
        for when, steady, future in self._sleepers:
            if (when <= self.time or steady <= self._steady) and not future.done():
                future.set_result(None)
        self._sleepers = [sleeper for sleeper in self._sleepers if not sleeper[2].done()]


def hastened(loop: asyncio.AbstractEventLoop) -> Callable[[float], None]:
    """Return what lets seconds pass at once for the timers of a loop, whose time is the real one otherwise."""
    ahead = [0.0]
    loop.time = lambda: time.monotonic() + ahead[0]  # type: ignore[method-assign]  # the loop of one test

    def pass_by(seconds: float) -> None:
        ahead[0] += seconds

    return pass_by


async def settle(turns: int = 60) -> None:
    """Let the loop run until everything that needs no time to pass has happened."""
    for _ in range(turns):
        await asyncio.sleep(0)
