"""Adapters that behave, and adapters that do not, for the tests of what runs them.

They are named to a parser process as `name=tests.support.adapters:Class`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.model import Batch, Kind, Post

HERE = "tests.support.adapters"


class Scripted:
    """An adapter made of a function, that says it reads what it is told to read."""

    def __init__(
        self,
        name: str = "scripted",
        poll: Callable[[Visit], Flow[Batch]] | None = None,
        *,
        claims: str = "",
        reads: str = "",
        confidence: Confidence = Confidence.LIKELY,
    ) -> None:
        self.name = name
        self._poll = poll or titled
        self._claims = claims
        self._reads = reads.encode()
        self._confidence = confidence

    def claim(self, url: str) -> Confidence:
        return Confidence.MINE if self._claims and self._claims in url else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        return self._confidence if self._reads and self._reads in response.body else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        return self._poll(visit)


def titled(visit: Visit) -> Flow[Batch]:
    """One request; the answer's text is the title."""
    response = yield Request(visit.url, conditional=True)
    return Batch(Kind.FEED, title=response.body.decode(), posts=(Post(key="1"),))


class Titled(Scripted):
    """Reads any text, and says in which process."""

    def __init__(self) -> None:
        super().__init__("titled", _with_process)


def _with_process(visit: Visit) -> Flow[Batch]:
    batch = yield from titled(visit)
    return Batch(batch.kind, title=batch.title, cursor={"pid": os.getpid()})


class Pages(Scripted):
    """Asks for as many pages as its cursor says."""

    def __init__(self) -> None:
        super().__init__("pages", _pages)


def _pages(visit: Visit) -> Flow[Batch]:
    texts = []
    wanted = visit.cursor.get("pages")
    assert isinstance(wanted, int)
    for number in range(wanted):
        response = yield Request(f"{visit.url}?page={number}")
        texts.append(response.body.decode())
    return Batch(Kind.FEED, title=" ".join(texts))


class Misbehaving(Scripted):
    """Does what the answer says."""

    def __init__(self) -> None:
        super().__init__("misbehaving", _misbehave)


def _misbehave(visit: Visit) -> Flow[Batch]:
    response = yield Request(visit.url)
    match response.body.decode():
        case "loop":
            while True:
                pass
        case "sleep":
            signal.pause()
        case "remember":
            held = []
            while True:
                held.append(bytearray(1 << 24))
        case "recurse":
            return _recurse(visit)
        case "exit":
            sys.exit(3)
        case "stop":
            os._exit(3)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "print":
            print("junk")  # noqa: T201
            os.write(1, b"\0\0\0\x03abc")
            sys.stdout.flush()
            return Batch(Kind.FEED, title=f"printed, and read “{sys.stdin.read()}”")
        case "raise":
            raise KeyError("items")
        case "refuse":
            raise ParseError("This\x1b[31m cannot be read.")
        case "not a feed":
            raise NotAFeedError("This is a letter.")
    return Batch(Kind.FEED, title="behaved")


def _recurse(visit: Visit) -> Batch:
    return _recurse(visit)


class Waiting(Scripted):
    """Says that it has begun through the FIFO its cursor names, and then never ends."""

    def __init__(self) -> None:
        super().__init__("waiting", _wait)


def _wait(visit: Visit) -> Flow[Batch]:
    fifo = visit.cursor.get("fifo")
    assert isinstance(fifo, str)
    Path(fifo).write_text(str(os.getpid()))
    yield from ()
    while True:
        signal.pause()


ALL = tuple(f"{kind.__name__.lower()}={HERE}:{kind.__name__}" for kind in (Titled, Pages, Misbehaving, Waiting))
"""The arguments of a parser process that has them all."""
