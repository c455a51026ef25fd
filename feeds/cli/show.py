"""`wirewatch show`: one stored entry in full, and what became of it since it was first seen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

import click
from msgspec.structs import replace

from feeds.cli import DONE, Place, common
from feeds.cli.saved import beside_stored, chosen
from feeds.diff import Change
from feeds.document import plain
from feeds.errors import WirewatchError
from feeds.model import Article, Entry, Revision, Source
from feeds.query import Scene
from feeds.records import (
    changes,
    entry_record,
    folded,
    headline,
    last_change,
    readable,
    revision_record,
    source_name,
    without_credentials,
)
from feeds.store import Reader, open_reader, open_store
from feeds.text import line
from feeds.watches import Watches

_NAMED = 5
"""Entries named in the sentence that says an id means several."""
_RANGE = re.compile(r"([0-9]{1,9})\.\.([0-9]{1,9})")
_ALL = "all"
_SIGNS = {"=": ("", ""), "+": ("{+", "+}"), "-": ("[-", "-]")}


def _states(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[int, int] | str | None:
    """Return the two states an option names, or `_ALL`."""
    if value is None or value == _ALL:
        return value
    found = _RANGE.fullmatch(value)
    if found is None:
        raise click.BadParameter(
            f"“{value}” is not two states such as 2..4; the ID stands before --revisions.", context, parameter
        )
    return int(found[1]), int(found[2])


@click.command("show")
@click.argument("identity", metavar="ID")
@click.option("--source", "name", metavar="NAME", help="Of this source only: its name or address, or its beginning.")
@click.option(
    "--revisions",
    is_flag=False,
    flag_value=_ALL,
    callback=_states,
    metavar="[N..M]",
    help="Print every state seen and what was changed between them; with 2..4, between these two.",
)
@click.option(
    "--full", is_flag=True, help="Print the full text of the page it leads to; the page is fetched once and kept."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: the entry, or one object a state.")
@common
def show_command(
    place: Place,
    identity: str,
    name: str | None,
    revisions: tuple[int, int] | str | None,
    full: bool,
    as_json: bool,
) -> int:
    """Print one stored entry in full.

    ID is the “id” of the JSON that tail prints, or its beginning. Of changes, {+this+} was put in and [-this-] taken
    out.
    """
    if full and revisions is not None:
        raise click.UsageError("--full and --revisions show different texts; give one of them.")
    settings = place.settings()
    saved = beside_stored(settings.sources, place.data)
    if name is not None:
        saved = [chosen(saved, name)]
    reader = open_reader(place.data)
    try:
        entry, source = _entry(reader, [each.source for each in saved if each.source is not None], identity)
        states = reader.revisions(entry.id) if revisions is not None else []
        article = reader.article(entry.id) if full else None
    finally:
        reader.close()
    if full:
        article = article or _fetched(place, entry)
        if article.note:
            place.say(article.note)
        entry = replace(entry, post=replace(entry.post, summary=(), body=article.document))
    if revisions is None:
        _print_entry(place, entry, source, Watches(settings.watches), as_json=as_json)
    elif isinstance(revisions, tuple):
        before, after = (_numbered(states, number) for number in revisions)
        _print_states(place, entry, source, [(before, after)], as_json=as_json)
    else:
        _print_states(place, entry, source, list(zip([None, *states], states, strict=False)), as_json=as_json)
    return DONE


def _fetched(place: Place, entry: Entry) -> Article:
    """Return the full text of an entry from the page it leads to, kept. Raises `WirewatchError`."""
    from feeds.cli.running import run

    found: list[Article] = []

    async def fetch() -> int:
        from feeds.assembly import assembled

        store = open_store(place.data)
        try:
            async with assembled() as parts:
                read = await parts.engine(store, lambda event: None).read_article_once(entry.id)
            article = store.article(entry.id)
        finally:
            store.close()
        if article is None or read.message:
            raise WirewatchError(f"There is no full text. {read.message}")
        found.append(article)
        return DONE

    if run(fetch()) != DONE:
        raise KeyboardInterrupt
    return found[0]


def _print_entry(place: Place, entry: Entry, source: Source, watches: Watches, *, as_json: bool) -> None:
    from feeds.clock import SystemClock

    names = tuple(watches.names(entry, Scene(SystemClock().now(), {source.id: source})))
    if as_json:
        place.write_json(entry_record(entry, source, change=last_change(entry), matches=names))
        return
    for text in (*_head(entry, source, names), "", *_body(entry)):
        place.write(text)


def _print_states(
    place: Place, entry: Entry, source: Source, pairs: Sequence[tuple[Revision | None, Revision]], *, as_json: bool
) -> None:
    """Print states, each with the one it is held against."""
    if as_json:
        for before, state in pairs:
            place.write_json(revision_record(before, state, entry, source))
        return
    for text in _head(entry, source, ()):
        place.write(text)
    for before, state in pairs:
        for text in ("", *_changed(before, state)):
            place.write(text)
    if entry.folded:
        place.write("")
        place.write(f"--- {folded(entry.folded)}")


# ------------------------------------------------------------------ which entry


def _entry(reader: Reader, sources: Sequence[Source], identity: str) -> tuple[Entry, Source]:
    """Return the entry an id means, else the only one that begins so. Raises `WirewatchError`."""
    exact = [(entry, source) for source in sources if (entry := reader.find(source.id, identity)) is not None]
    found = exact or [
        (entry, source)
        for source in sources
        if identity
        for entry in reader.beginning(source.id, identity, limit=_NAMED + 1)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise WirewatchError(f"No entry has an id that is or begins with “{line(identity)}”.")
    several = ", ".join(f"“{line(entry.identity)}” ({source_name(source)})" for entry, source in found[:_NAMED])
    more = " and more" if len(found) > _NAMED else ""
    way = "name the source with --source" if exact else "write more of the id, or name the source with --source"
    raise WirewatchError(f"“{line(identity)}” may mean {several}{more}; {way}.")


def _numbered(states: Sequence[Revision], number: int) -> Revision:
    """Return the state of that number. Raises `WirewatchError`."""
    for state in states:
        if state.number == number:
            return state
    raise WirewatchError(f"There is no state {number}; the entry has the states 1 to {states[-1].number}.")


# ------------------------------------------------------------------ for people


def _head(entry: Entry, source: Source, watches: tuple[str, ...]) -> Iterator[str]:
    post = entry.post
    yield headline(post)
    fate = last_change(entry)
    facts = {
        "id": line(entry.identity),
        "source": f"{source_name(source)}  {without_credentials(source.spec.url)}",
        "address": readable(post.url or ""),
        "authors": line(", ".join(post.authors)),
        "published": _time(post.published),
        "updated": _time(post.updated),
        "seen": _time(entry.first_seen),
        "state": str(entry.revision) + ("" if fate == "added" else f", {fate} {_time(_fate_time(entry))}"),
        "tags": line(", ".join(post.tags)),
        "watches": line(", ".join(watches)),
    }
    for name, fact in facts.items():
        if fact:
            yield f"{name:<12}{fact}"
    for enclosure in post.enclosures:
        yield f"{'file':<12}{readable(enclosure.url)}"


def _fate_time(entry: Entry) -> datetime:
    return entry.withdrawn_at or (entry.restored_at if last_change(entry) == "restored" else None) or entry.revised_at


def _time(when: datetime | None) -> str:
    return f"{when.astimezone():%Y-%m-%d %H:%M:%S}" if when else ""


def _body(entry: Entry) -> Iterator[str]:
    post = entry.post
    if post.summary and post.body:
        yield plain(post.summary)
        yield ""
    yield plain(post.body or post.summary) or "(no text)"


def _changed(before: Revision | None, state: Revision) -> Iterator[str]:
    """Return a state: in full where it is the first, else with what was changed marked as git's word-diff does."""
    what = "as first seen" if before is None else f"against state {before.number}"
    yield f"--- state {state.number}, {_time(state.seen)}, {what}"
    if before is None:
        yield from (part for part in (line(state.post.title), plain(state.post.body or state.post.summary)) if part)
        return
    title, text = map(_marked, changes(before.post, state.post))
    yield from (part for part in (title, text) if part)


def _marked(stretches: Sequence[Change]) -> str:
    return "".join(_SIGNS[each.op][0] + each.text + _SIGNS[each.op][1] for each in stretches)
