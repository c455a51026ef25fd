"""What an address is, found out without saving anything: for `inspect`, and to find what a page to be added offers.

Owns the questions and their answers; the visit itself is the engine's own road (`feeds.poll`).
"""

from __future__ import annotations

from msgspec import Struct

from feeds import schedule
from feeds.assembly import Parts
from feeds.errors import NotAFeedError
from feeds.flow import Visit
from feeds.model import Batch, Kind, Source, SourceSpec
from feeds.poll import poll


class Inspection(Struct, frozen=True):
    """What an address turned out to be."""

    url: str
    """The address asked."""
    batch: Batch
    poll_after: float | None
    """Seconds after which it would be polled again; None where it would not be, or is a page."""


async def inspect(url: str, parts: Parts, *, adapter: str | None = None) -> Inspection:
    """Visit an address once and say what it is; a plain web page is an answer as well.

    Raises `FetchError`, `ParseError` or `AdapterError`.
    """
    now = parts.clock.now()
    visit = Visit(url=url, adapter=adapter, inspecting=True, now=now)
    polled = await poll(visit, fetcher=parts.fetcher, parsing=parts.parsing, channel=url)
    batch = polled.batch
    assert batch is not None  # nothing is known yet that an answer could be the same as
    poll_after = None
    if batch.kind is not Kind.PAGE:
        health = schedule.after_success(
            Source(id=0, spec=SourceSpec(url=url), url=url),
            batch,
            now=now,
            changed=True,
            conditional=any((polled.validators.etag, polled.validators.last_modified)),
            max_age=polled.max_age,
        )
        poll_after = (health.next_poll - now).total_seconds() if health.next_poll else None
    return Inspection(url, batch, poll_after)


class Found(Struct, frozen=True):
    """A source that an address leads to."""

    url: str
    title: str
    kind: Kind


async def find(url: str, parts: Parts) -> tuple[Found, ...]:
    """Return the sources an address leads to: itself where it is a feed or a live blog, else what its page offers.

    The best comes first. Raises `FetchError`, `ParseError` (`NotAFeedError` for a page that offers none) or
    `AdapterError`.
    """
    batch = (await inspect(url, parts)).batch
    if batch.kind is not Kind.PAGE:
        return (Found(url, batch.title, batch.kind),)
    found = tuple(Found(offer.url, offer.title, Kind.FEED) for offer in batch.offers)
    if not found:
        name = f" (title “{batch.title}”)" if batch.title else ""
        raise NotAFeedError(f"{url} is a web page{name} without a live blog, and it offers no feed.")
    return found
