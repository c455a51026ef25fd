"""How long an answer stays fresh and how long a server asks us to wait, by its header fields.

Pure: the time is an argument. Decides nothing about polling; that is the business of `feeds.schedule`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

MAX_WAIT = 7 * 86_400.0
"""Seconds: the longest wait a server may ask for."""
_MAX_AGE = 2**31
"""Seconds that stand for «longer than anybody will wait» (RFC 9111, 1.2.2)."""

_DIGITS = re.compile("[0-9]{1,9}")
# A directive: a token, perhaps with a value, as a token or quoted (RFC 9111, 5.2).
_DIRECTIVE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,80})\s*(?:=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s,\"]*)))?")
_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_CLOCK = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
# The form to send, and the two that must still be read (RFC 9110, 5.6.7).
_DATES = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"[A-Z][a-z]{{2}}, (?P<day>\d\d?) (?P<month>[A-Z][a-z]{{2}}) (?P<year>\d{{4}}) {_CLOCK} (?:GMT|UTC|[+-]0000)",
        rf"[A-Z][a-z]{{5,8}}, (?P<day>\d\d)-(?P<month>[A-Z][a-z]{{2}})-(?P<year>\d\d) {_CLOCK} GMT",
        rf"[A-Z][a-z]{{2}} (?P<month>[A-Z][a-z]{{2}}) (?P<day>[ \d]\d) {_CLOCK} (?P<year>\d{{4}})",
    )
)


def max_age(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds for which an answer stays fresh, None where the server does not say.

    As a cache of one person reads it (RFC 9111, 4.2.1): `max-age`, else `Expires` less `Date`; `s-maxage` is for shared
    caches. What the answer has aged under way counts against it (4.2.3). `no-cache` and `no-store` say that an answer
    must not be used again unasked, and nothing about when asking is welcome: None. Header names are in lower case.
    """
    directives = _directives(headers.get("cache-control", ""))
    if "no-cache" in directives or "no-store" in directives:
        return None
    lifetime = _lifetime(headers, directives, now)
    if lifetime is None:
        return None
    return max(0.0, lifetime - (_seconds(headers.get("age", "")) or 0.0))


def retry_after(value: str, now: datetime) -> float | None:
    """Return the seconds a server asks us to wait (RFC 9110, 10.2.3), at most `MAX_WAIT`; None for neither form."""
    value = value.strip()
    if _DIGITS.fullmatch(value):
        return min(float(value), MAX_WAIT)
    when = http_date(value, now)
    return None if when is None else min(max(0.0, (when - now).total_seconds()), MAX_WAIT)


def http_date(value: str, now: datetime) -> datetime | None:
    """Return a date of HTTP (RFC 9110, 5.6.7) as UTC, or None.

    A year of two digits that seems more than 50 years ahead is in the past.
    """
    value = value.strip()
    found = next((match for form in _DATES if (match := form.fullmatch(value))), None)
    if found is None or found["month"] not in _MONTHS:
        return None
    year = int(found["year"])
    if len(found["year"]) == 2:
        year += now.year // 100 * 100
        year -= 100 if year > now.year + 50 else 0
    try:
        # A leap second is the start of the next minute.
        return datetime(
            year, _MONTHS[found["month"]], int(found["day"]), int(found["hour"]), int(found["minute"]), tzinfo=UTC
        ) + timedelta(seconds=int(found["second"]))
    except (ValueError, OverflowError):
        return None


def written(when: datetime) -> str:
    """Return a time in the form HTTP sends dates in."""
    when = when.astimezone(UTC)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[when.weekday()]
    return f"{day}, {when.day:02} {_MONTH_NAMES[when.month - 1]} {when.year:04} {when:%H:%M:%S} GMT"


def _directives(value: str) -> dict[str, str]:
    """Return the directives of `Cache-Control`, names in lower case, of each the first."""
    found: dict[str, str] = {}
    for match in _DIRECTIVE.finditer(value[:8_000]):
        found.setdefault(match[1].lower(), match[2] or match[3] or "")
    return found


def _lifetime(headers: Mapping[str, str], directives: Mapping[str, str], now: datetime) -> float | None:
    stated = _seconds(directives.get("max-age", ""))
    if stated is not None:
        return stated
    if "expires" not in headers:
        return None
    expires = http_date(headers["expires"], now)
    if expires is None:
        return 0.0  # Above all «0»: already stale (RFC 9111, 5.3).
    return (expires - (http_date(headers.get("date", ""), now) or now)).total_seconds()


def _seconds(value: str) -> float | None:
    value = value.strip()
    if not value.isascii() or not value.isdigit():
        return None
    return float(value) if len(value) <= 9 else float(_MAX_AGE)
