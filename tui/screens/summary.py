"""What the sources and the status line say, made of what is known: pure, so that screens only hand it over.

Owns the words and numbers around the panes. Must not hold anything, nor ask for anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from feeds.model import Health, Outcome, Source, Standing
from feeds.store import SourceCounts
from feeds.watches import Action, Watches
from tui.library import Library
from tui.widgets.source_rows import Condition, Item
from tui.widgets.status_bar import WatchCount

_COUNTED = 500
"""Newest arrivals of which it is said what the watches have to do with them."""


def condition(health: Health) -> Condition:
    """Return how a source fares."""
    if health.standing is not Standing.ACTIVE:
        return Condition.ENDED
    match health.outcome:
        case Outcome.FAILED:
            return Condition.FAILING
        case Outcome.NEVER:
            return Condition.NEVER
        case _:
            return Condition.OK


def failing(sources: Iterable[Source]) -> str:
    """Return how many sources fail, empty when none does."""
    count = sum(condition(source.health) is Condition.FAILING for source in sources)
    return f"{count} failing" if count else ""


def source_items(
    sources: Sequence[Source],
    counts: Mapping[int, SourceCounts],
    pulses: Mapping[int, Sequence[int]],
    polling: Collection[int],
) -> list[Item]:
    """Return the rows of the sources, that of all sources first."""
    items = [
        Item(
            source.id,
            source.name,
            condition(source.health),
            counts[source.id].unread if source.id in counts else 0,
            source.health.next_poll,
            source.id in polling,
            tuple(pulses.get(source.id, ())),
            source.health.message if condition(source.health) is Condition.FAILING else "",
        )
        for source in sources
    ]
    note = f"{len(items):,} source{'' if len(items) == 1 else 's'}"
    pulse = tuple(map(sum, zip(*pulses.values(), strict=False)))
    unread = sum(item.unread for item in items)
    return [Item(None, "All sources", Condition.ALL, unread, pulse=pulse, note=note), *items]


def watch_counts(watches: Watches, counts: Sequence[int] | None) -> tuple[WatchCount, ...]:
    """Return the watches as the status line shows them; `counts` by watch, None while they are counted."""
    return tuple(
        WatchCount(watch.name, watch.key, watch.color, index in watches.on, counts[index] if counts else None)
        for index, watch in enumerate(watches.watches)
    )


def news_by_watch(library: Library, ids: Sequence[int]) -> tuple[tuple[str, int], ...]:
    """Return how many of some arrivals which watch that is on matches."""
    found: dict[int, int] = {}
    for entry_id in ids[-_COUNTED:]:
        for index in library.remembered(entry_id):
            if index in library.watches.on:
                found[index] = found.get(index, 0) + 1
    return tuple((library.watches.watches[index].name, count) for index, count in sorted(found.items()))


def hides(watches: Watches) -> bool:
    """Return whether any watch, switched on or not, filters or mutes."""
    return any(action in (Action.FILTER, Action.MUTE) for watch in watches.watches for action in watch.actions)
