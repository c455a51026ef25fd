"""The body of an answer, unpacked within a bound.

Owns which codings are offered and how far a body may grow. The bound holds inside the decoder: a few bytes on the wire
can unpack to gigabytes, so no step asks for more than `STEP` bytes. Reads nothing from the network.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from feeds import text
from feeds.errors import FetchFault
from feeds.fetch.faults import RequestError

ACCEPT_ENCODING = "gzip, deflate"
"""The codings offered. Any other in an answer is refused: brotli and zstd turn 200 bytes into 200 MB in one step."""
MAX_BODY = 10 * 1024 * 1024
"""Bytes of a body, unpacked; a longer one is refused."""
MAX_WIRE = 10 * 1024 * 1024
"""Bytes of an answer as they come over the wire, with the framing of chunks."""
STEP = 64 * 1024
"""Bytes unpacked at once; between two steps the loop may turn."""
MAX_MEMBERS = 1_000
"""Members of one gzip body (RFC 1952, 2.2). Each costs time even when it is empty."""

_GZIP, _ZLIB, _RAW = 31, 15, -15


class Decoder:
    """Unpacks one body, piece by piece. Raises `RequestError` for what is not packed as it says, or is too long."""

    def __init__(self, host: str, codings: Iterable[str], limit: int = MAX_BODY) -> None:
        """`codings` are the values of the fields `Content-Encoding`, `host` is who sent them: what sentences name."""
        self._host = host
        self._limit = limit
        self._length = 0
        self._coding = self._only(codings)
        self._members = 0
        self._unpacking: zlib._Decompress | None = None
        self._over = False
        """What comes now is no part of the body."""
        self._head = b""
        """The first byte of a deflate stream, until the second tells which of its two forms it has."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what these bytes unpack to, at most `STEP` bytes at a time."""
        if self._coding:
            pieces = self._gunzip(data) if self._coding == "gzip" else self._inflate(data)
        else:
            pieces = iter((data,))
        for piece in pieces:
            self._length += len(piece)
            if self._length > self._limit:
                raise too_large(self._host, self._limit)
            yield piece

    def finish(self) -> None:
        """Say that the body is over. Raises `RequestError` where it was cut short."""
        if self._head or self._unpacking is not None:
            raise RequestError(
                FetchFault.PROTOCOL, f"The answer of {self._host} was cut short; it will be asked again."
            )

    def _only(self, values: Iterable[str]) -> str:
        """Return the one coding, empty for none."""
        codings = [coding.strip().lower() for value in values for coding in value.split(",")]
        codings = [coding.removeprefix("x-") for coding in codings if coding not in ("", "identity")]
        if len(codings) > 1:
            raise RequestError(
                FetchFault.PROTOCOL, f"The answer of {self._host} is packed more than once; it was not read."
            )
        if codings and codings[0] not in ("gzip", "deflate"):
            named = text.line(codings[0])[:40]
            message = f"The answer of {self._host} is packed as “{named}”, which was not offered; it was not read."
            raise RequestError(FetchFault.PROTOCOL, message)
        return codings[0] if codings else ""

    def _gunzip(self, data: bytes) -> Iterator[bytes]:
        while data and not self._over:
            if self._unpacking is None:
                # Another member may follow the first. Anything else, zeros above all, is no part of the body.
                self._over = self._members > 0 and not data.startswith(b"\x1f")
                self._members += 1
                if self._members > MAX_MEMBERS:
                    raise self._damaged()
                if self._over:
                    return
                self._unpacking = zlib.decompressobj(_GZIP)
            yield from self._steps(self._unpacking, data)
            if not self._unpacking.eof:
                return
            data = self._unpacking.unused_data
            self._unpacking = None

    def _inflate(self, data: bytes) -> Iterator[bytes]:
        if self._over:
            return
        if self._unpacking is None:
            data = self._head + data
            self._head = data if len(data) < 2 else b""
            if len(data) < 2:
                return
            # RFC 9110, 8.4.1.2: deflate is the zlib format, but some send the bare stream of RFC 1951.
            is_zlib = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
            self._unpacking = zlib.decompressobj(_ZLIB if is_zlib else _RAW)
        yield from self._steps(self._unpacking, data)
        if self._unpacking.eof:
            self._over = True
            self._unpacking = None

    def _steps(self, unpacking: zlib._Decompress, data: bytes) -> Iterator[bytes]:
        while True:
            try:
                piece = unpacking.decompress(data, STEP)
            except zlib.error as error:
                raise self._damaged() from error
            if piece:
                yield piece
            data = unpacking.unconsumed_tail
            if unpacking.eof or (not data and len(piece) < STEP):
                return

    def _damaged(self) -> RequestError:
        return RequestError(FetchFault.PROTOCOL, f"The answer of {self._host} is damaged: it cannot be unpacked.")


def too_large(host: str, limit: int) -> RequestError:
    """Return what to raise for an answer that exceeds its bound."""
    return RequestError(
        FetchFault.TOO_LARGE, f"The answer of {host} is larger than {limit // (1024 * 1024)} MB; it was not read."
    )
