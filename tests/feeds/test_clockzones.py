"""The zone in which a page gives its times."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.liveblogs.clockzones import named, stated

WINTER, SUMMER = datetime(2026, 1, 15), datetime(2026, 7, 15)  # noqa: DTZ001 - local by meaning


def hours(prose: str, day: datetime = WINTER) -> float | None:
    zone = stated(prose)
    offset = None if zone is None else zone.utcoffset(day)
    return None if offset is None else offset / timedelta(hours=1)


@pytest.mark.parametrize(
    ("prose", "winter", "summer"),
    [
        ("All updates are in Coordinated Universal Time (UTC).", 0, 0),
        ("All times below are in Beijing time.", 8, 8),
        ("Follow along. All times below are in Eastern time. Thanks!", -5, -4),
        ("(All times ET)", -5, -4),
        ("All times GMT+5:30", 5.5, 5.5),
        ("Times are in Australian Eastern time.", 11, 10),
        ("All times are Central European Time (CET).", 1, 2),
        ("All times are Central Time.", -6, -5),
        ("Timestamps shown are London time", 0, 1),
        ("All times are in Nairobi time.", 3, 3),
        ("All times are in Ho Chi Minh time.", 7, 7),
        ("Alle Zeitangaben in MEZ", 1, 2),
        ("Alle Zeiten sind Ortszeit Kiew.", 2, 3),
        ("Toutes les heures sont à l'heure de Paris.", 1, 2),
        ("Todas las horas son hora de Madrid", 1, 2),
        ("Tutti gli orari sono in ora italiana", 1, 2),
        ("Todos os horários são de Brasília", -3, -3),
    ],
)
def test_a_sentence_about_times_says_in_which_zone_they_are(prose: str, winter: float, summer: float) -> None:
    assert (hours(prose), hours(prose, SUMMER)) == (winter, summer)


@pytest.mark.parametrize(
    "prose",
    [
        "",
        "Beijing closed its airports for the first time.",
        "The Eastern Times reports from Chicago.",
        "All times are local.",
        "All times are in Atlantis time.",
        "All times GMT+99",
        "It was high time in Kyiv.",
        "All times are in Beijing time. " * 100,
    ],
)
def test_what_says_nothing_of_times_or_names_no_zone_is_none(prose: str) -> None:
    assert stated(prose) is None


@pytest.mark.parametrize(
    ("name", "offset"), [("IST", 5.5), ("GMT", 0), ("GMT+1", 1), ("UTC-03:30", -3.5), ("Z", 0), ("ET", -5), ("EST", -5)]
)
def test_an_abbreviation_is_a_zone(name: str, offset: float) -> None:
    zone = named(name)
    assert zone is not None
    assert zone.utcoffset(WINTER) == timedelta(hours=offset)


@pytest.mark.parametrize("name", ["", "PM", "UK", "US", "est", "GMT+99", "MP"])
def test_any_other_word_is_none(name: str) -> None:
    assert named(name) is None


@given(st.text(max_size=60))
def test_any_prose_is_read(words: str) -> None:
    stated(f"All times are in {words} time")
    named(words)
