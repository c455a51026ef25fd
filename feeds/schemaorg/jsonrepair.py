"""JSON as publishers embed it in pages: what it says, where it is not quite JSON.

Owns the repairs and their order. Each is tried on top of those before it, and the first that parses ends it,
so JSON that is right is never touched. Time is linear in the length of the text. Knows nothing of what the
values mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from msgspec import Struct

from feeds import text
from feeds.errors import ParseError

MAX_VALUES = 1_000
"""Values read of one text that holds several."""
MAX_WRAPPERS = 10
"""Marks taken off the end of one text."""


class Loaded(Struct, frozen=True):
    """What a JSON text holds."""

    values: tuple[object, ...]
    """Its values: one, but where several stand one after another."""
    repair: str = ""
    """What had to be mended, in words («comments»); empty where nothing had."""


# Possessive throughout: no path is tried twice. What never closes is taken to the end.
_STRING = r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
_COMMENTS = re.compile(
    rf"({_STRING})|//[^\n\r]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)",
    re.DOTALL,
)
_COMMAS = re.compile(rf"({_STRING})|,(?=\s*+[}}\]])", re.DOTALL)
_TWICE_QUOTED = re.compile(r'(:\s*+)""([^"\r\n]++)""(?=\s*+[,}\]])')
_BEFORE = re.compile(r"(?:\s++|<!--|(?:/[/*]\s*+)?<!\[CDATA\[(?:\s*+\*/)?)++")
_BEHIND = ("-->", "]]>", "//", "/*", "*/", ";")
_BETWEEN = re.compile(r"[\s,;\0\ufeff]*+")
_SPACE = " \t\r\n\f\v\0\ufeff"


def load(source: str) -> Loaded:
    """Read a JSON text, mended where need be. Raises `ParseError`, whose text says where it is broken."""
    source = source.strip(_SPACE)
    try:
        return Loaded(_values(source, strict=True))
    except json.JSONDecodeError as error:
        broken = error
    except RecursionError:
        raise ParseError("The JSON is nested too deeply to be read.") from None
    mended = source
    for repair, mended in _mended(source):
        try:
            return Loaded(_values(mended), repair)
        except (json.JSONDecodeError, RecursionError):
            continue
    try:
        return Loaded((_decoder(strict=False).raw_decode(mended)[0],), "something after its end")
    except (json.JSONDecodeError, RecursionError):
        pass
    if broken.pos >= len(source) or broken.msg.startswith("Unterminated"):
        raise ParseError("The JSON is cut off: it ends before its last value does.")
    place = f"line {broken.lineno}, column {broken.colno}"
    raise ParseError(f"The JSON is broken at {place}: {text.line(broken.msg)}.")


def _mended(source: str) -> Iterator[tuple[str, str]]:
    """Yield what was mended, in words, and the text with it, most harmless first."""
    yield "raw line breaks in texts", source
    source = _unwrapped(source)
    yield "a wrapper around it", source
    if source.lstrip("[{" + _SPACE).startswith("&quot;"):
        source = text.decode_entities(source)
        yield "HTML entities instead of quotes", source
    yield "comments or trailing commas", _uncommented(source)
    yield "doubled quotes", _uncommented(_TWICE_QUOTED.sub(r'\1"\2"', source))


def _uncommented(source: str) -> str:
    """Return the text without comments, and without commas after which nothing follows."""
    return _COMMAS.sub(_string, _COMMENTS.sub(_string, source))


def _string(found: re.Match[str]) -> str:
    """Keep the string that was matched; what is no string goes."""
    return found[1] or ""


def _unwrapped(source: str) -> str:
    """Return the text without what hid scripts from old browsers, and without a semicolon at its end."""
    source = source[found.end() :] if (found := _BEFORE.match(source)) else source
    for _ in range(MAX_WRAPPERS):
        source = source.rstrip(_SPACE)
        mark = next((mark for mark in _BEHIND if source.endswith(mark)), "")
        source = source.removesuffix(mark)
    return source


def _values(source: str, *, strict: bool = False) -> tuple[object, ...]:
    """Return the values of a text that holds nothing else. Raises `json.JSONDecodeError`."""
    values: list[object] = []
    decoder, place = _decoder(strict=strict), 0
    while place < len(source) and len(values) < MAX_VALUES:
        value, place = decoder.raw_decode(source, place)
        values.append(value)
        found = _BETWEEN.match(source, place)
        place = found.end() if found else place
    if not values:
        raise json.JSONDecodeError("Expecting value", source, 0)
    return tuple(values)


def _decoder(*, strict: bool) -> json.JSONDecoder:
    return json.JSONDecoder(strict=strict, parse_int=_integer, parse_constant=_nothing)


def _integer(digits: str) -> int | str:
    """Return a number, or its digits where it is longer than any number here means anything."""
    return int(digits) if len(digits) <= 18 else digits


def _nothing(_: str) -> None:
    """Stand for NaN and the infinities, which JSON does not have (RFC 8259, 6)."""
