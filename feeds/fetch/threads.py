"""Calls that may hang, in threads that nobody waits for.

Owns a bounded number of daemon threads. The executor of the loop will not do: it has few threads on small machines, and
leaving the program waits for them, so that names which are never answered hold up healthy sources and quitting alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

T = TypeVar("T")

MAX_THREADS = 32
"""Calls under way at once; the rest wait for their turn."""


class Threads:
    """Runs blocking calls beside the loop. Threads are started when they are needed and kept."""

    def __init__(self, limit: int = MAX_THREADS) -> None:
        self._limit = limit
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._started = 0
        self._pending = 0

    async def run(self, call: Callable[[], T]) -> T:
        """Return what the call returns, or raise what it raises. A caller that is cancelled leaves it behind."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def finish(settle: Callable[[], None]) -> None:
            self._pending -= 1
            if not done.done():
                settle()

        def job() -> None:
            try:
                result = call()
            except Exception as error:
                # Whatever it is belongs to the caller, who waits on the other side.
                settle = _raising(done, error)
            else:
                settle = _returning(done, result)
            try:
                loop.call_soon_threadsafe(finish, settle)
            except RuntimeError:
                return  # The loop was closed meanwhile: nobody waits.

        self._pending += 1
        if self._pending > self._started and self._started < self._limit:
            self._started += 1
            Thread(target=self._work, name="wirewatch-calls", daemon=True).start()
        self._jobs.put(job)
        return await done

    def close(self) -> None:
        """Let idle threads end and leave the others behind. Returns at once; nothing is run afterwards."""
        for _ in range(self._started):
            self._jobs.put(None)
        self._started = 0

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


def _raising(done: asyncio.Future[T], error: Exception) -> Callable[[], None]:
    return lambda: done.set_exception(error)


def _returning(done: asyncio.Future[T], result: T) -> Callable[[], None]:
    return lambda: done.set_result(result)
