"""The process that runs adapters: it reads steps on standard input and answers them on standard output.

A step is one of a visit, or the reading of a page for its text (`feeds.fulltext`).

Owns the frames between the two processes, and the bounds under which foreign documents and foreign code run:
memory, processor time, wall time. Holds nothing from one step to the next: a step is the visit and every
response so far, and the flow is run again from its start, so a process can be killed at any moment and nothing
but that step is lost. Its client is `feeds.parsing`. Does no I/O but on its two streams, and imports a parser
only when an adapter does.

A frame is its length in four bytes, big-endian, and so many bytes of MessagePack. A step is answered by two
frames: an empty one as soon as it was read whole, so that the other side knows who has it, then the `Answer`.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import BinaryIO

from msgspec import Struct, msgpack

from feeds import fulltext
from feeds import visit as visiting
from feeds.adapters import Registry, described
from feeds.errors import AdapterError, NotAFeedError, ParseError
from feeds.flow import Adapter, Request, Response, Visit
from feeds.fulltext import FullText
from feeds.model import Batch

MEMORY = 512 * 1024 * 1024
"""Bytes of address space a process may have, where the system keeps such bounds."""
SECONDS = 5.0
"""Seconds a step may take."""
GRACE = 1.0
"""Seconds after its deadline in which a step is ended from inside, where nobody outside has done it."""
LENGTH = 4
"""Bytes before a frame that say how long it is."""


class Step(Struct, frozen=True, tag="step"):
    """What a process is asked: what comes next in a visit."""

    visit: Visit
    responses: tuple[Response, ...] = ()
    """Every answer to the visit's requests so far, in their order."""


class Reading(Struct, frozen=True, tag="reading"):
    """What a process is asked: the text of a page."""

    response: Response


class Fault(StrEnum):
    """How a step failed."""

    PARSE = "parse"
    NOT_A_FEED = "not-a-feed"
    ADAPTER = "adapter"
    MEMORY = "memory"


class Failure(Struct, frozen=True):
    """An error on its way to the other process."""

    fault: Fault
    message: str
    adapter: str = ""


class Answer(Struct, frozen=True, omit_defaults=True):
    """What a step came to: one of the four."""

    request: Request | None = None
    batch: Batch | None = None
    text: FullText | None = None
    failure: Failure | None = None


def step(registry: Registry, visit: Visit, responses: Sequence[Response]) -> Request | Batch:
    """Run a visit from its start: return the request it is waiting for after these responses, or its batch.

    Raises `ParseError` and `AdapterError`.
    """
    flow = visiting.visit(registry, visit)
    try:
        request = next(flow)
        for response in responses:
            request = flow.send(response)
    except StopIteration as done:
        batch: Batch = done.value
        return batch
    finally:
        flow.close()
    return request


def frame(content: bytes) -> bytes:
    """Return some bytes as a frame."""
    return len(content).to_bytes(LENGTH, "big") + content


def failure(error: ParseError | AdapterError) -> Failure:
    """Return an error as it is sent."""
    if isinstance(error, AdapterError):
        return Failure(Fault.ADAPTER, str(error), error.adapter)
    return Failure(Fault.NOT_A_FEED if isinstance(error, NotAFeedError) else Fault.PARSE, str(error))


# ------------------------------------------------------------------ the process


def main(arguments: Sequence[str]) -> int:
    """Answer steps until standard input ends; return the exit status.

    Arguments: `--memory BYTES`, `--seconds SECONDS`, and `--adapter NAME=MODULE:ATTRIBUTE` any number of times,
    for adapters to be preferred to the installed ones.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's business
    steps, answers = _streams()
    memory, seconds, adapters = _options(arguments)
    _bound_memory(memory)
    registry: Registry | None = None
    while (content := _read(steps)) is not None:
        if registry is None:
            registry = Registry.installed(first=adapters)
        try:
            answers.write(frame(b""))
            answers.flush()
            _bound_time(seconds + GRACE)
            encoded, usable = _answered(registry, content)
            _bound_time(None)
            answers.write(frame(encoded))
            answers.flush()
        except OSError:
            return 1  # nobody listens any more
        if not usable:
            return 1
    return 0


def _streams() -> tuple[BinaryIO, BinaryIO]:
    """Return the two streams, moved to where no adapter that reads or prints can reach them."""
    steps, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return steps, answers


def _options(arguments: Sequence[str]) -> tuple[int, float, Mapping[str, str | Adapter]]:
    memory, seconds = MEMORY, SECONDS
    adapters: dict[str, str | Adapter] = {}
    for name, value in zip(arguments[::2], arguments[1::2], strict=True):
        match name:
            case "--memory":
                memory = int(value)
            case "--seconds":
                seconds = float(value)
            case "--adapter":
                adapter, _, target = value.partition("=")
                adapters[adapter] = target
            case _:
                raise SystemExit(f"feeds.parser: {name} is no option of it")
    return memory, seconds, adapters


def _bound_memory(size: int) -> None:
    """Bound the address space (POSIX, setrlimit), where the system knows that bound."""
    import resource

    try:
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        bound = size if most == resource.RLIM_INFINITY else min(size, most)
        resource.setrlimit(resource.RLIMIT_AS, (bound, most))
    except (OSError, ValueError):
        return  # macOS refuses; the deadline still holds


def _bound_time(seconds: float | None) -> None:
    """Have the system end this process after so many seconds from now, unless told otherwise before.

    The parent kills sooner. These two bounds hold where there is no parent any more, even inside a library
    that never comes back: a timer for the wall clock, and processor time.
    """
    import resource

    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # an adapter may have had other plans
    signal.setitimer(signal.ITIMER_REAL, seconds or 0)
    soft = resource.RLIM_INFINITY if seconds is None else int(time.process_time() + seconds) + 1
    try:
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (most if soft == resource.RLIM_INFINITY else soft, most))
    except (OSError, ValueError):
        return  # a bound from outside is tighter


def _answered(registry: Registry, content: bytes) -> tuple[bytes, bool]:
    """Return the answer to a step as it is sent, and whether this process can take another."""
    try:
        return msgpack.encode(_answer(registry, content)), True
    except MemoryError:
        # What was built is gone with its frames, but the room may be in pieces.
        return msgpack.encode(Answer(failure=Failure(Fault.MEMORY, ""))), False


def _answer(registry: Registry, content: bytes) -> Answer:
    try:
        asked = msgpack.decode(content, type=Step | Reading)
        if isinstance(asked, Reading):
            return Answer(text=fulltext.read(asked.response))
        found = step(registry, asked.visit, asked.responses)
    except (ParseError, AdapterError) as error:
        return Answer(failure=failure(error))
    except MemoryError:
        raise
    except Exception as error:
        # A mistake of our own. Here it costs one source one visit, and says so; in the tests it is raised.
        message = f"The document could not be read because of an error in Wirewatch: {described(error)}"
        return Answer(failure=Failure(Fault.PARSE, message))
    return Answer(request=found) if isinstance(found, Request) else Answer(batch=found)


def _read(steps: BinaryIO) -> bytes | None:
    """Return the next frame, or None at the end of the stream or where it is cut."""
    head = steps.read(LENGTH)
    if len(head) < LENGTH:
        return None
    length = int.from_bytes(head, "big")
    content = steps.read(length)
    return content if len(content) == length else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
