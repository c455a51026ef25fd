"""The query language: parsing, the tree, matching in memory, and what to light up.

One language for watches, filters, search and `--match`. This module owns its grammar and meaning; `feeds.store.select`
compiles the same tree to SQL, and a generated test holds the two equal. It knows no SQL.

Grammar (operators are upper case; in lower case they are words)::

    query    = all ("OR" all)*
    all      = unary ("AND"? unary)*
    unary    = ("-" | "NOT") unary | "(" query ")" | term
    term     = word | stem "*" | '"' phrase '"'

A dash negates what directly follows it. Words match whole words, without regard to case or accents. What the tokenizer
splits (`well-known`, most Chinese and Japanese) is matched as a phrase. A phrase never reaches across the title and the
text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from feeds.document import plain
from feeds.errors import QueryError
from feeds.model import Entry, Post
from feeds.text import Token, tokens, words

MAX_LENGTH = 10_000
"""Characters of a query; a longer one is refused."""

MAX_DEPTH = 50
"""Brackets and negations inside one another; deeper is refused."""

FIELDS = (
    "title", "text", "source", "author", "tag", "url", "is", "watch", "after", "before", "on", "revisions",
)  # fmt: skip
"""Names that are kept for fields: `title:word` is refused rather than silently read as two words."""


class Words(Struct, frozen=True, tag="words"):
    """One or more folded words in a row; the last may be a stem."""

    words: tuple[str, ...]
    stem: bool = False
    """Whether the last word matches as a beginning."""


class All(Struct, frozen=True, tag="all"):
    """Every part matches."""

    parts: tuple[Query, ...]


class AnyOf(Struct, frozen=True, tag="any"):
    """At least one part matches."""

    parts: tuple[Query, ...]


class Not(Struct, frozen=True, tag="not"):
    """The part does not match."""

    part: Query


Query = Words | All | AnyOf | Not


# ------------------------------------------------------------------ parsing


class _Lexeme(NamedTuple):
    kind: str
    text: str
    position: int
    quoted: bool = False


# Each alternative begins with another character and none nests a repetition: linear in the text.
_LEXEMES = re.compile(
    r"""(?P<blank>\s+)
      | (?P<open>\() | (?P<close>\))
      | "(?P<phrase>[^"]*)(?P<end>"\*?|$)
      | (?P<word>[^\s()"]+)""",
    re.VERBOSE,
)


def parse(text: str) -> Query | None:
    """Return the tree of a query, None when it holds nothing but blanks.

    Raises `QueryError` with the position of what cannot be understood and what was expected there.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(
            f"The query is longer than {MAX_LENGTH:,} characters; shorten it.",
            text=text,
            position=MAX_LENGTH,
            expected="the end",
        )
    lexemes = list(_lex(text))
    if len(lexemes) == 1:
        return None
    return _Parser(text, lexemes).whole()


def _lex(text: str) -> Iterator[_Lexeme]:
    position = 0
    while position < len(text):
        match = _LEXEMES.match(text, position)
        assert match is not None  # every character begins one of the alternatives
        kind = match.lastgroup or ""
        if kind == "end":
            if not match["end"]:
                raise QueryError(
                    f"The quotation mark at position {position + 1} is not closed; add another one.",
                    text=text,
                    position=len(text),
                    expected='a closing "',
                )
            yield _Lexeme("stem" if match["end"].endswith("*") else "phrase", match["phrase"], position, quoted=True)
        elif kind == "word":
            yield from _lex_word(match["word"], position, alone=text[match.end() : match.end() + 1] not in ('"', "("))
        elif kind != "blank":
            yield _Lexeme(kind, match[0], position)
        position = match.end()
    yield _Lexeme("end", "", len(text))


def _lex_word(word: str, position: int, *, alone: bool) -> Iterator[_Lexeme]:
    # A dash between blanks negates nothing: “Kyiv - live” is no wish to see nothing that is live.
    while word.startswith("-") and (word != "-" or not alone):
        yield _Lexeme("not", "-", position)
        word, position = word[1:], position + 1
    match word:
        case "":
            return
        case "OR" | "AND":
            yield _Lexeme(word.lower(), word, position)
        case "NOT":
            yield _Lexeme("not", word, position)
        case _ if word.endswith("*") and word.strip("*"):
            yield _Lexeme("stem", word.rstrip("*"), position)
        case _:
            yield _Lexeme("word", word, position)


class _Parser:
    """Recursive descent over the lexemes; the depth is bounded, so a query cannot exhaust the stack."""

    def __init__(self, text: str, lexemes: Sequence[_Lexeme]) -> None:
        self._text = text
        self._lexemes = lexemes
        self._at = 0
        self._depth = 0

    def whole(self) -> Query:
        tree = self._any()
        if self._peek().kind != "end":
            what = f"The closing bracket at position {self._place} has no opening one."
            raise self._error("the end, or another word", what)
        return tree

    def _peek(self) -> _Lexeme:
        return self._lexemes[self._at]

    def _next(self) -> _Lexeme:
        lexeme = self._lexemes[self._at]
        self._at += 1
        return lexeme

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
        lexeme = self._peek()
        if lexeme.kind not in ("not", "open"):
            return self._term()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            what = f"At position {self._place} more than {MAX_DEPTH} brackets and negations are inside one another."
            raise self._error("fewer brackets", what)
        self._next()
        if lexeme.kind == "not":
            tree: Query = Not(self._unary())
        else:
            tree = self._any()
            if self._peek().kind != "close":
                raise self._error("a closing )", f"A bracket is not closed; add a ) at position {self._place}.")
            self._next()
        self._depth -= 1
        return tree

    def _term(self) -> Query:
        lexeme = self._peek()
        if lexeme.kind not in ("word", "stem", "phrase"):
            if lexeme.kind == "end":
                raise self._error("a word", f"The query ends at position {self._place}, where a word should follow.")
            raise self._error("a word", f"“{lexeme.text}” stands at position {self._place}, where a word should be.")
        if not lexeme.quoted:
            self._refuse(lexeme.text)
        words = tuple(token.word for token in tokens(lexeme.text))
        if not words:
            raise self._error(
                "a letter or a digit",
                f"“{lexeme.text}” at position {self._place} holds no letter or digit to look for.",
            )
        self._next()
        return Words(words, stem=lexeme.kind == "stem")

    def _refuse(self, word: str) -> None:
        """Raise for what looks like more than a word, rather than read it as something that was not meant."""
        field = word.partition(":")[0]
        if field.lower() in FIELDS and word != field:
            what = f"Filters have no fields: put “{field}:” at position {self._place} in quotation marks."
        elif len(word) > 2 and word.startswith("/") and word.endswith("/"):
            what = f"Filters have no regular expressions: put that at position {self._place} in quotation marks."
        elif "*" in word.strip("*") or (word.startswith("*") and word.strip("*")):
            what = f"A star can stand only at the end of a word, not elsewhere in “{word}” at position {self._place}."
        else:
            return
        raise self._error("a word", what)

    @property
    def _place(self) -> int:
        """Where the next lexeme is, as people count."""
        return self._peek().position + 1

    def _error(self, expected: str, sentence: str) -> QueryError:
        return QueryError(sentence, text=self._text, position=self._peek().position, expected=expected)


# ------------------------------------------------------------------ matching


def haystack(text: str) -> str:
    """Return the folded words of a text as `matches_in` searches them: parted by blanks, with a blank at both ends."""
    return f" {' '.join(words(text))} "


def searched(post: Post) -> tuple[str, str]:
    """Return what queries look at in a post: its title, and all its text as it is shown, the summary first."""
    return post.title, plain((*post.summary, *post.body))


def matches(tree: Query, entry: Entry) -> bool:
    """Return whether an entry matches. The store's index answers the same for the same entry."""
    return matches_in(tree, [haystack(text) for text in searched(entry.post)])


def matches_in(tree: Query, haystacks: Sequence[str]) -> bool:
    """Return whether texts, each prepared by `haystack`, match."""
    match tree:
        case Words(words, stem):
            needle = f" {' '.join(words)}" if stem else f" {' '.join(words)} "
            return any(needle in hay for hay in haystacks)
        case All(parts):
            return all(matches_in(part, haystacks) for part in parts)
        case AnyOf(parts):
            return any(matches_in(part, haystacks) for part in parts)
        case Not(part):
            return not matches_in(part, haystacks)


# ------------------------------------------------------------------ lighting up


def positive(tree: Query) -> Iterator[Words]:
    """Return the terms of a query that an entry may match because of: those not negated."""
    match tree:
        case Words():
            yield tree
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from positive(part)
        case Not():
            return


class Finder:
    """Finds where any of many terms stand in a text; the cost hardly depends on how many there are."""

    def __init__(self, terms: Iterable[Words]) -> None:
        self._exact: dict[str, list[tuple[str, ...]]] = {}
        self._stems: dict[str, list[tuple[str, ...]]] = {}
        for term in dict.fromkeys(terms):
            if len(term.words) == 1 and term.stem:
                self._stems.setdefault(term.words[0], []).append(())
            else:
                rest = (*term.words[1:-1], term.words[-1] + "*") if term.stem else term.words[1:]
                self._exact.setdefault(term.words[0], []).append(rest)
        self._stem_lengths = sorted({len(stem) for stem in self._stems})

    def may_find(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return the words and the stems of which one must be in a text for anything to be found there."""
        return frozenset(self._exact), frozenset(self._stems)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return (start, end) of every place, in characters of `text`, in order, overlaps joined."""
        return self.spans_among(tokens(text))

    def spans_among(self, found: Sequence[Token]) -> list[tuple[int, int]]:
        """Like `spans`, for a text that was split into tokens before."""
        spans: list[tuple[int, int]] = []
        for index, token in enumerate(found):
            last = self._longest(found, index)
            if last < 0:
                continue
            end = found[last].end
            if spans and token.start <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            else:
                spans.append((token.start, end))
        return spans

    def _longest(self, found: Sequence[Token], index: int) -> int:
        """Return the index of the last token of the longest term that begins at `index`, -1 where none does."""
        word = found[index].word
        last = -1
        for rest in self._exact.get(word, ()):
            if len(rest) + index > last and _follows(found, index + 1, rest):
                last = index + len(rest)
        if last < 0 and any(word[:length] in self._stems for length in self._stem_lengths):
            last = index
        return last


def _follows(found: Sequence[Token], index: int, rest: tuple[str, ...]) -> bool:
    if index + len(rest) > len(found):
        return False
    for offset, word in enumerate(rest):
        have = found[index + offset].word
        if have != word and not (word.endswith("*") and have.startswith(word[:-1])):
            return False
    return True
