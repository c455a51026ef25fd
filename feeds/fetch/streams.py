"""Streams that stay open between visits: server-sent events (WHATWG HTML, 9.2).

Owns every answer of the type `text/event-stream` from its head on: it is read in a task of its own, cut after each
event that is complete, held within bounds, and handed over to whoever asks for its address again in the same channel.
What an event means is no business of this module; how a stream fares it says in the fields of `feeds.eventstream`.

A stream stands in nobody's way. A visit that opens one lasts a moment, one that listens to it takes no time at all, so
the gate of the engine, one visit at a time for a host, is free in between. Its connection is its own: it was taken out
of those that rest (there is no bound on those in use), other requests of the same channel make another, and when the
stream is over the connection is closed, for it cannot be used again in the middle of an answer.

What was handed over is kept until the next request says that it arrived (`PLACE`): a visit may fail after that, and
what has been on a stream once does not come again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from uuid import uuid4

from msgspec.structs import replace

from feeds.errors import FetchFault
from feeds.eventstream import LOST, MEDIA_TYPE, PLACE, STATE, Cutter, State
from feeds.fetch.body import STEP, Decoder
from feeds.fetch.faults import RequestError
from feeds.fetch.library import httpx
from feeds.fetch.transport import RENEW
from feeds.flow import Request, Response

MOMENT = 2.0
"""Seconds from its head for which the first events of a stream are waited for."""
QUIET = 0.25
"""Seconds without a byte after which the first events have come."""
BUFFERED = 1024 * 1024
"""Bytes of events that are kept of one stream; beyond them the oldest are dropped."""
LARGEST = 256 * 1024
"""Bytes of one event; a longer one is dropped."""
FLOOD = 16 * 1024 * 1024
"""Bytes, unpacked, that a stream may bring between two requests; with more it is broken off."""
SILENCE = 90.0
"""Seconds without a byte after which a stream is taken for dead: a comment now and then keeps it alive (9.2.7)."""
UNASKED = 120.0
"""Seconds without a request after which a stream is closed: its source was taken out, or is over."""
MAX_STREAMS = 32
"""Streams that are open at once. One more is read for its first moment and closed: it is polled, not listened to."""

_Key = tuple[str, str]
"""Channel and the address asked."""


class Streams:
    """The streams that are open. For one event loop."""

    def __init__(self) -> None:
        self._streams: dict[_Key, _Stream] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def heard(self, request: Request, channel: str) -> Response | None:
        """Return what has come on a stream since it was last asked for; None where none is open, or it was read up."""
        key = (channel, request.url)
        stream = self._streams.get(key)
        if stream is None or request.method != "GET":
            return None
        stream.heed(place(request))
        if stream.is_spent:
            self._forget(key)
            return None
        self._await_next(key, stream)
        return stream.answer()

    async def open(self, head: Response, answer: httpx.Response, channel: str, host: str) -> Response:
        """Keep a stream open whose head has come, and return what comes on it in the first moment.

        Takes the answer over and ends it, whatever happens. Raises `RequestError` where it breaks before it brings
        anything, or is packed as was not offered. `host` is who sends it, for sentences.
        """
        key = (channel, head.request)
        try:
            stream = _Stream(head, answer, host)
        except BaseException:
            await answer.aclose()
            raise
        try:
            await stream.settle()
        except BaseException:
            self._end(stream)
            raise
        self._forget(key)
        if sum(not other.is_over for other in self._streams.values()) >= MAX_STREAMS:
            self._end(stream)
        self._streams[key] = stream
        self._await_next(key, stream)
        return stream.answer()

    async def close(self) -> None:
        """Close them all."""
        for key in list(self._streams):
            self._forget(key)
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _await_next(self, key: _Key, stream: _Stream) -> None:
        stream.expect(asyncio.get_running_loop().call_later(UNASKED, partial(self._forget, key)))

    def _forget(self, key: _Key) -> None:
        stream = self._streams.pop(key, None)
        if stream is not None:
            self._end(stream)

    def _end(self, stream: _Stream) -> None:
        task = stream.end()
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


class _Stream:
    """One stream, and what of it was not handed over yet, or not certainly."""

    def __init__(self, head: Response, answer: httpx.Response, host: str) -> None:
        """Begin to read. Raises `RequestError` for a coding that was not offered."""
        codings = [value for name, value in head.headers if name == "content-encoding"]
        self._head = head
        self._host = host
        self._cutter = Cutter(LARGEST)
        self._fresh: deque[bytes] = deque()
        self._given: deque[bytes] = deque()
        """Handed over; whether it arrived is not known."""
        self._size = 0
        """Bytes of both."""
        self._lost = 0
        self._lost_told = 0
        self._came = 0
        """Bytes since it was last asked for."""
        self._name = uuid4().hex[:12]
        self._turn = 0
        self._told_over = False
        self._failed: RequestError | None = None
        self._some = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self.is_over = False
        # What is unpacked is bounded here, by events and by `FLOOD`; the whole has no bound.
        self._task = asyncio.create_task(self._listen(answer, Decoder(host, codings, _ENDLESS)))

    # ------------------------------------------------------------------ reading

    async def _listen(self, answer: httpx.Response, decoder: Decoder) -> None:
        try:
            await self._read(answer, decoder)
        except RequestError as error:
            self._failed = error
        except TimeoutError:
            self._failed = RequestError(FetchFault.TIMEOUT, f"Nothing came from {self._host} for {SILENCE:g} seconds.")
        except Exception as error:
            # Whatever a library raises hours after the visit that began it: the stream is over, and nothing else.
            what = f"The stream of {self._host} broke in a way Wirewatch does not know ({type(error).__name__})."
            self._failed = RequestError(FetchFault.PROTOCOL, what)
        finally:
            self.is_over = True
            self._some.set()
            await answer.aclose()

    async def _read(self, answer: httpx.Response, decoder: Decoder) -> None:
        renew: Callable[[], None] = answer.extensions[RENEW]
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(SILENCE) as silence:
            async for chunk in answer.aiter_raw():
                silence.reschedule(loop.time() + SILENCE)
                renew()
                for piece in decoder.feed(chunk):
                    self._take(piece)
                    if len(piece) == STEP:
                        # A chunk may unpack to a thousand times its size; the loop turns meanwhile.
                        await asyncio.sleep(0)

    def _take(self, piece: bytes) -> None:
        self._came += len(piece)
        if self._came > FLOOD:
            raise RequestError(FetchFault.TOO_LARGE, f"{self._host} sends more events than can be read.")
        for event in self._cutter.feed(piece):
            self._fresh.append(event)
            self._size += len(event)
        self._lost += self._cutter.dropped
        self._cutter.dropped = 0
        while self._size > BUFFERED:
            self._lost += not self._given
            self._size -= len((self._given or self._fresh).popleft())
        self._some.set()

    # ------------------------------------------------------------------ handing over

    async def settle(self) -> None:
        """Wait for the first events. Raises `RequestError` where the stream broke and brought none."""
        loop = asyncio.get_running_loop()
        end = loop.time() + MOMENT
        with suppress(TimeoutError):
            async with asyncio.timeout_at(end) as moment:
                while not self.is_over:
                    self._some.clear()
                    await self._some.wait()
                    if self._fresh:
                        moment.reschedule(min(end, loop.time() + QUIET))
        if self._failed is not None and not self._fresh:
            raise self._failed

    def heed(self, told: str) -> None:
        """Let go of what was handed over, unless the next request says that it did not arrive."""
        if told and told != self._place:
            return
        self._size -= sum(map(len, self._given))
        self._given.clear()
        self._lost -= self._lost_told
        self._lost_told = 0

    @property
    def is_spent(self) -> bool:
        """It is over, that was said, and nothing is left of it."""
        return self._told_over and not self._fresh and not self._given

    def answer(self) -> Response:
        """Hand over what has come."""
        if self._fresh or self._lost > self._lost_told:
            self._turn += 1
        self._given += self._fresh
        self._fresh.clear()
        self._lost_told = self._lost
        self._came = 0
        self._told_over = self.is_over
        state = State.OVER if self.is_over else State.OPEN
        fields = (("content-type", MEDIA_TYPE), (STATE, state.value), (LOST, str(self._lost)), (PLACE, self._place))
        return replace(self._head, headers=(*fields, *self._head.headers), body=b"".join(self._given))

    @property
    def _place(self) -> str:
        return f"{self._name}.{self._turn}"

    # ------------------------------------------------------------------ ending

    def expect(self, timer: asyncio.TimerHandle) -> None:
        """Wait for the next request until this timer ends the stream."""
        self._stop_waiting()
        self._timer = timer

    def end(self) -> asyncio.Task[None]:
        """Close it; what was read stays. Returns what is over when its connection is closed."""
        self._stop_waiting()
        self.is_over = True
        self._task.cancel()
        return self._task

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


_ENDLESS = 2**63


# ------------------------------------------------------------------ requests and answers


def is_stream(request: Request, answer: httpx.Response) -> bool:
    """Say whether an answer is a stream of events, and so never read to its end: whoever asked for it, and however."""
    named = next((value for name, value in answer.headers.raw if name == b"content-type"), b"")
    media_type = named.partition(b";")[0].strip().lower().decode("latin-1")
    return answer.status_code == 200 and request.method == "GET" and media_type == MEDIA_TYPE


def stopped(response: Response) -> Response:
    """Return a 204 to a request that listens as what it means for a stream."""
    return replace(response, headers=(("content-type", MEDIA_TYPE), (STATE, State.STOPPED.value), *response.headers))


def place(request: Request) -> str:
    """Return how far an adapter says that the stream reached it; empty where it does not say."""
    return next((value for name, value in request.headers if name.lower() == PLACE), "")


def bare(request: Request) -> Request:
    """Return a request without what is meant for this module."""
    return replace(request, headers=tuple(field for field in request.headers if field[0].lower() != PLACE))
