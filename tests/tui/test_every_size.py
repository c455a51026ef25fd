"""Keys that come before a screen is there, or where there is no room for it, are harmless on every screen."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from feeds.events import Candidate, SourcesFound
from tests.tui.test_journeys import desk
from tui.screens.choice import ChoiceScreen
from tui.screens.help import HelpScreen
from tui.screens.revisions import RevisionsScreen

SIZES = [(40, 10), (10, 3), (5, 5), (1, 1)]
MOVES = ("j", "k", "down", "up", "pagedown", "pageup", "left", "right", "home", "end")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_keys_right_after_a_screen_was_asked_for_do_no_harm(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, size=size) as app:
        app.host.shelves.edit(60, title="Edited")
        app.host.link.news()
        await app.until(lambda: app.main.entry is not None and app.main.entry.revision == 2)
        for keys in (["question_mark"], ["e"], ["colon"], ["colon", "s"], ["a"], ["I"], ["t"], ["F"]):
            for key in (*keys, *MOVES):
                app.host.app.simulate_key(key)
            await app.press("pagedown", "pageup", *["escape"] * 3)
        assert (app.host.app.fault, app.host.app.return_code, app.host.app.is_running) == (None, None, True)


@pytest.mark.parametrize("size", [(5, 5), (1, 1)], ids=str)
async def test_a_screen_that_shrinks_takes_keys_and_grows_again(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path) as app:
        app.host.shelves.edit(60, title="Edited")
        app.host.link.news()
        await app.until(lambda: "Edited" in app.text)
        for key in ("question_mark", "e", "colon", "a", "I", "t", "F"):
            await app.press(key)
            screen = app.host.app.screen
            await app.pilot.resize_terminal(*size)
            await app.press("down", "pagedown", "pageup", "right")
            await app.pilot.resize_terminal(120, 36)
            await app.press("pagedown", "pageup")
            assert app.host.app.screen is screen
            await app.press("escape", "escape")


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("begun", [True, False], ids=["main", "welcome"])
async def test_the_question_which_sources_takes_keys_at_every_size(
    tmp_path: Path, size: tuple[int, int], begun: bool
) -> None:
    found = SourcesFound("https://a.example", tuple(Candidate(f"https://a.example/{at}", "Paper") for at in range(12)))
    async with desk(tmp_path, size=size, **({} if begun else {"sources": [], "entries": 0})) as app:
        app.host.link.say(found)
        await app.until(lambda: isinstance(app.host.app.screen, ChoiceScreen), "the question")
        for key in (*MOVES, "space", "g", "G", "a"):
            app.host.app.simulate_key(key)
        for other in ((120, 36), (1, 1), size):
            await app.pilot.resize_terminal(*other)
            await app.press(*MOVES, "space", "a")
        await app.press("escape")
        assert not isinstance(app.host.app.screen, ChoiceScreen)
        assert app.host.link.sent == []


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_revisions_take_keys_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, size=size) as app:
        for title in ("First", "Second", "Third"):
            app.host.shelves.edit(60, title=title)
        app.host.link.news()
        await app.until(lambda: app.main.entry is not None and app.main.entry.revision == 4)
        await app.press("e")
        for other in (size, (120, 36), (1, 1), size):
            await app.pilot.resize_terminal(*other)
            await app.press(*MOVES, *"JKwfnNgGud", "shift+down", "shift+up", "space")
        assert isinstance(app.host.app.screen, RevisionsScreen)
        await app.press("escape")
        assert not isinstance(app.host.app.screen, RevisionsScreen)


async def test_the_help_scrolls_and_says_the_same_after_a_change_of_size(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(80, 24)) as app:
        await app.press("question_mark")
        assert isinstance(app.host.app.screen, HelpScreen)
        before = app.text
        await app.press("pagedown", "pagedown")
        assert app.text != before
        await app.pilot.resize_terminal(5, 3)
        await app.pilot.resize_terminal(80, 24)
        await app.press(*["pageup"] * 9)
        assert app.text == before


async def test_a_line_of_the_help_is_never_broken_into_letters(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(6, 12)) as app:
        await app.press("question_mark")
        assert sum(len(row.strip()) > 2 for row in app.rows()[2:]) > 4


async def test_without_our_signs_the_scrollbars_are_ascii_too(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(60, 20), ascii_only=True) as app:
        app.host.shelves.edit(60, title="Edited", text="words " * 2_000)
        app.host.link.news()
        await app.until(lambda: "Edited" in app.text)
        for key in ("question_mark", "e", "colon"):
            await app.press(key)
            await app.pilot.pause(0.05)
            for _ in range(4):
                bars = {row[at] for row in app.rows() for at in (-1, -2, -3)}
                assert not bars & set("▁▂▃▄▅▆▇█▉▊▋▌▍▎▏")
                await app.press("pagedown")
            await app.press("escape")
            if key == "e":
                assert not isinstance(app.host.app.screen, RevisionsScreen)


@pytest.mark.parametrize("seed", range(2))
async def test_any_keys_at_tiny_sizes_end_nothing(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    keys = [*"jkgGznNmspdeS{}JKwf", *MOVES, "enter", "tab", "shift+tab", "escape", "space", "question_mark", "colon"]
    async with desk(tmp_path, size=(10, 3), entries=20) as app:
        for _ in range(40):
            if dice.random() < 0.15:
                await app.pilot.resize_terminal(dice.randint(1, 12), dice.randint(1, 5))
            await app.press(dice.choice(keys))
        await app.pilot.resize_terminal(80, 24)
        await app.pilot.pause()
        assert app.host.app.is_running
