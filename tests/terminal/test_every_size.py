"""Every screen opens, takes keys and comes through a change of size, also where there is no room for it."""

from __future__ import annotations

import pytest

from tests.support.terminal import Desk, Terminal

FULL, TINY = (120, 36), (3, 2)
SCREENS = {
    "help": ("?", "Previous entry"),
    "palette": (":", "Search for commands"),
    "address": ("a", "The address of a feed"),
    "time": ("t", "A time, a day"),
    "filter": ("F", " Filter "),
}
"""A key, and a text by which the screen it opens is known."""
MOVES = "\x1b[6~\x1b[5~\x1b[B\x1b[A"
"""Page down, page up, down, up."""


def sized(terminal: Terminal, columns: int, rows: int) -> None:
    """Give the terminal another size and wait until the program has drawn for it."""
    before = len(terminal.raw)
    terminal.resize(columns, rows)
    terminal.until(lambda: len(terminal.raw) > before, f"anything at {columns}x{rows}")


def assert_alive(terminal: Terminal, seen: str) -> None:
    sized(terminal, *FULL)
    terminal.sees(seen)
    terminal.press("\x03")
    assert terminal.ends() == 0
    terminal.assert_restored()


@pytest.mark.parametrize(("key", "seen"), SCREENS.values(), ids=SCREENS)
def test_a_screen_that_is_open_comes_through_any_size(desk: Desk, key: str, seen: str) -> None:
    with desk.open("demo", columns=FULL[0], rows=FULL[1]) as terminal:
        terminal.sees(r"\d\d:\d\d +\S", "follow")
        terminal.press(key)
        terminal.sees(seen)
        sized(terminal, *TINY)
        terminal.press(MOVES)
        assert_alive(terminal, seen)


@pytest.mark.parametrize(("key", "seen"), SCREENS.values(), ids=SCREENS)
def test_a_screen_can_be_opened_at_any_size_and_takes_keys_at_once(desk: Desk, key: str, seen: str) -> None:
    with desk.open("demo", columns=FULL[0], rows=FULL[1]) as terminal:
        terminal.sees(r"\d\d:\d\d +\S", "follow")
        sized(terminal, *TINY)
        terminal.press(key + MOVES)
        assert_alive(terminal, seen)
