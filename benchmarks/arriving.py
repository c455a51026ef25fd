"""Stands in for the engine's process: entries that come at a steady pace, and nothing else.

    python -m benchmarks.arriving FIRST A-SECOND

Speaks as `feeds.service` does. The first entry it adds has the number `FIRST`.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from benchmarks import corpus
from feeds import events
from feeds.reconcile import Reconciled
from feeds.service import say
from feeds.store import PollRecord, open_store


async def _arrive(first: int, pace: float) -> None:
    loop = asyncio.get_running_loop()
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    options = msgspec.json.decode(await commands.readline(), type=events.ServiceOptions)
    ending = asyncio.create_task(commands.read())
    store = open_store(Path(options.data))
    try:
        source_id = store.sources()[0].id
        say(events.Ready(writing=True))
        number = first
        while not ending.done():
            now = datetime.now(UTC)
            news = Reconciled(corpus.additions(range(number, number + 1)), (), now)
            say(events.Changed(store.apply(source_id, news, PollRecord(corpus.resting(now)))))
            number += 1
            await asyncio.wait([ending], timeout=1 / pace)
    finally:
        store.close()


if __name__ == "__main__":
    asyncio.run(_arrive(int(sys.argv[1]), float(sys.argv[2])))
