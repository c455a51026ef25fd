"""The keys a person chose."""

from __future__ import annotations

from pathlib import Path

from feeds.config import Settings
from tests.tui.host import Host
from tui import commands, keymap, theme
from tui.commands import COMMANDS, HINTS
from tui.keys import shown, split
from tui.state import Pane


def test_a_preset_can_be_named_in_the_configuration() -> None:
    keys, problems = keymap.keymap({"preset": "newsboat", "star": "x"})
    assert keys["mark-read"] == "N"
    assert keys["star"] == "x"
    assert problems == []


def test_an_unknown_preset_is_said() -> None:
    keys, problems = keymap.keymap({"preset": "emacs"})
    assert keys == {}
    assert problems == ["There are no keys called “emacs”; there are wirewatch, newsboat, vim."]


def test_what_only_the_screen_knows_to_be_wrong_is_said_with_a_suggestion() -> None:
    settings = Settings(keys={"mark-reed": "x", "star": "m"}, theme="wirewatch-drak")
    assert keymap.wrong(settings, theme.names()) == [
        "No command is called “mark-reed”; did you mean “mark-read”?",
        "The key m is given to both “mark-read” and “star”.",
        "There is no theme “wirewatch-drak”; did you mean “wirewatch”?",
    ]
    assert keymap.wrong(Settings(theme="nord"), theme.names()) == []


def test_lists_of_keys_are_parted() -> None:
    assert split(" j, down ,") == ["j", "down"]


def test_modified_keys_are_read_in_lower_case() -> None:
    assert shown("shift+tab") == "shift+tab"
    assert shown("tab") == "Tab"
    assert shown("slash") == "/"


def test_what_is_hinted_at_has_a_word() -> None:
    assert set(HINTS) == set(Pane)
    for ids in HINTS.values():
        assert ids[-1] == "help"
        assert all(commands.BY_ID[each].hint for each in ids)
    hinted = {each for ids in HINTS.values() for each in ids}
    assert {command.id for command in COMMANDS if command.hint} == hinted


async def test_chosen_keys_hold_on_the_screen_and_in_the_hints(tmp_path: Path) -> None:
    from tests.tui.host import source

    settings = Settings(sources=(source(1).spec,), keys={"down": "x", "help": "f1", "mark-reed": "y"})
    host = Host(tmp_path, sources=[source(1), source(2), source(3)], settings=settings)
    async with host.app.run_test(size=(120, 30)) as pilot:
        await host.ready(pilot)
        first = host.main.timeline.cursor_id
        await pilot.press("j")
        assert host.main.timeline.cursor_id == first
        await pilot.press("x")
        assert host.main.timeline.cursor_id != first
        assert ("f1", "help") in host.main.hints()
        await host.settle(pilot, lambda: "mark-reed" in host.main.status_bar.notice, "the notice")
    await host.close()
