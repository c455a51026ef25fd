"""`wirewatch config`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from feeds.cli import DONE, FAILED
from feeds.cli.settings import editor
from feeds.errors import WirewatchError
from tests.support.commands import Commands
from tui.__main__ import wrong


def test_path_prints_the_path_alone(wirewatch: Commands) -> None:
    ran = wirewatch("config", "path")
    assert (ran.status, ran.out, ran.err) == (DONE, f"{wirewatch.config}\n", "")


def test_check_says_on_standard_error_that_all_is_well(wirewatch: Commands) -> None:
    wirewatch.configure('theme = "dusk"\n')
    ran = wirewatch("config", "check")
    assert (ran.status, ran.out, ran.err) == (DONE, "", "The configuration is in order.\n")


def test_check_of_no_file_is_no_failure(wirewatch: Commands) -> None:
    ran = wirewatch("config", "check")
    assert (ran.status, ran.out) == (DONE, "")
    assert ran.err == f"There is no {wirewatch.config} yet.\n"


def test_check_prints_problems_with_file_line_and_suggestion(wirewatch: Commands) -> None:
    wirewatch.configure('thme = "dusk"\n\n[[sources]]\nurl = "https://a.example/"\nevery = "soon"\n')
    ran = wirewatch("config", "check")
    assert (ran.status, ran.err) == (FAILED, "")
    assert ran.lines == [
        f"{wirewatch.config}:1: “thme” is not a setting; did you mean “theme”?",
        f"{wirewatch.config}:5: “every” is a time such as 30s, 5m or 2h; the adaptive schedule is used.",
    ]


def test_check_knows_what_only_the_screen_knows(wirewatch: Commands) -> None:
    wirewatch.configure('theme = "nrod"\n\n[keys]\nmark-reed = "x"\n')
    ran = wirewatch("config", "check", of_the_screen=wrong)
    assert (ran.status, ran.err) == (FAILED, "")
    assert ran.lines == [
        "No command is called “mark-reed”; did you mean “mark-read”?",
        "There is no theme “nrod”; did you mean “nord”?",
    ]
    wirewatch.configure('theme = "nord"\n\n[keys]\npreset = "newsboat"\n')
    assert wirewatch("config", "check", of_the_screen=wrong).status == DONE


def test_edit_starts_the_editor_and_then_checks(wirewatch: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import pathlib, sys; pathlib.Path(sys.argv[-1]).write_text(sys.argv[1])"
    monkeypatch.setenv("VISUAL", f"'{sys.executable}' -c '{code}' 'thme = 1; $(touch no) `no`'")
    monkeypatch.setenv("EDITOR", "false")
    ran = wirewatch("config", "edit")
    assert ran.status == FAILED
    assert wirewatch.config.read_text() == "thme = 1; $(touch no) `no`"
    assert "not valid TOML" in ran.out
    assert not Path("no").exists()


def test_an_editor_that_fails_is_told(wirewatch: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"'{sys.executable}' -c 'raise SystemExit(4)'")
    ran = wirewatch("config", "edit")
    assert ran.status == FAILED
    assert "ended with status 4" in ran.err


@pytest.mark.parametrize(
    ("named", "told"), [("no-such-editor", "could not be started"), ("vi 'x", "cannot be understood")]
)
def test_an_editor_that_cannot_be_started_is_told(
    wirewatch: Commands, monkeypatch: pytest.MonkeyPatch, named: str, told: str
) -> None:
    monkeypatch.setenv("VISUAL", named)
    ran = wirewatch("config", "edit")
    assert ran.status == FAILED
    assert told in ran.err
    assert "Set EDITOR" in ran.err


def test_the_editor_is_a_list_of_arguments() -> None:
    assert editor({"VISUAL": "code --wait 'my profile'", "EDITOR": "vi"}) == ["code", "--wait", "my profile"]
    assert editor({"VISUAL": "  ", "EDITOR": "vi"}) == ["vi"]


def test_without_an_editor_the_person_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(WirewatchError, match="No editor was found"):
        editor({})
