"""The connections that are open, and one exchange over one of them.

Owns when a connection is made, kept and closed. One is kept for a single channel and origin only: a server that sends
more than it was asked for could otherwise answer in the name of another source. Follows no redirects, reads no bodies.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import NamedTuple

import httpcore
from msgspec import Struct

from feeds.errors import FetchFault
from feeds.fetch import names, wire
from feeds.fetch.address import Address, Origin
from feeds.fetch.body import MAX_WIRE, too_large
from feeds.fetch.faults import RequestError, from_exception
from feeds.fetch.names import Names
from feeds.fetch.proxies import Proxies
from feeds.fetch.wire import Wire

MAX_HEAD = 256 * 1024
"""Bytes of an answer before its body, all interim answers (1xx) with it."""
MAX_KEPT = 64
"""Connections kept open between requests, of all channels."""
IDLE = 75.0
"""Seconds after which an unused connection is closed."""

Headers = list[tuple[bytes, bytes]]


class Call(Struct, frozen=True):
    """One request to one origin."""

    method: str
    address: Address
    headers: tuple[tuple[bytes, bytes], ...]
    """All of them; only the proxy's are added."""
    body: bytes
    channel: str
    inside: bool
    """The host may be this machine or its network."""
    deadline: float
    """Time of the loop at which it must be over."""


class _Place(NamedTuple):
    """What a connection is kept for."""

    channel: str
    origin: Origin


class _Kept(NamedTuple):
    connection: httpcore.AsyncHTTP11Connection
    wire: Wire
    proxy: Address | None
    since: float


class Exchange:
    """An answer whose head has come. It must be ended, whatever happens."""

    def __init__(
        self, answer: httpcore.Response, origin: Origin, keep: Callable[[], None], renew: Callable[[], None]
    ) -> None:
        self.status = answer.status
        self.headers: Headers = [(name.lower(), value) for name, value in answer.headers]
        """Names in lower case."""
        self.renew = renew
        """Allows the body as many bytes more as a whole one may have, for a stream, which has no end."""
        self._answer = answer
        self._origin = origin
        self._keep = keep
        self._ended = False

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes, freed from the framing of chunks but not unpacked. Raises `RequestError`."""
        try:
            async for chunk in self._answer.aiter_stream():
                yield chunk
        except (httpcore.ProtocolError, OSError) as error:
            raise from_exception(error, self._origin.host_name) from error

    async def end(self) -> None:
        """Let the connection go, to be kept if the body was read to its end. Never waits for the other side."""
        if not self._ended:
            self._ended = True
            try:
                await self._answer.aclose()
            finally:
                # Also where it is cancelled on the way: httpcore then leaves the connection as it is.
                self._keep()


class Connections:
    """Makes, keeps and closes connections."""

    def __init__(self, looked_up: Names, proxies: Proxies, context: Callable[[], ssl.SSLContext]) -> None:
        self._names = looked_up
        self._proxies = proxies
        self._context = context
        self._kept: OrderedDict[_Place, _Kept] = OrderedDict()
        self._sweep: asyncio.TimerHandle | None = None
        self._closed = False

    async def begin(self, call: Call) -> Exchange:
        """Send a request and return the exchange when the head of the answer has come. Raises `RequestError`.

        A kept connection that brings no head of an answer is replaced once: servers close idle ones without notice
        (RFC 9112, 9.3.1), or leave bytes on them. Only for methods that may be repeated.
        """
        try:
            held, answer = await self._begin(call)
        except (httpcore.ProtocolError, OSError, UnicodeError) as error:
            raise from_exception(error, call.address.origin.host_name) from error
        origin = call.address.origin
        keep = partial(self._keep, _Place(call.channel, origin), held)
        renew = partial(held.wire.bound, MAX_WIRE, too_large(origin.host_name, MAX_WIRE))
        return Exchange(answer, origin, keep, renew)

    async def _begin(self, call: Call) -> tuple[_Kept, httpcore.Response]:
        place = _Place(call.channel, call.address.origin)
        held = self._take(place)
        if held is not None:
            before = held.wire.taken
            try:
                answer = await self._send(call, held)
                if held.wire.taken > before:
                    return held, answer
                await answer.aclose()  # It was there before it was asked for.
                held.wire.abort()
            except (httpcore.ProtocolError, OSError):
                held.wire.abort()
                if call.method not in ("GET", "HEAD"):
                    raise
            except BaseException:
                held.wire.abort()
                raise
        held = await self._open(call)
        try:
            return held, await self._send(call, held)
        except BaseException:
            held.wire.abort()
            raise

    # ------------------------------------------------------------------ one request

    async def _send(self, call: Call, held: _Kept) -> httpcore.Response:
        origin = call.address.origin
        headers = list(call.headers)
        target = call.address.target
        if held.proxy is not None and origin.scheme == "http":
            target = call.address.url
            headers += _proxy_headers(held.proxy)
        request = httpcore.Request(call.method, _url(origin, target), headers=headers, content=call.body)
        host = origin.host_name
        held.wire.bound(
            MAX_HEAD, RequestError(FetchFault.PROTOCOL, f"The answer of {host} does not come to its point.")
        )
        answer = await held.connection.handle_async_request(request)
        held.wire.bound(MAX_WIRE, too_large(host, MAX_WIRE))
        return answer

    async def _open(self, call: Call) -> _Kept:
        origin = call.address.origin
        proxy = self._proxies.of(origin)
        context = self._context() if origin.scheme == "https" else None
        if proxy is None:
            addresses = await self._names.addresses(origin.host, inside=call.inside)
            stream = await wire.connect(
                addresses, origin.port, deadline=call.deadline, context=context, server_name=origin.host
            )
        else:
            stream = await self._through(proxy, call, context)
        connection = httpcore.AsyncHTTP11Connection(_url(origin, "/").origin, stream)
        return _Kept(connection, stream, proxy, 0.0)

    async def _through(self, proxy: Address, call: Call, context: ssl.SSLContext | None) -> Wire:
        """Return a connection to a proxy, for https a tunnel through it (RFC 9110, 9.3.6)."""
        origin = call.address.origin
        # The proxy looks the name up, so only what the host is called can be checked here.
        if not call.inside and names.is_local(origin.host):
            raise names.refused(origin.host_name)
        try:
            addresses = await self._names.addresses(proxy.origin.host, inside=True)
            stream = await wire.connect(
                addresses, proxy.origin.port, deadline=call.deadline, context=None, server_name=""
            )
        except (OSError, UnicodeError) as error:
            raise from_exception(error, f"the proxy {proxy.origin.host_and_port}") from error
        if context is not None:
            try:
                await self._tunnel(stream, proxy, origin)
                await stream.start_tls(context, server_hostname=origin.host)
            except BaseException:
                stream.abort()
                raise
        return stream

    async def _tunnel(self, stream: Wire, proxy: Address, origin: Origin) -> None:
        where = f"The proxy {proxy.origin.host_and_port}"
        stream.bound(MAX_HEAD, RequestError(FetchFault.PROTOCOL, f"{where} does not come to its point."))
        target = origin.host_and_port
        headers = [(b"Host", target.encode("ascii")), *_proxy_headers(proxy)]
        request = httpcore.Request("CONNECT", _url(proxy.origin, target), headers=headers)
        connection = httpcore.AsyncHTTP11Connection(_url(proxy.origin, "/").origin, stream)
        try:
            answer = await connection.handle_async_request(request)
        except httpcore.ProtocolError as error:
            raise RequestError(FetchFault.PROTOCOL, f"{where} does not answer as a proxy does.") from error
        if not 200 <= answer.status < 300:
            wants = (
                " It asks for a name and a password: http://name:password@host:port." if answer.status == 407 else ""
            )
            message = f"{where} does not connect to {origin.host_name} ({answer.status}).{wants}"
            raise RequestError(FetchFault.CONNECT, message)

    # ------------------------------------------------------------------ keeping

    def _take(self, place: _Place) -> _Kept | None:
        kept = self._kept.pop(place, None)
        if kept is None:
            return None
        if kept.connection.has_expired():
            kept.wire.abort()
            return None
        return kept

    def _keep(self, place: _Place, held: _Kept) -> None:
        if self._closed or not held.connection.is_idle() or place in self._kept:
            held.wire.abort()
            return
        loop = asyncio.get_running_loop()
        self._kept[place] = held._replace(since=loop.time())
        while len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)[1].wire.abort()
        if self._sweep is None:
            self._sweep = loop.call_later(IDLE, self._close_idle)

    def _close_idle(self) -> None:
        """Close what has not been used for a while, the oldest first, and come again for the rest."""
        loop = asyncio.get_running_loop()
        while self._kept and next(iter(self._kept.values())).since <= loop.time() - IDLE:
            self._kept.popitem(last=False)[1].wire.abort()
        rest = next(iter(self._kept.values()), None)
        self._sweep = None if rest is None else loop.call_at(rest.since + IDLE, self._close_idle)

    def close(self) -> None:
        """Close every connection that rests; those in use are closed when their answer is over."""
        self._closed = True
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        while self._kept:
            self._kept.popitem()[1].wire.abort()


def _url(origin: Origin, target: str) -> httpcore.URL:
    return httpcore.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=target.encode("ascii"))


def _proxy_headers(proxy: Address) -> Headers:
    return [(b"Proxy-Authorization", proxy.authorization.encode("ascii"))] if proxy.authorization else []
