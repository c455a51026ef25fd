"""Times as people type them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.moments import moment

NOW = datetime(2026, 2, 13, 14, 30, tzinfo=UTC)
NAMED = [
    ("14:30", "2026-02-13 14:30"),
    (" 9:05 ", "2026-02-13 09:05"),
    ("14:31", "2026-02-12 14:31"),  # not yet today
    ("yesterday 8:00", "2026-02-12 08:00"),
    ("2026-02-01T08:15", "2026-02-01 08:15"),
    ("2026-02-01 08:15", "2026-02-01 08:15"),
    ("2026-02-01T08:15+02:00", "2026-02-01 06:15"),
    ("2026-02-01 08:15Z", "2026-02-01 08:15"),
    ("13 Feb 8:00", "2026-02-13 08:00"),
    ("13 February T8:00", None),
    ("24 december 20:00", "2025-12-24 20:00"),
    ("29 feb 12:00", "2024-02-29 12:00"),
]
DAYS = [
    ("yesterday", "2026-02-12"),
    ("today", "2026-02-13"),
    ("2026-02-01", "2026-02-01"),
    ("24 december", "2025-12-24"),
    ("13 Feb", "2026-02-13"),
    ("14 Feb", "2025-02-14"),
    ("29 feb", "2024-02-29"),
]


@pytest.mark.parametrize(("text", "expected"), NAMED)
def test_a_minute_is_meant_from_its_beginning_or_to_its_end(text: str, expected: str | None) -> None:
    begins, ends = moment(text, NOW, UTC), moment(text, NOW, UTC, last=True)
    assert (begins and f"{begins:%Y-%m-%d %H:%M:%S.%f}") == (expected and f"{expected}:00.000000")
    assert (ends and f"{ends:%Y-%m-%d %H:%M:%S.%f}") == (expected and f"{expected}:59.999999")
    assert begins is None or begins.tzinfo is UTC


@pytest.mark.parametrize(("text", "expected"), DAYS)
def test_a_day_is_meant_from_its_beginning_or_to_its_end(text: str, expected: str) -> None:
    begins, ends = moment(text, NOW, UTC), moment(text, NOW, UTC, last=True)
    assert begins is not None
    assert ends is not None
    assert f"{begins:%Y-%m-%d %H:%M:%S}" == f"{expected} 00:00:00"
    assert f"{ends:%Y-%m-%d %H:%M:%S.%f}" == f"{expected} 23:59:59.999999"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2h", "2026-02-13 12:30:00"),
        (" 90 s ", "2026-02-13 14:28:30"),
        ("90 min ago", "2026-02-13 13:00:00"),
        ("1.5h", "2026-02-13 13:00:00"),
        ("3 days", "2026-02-10 14:30:00"),
        ("2026-02-01T08:15:20", "2026-02-01 08:15:20"),
    ],
)
def test_a_time_ago_and_a_second_are_exact(text: str, expected: str) -> None:
    found = moment(text, NOW, UTC)
    assert found is not None
    assert f"{found:%Y-%m-%d %H:%M:%S}" == expected


@pytest.mark.parametrize(
    "text",
    ["", " ", "soon", "25:00", "12:75", "31 Feb", "2026-13-01", "2026-02-31", "99999d 1", "0x10", "12 Foo", "999999d",
     "0001-01-01T00:00+14:00", "14:30+99:99", "٣h"],
)  # fmt: skip
def test_anything_else_is_no_time(text: str) -> None:
    assert moment(text, NOW, UTC) is None


def test_a_time_is_of_the_zone_asked_for_with_its_summer_time() -> None:
    rome, summer = ZoneInfo("Europe/Rome"), datetime(2026, 3, 29, 12, tzinfo=UTC)
    assert moment("14:00", summer, rome) == datetime(2026, 3, 29, 12, tzinfo=UTC)
    assert moment("28 Mar 14:00", summer, rome) == datetime(2026, 3, 28, 13, tzinfo=UTC)
    assert moment("11:00Z", summer, rome) == datetime(2026, 3, 29, 11, tzinfo=UTC)
    assert moment("14:01", summer, rome) == datetime(2026, 3, 28, 13, 1, tzinfo=UTC)


def test_without_a_zone_a_time_is_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "XYZ-3")
    time.tzset()
    try:
        assert moment("14:30", NOW) == datetime(2026, 2, 13, 11, 30, tzinfo=UTC)
        assert moment("2026-02-13", NOW) == datetime(2026, 2, 12, 21, tzinfo=UTC)
        assert moment("14:31Z", NOW) == datetime(2026, 2, 12, 14, 31, tzinfo=UTC)
    finally:
        monkeypatch.undo()
        time.tzset()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30) | st.from_regex(r"\d{1,6}(h|d|min)|\d{1,4}-\d{1,2}-\d{1,2} \d\d:\d\d", fullmatch=True))
def test_nothing_typed_is_a_mistake_in_the_program(text: str) -> None:
    moment(text, NOW)
