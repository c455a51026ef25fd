"""What a query means over stored entries is what it means in memory."""

from __future__ import annotations

import re
import sqlite3
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds.document import paragraphs
from feeds.errors import QueryError, StoreError
from feeds.model import Post, SourceSpec
from feeds.query import (
    MAX_DEPTH,
    All,
    AnyOf,
    Field,
    Is,
    Leaf,
    Not,
    Query,
    Revised,
    Scene,
    State,
    Words,
    matches,
    parse,
)
from feeds.reconcile import Edited, Refreshed, Restored, Withdrawn
from feeds.store import Store, View, open_store
from feeds.store.asking import Question
from feeds.store.schema import MIGRATIONS
from feeds.store.select import Statement, counting, selecting
from feeds.text import tokens
from tests.support.posts import NOON, at, post
from tests.support.queries import EMPTY, posts, queries, scene, spec, terms, tree
from tests.support.stores import A, B, C, added, assert_sound, bring, configure, raw


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


CHANGES = ["edit", "refresh", "withdraw", "restore", "read", "star"]

# ------------------------------------------------------------------ equal to matching in memory


def scene_of(store: Store) -> Scene:
    """Everything stored of the sources, at noon."""
    return scene(*(source for number in range(1, 10) if (source := store.source(number)) is not None))


def expected(store: Store, query: Query, source_ids: tuple[int, ...]) -> list[int]:
    """Match every stored entry in memory."""
    stored, where = store.entries(range(1, 100)), scene_of(store)
    wanted = [entry for entry in stored if entry.source_id in source_ids and matches(query, entry, where)]
    return [entry.id for entry in sorted(wanted, key=lambda entry: (entry.sort_at, entry.id))]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(st.lists(posts, max_size=5), min_size=3, max_size=3),
    minutes=st.lists(st.integers(-3, 3), min_size=18, max_size=18),
    changes=st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(1, 5), posts), max_size=12),
    asked=st.lists(queries, min_size=1, max_size=8),
    alone=st.lists(terms, min_size=10, max_size=25),
    gone=st.booleans(),
)
def test_the_store_selects_what_matches(
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[list[Post]],
    minutes: list[int],
    changes: list[tuple[str, int, Post]],
    asked: list[Query],
    alone: list[Leaf],
    gone: bool,
) -> None:
    folder = tmp_path_factory.mktemp("store")
    store = open_store(folder)
    try:
        ids = [source.id for source in store.configure(spec(each, number) for number, each in enumerate((A, B, C)))]
        places = iter(minutes)
        for number, (source_id, batch) in enumerate(zip(ids, batches, strict=True)):
            named = [replace(each, key=str(number)) for number, each in enumerate(batch)]
            additions = [
                added(each, sort_at=at(next(places)), late=each.pinned, withdrawn=each.key_event) for each in named
            ]
            bring(store, source_id, *additions, now=at(40 * number - 40))
        for number, (kind, entry_id, post) in enumerate(changes):
            change(store, kind, entry_id, post, at(60 + number))
        if gone:
            store.configure([spec(B, 1), spec(A, 0)])
        active = tuple(source.id for source in store.sources())
        for query in asked:
            assert_selected(store, query, expected(store, query, active))
            for among in (ids[:1], ids[1:]):
                assert_selected(store, query, expected(store, query, tuple(among)), tuple(among))
        for term in alone:
            assert_selected(store, term, expected(store, term, active))
    finally:
        store.close()
    assert_sound(folder)


def change(store: Store, kind: str, entry_id: int, post: Post, now: datetime) -> None:
    """Let something happen to an entry, where there is one of that id."""
    entry = next(iter(store.entries([entry_id])), None)
    if entry is None:
        return
    match kind:
        case "edit":
            bring(store, entry.source_id, Edited(entry_id, post), now=now)
        case "refresh":
            bring(store, entry.source_id, Refreshed(entry_id, post), now=now)
        case "withdraw":
            bring(store, entry.source_id, Withdrawn(entry_id), now=now)
        case "restore":
            bring(store, entry.source_id, Restored(entry_id), now=now)
        case _:
            store.mark([entry_id], read=kind == "read" or None, starred=kind == "star" or None, now=now)


def assert_selected(store: Store, query: Query, wanted: list[int], source_ids: tuple[int, ...] = ()) -> None:
    view = View(query, source_ids, NOON, UTC)
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
    wanted = [entry.id for entry in stocked.entries([1, 2, 3]) if matches(right, entry, EMPTY)]
    assert_selected(stocked, right, wanted)
    both = AnyOf((All((right, Not(right))), All((Not(right), Words(("fire",)))), All((right, Words(("rain",))))))
    assert_selected(stocked, both, [entry.id for entry in stocked.entries([1, 2, 3]) if matches(both, entry, EMPTY)])
    assert_selected(
        stocked, Not(both), [entry.id for entry in stocked.entries([1, 2, 3]) if not matches(both, entry, EMPTY)]
    )


def test_the_deepest_query_that_parses_is_answered(stocked: Store) -> None:
    text = "storm"
    for level in range(MAX_DEPTH // 2):
        text = f"-(rain {text} OR fire)" if level % 2 else f"(calm OR fire ({text} OR kyiv))"
    tree = parse(text)
    assert tree is not None
    with pytest.raises(QueryError):
        parse(f"(({text}))")
    assert_selected(stocked, tree, [entry.id for entry in stocked.entries([1, 2, 3]) if matches(tree, entry, EMPTY)])


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


# ------------------------------------------------------------------ more than words


@pytest.fixture
def told(store: Store) -> Store:
    """Storm in Kyiv, edited twice; Fire, starred and withdrawn; Rain, late and read, of another source."""
    here, there = (
        source.id for source in store.configure([SourceSpec(A, "The Herald"), SourceSpec(B, "Radio", ("war",))])
    )
    storm = Post(
        key="1", title="Storm in Kyiv", body=paragraphs("Fire and rain"), authors=("Ana Ruiz",), tags=("Weather",),
        url="https://news.example/1", published=at(-60), key_event=True,
    )  # fmt: skip
    bring(store, here, added(replace(storm, title="Storm")), added(post("2", "", title="Fire")), now=at(0))
    bring(store, there, added(post("3", "Storm, calm", title="Rain", pinned=True), late=True), now=at(30))
    bring(store, here, Edited(1, replace(storm, title="Storm in Lviv")), now=at(10))
    bring(store, here, Edited(1, storm), Withdrawn(2), now=at(20))
    store.mark([2], read=None, starred=True, now=at(40))
    store.mark([3], read=True, starred=None, now=at(40))
    return store


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("title:storm", [1]),
        ("text:storm", [3]),
        ("title:(storm OR rain)", [1, 3]),
        ("-title:storm -text:storm", [2]),
        ("source:herald", [1, 2]),
        ("-source:(herald OR radio)", []),
        ("author:ana", [1]),
        ("tag:weather OR tag:war", [1, 3]),
        ("url:NEWS.example", [1]),
        ("is:withdrawn", [2]),
        ("-is:withdrawn is:unread", [1]),
        ("is:starred OR is:read", [2, 3]),
        ("is:key", [1]),
        ("is:pinned", [3]),
        ("calm OR is:withdrawn", [2, 3]),
        ("is:late", [3]),
        ("revisions:3 is:edited", [1]),
        ("revisions:..2", [2, 3]),
        ("before:11:30", [1]),
        ("after:11:30", [2, 3]),
        ("after:12:00", [2, 3]),
        ("before:12:00", [1]),
        ("on:12:00", [2]),
        ("on:12:30", [3]),
        ("/^Fire/", [1, 2]),
        ("title:/^Fire/", [2]),
        ("storm -/kyiv/i", [3]),
        ("(storm is:edited) OR (fire is:withdrawn)", [1, 2]),
        ("-((storm is:edited) OR (fire is:withdrawn))", [3]),
        ("-is:withdrawn (author:ana OR tag:war) -calm", [1]),
    ],
)
def test_a_query_that_asks_for_more_than_words_finds(told: Store, text: str, ids: list[int]) -> None:
    found = tree(text)
    view = View(found, (), at(60), UTC)
    assert sorted(told.select(view).ids) == ids
    assert told.count(view) == len(ids)
    where = replace(scene_of(told), now=at(60))
    assert [entry.id for entry in told.entries([1, 2, 3]) if matches(found, entry, where)] == ids


def test_what_was_restored_and_is_withdrawn_again_is_not_restored(told: Store) -> None:
    bring(told, 2, Withdrawn(3), now=at(50))
    bring(told, 2, Restored(3), now=at(51))
    bring(told, 1, Restored(2), now=at(50))
    bring(told, 1, Withdrawn(2), now=at(51))
    assert_selected(told, tree("is:restored"), [3])
    assert_selected(told, tree("is:withdrawn"), [2])


def test_a_view_with_times_has_to_say_what_time_it_is(told: Store) -> None:
    with pytest.raises(ValueError, match="what time it is"):
        told.select(View(tree("a -after:2h")))
    assert list(told.select(View(tree("storm"))).ids)


def test_thousands_of_conditions_are_asked_at_once(told: Store) -> None:
    many = tuple(Revised(number, number) for number in range(10, 1_500))
    assert_selected(told, AnyOf((*many, Is(State.WITHDRAWN))), [2])
    assert told.count(View(All(tuple(Not(each) for each in many)))) == 3
    assert told.count(View(AnyOf(tuple(Words((str(each),), field=Field.AUTHOR) for each in range(500))))) == 0


@pytest.mark.parametrize("depth", [1, 5, 12, 13, 40, MAX_DEPTH, 2 * MAX_DEPTH])
def test_conditions_as_deep_as_can_be_typed_and_deeper_are_answered(told: Store, depth: int) -> None:
    leaves: tuple[Leaf, ...] = (
        Is(State.EDITED),
        Words(("ana",), field=Field.AUTHOR),
        Words(("storm",)),
        Is(State.READ),
    )
    right: Query = Is(State.LATE)
    for level in range(depth):
        other = leaves[level % 4]
        right = All((other, right)) if level % 2 else AnyOf((right, other))
        right = Not(right) if level % 3 == 2 else right
    for query in (right, Not(right), All((right, Words(("storm",))))):
        stored = told.entries([1, 2, 3])
        wanted = [entry.id for entry in stored if matches(query, entry, scene_of(told))]
        assert sorted(told.select(View(query)).ids) == wanted


def test_a_regular_expression_that_takes_too_long_ends_with_a_sentence(
    told: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(0, 1_000, 3))
    monkeypatch.setattr(told._answers, "_clock", lambda: float(next(ticks)))  # type: ignore[attr-defined]
    for ask in (told.select, told.count):
        with pytest.raises(QueryError, match=re.escape("/a.b/i takes too long")):
            ask(View(tree("/a.b/i")))
    # What the words of the query leave over is bounded first.
    assert told.count(View(tree("calm /a.b/i"))) == 0


def test_a_post_that_cannot_be_read_is_told_as_damage(told: Store, tmp_path: Path) -> None:
    with raw(tmp_path) as connection:
        connection.execute("UPDATE content SET post = X'C1' WHERE entry_id = 1")
    with pytest.raises(StoreError, match="is damaged"):
        told.select(View(tree("author:ana")))
    assert told.count(View(tree("is:withdrawn"))) == 1


# ------------------------------------------------------------------ how SQLite goes about it


def plan(store: Store, statement: Statement) -> str:
    sql, parameters, _ = statement
    rows = store._connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()  # type: ignore[attr-defined]
    return "\n".join(row[3] for row in rows)


@pytest.mark.parametrize("sources", [None, (1,), (1, 2)])
@pytest.mark.parametrize("newest", [None, 200])
def test_without_a_query_an_index_holds_everything_in_order(
    stocked: Store, sources: tuple[int, ...] | None, newest: int | None
) -> None:
    steps = plan(stocked, selecting(None, EMPTY, sources, newest))
    index = "entry_by_source" if sources == (1,) else "entry_by_time"
    assert f"entry USING COVERING INDEX {index}" in steps
    assert newest is not None or "TEMP B-TREE" not in steps


def test_counting_a_word_asks_the_index_of_words_alone(stocked: Store) -> None:
    assert "entry" not in plan(stocked, counting(Words(("storm",)), EMPTY, None))


@pytest.mark.parametrize(
    "text", ["is:withdrawn", "-is:read", "revisions:>2", "source:herald", "title:storm is:starred"]
)
def test_what_columns_and_the_index_say_needs_no_post(told: Store, text: str) -> None:
    statement = selecting(tree(text), scene_of(told), None, None)
    assert statement.questions == ()
    assert "content" not in plan(told, statement)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("calm author:x", 1),
        ("author:x calm", 1),
        ("-calm author:x", 2),
        ("is:withdrawn /x/", 1),
        ("/x/ is:withdrawn OR is:read", 1),
        ("calm (author:x OR url:y)", 2),
        ("source:radio /x/", 1),
        ("nothing /x/", 0),
        ("after:50m author:x", 2),
        ("before:11:00", 3),
        ("before:12:10", 1),
    ],
)
def test_posts_are_asked_only_where_nothing_cheaper_decides(told: Store, text: str, asked: int) -> None:
    answered = 0

    def counting_answers(question: Question) -> Question:
        def answer(post: bytes, seen: int) -> bool:
            nonlocal answered
            answered += 1
            return question.answer(post, seen)

        return question._replace(answer=answer)

    scene = replace(scene_of(told), now=at(60))
    for make in (selecting(tree(text), scene, None, None), counting(tree(text), scene, None)):
        answered = 0
        with told._answers.to([counting_answers(each) for each in make.questions]):  # type: ignore[attr-defined]
            told._connection.execute(make.sql, make.parameters).fetchall()  # type: ignore[attr-defined]
        assert answered == asked


def test_counting_everything_looks_at_no_entry(stocked: Store) -> None:
    assert "entry" not in plan(stocked, counting(None, EMPTY, None))


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
