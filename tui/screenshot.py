"""Draws the picture of the documentation: the demo's story at a good moment, as an SVG, without a network.

`python -m tui.screenshot FILE.svg`. The story is played through the real engine into a store, as fast as it goes,
then shown by the real app. The story is always the same, and so is the picture. Owns nothing that the app needs.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from feeds import demo
from feeds.config import Settings
from feeds.events import Command, Event, Ready
from tui.options import AppOptions

START = datetime(2026, 2, 13, 14, 2, tzinfo=UTC)
"""When the story begins in the picture."""
BEFORE, MOMENT = 20.5, 24.5
"""Minutes of the story played before the reader begins to hold, and in all: a source fails, posts were edited."""
SIZE = (140, 32)
_TURNS = 60
"""Turns of the loop a visit takes from its beginning to its end, and more."""


class _SetClock:
    """A clock that shows what it is set to."""

    def __init__(self, time: datetime) -> None:
        self.time = time
        self._sleepers: list[tuple[datetime, asyncio.Event]] = []

    def now(self) -> datetime:
        return self.time

    async def sleep_until(self, when: datetime) -> None:
        if when > self.time:
            woken = asyncio.Event()
            self._sleepers.append((when, woken))
            await woken.wait()

    async def advance(self, time: datetime) -> None:
        """Set another time and let those work who waited for it; none of them waits for anything else."""
        self.time = time
        for when, woken in self._sleepers:
            if when <= time:
                woken.set()
        self._sleepers = [(when, woken) for when, woken in self._sleepers if not woken.is_set()]
        for _ in range(_TURNS):
            await asyncio.sleep(0)


class _NoEngine:
    """The link of an app whose story is over."""

    async def start(self) -> None:
        """Start nothing."""

    async def send(self, command: Command) -> None:
        """Do nothing."""

    async def events(self) -> AsyncIterator[Event]:
        """Be ready, and say nothing else."""
        yield Ready(writing=True)
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Close nothing."""


class _Desk:
    """A store, and an engine that plays the story into it."""

    def __init__(self, folder: Path) -> None:
        from feeds.engine import Engine
        from feeds.parsing import InlineParsing
        from feeds.store import open_store

        self.clock = _SetClock(START)
        self.store = open_store(folder)
        fetcher = demo.player(self.clock, START)
        self.engine = Engine(self.store, fetcher, InlineParsing(), self.clock, lambda event: None, luck=lambda: 0.0)
        self.engine.configure(demo.specs())

    async def play(self, until: float) -> None:
        """Go on until a minute of the story."""
        running = asyncio.create_task(self.engine.run())
        end = START + timedelta(minutes=until)
        while self.clock.time < end:
            await self.clock.advance(self.clock.time + timedelta(seconds=5))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    def read_all_but(self, count: int) -> None:
        """Mark what came so far as read, but for the newest ones; give one of these a star."""
        ids = list(dict.fromkeys(record.entry_id for record in self.store.changes_since(0)))
        entries = sorted(self.store.entries(ids), key=lambda entry: entry.sort_at)
        self.engine.mark([entry.id for entry in entries[:-count]], read=True, starred=None)
        self.engine.mark([entries[-count].id], read=None, starred=True)


async def draw(size: tuple[int, int] = SIZE, theme: str = "wirewatch") -> str:
    """Return the picture as SVG."""
    from tui.app import WirewatchApp
    from tui.session import Session

    with TemporaryDirectory(prefix="wirewatch-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        desk = _Desk(folder)
        await desk.play(BEFORE)
        desk.read_all_but(9)
        settings = Settings(sources=demo.specs(), watches=demo.watches(), theme=theme)
        options = AppOptions(
            data=folder, settings=settings, open_link=_NoEngine, clock=desk.clock, logs=folder, demo=True, zone=UTC
        )
        session = Session(options)
        session.open()
        app = WirewatchApp(session)
        async with app.run_test(size=size) as pilot:
            while not session.counts:
                await pilot.pause(0.02)
            await pilot.press("n", "n")
            await desk.play(MOMENT)
            session.read_news()
            session.read_sources()
            await pilot.pause(0.8)
            picture = app.export_screenshot(title="Wirewatch")
        await app.end()
        desk.store.close()
        return _alone(picture)


def _alone(picture: str) -> str:
    """Return a picture that asks nobody for its letters: whoever looks at it has some of one width."""
    return re.sub(r"@font-face\s*\{[^}]*\}\s*", "", picture).replace("Fira Code", "DejaVu Sans Mono")


def main() -> None:
    """Write the picture to the file named."""
    if len(sys.argv) != 2:
        sys.exit("Usage: python -m tui.screenshot FILE.svg")
    file = Path(sys.argv[1])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(asyncio.run(draw()), encoding="utf-8")


if __name__ == "__main__":
    main()
