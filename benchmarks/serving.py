"""A web server that is no bottleneck, in a process of its own: every feed on an address of its own, all on one port.

    python -m benchmarks.serving FEEDS

Prints its port. `/feed/N` is a feed, `/asked` says how many were answered; `/set/MODE` how it answers from then on:

    validators  with an ETag, and 304 to who has it
    same        whole, without an ETag
    new         whole, without an ETag, with one more item than in the mode before

Ends with its standard input. `Site` is the side of the benchmarks.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import urllib.request
from hashlib import blake2b
from types import TracebackType

from benchmarks import corpus, table
from feeds import children

_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "rdf": "application/rdf+xml"}
_FORMS = ("rss", "atom", "rss", "rdf")
"""What the feeds are, by turns: what every reader reads."""


def host(feed: int) -> str:
    """Return the address of a feed's server: no two feeds are on the same."""
    return f"127.0.{feed // 200}.{feed % 200 + 1}"


def form(feed: int) -> str:
    """Return what a feed is."""
    return _FORMS[feed % len(_FORMS)]


class Site:
    """A server that runs until the block is left."""

    def __init__(self, feeds: int) -> None:
        self._feeds = feeds
        self._process = subprocess.Popen(
            table.python("benchmarks.serving", str(feeds)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=children.environment(),
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def __enter__(self) -> Site:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.communicate()

    @property
    def urls(self) -> list[str]:
        """The addresses of all feeds."""
        return [f"http://{host(feed)}:{self.port}/feed/{feed}" for feed in range(self._feeds)]

    def answer(self, mode: str) -> None:
        """Answer in another mode from now on; `new` has one more item at every call."""
        self._ask(f"/set/{mode}")

    @property
    def asked(self) -> int:
        """How many feeds were answered by now."""
        return int(self._ask("/asked"))

    def _ask(self, target: str) -> bytes:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://{host(0)}:{self.port}{target}") as answer:
            told: bytes = answer.read()
        return told


# ------------------------------------------------------------------ the process


class _Feeds:
    """What is answered; each answer is made once."""

    def __init__(self, feeds: int) -> None:
        self._listed = [corpus.items(feed, corpus.length(feed)) for feed in range(feeds)]
        self._mode = "validators"
        self._asked = 0
        self._answers: dict[bytes, tuple[bytes, bytes]] = {}
        self._make()

    def turn(self, mode: str) -> None:
        self._mode = mode
        if mode == "new":
            for feed, listed in enumerate(self._listed):
                listed.insert(0, corpus.item(feed, listed[0].number + 1))
        self._make()

    def _make(self) -> None:
        for feed, listed in enumerate(self._listed):
            body = corpus.document(feed, form(feed), listed)
            tag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
            given = f"ETag: {tag}\r\n" if self._mode == "validators" else ""
            head = (
                f"HTTP/1.1 200 OK\r\nContent-Type: {_TYPES[form(feed)]}\r\n{given}Content-Length: {len(body)}\r\n\r\n"
            )
            unmodified = f"HTTP/1.1 304 Not Modified\r\n{given}\r\n" if given else ""
            self._answers[f"/feed/{feed}".encode()] = (head.encode() + body, unmodified.encode())

    def answer(self, head: bytes) -> bytes:
        target = head.split(b" ", 2)[1]
        if target.startswith(b"/set/"):
            self.turn(target.removeprefix(b"/set/").decode())
            return b"HTTP/1.1 204 No Content\r\n\r\n"
        if target == b"/asked":
            count = str(self._asked).encode()
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(count), count)
        self._asked += 1
        whole, unmodified = self._answers[target]
        return unmodified if unmodified and b"\nif-none-match:" in head.lower() else whole


class _Talk(asyncio.Protocol):
    def __init__(self, feeds: _Feeds) -> None:
        self._feeds = feeds
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._head += data
        while b"\r\n\r\n" in self._head:
            head, _, self._head = self._head.partition(b"\r\n\r\n")
            self._transport.write(self._feeds.answer(head))
            if b"\nconnection: close" in head.lower():
                self._transport.close()


async def _serve(feeds: int) -> None:
    loop = asyncio.get_running_loop()
    answers = _Feeds(feeds)
    first = await loop.create_server(lambda: _Talk(answers), host(0), 0)
    port = first.sockets[0].getsockname()[1]
    for feed in range(1, feeds):
        await loop.create_server(lambda: _Talk(answers), host(feed), port)
    print(port, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
