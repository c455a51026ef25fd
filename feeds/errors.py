"""Every error Wirewatch raises on purpose, one type a boundary.

Owns the types and what each one is about. An error's text is a sentence for people: what happened,
where, and what to do. Anything else that is raised is a bug and is allowed to propagate.

    WirewatchError
    ├── ConfigError      a setting that cannot be used
    ├── FetchError       a request that brought no usable answer
    ├── ParseError       an answer that cannot be read
    │   └── NotAFeedError    it is something else: a web page, an empty body, a picture
    ├── AdapterError     an adapter (ours or a third party's) that broke its contract
    ├── QueryError       a query that cannot be understood, with the position
    └── StoreError       stored data that cannot be opened or written
        └── StoreBusyError   another Wirewatch holds the writer's place
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path


class WirewatchError(Exception):
    """The base of all errors that are meant for people; `str(error)` is the sentence."""


class ConfigError(WirewatchError):
    """A setting that cannot be used. The rest of the configuration still holds."""

    def __init__(self, message: str, *, file: Path | None = None, line: int | None = None) -> None:
        where = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        super().__init__(f"{where}{message}")
        self.file = file
        self.line = line


class FetchFault(StrEnum):
    """What kind of failure a fetch ended in; decides how long the schedule waits."""

    ADDRESS = "address"
    """The URL cannot be requested at all, or leads somewhere that is not allowed."""
    NAME = "name"
    """The host name was not found."""
    CONNECT = "connect"
    """No connection: refused, unreachable, reset."""
    TLS = "tls"
    """The certificate or the handshake was not accepted."""
    TIMEOUT = "timeout"
    """The whole-request deadline passed."""
    PROTOCOL = "protocol"
    """The answer breaks HTTP, is cut short, or uses a coding that was not offered."""
    TOO_LARGE = "too-large"
    """The body exceeds the bound, on the wire or unpacked."""
    REDIRECT = "redirect"
    """Too many redirects, a loop, or one without a target."""
    STATUS = "status"
    """The server answered with an error status."""
    GONE = "gone"
    """410: the server says the source is gone for good (RFC 9110, 15.5.11)."""
    FILE = "file"
    """A local file cannot be read."""


class FetchError(WirewatchError):
    """A request that brought no usable answer."""

    def __init__(
        self,
        message: str,
        *,
        url: str,
        fault: FetchFault,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.url = url
        """The address asked, without credentials."""
        self.fault = fault
        self.status = status
        self.retry_after = retry_after
        """Seconds the server asked us to wait (RFC 9110, 10.2.3), or None."""


class ParseError(WirewatchError):
    """An answer that cannot be read as what its adapter reads. Nothing is withdrawn because of it."""


class NotAFeedError(ParseError):
    """The answer is something else than a feed or a live blog; the sentence says what came."""


class AdapterError(WirewatchError):
    """An adapter that failed to load or broke its contract; `adapter` names it."""

    def __init__(self, message: str, *, adapter: str) -> None:
        super().__init__(message)
        self.adapter = adapter


class QueryError(WirewatchError):
    """A query that cannot be understood."""

    def __init__(self, message: str, *, text: str, position: int, expected: str) -> None:
        super().__init__(message)
        self.text = text
        self.position = position
        """Index into `text`, in characters, where understanding ended."""
        self.expected = expected
        """What would have been understood there, in words."""


class StoreError(WirewatchError):
    """Stored data that cannot be opened, read or written."""


class StoreBusyError(StoreError):
    """Another Wirewatch already writes to this data; this one may still read it."""

    def __init__(self, message: str, *, pid: int | None = None) -> None:
        super().__init__(message)
        self.pid = pid
