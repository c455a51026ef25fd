"""Times as people type them: `14:30`, `13 Feb`, `2026-02-13 14:30`, `2h`, `2026-02-13T14:30Z`.

Owns what they mean, given what time it is. Pure: the time is told by who asks.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_AGO = re.compile(
    r"(\d{1,6}(?:\.\d{1,3})?)\s*(s(?:ec(?:onds?)?)?|m(?:in(?:utes?)?)?|h(?:ours?)?|d(?:ays?)?)(?:\s+ago)?", re.ASCII
)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_TIME = re.compile(
    r"(?:(?P<day>\S.*?)[ t]\s*)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,6})?)?"
    r"\s*(?P<offset>z|utc|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DAY = re.compile(r"(\d{1,2})\s+([a-z]{3})[a-z]*", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def moment(text: str, now: datetime, zone: tzinfo | None = None, *, last: bool = False) -> datetime | None:
    """Return the moment a person means, UTC; None where that cannot be told.

    It is a time ago, a time of day, a day, or a day with a time; a time may end with its offset from UTC (RFC 3339,
    5.6). Otherwise it is in `zone`, that of the system where there is none. A time without a day is the last such
    time that was, a day without a year the last such day. What names a minute or a day means its beginning, with
    `last` its end.
    """
    text = text.strip().lower()
    try:
        if found := _AGO.fullmatch(text):
            return (now - timedelta(seconds=float(found[1]) * _UNITS[found[2][0]])).astimezone(UTC)
        found = _TIME.fullmatch(text)
        stated = (found["day"] or "") if found else text
        if not text or (found is None and not stated):
            return None
        zone = _offset(found["offset"]) if found and found["offset"] else zone
        today = now.astimezone(zone).date()
        day = _day(stated, today) if stated else today
        if day is None:
            return None
        first, end = _of_day(found) if found else (time(), time.max)
        when = _at(day, first, zone)
        if not stated and when > now:
            day -= timedelta(days=1)
        return _at(day, end if last else first, zone)
    except (ValueError, OverflowError, OSError):
        return None


def _of_day(found: re.Match[str]) -> tuple[time, time]:
    """Return the beginning and the end of what a time of day names. Raises `ValueError`."""
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    last_second = 59 if found["second"] is None else second
    return time(hour, minute, second), time(hour, minute, last_second, 999_999)


def _at(day: date, clock: time, zone: tzinfo | None) -> datetime:
    # A time without a zone is one of the system's, with its summer time.
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _offset(text: str) -> tzinfo:
    """Return the zone of an offset. Raises `ValueError`."""
    return datetime.strptime("+0000" if text in ("z", "utc") else text, "%z").tzinfo or UTC


def _day(text: str, today: date) -> date | None:
    """Return a day; one without a year is the last such day that was. Raises `ValueError`."""
    if text in ("today", "yesterday"):
        return today - timedelta(days=text == "yesterday")
    if found := _DATE.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if (found := _DAY.fullmatch(text)) and found[2] in _MONTHS:
        month, number = _MONTHS.index(found[2]) + 1, int(found[1])
        # 29 February was not in every year.
        years = (year for year in range(today.year, max(today.year - 9, 0), -1) if _is_day(year, month, number))
        return next((day for year in years if (day := date(year, month, number)) <= today), None)
    return None


def _is_day(year: int, month: int, number: int) -> bool:
    try:
        date(year, month, number)
    except ValueError:
        return False
    return True
