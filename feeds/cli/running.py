"""Running what waits: a coroutine to its end or to the moment somebody ends it.

Owns the signals. Whatever ends the program, its temporary files go and its processes with it.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine

from feeds.cli import INTERRUPTED

_ENDINGS = (signal.SIGTERM, signal.SIGHUP)


def run(work: Coroutine[object, object, int]) -> int:
    """Run a coroutine and return its exit status, that of an interruption where a signal ended it.

    Ctrl+C is left to asyncio, which cancels the coroutine and raises `KeyboardInterrupt`.
    """
    return asyncio.run(_until_told(work))


async def _until_told(work: Coroutine[object, object, int]) -> int:
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    told: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        told.append(number)
        task.cancel()

    for number in _ENDINGS:
        loop.add_signal_handler(number, end, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not told:
            raise
        return INTERRUPTED
    finally:
        for number in _ENDINGS:
            loop.remove_signal_handler(number)
