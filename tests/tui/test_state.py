"""What the reader is looking at, and how it becomes something else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds.query import parse
from feeds.watches import Action, Watches
from tests.support.queries import scene
from tests.tui.host import entry, source, watch
from tui import state as states
from tui.state import Pane, ViewState, Width

KYIV = watch("Kyiv", "kyiv", 1)
STORM_ONLY = watch("Storm", "storm", 2, Action.FILTER)
NO_HARBOUR = watch("Harbour", "harbour", 3, Action.MUTE)


@pytest.mark.parametrize(
    ("columns", "width"),
    [(40, Width.NARROW), (69, Width.NARROW), (70, Width.MEDIUM), (119, Width.MEDIUM), (120, Width.WIDE)],
)
def test_the_columns_decide_the_layout(columns: int, width: Width) -> None:
    assert states.width_of(columns) is width


@pytest.mark.parametrize(
    ("width", "pane", "zoom", "shown"),
    [
        (Width.WIDE, Pane.DETAIL, False, tuple(Pane)),
        (Width.MEDIUM, Pane.DETAIL, False, (Pane.TIMELINE, Pane.DETAIL)),
        (Width.MEDIUM, Pane.SOURCES, False, tuple(Pane)),
        (Width.NARROW, Pane.SOURCES, False, (Pane.SOURCES,)),
        (Width.WIDE, Pane.DETAIL, True, (Pane.DETAIL,)),
    ],
)
def test_the_panes_shown(width: Width, pane: Pane, zoom: bool, shown: tuple[Pane, ...]) -> None:
    assert states.shown_panes(ViewState(pane=pane, zoom=zoom), width) == shown


def test_back_leaves_the_zoom_the_pane_the_filter_and_the_source_one_by_one() -> None:
    view = ViewState(pane=Pane.DETAIL, zoom=True, filter="kyiv", source_id=2)
    steps = [view]
    while (step := states.back(steps[-1], Width.WIDE)) != steps[-1]:
        steps.append(step)
    assert steps[1:] == [
        ViewState(pane=Pane.DETAIL, filter="kyiv", source_id=2),
        ViewState(filter="kyiv", source_id=2),
        ViewState(source_id=2),
        ViewState(),
    ]


def test_back_takes_no_step_that_cannot_be_seen() -> None:
    assert states.back(ViewState(pane=Pane.DETAIL, zoom=True), Width.NARROW).pane is Pane.TIMELINE
    off = ViewState(filter="kyiv", filters_on=False)
    assert states.back(off, Width.WIDE) is off


def test_tab_goes_round() -> None:
    view = ViewState()
    seen = [view.pane]
    for _ in range(3):
        view = states.next_pane(view, 1)
        seen.append(view.pane)
    assert seen == [Pane.TIMELINE, Pane.DETAIL, Pane.SOURCES, Pane.TIMELINE]
    assert states.next_pane(ViewState(), -1).pane is Pane.SOURCES


def test_a_query_that_is_typed_switches_filters_on_again() -> None:
    off = states.with_filters_switched(ViewState())
    assert not off.filters_on
    assert states.with_filter(off, " kyiv ").filters_on
    assert states.with_filter(off, " kyiv ").filter == "kyiv"
    assert not states.with_filter(off, "").filters_on


def test_a_watch_is_switched_by_its_name_and_back() -> None:
    watches = Watches([KYIV, STORM_ONLY])
    view = states.with_watch_switched(ViewState(), "Kyiv")
    assert states.watches_on(view, watches).on == {1}
    assert states.watches_on(states.with_watch_switched(view, "Kyiv"), watches).on == {0, 1}


def test_filters_off_means_the_query_and_the_watches() -> None:
    watches = Watches([KYIV, STORM_ONLY, NO_HARBOUR])
    view = states.with_filter(ViewState(), "bridge")
    query = states.wanted(view, watches)
    assert query is not None
    assert states.wanted(states.with_filters_switched(view), watches) is None
    assert states.wanted(ViewState(), Watches([KYIV])) is None


def test_an_entry_belongs_to_the_source_and_the_query() -> None:
    one = entry(1, title="Bridge over the Varda", text="", source_id=2)
    both = scene(source(1), source(2, "Harbour Wire"))
    assert states.belongs(one, ViewState(), None, both)
    assert not states.belongs(one, ViewState(), None, scene(source(1)))
    assert not states.belongs(one, ViewState(source_id=1), None, both)
    assert states.belongs(one, ViewState(source_id=2), parse("varda source:harbour"), both)
    assert not states.belongs(one, ViewState(), parse("-varda"), both)


@pytest.mark.parametrize(
    ("query", "belongs", "stays"),
    [
        ("is:unread", False, True),
        ("-is:read varda", False, True),
        ("is:starred", False, True),
        ("is:unread -varda", False, False),
        ("is:unread is:withdrawn", False, False),
        ("is:read", True, True),
        ("-varda", False, False),
        ("varda", True, True),
    ],
)
def test_what_was_just_marked_stays_until_the_view_is_made_anew(query: str, belongs: bool, stays: bool) -> None:
    one = replace(entry(1, title="Bridge over the Varda", text="", source_id=1), read=True)
    about = (one, ViewState(), parse(query), scene(source(1)))
    assert (states.belongs(*about), states.stays(*about)) == (belongs, stays)


def test_a_view_moves_on_where_it_says_how_old_entries_are_and_marks_do_not_matter() -> None:
    moving = {
        query: states.moves_on(parse(query)) for query in ("", "kyiv", "after:2h", "-(a before:2h)", "after:2h is:read")
    }
    assert [query for query, moves in moving.items() if moves] == ["after:2h", "-(a before:2h)"]


def test_a_filter_may_name_a_watch_that_is_switched_off() -> None:
    watches = states.watches_on(ViewState(watches_off=("Kyiv",)), Watches([KYIV]))
    assert states.wanted(states.with_filter(ViewState(), "watch:kyiv"), watches) == KYIV.query


def test_a_saved_filter_that_names_a_watch_that_is_gone_is_left_out() -> None:
    data = states.encode(ViewState(filter="watch:Kyiv", zoom=True))
    assert states.decode(data, watches={"Kyiv": KYIV.query}).filter == "watch:Kyiv"
    assert states.decode(data) == ViewState(zoom=True)


def test_leaving_keeps_the_place_and_begins_in_the_timeline() -> None:
    view = states.at_exit(ViewState(pane=Pane.DETAIL, filter="kyiv"), cursor=7, left_at=99)
    assert (view.pane, view.filter, view.cursor, view.left_at) == (Pane.TIMELINE, "kyiv", 7, 99)


VIEWS = st.builds(
    ViewState,
    source_id=st.none() | st.integers(1, 99),
    filter=st.sampled_from(["", "kyiv", 'a OR "b c"']),
    filters_on=st.booleans(),
    watches_off=st.lists(st.text(max_size=8), max_size=3).map(tuple),
    density=st.sampled_from(["", "roomy", "compact"]),
    theme=st.sampled_from(["", "wirewatch"]),
    pane=st.sampled_from(Pane),
    zoom=st.booleans(),
    cursor=st.none() | st.integers(1, 2**60),
    left_at=st.none() | st.integers(0, 2**50),
)


@settings(deadline=None, max_examples=50)
@given(VIEWS)
def test_a_view_comes_back_as_it_was_saved(view: ViewState) -> None:
    assert states.decode(states.encode(view), themes=["wirewatch"]) == view


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=60))
def test_a_broken_file_is_as_none(data: bytes) -> None:
    assert isinstance(states.decode(data), ViewState)


def test_what_cannot_be_used_of_a_saved_view_is_left_out() -> None:
    data = b'{"filter": "kyiv OR", "theme": "gone", "density": "huge", "zoom": true, "unknown": 1}'
    assert states.decode(data, themes=["wirewatch"]) == ViewState(zoom=True)
    assert states.decode(b"[" * 100_000) == ViewState()
