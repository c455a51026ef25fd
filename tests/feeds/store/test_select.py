"""What a query means over stored entries is what it means in memory."""

from __future__ import annotations

import sqlite3
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds.document import paragraphs
from feeds.errors import QueryError
from feeds.model import Post
from feeds.query import MAX_DEPTH, All, AnyOf, Not, Query, Words, matches, parse
from feeds.reconcile import Edited, Refreshed
from feeds.store import Store, View, open_store
from feeds.store.schema import MIGRATIONS
from feeds.store.select import counting, selecting
from feeds.text import tokens
from tests.support.posts import NOON, at, post
from tests.support.stores import A, B, C, added, assert_sound, bring, configure


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


# ------------------------------------------------------------------ equal to matching in memory

# Few words, near one another, so that they meet: accents, sigmas, ß, ligatures, marks, scripts without blanks.
WORDS = [
    "storm",
    "storms",
    "Storm",
    "STORM",
    "kyiv",
    "Kyïv",
    "київ",
    "Київ",
    "well-known",
    "known",
    "well",
    "σίγμασ",
    "ΣΊΓΜΑΣ",
    "σίγμας",
    "Straße",
    "STRASSE",
    "strasse",
    "ﬁre",
    "fire",
    "東京",
    "京都",
    "東京都",
    "東",
    "ราคา",
    "ราคาน้ำ",
    "ไทย",
    "हिन्दी",
    "हिंदी",
    "คำ",
    "naïve",
    "naive",
    "İstanbul",
    "istanbul",
    "ısı",
    "5G",
    "5",
    "½",
    "²",
    "①",
    "a",
    "AND",
    "OR",
    "NOT",
    "لبنان",
    "لُبنان",
    "می\u200cخواهم",
    "ｶﾞ",
    "ガ",
    "が",
    "か",
    "한국",
    "éte",
    "été",
    "o'neill",
    "it’s",
    "Æther",
    "aether",
    "#tag",
    "@name",
    "x_y",
    "𝔘𝔫𝔦",
    "🇺🇦",
    "☂",
]

words = st.sampled_from(WORDS)
texts = st.lists(words | st.text(max_size=6), max_size=7).map(" ".join)
posts = st.builds(
    lambda title, body, summary: Post(title=title, body=paragraphs(body), summary=paragraphs(summary)),
    texts,
    texts,
    texts | st.just(""),
)


def terms() -> st.SearchStrategy[Query]:
    found = st.builds(
        lambda text, stem: Words(tuple(token.word for token in tokens(text)), stem),
        st.lists(words, min_size=1, max_size=3).map(" ".join) | words.map(lambda word: word[:2]) | st.text(max_size=3),
        st.booleans(),
    )
    return found.filter(lambda term: bool(term.words))


queries = st.recursive(
    terms(),
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, max_size=4).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, max_size=4).map(lambda parts: AnyOf(tuple(parts)))
    ),
    max_leaves=10,
)


def expected(store: Store, query: Query, source_ids: tuple[int, ...]) -> list[int]:
    """Match every stored entry in memory."""
    stored = store.entries(range(1, 100))
    wanted = [entry for entry in stored if entry.source_id in source_ids and matches(query, entry)]
    return [entry.id for entry in sorted(wanted, key=lambda entry: (entry.sort_at, entry.id))]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(st.lists(posts, max_size=6), min_size=3, max_size=3),
    minutes=st.lists(st.integers(-3, 3), min_size=18, max_size=18),
    edits=st.lists(posts, max_size=3),
    asked=st.lists(queries, min_size=1, max_size=8),
    gone=st.booleans(),
)
def test_the_store_selects_what_matches(
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[list[Post]],
    minutes: list[int],
    edits: list[Post],
    asked: list[Query],
    gone: bool,
) -> None:
    folder = tmp_path_factory.mktemp("store")
    store = open_store(folder)
    try:
        ids = configure(store, A, B, C)
        places = iter(minutes)
        for source_id, batch in zip(ids, batches, strict=True):
            named = [replace(each, key=str(number)) for number, each in enumerate(batch)]
            bring(store, source_id, *[added(each, sort_at=at(next(places))) for each in named])
        for number, edit in enumerate(edits, 1):
            kind = Edited if number % 2 else Refreshed
            for source_id in ids:
                bring(store, source_id, kind(number, edit))
        if gone:
            configure(store, B, A)
        active = tuple(source.id for source in store.sources())
        for query in asked:
            assert_selected(store, query, expected(store, query, active))
            for among in (ids[:1], ids[1:]):
                assert_selected(store, query, expected(store, query, tuple(among)), tuple(among))
    finally:
        store.close()
    assert_sound(folder)


def assert_selected(store: Store, query: Query, wanted: list[int], source_ids: tuple[int, ...] = ()) -> None:
    view = View(query, source_ids)
    assert list(store.select(view).ids) == wanted
    assert store.count(view) == len(wanted)
    assert list(store.select(view, newest=2).ids) == wanted[-2:]


# ------------------------------------------------------------------ particular queries


@pytest.fixture
def stocked(store: Store) -> Store:
    """Three entries: “storm in Kyiv” over “fire and rain”, “fire” over nothing, “rain” over “storm, calm”."""
    (source_id,) = configure(store, A)
    said = [("Storm in Kyiv", "Fire and rain"), ("Fire", ""), ("Rain", "Storm, calm")]
    additions = [added(post(str(place), text, title=title)) for place, (title, text) in enumerate(said)]
    bring(store, source_id, *additions)
    return store


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("storm", [1, 3]),
        ("sto*", [1, 3]),
        ("sto", []),
        ("storm fire", [1]),
        ('"kyiv fire"', []),  # not across the title and the text
        ('"in kyiv"', [1]),
        ('"storm c"*', [3]),
        ("-storm", [2]),
        ("-storm -fire", []),
        ("-storm OR kyiv", [1, 2]),
        ("-(storm fire)", [2, 3]),
        ("rain -kyiv", [3]),
        ("(rain -kyiv) OR (fire -rain)", [2, 3]),
        ("--calm", [3]),
        ("near", []),
        ('"NEAR" OR title', []),
    ],
)
def test_a_query_finds(stocked: Store, text: str, ids: list[int]) -> None:
    tree = parse(text)
    assert tree is not None
    assert_selected(stocked, tree, ids)


@pytest.mark.parametrize(
    ("tree", "ids"),
    [
        (All(()), [1, 2, 3]),
        (AnyOf(()), []),
        (Not(All(())), []),
        (Not(AnyOf(())), [1, 2, 3]),
        (All((Words(("storm",)), AnyOf(()))), []),
        (AnyOf((Words(("storm",)), All(()))), [1, 2, 3]),
        (All((Words(("storm",)), All(()))), [1, 3]),
        (AnyOf((Words(("storm",)), AnyOf(()))), [1, 3]),
    ],
)
def test_queries_without_parts_mean_everything_and_nothing(stocked: Store, tree: Query, ids: list[int]) -> None:
    assert_selected(stocked, tree, ids)
    assert_selected(stocked, tree, ids, (1,))
    assert_selected(stocked, tree, [], (2, 3))


def test_a_thousand_words_are_asked_at_once(stocked: Store) -> None:
    many = tuple(Words((f"nothing{number}",)) for number in range(1_000))
    assert_selected(stocked, AnyOf((*many, Words(("kyiv",)))), [1])
    assert_selected(stocked, All(tuple(Not(word) for word in (*many, Words(("kyiv",))))), [2, 3])
    assert_selected(stocked, All((*many, Words(("kyiv",)))), [])
    assert_selected(stocked, AnyOf(tuple(Not(word) for word in many)), [1, 2, 3])


@pytest.mark.parametrize("depth", [1, 5, 16, 17, 40, MAX_DEPTH, 2 * MAX_DEPTH])
def test_queries_as_deep_as_can_be_typed_and_deeper_are_answered(stocked: Store, depth: int) -> None:
    right: Query = Words(("calm",))
    for level in range(depth):
        word = Words((("storm", "fire", "rain")[level % 3],))
        right = All((word, right)) if level % 2 else AnyOf((word, right))
        right = Not(right) if level % 5 == 4 else right
    wanted = [entry.id for entry in stocked.entries([1, 2, 3]) if matches(right, entry)]
    assert_selected(stocked, right, wanted)
    both = AnyOf((All((right, Not(right))), All((Not(right), Words(("fire",)))), All((right, Words(("rain",))))))
    assert_selected(stocked, both, [entry.id for entry in stocked.entries([1, 2, 3]) if matches(both, entry)])
    assert_selected(stocked, Not(both), [entry.id for entry in stocked.entries([1, 2, 3]) if not matches(both, entry)])


def test_the_deepest_query_that_parses_is_answered(stocked: Store) -> None:
    text = "storm"
    for level in range(MAX_DEPTH // 2):
        text = f"-(rain {text} OR fire)" if level % 2 else f"(calm OR fire ({text} OR kyiv))"
    tree = parse(text)
    assert tree is not None
    with pytest.raises(QueryError):
        parse(f"(({text}))")
    assert_selected(stocked, tree, [entry.id for entry in stocked.entries([1, 2, 3]) if matches(tree, entry)])


def test_a_quotation_mark_in_a_word_is_a_character_like_others(stocked: Store) -> None:
    assert_selected(stocked, Words(('kyiv" OR "fire',)), [])


def test_the_newest_are_the_last_of_all(store: Store) -> None:
    (source_id,) = configure(store, A)
    places = [3, 1, 2, 1, 3, 0]
    bring(store, source_id, *[added(post(str(n)), sort_at=at(place)) for n, place in enumerate(places)])
    whole = store.select(View())
    assert list(whole.ids) == [6, 2, 4, 3, 1, 5]
    assert list(whole.sort_keys) == sorted(whole.sort_keys)
    for newest in (0, 1, 3, 6, 100):
        part = store.select(View(), newest=newest)
        assert list(part.ids) == (list(whole.ids)[-newest:] if newest else [])
        assert list(part.sort_keys) == (list(whole.sort_keys)[-newest:] if newest else [])


def test_entries_of_one_millisecond_are_in_order_of_id(store: Store) -> None:
    (source_id,) = configure(store, A)
    later = NOON + timedelta(microseconds=900)
    bring(store, source_id, added(post("b"), sort_at=later), added(post("a"), sort_at=NOON))
    assert list(store.select(View()).ids) == [1, 2]
    assert [entry.sort_at for entry in store.entries([1, 2])] == [later, NOON]


def test_a_source_named_twice_counts_once(stocked: Store) -> None:
    view = View(source_ids=(1, 1, 9))
    assert (list(stocked.select(view).ids), stocked.count(view)) == ([1, 2, 3], 3)


# ------------------------------------------------------------------ how SQLite goes about it


def plan(store: Store, statement: tuple[str, tuple[str | int, ...]]) -> str:
    sql, parameters = statement
    rows = store._connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()  # type: ignore[attr-defined]
    return "\n".join(row[3] for row in rows)


@pytest.mark.parametrize("sources", [None, (1,), (1, 2)])
@pytest.mark.parametrize("newest", [None, 200])
def test_without_a_query_an_index_holds_everything_in_order(
    stocked: Store, sources: tuple[int, ...] | None, newest: int | None
) -> None:
    steps = plan(stocked, selecting(None, sources, newest))
    index = "entry_by_source" if sources == (1,) else "entry_by_time"
    assert f"entry USING COVERING INDEX {index}" in steps
    assert newest is not None or "TEMP B-TREE" not in steps


def test_counting_a_word_asks_the_index_of_words_alone(stocked: Store) -> None:
    assert "entry" not in plan(stocked, counting(Words(("storm",)), None))


def test_counting_everything_looks_at_no_entry(stocked: Store) -> None:
    assert "entry" not in plan(stocked, counting(None, None))


# ------------------------------------------------------------------ the tokenizer of the index


def every_word() -> dict[str, None]:
    """Every word that our tokenizer makes of a single character, alone and inside a word."""
    found: dict[str, None] = {}
    for number in range(sys.maxunicode + 1):
        if 0xD800 <= number <= 0xDFFF:
            continue
        character = chr(number)
        if character.isalnum() or unicodedata.category(character)[0] not in "ZSPC":
            for token in (*tokens(character), *tokens(f"x{character}x")):
                found[token.word] = None
    return found


def test_the_index_takes_every_word_of_ours_as_it_is() -> None:
    words = list(every_word())
    assert len(words) > 130_000
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        MIGRATIONS[0](connection)  # the index is as the first layout made it
        # The same tokenizer, with content, so that it can be asked for the words it made.
        (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'words'").fetchone()
        options = sql[sql.index("tokenize") :]
        connection.execute(f"CREATE VIRTUAL TABLE trial USING fts5(text, {options}")
        connection.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(trial, instance)")
        for start in range(0, len(words), 1000):
            part = words[start : start + 1000]
            connection.execute("INSERT INTO trial (rowid, text) VALUES (?, ?)", (start, f" {' '.join(part)} "))
        made = connection.execute("SELECT term, doc, offset FROM vocabulary").fetchall()
    assert len(made) == len(words)
    wrong = [(words[doc + offset], term) for term, doc, offset in made if words[doc + offset] != term]
    assert wrong == []
