"""Escape and the next key, pressed faster than a terminal's own keys can be told from them."""

from __future__ import annotations

from tests.support.terminal import Desk


def test_escape_closes_what_is_open_before_the_next_key_is_acted_on(desk: Desk) -> None:
    with desk.open("demo", columns=120, rows=36) as terminal:
        terminal.sees(r"\d\d:\d\d +\S", "follow")
        terminal.press("?")
        terminal.sees("Previous entry")
        terminal.press("\x1b:")
        terminal.sees("Search for commands")
        terminal.press("\x1b\x03")
        assert terminal.ends() == 0
        terminal.assert_restored()


def test_without_a_pause_escape_and_q_are_two_steps_back(desk: Desk) -> None:
    with desk.open("demo", columns=120, rows=36) as terminal:
        terminal.sees(r"\d\d:\d\d +\S", "follow")
        terminal.press("?")
        terminal.sees("Previous entry")
        terminal.press("\x1bq")
        assert terminal.ends() == 0
