"""Whole journeys through the app, by keys, on a store in memory and a scripted engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace as with_options
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from feeds.config import Settings
from feeds.errors import ConfigError
from feeds.events import (
    AddSource,
    KeepSources,
    LookBack,
    Mark,
    OlderRead,
    PollFinished,
    PollStarted,
    Problem,
    Refresh,
    SourcesChanged,
)
from feeds.model import ChangeKind, Gap, Outcome
from feeds.watches import Action
from tests.tui.host import HOSTILE, NOW, Host, entry, source, watch
from tui import view_file
from tui.command import Scope
from tui.commands import COMMANDS
from tui.screens.help import HelpScreen
from tui.screens.main import MainScreen
from tui.screens.prompt import Prompt
from tui.screens.revisions import RevisionsScreen
from tui.screens.welcome import WelcomeScreen
from tui.state import Pane
from tui.widgets.query_bar import QueryBar


class Desk:
    """A running app."""

    def __init__(self, host: Host, pilot: Pilot[None]) -> None:
        self.host = host
        self.pilot = pilot

    @property
    def main(self) -> MainScreen:
        return self.host.main

    @property
    def cursor(self) -> int | None:
        return self.main.timeline.cursor_id

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, done: Callable[[], object], what: str = "it") -> None:
        await self.host.settle(self.pilot, lambda: bool(done()), what)

    async def type(self, text: str) -> None:
        names = {" ": "space", "(": "left_parenthesis", ":": "colon", ".": "full_stop", "/": "slash"}
        await self.press(*(names.get(char, char) for char in text))

    async def arrive(self, *numbers: int, **fields: object) -> None:
        """Let new entries come, and wait until they are in the view."""
        self.host.shelves.add(*(entry(number, **fields) for number in numbers))
        self.host.link.news()
        await self.until(lambda: set(numbers) <= set(self.host.shown()), "the arrival")

    def rows(self) -> list[str]:
        """The lines of the screen."""
        return ["".join(part.text for part in strip) for strip in self.host.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.rows())

    def line_of(self, entry_id: int | None) -> int:
        """The line of the timeline an entry begins at."""
        assert entry_id is not None
        lines = self.main.timeline._reading.view.first_lines()
        row = self.main.timeline.cards.rows.find(entry_id, self.main.timeline.cards.key(entry_id))
        assert row is not None
        return lines[row]

    @property
    def notice(self) -> str:
        return self.main.status_bar.notice


@asynccontextmanager
async def desk(folder: Path, size: tuple[int, int] = (120, 36), **options: object) -> AsyncIterator[Desk]:
    host = Host(folder, **options)
    async with host.app.run_test(size=size) as pilot:
        running = Desk(host, pilot)
        if isinstance(host.app.screen, MainScreen):
            await host.ready(pilot)
        yield running
    fault = host.app.fault
    await host.close()
    assert fault is None


WATCHES = (watch("Kyiv", "kyiv", 1), watch("Storm", "storm", 2, Action.MUTE, color="cyan"))


# ------------------------------------------------------------------ the place


async def test_arrivals_while_holding_move_nothing_and_are_counted(tmp_path: Path) -> None:
    async with desk(tmp_path, watches=WATCHES[:1]) as app:
        await app.press(*"jjjj")
        cursor, line, rows = app.cursor, app.line_of(app.cursor), app.main.timeline.visible_ids()
        await app.arrive(100, 101, 102)
        assert (app.cursor, app.line_of(app.cursor), app.main.timeline.visible_ids()) == (cursor, line, rows)
        assert not app.main.timeline.follow
        status = app.main.status_bar.status
        assert status.new == 3
        assert dict(status.new_watches) == {"Kyiv": 3}  # its word is in the text of each
        assert "↑ 3 new, 3 Kyiv" in app.rows()[-1]
        await app.press("g")
        assert app.cursor == 102
        assert app.main.timeline.follow
        assert app.main.status_bar.status.new == 0


async def test_following_shows_the_newest_at_the_top(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        assert app.main.timeline.follow
        await app.arrive(100)
        assert app.cursor == 100
        assert app.main.timeline.visible_ids()[0] == 100
        await app.press("p")
        await app.arrive(101)
        assert app.cursor == 100
        await app.press("p")
        assert app.main.timeline.visible_ids()[0] == 101


async def test_a_resize_keeps_the_entry_and_its_row(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(200, 50), entries=200) as app:
        await app.press(*"jjjjj")
        cursor, line = app.cursor, app.line_of(app.cursor)
        for size in ((80, 24), (40, 10), (200, 50)):
            await app.pilot.resize_terminal(*size)
            await app.pilot.pause()
            assert app.cursor == cursor
            assert cursor in app.main.timeline.visible_ids()
        assert app.line_of(cursor) == line


async def test_an_edit_is_drawn_where_the_entry_is(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("j", "j")
        cursor, line = app.cursor, app.line_of(app.cursor)
        assert cursor is not None
        app.host.shelves.edit(cursor, title="Corrected headline")
        app.host.link.news()
        await app.until(lambda: "Corrected headline" in app.text, "the edit")
        assert (app.cursor, app.line_of(cursor)) == (cursor, line)
        assert "edited 1×" in app.text


async def test_the_view_of_the_last_visit_comes_back(tmp_path: Path) -> None:
    async with desk(tmp_path, entries=200, watches=WATCHES) as app:
        await app.press("d", "T", "1", *"jjjjjjj")
        cursor = app.cursor
    async with desk(tmp_path, entries=200, watches=WATCHES) as app:
        await app.until(lambda: app.cursor == cursor, "the cursor")
        assert app.host.app.theme == "wirewatch-light"
        assert app.main.view.watches_off == ("Kyiv",)
        assert app.main.timeline.density == "roomy"
        await app.arrive(500)
        assert app.cursor == cursor
        await app.press("g")
        await app.until(lambda: "you left here" in app.text, "the line of the last visit")


# ------------------------------------------------------------------ filters and watches


async def test_a_filter_narrows_as_it_is_typed_and_keeps_the_place(tmp_path: Path) -> None:
    async with desk(tmp_path, entries=70) as app:
        await app.press(*"jjjj")
        await app.press("F")
        await app.type("storm")
        await app.host.ready(app.pilot)
        assert app.host.shown()
        assert len(app.host.shown()) == 10
        assert app.main.status_bar.status.hidden == 60 or await _hidden(app, 60)
        await app.press("enter")
        assert app.main.view.filter == "storm"
        assert "60 hidden" in app.rows()[-1]
        await app.press("ctrl+f")
        await app.until(lambda: len(app.host.shown()) == 70, "all entries")
        assert "filters off" in app.rows()[-1]
        await app.press("F", *["backspace"] * 5, "escape")
        await app.until(lambda: not app.main.view.filter)


async def _hidden(app: Desk, count: int) -> bool:
    await app.until(lambda: app.main.status_bar.status.hidden == count, "the count of what is hidden")
    return True


async def test_a_broken_query_says_where_and_leaves_the_list(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("F")
        await app.type("kyiv (")
        before = app.host.shown()
        bar = app.main.query_one(QueryBar)
        assert bar.has_class("-wrong")
        assert "at position 7" in str(bar.query_one(".query--error", Static).content)
        assert app.main.view.filter == "kyiv"
        await app.press("enter")
        assert bar.is_open
        assert app.host.shown() == before
        await app.press("escape")
        assert not bar.is_open
        assert app.main.view.filter == ""


async def test_a_watch_switches_and_the_place_stays(tmp_path: Path) -> None:
    async with desk(tmp_path, entries=140, watches=WATCHES) as app:
        assert not any(number % 7 == 1 for number in app.host.shown())  # muted: those with “Storm”
        assert await _hidden(app, 20)
        await app.press(*"jjjj")
        cursor, line = app.cursor, app.line_of(app.cursor)
        await app.press("2")
        await app.until(lambda: len(app.host.shown()) == 140, "the muted entries")
        assert (app.cursor, app.line_of(cursor)) == (cursor, line)
        await app.press("2")
        await app.until(lambda: len(app.host.shown()) == 120, "the view without them")
        assert (app.cursor, app.line_of(cursor)) == (cursor, line)
        await app.press("1")
        assert "1 Kyiv –" in app.rows()[-1]
        await app.press("9")
        assert "No watch has the key 9" in app.notice


async def test_arrivals_that_are_muted_are_counted_as_hidden(tmp_path: Path) -> None:
    async with desk(tmp_path, entries=14, watches=WATCHES) as app:
        await _hidden(app, 2)
        app.host.shelves.add(entry(99, title="Storm at sea"))
        app.host.link.news()
        await _hidden(app, 3)
        assert 99 not in app.host.shown()


async def test_an_alert_rings_and_is_said(tmp_path: Path) -> None:
    async with desk(tmp_path, watches=[watch("Siren", "siren", 3, Action.HIGHLIGHT, Action.ALERT)]) as app:
        rung = []
        app.host.app.bell = lambda: rung.append(1)  # type: ignore[method-assign]
        await app.arrive(100, title="An old siren", text="A siren was heard")  # hours ago
        await app.arrive(199, title="Sirens", text="A siren is heard")
        await app.until(lambda: "Siren: Sirens" in app.notice, "the alert")
        assert rung == [1]


async def test_one_source_is_shown_and_all_again(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("S", "j", "j")
        await app.host.ready(app.pilot)
        assert {app.host.shelves.by_id[each].source_id for each in app.host.shown()} == {2}
        await app.press("enter")
        assert app.main.view.pane is Pane.TIMELINE
        await app.press("S", "g")
        await app.host.ready(app.pilot)
        assert len(app.host.shown()) == 60


# ------------------------------------------------------------------ marks


async def test_marks_are_set_and_taken_back(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        link, cursor = app.host.link, app.cursor
        assert cursor is not None

        def is_read() -> bool:
            return app.host.shelves.by_id[cursor].read

        await app.press("m")
        await app.until(is_read)
        await app.press("s")
        await app.until(lambda: app.host.shelves.by_id[cursor].starred)
        await app.until(lambda: "★" in app.rows()[2], "the star on the row")
        await app.press("A")
        await app.until(lambda: all(each.read for each in app.host.shelves.by_id.values()))
        await app.until(lambda: all(app.main.timeline.entry(each).read for each in app.host.shown()), "the drawing")
        await app.press("u")
        await app.until(lambda: not app.host.shelves.by_id[1].read, "the undoing")
        assert is_read()  # it was before A
        await app.press("u")
        await app.until(lambda: not app.host.shelves.by_id[cursor].starred)
        assert link.sent[0] == Mark((cursor,), read=True)


async def test_opening_marks_as_read_and_moving_on_quickly_does_not(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        first = app.cursor
        assert first is not None
        await app.press("j", "k", "j")
        assert app.host.link.sent == []
        await app.press("enter")
        await app.until(lambda: app.host.link.sent == [Mark((first - 1,), read=True)])
        assert app.main.view.pane is Pane.DETAIL


async def test_space_reads_on_to_the_next_unread_entry(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        first = app.cursor
        assert first is not None
        app.host.shelves.by_id[first - 1] = replace(app.host.shelves.by_id[first - 1], read=True)
        await app.press("space")
        await app.until(lambda: app.cursor == first - 2)


async def test_next_match_goes_to_what_is_lit(tmp_path: Path) -> None:
    async with desk(tmp_path, watches=[watch("Harbour", "harbour", 1)]) as app:
        matches = [number for number in range(60, 0, -1) if number % 7 == 2]
        await app.press("n")
        await app.until(lambda: app.cursor == matches[0])
        await app.press("n")
        await app.until(lambda: app.cursor == matches[1])
        await app.press("N")
        await app.until(lambda: app.cursor == matches[0])
        await app.press("1", "n")
        await app.until(lambda: app.cursor == matches[0] - 1)  # no watch is on: the next unread one


# ------------------------------------------------------------------ panes and screens


@pytest.mark.parametrize(("size", "panes"), [((160, 40), 3), ((90, 30), 2), ((60, 20), 1), ((40, 10), 1), ((20, 4), 1)])
async def test_every_size_shows_the_panes_it_has_room_for(tmp_path: Path, size: tuple[int, int], panes: int) -> None:
    async with desk(tmp_path, size=size) as app:
        assert sum(app.main.shows(pane) for pane in Pane) == panes
        for key in ("tab", "tab", "tab", "shift+tab", "z", "z", "S", "escape", "enter", "escape", "J", "G", "g"):
            await app.press(key)
            assert app.main.shows(app.main.view.pane)
            assert len(app.rows()) == size[1]


async def test_zoom_gives_a_pane_the_screen_and_takes_it_back(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("enter", "z")
        assert [pane for pane in Pane if app.main.shows(pane)] == [Pane.DETAIL]
        await app.press("q")
        assert all(app.main.shows(pane) for pane in Pane)
        assert app.host.app.is_running


async def test_a_focus_that_has_moved_on_is_not_followed(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        laid_out: list[Pane] = []
        lay_out = app.main.lay_out

        def count() -> None:
            laid_out.append(app.main.view.pane)
            lay_out()

        app.main.lay_out = count  # type: ignore[method-assign]
        app.main.sources.focus()
        app.main.timeline.focus()
        app.main.detail.focus()
        for _ in range(10):
            await app.pilot.pause()
        assert app.main.view.pane is Pane.DETAIL
        assert laid_out == [Pane.DETAIL]
        await app.pilot.click(app.main.timeline, offset=(20, 5))
        assert app.main.view.pane is Pane.TIMELINE


async def test_escape_goes_back_to_the_timeline_and_q_leaves_from_there(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(60, 20)) as app:
        await app.press("enter")
        await app.press("escape")
        assert app.main.view.pane is Pane.TIMELINE
        await app.press("escape")
        assert app.host.app.is_running
        await app.press("enter")
        await app.press("q")
        assert app.main.view.pane is Pane.TIMELINE
        await app.press("q")
        assert not app.host.app.is_running


async def test_control_c_leaves_at_once_even_from_a_question(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("a")
        await app.press("ctrl+c")
        assert not app.host.app.is_running


async def test_the_help_lists_every_key_and_every_sign(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(120, 190)) as app:
        await app.press("question_mark")
        assert isinstance(app.host.app.screen, HelpScreen)
        text = app.text
        scopes = (Scope.MAIN, Scope.EVERYWHERE, Scope.REVISIONS, Scope.CHOICE)
        for command in COMMANDS:
            if command.scope in scopes and command.argument is None:
                assert command.title in text, command.id
        numbered = ("Switch a watch", "Take by number")
        for words in (*numbered, "withdrawn by its source", "the last poll failed", '"peace talks"'):
            assert words in text
        await app.press("question_mark")
        assert isinstance(app.host.app.screen, MainScreen)


async def test_the_palette_lists_every_command_that_makes_sense(tmp_path: Path) -> None:
    async with desk(tmp_path, watches=WATCHES) as app:
        app.host.shelves.edit(60, title="Edited")
        app.host.link.news()
        await app.until(lambda: "Edited" in app.text)
        offered = [command for command in COMMANDS if app.main.offers(command)]
        await app.press("colon")
        assert isinstance(app.host.app.screen, CommandPalette)
        options = app.host.app.screen.query_one(OptionList)
        await app.until(lambda: options.option_count > len(app.host.app.available_themes) + 30, "the palette")
        shown = {str(options.get_option_at_index(at).prompt).split("\n")[0] for at in range(options.option_count)}
        for command in offered:
            if command.scope in (Scope.MAIN, Scope.EVERYWHERE) and command.id != "palette":
                assert app.main.title_of(command) in shown, command.id
        assert "Switch the watch Kyiv" in shown
        assert "Source: Varda Herald" in shown
        assert "Theme: wirewatch-light" in shown
        await app.type("change the theme")
        await app.until(lambda: options.option_count == 1, "the search")
        await app.press("enter")
        await app.until(lambda: app.host.app.theme == "wirewatch-light", "the theme")


async def test_revisions_show_what_was_changed_word_by_word(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        for title in ("First correction", "Second correction"):
            app.host.shelves.edit(60, title=title)
        app.host.link.news()
        await app.until(lambda: "edited 2×" in app.text)
        await app.press("e")
        assert isinstance(app.host.app.screen, RevisionsScreen)
        await app.until(lambda: "2 → 3 of 3" in app.text, "the comparison")
        assert "First" in app.text
        assert "Second" in app.text
        await app.press("left")
        await app.until(lambda: "1 → 2 of 3" in app.text, "the older change")
        await app.press("escape")
        assert isinstance(app.host.app.screen, MainScreen)
        await app.press("j", "e")
        assert app.notice == "This entry was never changed."


async def test_a_time_is_gone_to(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("t")
        assert isinstance(app.host.app.screen, Prompt)
        await app.type("09:00")
        await app.press("enter")
        assert app.cursor == 35  # 14:30 less 400 minutes, and two minutes an entry
        await app.press("t")
        await app.type("soon")
        await app.press("enter")
        assert "“soon” is no time" in app.notice


async def test_hours_are_jumped_over(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("}")
        assert app.cursor == 34  # the newest is of 09:50, and every two minutes there is one
        await app.press("{")
        assert app.cursor == 60


# ------------------------------------------------------------------ sources and the engine


async def test_going_on_below_the_oldest_entry_fetches_what_came_before(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        app.host.shelves.configured[:] = [replace(each, older={"page": 2}) for each in app.host.shelves.configured]
        app.host.link.say(SourcesChanged((1,)))
        await app.until(lambda: app.main.session.sources[0].older, "the sources")
        await app.press("G")
        assert not [each for each in app.host.link.sent if isinstance(each, LookBack)]
        cursor, line = app.cursor, app.line_of(app.cursor)
        await app.press("j")
        (asked,) = [each for each in app.host.link.sent if isinstance(each, LookBack)]
        assert set(asked.source_ids) == {1, 2, 3}
        assert "Fetching older entries of 3 sources." in app.text
        await app.press("j", "O")
        assert len([each for each in app.host.link.sent if isinstance(each, LookBack)]) == 1
        app.host.shelves.add(entry(0), entry(-1), kind=ChangeKind.OLDER)
        app.host.link.news()
        for number in asked.source_ids:
            app.host.link.say(OlderRead(number, 1 if number < 3 else 0, more=True))
        await app.until(lambda: {0, -1} <= set(app.host.shown()), "the older entries")
        await app.until(lambda: "2 older entries." in app.text, "the answer")
        assert (app.cursor, app.line_of(app.cursor)) == (cursor, line)
        await app.press("j")
        assert app.cursor == 0
        assert not app.main.timeline.unseen


async def test_where_there_are_no_older_entries_that_is_said(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("G", "G")
        assert "There are no older entries to be had." in app.text
        assert not [each for each in app.host.link.sent if isinstance(each, LookBack)]


async def test_a_gap_is_drawn_where_entries_may_be_missing(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        newest = max(app.host.shown())
        gap = Gap(1, entry(newest - 3).sort_at, entry(newest - 2).sort_at)
        app.host.shelves.gaps = [gap]
        app.host.link.say(SourcesChanged((1,)))
        await app.until(lambda: "entries may be missing · Varda Herald" in app.text, "the gap")
        await app.press("S", "j", "j", "enter")
        await app.until(lambda: "entries may be missing" not in app.text, "another source")


async def test_sources_that_begin_to_fail_while_they_are_hidden_are_all_shown(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(40, 10)) as app:
        await app.press("S", "G", "k", "escape")
        failed = [source(number, outcome=Outcome.FAILED, message="It is gone.") for number in (1, 2, 3)]
        app.host.shelves.configured = failed
        app.host.link.say(SourcesChanged(()))
        await app.until(lambda: [each.health.outcome for each in app.host.session.sources] == [Outcome.FAILED] * 3)
        await app.press("S")
        assert "All sources" in app.text
        assert app.text.count("It is gone.") >= 3


async def test_the_failure_of_a_source_is_in_its_row(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        sentence = "The server answered 503; Wirewatch will try again."
        app.host.shelves.configured[1] = source(2, outcome=Outcome.FAILED, message=sentence)
        app.host.link.sources()
        await app.until(lambda: "1 failing" in app.text, "the failure")
        assert "The server answered" in app.text
        assert app.notice == ""
        await app.press("S", "j", "j")
        assert "The server answered 503" in app.rows()[-1]


async def test_polls_in_flight_are_shown(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        app.host.link.say(PollStarted(1))
        app.host.link.say(PollStarted(2))
        await app.until(lambda: "⟳ 2" in app.rows()[-1])
        assert app.text.count("polling…") == 2
        app.host.link.say(PollFinished(1, Outcome.UNCHANGED))
        await app.until(lambda: "⟳ 1" in app.rows()[-1])


async def test_sources_are_polled_added_and_kept_by_keys(tmp_path: Path) -> None:
    async with desk(tmp_path, visit_only=True) as app:
        await app.press("r", "R", "plus", "a")
        await app.type("example.org/live")
        await app.press("enter")
        await app.until(lambda: len(app.host.link.sent) == 4)
        refresh, refresh_all, keep, add = app.host.link.sent
        assert refresh == Refresh((app.host.shelves.by_id[60].source_id,))
        assert (refresh_all, keep) == (Refresh(), KeepSources())
        assert isinstance(add, AddSource)
        assert add.spec.url == "https://example.org/live"
        await app.press("a")
        await app.type("no address")
        await app.press("enter")
        assert app.notice.startswith("That is no address")


async def test_an_engine_that_ends_is_said_and_reading_goes_on(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        app.host.link.say(Problem("The disk is full."))
        await app.until(lambda: app.notice == "The disk is full.")
        app.host.link.end()
        await app.until(lambda: "engine ended" in app.notice)
        await app.press("j", "enter")
        assert app.main.view.pane is Pane.DETAIL


async def test_a_second_instance_only_reads(tmp_path: Path) -> None:
    async with desk(tmp_path, writing=False) as app:
        await app.until(lambda: not app.host.session.writing)
        await app.until(lambda: "read only" in app.rows()[-1])
        await app.press("u", "m", "s", "A")
        assert app.host.link.sent == []
        assert "only reads" in app.notice
        app.host.shelves.add(entry(100))  # the other one's doing: nothing says so
        await app.until(lambda: 100 in app.host.shown(), "the other's news")


async def test_a_source_that_goes_away_leaves_the_view_of_all(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("S", "j", "enter")
        assert app.main.view.source_id == 1
        del app.host.shelves.configured[0]
        app.host.link.sources()
        await app.until(lambda: app.main.view.source_id is None)
        await app.until(lambda: app.host.shown() == app.host.wanted())


async def test_the_help_is_searched_by_words_and_by_key(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("question_mark", "slash")
        await app.type("mark read")
        await app.until(lambda: "Star" not in app.text, "the search")
        assert "Mark read or unread" in app.text
        assert "Mark all read" in app.text
        assert "Newer hour" not in app.text
        await app.press("escape")
        await app.until(lambda: "Next entry" in app.text, "all of it")
        await app.press("slash")
        await app.type("ctrl+z")
        await app.until(lambda: "Suspend" in app.text and "Next entry" not in app.text, "the key")
        await app.press("enter", "slash")
        await app.type("?!?")
        await app.until(lambda: "Nothing is called so." in app.text, "nothing")
        await app.press("escape", "escape")
        assert isinstance(app.host.app.screen, MainScreen)


# ------------------------------------------------------------------ the first screen, and none at all


async def test_the_first_screen_offers_ways_on(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(80, 24), sources=[], entries=0) as app:
        assert isinstance(app.host.app.screen, WelcomeScreen)
        for words in ("W I R E W A T C H", "add a source", "import a list", "help", "quit"):
            assert words in app.text
        assert "demo" not in app.text  # there is none to go to here
        await app.press("question_mark")
        assert isinstance(app.host.app.screen, HelpScreen)
        await app.press("escape", "a")
        await app.type("example.org")
        await app.press("enter")
        await app.until(lambda: app.host.link.sent)
        app.host.shelves.configured.append(source(1))
        app.host.link.sources()
        await app.until(lambda: isinstance(app.host.app.screen, MainScreen), "the main screen")
        await app.arrive(70, source_id=1)


async def test_the_first_screen_goes_to_the_demo(tmp_path: Path) -> None:
    demo = Host(tmp_path)
    host = Host(tmp_path, sources=[], entries=0)
    host.session.options = with_options(host.options, demo_factory=lambda: demo.options)
    async with host.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert any("see the demo" in line for line in Desk(host, pilot).rows())
        await pilot.press("d")
        await host.settle(pilot, lambda: isinstance(host.app.screen, MainScreen), "the demo")
        assert host.link.closed
        demo.link.say(Problem("The story has begun."))
        await host.settle(pilot, lambda: "The story has begun." in Desk(host, pilot).rows()[-1], "its engine")
    await host.close()
    assert host.app.fault is None


async def test_a_broken_configuration_is_said_on_the_first_screen(tmp_path: Path) -> None:
    problem = ConfigError("The configuration is not valid TOML.", file=tmp_path / "config.toml", line=3)
    async with desk(tmp_path, sources=[], entries=0, settings=Settings(problems=(problem, problem))) as app:
        await app.until(lambda: "not valid TOML" in app.text)
        assert "2 problems, see “wirewatch config check”. config.toml:3:" in " ".join(app.text.split())


async def test_a_theme_there_is_not_is_said(tmp_path: Path) -> None:
    async with desk(tmp_path, settings=Settings(theme="wirewatch-drak")) as app:
        await app.until(lambda: app.notice == "There is no theme “wirewatch-drak”; did you mean “wirewatch”?")


async def test_nothing_yet_is_said(tmp_path: Path) -> None:
    async with desk(tmp_path, entries=0) as app:
        assert "Nothing yet" in app.text
        app.host.link.say(PollStarted(1))
        await app.until(lambda: "Polling 1 source." in app.text)
        await app.press("F")
        await app.type("storm")
        await app.press("enter")
        await app.until(lambda: "Nothing matches the filter" in app.text)
        for command in COMMANDS:
            if command.scope is Scope.MAIN and command.id not in ("back", "add", "import", "time", "filter"):
                await app.main.run_action(command.action)
                await app.pilot.pause()
        assert app.host.app.is_running


async def test_foreign_text_is_just_text_everywhere(tmp_path: Path) -> None:
    hostile = source(1, HOSTILE)
    watches = [watch(HOSTILE[:20], "red", 1, Action.HIGHLIGHT, Action.ALERT)]
    async with desk(tmp_path, sources=[hostile, source(2, HOSTILE, outcome=Outcome.FAILED, message=HOSTILE)],
                    watches=watches) as app:  # fmt: skip
        await app.arrive(100, title=HOSTILE, text=HOSTILE, source_id=1)
        app.host.shelves.edit(100, title=HOSTILE + " again")
        app.host.link.news()
        app.host.link.say(Problem(HOSTILE))
        await app.until(lambda: "again" in app.text)
        for keys in (["enter"], ["escape", "e"], ["escape", "S", "j", "j"], ["colon"], ["escape", "question_mark"]):
            await app.press(*keys)
            await app.pilot.pause(0.05)
            assert all(char.isprintable() for row in app.rows() for char in row)
        assert app.host.app.is_running


async def test_the_view_is_saved_at_the_end(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("j", "j")
        held = app.cursor
    view = view_file.load(tmp_path, ["wirewatch"])
    assert view.cursor == held
    assert view.left_at == int((NOW.timestamp() - 280 * 60) * 1000)


async def test_a_mistake_in_the_program_ends_it_without_textuals_page(tmp_path: Path) -> None:
    host = Host(tmp_path)

    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret-value")

    async def journey() -> None:
        async with host.app.run_test() as pilot:
            await host.ready(pilot)
            host.main.timeline.move = fail  # type: ignore[method-assign]
            await pilot.press("j")

    with pytest.raises(ZeroDivisionError):
        await journey()
    assert isinstance(host.app.fault, ZeroDivisionError)
    await host.close()
    assert host.link.closed
    assert not (tmp_path / "view.json").exists()
