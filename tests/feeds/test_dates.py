"""Dates as publishers write them."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import dates

BERLIN = ZoneInfo("Europe/Berlin")


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc, arg-type]  # a date's numbers


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("2024-01-05T10:20:30Z", at(2024, 1, 5, 10, 20, 30)),
        ("2024-01-05t10:20:30z", at(2024, 1, 5, 10, 20, 30)),
        ("2024-01-05T10:20:30.123+05:30", at(2024, 1, 5, 4, 50, 30, 123000)),
        ("2024-01-05T10:20:30,5Z", at(2024, 1, 5, 10, 20, 30, 500000)),
        ("2024-01-05T10:20:30.123456789Z", at(2024, 1, 5, 10, 20, 30, 123456)),
        ("2024-01-05T10:20:30+0000", at(2024, 1, 5, 10, 20, 30)),
        ("2024-01-05T10:20:30-0330", at(2024, 1, 5, 13, 50, 30)),
        ("2024-01-05T10:20+01", at(2024, 1, 5, 9, 20)),
        ("2024-01-05T10:20:30 +01:00", at(2024, 1, 5, 9, 20, 30)),
        ("2024-01-05T10:20:30−05:00", at(2024, 1, 5, 15, 20, 30)),
        ("2024-01-05T10:20Z", at(2024, 1, 5, 10, 20)),
        ("2024-01-05T10Z", at(2024, 1, 5, 10)),
        ("2024-01-05 10:20:30", at(2024, 1, 5, 10, 20, 30)),
        ("2024-1-5 9:05", at(2024, 1, 5, 9, 5)),
        ("2024-01-05", at(2024, 1, 5)),
        ("2024-01", at(2024, 1, 1)),
        ("2024", at(2024, 1, 1)),
        ("20240105", at(2024, 1, 5)),
        ("20240105T102030Z", at(2024, 1, 5, 10, 20, 30)),
        ("20240105102030", at(2024, 1, 5, 10, 20, 30)),
        ("2024-W03-2", at(2024, 1, 16)),
        ("2024W032T10:20Z", at(2024, 1, 16, 10, 20)),
        ("2024-060", at(2024, 2, 29)),
        ("2024-01-05T24:00:00Z", at(2024, 1, 6)),
        ("2016-12-31T23:59:60Z", at(2017, 1, 1)),
        ("2020/1/10 14:33", at(2020, 1, 10, 14, 33)),
        ("2024.01.05 10:20", at(2024, 1, 5, 10, 20)),
        ('"2024-01-05"', at(2024, 1, 5)),
    ],
)
def test_iso_8601_is_read_however_loosely(written: str, when: datetime) -> None:
    assert dates.parse(written) == when


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("Fri, 05 Jan 2024 10:20:30 GMT", at(2024, 1, 5, 10, 20, 30)),
        ("5 Jan 2024 10:20 +0100", at(2024, 1, 5, 9, 20)),
        ("Fri, 5 Jan 24 10:20:30 -0800", at(2024, 1, 5, 18, 20, 30)),
        ("01 Jan 70 01:00:00 +0100", at(1970, 1, 1)),
        ("01 Jan 49 00:00:00 GMT", at(2049, 1, 1)),
        ("01 Jan 50 00:00:00 GMT", at(1950, 1, 1)),
        ("01 Jan 104 00:00:00 GMT", at(2004, 1, 1)),
        ("Fri, 05 Jan 2024 10:20:30 +0000 (UTC)", at(2024, 1, 5, 10, 20, 30)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", at(1994, 11, 6, 8, 49, 37)),
        ("03 Apr 02 1500 GMT", at(2002, 4, 3, 15)),
        ("Sun, 6 Nov 1994 08:49:37 A", at(1994, 11, 6, 8, 49, 37)),
        ("Sun Nov  6 08:49:37 1994", at(1994, 11, 6, 8, 49, 37)),
        ("Sun Nov  6 08:49:37 PST 1994", at(1994, 11, 6, 16, 49, 37)),
        ("Wed Aug 27 13:08:45 +0000 2008", at(2008, 8, 27, 13, 8, 45)),
        ("Fri Jan 05 2024 10:20:30 GMT+0100 (Central European Standard Time)", at(2024, 1, 5, 9, 20, 30)),
        ("Thu Jan 01 00:00:00 UTC 1970", at(1970, 1, 1)),
    ],
)
def test_mail_dates_and_their_relatives_are_read(written: str, when: datetime) -> None:
    assert dates.parse(written) == when


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("GMT", 0), ("UT", 0), ("UTC", 0), ("Z", 0), ("WET", 0), ("BST", 1), ("WEST", 1), ("CET", 1), ("MEZ", 1),
        ("CEST", 2), ("MESZ", 2), ("EET", 2), ("EEST", 3), ("MSK", 3), ("IST", 5.5), ("HKT", 8), ("SGT", 8), ("JST", 9),
        ("KST", 9), ("ACST", 9.5), ("AEST", 10), ("AEDT", 11), ("NZST", 12), ("NZDT", 13), ("EST", -5), ("EDT", -4),
        ("CST", -6), ("CDT", -5), ("MST", -7), ("MDT", -6), ("PST", -8), ("PDT", -7), ("AKST", -9), ("HST", -10),
        ("NST", -3.5), ("BRT", -3), ("GMT+1", 1), ("GMT-05:00", -5), ("UTC+05:30", 5.5), ("+0545", 5.75), ("+1", 1),
        ("-4", -4), ("+530", 5.5), ("(CET)", 1), ("PT", -7), ("ET", -4), ("M", 0), ("Europe/Berlin", 2),
        ("America/Los_Angeles", -7), ("America/Argentina/Buenos_Aires", -3),
    ],
)  # fmt: skip
def test_zones_are_known_by_name(zone: str, hours: float) -> None:
    expected = at(2024, 7, 5, 12) - timedelta(hours=hours)
    assert dates.parse(f"Fri, 05 Jul 2024 12:00:00 {zone}", zone=BERLIN) == expected
    assert dates.parse(f"2024-07-05 12:00 {zone}", zone=BERLIN) == expected


def test_a_date_without_a_zone_is_of_the_zone_given() -> None:
    assert dates.parse("2024-07-05 12:00") == at(2024, 7, 5, 12)
    assert dates.parse("2024-07-05 12:00", zone=BERLIN) == at(2024, 7, 5, 10)
    assert dates.parse("5 January 2024", zone=BERLIN) == at(2024, 1, 4, 23)
    assert dates.parse("20240705", zone=BERLIN) == at(2024, 7, 4, 22)
    assert dates.parse("2024-07-05 12:00 Nowhere/Atall", zone=BERLIN) == at(2024, 7, 5, 10)
    assert dates.parse("1704067200", zone=BERLIN) == at(2024, 1, 1)


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("Mon, 21 Jan 2008 8:56 am PST", at(2008, 1, 21, 16, 56)),
        ("Sat, Dec 16 2023 02:02:33 PM", at(2023, 12, 16, 14, 2, 33)),
        ("Friday, January 29, 2021 04:42 p.m.", at(2021, 1, 29, 16, 42)),
        ("Jan 5, 2024 at 3:04 PM ET", at(2024, 1, 5, 20, 4)),
        ("5 Jan 2024 12:10 am", at(2024, 1, 5, 0, 10)),
        ("5 Jan 2024 12:10 pm", at(2024, 1, 5, 12, 10)),
        ("5 Jan 2024 13:10 pm", at(2024, 1, 5, 13, 10)),
        ("5 January 2024, 8pm", at(2024, 1, 5, 20)),
        ("1/5/2024 3:00:00 PM", at(2024, 1, 5, 15)),
        ("2004-05-25 오후 11:23:17", at(2004, 5, 25, 14, 23, 17)),
        ("2004-05-25 오전 11:23:17", at(2004, 5, 25, 2, 23, 17)),
    ],
)
def test_halves_of_the_day_are_read(written: str, when: datetime) -> None:
    assert dates.parse(written) == when


@pytest.mark.parametrize(
    "written",
    [
        "5 March 2024 14:30", "March 5th, 2024 14:30", "5th of March 2024, 14:30", "14:30, 5 March 2024",
        "Tuesday, March 5, 2024 - 14:30", "Last Updated: 14:30 GMT Tuesday, 05 March 2024",
        "Dienstag, 5. März 2024, 14:30 Uhr", "5. Maerz 2024 14.30 Uhr", "mardi 5 mars 2024 à 14h30",
        "martes, 5 de marzo de 2024 14:30", "Mar, 05 Mar 2024 14:30", "5 de março de 2024 às 14h30",
        "martedì 5 marzo 2024 14:30", "dinsdag 5 maart 2024 14:30", "5. marts 2024 kl. 14.30", "5 mars 2024 14:30",
        "5. maaliskuuta 2024 14.30", "wtorek, 5 marca 2024 14:30", "úterý 5. března 2024 14:30",
        "2024. március 5. 14:30", "5 martie 2024 14:30", "5 Mart 2024 14:30", "вторник, 5 марта 2024 г. 14:30",
        "5 березня 2024 14:30", "Τρίτη, 5 Μαρτίου 2024 14:30", "5 Μαρ 2024 14:30", "2024年3月5日 14:30",
        "2024年3月5日 14時30分", "2024년 3월 5일 23시 30분", "05.03.2024 14:30", "5.3.24 14:30", "05-03-2024 14:30",
        "05-Mar-2024 14:30", "2024-Mar-05 14:30", "Mar. 5, 2024 14:30", "dt., 5 març 2024 14:30",
        "Selasa, 5 Maret 2024 14:30",
    ],
)  # fmt: skip
def test_months_are_known_in_many_languages(written: str) -> None:
    assert dates.parse(written) == at(2024, 3, 5, 14, 30)


def test_a_date_written_in_korean_is_of_korea() -> None:
    assert dates.parse("2024년 3월 5일 08:30") == at(2024, 3, 4, 23, 30)
    assert dates.parse("2024년 3월 5일 08:30 GMT") == at(2024, 3, 5, 8, 30)
    assert dates.parse("2024년 3월 5일 08:30", zone=BERLIN) == at(2024, 3, 5, 7, 30)


def test_numbers_with_blanks_between_them_are_day_month_and_year() -> None:
    assert dates.parse("Sat, 11 04 2020 08:51:49 +0100") == at(2020, 4, 11, 7, 51, 49)
    assert dates.parse("11 04 2020") == at(2020, 4, 11)
    assert dates.parse("32 04 2020") is None
    assert dates.parse("1 2 20") is None


def test_a_day_of_the_year_is_followed_by_no_day_of_the_month() -> None:
    assert dates.parse("2024-065T10:00Z") == at(2024, 3, 5, 10)
    assert dates.parse("2024-012-31T10:14:55Z") is None


def test_the_first_of_a_french_month_is_written_1er() -> None:
    assert dates.parse("1er janvier 2024") == at(2024, 1, 1)
    assert dates.parse("1º de enero de 2024") == at(2024, 1, 1)


def test_every_english_month_is_known_by_three_letters() -> None:
    for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1):  # noqa: SIM905
        assert dates.parse(f"5 {name} 2024") == at(2024, number, 5)


def test_slashes_mean_the_month_first_unless_it_cannot_be() -> None:
    assert dates.parse("3/5/2024") == at(2024, 3, 5)
    assert dates.parse("22/11/2022") == at(2022, 11, 22)
    assert dates.parse("3.5.2024") == at(2024, 5, 3)


@pytest.mark.parametrize(
    "written",
    [
        "", "  ", "soon", "yesterday", "3 days ago", "00", "0", "-1", "12345", "0000-00-00", "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z", "1899-12-31T23:59:59Z", "99999-01-01T00:00:00Z", "Mon, 32 Jan 2024 25:61:61 GMT",
        "Fri, 31 Feb 2023 00:00:00 GMT", "2023-02-29", "2024-13-01", "2024-01-05T25:00:00Z", "2024-01-05T10:61:00Z",
        "2024-01-05T10:00:61Z", "2024-01-05T24:00:01Z", "Mon, 01 Jan 2024 00:00:00 +9999", "2023-366",
        "2024-W60-1", "٢٠٢٤-٠١-٠١", "9999-12-31T23:59:59-05:00", "January 2024", "5 January", "99/99/2024",
        "2024-01-05T10:00:00." + "9" * 5000 + "Z", "9" * 150, "1e9", "nan", "Mon, " + "1 " * 50_000,
    ],
)  # fmt: skip
def test_what_is_no_date_of_the_calendar_is_none(written: str) -> None:
    assert dates.parse(written) is None


def test_the_future_stays_for_the_caller_to_judge() -> None:
    assert dates.parse("Fri, 01 Jan 2100 00:00:00 GMT") == at(2100, 1, 1)
    assert dates.parse("9999-12-31T23:59:59Z") == at(9999, 12, 31, 23, 59, 59)


# ------------------------------------------------------------------ numbers


@pytest.mark.parametrize("parse", [lambda value: dates.from_epoch(value), lambda value: dates.parse(str(value))])
def test_seconds_and_their_parts_are_told_apart_by_size(parse: object) -> None:
    assert callable(parse)
    assert parse(1518478934) == at(2018, 2, 12, 23, 42, 14)
    assert parse(1518478934123) == at(2018, 2, 12, 23, 42, 14, 123000)
    assert parse(1518478934123456) == at(2018, 2, 12, 23, 42, 14, 123456)
    assert parse(1518478934.5) == at(2018, 2, 12, 23, 42, 14, 500000)


@pytest.mark.parametrize("value", [0, 0.0, float("nan"), float("inf"), -float("inf"), 10**400, 1e300, -1e10, 10**17])
def test_numbers_that_are_no_time_are_none(value: float) -> None:
    assert dates.from_epoch(value) is None


def test_times_before_1970_are_times() -> None:
    assert dates.from_epoch(-1) == at(1969, 12, 31, 23, 59, 59)


# ------------------------------------------------------------------ all at once


def test_every_shape_that_was_seen_is_read(shared: Path) -> None:
    # Nothing of the collection is read differently on purpose; fractions of a second are kept, though it has none.
    for about in json.loads((shared / "samples/feeds/DATES.json").read_text()):
        wanted = datetime.fromisoformat(about["value"]) if about["value"] else None
        got = dates.parse(about["example"])
        assert (got.replace(microsecond=0) if got else None) == wanted, about["example"]


MOMENTS = st.datetimes(
    min_value=datetime(1900, 1, 2),  # noqa: DTZ001
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


@given(MOMENTS)
def test_iso_dates_come_back(when: datetime) -> None:
    assert dates.parse(when.isoformat()) == when
    assert dates.parse(when.isoformat(" ")) == when
    assert dates.parse(when.strftime("%Y%m%dT%H%M%S%z")) == when.replace(microsecond=0)


@given(MOMENTS)
def test_mail_dates_come_back(when: datetime) -> None:
    assert dates.parse(when.strftime("%a, %d %b %Y %H:%M:%S %z")) == when.replace(microsecond=0)
    assert dates.parse(when.strftime("%A, %B %d, %Y %I:%M %p %z")) == when.replace(second=0, microsecond=0)


PIECES = [
    "2024",
    "-",
    "/",
    ":",
    "T",
    "Z",
    " ",
    "Jan",
    "mar",
    "5",
    "05",
    "31",
    "99",
    "+",
    "am",
    "pm",
    "GMT",
    "CET",
    ".",
    ",",
]
PIECES += [
    "年",
    "月",
    "日",
    "시",
    "1er",
    "de",
    "W",
    "America/New_York",
    "(",
    "9" * 20,
    "0",
    "§",
    "1704067200",
    "\x00",
    "\ud800",
]
PIECES += ["Africa/", "America/Argentina", "Etc/GMT+5", "a", "−"]


@settings(deadline=None, max_examples=500)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=30).map("".join)))
def test_nothing_raises_and_a_date_is_one_we_can_show(written: str) -> None:
    when = dates.parse(written, zone=BERLIN)
    assert when is None or (when.tzinfo is UTC and 1900 <= when.year <= 9999)


@settings(max_examples=300)
@given(
    st.integers(0, 9999),
    st.lists(st.integers(0, 61), min_size=5, max_size=5),
    st.one_of(st.just("Z"), st.tuples(st.sampled_from("+-"), st.integers(0, 25), st.integers(0, 61))),
)
def test_the_usual_form_means_what_it_means_with_a_blank_in_it(year: int, clock: list[int], zone: object) -> None:
    month, day, hour, minute, second = clock
    offset = f"{zone[0]}{zone[1]:02}:{zone[2]:02}" if isinstance(zone, tuple) else "Z"
    date, time_of_day = f"{year:04}-{month % 14:02}-{day % 33:02}", f"{hour % 26:02}:{minute:02}:{second:02}{offset}"
    assert dates.parse(f"{date}T{time_of_day}") == dates.parse(f"{date} {time_of_day}")


@given(st.one_of(st.floats(), st.integers()))
def test_no_number_raises(value: float) -> None:
    when = dates.from_epoch(value)
    assert when is None or (when.tzinfo is UTC and 1900 <= when.year <= 9999)


@pytest.mark.parametrize("piece", PIECES)
def test_a_date_takes_no_time(piece: str) -> None:
    start = time.process_time()
    for _ in range(20):
        dates.parse((piece * 200)[: dates.MAX_LENGTH])
        dates.parse(f"5 {piece * 150}"[: dates.MAX_LENGTH])
    assert time.process_time() - start < 0.5
