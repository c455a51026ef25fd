"""Times of day on a page, as moments.

Owns which texts begin with a clock, what follows from a row of clocks and one day (where midnight lies between them),
and in which zone they are where the page does not say. What prose says of the zone is read by `liveblogs.clockzones`.
Knows no clock of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

from msgspec import Struct

from feeds.liveblogs import clockzones

_MIDNIGHT = timedelta(hours=6)
"""A jump the wrong way by more than this is a midnight; a smaller one is a post that was entered late."""
_DAY = timedelta(days=1)
_ZONES = """
    at=Europe/Vienna be=Europe/Brussels bg=Europe/Sofia ch=Europe/Zurich cz=Europe/Prague de=Europe/Berlin
    dk=Europe/Copenhagen ee=Europe/Tallinn fi=Europe/Helsinki fr=Europe/Paris gr=Europe/Athens hr=Europe/Zagreb
    hu=Europe/Budapest ie=Europe/Dublin il=Asia/Jerusalem in=Asia/Kolkata it=Europe/Rome jp=Asia/Tokyo kr=Asia/Seoul
    lt=Europe/Vilnius lv=Europe/Riga nl=Europe/Amsterdam no=Europe/Oslo pk=Asia/Karachi pl=Europe/Warsaw
    ro=Europe/Bucharest rs=Europe/Belgrade se=Europe/Stockholm sg=Asia/Singapore si=Europe/Ljubljana
    sk=Europe/Bratislava tr=Europe/Istanbul tw=Asia/Taipei uk=Europe/London za=Africa/Johannesburg
"""
_OF_COUNTRY = dict(pair.split("=") for pair in _ZONES.split())


def zone_of(host: str) -> tzinfo | None:
    """Return the zone of the country a host name ends in, None where it ends in none or the country has several."""
    name = _OF_COUNTRY.get(host.rpartition(".")[2].partition(":")[0].lower())
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None  # this machine knows no zones


# ------------------------------------------------------------------ one clock


class Clock(Struct, frozen=True):
    """A time of day with which a text begins."""

    hour: int
    minute: int
    zone: tzinfo | None
    """Where it is named behind the time."""
    rest: str
    """The text behind it."""

    @property
    def written(self) -> str:
        """The time as four digits and a colon, however it was written."""
        return f"{self.hour:02}:{self.minute:02}"


_TIME = re.compile(
    r"""[\[(]?(?:(?:ore|kl\.?)\s)?
    (?P<hour>[01]?[0-9]|2[0-3])
    (?: \s?:\s?(?P<colon>[0-5][0-9])(?::[0-5][0-9])?
      | \.(?P<dot>[0-5][0-9])
      | \s?h\s?(?P<french>[0-5][0-9])?
      | (?=\s?[ap]\.?\s?m\b|\s?Uhr\b) )
    (?![0-9%]|[.,:][0-9]|\s?[–—-]\s?[0-9]{1,2}\s?[:.h][0-9])""",
    re.VERBOSE | re.IGNORECASE,
)
# In capitals behind an hour that has no half, it is somebody's office: «13:47 PM Smith resigns».
_HALF = re.compile(r"\s?([ap])\.?\s?m\b\.?", re.IGNORECASE)
_WORD = re.compile(r"\s?(?:Uhr|hrs|h)\b")
_NAME = re.compile(r"\s?\(?((?:[A-Z]{2,5}|Z)(?:\s?[+−-]\s?[0-9]{1,2}(?::?[0-9]{2})?)?)\b\)?")
_MARK = re.compile(r"[\])]?(?:\s*(?:[:|–—,;•·]|[.-](?=\s|\Z))\s*|\s+|\Z)")
_FIRM_MARK = re.compile(r"[\])]?\s*(?:[:|–—,;•·]|[.-](?=\s|\Z)|\Z)")


def opening(text: str) -> Clock | None:
    """Return the time of day with which a text of one line begins, None where it begins with none.

    Known are «13:47», «6.15 pm:», «2:57 pm:», «7 pm:», «19h30», «19.30 Uhr», «ore 19.30 –», each with a zone behind it
    or none. Hours alone, and hours and minutes with a point between them, are a number like any other: those want a
    word or a mark behind them. What goes on to another time is a span, as programmes have them, and is none.
    """
    found = _TIME.match(text)
    if found is None:
        return None
    hour, minute = int(found["hour"]), int(found["colon"] or found["dot"] or found["french"] or 0)
    place = found.end()
    firm = found["colon"] is not None or found["french"] is not None
    half = _HALF.match(text, place)
    if half is not None and (1 <= hour <= 12 or half[0].islower()):
        hour = hour if hour > 12 else hour % 12 + (12 if half[1] in "pP" else 0)
        place, firm = half.end(), True
    if word := _WORD.match(text, place):
        place, firm = word.end(), True
    zone = None
    if (name := _NAME.match(text, place)) and (zone := clockzones.named(name[1])) is not None:
        place, firm = name.end(), True
    mark = (_MARK if firm else _FIRM_MARK).match(text, place)
    return Clock(hour, minute, zone, text[mark.end() :].strip()) if mark is not None else None


# ------------------------------------------------------------------ a row of clocks


def newest_first(clocks: Sequence[Clock]) -> bool | None:
    """Say whether a row of clocks falls, all but once or twice, or rises; None where it does neither.

    A jump the wrong way by more than six hours is a midnight. Of two directions that both are possible, the one that
    passes fewer midnights is meant. The fewer clocks there are, the fewer may be out of order.
    """
    times = [timedelta(hours=each.hour, minutes=each.minute) for each in clocks]
    if len(set(times)) < min(len(times), 3):
        return None
    falling = [later - earlier for earlier, later in pairwise(times)]
    scores = {
        newest: (
            sum(timedelta(0) < step <= _MIDNIGHT for step in steps),
            sum(step > _MIDNIGHT for step in steps),
        )
        for newest, steps in ((True, falling), (False, [-step for step in falling]))
    }
    best = min(scores, key=lambda newest: scores[newest])
    wrong, midnights = scores[best]
    return best if wrong <= min(2, len(falling) // 3) and midnights <= len(falling) // 2 else None


def days(
    clocks: Sequence[tuple[Clock, tzinfo]], latest: datetime | None, known: Mapping[int, date]
) -> list[date | None]:
    """Return the days of clocks, listed newest first, each in its zone.

    The first is of the day of `latest`, when the page was changed last, or of the day before where it would be later
    than that by more than six hours. `known` are the days of some of them from earlier: those stay. None where nothing
    says which day it was.
    """
    out: list[date | None] = []
    if 0 not in known and (anchor := min(known, default=None)) is not None:
        upwards = _upwards(clocks[: anchor + 1], known[anchor])
        first = _first(*clocks[0], latest) if latest is not None else upwards
        known = {**known, 0: max(first, upwards)}
    before: datetime | None = None
    for index, (clock, zone) in enumerate(clocks):
        if index in known:
            day = known[index]
        elif before is not None:
            day = _beside(clock, zone, before, later=_MIDNIGHT)
        elif latest is not None:
            day = _first(clock, zone, latest)
        else:
            return [None] * len(clocks)
        out.append(day)
        before = moment(clock, day, zone)
    return out


def moment(clock: Clock, day: date, zone: tzinfo) -> datetime:
    """Return the moment of a clock on a day in a zone, UTC."""
    return datetime.combine(day, time(clock.hour, clock.minute), zone).astimezone(UTC)


def _first(clock: Clock, zone: tzinfo, latest: datetime) -> date:
    day = latest.astimezone(zone).date()
    return day - _DAY if moment(clock, day, zone) - latest > _MIDNIGHT else day


def _upwards(clocks: Sequence[tuple[Clock, tzinfo]], day: date) -> date:
    """Return the day of the first clock, where that of the last is known."""
    clock, zone = clocks[-1]
    for upper, its_zone in reversed(clocks[:-1]):
        day = _beside(upper, its_zone, moment(clock, day, zone), later=_DAY - _MIDNIGHT)
        clock, zone = upper, its_zone
    return day


def _beside(clock: Clock, zone: tzinfo, other: datetime, *, later: timedelta) -> date:
    """Return the day on which a clock is at most so much later than a moment, and a day earlier at most."""
    day = other.astimezone(zone).date()
    step = moment(clock, day, zone) - other
    if step > later:
        return day - _DAY
    return day + _DAY if step <= later - _DAY else day


def moments(clocks: Sequence[tuple[int, int] | None], day: date, zone: tzinfo) -> list[datetime | None]:
    """Return the moments of clock times, listed newest first, of which the oldest is on a day in a zone.

    Where the times rise up the page, and then begin anew, a midnight lies between. What has no time has that of what
    came before it; None is left where nothing did.
    """
    out: list[datetime | None] = []
    last: timedelta | None = None
    when: datetime | None = None
    for clock in reversed(clocks):
        if clock is None:
            out.append(when)
            continue
        now = timedelta(hours=clock[0], minutes=clock[1])
        if last is not None and last - now > _MIDNIGHT:
            day += timedelta(days=1)
        last = now
        when = datetime.combine(day, time(*clock), zone).astimezone(UTC)
        out.append(when)
    return out[::-1]
