"""What the reader is looking at, as one frozen value, and how it becomes another.

Owns the view state, its pure transitions and its form on disk. The main screen holds the one that counts and
hands it downward; nobody reads it out of a widget. Must not import Textual, nor read or write files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from feeds.errors import QueryError
from feeds.model import Entry
from feeds.query import NO_WATCHES, All, Query, Scene, is_timely, matches, minds_marks, parse
from feeds.watches import Watches


class Pane(StrEnum):
    """The three panes of the main screen, in the order `tab` visits them."""

    SOURCES = "sources"
    TIMELINE = "timeline"
    DETAIL = "detail"


class Width(StrEnum):
    """How many panes there is room for."""

    NARROW = "narrow"
    """One at a time."""
    MEDIUM = "medium"
    """Timeline over detail, sources as a drawer beside them."""
    WIDE = "wide"
    """All three side by side."""


MEDIUM_FROM, WIDE_FROM = 70, 120
"""Columns from which the screen is medium and wide."""


class ViewState(Struct, frozen=True, omit_defaults=True):
    """What the reader is looking at. Saved when the app ends, restored when it starts."""

    source_id: int | None = None
    """The source shown; None for all."""
    filter: str = ""
    """The query typed into the filter bar; always one that can be understood."""
    filters_on: bool = True
    """Whether the filter and the watches that filter and mute are in force."""
    watches_off: tuple[str, ...] = ()
    """Names of the watches that are switched off."""
    density: str = ""
    """`roomy` or `compact`; empty for what the configuration says."""
    theme: str = ""
    """Name of the theme; empty for what the configuration says."""
    hide_read: bool = False
    """Whether entries that were read are hidden."""
    pane: Pane = Pane.TIMELINE
    """The pane in use."""
    zoom: bool = False
    """Whether the pane in use has the whole screen."""
    cursor: int | None = None
    """The entry the cursor was on, where the timeline was held there; None when it followed."""
    left_at: int | None = None
    """Sort key of the newest entry there was when the last visit ended, milliseconds since 1970."""


def width_of(columns: int) -> Width:
    """Return the layout for so many columns."""
    if columns >= WIDE_FROM:
        return Width.WIDE
    return Width.MEDIUM if columns >= MEDIUM_FROM else Width.NARROW


# ------------------------------------------------------------------ transitions


def with_source(state: ViewState, source_id: int | None) -> ViewState:
    """Show one source, or all."""
    return replace(state, source_id=source_id)


def with_filter(state: ViewState, text: str) -> ViewState:
    """Filter by a query. One that is typed is meant: filters that were off are on again."""
    text = text.strip()
    return replace(state, filter=text, filters_on=True if text else state.filters_on)


def with_filters_switched(state: ViewState) -> ViewState:
    """Switch the filter and the watches that filter or mute, all together."""
    return replace(state, filters_on=not state.filters_on)


def with_read_hidden(state: ViewState, hidden: bool) -> ViewState:
    """Hide what was read, or show it."""
    return replace(state, hide_read=hidden)


def narrowing(state: ViewState) -> tuple[object, ...]:
    """Return what of a view says which entries are shown."""
    return state.source_id, state.filter, state.filters_on, state.watches_off, state.hide_read


def narrowed_as(state: ViewState, other: ViewState) -> ViewState:
    """Show the entries that another view shows, and change nothing else."""
    return replace(
        state,
        source_id=other.source_id,
        filter=other.filter,
        filters_on=other.filters_on,
        watches_off=other.watches_off,
        hide_read=other.hide_read,
    )


def with_watch_switched(state: ViewState, name: str) -> ViewState:
    """Switch one watch over."""
    off = set(state.watches_off) ^ {name}
    return replace(state, watches_off=tuple(sorted(off)))


def with_density(state: ViewState, density: str) -> ViewState:
    """Give entries another amount of room."""
    return replace(state, density=density)


def with_theme(state: ViewState, theme: str) -> ViewState:
    """Use another theme."""
    return replace(state, theme=theme)


def with_pane(state: ViewState, pane: Pane) -> ViewState:
    """Go to a pane."""
    return replace(state, pane=pane)


def with_zoom(state: ViewState, zoom: bool) -> ViewState:
    """Give the pane in use the whole screen, or take it back."""
    return replace(state, zoom=zoom)


def at_exit(state: ViewState, *, cursor: int | None, left_at: int | None) -> ViewState:
    """Return what is worth keeping for the next visit: it begins in the timeline."""
    return replace(state, pane=Pane.TIMELINE, cursor=cursor, left_at=left_at)


# ------------------------------------------------------------------ what follows from it


def shown_panes(state: ViewState, width: Width) -> tuple[Pane, ...]:
    """Return the panes on the screen, in their order."""
    if width is Width.NARROW or state.zoom:
        return (state.pane,)
    if width is Width.MEDIUM and state.pane is not Pane.SOURCES:
        return (Pane.TIMELINE, Pane.DETAIL)
    return (Pane.SOURCES, Pane.TIMELINE, Pane.DETAIL)


def back(state: ViewState, width: Width) -> ViewState:
    """Go one step back; the same state when there is none.

    The steps are: out of the zoom, from the detail or the sources to the timeline, out of the filter, to all sources.
    """
    if state.zoom and width is not Width.NARROW:  # where one pane is alone anyhow, it would be a step to nowhere
        return replace(state, zoom=False)
    if state.pane is not Pane.TIMELINE:
        return replace(state, pane=Pane.TIMELINE)
    if state.filter and state.filters_on:
        return replace(state, filter="")
    return replace(state, source_id=None) if state.source_id is not None else state


def next_pane(state: ViewState, delta: int) -> ViewState:
    """Go to the next pane, or the one before."""
    panes = list(Pane)
    return replace(state, pane=panes[(panes.index(state.pane) + delta) % len(panes)])


def watches_on(state: ViewState, watches: Watches) -> Watches:
    """Return the watches with those switched that the reader has switched."""
    off = set(state.watches_off)
    on = frozenset(index for index, watch in enumerate(watches.watches) if watch.name not in off)
    return Watches(watches.watches, on)


def lens(state: ViewState) -> str:
    """Return through what the entries of a view are seen: its query, in words; empty where all are."""
    query = state.filter if state.filters_on else ""
    return " ".join(part for part in ("not read" if state.hide_read else "", query) if part)


_UNREAD = parse("is:unread")


def wanted(state: ViewState, watches: Watches) -> Query | None:
    """Return the query of the entries shown: the filter, narrowed by the watches that filter and mute, and by marks."""
    query = watches.narrow(parse(state.filter, watches.named)) if state.filters_on else None
    if not state.hide_read or _UNREAD is None:
        return query
    return _UNREAD if query is None else All((query, _UNREAD))


def belongs(entry: Entry, state: ViewState, query: Query | None, scene: Scene) -> bool:
    """Return whether an entry belongs to a view, as the store would say.

    `query` is what `wanted` returned; the sources of the scene are those configured.
    """
    if entry.source_id not in scene.sources if state.source_id is None else entry.source_id != state.source_id:
        return False
    return query is None or matches(query, entry, scene)


def stays(entry: Entry, state: ViewState, query: Query | None, scene: Scene) -> bool:
    """Return whether an entry that is in a view stays in it until the view is made anew.

    Nothing goes from under the cursor because it was just read: under `is:unread` it stays, as it does where the
    reader gives or takes a star. Whatever else an entry has to be, it has to be still.
    """
    if query is None or not minds_marks(query):
        return belongs(entry, state, query, scene)
    marked = (replace(entry, read=read, starred=starred) for read in (False, True) for starred in (False, True))
    return any(belongs(each, state, query, scene) for each in marked)


def moves_on(query: Query | None) -> bool:
    """Return whether time alone takes entries out of a view, which is then made anew now and then.

    Not where the reader's marks matter too: what was just read would go with what has become too old.
    """
    return query is not None and is_timely(query) and not minds_marks(query)


# ------------------------------------------------------------------ on disk


def encode(state: ViewState) -> bytes:
    """Return the state as JSON."""
    return msgspec.json.format(msgspec.json.encode(state), indent=2) + b"\n"


def decode(data: bytes, *, themes: Sequence[str] = (), watches: Mapping[str, Query] = NO_WATCHES) -> ViewState:
    """Return a saved state; what cannot be used of it, and whatever is not JSON, is as if never saved.

    `watches` are the queries a filter may name.
    """
    try:
        state = msgspec.json.decode(data, type=ViewState)
    except (msgspec.DecodeError, RecursionError):
        return ViewState()
    try:
        parse(state.filter, watches)
    except QueryError:
        state = replace(state, filter="")
    if state.density not in ("", "roomy", "compact"):
        state = replace(state, density="")
    if state.theme and state.theme not in themes:
        state = replace(state, theme="")
    return state
