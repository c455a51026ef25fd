"""Times as people type them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.moment import moment

NOW = datetime(2026, 2, 13, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14:30", "2026-02-13 14:30"),
        (" 9:05 ", "2026-02-13 09:05"),
        ("14:31", "2026-02-12 14:31"),  # not yet today
        ("2h", "2026-02-13 12:30"),
        ("90 min ago", "2026-02-13 13:00"),
        ("3 days", "2026-02-10 14:30"),
        ("yesterday", "2026-02-12 23:59"),
        ("yesterday 8:00", "2026-02-12 08:00"),
        ("2026-02-01", "2026-02-01 23:59"),
        ("2026-02-01T08:15", "2026-02-01 08:15"),
        ("13 Feb 8:00", "2026-02-13 08:00"),
        ("24 december", "2025-12-24 23:59"),
    ],
)
def test_times_are_understood(text: str, expected: str) -> None:
    found = moment(text, NOW)
    assert found is not None
    assert found.strftime("%Y-%m-%d %H:%M") == expected
    assert found.tzinfo is UTC


@pytest.mark.parametrize("text", ["", "soon", "25:00", "12:75", "31 Feb", "2026-13-01", "99999d 1", "0x10", "12 Foo"])
def test_anything_else_is_no_time(text: str) -> None:
    assert moment(text, NOW) is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30) | st.from_regex(r"\d{1,6}(h|d|min)|\d{1,4}-\d{1,2}-\d{1,2} \d\d:\d\d", fullmatch=True))
def test_nothing_typed_is_a_mistake_in_the_program(text: str) -> None:
    moment(text, NOW)
