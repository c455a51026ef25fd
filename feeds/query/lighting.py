"""What a query lights up: where its terms stand in a text.

Owns the places. Only what an entry may match because of is lit, and only where it was looked for: words and regular
expressions in the title, in the text, or in both. States, times and names light nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge

from feeds.query.patterns import compiled
from feeds.query.tree import Field, Pattern, Query, Words, leaves
from feeds.text import Token, tokens

MAX_LIT = 20_000
"""Characters of a text in which what regular expressions find is lit: it is looked for while a frame is made."""

Span = tuple[int, int]


def positive(tree: Query, field: Field = Field.ANYWHERE) -> Iterator[Words | Pattern]:
    """Return the terms by which a query lights a title or a text (`field`), or either: those not negated."""
    wanted = {Field.ANYWHERE, field} if field else {Field.ANYWHERE, Field.TITLE, Field.TEXT}
    for leaf in leaves(tree, negated=False):
        if isinstance(leaf, Words | Pattern) and leaf.field in wanted:
            yield leaf


class Finder:
    """Finds where any of many terms stand in a text; the cost hardly depends on how many words there are."""

    def __init__(self, terms: Iterable[Words | Pattern]) -> None:
        self._exact: dict[str, list[tuple[str, ...]]] = {}
        self._stems: dict[str, list[tuple[str, ...]]] = {}
        self.patterns: list[Pattern] = []
        """The regular expressions among the terms: these are looked for in every text."""
        for term in dict.fromkeys(terms):
            if isinstance(term, Pattern):
                self.patterns.append(term)
            elif len(term.words) == 1 and term.stem:
                self._stems.setdefault(term.words[0], []).append(())
            else:
                rest = (*term.words[1:-1], term.words[-1] + "*") if term.stem else term.words[1:]
                self._exact.setdefault(term.words[0], []).append(rest)
        self._stem_lengths = sorted({len(stem) for stem in self._stems})

    def may_find(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return the words and the stems of which one must be in a text for words to be found there."""
        return frozenset(self._exact), frozenset(self._stems)

    def spans(self, text: str) -> list[Span]:
        """Return (start, end) of every place, in characters of `text`, in order, overlaps joined."""
        return self.spans_among(tokens(text), text)

    def spans_among(self, found: Sequence[Token], text: str) -> list[Span]:
        """Like `spans`, for a text that was split into tokens before."""
        spans: list[Span] = []
        for start, end in merge(self._of_words(found), *(_of_pattern(each, text) for each in self.patterns)):
            if spans and start <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            else:
                spans.append((start, end))
        return spans

    def _of_words(self, found: Sequence[Token]) -> Iterator[Span]:
        for index, token in enumerate(found):
            last = self._longest(found, index)
            if last >= 0:
                yield token.start, found[last].end

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


def _of_pattern(term: Pattern, text: str) -> Iterator[Span]:
    return compiled(term.expression, term.flags).spans(text[:MAX_LIT])


def _follows(found: Sequence[Token], index: int, rest: tuple[str, ...]) -> bool:
    if index + len(rest) > len(found):
        return False
    for offset, word in enumerate(rest):
        have = found[index + offset].word
        if have != word and not (word.endswith("*") and have.startswith(word[:-1])):
            return False
    return True
