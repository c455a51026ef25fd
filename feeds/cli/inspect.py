"""`wirewatch inspect`: what an address, a file or standard input is, without saving anything."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from feeds.cli import DONE, FAILED, Place, addresses, common
from feeds.errors import WirewatchError
from feeds.model import Batch, Coverage, Entry, Kind, Source, SourceSpec
from feeds.query import Scene
from feeds.reconcile import Added, Known, reconcile
from feeds.records import (
    InspectionRecord,
    entry_record,
    headline,
    last_change,
    offer_record,
    readable,
    whole_seconds,
    without_credentials,
)
from feeds.text import line
from feeds.watches import Watches

if TYPE_CHECKING:
    from feeds.inspection import Inspection

STDIN = "-"
"""Standard input, and its address where none is given: links inside it then lead nowhere."""

_KINDS = {Kind.FEED: "feed", Kind.LIVEBLOG: "live blog", Kind.PAGE: "web page, neither a feed nor a live blog"}


@click.command("inspect")
@click.argument("source")
@click.option("--url", metavar="URL", help="With “-”: the address standard input came from.")
@click.option("--content-type", metavar="TYPE", help="With “-”: the media type it came with.")
@click.option("--adapter", metavar="NAME", help="Try this adapter first, and recognise one only if it cannot read it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@common
def inspect_command(
    place: Place, source: str, url: str | None, content_type: str | None, adapter: str | None, as_json: bool
) -> int:
    """Say what an address or a file is.

    SOURCE is a URL, a file, or “-” for standard input. Nothing is saved.
    """
    from feeds.cli.running import run

    watches = Watches(place.settings().watches)
    if source != STDIN:
        if url is not None or content_type is not None:
            raise click.UsageError("--url and --content-type go with “-”, standard input, only.")
        return run(_inspect(place, addresses((source,))[0], None, adapter, watches, as_json=as_json))
    address = addresses((url,))[0] if url is not None else STDIN
    body = (_standard_input(place), line(content_type or ""))
    return run(_inspect(place, address, body, adapter, watches, as_json=as_json))


def _standard_input(place: Place) -> bytes:
    """Return standard input, no more of it than would be read of an address."""
    from feeds.fetch import MAX_BODY

    return standard_input(place, MAX_BODY)


def standard_input(place: Place, limit: int) -> bytes:
    """Return standard input. Raises `WirewatchError` where it cannot be read, or is larger than `limit` bytes."""
    if sys.stdin is None:
        raise WirewatchError("There is no standard input to read.")
    if sys.stdin.isatty():
        place.say("Reading standard input; ctrl+d ends it.")
    try:
        body = sys.stdin.buffer.read(limit + 1)
    except OSError as error:
        raise WirewatchError(f"Standard input cannot be read: {error.strerror}.") from error
    if len(body) > limit:
        raise WirewatchError(f"Standard input is larger than {limit // 1024**2} MB; it was not read.")
    return body


async def _inspect(
    place: Place, url: str, at_hand: tuple[bytes, str] | None, adapter: str | None, watches: Watches, *, as_json: bool
) -> int:
    from feeds.assembly import assembled
    from feeds.inspection import inspect
    from feeds.replay import AtHand

    async with assembled() as parts:
        if at_hand is not None:
            parts = replace(parts, fetcher=AtHand(url, *at_hand))
        try:
            found = await inspect(url, parts, adapter=adapter)
        except WirewatchError as error:
            place.say(str(error))
            return FAILED
        now = parts.clock.now()
        entries = _entries(found, now)
    source = Source(id=0, spec=SourceSpec(url=url), url=url, title=found.batch.title)
    scene = Scene(now, {source.id: source})
    named = [(entry, watches.names(entry, scene)) for entry in entries]
    if as_json:
        place.write_json(_record(found, named, source))
    else:
        for text in _lines(found, named):
            place.write(text)
    return DONE


def _entries(found: Inspection, now: datetime) -> list[Entry]:
    """Return what would be stored of it at a first poll, newest first."""
    added = [change for change in reconcile(Known(), found.batch, now).changes if isinstance(change, Added)]
    return [
        Entry(
            id=0,
            source_id=0,
            identity=change.identity,
            post=change.post,
            sort_at=change.sort_at,
            first_seen=now,
            revised_at=now,
            withdrawn_at=now if change.withdrawn else None,
        )
        for change in reversed(added)
    ]


# ------------------------------------------------------------------ for scripts


Named = list[tuple[Entry, list[str]]]
"""Entries with the names of the watches they match."""


def _record(found: Inspection, entries: Named, source: Source) -> InspectionRecord:
    batch = found.batch
    coverage = batch.coverage or Coverage()
    return InspectionRecord(
        url=without_credentials(found.url),
        kind=batch.kind,
        adapter=batch.adapter or None,
        reason=batch.reason or None,
        title=batch.title,
        description=batch.description,
        language=batch.language,
        live=coverage.live,
        started=whole_seconds(coverage.started),
        ended=whole_seconds(coverage.ended),
        poll_after_seconds=None if found.poll_after is None else round(found.poll_after),
        entries=tuple(
            entry_record(entry, source, change=last_change(entry), matches=tuple(names)) for entry, names in entries
        ),
        feeds=tuple(map(offer_record, batch.offers)),
        problems=batch.problems,
    )


# ------------------------------------------------------------------ for people


def _lines(found: Inspection, entries: Named) -> Iterator[str]:
    """Return what was found as lines: facts with their names, then the entries, then the feeds offered."""
    batch = found.batch
    for name, fact in _facts(found, entries):
        if fact:
            yield f"{name:<12}{readable(fact)}"
    for problem in batch.problems:
        yield f"{'problem':<12}{readable(problem)}"
    if entries:
        yield ""
    for entry, names in entries:
        marks = [
            "(withdrawn)" if entry.withdrawn_at else "",
            "(key event)" if entry.post.key_event else "",
            headline(entry.post),
            f"[{line(', '.join(names))}]" if names else "",
        ]
        yield "  ".join(part for part in (f"{entry.when.astimezone():%Y-%m-%d %H:%M}", *marks) if part)
    if batch.offers:
        yield ""
    for offer in batch.offers:
        by = f"(--adapter {line(offer.adapter)})" if offer.adapter else ""
        parts = ("offers", readable(offer.url), line(offer.type), line(offer.title), by)
        yield "  ".join(part for part in parts if part)


def _facts(found: Inspection, entries: Named) -> Iterator[tuple[str, str]]:
    batch = found.batch
    yield "address", found.url
    yield "kind", _KINDS[batch.kind]
    yield "adapter", ": ".join(part for part in (batch.adapter, batch.reason) if part)
    yield "title", batch.title
    yield "about", batch.description
    yield "page", batch.link or ""
    yield "language", batch.language or ""
    if batch.coverage is not None:
        yield "coverage", ", ".join(_coverage(batch.coverage))
    yield "polling", _polling(found)
    yield "asks for", ", ".join(_hints(batch))
    if batch.kind is not Kind.PAGE:
        yield "entries", str(len(entries))


def _coverage(coverage: Coverage) -> Iterator[str]:
    if coverage.live is not None:
        yield "live" if coverage.live else "over"
    if coverage.started is not None:
        yield f"since {coverage.started.astimezone():%Y-%m-%d %H:%M}"
    if coverage.ended is not None:
        yield f"said to end {coverage.ended.astimezone():%Y-%m-%d %H:%M}"


def _polling(found: Inspection) -> str:
    if found.poll_after is not None:
        return f"again after {round(found.poll_after)} s"
    return "" if found.batch.kind is Kind.PAGE else "it would not be polled again"


def _hints(batch: Batch) -> Iterator[str]:
    hints = batch.hints
    if hints.interval is not None:
        yield f"{round(hints.interval)} s between polls"
    if hints.skip_hours:
        yield f"no polls in the hours {', '.join(map(str, hints.skip_hours))} (UTC)"
    if hints.skip_days:
        yield f"no polls on {', '.join(_DAYS[day % 7] for day in hints.skip_days)}"
    if hints.expired:
        yield "no polls any more"


_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
