"""The JSON of an answer, and its values as what they should be.

Owns the reading of a whole answer as one JSON value, and the small readers that narrow what a publisher put in a
field: a value of the wrong type is as good as absent, and never costs more than itself. Texts come out as they
are written; `feeds.text`, `feeds.html.titles` and `feeds.html` make them safe. Knows no format.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from math import isfinite

from feeds import sniff as sniffing
from feeds import text
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Response
from feeds.sniff import Form

Object = Mapping[str, object]
"""A JSON object; nothing about it is certain."""

MAX_DIGITS = 18
"""Digits of a number that is kept; a longer one counts nothing in any format here."""
_EXACT = 2.0**53
MAX_ID = 1_000
"""Characters of an id; what is longer is none."""


def is_json(response: Response, *marks: bytes) -> bool:
    """Say whether an answer looks like JSON and holds all of some byte strings: a cheap question before it is read."""
    sniffed = sniffing.sniff(response)
    if sniffed.form is not Form.JSON:
        return False
    try:
        body = sniffing.unpack(response, sniffed)
    except ParseError:
        return False
    return all(mark in body for mark in marks)


def load(response: Response, what: str) -> object:
    """Return the value of an answer that must be JSON. Raises `ParseError`.

    `what` says what was to be read, for the sentence of the error: «a Reddit live thread».
    """
    sniffed = sniffing.sniff(response)
    sniffing.check(sniffed)
    if sniffed.form is not Form.JSON:
        name = sniffing.title(response) if sniffed.form is Form.HTML else ""
        came = f"a web page (title “{name}”)" if name else "something else"
        raise NotAFeedError(f"{what[:1].upper()}{what[1:]} was expected; the server answered with {came}.")
    document = sniffing.read_text(response, sniffed).strip(" \t\r\n\ufeff\0")
    try:
        value: object = json.loads(document, parse_int=_whole, parse_constant=_nothing, strict=False)
    except RecursionError:
        raise ParseError("The JSON is nested too deeply to be read.") from None
    except json.JSONDecodeError as error:
        if error.pos >= len(document) or error.msg.startswith("Unterminated"):
            raise ParseError("The JSON is cut off: it ends before its last value does.") from None
        place = f"line {error.lineno}, column {error.colno}"
        raise ParseError(f"The JSON is broken at {place}: {text.line(error.msg)}.") from None
    return value


def peek(response: Response, what: str) -> object:
    """Return the value of an answer, None where it cannot be read: for those who only look."""
    try:
        return load(response, what)
    except ParseError:
        return None


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= MAX_DIGITS + 1 else None


def _nothing(_: str) -> None:
    """Stand for NaN and the infinities, which JSON does not have."""


# ------------------------------------------------------------------ values


def at(value: object, *names: str) -> object:
    """Return what stands under some names inside one another; None where one of them is missing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def mapping(value: object, *names: str) -> Object:
    """Return an object, an empty one where there is none."""
    found = at(value, *names)
    return found if isinstance(found, dict) else {}


def items(value: object, *names: str) -> list[object]:
    """Return a list, an empty one where there is none."""
    found = at(value, *names)
    return found if isinstance(found, list) else []


def objects(value: object, *names: str) -> list[Object]:
    """Return the objects of a list."""
    return [each for each in items(value, *names) if isinstance(each, dict)]


def remembered(value: object, *names: str) -> dict[str, object]:
    """Return the texts, numbers and answers to yes or no of an object that comes back in a cursor, made safe again."""
    out: dict[str, object] = {}
    for name, found in mapping(value, *names).items():
        if isinstance(found, str):
            out[name] = text.clean(found)
        elif isinstance(found, bool | None) or (isinstance(found, int | float) and abs(found) < _EXACT):
            out[name] = found
    return out


def string(value: object, *names: str) -> str:
    """Return a text, empty where there is none."""
    found = at(value, *names)
    return found if isinstance(found, str) else ""


def identifier(value: object, *names: str) -> str:
    """Return an id: a text, or a whole number as text; clean, empty where there is none or an endless one."""
    found = at(value, *names)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    found = text.clean(found).strip() if isinstance(found, str) else ""
    return found if len(found) <= MAX_ID else ""


def number(value: object, *names: str) -> float | None:
    """Return a number, also one written as text. What is infinite or too large is none, nor is “NaN”."""
    found = at(value, *names)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    if isinstance(found, str) and len(found) > MAX_DIGITS:
        return None
    try:
        read = float(found)
    except (ValueError, OverflowError):
        return None
    return read if isfinite(read) else None


def line(value: object, *names: str) -> str:
    """Return a text as one clean line of at most 500 characters."""
    return text.line(string(value, *names)[:5_000])[:500].strip()


def web(value: object, *names: str, base: str = "") -> str | None:
    """Return an absolute http or https address; None where there is none."""
    found = string(value, *names).strip()
    url = text.url(found, base) if found else None
    return url if url and url.startswith(("http://", "https://")) else None


def when(value: object, *names: str) -> datetime | None:
    """Return a date: written in any form `feeds.dates` knows, or a number since 1970; one without a zone is UTC."""
    from feeds import dates

    found = at(value, *names)
    if isinstance(found, str):
        return dates.parse(found)
    if isinstance(found, int | float) and not isinstance(found, bool):
        return dates.from_epoch(found)
    return None
