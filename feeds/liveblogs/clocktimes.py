"""Times of day on a page, as moments.

Owns what follows from a row of clock times and one day: where midnight lies between them, and in which zone they are
where the page does not say. Knows no clock of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

_MIDNIGHT = timedelta(hours=6)
"""A jump the wrong way by more than this is a midnight; a smaller one is a post that was entered late."""
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
