"""Dates as publishers write them, as moments in UTC.

Owns the forms that are known: ISO 8601 and RFC 3339, RFC 822 and 2822 with the zones people write, `asctime`, dates
with the names of months in two dozen languages, numbers since 1970. A date that is half understood is none: an entry
without a date has the time of its first sight, one with a wrong date stands in the wrong place for ever. Knows no
clock: a date in the future stays, the caller decides.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from feeds import text

MAX_LENGTH = 200
"""Characters of a date; what is longer is none."""
FIRST_YEAR = 1900
"""Dates before this year are how software writes that it knows none."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS, _MICROSECONDS = 1e11, 1e14
"""From these sizes on, a number since 1970 counts thousandths or millionths (1e11 s would be the year 5138)."""

# ------------------------------------------------------------------ names

_MONTHS = """
    january february march april may june july august september sept october november december
    januar jaenner februar feber marz maerz april mai juni juli august september oktober november dezember
    janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
    enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre
    janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
    gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
    gener febrer marc abril maig juny juliol agost setembre octubre novembre desembre
    januari februari maart april mei juni juli augustus september oktober november december
    januari februari mars april maj juni juli augusti september oktober november december
    januar februar marts april maj juni juli august september oktober november desember
    tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesakuuta heinakuuta elokuuta syyskuuta lokakuuta
        marraskuuta joulukuuta
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia
    styczen luty marzec kwiecien maj czerwiec lipiec sierpien wrzesien pazdziernik listopad grudzien
    ledna unora brezna dubna kvetna cervna cervence srpna zari rijna listopadu prosince
    januara februara marca aprila maja juna jula augusta septembra oktobra novembra decembra
    januar februar marcius aprilis majus junius julius augusztus szeptember oktober november december
    ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
    ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik
    januari februari maret april mei juni juli agustus september oktober november desember
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
    січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
    януари февруари март април май юни юли август септември октомври ноември декември
    ιανουαριου φεβρουαριου μαρτιου απριλιου μαιου ιουνιου ιουλιου αυγουστου σεπτεμβριου οκτωβριου νοεμβριου δεκεμβριου
    ιανουαριος φεβρουαριος μαρτιος απριλιος μαιος ιουνιος ιουλιος αυγουστος σεπτεμβριος οκτωβριος νοεμβριος δεκεμβριος
"""
_RFC_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_SECOND_NAMES = {"sept": 9, "jaenner": 1, "feber": 2, "maerz": 3, "setiembre": 9}


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Return the months by their names and by every beginning of three letters or more that is theirs alone."""
    names: dict[str, int] = {}
    counted = 0
    for word in _MONTHS.split():
        if word in _SECOND_NAMES:
            names[text.fold(word)] = _SECOND_NAMES[word]
        else:
            names[text.fold(word)] = counted % 12 + 1
            counted += 1
    short: dict[str, set[int]] = {}
    for name, month in names.items():
        for size in range(3, len(name)):
            short.setdefault(name[:size], set()).add(month)
    alone = {word: months.pop() for word, months in short.items() if len(months) == 1}
    return alone | names | {name: number for number, name in enumerate(_RFC_MONTHS.split(), 1)}


def _hours(spec: str) -> dict[str, int]:
    return {name: int(minutes) for name, minutes in (pair.split("=") for pair in spec.split())}


# Minutes east of Greenwich. Where a name means several zones, the one that news is written in most.
_ZONES = _hours("""
    ut=0 utc=0 gmt=0 z=0 wet=0 west=60 bst=60 cet=60 cest=120 met=60 mest=120 mez=60 mesz=120 eet=120 eest=180 msk=180
    msd=240 trt=180 idt=180 wat=60 cat=120 eat=180 sast=120 gst=240 pkt=300 ist=330 npt=345 ict=420 wib=420 wita=480
    wit=540 hkt=480 sgt=480 pht=480 jst=540 kst=540 awst=480 acst=570 acdt=630 aest=600 aedt=660 nzst=720 nzdt=780
    nst=-210 ndt=-150 ast=-240 adt=-180 est=-300 edt=-240 cst=-360 cdt=-300 mst=-420 mdt=-360 pst=-480 pdt=-420
    akst=-540 akdt=-480 hst=-600 brt=-180 art=-180 clt=-240 clst=-180 cot=-300 pet=-300 hne=-300 hae=-240
""")
_PLACES = {"et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles"}


def is_zone(word: str) -> bool:
    """Say whether a word is the name of a time zone, as people abbreviate it."""
    name = word.casefold()
    return name in _ZONES or name in _PLACES


def is_month(word: str) -> bool:
    """Say whether a word is the name of a month, or a beginning of one that is used for it."""
    return text.fold(word) in _months()


# ------------------------------------------------------------------ forms

_USUAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})")
_NUMBER = re.compile(r"(-?[0-9]{1,18})(?:[.,]([0-9]+))?")
_CJK = re.compile(r"([0-9]{4})\s*[년年]\s*([0-9]{1,2})\s*[월月]\s*([0-9]{1,2})\s*[일日]?")
_KOREAN = re.compile("[0-9]년|오전|오후")
_CJK_TIME = re.compile(r"([0-9]{1,2})\s*[시時时点點]\s*(?:([0-9]{1,2})\s*[분分])?\s*(?:([0-9]{1,2})\s*[초秒])?")
_COMPACT = re.compile(r"(?:[1-9][0-9]{3})([0-9]{2}){2}(?:t?[0-9]{4}(?:[0-9]{2})?)?(?![0-9])")
_YEAR_FIRST = re.compile(
    r"(?<![0-9])([0-9]{4})([-/.])([0-9]{1,2})(?:\2([0-9]{1,2}))?(?![0-9])(?:t(?=[0-9])|\s*(?=[^0-9]|\Z))?"
)
_WEEK = re.compile(r"([0-9]{4})-?w([0-9]{2})(?:-?([1-7]))?(?:t(?=[0-9]))?(?![0-9])")
_DAY_OF_YEAR = re.compile(r"([0-9]{4})-([0-9]{3})(?![0-9-])(?:t(?=[0-9]))?")
_DAY_FIRST = re.compile(r"(?<![0-9:])([0-9]{1,2})([-/.])\s?([0-9]{1,2})\2\s?([0-9]{4}|[0-9]{2})(?![0-9:])")
_APART = re.compile(r"(?<![0-9:])([0-9]{1,2})( )([0-9]{1,2}) ([0-9]{4})(?![0-9:])")
_WORD = re.compile(r"[^\W\d_]+")
# A month's name was put as §number.
_ORDINAL = r"(?:st|nd|rd|th|er|eme|[eoa])?\W{0,3}(?:de|of|den|di|d)?\W{0,3}"
_DAY_MONTH = re.compile(
    rf"(?<![0-9:.])([0-9]{{1,2}}){_ORDINAL}§([0-9]+)\W{{0,3}}(?:del?\W{{1,3}})?([0-9]{{4}}|[0-9]{{2,3}})(?![0-9:])"
)
_YEAR_MONTH = re.compile(r"(?<![0-9])([0-9]{4})\W{1,3}§([0-9]+)\W{1,3}([0-9]{1,2})(?![0-9:])(?:t(?=[0-9]))?")
_MONTH_DAY = re.compile(r"§([0-9]+)\W{1,3}([0-9]{1,2})(?:st|nd|rd|th)?(?![0-9:])")
_ANY_YEAR = re.compile(r"(?<![0-9:+-])((?:19|20)[0-9]{2})(?![0-9:])")
_FAR_YEAR = re.compile(r"(?<![0-9:+-])([1-9][0-9]{3})(?![0-9:])")

_CLOCK = re.compile(r"(?<![0-9])([0-9]{1,2})\s?:\s?([0-9]{1,2})(?:\s?[:.]\s?([0-9]{1,2}))?(?:[.,]([0-9]+))?(?![0-9])")
_DOTTED = re.compile(r"(?<![0-9.])([0-9]{1,2})(?:[.]|\s?h\s?)([0-9]{2})(?:[.:]([0-9]{2}))?()(?![0-9.])")
_BARE = re.compile(r"(?<![0-9+-])([0-9]{2})([0-9]{2})([0-9]{2})?(?:[.,]([0-9]+))?(?![0-9])")
_HOUR = re.compile(r"(?<![0-9+-])([0-9]{1,2})()()()(?=\s?[ap][.]?\s?m\b|z\Z|\s?(?:uhr|h)\b)")
_HALF = re.compile(r"(?<![a-z])([ap])[.]?\s?m\b|(오전|上午|午前|πμ|오후|下午|午後|μμ)")
_OFFSET = re.compile(r"\s*\(?(?:gmt|utc|ut)?\s?([+−-])\s?([0-9]{1,2})(?::?([0-9]{1,2}))?(?![0-9])")
_MILITARY = re.compile(r"\s?[a-ik-z]\Z")
_PLACE = re.compile(r"[A-Z][A-Za-z]{1,20}(?:/[A-Z][A-Za-z_-]{1,30}){1,2}")


def from_epoch(value: int | float) -> datetime | None:
    """Return a moment given in seconds, thousandths or millionths since 1970, told apart by their size.

    Zero, infinities and what lies before 1900 or after 9999 are no dates.
    """
    size = abs(value)
    if not 0 < size < _MICROSECONDS * 1000:
        return None
    unit = 1 if size < _MILLISECONDS else 1_000 if size < _MICROSECONDS else 1_000_000
    try:
        return _bounded(_EPOCH + timedelta(seconds=value / unit))
    except OverflowError:
        return None


def parse(s: str, *, zone: tzinfo = UTC) -> datetime | None:
    """Return a written date as UTC, or None where it is none, impossible, or before 1900 or after 9999.

    `zone` is where a date without a zone is taken to be written; military letters but Z say nothing and are UTC
    (RFC 2822, 4.3). A day without a time is its first moment.
    """
    if not s.strip() or len(s) > MAX_LENGTH:
        return None
    if _USUAL.fullmatch(s):  # what most publishers write, in a tenth of the time
        try:
            return _bounded(datetime.fromisoformat(s).astimezone(UTC))
        except (ValueError, OverflowError):
            pass  # midnight as 24:00, a leap second, or a day that is none
    place = _PLACE.search(s)
    if place is not None and (named := _named(place[0])) is not None:
        zone, s = named, s[: place.start()] + s[place.end() :]
    written = text.fold(text.line(s).strip("\"'"))
    if zone is UTC and _KOREAN.search(written):
        zone = _fixed(_ZONES["kst"])  # the language is that of one zone
    if found := _NUMBER.fullmatch(written):
        return _from_digits(found, zone)
    try:
        day, rest, late = _day(written)
        if day is None:
            return None
        moment, place_of_zone, rest = _time(rest, late=late)
        known = _zone(rest, place_of_zone, zone)
        return _bounded((datetime.combine(day, time(), known) + moment).astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _bounded(when: datetime) -> datetime | None:
    return when if when.year >= FIRST_YEAR else None


def _from_digits(found: re.Match[str], zone: tzinfo) -> datetime | None:
    """Return what a number means: a compact date, a year, or a time since 1970."""
    digits, fraction = found.groups()
    if not fraction and (len(digits) == 8 or (len(digits) in (12, 14) and digits.startswith(("19", "20")))):
        try:
            clock = [int(digits[place : place + 2]) for place in range(8, len(digits), 2)]
            hour, minute, second = (*clock, 0, 0, 0)[:3]
            day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
            when = datetime.combine(day, time(hour, minute, second), zone)
            return _bounded(when.astimezone(UTC))
        except (ValueError, OverflowError):
            pass
    if len(digits) == 4 and not fraction:
        return datetime(int(digits), 1, 1, tzinfo=zone).astimezone(UTC) if "1900" <= digits <= "2199" else None
    if len(digits) < 9:
        return None
    return from_epoch(int(digits) if not fraction else float(f"{digits}.{fraction}"))


# ------------------------------------------------------------------ the day


def _day(written: str) -> tuple[date | None, str, bool]:
    """Return the day, the text without it, and whether a time without colons may follow. Raises `ValueError`."""
    written = _CJK.sub(r"\1-\2-\3 ", written)
    written = _CJK_TIME.sub(lambda clock: ":".join((clock[1], clock[2] or "00", clock[3] or "00")), written)
    if found := _COMPACT.match(written):
        digits = found[0]
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])), digits[8:] + written[found.end() :], True
    if found := _WEEK.match(written):
        return date.fromisocalendar(int(found[1]), int(found[2]), int(found[3] or 1)), written[found.end() :], True
    if found := _DAY_OF_YEAR.match(written):
        number = int(found[2])
        day = date(int(found[1]), 1, 1) + timedelta(days=number - 1)
        return (day if number and day.year == int(found[1]) else None), written[found.end() :], True
    if found := _YEAR_FIRST.search(written):
        rest = f"{written[: found.start()]} {written[found.end() :]}"
        return date(int(found[1]), int(found[3]), int(found[4] or 1)), rest, found[0].endswith("t")
    marked = _marked(written)
    if marked is not None:
        return _named_month(marked)
    if found := _DAY_FIRST.search(written) or _APART.search(written):
        first, mark, second, year = int(found[1]), found[2], int(found[3]), _year(found[4])
        # With slashes, Americans write the month first, and most who write slashes are.
        number, month = (second, first) if mark == "/" and first <= 12 else (first, second)
        return date(year, month, number), f"{written[: found.start()]} {written[found.end() :]}", False
    return None, written, False


def _marked(written: str) -> str | None:
    """Return the text with the name of its month as §number, None where there is none.

    Of several, the last is meant: the first is a day of the week («Mar» is a Tuesday in three languages).
    """
    months = _months()
    words = [(found, month) for found in _WORD.finditer(written) if (month := months.get(found[0]))]
    if not words:
        return None
    found, month = words[-1]
    if len(words) > 1 and not written[found.end() :].strip():
        found, month = words[0]
    return f"{written[: found.start()]}§{month}{written[found.end() :]}"


def _named_month(marked: str) -> tuple[date | None, str, bool]:
    if found := _YEAR_MONTH.search(marked):
        day = date(int(found[1]), int(found[2]), int(found[3]))
    elif found := _DAY_MONTH.search(marked):
        day = date(_year(found[3]), int(found[2]), int(found[1]))
    elif found := _MONTH_DAY.search(marked):
        year = _ANY_YEAR.search(marked, found.end()) or _FAR_YEAR.search(marked, found.end())
        if year is None:
            return None, marked, False
        day = date(int(year[1]), int(found[1]), int(found[2]))
        rest = f"{marked[: found.start()]} {marked[found.end() : year.start()]} {marked[year.end() :]}"
        return day, rest, False
    else:
        return None, marked, False
    return day, f"{marked[: found.start()]} {marked[found.end() :]}", True


def _year(digits: str) -> int:
    """Return the year; of two digits from 00 to 49 this century's, of others 1900 is left out (RFC 2822, 4.3)."""
    year = int(digits)
    return year if len(digits) > 3 else year + 2000 if len(digits) == 2 and year < 50 else year + 1900


# ------------------------------------------------------------------ the time


def _time(rest: str, *, late: bool) -> tuple[timedelta, int, str]:
    """Return the time of day, where its zone may stand, and the text. Raises `ValueError` for an impossible one."""
    forms = (_CLOCK, _BARE, _DOTTED, _HOUR) if late else (_CLOCK, _DOTTED, _HOUR)
    found = next((match for form in forms if (match := form.search(rest))), None)
    if found is None:
        return timedelta(0), 0, rest
    hour, minute, second = (int(number or 0) for number in found.groups()[:3])
    # Midnight may be 24:00 (ISO 8601), and a minute may have a leap second (RFC 3339, 5.7): the next moment.
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        raise ValueError("no time of day")
    half = _HALF.search(rest)
    if half is not None and hour <= 12:
        hour = hour % 12 + (12 if half[1] == "p" or half[2] in ("오후", "下午", "午後", "μμ") else 0)
    micro = int(f"{found[4] or 0:0<6}"[:6])
    place = half.end() if half is not None and half.start() >= found.end() else found.end()
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro), place, rest


def _zone(rest: str, place: int, zone: tzinfo) -> tzinfo:
    """Return the zone a text names at or after a place, else the one given. Raises `ValueError`."""
    if found := _OFFSET.match(rest, place):
        digits = found[2] + (found[3] or "")
        hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
        if found[3] and ":" in found[0]:
            hours, minutes = int(found[2]), int(found[3])
        elif len(digits) == 3 and found[3] and len(found[2]) == 2:
            hours, minutes = int(digits[0]), int(digits[1:])
        return _fixed((hours * 60 + minutes) * (1 if found[1] == "+" else -1))
    if _MILITARY.fullmatch(rest, place):
        return UTC
    for word in _WORD.findall(rest, place):
        if word in _ZONES:
            later = _OFFSET.search(rest, rest.index(word, place))
            return _zone(rest, later.start(), zone) if later and word in ("gmt", "utc", "ut") else _fixed(_ZONES[word])
        if word in _PLACES and (named := _named(_PLACES[word])) is not None:
            return named
    return zone


def _fixed(minutes: int) -> tzinfo:
    return timezone(timedelta(minutes=minutes)) if minutes else UTC


@lru_cache(maxsize=256)
def _named(name: str) -> tzinfo | None:
    """Return a zone of the IANA data base, None where this machine knows none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
