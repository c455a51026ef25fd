from __future__ import annotations

import ipaddress
import socket
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest

from feeds.errors import FetchError
from feeds.fetch import HttpFetcher
from feeds.fetch.names import IPAddress
from feeds.flow import Request, Response
from feeds.model import Validators
from tests.support.server import client_context

NOW = datetime(2026, 2, 13, 9, 30, tzinfo=UTC)

NAMES = {
    "news.example": ["127.0.0.1"],
    "other.example": ["127.0.0.1"],
    "inside.example": ["127.0.0.1"],
    "localhost": ["127.0.0.1"],
    "six.example": ["::1"],
    "two.example": ["127.0.0.9", "127.0.0.1"],
    "empty.example": [],
}


class StoppedClock:
    def now(self) -> datetime:
        return NOW

    async def sleep_until(self, when: datetime) -> None:
        raise AssertionError("a fetcher does not sleep")


def look_up(host: str) -> list[IPAddress]:
    if host not in NAMES:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")
    return [ipaddress.ip_address(address) for address in NAMES[host]]


class Visitor:
    """A fetcher with the names above, other.example allowed, and the tests' own authority."""

    def __init__(
        self,
        *,
        timeout: float = 20.0,
        environment: dict[str, str] | None = None,
        lookup: Callable[[str], list[IPAddress]] = look_up,
    ) -> None:
        self.fetcher = HttpFetcher(
            StoppedClock(),
            allowed_private=("other.example",),
            timeout=timeout,
            environment=environment or {},
            lookup=lookup,
            context=client_context,
        )

    async def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        conditional: bool = True,
        channel: str = "a channel",
        headers: tuple[tuple[str, str], ...] = (),
        method: str = "GET",
        body: bytes = b"",
        stranger: bool = False,
    ) -> Response:
        request = Request(url, method, headers, body, conditional, stranger=stranger)
        return await self.fetcher.fetch(request, validators=Validators(etag, last_modified), channel=channel)

    async def fails(self, url: str, *, method: str = "GET", body: bytes = b"", stranger: bool = False) -> FetchError:
        with pytest.raises(FetchError) as raised:
            await self.get(url, method=method, body=body, stranger=stranger)
        return raised.value


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    visitor = Visitor()
    yield visitor
    await visitor.fetcher.close()


@pytest.fixture
async def hasty() -> AsyncIterator[Visitor]:
    """Gives up soon: for servers that never answer."""
    visitor = Visitor(timeout=0.3)
    yield visitor
    await visitor.fetcher.close()
