"""Esc and q are one ladder; what narrows the view says so and how to leave it; answers stand until the next key."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from textual.content import Content
from textual.widgets import Input, Static

from feeds.events import Refresh
from feeds.model import Outcome, Source
from feeds.watches import Action
from tests.tui.host import NOW, source, watch
from tests.tui.test_journeys import Desk, desk
from tui import opener
from tui.commands import BY_ID
from tui.opener import Opened
from tui.screens import summary
from tui.screens.help import HelpScreen
from tui.screens.main import MainScreen
from tui.state import Pane, ViewState
from tui.widgets.query_bar import QueryBar, in_force

KEYS = {"escape": "Esc", "filters": "ctrl+f", "add": "a"}


# ------------------------------------------------------------------ the ladder


@pytest.mark.parametrize("key", ["escape", "q"])
@pytest.mark.parametrize("size", [(160, 40), (90, 30), (50, 20)])
async def test_each_press_is_one_step_back(tmp_path: Path, key: str, size: tuple[int, int]) -> None:
    async with desk(tmp_path, size=size) as app:
        await app.press("S", "j", "enter", "F", *"coast", "enter")
        await app.host.ready(app.pilot)
        await app.press("enter", *(["z"] if size[0] > 70 else []), "question_mark")
        assert isinstance(app.host.app.screen, HelpScreen)
        await app.press(key)
        assert isinstance(app.host.app.screen, MainScreen)
        if size[0] > 70:
            assert app.main.view.zoom
            await app.press(key)
            assert not app.main.view.zoom
        assert app.main.view.pane is Pane.DETAIL
        await app.press(key)
        assert (app.main.view.pane, app.main.view.filter) == (Pane.TIMELINE, "coast")
        await app.press(key)
        assert (app.main.view.filter, app.main.view.source_id) == ("", 1)
        assert "Esc back" in app.rows()[-1] or size[0] < 70
        await app.press(key)
        assert app.main.view.source_id is None
        assert app.host.app.is_running
        assert not app.main.offers(BY_ID["escape"])
        await app.press(key)
        assert app.host.app.is_running is (key == "escape")


async def test_q_leaves_the_query_line_where_the_mouse_has_left_it_open(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("F")
        app.main.timeline.focus()
        await app.pilot.pause()
        await app.press("q")
        assert not app.main.query_one(QueryBar).is_open
        assert app.host.app.is_running


async def test_a_filter_and_a_source_of_the_last_visit_are_seen_and_left(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("S", "j", "enter", "F", *"nosuchword", "enter")
    async with desk(tmp_path, size=(40, 10)) as app:
        assert "Varda" in app.rows()[0]
        assert "nosuchword" in app.rows()[0]
        said = " ".join(app.text.split())
        assert "Nothing of Varda Herald matches the filter “nosuchword”. Esc clears it." in said
        await app.press("escape", "escape")
        await app.until(lambda: len(app.host.shown()) == 60)


# ------------------------------------------------------------------ nothing to show


def failing(number: int, message: str = "The server answered 503; Wirewatch tries again. More words.") -> Source:
    return source(number, outcome=Outcome.FAILED, message=message)


@pytest.mark.parametrize("size", [(200, 50), (80, 24), (40, 10)])
async def test_an_empty_timeline_says_how_many_sources_fail_and_why(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, size=size, entries=0, sources=[failing(1), failing(2), source(3)]) as app:
        timeline = " ".join(strip.text for strip in app.main.timeline._frame)
        assert "2 of 3 sources fail. Varda Herald: The server answered 503." in " ".join(timeline.split())
        app.host.shelves.configured[2] = failing(3)
        app.host.link.sources()
        await app.until(lambda: "All 3 sources" in " ".join(app.text.split()), "the third failure")


@pytest.mark.parametrize(
    ("view", "sources", "hidden", "said"),
    [
        (ViewState(), [], 0, "No sources yet. Press a to add one."),
        (ViewState(), [source(1)], 0, "Nothing yet. What the sources bring appears here."),
        (ViewState(source_id=1), [source(1), source(2)], 0,
         "Nothing of Varda Herald yet. What it brings appears here. Esc goes back to all sources."),
        (ViewState(filter="a"), [source(1)], 9, "Nothing matches the filter “a”. Esc clears it."),
        (ViewState(filter="a"), [failing(1)], 0,
         "Nothing matches the filter “a”. Esc clears it. The last poll failed: The server answered 503."),
        (ViewState(filter="a", filters_on=False), [source(1)], 0, "Nothing yet. What the sources bring appears here."),
        (ViewState(), [source(1)], 7, "All 7 entries are hidden by watches. ctrl+f shows what they hide."),
        (ViewState(), [failing(1)], 0, "Nothing yet. The last poll failed: The server answered 503."),
        (ViewState(source_id=2), [source(1), failing(2, "It is gone.")], 0,
         "Nothing of Radio Nord: Live yet. The last poll failed: It is gone. Esc goes back to all sources."),
    ],
)  # fmt: skip
def test_nothing_to_show_has_a_reason_and_a_remedy(
    view: ViewState, sources: list[Source], hidden: int, said: str
) -> None:
    assert summary.nothing(view, sources, (), hidden, KEYS) == said


async def test_what_only_watches_hide_is_said(tmp_path: Path) -> None:
    watches = [watch("All", "engineers OR bridge OR talks", 1, Action.MUTE)]
    async with desk(tmp_path, entries=4, watches=watches) as app:
        await app.until(lambda: "hidden by watches" in app.text, "the reason")


# ------------------------------------------------------------------ the query line


@pytest.mark.parametrize(
    ("text", "so_far", "before", "expected"),
    [
        ("kyiv", "", "", "kyiv"),
        ("kyiv A", "kyiv", "", "kyiv"),
        ("kyiv AN", "kyiv", "", "kyiv"),
        ("kyiv AND", "kyiv", "", "kyiv"),
        ("kyiv AND (", "kyiv", "", "kyiv"),
        ("kyiv AND (odesa", "kyiv", "", "kyiv"),
        ("kyiv AND (odesa)", "kyiv", "", "kyiv AND (odesa)"),
        ("kyiv N", "kyiv", "", "kyiv"),
        ("kyiv NA", "kyiv", "", "kyiv NA"),
        ("kyiv an", "kyiv", "", "kyiv an"),
        ("O", "", "storm", ""),
        ("(odesa", "kyiv", "storm", "storm"),
        ('kyiv "peace', "kyiv", "storm", "kyiv"),
        ("kyiv AND N", "kyiv", "", "kyiv"),
        ("", "kyiv", "storm", ""),
    ],
)
def test_a_query_is_in_force_as_far_as_it_is_understood(text: str, so_far: str, before: str, expected: str) -> None:
    assert in_force(text, so_far, before) == expected


async def test_a_query_that_is_half_typed_leaves_the_last_whole_one_in_force(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("F")
        await app.type("kyiv AND (")
        await app.host.ready(app.pilot)
        assert app.main.view.filter == "kyiv"
        assert len(app.host.shown()) == 60  # it is in the text of each
        assert app.main.query_bar.waits
        title = app.main.titles[Pane.TIMELINE].render()
        assert isinstance(title, Content)
        at = title.plain.index("kyiv")
        assert any(span.start <= at < span.end and "45%" in str(span.style) for span in title.spans)
        error = str(app.main.query_bar.query_one(".query--error", Static).content)
        assert error == "The query ends at position 11, where a word should follow."
        await app.type("coast)")
        assert app.main.view.filter == "kyiv AND (coast)"
        assert not app.main.query_bar.waits
        await app.press("backspace", "escape")
        assert app.main.titles[Pane.TIMELINE].text.startswith("All sources 60")
        assert app.main.view.filter == ""


async def test_opening_the_query_line_selects_what_is_there(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("F", *"kyiv", "enter")
        await app.press("F", *"grain")
        assert app.main.query_one(Input).value == "grain"
        await app.press("enter", "F", "right", "space", *"x")
        assert app.main.query_one(Input).value == "grain x"


# ------------------------------------------------------------------ answers


async def test_an_answer_stands_until_the_next_key_and_news_for_its_time(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("t")
        await app.type("25:99")
        await app.press("enter")
        assert "“25:99” is no time" in app.notice
        await app.press("t")
        await app.type("2h")
        await app.press("enter")
        assert app.notice == ""
        app.main.status_bar.tell("The disk is full.", problem=True)
        await app.press("j", "G")
        assert app.notice == "The disk is full."


def polled(number: int, ago: float) -> Source:
    return source(number, polled_at=NOW - timedelta(seconds=ago))


@pytest.mark.parametrize(
    ("ages", "polling", "said"),
    [
        ([60], (), "Varda Herald is polled next."),
        ([None], (), "Varda Herald is polled next."),
        ([3], (), "Varda Herald was polled 3 s ago; ask again in 2 s."),
        ([60], (1,), "Varda Herald is being polled."),
        ([60, 90], (), "2 sources are polled next."),
        ([60, 2], (), "1 source is polled next; 1 was polled a moment ago."),
        ([1, 2], (), "All were polled a moment ago; ask again in 4 s."),
        ([60, 60], (1, 2), "All sources are being polled."),
    ],
)
def test_a_poll_that_is_asked_for_is_answered(ages: list[float | None], polling: tuple[int, ...], said: str) -> None:
    sources = [source(at) if ago is None else polled(at, ago) for at, ago in enumerate(ages, 1)]
    assert summary.asked_for(sources, polling, NOW) == said


async def test_r_says_what_comes_of_it(tmp_path: Path) -> None:
    async with desk(tmp_path, sources=[polled(1, 3), polled(2, 3), polled(3, 3)]) as app:
        await app.press("r")
        assert "was polled 3 s ago; ask again in 2 s" in app.notice
        await app.press("R")
        assert app.notice.startswith("All were polled a moment ago")
        await app.until(lambda: app.host.link.sent[-1:] == [Refresh()])


async def test_a_browser_that_fails_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Browser:
        status: int | None = None

        def poll(self) -> int | None:
            return self.status

    browser = Browser()
    outcome = opener.Outcome(Opened.STARTED, ("gio", "open", "x"), browser)
    monkeypatch.setattr(opener, "open_address", lambda address: outcome)
    monkeypatch.setattr("tui.screens.entry_commands._LOOK", 0.01)
    monkeypatch.setattr("tui.screens.entry_commands._LOOKS", 1_000_000)  # a slow machine looks for as long as it takes
    async with desk(tmp_path) as app:
        await app.press("o")
        assert app.notice.startswith("Handed to gio: https://")
        browser.status = 4
        await app.until(lambda: "gio could not open the address. BROWSER" in app.notice, "the failure")


async def test_where_there_is_no_browser_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opener, "open_address", lambda address: opener.Outcome(Opened.NONE))
    async with desk(tmp_path) as app:
        await app.press("o")
        assert "no browser here" in app.notice
        assert "BROWSER" in app.notice


# ------------------------------------------------------------------ sizes


async def test_the_detail_follows_the_cursor_when_there_is_room_for_it_again(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(119, 36)) as app:
        assert app.main.detail.entry is app.main.entry
        await app.pilot.resize_terminal(40, 10)
        await app.press("j", "j")
        await app.pilot.resize_terminal(119, 36)
        await app.pilot.pause()
        assert app.main.detail.entry is app.main.entry
        assert app.main.entry is not None


async def test_the_palette_shows_several_commands_on_a_small_screen(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(40, 10)) as app:
        await app.press("colon")
        await app.until(lambda: "Next entry" in app.text, "the palette")
        await app.until(lambda: _titles(app) >= 3, "three commands")
        assert "source down." in " ".join(app.text.split())


def _titles(app: Desk) -> int:
    return sum(title in app.text for title in ("Next entry", "Previous entry", "Scroll the detail down", "Go to the"))


async def test_no_hour_is_named_of_which_no_entry_can_be_seen(tmp_path: Path) -> None:
    for height in (12, 13, 14, 15, 20, 21):
        async with desk(tmp_path, size=(80, height), entries=90) as app:
            await app.press("z", "G")
            for _ in range(12):
                rows = app.rows()[1:-1]
                heads = [at for at, row in enumerate(rows) if "Fri 13 Feb · " in row]
                assert not any(second - first == 1 for first, second in pairwise(heads))
                await app.press("up", "pageup") if height % 2 else await app.press("up")
