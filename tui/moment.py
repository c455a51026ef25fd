"""Times as people type them: `14:30`, `13 Feb`, `2026-02-13 14:30`, `2h`.

Owns what they mean, given what time it is. Pure: must not import Textual, nor know the clock.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from tui.render import MONTHS

_AGO = re.compile(r"(\d{1,5})\s*(m(?:in(?:utes?)?)?|h(?:ours?)?|d(?:ays?)?)(?:\s+ago)?")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_TIME = re.compile(r"(?:(?P<day>.+?)[ t])?\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY = re.compile(r"(\d{1,2})\s+([a-z]{3})[a-z]*")


def moment(text: str, now: datetime) -> datetime | None:
    """Return the moment a person means, in the zone of `now`; None where that cannot be told.

    A time without a day is the last such time that was; a day without a time is its last minute.
    """
    text = text.strip().lower()
    if not text:
        return None
    try:
        if found := _AGO.fullmatch(text):
            return now - int(found[1]) * _UNITS[found[2][0]]
        found = _TIME.fullmatch(text)
        hour, minute = (int(found["hour"]), int(found["minute"])) if found else (23, 59)
        stated = (found["day"] or "") if found else text
        day = _day(stated, now) if stated else now
        if day is None:
            return None
        when = day.replace(hour=hour, minute=minute, second=59, microsecond=999_999)
        if not stated and when.replace(second=0, microsecond=0) > now:
            when -= timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    return when


def _day(text: str, now: datetime) -> datetime | None:
    """Return some time of a day; one without a year is the last such day that was. Raises `ValueError`."""
    if text in ("today", "yesterday"):
        return now - timedelta(days=text == "yesterday")
    if found := _DATE.fullmatch(text):
        return now.replace(year=int(found[1]), month=int(found[2]), day=int(found[3]))
    months = [month.lower() for month in MONTHS]
    if (found := _DAY.fullmatch(text)) and found[2] in months:
        day = now.replace(month=months.index(found[2]) + 1, day=int(found[1]))
        return day if day <= now else day.replace(year=day.year - 1)
    return None
