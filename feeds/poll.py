"""One poll: an adapter's requests carried to the network and the answers back, until there is a batch.

Owns the course of a visit and when an answer is the same as last time, so that it is not parsed again. Knows neither
HTTP nor formats nor the store.
"""

from __future__ import annotations

from hashlib import blake2b

from msgspec import Struct
from msgspec.structs import replace

from feeds import __version__
from feeds.errors import FetchError, FetchFault, ParseError
from feeds.flow import Fetcher, Response, Visit
from feeds.model import Batch, Validators
from feeds.parsing import Parsing

MAX_BYTES = 64 * 1024 * 1024
"""Bytes of all answers of one visit."""


class Polled(Struct, frozen=True):
    """What a visit brought."""

    batch: Batch | None = None
    """None where the answer was the same as last time."""
    validators: Validators = Validators()
    """What to ask with next time."""
    digest: str = ""
    """Hash of the body the batch was read from."""
    moved_to: str | None = None
    """Where permanent redirects lead."""
    max_age: float | None = None
    """Seconds for which the answer stays fresh, where the server says so."""
    refused: FetchError | None = None
    """Why an optional request brought nothing, the last of them: what it means for the host still holds."""


async def poll(
    visit: Visit,
    *,
    fetcher: Fetcher,
    parsing: Parsing,
    channel: str,
    validators: Validators = Validators(),  # noqa: B008 - a frozen value
    digest: str = "",
) -> Polled:
    """Visit a source once. `validators` and `digest` are those of the last time, `channel` names the source.

    Raises `FetchError`, `ParseError` or `AdapterError`.
    """
    responses: list[Response] = []
    polled = Polled()
    refused: FetchError | None = None
    while True:
        step = await parsing.step(visit, tuple(responses))
        if isinstance(step, Batch):
            return replace(polled, batch=step, refused=refused)
        sent = validators if step.conditional else Validators()
        try:
            response = await fetcher.fetch(step, validators=sent, channel=channel)
        except FetchError as error:
            if not step.optional:
                raise
            refused = error
            responses.append(Response(step.url, request=step.url, status=error.status or 0, failed=str(error)))
            continue
        if response.not_modified:
            if sent == Validators():
                message = "The server answered that nothing has changed (304), though it was not asked whether."
                raise FetchError(message, url=step.url, fault=FetchFault.PROTOCOL, status=304)
            return Polled(validators=response.validators, digest=digest, max_age=response.max_age)
        if step.conditional:
            found = body_digest(response.body)
            polled = Polled(None, response.validators, found, response.moved_to, response.max_age)
            if found == digest:
                return polled
        responses.append(response)
        if sum(len(each.body) for each in responses) > MAX_BYTES:
            raise ParseError(f"The source needs more than {MAX_BYTES // 1024**2} MB to be read; it was given up.")


def body_digest(body: bytes) -> str:
    """Return a hash of a body as this version reads it: another version may read more out of the same bytes."""
    return blake2b(body, digest_size=16, key=__version__.encode()).hexdigest()
