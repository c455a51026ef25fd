"""Regular expressions in bounded time: RE2, which never tries a text twice (github.com/google/re2).

Owns the library, which is imported when the first expression is compiled, and the bounds: how large an expression may
become and how much of a text it looks at. What `re` knows and cannot do in one pass (look-around, references back) is
refused. Texts are searched as they are written: neither case nor accents are folded, except by the flag `i`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

FLAGS = "ims"
"""`i` either case, `m` lines have beginnings and ends of their own (`^`, `$`), `s` a dot is a line break too."""

MAX_SIZE = 10_000
"""Instructions of a compiled expression. RE2 takes up to about 3 µs a byte where it is of many thousands, such as
`a.{0,200}b`, else a few nanoseconds."""

MAX_SEARCHED = 100_000
"""Characters of a text that are searched."""


class PatternError(Exception):
    """An expression that cannot be used; its text is the end of a sentence that says why."""


class Compiled:
    """An expression that can be searched for."""

    def __init__(self, expression: str, flags: str) -> None:
        """Compile it. Raises `PatternError`."""
        try:
            import re2
        except ImportError as error:
            raise PatternError("the library google-re2, which reads them, is not installed here") from error
        options = re2.Options()
        options.never_capture = True
        options.log_errors = False
        try:
            # Flags as the syntax has them inside an expression: RE2's own options know no `m`.
            self._compiled = re2.compile(f"(?{flags}){expression}" if flags else expression, options)
            size = self._compiled.programsize
        except re2.error as error:
            raise PatternError(_reason(error.args)) from error
        except UnicodeEncodeError as error:
            raise PatternError("it holds half of a character") from error
        if size > MAX_SIZE:
            raise PatternError("it is too large; repeat less in it")

    def is_in(self, text: str) -> bool:
        """Say whether it is found anywhere in a text."""
        return self._compiled.search(_bytes(text)) is not None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Return (start, end) of every place that is not empty, in characters of `text`, in order."""
        searched, behind, place = _bytes(text), 0, 0
        for found in self._compiled.finditer(searched):
            start, end = found.span()
            if start == end:
                continue
            first = place + len(searched[behind:start].decode())
            behind, place = end, first + len(searched[start:end].decode())
            yield first, place


@lru_cache(maxsize=256)
def compiled(expression: str, flags: str) -> Compiled:
    """Return an expression compiled. Raises `PatternError`."""
    return Compiled(expression, flags)


def _bytes(text: str) -> bytes:
    # RE2 searches bytes of UTF-8. Half of a surrogate pair has none; a question mark is as long.
    return text[:MAX_SEARCHED].encode("utf-8", "replace")


_SIMPLY = {
    "missing )": "a closing ) is missing",
    "unexpected )": "a ) has no opening one",
    "missing ]": "a closing ] is missing",
    "no argument for repetition operator": "nothing stands before a sign of repetition (* + ? {})",
    "bad repetition operator": "two signs of repetition follow one another",
    "invalid repetition size": "it repeats too often",
    "trailing \\": "it ends with a \\",
    "invalid escape sequence": "RE2 knows no such escape",
    "invalid character class range": "a range of characters in it is the wrong way round, or unknown",
    "invalid character range": "a range of characters in it is the wrong way round, or unknown",
    "invalid perl operator": "RE2 knows no such group (nor look-around)",
    "invalid named capture group": "the name of a group cannot be one",
    "pattern too large": "it is too large; repeat less in it",
}


def _reason(arguments: tuple[object, ...]) -> str:
    """Return the end of a sentence for an error of RE2: `missing ): (a`."""
    first = arguments[0] if arguments else ""
    said = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    what, _, where = said.partition(": ")
    reason = next((ours for theirs, ours in _SIMPLY.items() if what.startswith(theirs)), what)
    return f"{reason}: “{where}”" if where and what != "missing )" else reason
