"""The running of `wirewatch tail`: who polls, when is looked, when it ends.

Owns whose store is read: that of the saved sources, polled here or by another Wirewatch, or one that was made for this
visit. What is printed is decided by `feeds.cli.following`.
"""

from __future__ import annotations

import asyncio
import os
import select
import stat
import sys
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TextIO

from msgspec.structs import replace

from feeds.assembly import Parts, assembled
from feeds.cli import DONE, SOME_FAILED, Place
from feeds.cli.following import Follower, Wanted
from feeds.engine import Engine
from feeds.errors import StoreBusyError, StoreError
from feeds.events import Event, OlderRead, Problem
from feeds.flow import Clock
from feeds.model import Entry, Outcome, Source, SourceSpec, Standing
from feeds.query import Scene
from feeds.records import entry_record, source_name, to_line
from feeds.store import Store, open_reader, open_store
from feeds.watches import Watches

LOOK = 1.0
"""Seconds between two looks at the change log another Wirewatch writes, and at whether anybody still reads."""
TAKE_OVER = 5.0
"""Seconds between two tries to poll where another Wirewatch does so: it may have ended."""


async def tail(output: Output, specs: Sequence[SourceSpec], data: Path, wanted: Wanted, *, once: bool) -> int:
    """Print what these sources bring and return the exit status. Raises `StoreError` and `BrokenPipeError`."""
    async with assembled() as parts:
        return await Tail(parts, output, specs, data, wanted).run(once=once)


# ------------------------------------------------------------------ output


class Output:
    """Where entries and sentences go."""

    def __init__(self, place: Place, watches: Watches, clock: Clock, *, as_json: bool) -> None:
        self._place = place
        self._watches = watches
        self._clock = clock
        self._as_json = as_json

    def write(self, entry: Entry, source: Source, change: str) -> None:
        """Print an entry at once."""
        names = tuple(self._watches.names(entry, Scene(self._clock.now(), {source.id: source})))
        if self._as_json:
            self._place.write_json(entry_record(entry, source, change=change, matches=names))
        else:
            self._place.write(to_line(entry, source, change=change, matches=names))

    def say(self, sentence: str) -> None:
        """Say something to the person."""
        self._place.say(sentence)

    def check(self) -> None:
        """Raise `BrokenPipeError` where nobody reads standard output any more.

        It would show at the next line only, which may be hours away.
        """
        if is_unread(sys.stdout):
            raise BrokenPipeError


def is_unread(stream: TextIO | None) -> bool:
    """Say whether a stream is a pipe whose other end is closed (POSIX, poll: POLLERR, on some systems POLLHUP)."""
    if stream is None:
        return False
    try:
        descriptor = stream.fileno()
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            return False
        poll = select.poll()
        poll.register(descriptor, 0)
        return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))
    except (OSError, ValueError):
        return False


# ------------------------------------------------------------------ following


class Tail:
    """One visit: a follower that prints, and an engine that polls unless another Wirewatch does."""

    def __init__(self, parts: Parts, output: Output, specs: Sequence[SourceSpec], data: Path, wanted: Wanted) -> None:
        self._parts = parts
        self._output = output
        self._specs = specs
        self._data = data
        self._wanted = wanted
        self._wake = asyncio.Event()
        self._told = ""

    async def run(self, *, once: bool = False) -> int:
        """Print until nothing will come any more, or until cancelled. Raises `StoreError` and `BrokenPipeError`."""
        store = self._writable()
        try:
            if store is not None:
                # Before the first look: which sources there are is what the configuration says now.
                store.configure(self._specs)
            reader = open_reader(self._data)
            try:
                # What another Wirewatch polls cannot be read backwards from here.
                wanted = replace(self._wanted, back=self._wanted.back and store is not None)
                follower = Follower(reader, wanted, self._output.write, self._output.say, self._parts.clock.now())
                follower.begin()
                if once:
                    return await self._once(store, follower)
                if store is None:
                    store = await self._beside_another(follower)
                return await self._polling(store, follower)
            finally:
                reader.close()
        finally:
            if store is not None:
                store.close()

    def _writable(self) -> Store | None:
        """Return the store; None, and say so once, where another Wirewatch writes to it."""
        try:
            return open_store(self._data)
        except StoreBusyError as error:
            who = f"Another Wirewatch (process {error.pid})" if error.pid else "Another Wirewatch"
            self._tell(f"{who} polls these sources; what it stores is printed.")
            return None

    async def _once(self, store: Store | None, follower: Follower) -> int:
        if store is None:
            return DONE
        engine = self._parts.engine(store, partial(self._hear, follower))
        engine.configure(self._specs)
        finished = await engine.poll_once()
        follower.catch_up(self._parts.clock.now())
        while wanted := follower.wants_older():
            await engine.look_back_once(wanted)
            follower.catch_up(self._parts.clock.now())
        follower.catch_up(self._parts.clock.now(), closing=True)
        names = {source.id: source_name(source) for source in engine.sources}
        failed = [each for each in finished if each.outcome is Outcome.FAILED]
        for each in failed:
            self._tell(f"{names[each.source_id]}: {each.message}")
        return SOME_FAILED if failed else DONE

    async def _beside_another(self, follower: Follower) -> Store:
        """Print what another Wirewatch stores; return the store to poll into once that has ended."""
        clock = self._parts.clock
        tried = clock.now()
        while True:
            await clock.sleep_until(clock.now() + timedelta(seconds=LOOK))
            self._look(follower)
            if (clock.now() - tried).total_seconds() < TAKE_OVER:
                continue
            tried = clock.now()
            if (store := self._writable()) is not None:
                self._tell("The other Wirewatch has ended; the sources are polled from here now.")
                return store

    async def _polling(self, store: Store, follower: Follower) -> int:
        engine = self._parts.engine(store, partial(self._hear, follower))
        engine.configure(self._specs)
        running = asyncio.create_task(engine.run())
        printing = asyncio.create_task(self._printing(follower, engine))
        try:
            done, _ = await asyncio.wait({running, printing}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {printing}:
                task.result()  # a mistake in the program ends it, with its traceback
            return await printing
        finally:
            for task in (running, printing):
                task.cancel()
            await asyncio.gather(running, printing, return_exceptions=True)

    async def _printing(self, follower: Follower, engine: Engine) -> int:
        """Print whatever comes, until every source is over."""
        clock = self._parts.clock
        while True:
            self._wake.clear()
            self._look(follower)
            if wanted := follower.wants_older():
                engine.look_back(wanted)
            if Standing.ACTIVE not in follower.standings:
                self._output.say("Every source is over; nothing will come any more.")
                return SOME_FAILED if Standing.GONE in follower.standings else DONE
            waiting = {
                asyncio.ensure_future(self._wake.wait()),
                asyncio.ensure_future(clock.sleep_until(clock.now() + timedelta(seconds=LOOK))),
            }
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in waiting:
                    each.cancel()
                await asyncio.gather(*waiting, return_exceptions=True)

    def _look(self, follower: Follower) -> None:
        self._output.check()
        try:
            follower.catch_up(self._parts.clock.now())
            follower.tell()
        except StoreError as error:
            self._tell(str(error))  # whatever holds it (a backup, a full disk) may let go

    def _hear(self, follower: Follower, event: Event) -> None:
        # Nothing is printed here: what a closed pipe raises is not the engine's business.
        if isinstance(event, Problem):
            self._tell(event.message)
        elif isinstance(event, OlderRead):
            follower.take_older(event)
        self._wake.set()

    def _tell(self, sentence: str) -> None:
        """Say something, once until it is something else."""
        if sentence != self._told:
            self._told = sentence
            self._output.say(sentence)
