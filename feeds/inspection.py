"""What an address is, found out without saving anything: for `inspect`, and to find what a page to be added offers.

Owns the questions and their answers; the visit itself is the engine's own road (`feeds.poll`).
"""

from __future__ import annotations

from msgspec import Struct

from feeds import schedule
from feeds.assembly import Parts
from feeds.errors import NotAFeedError
from feeds.flow import Visit
from feeds.model import Batch, Kind, Offer, Source, SourceSpec
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
    adapter: str = ""
    """The adapter by which it has to be read, where nothing else would recognise it as a source."""


async def find(url: str, parts: Parts) -> tuple[Found, ...]:
    """Return the sources an address leads to: itself where it is a feed or a live blog, else what its page offers.

    The best comes first, in the order of `feeds.visit`. A live blog that is the only one of them is visited to be sure
    that it is one; several are too many requests for a question. Raises `FetchError`, `ParseError` (`NotAFeedError`
    for a page that offers none) or `AdapterError`.
    """
    batch = (await inspect(url, parts)).batch
    if batch.kind is not Kind.PAGE:
        return (Found(url, batch.title, batch.kind),)
    name = f" (title “{batch.title}”)" if batch.title else ""
    found = tuple(_found(offer, batch) for offer in batch.offers)
    match found:
        case ():
            raise NotAFeedError(f"{url} is a web page{name} without a live blog, and it offers no feed.")
        case (Found(kind=Kind.LIVEBLOG, adapter="") as only,):
            there = (await inspect(only.url, parts)).batch
            if there.kind is Kind.PAGE:
                raise NotAFeedError(
                    f"{url} is a web page{name} that offers no feed; {only.url}, to which it links, is no live blog."
                )
            return (Found(only.url, there.title or only.title, there.kind),)
    return found


def _found(offer: Offer, page: Batch) -> Found:
    """Return an offer as a source: whatever is a page is one for the sake of the posts on it."""
    kind = Kind.LIVEBLOG if offer.type == "text/html" else Kind.FEED
    return Found(offer.url, page.title if offer.adapter else offer.title, kind, offer.adapter)
