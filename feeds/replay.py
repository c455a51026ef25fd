"""Fetchers that answer without a network, and a clock that runs faster.

Owns recordings, answers at hand and scaled time. Nothing else in the program knows whether it is live or played.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from hashlib import blake2b

from msgspec import Struct

from feeds.errors import FetchError, FetchFault
from feeds.flow import Clock, Request, Response
from feeds.model import Validators


class ScaledClock:
    """A `Clock` that shows `start` when the real time is `start`, and runs `scale` times as fast from there on.

    Two processes given the same two values agree on the time.
    """

    def __init__(self, start: datetime, scale: float = 1.0, *, real: Callable[[], float] = time.time) -> None:
        self.start = start
        self.scale = scale
        self._real = real

    def now(self) -> datetime:
        """Return the scaled time, UTC."""
        return self.start + timedelta(seconds=self._real() - self.start.timestamp()) * self.scale

    async def sleep_until(self, when: datetime) -> None:
        """Return when `now()` is at or after `when`."""
        while (left := (when - self.now()).total_seconds()) > 0:
            await asyncio.sleep(left / self.scale)


class Take(Struct, frozen=True):
    """What an address answers from a moment of the recording on, until its next take."""

    at: float
    """Seconds since the beginning; may be negative."""
    url: str
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200


class Player:
    """A `Fetcher` that answers from a recording by the time of its clock, conditional requests included."""

    def __init__(self, takes: Iterable[Take], clock: Clock, start: datetime) -> None:
        self._takes: dict[str, list[Take]] = {}
        for take in sorted(takes, key=lambda take: take.at):
            self._takes.setdefault(take.url, []).append(take)
        self._clock = clock
        self._start = start

    async def fetch(self, request: Request, *, validators: Validators, channel: str) -> Response:
        """Answer as the address did at this time; raises `FetchError` where it failed or was not recorded."""
        seconds = (self._clock.now() - self._start).total_seconds()
        takes = [take for take in self._takes.get(request.url, ()) if take.at <= seconds]
        if not takes:
            raise FetchError(f"{request.url} is not in the recording.", url=request.url, fault=FetchFault.ADDRESS)
        take = takes[-1]
        if take.status >= 400:
            raise FetchError(
                f"The server answered {take.status}; Wirewatch will try again.",
                url=request.url,
                fault=FetchFault.STATUS,
                status=take.status,
            )
        now = Validators(etag=f'"{blake2b(take.body, digest_size=8).hexdigest()}"')
        if request.conditional and validators.etag == now.etag:
            return Response(url=request.url, request=request.url, status=304, validators=now, not_modified=True)
        return Response(
            url=request.url,
            request=request.url,
            headers=(("content-type", take.content_type),),
            body=take.body,
            validators=now,
        )

    async def close(self) -> None:
        """Nothing is held open."""


class AtHand:
    """A `Fetcher` that has one answer, from somewhere else than the network, and asks nobody for another."""

    def __init__(self, url: str, body: bytes, content_type: str = "") -> None:
        self._response = Response(
            url=url,
            request=url,
            headers=(("content-type", content_type),) if content_type else (),
            body=body,
        )

    async def fetch(self, request: Request, *, validators: Validators, channel: str) -> Response:
        """Return the answer to the request for its address; raises `FetchError` for any other."""
        if request.url != self._response.url:
            message = f"{request.url} would be needed as well, and nothing is asked of the network here."
            raise FetchError(message, url=request.url, fault=FetchFault.ADDRESS)
        return self._response

    async def close(self) -> None:
        """Nothing is held open."""
