"""The client of the parser processes: it starts them, gives each step to a free one, and ends them.

Owns their lives: none outlives the pool, one that takes too long is killed, one that died is replaced by the
next step. Knows nothing of what they read; the frames are those of `feeds.parser`.
"""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from msgspec import DecodeError, msgpack

from feeds import children, fulltext, parser
from feeds.adapters import Registry
from feeds.errors import AdapterError, NotAFeedError, ParseError
from feeds.flow import Request, Response, Visit
from feeds.fulltext import FullText
from feeds.model import Batch
from feeds.parser import Answer, Failure, Fault, Reading, Step

STARTING = 30.0
"""Seconds a process may take from its start until it has a step."""
ENDING = 0.5
"""Seconds an idle process may take to end by itself."""
MAX_STEPS = 1_000
"""Steps after which a process is replaced: libxml2 never forgets a name it has seen."""
MAX_ANSWER = 128 * 1024 * 1024
"""Bytes of an answer; a longer one is not listened to."""
_NOTHING = "The process that reads documents answered nothing."
_BUFFER = 1024 * 1024
_ALONE = (signal.SIGXCPU, signal.SIGALRM)
"""What ends a process that has taken too long when it was not killed before."""


class Parsing(Protocol):
    """Takes the steps of visits, and reads pages."""

    async def step(self, visit: Visit, responses: tuple[Response, ...]) -> Request | Batch:
        """Return what a visit asks for after these responses, or its batch.

        Raises `ParseError` (`NotAFeedError`) and `AdapterError`.
        """
        ...

    async def read(self, response: Response) -> FullText:
        """Return the text of a page. Raises `ParseError`."""
        ...

    async def close(self) -> None:
        """Let go of everything; steps under way are given up."""
        ...


class InlineParsing:
    """Parses in this process: without bounds of time and memory, for tests and small tools."""

    def __init__(self, registry: Registry | None = None) -> None:
        self._registry = registry

    async def step(self, visit: Visit, responses: tuple[Response, ...]) -> Request | Batch:
        """Take a step; see `Parsing`."""
        if self._registry is None:
            self._registry = Registry.installed()
        return parser.step(self._registry, visit, responses)

    async def read(self, response: Response) -> FullText:
        """Return the text of a page; see `Parsing`."""
        return fulltext.read(response)

    async def close(self) -> None:
        """Nothing is held open."""


class ParserPool:
    """Parses in other processes, so that no document can stop this one.

    Belongs to one event loop. A process that dies while it has a step costs that step; one that died before it
    had it is replaced once.
    """

    def __init__(
        self,
        processes: int = 2,
        deadline: float = parser.SECONDS,
        *,
        memory: int = parser.MEMORY,
        adapters: Sequence[str] = (),
    ) -> None:
        """Start nothing yet.

        `deadline` is in seconds for one step and `memory` in bytes for one process. `adapters` are preferred to the
        installed ones, written `name=module:attribute`.
        """
        self._deadline = deadline
        self._memory = memory
        self._adapters = tuple(adapters)
        self._places = asyncio.Semaphore(processes)
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._endings: set[asyncio.Task[None]] = set()
        self._closed = False

    async def step(self, visit: Visit, responses: tuple[Response, ...]) -> Request | Batch:
        """Take a step in a free process, waiting for one; see `Parsing`. Cancelled, it ends the process."""
        answer = await self._answer(Step(visit, responses))
        found = answer.request or answer.batch
        if found is None:
            raise ParseError(_NOTHING)
        return found

    async def read(self, response: Response) -> FullText:
        """Read a page in a free process, waiting for one; see `Parsing`. Cancelled, it ends the process."""
        answer = await self._answer(Reading(response))
        if answer.text is None:
            raise ParseError(_NOTHING)
        return answer.text

    async def _answer(self, asked: Step | Reading) -> Answer:
        content = msgpack.encode(asked)
        async with self._places:
            answer = await self._ask(content)
        if answer.failure is not None:
            raise _error(answer.failure, self._memory)
        return answer

    async def close(self) -> None:
        """End every process. Steps under way or waiting raise `ParseError`."""
        self._closed = True
        for worker in self._busy:
            worker.kill()
        for worker in self._idle:
            self._end(worker, at_once=False)
        self._idle.clear()
        while self._endings:
            await asyncio.wait(self._endings)

    async def _ask(self, content: bytes) -> Answer:
        for _ in range(2):
            worker = await self._free()
            self._busy.add(worker)
            usable = False
            try:
                answer = await worker.ask(content, self._deadline)
                usable = worker.usable
                return answer
            except _DiedBeforeError:
                continue
            except ParseError:
                self._expect_open()
                raise
            finally:
                self._busy.discard(worker)
                if usable and not self._closed:
                    self._idle.append(worker)
                else:
                    self._end(worker, at_once=True)
        self._expect_open()
        raise ParseError("The document could not be read: the process that reads documents does not start.")

    async def _free(self) -> _Worker:
        self._expect_open()
        while self._idle:
            worker = self._idle.pop()
            if worker.alive:
                return worker
            self._end(worker, at_once=True)
        worker = await _start(self._deadline, self._memory, self._adapters)
        try:
            self._expect_open()  # it was closed while the process started
        except ParseError:
            self._end(worker, at_once=True)
            raise
        return worker

    def _expect_open(self) -> None:
        if self._closed:
            raise ParseError("The document was not read: Wirewatch is closing.")

    def _end(self, worker: _Worker, *, at_once: bool) -> None:
        """End a process without waiting for it; `close` does."""
        if at_once:
            worker.kill()
        task = asyncio.get_running_loop().create_task(worker.end(), name="parser-ending")
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)


class _DiedBeforeError(Exception):
    """A process ended before it was given anything."""


class _Worker:
    """One process, which takes one step at a time."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._steps = process.stdin
        self._answers = process.stdout
        self._taken = 0
        self._late = False

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    @property
    def usable(self) -> bool:
        """Whether it may be given another step."""
        return self.alive and self._taken < MAX_STEPS

    async def ask(self, content: bytes, deadline: float) -> Answer:
        """Give it a step and return the answer. Raises `_DiedBeforeError` and `ParseError`."""
        try:
            async with asyncio.timeout(STARTING):
                self._steps.write(parser.frame(content))
                await self._steps.drain()
                await self._frame()
        except (OSError, EOFError, TimeoutError):
            raise _DiedBeforeError from None
        self._taken += 1
        try:
            async with asyncio.timeout(deadline):
                return msgpack.decode(await self._frame(), type=Answer)
        except TimeoutError:
            raise _too_slow(deadline) from None
        except (OSError, EOFError):
            raise self._died(await self._status(), deadline) from None
        except (DecodeError, ValueError):
            raise ParseError("The process that read the document answered something else.") from None

    def kill(self) -> None:
        """Kill it and what it started."""
        if self.alive:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def end(self) -> None:
        """Wait until it has ended, which an idle one does by itself, and let go of its pipes."""
        self._steps.close()
        try:
            async with asyncio.timeout(ENDING):
                await self._drained()
        except TimeoutError:
            self.kill()
            await self._drained()
        with suppress(OSError):
            await self._steps.wait_closed()

    async def _drained(self) -> None:
        # What is left in the pipe is read, or its transport would wait for a reader.
        while await self._answers.read(_BUFFER):
            pass
        await self._process.wait()

    async def _frame(self) -> bytes:
        length = int.from_bytes(await self._answers.readexactly(parser.LENGTH), "big")
        if length > MAX_ANSWER:
            raise ValueError("too long")
        return await self._answers.readexactly(length)

    async def _status(self) -> int:
        """Return how it ended, which is known a moment after its pipe is closed."""
        try:
            async with asyncio.timeout(ENDING):
                return await self._process.wait()
        except TimeoutError:
            return 0

    def _died(self, status: int, deadline: float) -> ParseError:
        if -status in _ALONE:
            return _too_slow(deadline)
        how = f"exit status {status}"
        if status < 0:
            with suppress(ValueError):
                how = signal.Signals(-status).name
        return ParseError(f"The process that read the document ended before it was done ({how}); it was given up.")


async def _start(deadline: float, memory: int, adapters: tuple[str, ...]) -> _Worker:
    options = ["--memory", str(memory), "--seconds", str(deadline)]
    for adapter in adapters:
        options += ["--adapter", adapter]
    try:
        process = await asyncio.create_subprocess_exec(
            *children.command(parser.__name__, *options),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            start_new_session=True,
            env=children.environment(),
            limit=_BUFFER,
        )
    except OSError as error:
        message = f"The document could not be read: no process could be started for it ({error.strerror})."
        raise ParseError(message) from error
    return _Worker(process)


def _error(failure: Failure, memory: int) -> ParseError | AdapterError:
    """Return the error that was raised in the other process."""
    match failure.fault:
        case Fault.ADAPTER:
            return AdapterError(failure.message, adapter=failure.adapter)
        case Fault.NOT_A_FEED:
            return NotAFeedError(failure.message)
        case Fault.PARSE:
            return ParseError(failure.message)
        case Fault.MEMORY:
            size = f"{memory // 1024**2} MB"
            return ParseError(f"The document needed more than {size} of memory to read and was given up.")


def _too_slow(deadline: float) -> ParseError:
    return ParseError(f"The document took longer than {deadline:g} s to read and was given up.")
