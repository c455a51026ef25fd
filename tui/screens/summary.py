"""What the sources and the status line say, made of what is known: pure, so that screens only hand it over.

Owns the words and numbers around the panes. Must not hold anything, nor ask for anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from feeds.errors import ConfigError
from feeds.model import Entry, Gap, Health, Outcome, Source, Standing
from feeds.records import folded
from feeds.schedule import AGAIN_FLOOR
from feeds.store import SourceCounts
from feeds.watches import Action, Watches
from tui import cells
from tui.library import Library
from tui.messages import CameMeanwhile
from tui.render import clock, day, local, millis
from tui.state import ViewState
from tui.widgets.cards import Break
from tui.widgets.source_rows import Condition, Item
from tui.widgets.status_bar import WatchCount

_SENTENCE = re.compile(r"(?<=[.;!?])\s+")
"""Where a sentence, or what can stand as one, ends."""
_WATCHES_NAMED = 3
_COUNTED = 500
"""Newest arrivals of which it is said what the watches have to do with them."""


def wrong(problems: Sequence[ConfigError], own: Sequence[str]) -> str:
    """Return what is said of a configuration some of which cannot be used, empty where all can.

    `own` is what only the screen knows to be wrong: keys, the theme. How many there are and where they are listed
    stands first, since the line may be cut.
    """
    said = [str(each).replace(str(each.file), each.file.name) if each.file else str(each) for each in problems]
    said += own
    if len(said) < 2:
        return "".join(said)
    where = ", see “wirewatch config check”" if problems else ""
    return f"{len(said)} problems{where}. {said[0]}"


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


def nothing(
    view: ViewState, sources: Sequence[Source], polling: Collection[int], hidden: int, keys: Mapping[str, str]
) -> str:
    """Return why a view has no entries and what can be done; `hidden` entries are not shown, `keys` are by command."""
    shown = [source for source in sources if view.source_id in (None, source.id)]
    failed = [source for source in shown if condition(source.health) is Condition.FAILING]
    failure = f" {_failure(failed, len(shown))}" if failed else ""
    name = "".join(f" of {cells.one_line(source.name)}" for source in shown[:1]) if view.source_id is not None else ""
    if view.filter and view.filters_on:
        why = "" if hidden else failure
        return f"Nothing{name} matches the filter “{view.filter}”. {keys['escape']} clears it.{why}"
    leave = f" {keys['escape']} goes back to all sources." if view.source_id is not None else ""
    if view.hide_read and hidden:
        what = "The one entry there is was" if hidden == 1 else f"All {hidden:,} entries were"
        return f"{what} read. {keys['hide-read']} shows them.{leave}"
    if view.filters_on and hidden:
        count = "One entry is" if hidden == 1 else f"All {hidden:,} entries are"
        return f"{count} hidden by watches. {keys['filters']} shows what they hide.{leave}"
    if not sources:
        return f"No sources yet. Press {keys['add']} to add one."
    if failed:
        return f"Nothing{name} yet.{failure}{leave}"
    visits = sum(source.id in polling for source in shown)
    if visits and view.source_id is None:
        return f"Nothing yet. Polling {visits} source{'' if visits == 1 else 's'}."
    if visits:
        return f"Nothing{name} yet. It is being polled.{leave}"
    return f"Nothing{name} yet. What {'it brings' if name else 'the sources bring'} appears here.{leave}"


def _failure(failed: Sequence[Source], count: int) -> str:
    """Return how many sources of so many fail, and why the first does: its message's first sentence."""
    first = _SENTENCE.split(cells.one_line(failed[0].health.message), maxsplit=1)[0].rstrip(";. ")
    if count == 1:
        return f"The last poll failed: {first}."
    why = f"{cells.one_line(failed[0].name)}: {first}."
    every = "Both" if count == 2 else f"All {count:,}"
    many = every if len(failed) == count else f"{len(failed):,} of {count:,}"
    return f"{many} sources {'fails' if len(failed) == 1 else 'fail'}. {why}"


def asked_for(sources: Sequence[Source], polling: Collection[int], now: datetime) -> str:
    """Return what comes of asking for a poll of some sources: whether they are polled, and if not, why not."""
    floor = timedelta(seconds=AGAIN_FLOOR)
    waiting = [source for source in sources if source.id not in polling]
    ages = [now - source.health.polled_at for source in waiting if source.health.polled_at]
    fresh = [age for age in ages if timedelta(0) <= age < floor]
    again = f"ask again in {max((floor - min(fresh)).total_seconds(), 1):.0f} s" if fresh else ""
    if len(sources) == 1:
        name = sources[0].name
        if not waiting:
            return f"{name} is being polled."
        ago = f"{fresh[0].total_seconds():.0f} s ago" if fresh else ""
        return f"{name} was polled {ago}; {again}." if fresh else f"{name} is polled next."
    count = len(waiting) - len(fresh)
    if not count:
        return f"All were polled a moment ago; {again}." if fresh else "All sources are being polled."
    rest = f"; {len(fresh):,} {'was' if len(fresh) == 1 else 'were'} polled a moment ago" if fresh else ""
    return f"{count:,} source{' is' if count == 1 else 's are'} polled next{rest}."


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


def breaks(gaps: Sequence[Gap], name_of: Callable[[int], str], zone: tzinfo | None) -> list[Break]:
    """Return the lines that say where entries may be missing."""
    out = []
    for gap in gaps:
        after, before = local(gap.after, zone), local(gap.before, zone)
        start = clock(after) if after.date() == before.date() else f"{day(after)} {clock(after)}"
        times = start if start == clock(before) else f"{start} to {clock(before)}"
        label = f"entries may be missing · {cells.one_line(name_of(gap.source_id))} · {times}"
        out.append(Break(millis(gap.before), label))
    return out


def taken_back(now: ViewState, before: ViewState, source_name: Callable[[int], str]) -> str:
    """Return what is said when a view goes back to what it showed before."""
    if now.filter != before.filter:
        return f"Took back the filter “{now.filter}”." if now.filter else f"The filter “{before.filter}” is back."
    if now.source_id != before.source_id:
        name = "all sources" if before.source_id is None else cells.one_line(source_name(before.source_id))
        return f"Back to {name}."
    if now.hide_read != before.hide_read:
        return "What was read is shown again." if now.hide_read else "What was read is hidden again."
    switched = sorted(set(now.watches_off) ^ set(before.watches_off))
    if switched:
        return f"The watch {cells.one_line(switched[0])} is {'on' if switched[0] in now.watches_off else 'off'} again."
    return f"Filters are {'on' if before.filters_on else 'off'} again."


def came(news: CameMeanwhile) -> str:
    """Return what came while the reader was away."""
    parts = [f"{news.entries:,} {'entry' if news.entries == 1 else 'entries'}"]
    if news.key_events:
        parts.append(f"{news.key_events:,} key event{'' if news.key_events == 1 else 's'}")
    parts += [f"{count:,} {cells.one_line(name)}" for name, count in news.watches[:_WATCHES_NAMED]]
    return f"Since you left: {', '.join(parts)}."


def unchanged(entry: Entry, zone: tzinfo | None) -> str:
    """Return what is said of an entry that has one state only."""
    fate, at = ("withdrawn", entry.withdrawn_at) if entry.withdrawn_at else ("restored", entry.restored_at)
    never = f"Its words never changed, {folded(entry.folded)}" if entry.folded else "Never changed"
    if at is None:
        return f"{never}." if entry.folded else "This entry was never changed."
    when = local(at, zone)
    return f"{never}; {fate} on {day(when)} at {clock(when)}."


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
