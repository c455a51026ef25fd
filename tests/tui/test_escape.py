"""Escape and the key after it are two keys, however close together they come."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual import events

from tui import escape
from tui.escape import KeyParser


def keys(data: str) -> list[str]:
    """The keys a terminal's characters are; time stands still, then ends."""

    def parsed() -> Iterator[object]:
        parser = KeyParser()
        yield from parser.feed(data)
        yield from parser.feed("")

    return [event.key for event in parsed() if isinstance(event, events.Key)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("\x1bj", ["escape", "j"]),
        ("\x1b:", ["escape", "colon"]),
        ("\x1bf", ["escape", "f"]),
        ("\x1bJk", ["escape", "J", "k"]),
        ("\x1b?x", ["escape", "question_mark", "x"]),
        ("\x1b\x1bj", ["escape", "escape", "j"]),
        ("\x1b[A", ["up"]),
        ("\x1bOA", ["up"]),
        ("\x1b[6~\x1b[5~", ["pagedown", "pageup"]),
        ("\x1b[1;3A", ["alt+up"]),
        ("j", ["j"]),
    ],
)
def test_escape_is_a_key_of_its_own(data: str, expected: list[str]) -> None:
    assert keys(data) == expected


def test_a_key_with_alt_that_the_reader_chose_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KeyParser, "with_alt", frozenset())
    escape.part({"star": "alt+s,x"})
    assert keys("\x1bs") == ["alt+s"]
    assert keys("\x1bj") == ["escape", "j"]
