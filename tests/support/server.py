"""A server on this machine that answers by a script, byte for byte, and keeps score.

It runs in threads of its own, so that it serves tests with and without an event loop, and other processes. What a test
must wait for it waits for by `Event`, never by time; leaving the block releases whatever still waits.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

CERTIFICATES = Path(__file__).parent / "certificates"
AUTHORITY = CERTIFICATES / "authority.pem"
"""The authority that signed the certificates, none of which is used outside these tests."""

PATIENCE = 20.0
"""Seconds after which a server gives up waiting for a test that went wrong."""

Headers = Iterable[tuple[str, str]]
Piece = bytes | threading.Event


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    """Names in lower case, values Latin-1."""
    body: bytes
    connection: int
    """Which connection it came on, counted from 1."""
    head: bytes
    """Byte for byte what came before the body."""

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    @property
    def names(self) -> set[str]:
        return {name for name, _ in self.headers}


@dataclass(frozen=True)
class Answer:
    """An answer with a length; `exact` makes any other."""

    body: bytes = b""
    status: int = 200
    headers: Headers = ()
    pieces: Iterable[Piece] | None = None
    """What to send instead, byte for byte; at an event it waits."""
    close: bool = False
    """Close the connection afterwards."""

    def parts(self) -> Iterable[Piece]:
        if self.pieces is not None:
            return self.pieces
        fields = list(self.headers)
        if self.status >= 200 and self.status not in (204, 304):
            fields.append(("Content-Length", str(len(self.body))))
        phrase = HTTPStatus(self.status).phrase if self.status in list(HTTPStatus) else "Unknown"
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        return (f"HTTP/1.1 {self.status} {phrase}\r\n{head}\r\n".encode("latin-1") + self.body,)


def exact(*pieces: Piece, close: bool = True) -> Answer:
    """Return an answer of exactly these bytes; at an event the server waits until it is set."""
    return Answer(pieces=pieces, close=close)


def redirect(status: int, location: str, *, body: bytes = b"") -> Answer:
    return Answer(body, status, (("Location", location),))


class Live:
    """An answer that stays open: what is sent goes out at once, until it is ended or the client has gone."""

    def __init__(
        self, *first: bytes, content_type: str = "text/event-stream", headers: Headers = (), chunked: bool = False
    ) -> None:
        fields = [("Content-Type", content_type), *headers, *([("Transfer-Encoding", "chunked")] if chunked else [])]
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        self._chunked = chunked
        self._queue: list[bytes | None] = [f"HTTP/1.1 200 OK\r\n{head}\r\n".encode("latin-1")]
        self._more = [threading.Event()]
        self._more[0].set()
        self._lock = threading.Lock()
        self.left = threading.Event()
        """Nobody is served any more: it has ended, or the client has gone, which shows when something is sent to it."""
        for piece in first:
            self.send(piece)

    def answer(self) -> Answer:
        return Answer(pieces=self._pieces(), close=True)

    def send(self, piece: bytes) -> None:
        self._put(b"%x\r\n%b\r\n" % (len(piece), piece) if self._chunked else piece)

    def end(self, *, cut: bool = False) -> None:
        """End it; `cut` leaves out the last chunk that says so."""
        if self._chunked and not cut:
            self._put(b"0\r\n\r\n")
        self._put(None)

    def _put(self, piece: bytes | None) -> None:
        with self._lock:
            self._queue.append(piece)
            event = threading.Event()
            event.set()
            if len(self._more) < len(self._queue):
                self._more.append(event)
            else:
                self._more[len(self._queue) - 1].set()

    def _pieces(self) -> Iterator[Piece]:
        number = 0
        try:
            while True:
                with self._lock:
                    if len(self._more) <= number:
                        self._more.append(threading.Event())
                    event = self._more[number]
                yield event
                piece = self._queue[number] if event.is_set() else None
                if piece is None:
                    return
                yield piece
                number += 1
        finally:
            self.left.set()


Script = Answer | Sequence[Answer] | Callable[[Asked], Answer]
"""An answer; or several, of which the last is repeated; or what makes one."""


@dataclass
class Server:
    """A server that is running."""

    host: str
    port: int
    scheme: str
    answers: dict[str, Script]
    """By request target; what is not there is answered 404."""
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    def url(self, target: str = "/", host: str | None = None) -> str:
        name = host or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{self.scheme}://{name}:{self.port}{target}"

    @property
    def targets(self) -> list[str]:
        return [asked.target for asked in self.asked]


def server_context(certificate: str = "good") -> ssl.SSLContext:
    """Return a context that shows one of the certificates in the folder."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{certificate}.pem")
    return context


def client_context() -> ssl.SSLContext:
    """Return a context that believes the tests' authority alone."""
    return ssl.create_default_context(cafile=str(AUTHORITY))


@contextmanager
def serve(
    answers: Mapping[str, Script] | None = None,
    *,
    host: str = "127.0.0.1",
    tls: ssl.SSLContext | None = None,
    tunnel: ssl.SSLContext | None = None,
) -> Iterator[Server]:
    """Run a server until the block is left.

    With `tls` it speaks https; with `tunnel` a CONNECT that was answered with 200 is followed by a handshake and by
    requests, as if a proxy had connected to another server.
    """
    running = _Running(host, dict(answers or {}), tls, tunnel)
    try:
        yield running.server
    finally:
        running.stop()


class _Running:
    def __init__(
        self, host: str, answers: dict[str, Script], tls: ssl.SSLContext | None, tunnel: ssl.SSLContext | None
    ) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family, backlog=256)
        self._tls, self._tunnel = tls, tunnel
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._served: dict[str, int] = {}
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        port = self._listener.getsockname()[1]
        self.server = Server(host, port, "https" if tls else "http", answers)
        self._start(self._accept)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        self._stopping.set()
        with self._lock:
            sockets = [self._listener, *self._open]
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.server.connections += 1
                number = self.server.connections
                self._open.append(connected)
            self._start(lambda connected=connected, number=number: self._converse(connected, number))  # type: ignore[misc]  # defaults bind the loop's values

    def _converse(self, connected: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError, ssl.SSLError, EOFError), contextlib.ExitStack() as stack:
            stack.enter_context(connected)
            if self._tls is not None:
                connected = stack.enter_context(self._secured(connected, self._tls))
            reader = stack.enter_context(connected.makefile("rb"))
            while True:
                asked = _read(reader, number)
                with self._lock:
                    self.server.asked.append(asked)
                    answer = self._answer(asked)
                if not self._send(connected, answer) or answer.close:
                    return
                if asked.method == "CONNECT" and self._tunnel is not None and answer.status == 200:
                    connected = stack.enter_context(self._secured(connected, self._tunnel))
                    reader = stack.enter_context(connected.makefile("rb"))

    def _secured(self, connected: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        secured = context.wrap_socket(connected, server_side=True)
        with self._lock:
            self._open.append(secured)
        return secured

    def _answer(self, asked: Asked) -> Answer:
        script = self.server.answers.get(asked.target)
        if script is None:
            return Answer(status=404)
        if isinstance(script, Answer):
            return script
        if callable(script):
            return script(asked)
        served = self._served.get(asked.target, 0)
        self._served[asked.target] = served + 1
        return script[min(served, len(script) - 1)]

    def _send(self, connected: socket.socket, answer: Answer) -> bool:
        parts = answer.parts()
        try:
            for piece in parts:
                if isinstance(piece, threading.Event):
                    while not piece.wait(0.05) and not self._stopping.is_set():
                        pass
                else:
                    connected.sendall(piece)
                if self._stopping.is_set():
                    return False
        finally:
            if isinstance(parts, Generator):
                parts.close()
        return True


def _read(reader: object, number: int) -> Asked:
    head = b""
    while (line := _line(reader)).rstrip(b"\r\n") != b"":
        head += line
    lines = head.decode("latin-1").removesuffix("\r\n").split("\r\n")
    method, target, _ = lines[0].split(" ", 2)
    headers = tuple((name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:]))
    length = int(next((value for name, value in headers if name == "content-length"), "0"))
    return Asked(method, target, headers, reader.read(length), number, head + line)  # type: ignore[attr-defined]  # a socket's file


def _line(reader: object) -> bytes:
    line: bytes = reader.readline()  # type: ignore[attr-defined]  # a socket's file
    if not line.endswith(b"\n"):
        raise EOFError
    return line
