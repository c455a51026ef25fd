"""One TCP or TLS connection, as httpcore wants it.

Owns the bytes: connecting to an address that was checked, the handshake, and a bound on how much an answer may send.
Knows neither names nor HTTP.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from typing import SupportsIndex

import httpcore

from feeds.errors import FetchFault
from feeds.fetch.faults import RequestError
from feeds.fetch.names import IPAddress

READ = 64 * 1024
"""Bytes held back by a connection whose answer is not being read."""


class _Buffer(asyncio.StreamReader):
    """A reader that knows whether something came that nobody read."""

    def __init__(self) -> None:
        super().__init__(limit=READ)
        self.came = 0

    def feed_data(self, data: Iterable[SupportsIndex]) -> None:
        came = bytes(data)
        self.came += len(came)
        super().feed_data(came)


class Wire(httpcore.AsyncNetworkStream):
    """A connection. Its errors are the system's own (`OSError`, `ssl.SSLError`), and `RequestError` at the bound."""

    def __init__(self, reader: _Buffer, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.taken = 0
        """Bytes read so far."""
        self._bound = 0
        self._exceeded = RequestError(FetchFault.TOO_LARGE, "")

    def bound(self, size: int, exceeded: RequestError) -> None:
        """Allow this many bytes more to be read; beyond them `exceeded` is raised."""
        self._bound = self.taken + size
        self._exceeded = exceeded

    @property
    def is_stale(self) -> bool:
        """The other side has closed it, or has sent what nobody asked for."""
        return self._writer.is_closing() or self._reader.at_eof() or self._reader.came > self.taken

    def abort(self) -> None:
        """Close without waiting for the other side, which may never answer the goodbye of TLS."""
        self._writer.transport.abort()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has come, empty at the end. The deadline of the whole request stands for `timeout`."""
        if self.taken >= self._bound:
            raise self._exceeded
        data = await self._reader.read(min(max_bytes, self._bound - self.taken))
        self.taken += len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send. A server may answer and close before it has read everything, so failing is left to the next read."""
        if not buffer:
            return
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except OSError as error:
            raise httpcore.WriteError from error

    async def aclose(self) -> None:
        """Close at once."""
        self.abort()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Wire:
        """Make the connection a secure one, inside the tunnel of a proxy."""
        await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        return self

    def get_extra_info(self, info: str) -> object:
        """Answer what httpcore asks of a connection that rests."""
        return self.is_stale if info == "is_readable" else None


async def connect(
    addresses: Sequence[IPAddress], port: int, *, deadline: float, context: ssl.SSLContext | None, server_name: str
) -> Wire:
    """Connect to the first address that answers, each with its share of the time that is left.

    `deadline` is a time of the loop. Raises what the last one failed with.
    """
    loop = asyncio.get_running_loop()
    failed: OSError | None = None
    for tried, address in enumerate(addresses):
        share = (deadline - loop.time()) / (len(addresses) - tried)
        try:
            async with asyncio.timeout(share):
                return await _connect(str(address), port, context, server_name)
        except ssl.SSLError:
            raise  # It was reached: another address of the same host would say the same.
        except OSError as error:
            failed = error
    raise failed or TimeoutError


async def _connect(address: str, port: int, context: ssl.SSLContext | None, server_name: str) -> Wire:
    loop = asyncio.get_running_loop()
    reader = _Buffer()
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport, _ = await loop.create_connection(
        lambda: protocol,
        address,
        port,
        ssl=context,
        server_hostname=server_name if context is not None else None,
    )
    return Wire(reader, asyncio.StreamWriter(transport, protocol, reader, loop))
