"""The registry of commands, and what is derived from it."""

from __future__ import annotations

import pytest

from tui import commands, keymap
from tui.app import WirewatchApp
from tui.command import Command, Scope
from tui.commands import COMMANDS, keys_of
from tui.keys import shown
from tui.screens.choice import ChoiceScreen
from tui.screens.help import HelpScreen
from tui.screens.main import MainScreen
from tui.screens.revisions import RevisionsScreen
from tui.screens.welcome import WelcomeScreen

OWNERS = {
    Scope.EVERYWHERE: WirewatchApp,
    Scope.MAIN: MainScreen,
    Scope.REVISIONS: RevisionsScreen,
    Scope.CHOICE: ChoiceScreen,
    Scope.HELP: HelpScreen,
    Scope.WELCOME: WelcomeScreen,
}
every_command = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)


@every_command
def test_a_command_has_an_action(command: Command) -> None:
    assert callable(getattr(OWNERS[command.scope], "action_" + command.action.partition("(")[0]))


@every_command
def test_a_command_has_words(command: Command) -> None:
    assert command.title
    assert not command.title.endswith(".")
    assert command.help.endswith(".")
    assert command.keys
    assert "[" not in command.title + command.help  # the palette reads its help as markup


def test_ids_are_unique() -> None:
    assert len(commands.BY_ID) == len(COMMANDS)


def test_no_key_does_two_things_in_one_place() -> None:
    assert keymap.clashes({}) == []


def test_the_keys_of_the_contract_are_there() -> None:
    main = {
        key: command.id
        for command in COMMANDS
        if command.scope in (Scope.MAIN, Scope.EVERYWHERE)
        for key in commands.keys_of(command)
    }
    wanted = "j k ↑ ↓ J K g G Home End Space Enter Tab shift+tab z o y Y n N 1 9 F ctrl+f p s m A u e r R a + { }"
    for key in (*wanted.split(), "d", "T", ":", "ctrl+p", "?", "Esc", "q", "ctrl+c", "ctrl+z"):
        assert key in main, key


@pytest.mark.parametrize("name", keymap.PRESETS)
def test_a_preset_names_commands_and_does_not_clash(name: str) -> None:
    keys, problems = keymap.keymap({}, name)
    assert not problems
    assert set(keys) <= set(commands.BY_ID)
    assert keymap.clashes(keys) == []


def test_a_wrong_name_is_said_with_a_suggestion() -> None:
    keys, problems = keymap.keymap({"mark-reed": "x", "star": "x"}, "vi")
    assert keys == {"star": "x"}
    assert "“mark-read”" in problems[1]
    assert "newsboat" in problems[0]


def test_chosen_keys_that_clash_are_said() -> None:
    assert keymap.clashes({"star": "m"}) == ["The key m is given to both “mark-read” and “star”."]


def test_a_chosen_key_wins_over_a_preset() -> None:
    keys, _ = keymap.keymap({"follow": "x"}, "newsboat")
    assert keys["follow"] == "x"


@pytest.mark.parametrize(
    ("key", "read"), [("question_mark", "?"), ("ctrl+p", "ctrl+p"), ("J", "J"), ("+", "+"), ("pagedown", "PgDn")]
)
def test_keys_as_people_read_them(key: str, read: str) -> None:
    assert shown(key) == read


def test_arrows_have_words_in_ascii() -> None:
    assert shown("up", ascii_only=True) == "Up"
    assert all(key.isascii() for each in COMMANDS for key in commands.keys_of(each, ascii_only=True))


def test_the_table_for_the_documentation_has_every_command_once() -> None:
    table = commands.markdown_table()
    rows = table.splitlines()[2:]
    assert len(rows) == len(COMMANDS) - 16  # the nine watches are one row, and so are the nine numbers
    assert all(row.replace("\\|", "").count("|") == 4 for row in rows)
    assert any("`1–9` | `watch-1 … watch-9`" in row for row in rows)


@pytest.mark.parametrize("width", [45, 60, 72, 110])
def test_the_help_has_keys_and_words_in_two_columns(width: int) -> None:
    page = HelpScreen({}, over=Scope.MAIN)
    for group, chapter in page._chapters.items():
        alone = {" ".join(keys_of(command)) for command in chapter}
        for line in page._chapter(group, chapter, width).plain.splitlines()[1:]:
            assert len(line) <= width
            assert len(line) <= 17 or line[16] == " " or line in alone
