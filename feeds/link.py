"""The screen's side of the engine's process: it starts it, sends commands, hears events, and sees to its end.

Owns the child process. Must import nothing that the engine needs and the screen does not.
"""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import suppress

import msgspec

from feeds import children
from feeds.events import Command, Event, Problem, ServiceOptions, Stop

ENDING = 2.0
"""Seconds the engine is given to end by itself."""
_MAX_LINE = 16 * 1024 * 1024
_LAST_WORDS = 4_000


class ServiceLink:
    """An engine in a child process. Used from one event loop, started once."""

    def __init__(self, options: ServiceOptions) -> None:
        """Start nothing yet."""
        self._options = options
        self._child: Process | None = None
        self._last_words = b""

    async def start(self) -> None:
        """Start the engine; returns before it is ready. Raises `OSError`."""
        self._child = await asyncio.create_subprocess_exec(
            *children.command("feeds.service"),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=children.environment(),
            start_new_session=True,
            limit=_MAX_LINE,
        )
        await self._write(self._options)

    async def send(self, command: Command) -> None:
        """Hand a command over. An engine that has ended takes none; `events` says so."""
        await self._write(command)

    async def events(self) -> AsyncIterator[Event]:
        """Yield what the engine says until it ends; the last is a `Problem` where it ended by a mistake."""
        child = self._child
        assert child is not None
        assert child.stdout is not None
        assert child.stderr is not None
        listening = asyncio.create_task(self._listen(child.stderr))
        try:
            while line := await child.stdout.readline():
                yield msgspec.json.decode(line, type=Event)
            await listening
        finally:
            listening.cancel()
        words = self._last_words.decode("utf-8", "replace").strip().splitlines()
        if words:
            yield Problem(f"The engine stopped by a mistake: {words[-1][:300]}")

    async def close(self) -> None:
        """Stop the engine and let go of it; may be called twice."""
        child, self._child = self._child, None
        if child is None or child.stdin is None:
            return
        with suppress(OSError):
            child.stdin.write(msgspec.json.encode(Stop()) + b"\n")
            child.stdin.close()
        try:
            await asyncio.wait_for(child.wait(), ENDING)
        except TimeoutError:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()

    async def _write(self, message: Command | ServiceOptions) -> None:
        child = self._child
        if child is None or child.stdin is None or child.stdin.is_closing():
            return
        with suppress(ConnectionError):
            child.stdin.write(msgspec.json.encode(message) + b"\n")
            await child.stdin.drain()

    async def _listen(self, stream: asyncio.StreamReader) -> None:
        """Keep the end of what the engine writes beside its events: a pipe nobody reads would stop it."""
        while chunk := await stream.read(4096):
            self._last_words = (self._last_words + chunk)[-_LAST_WORDS:]
