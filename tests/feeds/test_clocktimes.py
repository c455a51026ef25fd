"""Times of day as moments."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.liveblogs.clocktimes import Clock, days, moment, moments, newest_first, opening, zone_of

DAY = date(2026, 3, 1)


def at(hour: int, minute: int = 0, days: int = 0) -> datetime:
    return datetime(2026, 3, 1, hour, minute, tzinfo=UTC) + timedelta(days=days)


def test_a_row_that_begins_anew_has_passed_midnight() -> None:
    assert moments([(0, 20), (23, 50), (22, 0)], DAY, UTC) == [at(0, 20, 1), at(23, 50), at(22)]


def test_a_post_that_was_entered_late_is_no_midnight() -> None:
    assert moments([(18, 10), (18, 30), (18, 0)], DAY, UTC) == [at(18, 10), at(18, 30), at(18)]


def test_what_has_no_time_has_that_of_what_came_before_it() -> None:
    assert moments([None, (9, 0), None, (8, 0), None], DAY, UTC) == [at(9), at(9), at(8), at(8), None]


def test_nothing_is_nothing() -> None:
    assert moments([], DAY, UTC) == []


@pytest.mark.parametrize(
    ("host", "hours"), [("sport.test.pl", 1), ("news.in", 5.5), ("NEWS.UK:8080", 0), ("news.com", None), ("", None)]
)
def test_a_country_of_one_zone_has_that_zone(host: str, hours: float | None) -> None:
    zone = zone_of(host)
    offset = zone.utcoffset(datetime(2026, 3, 1)) if zone else None  # noqa: DTZ001 - local by meaning
    assert offset == (None if hours is None else timedelta(hours=hours))


@given(st.lists(st.none() | st.tuples(st.integers(0, 23), st.integers(0, 59)), max_size=30))
def test_moments_never_fall_by_more_than_a_post_entered_late(clocks: list[tuple[int, int] | None]) -> None:
    found = [when for when in reversed(moments(clocks, DAY, UTC)) if when is not None]
    assert all(later - earlier >= -timedelta(hours=6) for earlier, later in pairwise(found))


# ------------------------------------------------------------------ what begins with a clock


@pytest.mark.parametrize(
    ("text", "written", "rest"),
    [
        ("13:47", "13:47", ""),
        ("13:47 Bridge shut", "13:47", "Bridge shut"),
        ("13:47:22 Bridge", "13:47", "Bridge"),
        ("6.15 pm: Bridge", "18:15", "Bridge"),
        ("2:57 pm: Bridge", "14:57", "Bridge"),
        ("12:10 a.m. Bridge", "00:10", "Bridge"),
        ("12.01pm – Bridge", "12:01", "Bridge"),
        ("7 pm: Bridge", "19:00", "Bridge"),
        ("14:57 pm: Bridge", "14:57", "Bridge"),
        ("13:47 PM resigns", "13:47", "PM resigns"),
        ("13:47 UK resigns", "13:47", "UK resigns"),
        ("19h30", "19:30", ""),
        ("19 h 30 – Pont fermé", "19:30", "Pont fermé"),
        ("0h : fin", "00:00", "fin"),
        ("19.30 Uhr", "19:30", ""),
        ("21 Uhr: Guten Abend", "21:00", "Guten Abend"),
        ("19.30 | Brücke", "19:30", "Brücke"),
        ("ore 19.30 - Ponte chiuso", "19:30", "Ponte chiuso"),
        ("kl. 19.30: Broen", "19:30", "Broen"),
        ("19:02(IST) Rao is out", "19:02", "Rao is out"),
        ("[19:02] Rao", "19:02", "Rao"),
        ("9 a.m. ET — Markets", "09:00", "Markets"),
        ("13:47 - 3 dead", "13:47", "3 dead"),
        ("13:47 GMT+1: x", "13:47", "x"),
    ],
)
def test_a_text_may_begin_with_a_clock(text: str, written: str, rest: str) -> None:
    found = opening(text)
    assert found is not None
    assert (found.written, found.rest) == (written, rest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x 13:47",
        "24:00 x",
        "25:10",
        "13:60 x",
        "3:2",
        "10.15 percent",
        "1.25 million",
        "12.05.2020",
        "19.30 Brücke",
        "7 million",
        "24h Le Mans",
        "13:47%",
        "10:30-11:00 Talk",
        "10:30 – 11.30 Talk",
        "12,5",
        "1:47.35 is the record",
        "13:47-year-old",
        "113:47",
        "13:475",
    ],
)
def test_a_number_is_no_clock(text: str) -> None:
    assert opening(text) is None


@given(st.text(max_size=40))
def test_any_text_is_read(text: str) -> None:
    found = opening(text)
    assert found is None or (0 <= found.hour < 24 and 0 <= found.minute < 60 and found.rest in text)


# ------------------------------------------------------------------ a row of clocks


def row(written: str) -> list[Clock]:
    found = [opening(each) for each in written.split()]
    return [each for each in found if each is not None]


@pytest.mark.parametrize(
    ("clocks", "newest"),
    [
        ("13:00 12:00 11:00", True),
        ("11:00 12:00 13:00", False),
        ("1:00 23:50 22:00 21:00", True),
        ("22:00 23:50 1:00", False),
        ("1:00 8:00 16:00", False),
        ("13:00 13:00 12:00 12:00 11:00", True),
        ("18:00 17:40 17:50 17:00", True),
        ("18:00 17:40 17:50", None),
        ("12:00 12:00 12:00", None),
        ("12:00 13:00 12:00 13:00", None),
        ("9:00 18:00 9:00 18:00 9:00 18:00", None),
    ],
)
def test_a_row_falls_or_rises_or_is_none(clocks: str, newest: bool | None) -> None:
    assert newest_first(row(clocks)) is newest


def dated(clocks: str, latest: datetime | None, known: dict[int, date] | None = None) -> list[int | None]:
    found = days([(clock, UTC) for clock in row(clocks)], latest, known or {})
    return [day.day if day else None for day in found]


@pytest.mark.parametrize(
    ("clocks", "latest", "known", "found"),
    [
        ("13:00 12:00 23:00", at(14, 0, 1), {}, [2, 2, 1]),
        ("23:50 23:00", at(0, 20, 1), {}, [1, 1]),
        ("13:00 14:00 12:00", at(14, 0, 1), {}, [2, 2, 2]),
        ("0:10 23:50 0:05 23:40", at(1, 0, 1), {}, [2, 1, 2, 1]),
        ("13:00 12:00", None, {}, [None, None]),
        ("13:00 12:00", None, {1: DAY}, [1, 1]),
        ("13:00 12:00", at(20, 0, 5), {0: DAY, 1: DAY}, [1, 1]),
        ("9:00 20:00 19:00", at(9, 5, 4), {1: DAY, 2: DAY}, [5, 1, 1]),
        ("9:00 1:00 20:00", at(20, 0), {2: DAY}, [2, 2, 1]),
        ("13:00 12:30 12:00", at(20, 0), {0: DAY, 2: DAY}, [1, 1, 1]),
    ],
)
def test_days_follow_from_the_last_change_and_what_was_known(
    clocks: str, latest: datetime | None, known: dict[int, date], found: list[int | None]
) -> None:
    assert dated(clocks, latest, known) == found


@given(
    st.lists(st.tuples(st.integers(0, 23), st.integers(0, 59)), min_size=1, max_size=30),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001 - the zone is put on
    st.dictionaries(st.integers(0, 30), st.dates(date(2025, 12, 1), date(2026, 12, 31)), max_size=4),
)
def test_each_clock_has_a_day_beside_the_one_above(
    clocks: list[tuple[int, int]], latest: datetime, known: dict[int, date]
) -> None:
    rows = [(Clock(hour, minute, None, ""), UTC) for hour, minute in clocks]
    found = days(rows, latest.replace(tzinfo=UTC), {place: day for place, day in known.items() if place < len(rows)})
    assert all(day is not None for day in found)
    assert all(found[place] == day for place, day in known.items() if place < len(rows))
    moved = [
        moment(clock, day, UTC) - moment(rows[place][0], before, UTC)
        for place, ((clock, _), day, before) in enumerate(zip(rows[1:], found[1:], found, strict=False))
        if place + 1 not in known and day is not None and before is not None
    ]
    assert all(timedelta(hours=-18) < step <= timedelta(hours=6) for step in moved)
