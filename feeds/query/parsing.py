"""The grammar: lexemes to a tree.

Owns what is allowed where, the bounds of a query, and the sentences about what cannot be understood: each says where
and what was expected there. Refuses rather than read something as what was not meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from urllib.parse import quote

from feeds.errors import QueryError
from feeds.query.matching import stretch_of
from feeds.query.patterns import PatternError, compiled
from feeds.query.terms import FIELDS, STATES, closest
from feeds.query.tokens import Lexeme, lexemes
from feeds.query.tree import (
    Address,
    All,
    AnyOf,
    Field,
    Is,
    Not,
    Pattern,
    Query,
    Revised,
    Side,
    State,
    Timed,
    Words,
    depth,
    leaves,
)
from feeds.text import clean, tokens

MAX_LENGTH = 10_000
"""Characters of a query; a longer one is refused."""

MAX_DEPTH = 50
"""Brackets and negations inside one another; deeper is refused."""

MAX_PARTS_DEPTH = 4 * MAX_DEPTH
"""Parts of the tree inside one another, with those of the watches it names."""

MAX_TERMS = 10_000
"""Terms of a query, with those of the watches it names."""

MAX_PATTERNS = 20
"""Regular expressions in a query: each is searched for by itself."""

NO_WATCHES: Mapping[str, Query] = {}
"""Where there are none that could be named."""

_REVISIONS = re.compile(r"(?:(>=|<=|>|<|=)?([0-9]{1,6})|([0-9]{0,6})\.\.([0-9]{0,6}))")


def parse(text: str, watches: Mapping[str, Query] = NO_WATCHES) -> Query | None:
    """Return the tree of a query, None when it holds nothing but blanks.

    `watches` are the queries that `watch:` names, by name; they become part of the tree. One that raises `QueryError`
    when it is asked for cannot be used.

    Raises `QueryError` with the position of what cannot be understood and what was expected there.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(
            f"The query is longer than {MAX_LENGTH:,} characters; shorten it.",
            text=text,
            position=MAX_LENGTH,
            expected="the end",
        )
    found = lexemes(text)
    return None if len(found) == 1 else _Parser(text, found, watches).whole()


def watches_named(text: str) -> list[str]:
    """Return the names that stand behind `watch:` in a query; none where it cannot be understood."""
    try:
        found = lexemes(text)
    except QueryError:
        return []
    return [value.text for field, value in pairwise(found) if (field.kind, field.text) == ("field", "watch")]


def called(name: str, names: Iterable[str]) -> str | None:
    """Return which of some watches a name means: the one called so, else one called so in another case, else None."""
    known = list(names)
    return name if name in known else next((each for each in known if each.casefold() == name.casefold()), None)


class _Parser:
    """Recursive descent over the lexemes; the depth is bounded, so a query cannot exhaust the stack."""

    def __init__(self, text: str, found: list[Lexeme], watches: Mapping[str, Query]) -> None:
        self._text = text
        self._lexemes = found
        self._watches = watches
        self._at = 0
        self._depth = 0
        self._field = Field.ANYWHERE
        """The field in whose brackets this is."""
        self._terms = self._patterns = 0

    def whole(self) -> Query:
        tree = self._any()
        if self._peek().kind != "end":
            what = f"The closing bracket at position {self._place} has no opening one."
            raise self._error("the end, or another word", what)
        return tree

    def _peek(self) -> Lexeme:
        return self._lexemes[self._at]

    def _next(self) -> Lexeme:
        lexeme = self._lexemes[self._at]
        self._at += 1
        return lexeme

    # ------------------------------------------------------------------ operators

    def _any(self) -> Query:
        parts = [self._all()]
        while self._peek().kind == "or":
            self._next()
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all(self) -> Query:
        parts = [self._unary()]
        while (kind := self._peek().kind) not in ("or", "close", "end"):
            if kind == "and":
                self._next()
            parts.append(self._unary())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _unary(self) -> Query:
        match self._peek().kind:
            case "not":
                self._deeper()
                self._next()
                tree: Query = Not(self._unary())
                self._depth -= 1
                return tree
            case "open":
                return self._brackets()
            case "field":
                return self._of_field()
            case _:
                return self._leaf()

    def _brackets(self) -> Query:
        self._deeper()
        self._next()
        tree = self._any()
        if self._peek().kind != "close":
            raise self._error("a closing )", f"A bracket is not closed; add a ) at position {self._place}.")
        self._next()
        self._depth -= 1
        return tree

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            what = f"At position {self._place} more than {MAX_DEPTH} brackets and negations are inside one another."
            raise self._error("fewer brackets", what)

    # ------------------------------------------------------------------ fields

    def _of_field(self) -> Query:
        """Return what a field with its value means; the value is there, the lexer has seen to that."""
        if self._field:
            what = f"At position {self._place} a field stands inside the brackets of “{self._field}:”; put it outside."
            raise self._error("a word", what)
        name = self._next().text
        if name not in set(Field):
            return self._counted(self._special(name))
        self._field = Field(name)
        if self._peek().kind == "open":
            tree = self._brackets()
        elif self._peek().text.startswith("-") and not self._peek().quoted and self._peek().kind != "pattern":
            raise self._error(
                "a word", f"A dash stands in front of the field, as in -{name}:…, at position {self._place}."
            )
        else:
            tree = self._leaf()
        self._field = Field.ANYWHERE
        return tree

    def _special(self, name: str) -> Query:
        lexeme = self._peek()
        example = FIELDS[name].example
        if lexeme.kind not in ("word", "phrase"):
            what = f"At position {self._place} stands one value, without brackets, slashes or a star, as in {example}."
            raise self._error(f"one value, as in {example}", what)
        value = clean(lexeme.text).strip()
        match name:
            case "is":
                tree = self._state(value)
            case "watch":
                tree = self._watch(value)
            case "revisions":
                tree = self._revisions(value)
            case _:
                tree = self._moment(Side(name), value)
        self._next()
        return tree

    def _state(self, value: str) -> Query:
        name = value.lower()
        if name in set(State):
            return Is(State(name))
        close = closest(name, [str(state) for state in STATES])
        hint = f"did you mean “is:{close}”?" if close else f"there are {', '.join(STATES)}."
        raise self._error(f"one of {', '.join(STATES)}", f"“{value}” at position {self._place} is no state; {hint}")

    def _watch(self, value: str) -> Query:
        name = called(value, self._watches)
        if name is None:
            close = closest(value, list(self._watches))
            hint = f"did you mean “{close}”?" if close else "watches are written into the configuration."
            raise self._error("the name of a watch", f"There is no watch “{value}” (position {self._place}); {hint}")
        try:
            tree = self._watches[name]
        except QueryError as error:
            what = f"The watch “{name}” at position {self._place} cannot be used: {error}"
            raise self._error("a watch that can be used", what) from error
        if self._depth + depth(tree) > MAX_PARTS_DEPTH:
            what = f"With the watch “{name}” at position {self._place} too many watches are inside one another."
            raise self._error("fewer watches", what)
        return tree

    def _revisions(self, value: str) -> Query:
        found = _REVISIONS.fullmatch(value)
        if found is None or not (found[2] or found[3] or found[4]):
            what = f"“{value}” at position {self._place} is no number of revisions: write 3, >2, >=2, <5 or 2..4."
            raise self._error("a number, as in revisions:>2", what)
        if found[2] is None:
            least, most = int(found[3] or 0), int(found[4]) if found[4] else None
            if most is not None and most < least:
                what = f"In “{value}” at position {self._place} the smaller number stands first: {most}..{least}."
                raise self._error("the smaller number first", what)
            return Revised(least, most)
        number = int(found[2])
        match found[1]:
            case ">":
                return Revised(number + 1)
            case ">=":
                return Revised(number)
            case "<":
                return Revised(0, number - 1)
            case "<=":
                return Revised(0, number)
            case _:
                return Revised(number, number)

    def _moment(self, side: Side, value: str) -> Query:
        tree = Timed(side, value)
        if stretch_of(tree) is None:
            if side is Side.ON and stretch_of(Timed(Side.AFTER, value)) is not None:
                what = (
                    f"“on:” at position {self._place} takes a day or a time of day; “{value}” is an instant: "
                    f"after:{value} finds what came since."
                )
                raise self._error("a day, as in on:2026-02-13", what)
            what = (
                f"“{value}” at position {self._place} is no time: write 2h (ago), 14:30, yesterday, 2026-02-13 or "
                "2026-02-13T14:30."
            )
            raise self._error("a time, as in after:2h", what)
        return tree

    # ------------------------------------------------------------------ terms

    def _leaf(self) -> Query:
        lexeme = self._peek()
        match lexeme.kind:
            case "pattern":
                tree: Query = self._pattern(lexeme)
            case "word" | "stem" | "phrase":
                tree = self._address(lexeme) if self._field is Field.URL else self._words(lexeme)
            case "end":
                raise self._error("a word", f"The query ends at position {self._place}, where a word should follow.")
            case _:
                what = f"“{lexeme.text}” stands at position {self._place}, where a word should be."
                raise self._error("a word", what)
        tree = self._counted(tree)
        self._next()
        return tree

    def _counted(self, tree: Query) -> Query:
        """Return a part of the tree, unless it makes the query too large."""
        for leaf in leaves(tree):
            self._terms += 1
            self._patterns += isinstance(leaf, Pattern)
            if self._terms > MAX_TERMS:
                what = (
                    f"At position {self._place} the query has more than {MAX_TERMS:,} terms, with those of its watches."
                )
                raise self._error("fewer terms", what)
            if self._patterns > MAX_PATTERNS:
                what = f"At position {self._place} the query has more than {MAX_PATTERNS} regular expressions."
                raise self._error("fewer regular expressions", what)
        return tree

    def _words(self, lexeme: Lexeme) -> Words:
        word = lexeme.text
        if not lexeme.quoted and ("*" in word.strip("*") or (word.startswith("*") and word.strip("*"))):
            what = f"A star can stand only at the end of a word, not elsewhere in “{word}” at position {self._place}."
            raise self._error("a word", what)
        found = tuple(token.word for token in tokens(word))
        if not found:
            what = f"“{word}” at position {self._place} holds no letter or digit to look for."
            raise self._error("a letter or a digit", what)
        return Words(found, lexeme.kind == "stem", self._field)

    def _pattern(self, lexeme: Lexeme) -> Pattern:
        try:
            compiled(lexeme.text, lexeme.flags)
        except PatternError as error:
            what = f"The regular expression at position {self._place} cannot be used: {error}."
            raise self._error("a regular expression of RE2", what) from error
        return Pattern(lexeme.text, lexeme.flags, self._field)

    def _address(self, lexeme: Lexeme) -> Address:
        if lexeme.kind == "stem":
            what = f"“url:” finds any part of an address; leave out the star at position {self._place}."
            raise self._error("a part of an address", what)
        part = clean(lexeme.text).strip()
        if not part:
            raise self._error("a part of an address", f"At position {self._place} stands no part of an address.")
        return address(part)

    # ------------------------------------------------------------------ what is wrong

    @property
    def _place(self) -> int:
        """Where the next lexeme is, as people count."""
        return self._peek().position + 1

    def _error(self, expected: str, sentence: str) -> QueryError:
        return QueryError(sentence, text=self._text, position=self._peek().position, expected=expected)


_WRITTEN = "".join(map(chr, range(0x21, 0x7F)))


def address(part: str) -> Address:
    """Return the term for a part of an address: those stored are ASCII, all else percent-encoded (RFC 3987, 3.1)."""
    return Address(quote(part, safe=_WRITTEN, errors="replace").lower())
