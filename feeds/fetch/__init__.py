"""HTTP, and local files: the one `Fetcher` that asks the outside.

The package owns everything between a `Request` and its `Response` or `FetchError`, and is the only place that knows
httpx and httpcore. It never reads what a body means, keeps nothing on disk, and does not decide when to ask again.

    this module   the deadline, validators, one error for all     journey    redirects, and who is told what
    transport     what httpx carries, and where it ends          library    httpx itself
    connections   which connection is used, kept and closed      wire       its bytes and their bound
    names         look-ups and which addresses are inside         threads    calls that may hang
    body          unpacking within a bound                        files      file: addresses
    streams       answers that stay open between visits           faults     sentences
    freshness     header fields that say how long                 proxies, tls   by the environment
    address       an address taken apart

Nobody is told more than the request needs: no cookies, no Referer, and what an adapter or a person gave for one origin
(credentials, validators, fields of its own) goes to no other.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache, partial

from msgspec.structs import replace

from feeds import text
from feeds.errors import FetchError, FetchFault
from feeds.eventstream import OURS
from feeds.fetch import address, files, freshness, names, streams
from feeds.fetch.address import Origin
from feeds.fetch.body import MAX_BODY, Decoder, too_large
from feeds.fetch.connections import Call, Connections, Headers
from feeds.fetch.faults import RequestError, from_exception, from_status, timed_out
from feeds.fetch.journey import MAX_REDIRECTS, REDIRECTS, Journey, sendable, set_out
from feeds.fetch.library import httpx
from feeds.fetch.names import Lookup, Names
from feeds.fetch.proxies import Proxies
from feeds.fetch.threads import Threads
from feeds.fetch.tls import make_context
from feeds.fetch.transport import LOCATION, make_client, make_request
from feeds.flow import Clock, Request, Response
from feeds.model import Validators

__all__ = ["MAX_BODY", "MAX_REDIRECTS", "TIMEOUT", "HttpFetcher"]

TIMEOUT = 30.0
"""Seconds for a whole request: look-up, connection, handshake, redirects and body."""

_MAX_GIVERS = 2_000
_DRAINED = 64 * 1024
_DRAIN_TIME = 1.0
"""Bytes and seconds spent on what is not read, so that its connection can be used again."""


class HttpFetcher:
    """Answers requests from the network and from local files. For one event loop.

    `allowed_private` are hosts that public sources may lead to although they are inside. `timeout` is in seconds.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        allowed_private: Collection[str] = (),
        timeout: float = TIMEOUT,
        environment: Mapping[str, str] = os.environ,
        lookup: Lookup = names.look_up,
        context: Callable[[], ssl.SSLContext] = make_context,
    ) -> None:
        self._clock = clock
        self._allowed = frozenset(host.strip("[]").removesuffix(".").lower() for host in allowed_private)
        self._timeout = timeout
        self._threads = Threads()
        self._names = Names(self._threads, lookup)
        self._connections = Connections(self._names, Proxies(environment), lru_cache(maxsize=1)(context))
        self._client = make_client(self._connections)
        self._streams = streams.Streams()
        self._givers: OrderedDict[str, tuple[Validators, Origin]] = OrderedDict()
        """Of each channel the validators it was given last, and who gave them."""

    async def fetch(self, request: Request, *, validators: Validators, channel: str) -> Response:
        """Make one request. Raises `FetchError`, and nothing else but the cancellation of the caller.

        With `request.conditional` the validators are sent byte for byte to the origin they came from (RFC 9110, 13.1).
        A stream of events stays open, though nobody asked to listen, and is asked in the place of its address; see
        `streams`.
        """
        try:
            if files.is_file(request.url) and not request.stranger:
                return await self._read_file(request, validators)
            return await self._fetch(request, validators, channel)
        except RequestError as failure:
            raise FetchError(
                failure.sentence,
                url=address.without_credentials(request.url),
                fault=failure.fault,
                status=failure.status,
                retry_after=failure.retry_after,
            ) from failure

    async def close(self) -> None:
        """Close every connection and leave look-ups that hang behind. Returns at once. Not to be used afterwards."""
        await self._streams.close()
        await self._client.aclose()
        self._names.forget()
        self._threads.close()

    async def _read_file(self, request: Request, validators: Validators) -> Response:
        known = validators if request.conditional else Validators()
        try:
            async with asyncio.timeout(self._timeout):
                return await self._threads.run(partial(files.read, request.url, known))
        except TimeoutError:
            message = f"The file could not be read within {self._timeout:g} seconds. Is its disk connected?"
            raise RequestError(FetchFault.FILE, message) from None

    async def _fetch(self, request: Request, validators: Validators, channel: str) -> Response:
        heard = self._streams.heard(request, channel)
        if heard is not None:
            return heard
        journey = set_out(streams.bare(request))
        try:
            async with asyncio.timeout(self._timeout) as deadline:
                return await self._follow(journey, validators, channel, deadline)
        except TimeoutError as error:
            raise timed_out(journey.at.origin.host_name, self._timeout) from error
        except RequestError:
            raise
        except Exception as error:
            # One subscription must never end the loop that polls them all, whatever a library raises about it.
            raise from_exception(error, journey.at.origin.host_name) from error

    async def _follow(
        self, journey: Journey, validators: Validators, channel: str, deadline: asyncio.Timeout
    ) -> Response:
        giver = self._giver(channel, validators, journey.first.origin)
        while True:
            origin = journey.at.origin
            sent = validators if journey.request.conditional and address.keeps_secrets(giver, origin) else Validators()
            call = Call(
                method=journey.method,
                address=journey.at,
                headers=tuple(journey.fields(sent)),
                body=journey.body,
                channel=channel,
                inside=(origin.host == journey.first.origin.host and not journey.request.stranger)
                or origin.host in self._allowed,
                deadline=deadline.when() or 0.0,
            )
            answer = await self._client.send(make_request(call), stream=True)
            if streams.is_stream(journey.request, answer):
                deadline.reschedule(None)  # It was for the head; the rest has no end.
                return await self._streams.open(_response(journey, answer), answer, channel, origin.host_name)
            try:
                if answer.status_code in REDIRECTS:
                    journey.go(answer.status_code, _text(answer.extensions[LOCATION]).strip())
                    await _drain(answer)
                    continue
                response = await self._read(journey, answer, sent)
            finally:
                # Never waits: whatever is left of the answer goes with the connection.
                await answer.aclose()
            self._remember(channel, response.validators, origin)
            return response

    async def _read(self, journey: Journey, answer: httpx.Response, sent: Validators) -> Response:
        """Return what an answer that is no redirect says."""
        host, status, fields = journey.at.origin.host_name, answer.status_code, answer.headers.raw
        headers = _first_of_each(fields)
        now = self._clock.now()
        if status >= 400:
            wait = freshness.retry_after(headers.get("retry-after", ""), now)
            raise from_status(status, host, retry_after=wait, credentials=journey.carries_credentials)
        given = Validators(sendable(headers.get("etag")), sendable(headers.get("last-modified")))
        unmodified = status == 304
        if unmodified and sent == Validators():
            raise RequestError(
                FetchFault.PROTOCOL, f"{host} says that nothing has changed, but was not asked that (304)."
            )
        if not unmodified and status not in (200, 201, 202, 203, 204, 205):
            what = "sent a part though the whole was asked" if status == 206 else "gave an answer that was not asked"
            raise RequestError(FetchFault.PROTOCOL, f"{host} {what} ({status}); it was not read.")
        if unmodified:
            given = Validators(given.etag or sent.etag, given.last_modified or sent.last_modified)
        body = b""
        if unmodified or status in (204, 205) or journey.method == "HEAD":
            await _drain(answer)
        else:
            body = await _body(host, answer)
        response = replace(
            _response(journey, answer),
            body=body,
            validators=given,
            moved_to=journey.moved_to,
            max_age=freshness.max_age(headers, now),
            not_modified=unmodified,
        )
        return streams.stopped(response) if journey.request.listen and status == 204 else response

    def _giver(self, channel: str, validators: Validators, first: Origin) -> Origin:
        """Return whose validators these are: after a temporary redirect not those of the address that is asked."""
        known, origin = self._givers.get(channel, (Validators(), first))
        return origin if known == validators else first

    def _remember(self, channel: str, validators: Validators, origin: Origin) -> None:
        self._givers[channel] = (validators, origin)
        self._givers.move_to_end(channel)
        while len(self._givers) > _MAX_GIVERS:
            self._givers.popitem(last=False)


def _response(journey: Journey, answer: httpx.Response) -> Response:
    """Return what the head of an answer says, whatever becomes of its body."""
    fields = ((name.decode("ascii"), text.clean(_text(value))) for name, value in answer.headers.raw)
    return Response(
        url=journey.at.url,
        request=journey.request.url,
        status=answer.status_code,
        headers=tuple(field for field in fields if not field[0].startswith(OURS)),
    )


# ------------------------------------------------------------------ header fields


def _first_of_each(headers: Headers) -> dict[str, str]:
    """Return the fields of an answer byte for byte; of repeated ones the first, of `Cache-Control` all."""
    fields: dict[str, str] = {}
    for name, value in headers:
        key, shown = name.decode("ascii"), value.decode("latin-1")
        fields[key] = f"{fields[key]}, {shown}" if key == "cache-control" and key in fields else fields.get(key, shown)
    return fields


def _text(value: bytes) -> str:
    """Return a field as text: UTF-8 where it is that, as many servers send it, else Latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


# ------------------------------------------------------------------ bodies


async def _body(host: str, answer: httpx.Response) -> bytes:
    fields = answer.headers.raw
    lengths = [value for name, value in fields if name == b"content-length" and value.isdigit()]
    if any(len(value) > 15 or int(value) > MAX_BODY for value in lengths):
        raise too_large(host, MAX_BODY)
    codings = [value.decode("latin-1") for name, value in fields if name == b"content-encoding"]
    decoder = Decoder(host, codings)
    pieces: list[bytes] = []
    async for chunk in answer.aiter_raw():
        for piece in decoder.feed(chunk):
            pieces.append(piece)
            if len(pieces) % 16 == 0:
                # Neither a megabyte nor a thousand tiny chunks may hold up the loop.
                await asyncio.sleep(0)
    decoder.finish()
    return b"".join(pieces)


async def _drain(answer: httpx.Response) -> None:
    """Read what stands beside a redirect or where no body belongs, if it is little and comes at once."""
    size = 0
    try:
        async with asyncio.timeout(_DRAIN_TIME):
            async for chunk in answer.aiter_raw():
                size += len(chunk)
                if size > _DRAINED:
                    return
    except TimeoutError:
        return
