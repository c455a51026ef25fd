"""The query language: its grammar, its errors, what matches and what is lit."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds.errors import QueryError
from feeds.model import Source, SourceSpec
from feeds.query import (
    FIELDS,
    HELP,
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_PATTERNS,
    MAX_TERMS,
    STATES,
    Address,
    All,
    AnyOf,
    Field,
    Finder,
    Is,
    Not,
    Pattern,
    Query,
    Revised,
    Side,
    State,
    Timed,
    Words,
    markdown_table,
    matches,
    parse,
    patterns,
    positive,
)
from feeds.text import tokens
from tests.support.posts import NOON, at, entry
from tests.support.queries import EMPTY, scene, tree


def highlights(tree: Query, text: str) -> list[tuple[int, int]]:
    """Where a text holds what a query looks for; negated terms light nothing."""
    return Finder(positive(tree)).spans(text)


def word(*words: str, stem: bool = False, field: Field = Field.ANYWHERE) -> Words:
    return Words(words, stem, field)


FIELD_NAMES = f"one of {', '.join(FIELDS)}"
STATE_NAMES = f"one of {', '.join(STATES)}"


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
        ("title:Kyïv", word("kyiv", field=Field.TITLE)),
        ("Title:kyiv", word("kyiv", field=Field.TITLE)),
        ('a -text:"Peace talks"', All((word("a"), Not(word("peace", "talks", field=Field.TEXT))))),
        ("source:well-known*", word("well", "known", stem=True, field=Field.SOURCE)),
        ("author:OR", word("or", field=Field.AUTHOR)),
        ("tag:x:y", word("x", "y", field=Field.TAG)),
        (
            'title:(kyiv OR -lviv "a b"*) c',
            All(
                (
                    AnyOf(
                        (
                            word("kyiv", field=Field.TITLE),
                            All((Not(word("lviv", field=Field.TITLE)), word("a", "b", stem=True, field=Field.TITLE))),
                        )
                    ),
                    word("c"),
                )
            ),
        ),
        ("tag:((a))b", All((word("a", field=Field.TAG), word("b")))),
        ("url:HTTPS://News.example/Live", Address("https://news.example/live")),
        ("url:Київ", Address("%d0%9a%d0%b8%d1%97%d0%b2")),
        ('url:"a b (c)"', Address("a%20b%20(c)")),
        ('url:(a OR "b:c")', AnyOf((Address("a"), Address("b:c")))),
        ("is:Unread", Is(State.UNREAD)),
        ("-is:withdrawn", Not(Is(State.WITHDRAWN))),
        ("after:2h", Timed(Side.AFTER, "2h")),
        ("before:14:30", Timed(Side.BEFORE, "14:30")),
        ('on:"13 Feb"', Timed(Side.ON, "13 Feb")),
        ("revisions:3", Revised(3, 3)),
        ("revisions:=3", Revised(3, 3)),
        ("revisions:>2", Revised(3)),
        ("revisions:>=2", Revised(2)),
        ("revisions:<2", Revised(0, 1)),
        ("revisions:<=2", Revised(0, 2)),
        ("revisions:2..4", Revised(2, 4)),
        ("revisions:2..", Revised(2)),
        ("revisions:..4", Revised(0, 4)),
        ("/a b/", Pattern("a b")),
        (r'-/(x)"\/y/si', Not(Pattern(r'(x)"\/y', "is"))),
        ("title:/^Live:/", Pattern("^Live:", field=Field.TITLE)),
        ("(/a/)/b/", All((Pattern("a"), Pattern("b")))),
        ("url:/live/", Pattern("live", field=Field.URL)),
        ("Breaking: more", All((word("breaking"), word("more")))),
        ("10:30", word("10", "30")),
        ("https://news.example/a", word("https", "news", "example", "a")),
        ("київ:новини", word("киів", "новини")),
        ("a_b:c", word("a", "b", "c")),
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
        ("title:...", 6, "a letter or a digit"),
        ("title:a*b", 6, "a word"),
        ("title:-a", 6, "a word"),
        ("title:(a is:read)", 9, "a word"),
        ("title:(a", 8, "a closing )"),
        ("title:()", 7, "a word"),
        ("title:", 6, "what to look for, as in title:kyiv"),
        ("title: kyiv", 6, "what to look for, as in title:kyiv"),
        ("(tag:)", 5, "what to look for, as in tag:war"),
        ("a titel:x", 2, FIELD_NAMES),
        ("re:x", 0, FIELD_NAMES),
        ("url:a*", 4, "a part of an address"),
        ('url:""', 4, "a part of an address"),
        ("is:unred", 3, STATE_NAMES),
        ("is:un*", 3, "one value, as in is:withdrawn"),
        ("is:(read)", 3, "one value, as in is:withdrawn"),
        ("is:/read/", 3, "one value, as in is:withdrawn"),
        ("watch:Kyiv", 6, "the name of a watch"),
        ("after:soon", 6, "a time, as in after:2h"),
        ("before:25:00", 7, "a time, as in after:2h"),
        ("on:2h", 3, "a day, as in on:2026-02-13"),
        ("revisions:x", 10, "a number, as in revisions:>2"),
        ("revisions:..", 10, "a number, as in revisions:>2"),
        ("revisions:4..2", 10, "the smaller number first"),
        ("/ab", 3, "a closing /"),
        ("a /b c", 6, "a closing /"),
        ("/var/log", 5, "i, m, s, or a blank"),
        ("/a/b/", 3, "i, m, s, or a blank"),
        ("title:/a/x", 9, "i, m, s, or a blank"),
        ("a /(b/", 2, "a regular expression of RE2"),
        ("a / b", 2, "a letter or a digit"),
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
    assert str(caught.value).endswith((".", "?"))
    assert re.search(r"position \d", str(caught.value))


def test_a_query_too_long_or_too_deep_is_refused() -> None:
    assert parse("a " * (MAX_LENGTH // 2))
    with pytest.raises(QueryError, match="10,000"):
        parse("a" * (MAX_LENGTH + 1))
    for opening, closing in (("(", ")"), ("-", ""), ("NOT ", "")):
        assert parse(opening * MAX_DEPTH + "a" + closing * MAX_DEPTH)
        with pytest.raises(QueryError, match="inside one another"):
            parse(opening * (MAX_DEPTH + 1) + "a" + closing * (MAX_DEPTH + 1))
    assert parse("(a)" * 1_000)


pieces = st.sampled_from(
    [*(f"{name}:" for name in FIELDS), *(term.example for term in HELP), "is:", "https://", "..", ">"]
)
typed = st.lists(
    pieces | st.text(st.sampled_from('ab "*-()/:.ORANDT\n\u3000é日\\[i') | st.characters(), max_size=12), max_size=4
).map("".join)


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
        matches(parsed, entry(text, text), EMPTY)
        highlights(parsed, text)


# ------------------------------------------------------------------ matching

words_said = st.builds(
    lambda words, stem: Words(tuple(words), stem),
    st.lists(st.sampled_from(["a", "ab", "abc", "b", "日"]), min_size=1, max_size=3),
    st.booleans(),
)
trees = st.recursive(
    words_said,
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
        case _:
            raise AssertionError(parsed)


@given(trees, said, said)
def test_an_entry_matches_as_its_words_say(parsed: Query, title: str, text: str) -> None:
    words = [[token.word for token in tokens(each)] for each in (title, text)]
    assert matches(parsed, entry(title, text), EMPTY) == naive(parsed, words)


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
    assert matches(tree(query), entry("", text), EMPTY)
    assert matches(tree(query), entry(text, ""), EMPTY)


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
    assert not matches(tree(query), entry("", text), EMPTY)


def test_a_phrase_does_not_reach_from_the_title_into_the_text() -> None:
    assert not matches(tree('"peace talks"'), entry("Hopes of peace", "Talks resume"), EMPTY)
    assert matches(tree("peace talks"), entry("Hopes of peace", "Talks resume"), EMPTY)


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


@given(st.lists(words_said, max_size=5), said)
def test_what_is_lit_is_what_stands_there_word_for_word(terms: list[Words], text: str) -> None:
    found = tokens(text)
    words = [token.word for token in found]
    expected: set[int] = set()
    for term in terms:
        for first in range(len(words)):
            if stands(term, words, first):
                expected.update(range(first, first + len(term.words)))
    spans = Finder(terms).spans(text)
    covered = {index for index, token in enumerate(found) if any(a <= token.start and token.end <= b for a, b in spans)}
    assert covered == expected
    assert spans == sorted(spans)
    assert all(one[1] < other[0] for one, other in pairwise(spans))
    assert all(re.match(r"\w", text[start]) and re.match(r"\w", text[end - 1]) for start, end in spans)


@given(words_said, said)
def test_a_term_lights_something_exactly_where_it_matches(term: Words, text: str) -> None:
    assert bool(Finder([term]).spans(text)) == matches(term, entry(text), EMPTY)
    assert list(positive(Not(term))) == []


@pytest.mark.parametrize(
    ("query", "text", "in_title", "in_text"),
    [
        ("title:storm", "storm", ["storm"], []),
        ("text:storm", "storm", [], ["storm"]),
        ("title:(storm OR -calm)", "storm, calm", ["storm"], []),
        ("storm title:calm", "storm, calm", ["storm", "calm"], ["storm"]),
        ("title:/st.rm/", "storm", ["storm"], []),
        ("/ST.RM/i", "a storm, storms", ["storm", "storm"], ["storm", "storm"]),
        ("-/storm/", "storm", [], []),
        ("is:read author:storm source:storm tag:storm url:storm after:2h revisions:1", "storm", [], []),
        ("author:/storm/ url:/storm/", "storm", [], []),
        ("/🚒+/ OR kyiv", "Kyïv 🚒🚒 é🚒", ["Kyïv", "🚒🚒", "🚒"], ["Kyïv", "🚒🚒", "🚒"]),
        ("/storm in/ OR in", "a storm in in it", ["storm in", "in"], ["storm in", "in"]),
        ("/m|/", "storm", ["m"], ["m"]),
    ],
)
def test_a_field_is_lit_where_it_is_looked_for_only(
    query: str, text: str, in_title: list[str], in_text: list[str]
) -> None:
    for field, found in ((Field.TITLE, in_title), (Field.TEXT, in_text)):
        spans = Finder(positive(tree(query), field)).spans(text)
        assert [text[start:end] for start, end in spans] == found


def test_a_regular_expression_lights_no_more_than_a_screen_could_show() -> None:
    spans = Finder(positive(tree("/a/"))).spans("a" * 30_000)
    assert spans == [(0, 20_000)]


# ------------------------------------------------------------------ what is said of an entry

SOURCE = Source(
    1, SourceSpec("https://a.example/feed", "Storm Herald: Київ", ("war", "fire watch")), "https://a.example/feed"
)
SCENE = scene(SOURCE, now=at(120))
TOLD = replace(
    entry("Kyïv: Talks", "Peace talks resume\n\nin Straße 5"),
    revision=3,
    starred=True,
    first_seen=at(5),
    post=replace(
        entry("Kyïv: Talks", "Peace talks resume\n\nin Straße 5").post,
        url="https://News.example/Live/1?x=%D0%9A#p",
        authors=("Ana Ruiz", "Łukasz Nowak"),
        tags=("Peace Talks", "Ελλάδα"),
        published=at(0),
        key_event=True,
    ),
)


@pytest.mark.parametrize(
    "query",
    [
        "title:kyiv", "-title:peace", "text:peace", "-text:kyiv", "title:(kyiv -peace)", 'text:"peace tal"*',
        "source:herald", "source:київ", 'source:"storm herald"', "source:/^Storm/", "-source:guardian",
        "author:ruiz", "author:lukasz", 'author:"ana ruiz"', '-author:"ruiz lukasz"', "author:/^Ł/",
        "tag:war", "tag:peace", "tag:ελλαδα", 'tag:"fire watch"', '-tag:"talks ελλαδα"', "tag:(war peace)",
        "tag:/^fire/",
        "url:news.example/LIVE", "url:#p", "url:К", "-url:zzz", "url:(zzz OR live)", "url:/Live.1/", "-url:/live/",
        "/Talks$/", "title:/Talks$/", "/^Peace/", "-title:/^Peace/", "/^in/m", "-/^in/", "/resume.*in/s",
        "-/resume.*in/",
        "/TALKS/i", "-/TALKS/", r"/Stra\pLe/",
        "is:unread", "-is:read", "is:starred", "is:edited", "is:key", "-is:pinned", "-is:late", "-is:withdrawn",
        "-is:restored", "revisions:3", "revisions:>2", "revisions:2..3", "-revisions:<3", "-revisions:4..",
        "after:12:00", "after:2h", "-after:12:01", "before:12:01", "-before:12:00", "on:12:00", "on:today",
        "on:2026-02-13", "-on:yesterday", "after:yesterday before:13:00Z", "-before:2026-02-13",
    ],
)  # fmt: skip
def test_an_entry_is_found_by_what_is_said_of_it(query: str) -> None:
    assert matches(tree(query), TOLD, SCENE)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("is:read", {"read": True}),
        ("is:late", {"late": True}),
        ("is:withdrawn", {"withdrawn_at": NOON}),
        ("is:withdrawn -is:restored", {"withdrawn_at": NOON, "restored_at": NOON}),
        ("is:restored -is:withdrawn", {"restored_at": NOON}),
        ("-is:edited revisions:1", {"revision": 1}),
    ],
)
def test_an_entry_is_found_by_its_state(query: str, fields: dict[str, object]) -> None:
    assert matches(tree(query), replace(TOLD, **fields), SCENE)


def test_an_entry_whose_source_is_unknown_has_neither_its_name_nor_its_tags() -> None:
    for query in ("source:storm", "source:/^/", "tag:war"):
        assert not matches(tree(query), TOLD, EMPTY)
    assert matches(tree("tag:peace"), TOLD, EMPTY)


def test_an_entry_without_address_authors_or_tags_has_none_that_match() -> None:
    bare = entry("", "")
    for query in ("url:/^/", "author:/^/", "tag:/^/", "url:a"):
        assert not matches(tree(query), bare, EMPTY)
    assert matches(tree("title:/^$/ text:/^$/"), bare, EMPTY)


def test_what_is_ago_moves_on_with_the_time() -> None:
    asked = tree("after:2h")
    assert matches(asked, TOLD, scene(now=at(120)))
    assert not matches(asked, TOLD, scene(now=at(121)))
    assert matches(tree("before:2h"), TOLD, scene(now=at(121)))


def test_the_time_compared_is_the_one_shown() -> None:
    undated = replace(TOLD, post=replace(TOLD.post, published=None, updated=None))
    updated = replace(TOLD, post=replace(TOLD.post, published=None, updated=at(-60)))
    ahead = replace(TOLD, post=replace(TOLD.post, published=at(600)))
    assert matches(tree("on:12:05"), undated, scene(now=at(30)))
    assert matches(tree("on:11:00"), updated, scene(now=at(30)))
    assert matches(tree("on:12:05"), ahead, scene(now=at(30)))


def test_what_names_no_time_by_now_matches_nothing() -> None:
    for side in Side:
        assert not matches(Timed(side, "soon"), TOLD, SCENE)
    assert not matches(Timed(Side.BEFORE, "0001-01-01"), TOLD, SCENE)


# ------------------------------------------------------------------ watches in a query


def test_a_watch_becomes_part_of_the_query_in_any_case_of_its_name() -> None:
    watches = {"Kyiv": tree("kyiv OR київ"), "kyiv": tree("other"), "Peace talks": tree('"peace talks"')}
    assert parse("watch:Kyiv", watches) == watches["Kyiv"]
    assert parse("watch:kyiv", watches) == watches["kyiv"]
    assert parse('-watch:"peace TALKS" a', watches) == All((Not(watches["Peace talks"]), word("a")))


@pytest.mark.parametrize(
    ("query", "meant"),
    [("is:deleted", "is:withdrawn"), ("is:NEW", "is:unread"), ("from:bbc", "source:"), ("since:2h", "after:")],
)
def test_names_other_programs_have_for_a_thing_are_answered_with_ours(query: str, meant: str) -> None:
    with pytest.raises(QueryError, match=f"did you mean “{meant}”"):
        parse(query)


def test_a_watch_that_is_not_there_is_said_with_one_that_is() -> None:
    with pytest.raises(QueryError, match="no watch “Kyv”") as caught:
        parse("a watch:Kyv", {"Kyiv": word("kyiv")})
    assert caught.value.position == 8
    assert "(position 9); did you mean “Kyiv”?" in str(caught.value)


def test_watches_make_a_query_neither_too_large_nor_too_deep() -> None:
    many = AnyOf(tuple(word(str(number)) for number in range(MAX_TERMS // 4)))
    assert parse("watch:x " * 4, {"x": many})
    with pytest.raises(QueryError, match="10,000 terms"):
        parse("watch:x " * 5, {"x": many})
    deep: Query = word("a")
    for _ in range(250):
        deep = Not(deep)
    with pytest.raises(QueryError, match="inside one another"):
        parse("watch:x", {"x": deep})


# ------------------------------------------------------------------ regular expressions


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("(a", "a closing ) is missing"),
        ("a)", "has no opening one"),
        ("[a", "a closing ] is missing"),
        ("*a", "nothing stands before a sign of repetition"),
        ("a**", "two signs of repetition"),
        ("a(?=b)", "look-around"),
        (r"(a)\1", "no such escape"),
        ("a{2000}", "it repeats too often"),
        ("[z-a]", "the wrong way round"),
        (".{0,900}.{0,900}", "it is too large"),
    ],
)
def test_an_expression_that_cannot_be_used_is_said_with_the_reason(expression: str, reason: str) -> None:
    with pytest.raises(QueryError, match=re.escape(reason)) as caught:
        parse(f"a title:/{expression}/")
    assert caught.value.position == 8


def test_only_so_many_expressions_stand_in_a_query() -> None:
    assert parse("/a/ " * MAX_PATTERNS)
    with pytest.raises(QueryError, match="more than 20 regular"):
        parse("/a/ " * (MAX_PATTERNS + 1))


def test_an_expression_that_would_take_others_for_ever_takes_no_time() -> None:
    hostile = entry("a" * 50_000, "a" * 50_000)
    for query in ("/(a+)+$b/", "/(a|aa)+c/", "/(.*a){12}b/"):
        assert not matches(tree(query), hostile, EMPTY)


def test_without_its_library_an_expression_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    patterns.compiled.cache_clear()
    monkeypatch.setitem(sys.modules, "re2", None)
    with pytest.raises(QueryError, match="google-re2"):
        parse("/not met before/")


def test_the_library_is_loaded_by_the_first_expression_only() -> None:
    look = "print('re2' in sys.modules)"
    code = f"import sys; from feeds.query import parse; parse('a -is:read'); {look}; parse('/a/'); {look}"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["False", "True"]


# ------------------------------------------------------------------ the help


def test_every_example_of_the_help_is_a_query_and_every_name_has_one() -> None:
    named = {"Kyiv": word("kyiv")}
    for term in HELP:
        if term.example != "( )":
            assert parse(term.example, named), term
    assert {example.example.partition(":")[0] for example in FIELDS.values()} == {str(name) for name in FIELDS}
    assert set(STATES) == set(State)
    for state in State:
        assert parse(f"is:{state}") == Is(state)


def test_the_readme_has_the_language_of_the_help() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert markdown_table() in readme
