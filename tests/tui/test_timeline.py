"""The timeline in a terminal of tests: keys of the app are not its business, what it draws and says is."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.app import App, ComposeResult
from textual.content import Content
from textual.message import Message
from textual.pilot import Pilot

from tests.tui.shelves import HOSTILE, NOW, Books, entry
from tui import theme
from tui.render import Density, millis
from tui.widgets.cards import Break
from tui.widgets.timeline import Timeline

SIZES = [(200, 50), (80, 24), (40, 10)]


class Host(App[None]):
    """A timeline and nothing else; what it says is kept."""

    def __init__(self, books: Books, **options: object) -> None:
        super().__init__()
        self.books = books
        self.timeline = Timeline(books, **options)  # type: ignore[arg-type]
        self.said: list[Message] = []
        theme.register(self)
        self.theme = "wirewatch"

    def compose(self) -> ComposeResult:
        yield self.timeline

    def on_mount(self) -> None:
        self.timeline.focus()

    def on_timeline_cursor_moved(self, message: Timeline.CursorMoved) -> None:
        self.said.append(message)

    def on_timeline_follow_changed(self, message: Timeline.FollowChanged) -> None:
        self.said.append(message)

    def on_timeline_unseen_changed(self, message: Timeline.UnseenChanged) -> None:
        self.said.append(message)

    def on_timeline_past_oldest(self, message: Timeline.PastOldest) -> None:
        self.said.append(message)

    def on_timeline_opened(self, message: Timeline.Opened) -> None:
        self.said.append(message)


def host(count: int = 100, **options: object) -> Host:
    return Host(Books(entry(number) for number in range(1, count + 1)), **options)


def screen(timeline: Timeline) -> list[str]:
    return [timeline.render_line(y).text for y in range(timeline.size.height)]


def line_of(timeline: Timeline, words: str) -> int:
    return next(y for y, text in enumerate(screen(timeline)) if words in text)


async def shown(app: Host, pilot: Pilot[None]) -> Timeline:
    app.timeline.show(app.books.selection())
    await pilot.pause()
    return app.timeline


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("density", list(Density))
async def test_every_line_fills_the_width(size: tuple[int, int], density: Density) -> None:
    app = Host(
        Books([entry(n, title=[HOSTILE, "東京" * 60, "", "👩‍👩‍👧 ✂️"][n % 4]) for n in range(1, 90)]),
        density=density,
    )
    async with app.run_test(size=size) as pilot:
        timeline = await shown(app, pilot)
        for y in range(timeline.size.height):
            strip = timeline.render_line(y)
            assert strip.cell_length == sum(cell_len(segment.text) for segment in strip) == size[0]
            assert not set(strip.text) & {"\x1b", "\x9b", "\u202e", "\x07"}


@pytest.mark.parametrize("size", SIZES)
async def test_following_begins_at_the_newest_under_its_hour(size: tuple[int, int]) -> None:
    app = host()
    async with app.run_test(size=size) as pilot:
        timeline = await shown(app, pilot)
        lines = screen(timeline)
        assert "13 Feb · " in lines[0]
        assert "Headline 100" in lines[1]
        assert timeline.follow
        assert timeline.cursor_id == 100
        assert lines[1].startswith("▌")


async def test_the_hour_sticks_to_the_top() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        first = screen(timeline)[0]
        timeline.scroll_lines(20)
        assert "13 Feb · " in screen(timeline)[0]
        timeline.scroll_lines(40)
        assert "13 Feb · " in screen(timeline)[0]
        assert screen(timeline)[0] != first


async def test_holding_an_arrival_changes_no_cell() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        timeline.move(5)
        await pilot.pause()
        before = screen(timeline)
        for number in (101, 102):
            app.books.by_id[number] = entry(number)
            timeline.insert([number], [millis(app.books.by_id[number].sort_at)])
        await pilot.pause()
        assert screen(timeline) == before
        assert timeline.unseen == (101, 102)
        assert app.said[-1] == _Like(Timeline.UnseenChanged, ids=(101, 102))
        timeline.to_newest()
        await pilot.pause()
        assert timeline.unseen == ()
        assert "Headline 102" in screen(timeline)[1]


class _Like:
    """Equal to a message of a kind with these fields."""

    def __init__(self, kind: type[Message], **fields: object) -> None:
        self.kind, self.fields = kind, fields

    def __eq__(self, other: object) -> bool:
        return isinstance(other, self.kind) and all(
            getattr(other, name) == value for name, value in self.fields.items()
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{self.kind.__name__}({self.fields})"


async def test_following_takes_the_arrival_and_the_cursor_with_it() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        app.said.clear()
        app.books.by_id[101] = entry(101)
        timeline.insert([101], [millis(entry(101).sort_at)])
        await pilot.pause()
        assert "Headline 101" in screen(timeline)[1]
        assert app.said == [_Like(Timeline.CursorMoved, entry_id=101)]


async def test_an_edit_that_grows_another_entry_leaves_the_cursor_on_its_line() -> None:
    app = host(density=Density.ROOMY)
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        timeline.move(6)
        await pilot.pause()
        y = line_of(timeline, "Headline 94")
        app.books.change(97, title="A much longer headline " * 6, revision=2)
        timeline.refresh_entries([97])
        assert line_of(timeline, "Headline 94") == y
        assert "✎" in "".join(screen(timeline)[:y])


async def test_what_is_withdrawn_is_struck_through_and_marked() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        app.books.change(98, withdrawn_at=NOW)
        timeline.refresh_entries([98])
        strip = timeline.render_line(line_of(timeline, "Headline 98"))
        assert "✖" in strip.text
        assert any(segment.style and segment.style.strike for segment in strip if "Headline 98" in segment.text)


async def test_density_and_resizing_keep_the_entry_under_the_eye_on_its_line() -> None:
    app = host()
    for number in range(1, 101):
        app.books.by_id[number] = entry(number, text="Some text that goes with it. " * 8)
    async with app.run_test(size=(100, 30)) as pilot:
        timeline = await shown(app, pilot)
        timeline.move(12)
        y = line_of(timeline, "Headline 88")
        timeline.set_density(Density.ROOMY)
        assert line_of(timeline, "Headline 88") == y
        await pilot.resize_terminal(70, 28)
        await pilot.pause()
        assert line_of(timeline, "Headline 88") == y
        await pilot.resize_terminal(70, 8)
        await pilot.pause()
        assert timeline.cursor_id in timeline.visible_ids()


async def test_a_filter_keeps_the_entry_or_its_nearest_older_one_on_the_line() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        timeline.move(9)
        y = line_of(timeline, "Headline 91")
        timeline.show(app.books.selection(range(1, 101, 2)))
        assert line_of(timeline, "Headline 91") == y
        timeline.show(app.books.selection(range(2, 101, 2)))
        assert line_of(timeline, "Headline 90") == y
        await pilot.pause()
        assert app.said[-1] == _Like(Timeline.CursorMoved, entry_id=90)
        timeline.show(app.books.selection([]))
        assert timeline.cursor_id is None


async def test_an_empty_view_says_what_it_was_told_to() -> None:
    app = host(0, empty_message=Content("Nothing [here] yet\nPress a"))
    async with app.run_test(size=(40, 10)) as pilot:
        timeline = await shown(app, pilot)
        assert "Nothing [here] yet" in "\n".join(screen(timeline))
        timeline.empty_message = Content("Still nothing")
        assert "Still nothing" in "\n".join(screen(timeline))
        for move in (timeline.move, timeline.page, timeline.hour, timeline.scroll_lines):
            move(1)
        timeline.toggle_follow()
        timeline.to_oldest()
        timeline.open()
        app.books.by_id[1] = entry(1)
        timeline.insert([1], [millis(entry(1).sort_at)])
        assert timeline.cursor_id == 1


async def test_moves_of_the_cursor_redraw_two_lines() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        timeline.move(3)
        before = [timeline.render_line(y) for y in range(24)]
        timeline.move(1)
        after = [timeline.render_line(y) for y in range(24)]
        assert [y for y in range(24) if before[y] is not after[y]] == [4, 5]


async def test_lines_come_from_the_cache_when_they_were_drawn_before() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        for _ in range(3):
            timeline.page(1)
        misses, asked = timeline.cards.misses, len(app.books.asked)
        hits = timeline.cards.hits
        for _ in range(10):
            timeline.page(-1)
            timeline.page(1)
        # Only where the cursor stands may a line be new, and it is so once.
        assert timeline.cards.misses - misses <= 8
        assert timeline.cards.hits - hits > 400
        assert len(app.books.asked) == asked


async def test_a_version_relights_and_only_then() -> None:
    app = host()
    app.books.change(100, title="Talks in Kyiv")
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        lit = [s for s in timeline.render_line(1) if s.text == "Kyiv"]
        assert lit
        assert lit[0].style
        assert lit[0].style.underline
        assert lit[0].style.bold
        app.books.lit_text = lambda text, field: []  # type: ignore[method-assign]
        timeline.relight()
        assert [s for s in timeline.render_line(1) if s.text == "Kyiv"]
        app.books.version += 1
        timeline.relight()
        assert not [s for s in timeline.render_line(1) if s.text == "Kyiv"]


async def test_hits_stay_marked_under_the_cursor_in_the_cursors_colours() -> None:
    app = host()
    app.books.change(99, title="Talks in Kyiv")
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        timeline.move(1)
        strip = timeline.render_line(2)
        lit = next(s for s in strip if s.text == "Kyiv")
        plain = next(s for s in strip if "Talks" in s.text)
        assert lit.style is not None
        assert plain.style is not None
        assert lit.style.underline
        assert not plain.style.underline
        assert (lit.style.color, lit.style.bgcolor) == (plain.style.color, plain.style.bgcolor)


async def test_the_cursor_looks_different_without_the_focus() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        focused = timeline.render_line(1)
        timeline.screen.set_focus(None)
        await pilot.pause()
        assert timeline.render_line(1) is not focused
        assert timeline.render_line(1).text == focused.text


async def test_another_theme_draws_again() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        dark = timeline.render_line(2)
        for name in ("wirewatch-light", "textual-light", "nord", "textual-ansi"):
            if name in app.available_themes:
                app.theme = name
                await pilot.pause()
                assert timeline.render_line(2).text == dark.text
                assert [s.style for s in timeline.render_line(2)] != [s.style for s in dark]


async def test_the_mouse_scrolls_selects_opens_and_drags() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        await pilot.click(offset=(40, 5))
        assert timeline.cursor_id == 96
        assert not any(isinstance(message, Timeline.Opened) for message in app.said)
        await pilot.click(offset=(40, 5))
        assert app.said[-1] == _Like(Timeline.Opened, entry_id=96)
        y = line_of(timeline, "Headline 90")
        timeline.scroll_lines(3)
        assert line_of(timeline, "Headline 90") == y - 3
        assert timeline.cursor_id == 96
        await pilot.mouse_down(offset=(79, 23))
        await pilot.mouse_up(offset=(79, 23))
        assert 1 in timeline.visible_ids()
        assert not timeline.follow
        await pilot.mouse_down(offset=(79, 0))
        await pilot.mouse_up(offset=(79, 0))
        assert timeline.follow


async def test_the_wheel_leaves_the_cursor_on_its_entry() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        for kind, top in [(events.MouseScrollDown, "Headline 97"), (events.MouseScrollUp, "Headline 100")]:
            timeline.post_message(kind(timeline, 5, 5, 0, 0, 0, False, False, False))
            await pilot.pause()
            assert top in screen(timeline)[1]
            assert timeline.cursor_id == 100


async def test_moves_by_hour_time_id_and_wish() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        timeline.hour(1)
        older = timeline.cursor_id
        assert older is not None
        assert timeline.cards.hour(100 - older) != timeline.cards.hour(0)
        assert timeline.cards.hour(100 - older - 1) == timeline.cards.hour(0)
        timeline.hour(-1)
        assert timeline.cursor_id == 100
        assert timeline.reveal(37)
        assert timeline.cursor_id == 37
        assert 37 in timeline.visible_ids()
        assert not timeline.reveal(4_000)
        assert list(timeline.beyond()) == list(range(36, 0, -1))
        assert list(timeline.beyond(delta=-1)) == list(range(38, 101))
        assert timeline.holds(1)
        assert not timeline.holds(4_000)
        timeline.to_time(millis(entry(55).sort_at) + 30_000)
        assert timeline.cursor_id == 55
        timeline.to_oldest()
        assert timeline.cursor_id == 1
        timeline.to_newest()
        assert timeline.cursor_id == 100


async def test_following_and_holding_are_said_once() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        app.said.clear()
        timeline.toggle_follow()
        timeline.move(1)
        timeline.move(1)
        timeline.to_newest()
        await pilot.pause()
        follows = [message.follow for message in app.said if isinstance(message, Timeline.FollowChanged)]
        assert follows == [False, True]


async def test_the_line_where_the_last_visit_ended_is_drawn_once() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        timeline.set_left_mark(millis(entry(95).sort_at))
        lines = screen(timeline)
        y = line_of(timeline, "you left here")
        assert "Headline 96" in lines[y - 1]
        assert "Headline 95" in lines[y + 1]
        assert sum("you left here" in line for line in lines) == 1
        timeline.set_left_mark(None)
        assert not any("you left here" in line for line in screen(timeline))


async def test_a_line_is_drawn_where_entries_may_be_missing() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        timeline.move(8)
        before = [line for line in screen(timeline) if timeline_cursor(line)]
        timeline.set_left_mark(millis(entry(95).sort_at))
        timeline.set_breaks(
            [
                Break(millis(entry(96).sort_at), "may be missing · B"),
                Break(millis(entry(96).sort_at) - 1, "may be missing · A"),
                Break(millis(entry(1).sort_at), "of the oldest"),
            ]
        )
        lines = screen(timeline)
        y = line_of(timeline, "Headline 96")
        assert ["missing · B" in lines[y + 1], "missing · A" in lines[y + 2], "you left" in lines[y + 3]] == [True] * 3
        assert "Headline 95" in lines[y + 4]
        assert [line for line in lines if timeline_cursor(line)] == before
        timeline.set_breaks([])
        assert not any("missing" in line for line in screen(timeline))


def timeline_cursor(line: str) -> bool:
    return line.startswith("▌")


@pytest.mark.parametrize(
    "go",
    [
        lambda timeline: timeline.move(1),
        lambda timeline: timeline.page(1),
        lambda timeline: timeline.to_oldest(),
        lambda timeline: timeline.hour(1),
        lambda timeline: timeline.scroll_lines(3),
    ],
)
@pytest.mark.parametrize("count", [3, 100])
async def test_going_on_below_the_oldest_entry_is_said(go: Callable[[Timeline], None], count: int) -> None:
    app = host(count)
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        timeline.to_oldest()
        timeline.move(-1)
        timeline.move(1)
        timeline.scroll_lines(-2)
        await pilot.pause()
        assert not any(isinstance(each, Timeline.PastOldest) for each in app.said)
        timeline.to_oldest()
        timeline.scroll_lines(50)
        app.said.clear()
        go(timeline)
        await pilot.pause()
        assert [each for each in app.said if isinstance(each, Timeline.PastOldest)]


async def test_an_empty_timeline_has_nothing_to_go_below() -> None:
    app = host(0)
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        timeline.move(1)
        timeline.page(1)
        await pilot.pause()
        assert not any(isinstance(each, Timeline.PastOldest) for each in app.said)


async def test_entries_the_store_no_longer_has_leave_a_line_and_no_error() -> None:
    app = host()
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        del app.books.by_id[97]
        timeline.refresh_entries([97])
        assert not any("Headline 97" in line for line in screen(timeline))
        timeline.remove_entries([97])
        assert "Headline 98" in screen(timeline)[3]
        assert "Headline 96" in screen(timeline)[4]


async def test_data_may_come_before_the_first_layout() -> None:
    app = host()
    app.timeline.show(app.books.selection())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Headline 100" in screen(app.timeline)[1]


async def test_the_smallest_screens_raise_nothing() -> None:
    app = host(density=Density.ROOMY)
    async with app.run_test(size=(40, 10)) as pilot:
        timeline = await shown(app, pilot)
        timeline.move(3)
        for width, height in [(1, 1), (2, 3), (7, 2), (300, 100), (14, 5), (40, 10)]:
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            timeline.page(1)
            timeline.page(-1)
            assert all(timeline.render_line(y).cell_length == width for y in range(timeline.size.height))


ACTIONS: dict[str, Callable[[Host, int], object]] = {
    "move": lambda app, n: app.timeline.move(n - 5),
    "page": lambda app, n: app.timeline.page(n % 3 - 1),
    "wheel": lambda app, n: app.timeline.scroll_lines(n - 5),
    "hour": lambda app, n: app.timeline.hour(n % 3 - 1),
    "follow": lambda app, n: app.timeline.toggle_follow(),
    "drag": lambda app, n: app.timeline.scroll_share(n / 10),
    "density": lambda app, n: app.timeline.set_density(list(Density)[n % 2]),
    "arrive": lambda app, n: _arrive(app),
    "edit": lambda app, n: _edit(app, n),
    "leave": lambda app, n: app.timeline.remove_entries([n * 3]),
    "filter": lambda app, n: app.timeline.show(app.books.selection(e for e in app.books.by_id if e % (n % 3 + 1) == 0)),
}


def _arrive(app: Host) -> None:
    number = max(app.books.by_id) + 1
    app.books.by_id[number] = entry(number)
    app.timeline.insert([number], [millis(entry(number).sort_at)])


def _edit(app: Host, n: int) -> None:
    number = max(app.books.by_id) - n
    app.books.change(number, title=f"Headline {number} again " * n, revision=app.books.by_id[number].revision + 1)
    app.timeline.refresh_entries([number])


@settings(deadline=None, max_examples=12)
@given(st.lists(st.tuples(st.sampled_from(sorted(ACTIONS)), st.integers(0, 10)), max_size=40))
async def test_any_order_of_events_draws_what_a_new_timeline_would(steps: list[tuple[str, int]]) -> None:
    app = host(60)
    async with app.run_test(size=(60, 14)) as pilot:
        timeline = await shown(app, pilot)
        for action, number in steps:
            ACTIONS[action](app, number)
            await pilot.pause()
            # What Textual kept of the lines it drew is what the frame says now: no change went unsaid.
            assert [strip.text for strip in timeline.render_lines(timeline.size.region)] == screen(timeline)
            assert len(screen(timeline)) == 14
        kept = screen(timeline)
        timeline.cards.forget(list(app.books.by_id))
        timeline.relight()
        assert screen(timeline) == kept


def test_the_timeline_binds_no_keys() -> None:
    assert not [binding for binding in Timeline.BINDINGS if binding]


@pytest.mark.parametrize("no_color", [False, True])
async def test_unread_and_cursor_are_told_apart_without_colour(no_color: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if no_color:
        monkeypatch.setitem(os.environ, "NO_COLOR", "1")
    app = host(empty_message=Content("Nothing"))
    app.books.change(99, read=True)
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = await shown(app, pilot)
        timeline.move(3)
        unread, read, cursor = (timeline.render_line(y) for y in (1, 2, 4))
        bold = [any(s.style and s.style.bold for s in strip if "Headline" in s.text) for strip in (unread, read)]
        assert bold == [True, False]
        assert ("●" in unread.text, "●" in read.text) == (True, False)
        assert cursor.text.startswith("▌")
