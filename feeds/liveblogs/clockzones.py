"""The zone in which a page gives its times of day, as people write it.

Owns the names of zones (abbreviations behind a time, «Beijing time», «heure de Paris») and the sentences in which a
page says which one holds. Half understood is not understood: what names no zone for certain is none. Knows no clock.
"""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from feeds import text

# Minutes east of Greenwich of abbreviations that are one offset the year round, and those that are a place: people
# write «ET» and «CET» in summer as well. «IST» is India's: news is written there by the clock most of all.
_OFFSETS = {"UTC": 0, "GMT": 0, "UT": 0, "Z": 0, "BST": 60, "MSK": 180, "IST": 330, "PKT": 300, "NPT": 345, "WIB": 420}
_OFFSETS |= {"HKT": 480, "SGT": 480, "PHT": 480, "AWST": 480, "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660}
_OFFSETS |= {"NZST": 720, "NZDT": 780, "SAST": 120, "EAT": 180, "WAT": 60, "CEST": 120, "MESZ": 120, "EEST": 180}
_OFFSETS |= {"EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420}
_OFFSETS |= {"AKST": -540, "AKDT": -480, "HST": -600, "BRT": -180, "ART": -180, "CLT": -240, "COT": -300}
_PLACES = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}
_PLACES |= {"CET": "Europe/Berlin", "MEZ": "Europe/Berlin", "EET": "Europe/Athens", "WET": "Europe/Lisbon"}

_NAMES = """
    coordinated universal=UTC; universal time=UTC; greenwich=UTC; temps universel=UTC; tiempo universal=UTC;
    central european=Europe/Berlin; mitteleuropaisch=Europe/Berlin; eastern european=Europe/Athens;
    western european=Europe/Lisbon; british=Europe/London; uk time=Europe/London; irish=Europe/Dublin;
    german=Europe/Berlin; deutscher zeit=Europe/Berlin; french=Europe/Paris; heure francaise=Europe/Paris;
    italian=Europe/Rome; ora italiana=Europe/Rome; spanish=Europe/Madrid; hora peninsular=Europe/Madrid;
    ukrain=Europe/Kyiv; kyiv=Europe/Kyiv; kiev=Europe/Kyiv; kiew=Europe/Kyiv; russian=Europe/Moscow;
    moskau=Europe/Moscow; moscou=Europe/Moscow; turkish=Europe/Istanbul; israel=Asia/Jerusalem; tel aviv=Asia/Jerusalem;
    iran=Asia/Tehran; gulf standard=Asia/Dubai; pakistan=Asia/Karachi; india=Asia/Kolkata; delhi=Asia/Kolkata;
    beijing=Asia/Shanghai; peking=Asia/Shanghai; pekin=Asia/Shanghai; china=Asia/Shanghai; hong kong=Asia/Hong_Kong;
    japan=Asia/Tokyo; korea=Asia/Seoul; philippine=Asia/Manila; singapore=Asia/Singapore;
    australian eastern=Australia/Sydney; australian western=Australia/Perth; canberra=Australia/Sydney;
    new zealand=Pacific/Auckland; wellington=Pacific/Auckland; south africa=Africa/Johannesburg;
    east africa=Africa/Nairobi; west africa=Africa/Lagos; new york=America/New_York; washington=America/New_York;
    eastern=America/New_York; mountain=America/Denver; pacific=America/Los_Angeles; los angeles=America/Los_Angeles;
    brasilia=America/Sao_Paulo; brazil=America/Sao_Paulo; argentin=America/Argentina/Buenos_Aires;
    buenos aires=America/Argentina/Buenos_Aires; mexico=America/Mexico_City; central=America/Chicago
"""
_NAMED = [(name.strip(), zone.strip()) for name, _, zone in (pair.partition("=") for pair in _NAMES.split(";"))]
"""The parts of names that are no city of the IANA data base, folded; the longer one before what it holds."""
_REGIONS = ("Europe", "Asia", "America", "Africa", "Australia", "Pacific", "Atlantic")

_MAX_SENTENCE = 300
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")
_ABOUT_TIMES = re.compile(
    r"\b(?:all (?:the )?(?:times?|timestamps|updates|posts|entries|dates and times)\b"
    r"|(?:times|timestamps)\s(?:\w+\s){0,2}(?:are|is|in|given|shown|listed|stated)\b"
    r"|time ?zone\b|(?:updates|posts|entries) are (?:in|timed|given)\b"
    r"|alle (?:zeiten|zeitangaben|uhrzeiten|angaben)\b|(?:zeitangaben|uhrzeiten)\b"
    r"|(?:toutes )?les (?:heures|horaires)\b|(?:todas las|las) horas\b|(?:todos los |los )?horarios\b"
    r"|(?:tutti )?gli orari\b|(?:todos )?os horários\b|alle tijden\b)",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"\b(?:UTC|GMT)\s?([+−-])\s?([0-9]{1,2})(?::?([0-9]{2}))?(?![0-9])")
_ABBREVIATION = re.compile(r"\b[A-Z]{2,5}\b")
_CITY = re.compile(
    r"\b([A-Z][a-zé]+(?:[ -][A-Z][a-zé]+){0,2})(?:['’]s)?\s(?:local\s|standard\s|summer\s|daylight\s)?time\b"
    r"|\b(?:heure|hora|ora|horário|Ortszeit)\s(?:locale?\s)?(?:de|di|do|da|d['’]|in)?\s?"
    r"([A-Z][a-zé]+(?:[ -][A-Z][a-zé]+){0,2})"
)


@lru_cache(maxsize=256)
def named(name: str) -> tzinfo | None:
    """Return the zone of an abbreviation in capitals, perhaps with an offset («GMT+1»); None for any other word."""
    if found := _OFFSET.fullmatch(name):
        return _offset(found)
    if name in _OFFSETS:
        return _fixed(_OFFSETS[name])
    return _zone(_PLACES[name]) if name in _PLACES else None


def stated(prose: str) -> tzinfo | None:
    """Return the zone a paragraph says its page's times are in («All times below are in Beijing time.»).

    None where it says nothing of them, or names no zone that is known.
    """
    if len(prose) > _MAX_SENTENCE * 4:
        return None
    for sentence in _SENTENCE.split(prose):
        if len(sentence) <= _MAX_SENTENCE and _ABOUT_TIMES.search(sentence):
            found = _in_sentence(sentence)
            if found is not None:
                return found
    return None


def _in_sentence(sentence: str) -> tzinfo | None:
    folded = text.fold(sentence)
    for name, zone in _NAMED:
        if re.search(rf"\b{name}", folded) and (found := _zone(zone)) is not None:
            return found
    if offset := _OFFSET.search(sentence):
        return _offset(offset)
    for city in _CITY.finditer(sentence):
        place = text.fold(city[1] or city[2] or "").title().replace(" ", "_").replace("-", "_")
        for region in _REGIONS:
            if (found := _zone(f"{region}/{place}")) is not None:
                return found
    known = (named(word) for word in _ABBREVIATION.findall(sentence))
    return next((zone for zone in known if zone is not None), None)


def _offset(found: re.Match[str]) -> tzinfo | None:
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return _fixed(minutes if found[1] == "+" else -minutes) if minutes <= 14 * 60 else None


def _fixed(minutes: int) -> tzinfo:
    return timezone(timedelta(minutes=minutes)) if minutes else UTC


def _zone(name: str) -> tzinfo | None:
    """Return a zone of the IANA data base, None where this machine knows none of that name."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
