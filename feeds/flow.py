"""The contract with the outside: what an adapter may ask for and what it is given.

Owns the shapes and no implementation. An adapter does no I/O: its `poll` is a generator that yields a
`Request`, is sent a `Response` and returns a `Batch`. The same adapter runs live, under replay, in the
command line and in tests; what differs is the `Fetcher` that answers and the `Clock` that tells the time.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime
from enum import IntEnum
from typing import Protocol, TypeVar, runtime_checkable

from msgspec import Struct

from feeds.model import Batch, Validators

T = TypeVar("T")

Flow = Generator["Request", "Response", T]


class Request(Struct, frozen=True, omit_defaults=True):
    """One request an adapter wants made."""

    url: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    conditional: bool = False
    """Send the source's validators; an answer that is the same as last time ends the visit as *unchanged*,
    without the adapter being asked. For the request whose answer holds everything the adapter would look at."""
    optional: bool = False
    """The visit goes on without it: where no answer is to be had, the adapter is sent an empty one that says why
    (`Response.failed`). Not for a conditional request, since the visit would end up knowing nothing."""
    listen: bool = False
    """The answer is a stream that stays open (WHATWG HTML, 9.2, server-sent events): what has come on it since the
    last time is sent, at once; nothing if nothing has. See `Hints.listening`."""
    stranger: bool = False
    """The address comes from what a source wrote, not from a person: it is asked on the public network only, and the
    machine's own and those around it are not."""


class Response(Struct, frozen=True, omit_defaults=True):
    """A whole answer with a success status."""

    url: str
    """The address that answered, after redirects: what relative links resolve against."""
    request: str = ""
    """The address that was asked, before redirects; empty where nobody asked (a file read by hand, a test)."""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    """Names in lower case."""
    body: bytes = b""
    """Unpacked, within the bound."""
    validators: Validators = Validators()
    moved_to: str | None = None
    """Where permanent redirects (301, 308) alone lead; None where there was none."""
    max_age: float | None = None
    """Seconds for which the answer stays fresh by `Cache-Control` or `Expires` (RFC 9111, 4.2.1)."""
    not_modified: bool = False
    """The server answered 304; `body` is empty and the adapter never sees it."""
    failed: str = ""
    """Why there is no answer to a request that was optional, a sentence; `body` is empty then."""

    def header(self, name: str) -> str:
        """Return the first header of that lower-case name, or an empty string."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def content_type(self) -> str:
        """The media type in lower case without parameters, or an empty string."""
        return self.header("content-type").partition(";")[0].strip().lower()


class Visit(Struct, frozen=True, omit_defaults=True):
    """What an adapter is told about the source it visits."""

    url: str
    adapter: str | None = None
    """The adapter to use; None to recognise it from the address and the answer."""
    cursor: dict[str, object] = {}
    """What the adapter returned at its last visit; empty at the first."""
    older: dict[str, object] = {}
    """Where the posts are that come before those known, as a batch of this adapter said (`Batch.older`). Where it is
    given, those are wanted and nothing else, and `Pages.older` is asked instead of `poll`."""
    inspecting: bool = False
    """A person asks what this is: a plain web page is an answer (a batch of kind *page*), not an error."""
    now: datetime | None = None
    """The time of the visit, for adapters whose requests carry it; the only clock an adapter has."""


class Confidence(IntEnum):
    """How sure an adapter is that it reads an address or an answer."""

    NO = 0
    ASKED = 1
    """It would read it if a person said so: it is offered, and never chosen without."""
    MAYBE = 2
    LIKELY = 3
    MINE = 4


@runtime_checkable
class Adapter(Protocol):
    """One format or one publisher. Importing its module must import no heavy library: do that where it parses."""

    name: str
    """As in the registry, in lower case."""

    def claim(self, url: str) -> Confidence:
        """Say from the address alone whether this adapter reads it."""
        ...

    def sniff(self, response: Response) -> Confidence:
        """Say from an answer whether this adapter reads it. Must not raise, whatever the body is."""
        ...

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Visit the source once. Raises `ParseError` for an answer it cannot read, and nothing else."""
        ...


@runtime_checkable
class Pages(Protocol):
    """What an adapter can do besides if its format pages back."""

    def older(self, visit: Visit) -> Flow[Batch]:
        """Return the page of posts at `visit.older`, and in its `older` where the page before it is.

        Its posts are in the order of the source, as those of a poll; cursor, hints and coverage of the batch are not
        looked at. Raises `ParseError` for an answer it cannot read, and nothing else.
        """
        ...


class Fetcher(Protocol):
    """Answers requests: live, from a recording, or in tests from a table."""

    async def fetch(self, request: Request, *, validators: Validators, channel: str) -> Response:
        """Make one request.

        `validators` are sent when the request is conditional. `channel` names the source on whose behalf it is
        made: connections are kept inside one channel only. Raises `FetchError`.
        """
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...


class Clock(Protocol):
    """Tells the time, so that tests and the demo can tell another."""

    def now(self) -> datetime:
        """Return the time, UTC."""
        ...

    async def sleep_until(self, when: datetime) -> None:
        """Return when `now()` is at or after `when`; earlier only where the clock was set back meanwhile."""
        ...
