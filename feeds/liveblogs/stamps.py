"""The labels beside the posts of a live page, as words.

Owns which few words are no text but say when a post came, in the languages that live pages are in: a time, a day and
a time, how long ago. Whether an element is such a label depends on where it stands too: see `liveblogs.postmarkup`.
"""

from __future__ import annotations

import re

from feeds import dates, identity, text

LONGEST = 60
"""Characters of a time and what is written around it."""
_LABEL = re.compile(r"(?:last updated|updated|posted|published)\s*(?:at|on)?\s*:?\s*", re.IGNORECASE)
_CLOCK = re.compile(
    r"([0-2]?[0-9])[:.h]([0-5][0-9])(?:[:.][0-5][0-9])?\s{0,2}([ap]\.?m\.?)?\s{0,2}(?:\(?[A-Z]{2,5}\)?)?", re.IGNORECASE
)
_NOW = re.compile(r"(?:just )?now", re.IGNORECASE)
_SPAN = re.compile(r"[0-9]{1,3}\s?(?:s|secs?|m|mins?|h|hrs?|std|d)\.?", re.IGNORECASE)
"""How long ago something was, without the word for it."""
_DAY_NAMES = """
    today yesterday heute gestern aujourd hui hier oggi ieri hoy ayer hoje ontem vandaag gisteren idag igår i går dag
    dzisiaj dziś wczoraj сегодня вчера сьогодні вчора bugün dün
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
    montag dienstag mittwoch donnerstag freitag samstag sonntag mo di mi do fr sa so
    lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim
    lunedì martedì mercoledì giovedì venerdì sabato domenica gio sab dom
    lunes martes miércoles jueves viernes sábado domingo mié jue vie
    at on um at alle ore a las à às o le il el de kl uhr h st nd rd th am pm local time
"""
_DAYS = frozenset(text.fold(name) for name in _DAY_NAMES.split())
"""Words that stand beside a time of day, and what they are put together with."""
_BESIDE_CLOCK = re.compile(r"[^\W\d_]+|[0-9]+")
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


def clock(said: str) -> tuple[int, int] | None:
    """Return the hour and the minute of a text that is a time of day and nothing else; the hour may be none."""
    found = _CLOCK.fullmatch(_LABEL.sub("", said, count=1))
    if found is None:
        return None
    hour = int(found[1])
    if found[3] and hour <= 12:
        hour = hour % 12 + (12 if found[3][0] in "pP" else 0)
    return hour, int(found[2])


def is_span(said: str) -> bool:
    """Say whether a text is a number of minutes or hours: how long ago, where it is called a time."""
    return _SPAN.fullmatch(said) is not None


def is_stamp(said: str) -> bool:
    """Say whether a text is a time and nothing else: «14 August 2023 10:01», «Updated 1:48 AM», «20m ago».

    What a page counts, and the word over an advertisement, are no text either.
    """
    if not said or len(said) > LONGEST:
        return False
    rest = _LABEL.sub("", said, count=1)
    if _CLOCK.fullmatch(rest) or _NOW.fullmatch(rest) or identity.is_boilerplate(rest):
        return True
    if len(rest) > 40 or not (found := _CLOCK.search(rest)):
        return False
    if _YEAR.search(rest) and dates.parse(rest) is not None:
        return True
    beside = f"{rest[: found.start()]} {rest[found.end() :]}"
    return all(_is_day(word) for word in _BESIDE_CLOCK.findall(beside))


def _is_day(word: str) -> bool:
    """Say whether a word beside a time of day says which day it was, or in which zone: «Today, 8:56 AM ET»."""
    if word.isdigit():
        return len(word) <= 2 or _YEAR.fullmatch(word) is not None
    return text.fold(word) in _DAYS or dates.is_month(word) or dates.is_zone(word)
