"""The seam between httpx and the connections.

Owns how a request of ours becomes one of httpx, the client that sends it, and the transport under that client: httpx's
documented place for one's own connections. The client is held to carrying: it adds no field, keeps no cookie, follows
no redirect, unpacks nothing and has no deadline of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import lru_cache

from feeds.fetch.connections import Call, Connections, Exchange
from feeds.fetch.journey import REDIRECTS
from feeds.fetch.library import httpx

LOCATION = "location"
"""Extension of a redirect: where it leads, byte for byte. httpx is not shown the field, for it would read the address
whether it follows or not, and fail where it cannot."""
RENEW = "renew"
"""Extension of every answer; see `Exchange.renew`."""

_ELSEWHERE = httpx.URL("http://address.invalid/")


def make_client(connections: Connections) -> httpx.AsyncClient:
    """Return a client over these connections; closing it closes them."""
    # No timeout: the deadline of the whole request holds.
    return _Client(transport=Transport(connections), follow_redirects=False, timeout=None, trust_env=False)


def make_request(call: Call) -> httpx.Request:
    """Return a call as httpx carries it: exactly these fields, and as extensions what httpx has no word for."""
    return httpx.Request(
        call.method,
        _shown(call.address.url),
        headers=call.headers,
        # Unlike `content` it adds no field.
        stream=httpx.ByteStream(call.body),
        extensions={
            "address": call.address,
            "channel": call.channel,
            "inside": call.inside,
            "deadline": call.deadline,
        },
    )


class Transport(httpx.AsyncBaseTransport):
    """Sends what `make_request` made over connections of ours."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its answer, its body unread. Raises `RequestError`."""
        asked = request.extensions
        call = Call(
            method=request.method,
            address=asked["address"],
            headers=tuple(request.headers.raw),
            body=await request.aread(),
            channel=asked["channel"],
            inside=asked["inside"],
            deadline=asked["deadline"],
        )
        exchange = await self._connections.begin(call)
        fields = exchange.headers
        extensions: dict[str, object] = {RENEW: exchange.renew}
        if exchange.status in REDIRECTS:
            extensions[LOCATION] = next((value for name, value in fields if name == b"location"), b"")
            fields = [field for field in fields if field[0] != b"location"]
        return httpx.Response(exchange.status, headers=fields, stream=_Body(exchange), extensions=extensions)

    async def aclose(self) -> None:
        """Close every connection that rests."""
        self._connections.close()


class _Body(httpx.AsyncByteStream):
    """The body of an answer as it comes over the wire."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._exchange.chunks()

    async def aclose(self) -> None:
        await self._exchange.end()


class _NoCookies(httpx.Cookies):
    """Takes no cookies, and so has none to give."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Take nothing, without looking: that costs more than all else the client does."""


class _Client(httpx.AsyncClient):
    """A client that has no cookies."""

    @property
    def cookies(self) -> httpx.Cookies:
        return _NO_COOKIES

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        """Keep none."""


_NO_COOKIES = _NoCookies()


@lru_cache(maxsize=256)
def _shown(url: str) -> httpx.URL:
    """Return an address as httpx reads it. Nothing is sent by that: there is one reading of an address, `address`'s.

    httpx refuses some that can be asked: hosts that are numbers, but not in the usual form.
    """
    try:
        return httpx.URL(url)
    except httpx.InvalidURL:
        return _ELSEWHERE
