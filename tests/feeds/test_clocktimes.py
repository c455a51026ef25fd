"""Times of day as moments."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.liveblogs.clocktimes import moments, zone_of

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
