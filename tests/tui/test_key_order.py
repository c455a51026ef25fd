"""Keys that come all at once: each is for what the one before it opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.widgets import Input

from feeds.events import AddSource, Mark
from feeds.model import SourceSpec
from tests.tui.test_journeys import Desk, desk
from tui.screens.welcome import WelcomeScreen


def at_once(app: Desk, text: str) -> None:
    """Let keys come as one packet does: none is acted on before the last is there."""
    for char in text:
        key = {"\n": "enter", "\x1b": "escape"}.get(char) or _character_to_key(char)
        app.host.app.post_message(events.Key(key, char))


async def test_a_query_typed_at_once_goes_into_the_line(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        at_once(app, "FAmsq kyiv")
        line = app.main.query_one(Input)
        await app.until(lambda: line.value == "Amsq kyiv")
        assert app.host.link.sent == []
        await app.press("escape")
        at_once(app, "Fkyiv\n")
        await app.until(lambda: app.main.view.filter == "kyiv" and not app.main.query_bar.is_open)
        await app.until(lambda: app.host.app.focused is app.main.timeline)


async def test_commands_before_it_are_carried_out(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        first = app.cursor
        assert first is not None
        at_once(app, "jsFkyiv\n")
        await app.until(lambda: app.main.view.filter == "kyiv")
        await app.until(lambda: app.host.link.sent == [Mark((first - 1,), starred=True)])
        await app.until(lambda: not app.main.query_bar.is_open)
        assert app.main.query_one(Input).value == "kyiv"


@pytest.mark.parametrize("welcome", [False, True])
async def test_an_address_typed_at_once_is_the_answer(tmp_path: Path, welcome: bool) -> None:
    async with desk(tmp_path, **({"sources": (), "entries": 0} if welcome else {})) as app:
        assert isinstance(app.host.app.screen, WelcomeScreen) is welcome
        at_once(app, "aexample.org/qAs\n")
        await app.until(lambda: app.host.link.sent == [AddSource(SourceSpec(url="https://example.org/qAs"))])


async def test_a_time_typed_at_once_is_the_answer(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        at_once(app, "t5h\n")
        await app.until(lambda: app.cursor == 50)


async def test_a_question_is_left_and_what_comes_after_is_a_command(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        at_once(app, "tx\x1b")
        await app.until(lambda: app.host.app.screen is app.main)
        first = app.cursor
        at_once(app, "jj")
        await app.until(lambda: app.cursor == (first or 0) - 2)


async def test_a_key_that_was_swallowed_holds_the_next_ones_back_for_a_moment_only(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        first = app.cursor
        swallowed = events.Key("j", "j")
        swallowed.time -= 2
        app.host.app._under_way = swallowed
        at_once(app, "j")
        await app.until(lambda: app.cursor == (first or 0) - 1)
