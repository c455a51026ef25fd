"""`wirewatch tail`: entries as they come, oldest first.

Owns the arguments and what they mean. The visit is run by `feeds.cli.tailing`.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from feeds.cli import FAILED, Place, addresses, common
from feeds.errors import QueryError
from feeds.model import SourceSpec
from feeds.moments import moment
from feeds.query import Query, parse
from feeds.watches import Watches

BEGIN_WITH = 10
"""Entries printed to begin with, unless told otherwise; as tail(1) does."""


@click.command("tail")
@click.argument("sources", metavar="[SOURCE…]", nargs=-1)
@click.option("--match", metavar="QUERY", help="Print only entries that match; also edits that make them match or not.")
@click.option(
    "-n",
    "count",
    type=click.IntRange(min=0),
    metavar="N",
    help="Begin with the last N entries (older ones are fetched); else 10.",
)
@click.option("--since", metavar="TIME", help="Begin with the entries since 2h ago, 14:30, or 2026-02-13 14:30.")
@click.option("--once", is_flag=True, help="Poll each source once and stop; exit with 3 if some failed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines: one object an entry.")
@common
def tail_command(
    place: Place,
    sources: tuple[str, ...],
    match: str | None,
    count: int | None,
    since: str | None,
    once: bool,
    as_json: bool,
) -> int:
    """Print entries as they come, oldest first.

    With SOURCE, an address or a file, of those for this visit only; otherwise of the saved sources. An entry that is
    edited, withdrawn or restored is printed again, with that word.
    """
    from feeds.cli.following import Wanted
    from feeds.cli.running import run
    from feeds.cli.tailing import Output, tail
    from feeds.clock import SystemClock

    visiting = [SourceSpec(url=address) for address in addresses(sources)]
    begin_with = BEGIN_WITH if count is None and since is None else count
    clock = SystemClock()
    earliest = _moment(since, clock.now())
    settings = place.settings()
    watches = Watches(settings.watches)
    wanted = Wanted(_query(match, watches), begin_with, earliest, back=count is not None)
    specs = visiting or settings.sources
    if not specs:
        place.say("No sources are saved yet. Name one: wirewatch tail URL, or save it: wirewatch add URL")
        return FAILED
    output = Output(place, watches, clock, as_json=as_json)
    if not visiting:
        return run(tail(output, specs, place.data, wanted, once=once))
    with TemporaryDirectory(prefix="wirewatch-") as folder:
        return run(tail(output, specs, Path(folder), wanted, once=once))


# ------------------------------------------------------------------ arguments


def _query(text: str | None, watches: Watches) -> Query | None:
    try:
        return None if text is None else parse(text, watches.named)
    except QueryError as error:
        raise click.BadParameter(str(error), param_hint="--match") from error


def _moment(text: str | None, now: datetime) -> datetime | None:
    if text is None:
        return None
    when = moment(text, now)
    if when is None:
        message = f"“{text}” is no time: write 2h (ago), 14:30, 2026-02-13 or 2026-02-13T14:30."
        raise click.BadParameter(message, param_hint="--since")
    return when
