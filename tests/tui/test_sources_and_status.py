"""The rows of sources, the line at the bottom, the titles: what they say at which width."""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.geometry import Region

from feeds.errors import ConfigError
from feeds.model import Gap, Outcome, Standing
from feeds.store import SourceCounts
from feeds.watches import Action, Watches
from tests.tui.host import HOSTILE, NOW, source, watch
from tui import cells, theme
from tui.screens import summary
from tui.widgets.pane_title import PaneTitle
from tui.widgets.source_list import SourceList
from tui.widgets.source_rows import Condition, Item, RowLook, first_line, second_line, sparkline, until
from tui.widgets.status_bar import Status, StatusBar, WatchCount


def text(pieces: list[tuple[str, str]]) -> str:
    return "".join(piece for piece, _ in pieces)


# ------------------------------------------------------------------ rows of sources


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "now"), (0.4, "now"), (24, "in 24 s"), (180, "in 3 min"), (7200, "in 2 h"), (2e5, "in 2 days")],
)
def test_the_next_poll_is_said_in_round_numbers(seconds: float, said: str) -> None:
    assert until(NOW + timedelta(seconds=seconds), NOW) == said


def test_a_pulse_is_bars_and_few_arrivals_are_low_ones() -> None:
    assert sparkline((0, 1, 4)) == " ▂█"
    assert sparkline((0, 10, 100)) == " ▁█"
    assert sparkline((0, 1, 4), ascii_only=True).isascii()


def test_a_row_says_name_unread_and_what_is_next() -> None:
    item = Item(1, "Varda Herald", Condition.OK, 12, NOW + timedelta(seconds=24), pulse=(0, 4))
    assert text(first_line(item, RowLook(24, True, False), NOW)) == " ● Varda Herald      12 "
    assert text(second_line(item, RowLook(24, True, False), NOW)).rstrip().endswith("in 24 s")
    assert "in 24 s" in text(first_line(item, RowLook(40, False, True), NOW))


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (Item(1, "A", Condition.FAILING, message="The server answered 503."), "The server answered 503."),
        (Item(1, "A", Condition.ENDED), "ended"),
        (Item(1, "A", Condition.NEVER), "not polled yet"),
        (Item(1, "A", Condition.OK, polling=True), "polling…"),
        (Item(None, "All", Condition.ALL, note="3 sources"), "3 sources"),
    ],
)
def test_every_condition_has_words(item: Item, said: str) -> None:
    assert said in text(second_line(item, RowLook(40, True, False), NOW))


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=30) | st.just(HOSTILE),
    st.integers(12, 60),
    st.sampled_from(Condition),
    st.booleans(),
    st.booleans(),
)
def test_a_row_never_is_wider_than_the_list(
    name: str, width: int, condition: Condition, roomy: bool, ascii_only: bool
) -> None:
    item = Item(1, name, condition, 1234, NOW + timedelta(minutes=3), pulse=(1,) * 12, message=name if roomy else "")
    look = RowLook(width, roomy, True, ascii_only)
    for line in (first_line(item, look, NOW), second_line(item, look, NOW)):
        assert not set(text(line)) & set("\r\n\x1b\x9b\u202e")
        if line[0][0] != look.bar or width >= 24:
            assert cells.width(text(line)) <= max(width, 24)


def test_sources_are_summed_up_above_them() -> None:
    sources = [source(1), source(2, outcome=Outcome.FAILED, message="No."), source(3, standing=Standing.ENDED)]
    items = summary.source_items(sources, {1: SourceCounts(9, 4), 2: SourceCounts(9, 3)}, {1: (1, 2), 2: (3, 4)}, {1})
    assert items[0].unread == 7
    assert items[0].pulse == (4, 6)
    assert items[0].note == "3 sources"
    assert [item.condition for item in items[1:]] == [Condition.OK, Condition.FAILING, Condition.ENDED]
    assert [item.polling for item in items[1:]] == [True, False, False]
    assert items[2].message == "No."
    assert summary.failing(sources) == "1 failing"
    assert summary.failing(sources[:1]) == ""


def test_watches_that_hide_are_known() -> None:
    assert not summary.hides(Watches([watch("A", "a")]))
    assert summary.hides(Watches([watch("A", "a", None, Action.MUTE)], frozenset()))


# ------------------------------------------------------------------ the list


class ListHost(App[None]):
    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.said: list[object] = []

    def compose(self) -> ComposeResult:
        yield SourceList(id="list")

    def on_mount(self) -> None:
        self.list.show([Item(each or None, f"Source {each}", Condition.OK) for each in range(self.count)], NOW)

    @property
    def list(self) -> SourceList:
        return self.query_one(SourceList)

    def on_source_list_selected(self, event: SourceList.Selected) -> None:
        self.said.append(event.source_id)

    def on_source_list_opened(self, event: SourceList.Opened) -> None:
        self.said.append(("open", event.source_id))


async def test_the_cursor_stays_on_its_source_and_on_the_screen() -> None:
    app = ListHost(40)
    async with app.run_test(size=(30, 10)) as pilot:
        sources = app.list
        sources.move(25)
        await pilot.pause()
        assert sources.source_id == 25
        assert any("Source 25" in sources.render_line(y).text for y in range(10))
        sources.show([Item(each, f"Source {each}", Condition.OK) for each in range(20, 60)], NOW)
        assert sources.source_id == 25
        sources.show([Item(7, "Source 7", Condition.OK)], NOW)
        assert sources.source_id == 7
        sources.show([], NOW)
        assert sources.source_id is None
        sources.move(1)
        sources.page(-1)
        sources.to_last()
        assert sources.item is None


def test_a_gap_of_less_than_a_minute_is_said_with_one_time() -> None:
    gaps = [Gap(1, NOW, NOW + timedelta(seconds=9)), Gap(1, NOW, NOW + timedelta(minutes=9))]
    labels = [each.label for each in summary.breaks(gaps, lambda _: "The\nCoast", UTC)]
    assert labels == [
        "entries may be missing · The Coast · 14:30",
        "entries may be missing · The Coast · 14:30 to 14:39",
    ]


def test_problems_of_the_configuration_are_counted_and_say_where_they_are_listed_first() -> None:
    file = Path("/home/reader/.config/wirewatch/config.toml")
    one = ConfigError("“colour” is not a setting.", file=file, line=2)
    assert summary.wrong([], []) == ""
    assert summary.wrong([one], []) == "config.toml:2: “colour” is not a setting."
    assert summary.wrong([one, one], ["No command is called “strar”."]) == (
        "3 problems, see “wirewatch config check”. config.toml:2: “colour” is not a setting."
    )
    assert summary.wrong([], ["No command is called “strar”.", "x"]) == "2 problems. No command is called “strar”."


async def test_a_second_that_passes_draws_only_what_counts_down() -> None:
    app = ListHost(0)
    async with app.run_test(size=(30, 10)) as pilot:
        soon, later = NOW + timedelta(seconds=50), NOW + timedelta(minutes=30)
        app.list.show([Item(1, "A", Condition.OK, next_poll=soon), Item(2, "B", Condition.OK, next_poll=later)], NOW)
        app.list.tick(NOW)
        await pilot.pause()
        drawn: list[tuple[Region, ...]] = []
        app.list.refresh = lambda *regions, **_: drawn.append(regions)  # type: ignore[method-assign,assignment]
        app.list.tick(NOW)
        assert drawn == []
        app.list.tick(NOW + timedelta(seconds=1))
        assert drawn == [(Region(0, 1, 30, 1),)]
        assert "in 49 s" in app.list.render_line(1).text


async def test_the_mouse_goes_to_a_source_and_opens_it() -> None:
    app = ListHost(3)
    async with app.run_test(size=(30, 10)) as pilot:
        await pilot.click(SourceList, offset=(5, 3))
        await pilot.click(SourceList, offset=(5, 2))
        await pilot.click(SourceList, offset=(5, 9))
        await pilot.pause()
        assert app.said == [1, ("open", 1)]


# ------------------------------------------------------------------ the line at the bottom


class BarHost(App[None]):
    def __init__(self) -> None:
        super().__init__()
        theme.register(self)
        self.theme = "wirewatch"
        self.pressed: list[str] = []

    def compose(self) -> ComposeResult:
        yield PaneTitle(id="title")
        yield StatusBar(id="bar")

    def on_status_bar_pressed(self, event: StatusBar.Pressed) -> None:
        self.pressed.append(event.command)

    @property
    def bar(self) -> StatusBar:
        return self.query_one(StatusBar)


FULL = Status(
    follow=False, new=12, new_watches=(("Kyiv", 2),), hidden=1204, filtered=True, polling=3, clock="14:30",
    watches=(
        WatchCount("Kyiv", 1, "yellow", True, 12), WatchCount("A very long name of a watch", 2, "cyan", True, None),
        WatchCount("Storm", None, "red", False, 4),
    ),
    hints=(("Enter", "open"), ("F", "filter"), ("?", "help")),
)  # fmt: skip


async def test_the_line_says_all_where_there_is_room() -> None:
    app = BarHost()
    async with app.run_test(size=(160, 4)) as pilot:
        app.bar.show(FULL)
        await pilot.pause()
        said = str(app.bar.render())
        for part in ("‖ hold", "↑ 12 new, 2 Kyiv", "1 Kyiv 12", "2 A very long nam…", "Storm –", "1,204 hidden",
                     "⟳ 3", "14:30", "? help", "Enter open"):  # fmt: skip
            assert part in said, part


@pytest.mark.parametrize("width", [30, 40, 60, 80, 100, 200])
async def test_the_line_fits_and_never_hides_what_is_new(width: int) -> None:
    app = BarHost()
    async with app.run_test(size=(width, 4)) as pilot:
        for status in (Status(), FULL, Status(follow=True, read_only=True, clock="14:30", about=HOSTILE)):
            app.bar.show(status)
            await pilot.pause()
            said = str(app.bar.render())
            assert cells.width(said) <= width
            assert said.isprintable()
        app.bar.show(FULL)
        assert "↑ 12" in str(app.bar.render())


async def test_the_help_is_hinted_at_before_anything_else() -> None:
    app = BarHost()
    async with app.run_test(size=(40, 4)):
        app.bar.show(Status(hints=FULL.hints, clock="14:30"))
        assert "? help" in str(app.bar.render())
        assert "Enter open" not in str(app.bar.render())


async def test_a_notice_takes_the_place_of_hints_and_goes() -> None:
    app = BarHost()
    async with app.run_test(size=(100, 4)):
        app.bar.show(FULL)
        app.bar.tell(f"One\nline {HOSTILE}", problem=True)
        assert "One line x [/foo]" in str(app.bar.render())
        app.bar._forget()
        assert "One line" not in str(app.bar.render())


async def test_on_a_small_screen_the_watches_give_way_to_a_notice() -> None:
    app = BarHost()
    async with app.run_test(size=(40, 4)):
        app.bar.show(FULL)
        app.bar.tell("Polling The Meridian now.")
        assert "Polling The Meridian now." in str(app.bar.render())
        app.bar._forget()
        assert "12" in str(app.bar.render())


async def test_parts_of_the_line_can_be_pressed() -> None:
    app = BarHost()
    async with app.run_test(size=(120, 4)) as pilot:
        app.bar.show(FULL)
        await pilot.pause()
        said = str(app.bar.render())
        for words in ("hold", "12 new", "Kyiv 12", "hidden"):
            await pilot.click(StatusBar, offset=(said.index(words), 0))
        await pilot.pause()
        assert app.pressed == ["follow", "newest", "watch-1", "filters"]


@pytest.mark.parametrize("width", [1, 4, 9, 20, 60])
async def test_a_title_is_exactly_as_wide_as_its_pane(width: int) -> None:
    app = BarHost()
    async with app.run_test(size=(width, 4)) as pilot:
        for ascii_only, in_use in ((True, True), (False, False)):
            title = PaneTitle("Sources · x", "1,204", in_use=in_use, ascii_only=ascii_only)
            await app.mount(title)
            title.show(f"All sources · {HOSTILE}", "1 failing")
            await pilot.pause()
            said = str(title.render())
            assert cells.width(said) == width or width < 6
            assert "\x1b" not in said
