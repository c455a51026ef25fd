"""How long an answer is fresh, how long a server asks us to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.fetch import freshness
from feeds.fetch.freshness import MAX_WAIT, http_date, max_age, retry_after, written
from tests.feeds.fetch.conftest import NOW

DAY = 86_400.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "max-age=300"}, 300.0),
        ({"cache-control": "Public, MAX-AGE=300, must-revalidate"}, 300.0),
        ({"cache-control": 'max-age="300"'}, 300.0),
        ({"cache-control": "max-age=300, max-age=5"}, 300.0),
        ({"cache-control": "s-maxage=900"}, None),
        ({"cache-control": "s-maxage=900, max-age=60"}, 60.0),
        ({"cache-control": "private, max-age=60"}, 60.0),
        ({"cache-control": "max-age=0"}, 0.0),
        ({"cache-control": "no-cache, max-age=60"}, None),
        ({"cache-control": "max-age=60, no-store"}, None),
        ({"cache-control": 'ext="no-cache, x", max-age=60'}, 60.0),
        ({"cache-control": "max-age=-1"}, None),
        ({"cache-control": "max-age=1_0"}, None),
        ({"cache-control": "max-age=١٢"}, None),
        ({"cache-control": "max-age=" + "9" * 5000}, 2.0**31),
        ({"cache-control": "max-age=60", "age": "20"}, 40.0),
        ({"cache-control": "max-age=60", "age": "90"}, 0.0),
        ({"cache-control": "max-age=60", "age": "soon"}, 60.0),
        ({"cache-control": "max-age=60", "expires": "0"}, 60.0),
        ({"expires": "Fri, 13 Feb 2026 10:30:00 GMT", "date": "Fri, 13 Feb 2026 10:00:00 GMT"}, 1800.0),
        ({"expires": "Fri, 13 Feb 2026 10:30:00 GMT"}, 3600.0),
        ({"expires": "Fri, 13 Feb 2026 10:30:00 GMT", "date": "today"}, 3600.0),
        ({"expires": "Fri, 13 Feb 2025 10:30:00 GMT"}, 0.0),
        ({"expires": "0"}, 0.0),
        ({"expires": "-1"}, 0.0),
    ],
)
def test_freshness_is_what_the_server_says_for_one_person(headers: dict[str, str], seconds: float | None) -> None:
    assert max_age(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 120 ", 120.0),
        ("999999999", MAX_WAIT),
        ("Fri, 13 Feb 2026 09:31:30 GMT", 90.0),
        ("Fri, 13 Feb 2026 09:00:00 GMT", 0.0),
        ("Fri, 13 Feb 2099 09:00:00 GMT", MAX_WAIT),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("1_000", None),
        ("١٢", None),
        ("1000000000", None),
        ("9" * 5000, None),
        ("Fri, 13 Feb 2026 09:31:30 CET", None),
        ("2026-02-13T09:31:30Z", None),
    ],
)
def test_a_wish_to_wait_is_read_in_both_forms_and_no_other(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("value", "when"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sun, 6 Nov 1994 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sun, 06 Nov 1994 08:49:37 +0000", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sunday, 06-Nov-70 08:49:37 GMT", datetime(2070, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sun Nov  6 08:49:37 1994", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sat, 31 Dec 2016 23:59:60 GMT", datetime(2017, 1, 1, tzinfo=UTC)),
        ("Sun, 31 Feb 1994 08:49:37 GMT", None),
        ("Sun, 06 Nev 1994 08:49:37 GMT", None),
        ("Sun, 06 Nov 0000 08:49:37 GMT", None),
        ("Fri, 31 Dec 9999 23:59:60 GMT", None),
        ("Sun, 06 Nov 1994 25:49:37 GMT", None),
        ("", None),
    ],
)
def test_the_three_forms_of_dates_are_read(value: str, when: datetime | None) -> None:
    assert http_date(value, NOW) == when


@given(st.integers(-30_000_000_000, 250_000_000_000))
def test_a_date_that_was_written_is_read_back(seconds: int) -> None:
    when = datetime(1970, 1, 1, tzinfo=timezone(timedelta(hours=2))) + timedelta(seconds=seconds)
    assert http_date(written(when), NOW) == when


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_value_is_worse_than_unknown(one: str, other: str) -> None:
    wait = retry_after(one, NOW)
    assert wait is None or 0 <= wait <= MAX_WAIT
    age = max_age({"cache-control": one, "expires": other, "age": other}, NOW)
    assert age is None or age >= 0


def test_a_field_of_quotes_takes_no_time() -> None:
    assert freshness.max_age({"cache-control": 'a="' + "\\" * 100_000}, NOW) is None
