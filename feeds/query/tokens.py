"""How a query is written: characters to lexemes, each with its place.

Owns what is a word, a phrase, a regular expression or a field, and what is said where one of them is not finished.
Knows nothing of what they mean.

A *field* is a word of ASCII letters and a colon with something right behind it: `title:kyiv`. `10:30` begins with a
digit, `https://…` goes on with two slashes and `Breaking: more` with a blank, so all of these are words. A *regular
expression* stands between slashes where a term may begin and does not begin with a blank; `and/or` is a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from feeds.errors import QueryError
from feeds.query.patterns import FLAGS
from feeds.query.terms import FIELDS, closest


class Lexeme(NamedTuple):
    """A piece of a query."""

    kind: str
    """`word`, `stem`, `phrase`, `pattern`, `field`, `open`, `close`, `not`, `and`, `or` or `end`."""
    text: str
    """What it says: of a phrase what is between the quotation marks, of a field its name."""
    position: int
    flags: str = ""
    """Of a pattern."""
    quoted: bool = False


# None of these nests a repetition: linear in the text.
_BLANKS = re.compile(r"\s+")
_WORD = re.compile(r'[^\s()"]+')
_FIELD = re.compile(r"([A-Za-z]+):")
_PATTERN = re.compile(r"/((?:[^/\\]|\\.)*+)/([A-Za-z]*)", re.DOTALL)
_NO_WORD = ("", ")")
"""What stands behind something that was not finished; a blank does so too."""


def lexemes(text: str) -> list[Lexeme]:
    """Return the lexemes of a query, the last of them `end`. Raises `QueryError`."""
    return [*_Lexer(text).all(), Lexeme("end", "", len(text))]


class _Lexer:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def all(self) -> Iterator[Lexeme]:
        valued = False
        """Whether a field stands right before this place."""
        while self._at < len(self._text):
            if blanks := _BLANKS.match(self._text, self._at):
                self._at = blanks.end()
                continue
            lexeme = self._value() if valued else self._next()
            valued = lexeme.kind == "field"
            yield lexeme

    def _next(self) -> Lexeme:
        character = self._text[self._at]
        # A dash between blanks negates nothing: “Kyiv - live” is no wish to see nothing that is live.
        if character == "-" and not self._ends(self._at + 1):
            return self._taken("not", "-", 1)
        if (found := _FIELD.match(self._text, self._at)) and (field := self._field(found)):
            return field
        lexeme = self._value()
        if lexeme.kind == "word" and lexeme.text in ("OR", "AND", "NOT"):
            return lexeme._replace(kind=lexeme.text.lower())
        return lexeme

    def _value(self) -> Lexeme:
        """Return what may stand behind a field: no operator, and no other field."""
        match self._text[self._at]:
            case "(":
                return self._taken("open", "(", 1)
            case ")":
                return self._taken("close", ")", 1)
            case '"':
                return self._phrase()
            case "/" if not self._ends(self._at + 1):  # “Kyiv / Lviv / Odesa” looks for no “ Lviv ”
                return self._pattern()
            case _:
                return self._word()

    def _word(self) -> Lexeme:
        found = _WORD.match(self._text, self._at)
        assert found is not None  # what begins no word begins something else
        word = found[0]
        if word.endswith("*") and word.strip("*"):
            return self._taken("stem", word.rstrip("*"), len(word))
        return self._taken("word", word, len(word))

    def _phrase(self) -> Lexeme:
        end = self._text.find('"', self._at + 1)
        if end < 0:
            raise self._unfinished("quotation mark", "add another one", 'a closing "')
        stem = self._text[end + 1 : end + 2] == "*"
        said = self._text[self._at + 1 : end]
        return self._taken("stem" if stem else "phrase", said, len(said) + 2 + stem)._replace(quoted=True)

    def _pattern(self) -> Lexeme:
        found = _PATTERN.match(self._text, self._at)
        if found is None:
            raise self._unfinished("regular expression", "add a /, or put it in quotation marks", "a closing /")
        unknown = [flag for flag in found[2] if flag not in FLAGS]
        if unknown or not self._ends(found.end()):
            raise QueryError(
                f"Behind the regular expression at position {self._at + 1} only the letters i (either case), m and s "
                "may follow; to look for slashes, put it in quotation marks.",
                text=self._text,
                position=found.start(2),
                expected="i, m, s, or a blank",
            )
        flags = "".join(flag for flag in FLAGS if flag in found[2])
        return self._taken("pattern", found[1], len(found[0]))._replace(flags=flags)

    def _field(self, found: re.Match[str]) -> Lexeme | None:
        """Return the field that begins here, None where it is a word. Raises `QueryError`."""
        name, behind = found[1].lower(), found.end()
        known = name in FIELDS
        if known and self._ends(behind):
            example = FIELDS[name].example
            raise QueryError(
                f"Behind “{found[0]}” at position {self._at + 1} follows what to look for, without a blank, as in "
                f"{example}.",
                text=self._text,
                position=behind,
                expected=f"what to look for, as in {example}",
            )
        if not known and (self._ends(behind) or self._text.startswith("//", behind)):
            return None
        if not known:
            close = closest(name, list(FIELDS))
            hint = f"did you mean “{close}:”?" if close else f"there are {', '.join(FIELDS)}."
            raise QueryError(
                f"“{found[0]}” at position {self._at + 1} is no field; {hint} Words with a colon stand in quotation "
                "marks.",
                text=self._text,
                position=self._at,
                expected=f"one of {', '.join(FIELDS)}",
            )
        return self._taken("field", name, len(found[0]))

    def _ends(self, place: int) -> bool:
        """Say whether nothing goes on at a place: a blank, a closing bracket or the end is there."""
        following = self._text[place : place + 1]
        return following in _NO_WORD or following.isspace()

    def _taken(self, kind: str, text: str, length: int) -> Lexeme:
        self._at += length
        return Lexeme(kind, text, self._at - length)

    def _unfinished(self, what: str, remedy: str, expected: str) -> QueryError:
        sentence = f"The {what} at position {self._at + 1} is not closed; {remedy}."
        return QueryError(sentence, text=self._text, position=len(self._text), expected=expected)
