"""`wirewatch refresh`: every source polled once, now."""

from __future__ import annotations

from collections.abc import Sequence

import click

from feeds.cli import DONE, FAILED, SOME_FAILED, Place, common
from feeds.events import Event, PollFinished, Problem
from feeds.model import Outcome, Source, SourceSpec
from feeds.records import outcome_record, readable, source_name


@click.command("refresh")
@click.argument("names", metavar="[NAME…]", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines: one object a source.")
@common
def refresh_command(place: Place, names: tuple[str, ...], as_json: bool) -> int:
    """Poll each source once, now.

    With NAME, only those of that name or address. Prints how each poll ended; the exit status is 3 if any failed.
    """
    from feeds.cli.running import run
    from feeds.cli.saved import beside_stored, chosen

    specs = place.settings().sources
    if not specs:
        place.say("No sources are saved yet. Add one: wirewatch add URL")
        return FAILED
    wanted = set()
    if names:
        saved = beside_stored(specs, place.data)
        wanted = {chosen(saved, name).spec.url for name in names}
    return run(_refresh(place, specs, wanted, as_json=as_json))


async def _refresh(place: Place, specs: Sequence[SourceSpec], wanted: set[str], *, as_json: bool) -> int:
    from feeds.assembly import assembled
    from feeds.store import open_store

    store = open_store(place.data)
    try:
        async with assembled() as parts:

            def hear(event: Event) -> None:
                if isinstance(event, Problem):
                    problems.append(event.message)

            problems: list[str] = []
            engine = parts.engine(store, hear)
            sources = {source.id: source for source in engine.configure(specs)}
            ids = [source.id for source in sources.values() if not wanted or source.spec.url in wanted]
            finished = await engine.poll_once(ids)
            sources = {source.id: source for source in engine.sources}
    finally:
        store.close()
    for problem in problems:
        place.say(problem)
    for each in finished:
        if as_json:
            place.write_json(outcome_record(each, sources[each.source_id]))
        else:
            place.write(_line(each, sources[each.source_id]))
    return SOME_FAILED if any(each.outcome is Outcome.FAILED for each in finished) else DONE


def _line(finished: PollFinished, source: Source) -> str:
    """Return how a poll ended in one line for people."""
    counts = [
        f"{count} {word}" for word in ("added", "edited", "withdrawn", "restored") if (count := getattr(finished, word))
    ]
    parts = [f"{finished.outcome:<9}", source_name(source), ", ".join(counts), readable(finished.message)]
    if finished.gap:
        parts.append("Entries may be missing since the last poll.")
    return "  ".join(part for part in parts if part)
