"""`wirewatch add`, `sources` and `remove`: the saved sources."""

from __future__ import annotations

import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import click
from msgspec import Struct
from msgspec.structs import replace

from feeds import config
from feeds.cli import DONE, FAILED, SOME_FAILED, Place, addresses, common
from feeds.cli.saved import Saved, beside_stored, chosen
from feeds.errors import StoreError, WirewatchError
from feeds.model import Kind, Outcome, SourceSpec, Standing
from feeds.records import readable, source_record, without_credentials
from feeds.text import line

if TYPE_CHECKING:
    from feeds.inspection import Found

_T = TypeVar("_T")

# ------------------------------------------------------------------ add


def _seconds(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    """Return the time an option gives, no shorter than is polite."""
    if value is None:
        return None
    seconds = config.interval(value)
    if seconds is None:
        raise click.BadParameter(f"“{value}” is not a time such as 30s, 5m or 2h.", context, parameter)
    return max(seconds, config.SHORTEST_INTERVAL)


@click.command("add")
@click.argument("urls", metavar="URL…", nargs=-1, required=True)
@click.option("--name", default="", help="Name to show; otherwise the title the source gives itself.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Tag of the source; may be given several times.")
@click.option("--every", callback=_seconds, metavar="30s", help="Poll this often, at least 10s; otherwise adaptive.")
@click.option("--yes", is_flag=True, help="Take the first of several, or a page by a guess where that is all there is.")
@click.option("--force", is_flag=True, help="Save an address that cannot be read now as it is.")
@common
def add_command(
    place: Place, urls: tuple[str, ...], name: str, tags: tuple[str, ...], every: float | None, yes: bool, force: bool
) -> int:
    """Save sources to follow.

    URL is a feed, a live blog, a file, or a page that leads to one of them.
    """
    from feeds.cli.running import run

    wanted = addresses(urls)
    if name and len(wanted) > 1:
        raise click.UsageError("--name goes with one address only.")
    config.add_sources(place.config, ())  # a file that cannot be changed is told of before anything is asked
    have = {spec.url for spec in place.settings().sources}
    looking = [address for address in wanted if address not in have]
    outcomes: dict[str, tuple[Found, ...] | WirewatchError] = {}
    if looking and (status := run(_find(looking, outcomes))):
        return status
    spec = SourceSpec(url="", name=line(name), tags=tuple(map(line, tags)), every=every)
    failed = 0
    for address in wanted:
        found = outcomes.get(address)
        if found is None:
            place.say(f"{address} is already there.")
        elif isinstance(found, WirewatchError) and not force:
            failed += 1
            place.say(f"{address} was not added. {found} (--force saves it all the same.)")
        elif isinstance(found, WirewatchError):
            place.say(f"{address} is saved unread. {found}")
            _save(place, replace(spec, url=address), "")
        elif (one := _one(place, address, found, yes=yes)) is None:
            failed += 1
        else:
            _save(place, replace(spec, url=one.url, adapter=one.adapter or None), one.title)
    if not failed:
        return DONE
    return FAILED if failed == len(wanted) else SOME_FAILED


async def _find(addresses: Sequence[str], outcomes: dict[str, tuple[Found, ...] | WirewatchError]) -> int:
    """Note what each address leads to, or why that cannot be said."""
    from feeds.assembly import assembled
    from feeds.inspection import find

    async with assembled() as parts:
        for address in addresses:
            try:
                outcomes[address] = await find(address, parts)
            except WirewatchError as error:
                outcomes[address] = error
    return DONE


def _one(place: Place, address: str, found: tuple[Found, ...], *, yes: bool) -> Found | None:
    """Return the source to save; None where nobody can be asked, or wants none.

    A page that somebody has to say is a source is never taken where there is another, unless a person chooses it.
    """
    first = found[0]
    if len(found) == 1:
        return _only(place, address, first, yes=yes)
    if yes and (sure := [each for each in found if not each.adapter]):
        place.say(f"{address} offers {_counted(found)}; the first is taken, {_kind(sure[0])}: {readable(sure[0].url)}")
        return sure[0]
    place.say(f"{address} offers {_counted(found)}:")
    for number, each in enumerate(found, 1):
        title = "a guess" if each.adapter else each.title
        place.say(f"{number}. {readable(each.url)} ({': '.join(part for part in (_kind(each), title) if part)})")
    if not is_terminal():
        hint = "" if yes else ", or take the first with --yes"
        place.say(f"Nothing was added: name one of them{hint}.")
        return None
    question = "Which one? 0 for none"
    answer: int = _answered(lambda: click.prompt(question, value_proc=_number_to(len(found)), default=1, err=True))
    if not answer:
        place.say("Nothing was added.")
    return found[answer - 1] if answer else None


def _only(place: Place, address: str, only: Found, *, yes: bool) -> Found | None:
    """Return the one source an address leads to; None where it is a guess that nobody wants."""
    if not only.adapter:
        if only.url != address:
            place.say(f"{address} offers {readable(only.url)}, {_kind(only)}.")
        return only
    guess = f"{address} is no feed and marks up no posts. It can be read {_by(only)}, which is a guess"
    if yes:
        place.say(f"{guess}; it is taken so.")
        return only
    if not is_terminal():
        place.say(f"{guess}. Nothing was added: --yes takes it so.")
        return None
    place.say(f"{guess}.")
    if _answered(lambda: click.confirm("Add it so?", default=False, err=True)):
        return only
    place.say("Nothing was added.")
    return None


def _answered(ask: Callable[[], _T]) -> _T:
    """Ask a person; where they break off, what the shell says next begins on a line of its own."""
    try:
        return ask()
    except click.Abort:
        click.echo(err=True)
        raise


def _number_to(last: int) -> Callable[[object], int]:
    """Return what reads a number from 0 to `last`."""

    def number(typed: object) -> int:
        text = str(typed).strip()
        if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= last):
            raise click.UsageError(f"Write a number from 0 to {last}.")
        return int(text)

    return number


def _kind(found: Found) -> str:
    """Return what a source is, in words."""
    if found.adapter:
        return f"this page, {_by(found)}"
    return _NAMES[found.kind][0]


def _by(guess: Found) -> str:
    """Return by what a page is read that does not say what it is."""
    return "by its clock times" if guess.adapter == "clockpage" else f"by “{guess.adapter}”"


def _counted(found: tuple[Found, ...]) -> str:
    """Return how many sources of which kind there are, in words."""
    kinds = Counter(each.kind for each in found if not each.adapter)
    parts = [f"{count} {_NAMES[kind][1 if count == 1 else 2]}" for kind, count in kinds.items()]
    parts += ["itself as a guess"] if any(each.adapter for each in found) else []
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


_NAMES = {
    Kind.LIVEBLOG: ("a live blog", "live blog", "live blogs"),
    Kind.FEED: ("a feed", "feed", "feeds"),
    Kind.PAGE: ("a page", "page", "pages"),
}


def is_terminal() -> bool:
    """Say whether there is a person to ask: somebody who reads questions and can answer them."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _save(place: Place, spec: SourceSpec, title: str) -> None:
    if config.add_sources(place.config, (spec,)):
        place.write(f"{readable(spec.name or title or spec.url)}  {without_credentials(spec.url)}")
    else:
        place.say(f"{spec.url} is already there.")


# ------------------------------------------------------------------ remove


@click.command("remove")
@click.argument("names", metavar="NAME…", nargs=-1, required=True)
@common
def remove_command(place: Place, names: tuple[str, ...]) -> int:
    """Remove saved sources.

    NAME is a name or an address, or the beginning of one. What the sources brought stays stored.
    """
    specs = place.settings().sources
    try:
        saved = beside_stored(specs, place.data)
    except StoreError as error:
        place.detail(str(error))
        saved = [Saved(spec) for spec in specs]
    # All words are understood before anything is removed.
    wanted = list(dict.fromkeys(saved.index(chosen(saved, name)) for name in names))
    for each in (saved[index] for index in wanted):
        if config.remove_source(place.config, each.spec.url):
            place.write(f"{each.name}  {each.address}")
    place.say("What it brought stays stored, and comes back when the source is added again.")
    return DONE


# ------------------------------------------------------------------ sources


@click.command("sources")
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines: one object a source.")
@common
def sources_command(place: Place, as_json: bool) -> int:
    """List the saved sources and how they fare."""
    from feeds.clock import SystemClock

    specs = place.settings().sources
    status = DONE
    try:
        saved = beside_stored(specs, place.data)
    except StoreError as error:
        place.say(str(error))
        saved, status = [Saved(spec) for spec in specs], FAILED
    if as_json:
        for each in saved:
            place.write_json(source_record(each.spec, each.source, each.counts))
        return status
    if not saved:
        place.say("No sources are saved yet. Add one: wirewatch add URL")
    now = SystemClock().now()
    for text in _aligned([_row(each, now) for each in saved]):
        place.write(text)
    return status


class _Row(Struct, frozen=True):
    """A source in columns."""

    name: str
    kind: str
    unread: str
    last: str
    next: str
    remark: str
    """Why it failed, or what is odd; where all is well its address, unless that is its name."""


_HEAD = _Row("NAME", "KIND", "UNREAD", "LAST POLL", "NEXT", "")
_KINDS = {"liveblog": "live blog"}


def _row(saved: Saved, now: datetime) -> _Row:
    source = saved.source
    address = saved.address if saved.address != saved.name else ""
    if source is None:
        return _Row(saved.name, "", "0", "never", "", address)
    health = source.health
    last = str(health.outcome)
    if health.outcome is not Outcome.NEVER and health.polled_at is not None:
        last = f"{last} {_span(now - health.polled_at)} ago"
    upcoming = str(health.standing) if health.standing is not Standing.ACTIVE else ""
    if health.standing is Standing.ACTIVE and health.next_poll is not None:
        left = health.next_poll - now
        upcoming = f"in {_span(left)}" if left > timedelta(0) else "due"
    kind = _KINDS.get(source.kind or "", source.kind or "")
    return _Row(saved.name, kind, str(saved.counts.unread), last, upcoming, readable(health.message) or address)


def _span(length: timedelta) -> str:
    """Return a length of time in its largest unit."""
    seconds = max(round(length.total_seconds()), 0)
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _aligned(rows: Sequence[_Row]) -> list[str]:
    """Return the rows in columns, their heads above them; nothing for no rows."""
    if not rows:
        return []
    table = [[getattr(row, field) for field in _Row.__struct_fields__] for row in (_HEAD, *rows)]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    return ["  ".join(map(_padded, row, widths)).rstrip() for row in table]


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Return about how many columns a terminal gives a text (Unicode Standard Annex 11)."""
    if text.isascii():
        return len(text)
    widths = {"W": 2, "F": 2}
    return sum(
        0 if unicodedata.combining(each) or unicodedata.category(each) in ("Mn", "Me", "Cf") else
        widths.get(unicodedata.east_asian_width(each), 1)
        for each in text
    )  # fmt: skip
