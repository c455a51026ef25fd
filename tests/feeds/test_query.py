"""The query language: its grammar, its errors, what matches and what is lit."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.errors import QueryError
from feeds.query import (
    FIELDS,
    MAX_DEPTH,
    MAX_LENGTH,
    All,
    AnyOf,
    Finder,
    Not,
    Query,
    Words,
    haystack,
    matches,
    matches_in,
    parse,
    positive,
)
from feeds.text import tokens
from tests.support.posts import entry


def highlights(tree: Query, text: str) -> list[tuple[int, int]]:
    """Where a text holds what a query looks for; negated terms light nothing."""
    return Finder(positive(tree)).spans(text)


def word(*words: str, stem: bool = False) -> Words:
    return Words(words, stem)


def tree(text: str) -> Query:
    parsed = parse(text)
    assert parsed is not None
    return parsed


# ------------------------------------------------------------------ grammar


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("kyiv", word("kyiv")),
        ("kyiv zelensky", All((word("kyiv"), word("zelensky")))),
        ("kyiv AND zelensky", All((word("kyiv"), word("zelensky")))),
        ("a b OR c", AnyOf((All((word("a"), word("b"))), word("c")))),
        ("a (b OR c)", All((word("a"), AnyOf((word("b"), word("c")))))),
        ("a OR b OR c", AnyOf((word("a"), word("b"), word("c")))),
        ("-a b", All((Not(word("a")), word("b")))),
        ("NOT a b", All((Not(word("a")), word("b")))),
        ("-(a OR b)", Not(AnyOf((word("a"), word("b"))))),
        ('-"a b"', Not(word("a", "b"))),
        ("--a", Not(Not(word("a")))),
        ('"Peace  Talks"', word("peace", "talks")),
        ("zelensky*", word("zelensky", stem=True)),
        ('"peace tal"*', word("peace", "tal", stem=True)),
        ("well-known", word("well", "known")),
        ("well-known*", word("well", "known", stem=True)),
        ("stem**", word("stem", stem=True)),
        ("don't", word("don", "t")),
        ("(a)(b)", All((word("a"), word("b")))),
        ('a"b c"d', All((word("a"), word("b", "c"), word("d")))),
        ("or and not", All((word("or"), word("and"), word("not")))),
        ("title", word("title")),
        ('"title: x"', word("title", "x")),
        ('"/a b/"', word("a", "b")),
        ("14:30", word("14", "30")),
        ("and/or", word("and", "or")),
        ("東京", word("東", "京")),
        ("CAFÉ", word("cafe")),
        ("Straße", word("strasse")),
        ("ΟΔΟΣ", word("οδοσ")),
        ("İstanbul", word("istanbul")),
    ],
)
def test_a_query_is_read_as_its_tree(text: str, parsed: Query) -> None:
    assert parse(text) == parsed


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u3000"])
def test_nothing_but_blanks_is_no_query(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("(", 1, "a word"),
        (")", 0, "a word"),
        ("()", 1, "a word"),
        ("a)", 1, "the end, or another word"),
        ("(a", 2, "a closing )"),
        ("(a OR", 5, "a word"),
        ("OR", 0, "a word"),
        ("OR a", 0, "a word"),
        ("a OR", 4, "a word"),
        ("a OR OR b", 5, "a word"),
        ("AND", 0, "a word"),
        ("a AND", 5, "a word"),
        ("a AND OR b", 6, "a word"),
        ("NOT", 3, "a word"),
        ("a NOT OR b", 6, "a word"),
        ("-", 0, "a letter or a digit"),
        ("--", 1, "a letter or a digit"),
        ("Kyiv - live", 5, "a letter or a digit"),
        ("Kyiv – live", 5, "a letter or a digit"),
        ("*", 0, "a letter or a digit"),
        ("**", 0, "a letter or a digit"),
        ('""', 0, "a letter or a digit"),
        ('"..."', 0, "a letter or a digit"),
        ("a &", 2, "a letter or a digit"),
        ('"a', 2, 'a closing "'),
        ('a"', 2, 'a closing "'),
        ('5" gun', 6, 'a closing "'),
        ("title:kyiv", 0, "a word"),
        ("a Source:Reuters", 2, "a word"),
        ('title:"a b"', 0, "a word"),
        ("is:unread", 0, "a word"),
        ("-tag:x*", 1, "a word"),
        ("/ky.*v/", 0, "a word"),
        ("a*b", 0, "a word"),
        ("*a", 0, "a word"),
        ("*a*", 0, "a word"),
    ],
)
def test_what_people_mistype_is_said_with_its_place(text: str, position: int, expected: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert (caught.value.position, caught.value.expected) == (position, expected)
    assert caught.value.text == text
    assert str(caught.value).endswith(".")


def test_every_name_kept_for_a_field_is_refused() -> None:
    for name in FIELDS:
        with pytest.raises(QueryError, match=f"“{name}:”"):
            parse(f"{name}:x")


def test_a_query_too_long_or_too_deep_is_refused() -> None:
    assert parse("a " * (MAX_LENGTH // 2))
    with pytest.raises(QueryError, match="10,000"):
        parse("a" * (MAX_LENGTH + 1))
    for opening, closing in (("(", ")"), ("-", ""), ("NOT ", "")):
        assert parse(opening * MAX_DEPTH + "a" + closing * MAX_DEPTH)
        with pytest.raises(QueryError, match="inside one another"):
            parse(opening * (MAX_DEPTH + 1) + "a" + closing * (MAX_DEPTH + 1))
    assert parse("(a)" * 1_000)


typed = st.text(st.sampled_from('ab "*-()/:.ORANDT\n\u3000é日') | st.characters(), max_size=40)


@given(typed)
def test_any_text_is_a_query_or_a_query_error_inside_it(text: str) -> None:
    refused: QueryError | None = None
    parsed: Query | None = None
    try:
        parsed = parse(text)
    except QueryError as error:
        refused = error
    if refused is not None:
        assert 0 <= refused.position <= len(text)
        assert refused.expected
    else:
        assert (parsed is None) == (not text.strip())
    if parsed is not None:
        matches(parsed, entry(text, text))
        highlights(parsed, text)


# ------------------------------------------------------------------ matching

leaves = st.builds(
    lambda words, stem: Words(tuple(words), stem),
    st.lists(st.sampled_from(["a", "ab", "abc", "b", "日"]), min_size=1, max_size=3),
    st.booleans(),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
    ),
    max_leaves=8,
)
said = st.lists(st.sampled_from(["a", "ab", "abc", "B", "日", "日日", "A,", "á"]), max_size=8).map(" ".join)


def stands(term: Words, words: list[str], at: int) -> bool:
    """Say whether a term stands at a place, word for word."""
    there = words[at : at + len(term.words)]
    if len(there) < len(term.words):
        return False
    *first, last = zip(there, term.words, strict=True)
    return all(have == want for have, want in first) and (
        last[0].startswith(last[1]) if term.stem else last[0] == last[1]
    )


def naive(parsed: Query, texts: list[list[str]]) -> bool:
    match parsed:
        case Words():
            return any(stands(parsed, words, at) for words in texts for at in range(len(words)))
        case All(parts):
            return all(naive(part, texts) for part in parts)
        case AnyOf(parts):
            return any(naive(part, texts) for part in parts)
        case Not(part):
            return not naive(part, texts)


@given(trees, said, said)
def test_an_entry_matches_as_its_words_say(parsed: Query, title: str, text: str) -> None:
    words = [[token.word for token in tokens(each)] for each in (title, text)]
    assert matches(parsed, entry(title, text)) == naive(parsed, words)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("kyiv", "KYIV: three dead"),
        ("kyiv", "in Kyiv's north"),
        ("cafe", "a Café"),
        ("café", "a CAFE"),
        ("łódź", "Lodz"),
        ("strasse", "die Straße"),
        ("straße", "die STRASSE"),
        ("οδός", "ΟΔΟΣ"),
        ("istanbul", "İSTANBUL"),
        ("İstanbul", "istanbul"),
        ("diyarbakir", "Diyarbakır"),
        ("東京", "今日の東京は雨"),
        ("京は", "今日の東京は雨"),
        ("กรุง", "ในกรุงเทพฯวันนี้"),
        ("москва", "МОСКВА́"),
        ("zelensk*", "Zelenskyy’s office"),
        ('"peace talks"', "Peace—talks resume"),
        ("-war", "peace"),
        ("a -b", "a c"),
    ],
)
def test_words_are_found_without_regard_to_case_accents_and_blanks(query: str, text: str) -> None:
    assert matches(tree(query), entry("", text))
    assert matches(tree(query), entry(text, ""))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("kyiv", "kyivstar"),
        ("star", "kyivstar"),
        ("kyi", "kyiv"),
        ('"peace talks"', "talks peace"),
        ('"peace talks"', "peace and talks"),
        ("京東", "東京"),
        ("a -b", "a b"),
        ("-a", "a"),
    ],
)
def test_what_is_not_said_does_not_match(query: str, text: str) -> None:
    assert not matches(tree(query), entry("", text))


def test_a_phrase_does_not_reach_from_the_title_into_the_text() -> None:
    assert not matches(tree('"peace talks"'), entry("Hopes of peace", "Talks resume"))
    assert matches(tree("peace talks"), entry("Hopes of peace", "Talks resume"))


# ------------------------------------------------------------------ lighting up


def lit(query: str, text: str) -> list[str]:
    return [text[start:end] for start, end in highlights(tree(query), text)]


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("peace", "Peace talks for peace.", ["Peace", "peace"]),
        ('peace OR "peace talks"', "Peace talks for peace", ["Peace talks", "peace"]),
        ('"peace talks" OR peace*', "Peace talks, peaceful", ["Peace talks", "peaceful"]),
        ('peace OR "peace tal"*', "peace talks", ["peace talks"]),
        ('pea* OR "peace talks tomorrow"', "peace talks today", ["peace"]),
        ('"a b" OR "b c d"', "x a b c d e", ["a b c d"]),
        ('"a b c" OR b', "a b x", ["b"]),
        ("a OR b", "a b", ["a", "b"]),
        ('"a a"', "a a a", ["a a a"]),
        ("-war peace", "war and peace", ["peace"]),
        ("-(war OR peace) talks", "war, peace, talks", ["talks"]),
        ("cafe", "Café!", ["Café"]),
        ("strasse", "Große Straße.", ["Straße"]),
        ("東京", "今日の東京は雨", ["東京"]),
        ("dont", "don't", []),
        ("don't", "I don't know", ["don't"]),
        ("½", "half (½) of it", ["½"]),
        ("zelensk*", "Zelenskyy, Zelensky", ["Zelenskyy", "Zelensky"]),
    ],
)
def test_exactly_the_words_that_match_are_lit(query: str, text: str, found: list[str]) -> None:
    assert lit(query, text) == found


@given(st.lists(leaves, max_size=5), said)
def test_what_is_lit_is_what_stands_there_word_for_word(terms: list[Words], text: str) -> None:
    found = tokens(text)
    words = [token.word for token in found]
    expected: set[int] = set()
    for term in terms:
        for at in range(len(words)):
            if stands(term, words, at):
                expected.update(range(at, at + len(term.words)))
    spans = Finder(terms).spans(text)
    covered = {index for index, token in enumerate(found) if any(a <= token.start and token.end <= b for a, b in spans)}
    assert covered == expected
    assert spans == sorted(spans)
    assert all(one[1] < other[0] for one, other in pairwise(spans))
    assert all(re.match(r"\w", text[start]) and re.match(r"\w", text[end - 1]) for start, end in spans)


@given(leaves, said)
def test_a_term_lights_something_exactly_where_it_matches(term: Words, text: str) -> None:
    assert bool(Finder([term]).spans(text)) == matches_in(term, [haystack(text)])
    assert list(positive(Not(term))) == []
