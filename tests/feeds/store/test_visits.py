"""What is stored of a visit comes back as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from feeds import identity
from feeds.document import Cell, Code, Heading, Listing, Media, Paragraph, Quote, Rule, Run, Table, paragraphs
from feeds.errors import StoreError
from feeds.model import (
    Article,
    Batch,
    ChangeKind,
    Coverage,
    Enclosure,
    Entry,
    Health,
    Hints,
    Kind,
    Outcome,
    Post,
    SourceSpec,
    Standing,
    Validators,
)
from feeds.query import parse
from feeds.reconcile import Edited, Reconciled, Refreshed, Restored, Seen, Withdrawn
from feeds.store import ACTIVITY_BUCKETS, PollRecord, SourceCounts, Store, View, open_reader, open_store
from feeds.store.changes import FORMER_KEYS
from feeds.store.reader import SqliteReader
from tests.support.posts import NOON, at, post
from tests.support.stores import A, B, C, added, assert_sound, bring, configure, raw, record, recounted

EXACT = datetime(2026, 2, 13, 12, 0, 59, 999_999, tzinfo=UTC)
FULL = Post(
    key="tag:a.example,2026:1",
    url="https://a.example/1#p",
    title="Ωραία «Kyiv» 東京 ß",
    authors=("Ana Ray", "Bo"),
    published=datetime(2026, 2, 13, 11, 59, 3, 1, tzinfo=UTC),
    updated=datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    summary=paragraphs("In short."),
    body=(
        Heading((Run("Head"),), 3),
        Paragraph((Run("Bold ", 1), Run("link", 0, "https://a.example/x"))),
        Quote((Paragraph((Run("said"),)),)),
        Listing(((Paragraph((Run("one"),)),), ()), 4),
        Table(((Cell((Run("h"),), header=True), Cell((Run("d"),))),)),
        Code("x = 1\n"),
        Media("image", "https://a.example/i.png", "A picture"),
        Rule(),
    ),
    tags=("world",),
    enclosures=(Enclosure("https://a.example/a.mp3", "audio/mpeg", 2**40),),
    language="el",
    origin="Planet",
    key_event=True,
    pinned=True,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def only(store: Store) -> Entry:
    (entry,) = store.entries(store.select(View()).ids)
    return entry


def words_of(store: Store, text: str) -> list[int]:
    return list(store.select(View(parse(text))).ids)


def log(store: Store) -> list[tuple[int, ChangeKind, int]]:
    return [(line.entry_id, line.kind, line.revision) for line in store.changes_since(0)]


# ------------------------------------------------------------------ each kind of change


def test_an_added_entry_comes_back_with_every_field_and_microsecond(store: Store) -> None:
    (source_id,) = configure(store, A)
    sort_at = datetime(2026, 2, 13, 11, 59, 3, 1, tzinfo=UTC)
    assert bring(store, source_id, added(FULL, sort_at=sort_at, late=True), now=EXACT) == 1
    expected = Entry(
        id=1,
        source_id=source_id,
        identity=FULL.key,
        post=FULL,
        sort_at=sort_at,
        first_seen=EXACT,
        revised_at=EXACT,
        late=True,
    )
    assert only(store) == expected
    assert store.find(source_id, FULL.key) == expected
    (line,) = store.changes_since(0)
    assert (line.seq, line.entry_id, line.kind, line.revision, line.at) == (1, 1, ChangeKind.ADDED, 1, EXACT)


def test_times_before_1970_stay_in_order(store: Store) -> None:
    (source_id,) = configure(store, A)
    early, earlier = datetime(1969, 7, 20, 20, 17, 40, 1500, tzinfo=UTC), datetime(1901, 1, 1, tzinfo=UTC)
    bring(store, source_id, added(post("moon"), sort_at=early), added(post("century"), sort_at=earlier))
    selection = store.select(View())
    assert list(selection.ids) == [2, 1]
    assert [entry.sort_at for entry in store.entries(selection.ids)] == [earlier, early]
    assert list(selection.sort_keys) == [-2177452800000, -14182939999]


def test_an_edit_keeps_the_state_before_it(store: Store) -> None:
    (source_id,) = configure(store, A)
    bring(store, source_id, added(post("k", "first words")), now=at(1))
    store.mark([1], read=True, starred=True, now=at(2))
    bring(store, source_id, Edited(1, post("k", "second thoughts")), now=at(3))
    bring(store, source_id, Edited(1, post("k", "third time")), now=at(4))
    entry = only(store)
    assert (entry.revision, entry.first_seen, entry.revised_at, entry.read, entry.starred) == (
        3,
        at(1),
        at(4),
        True,
        True,
    )
    assert [(each.number, each.seen, each.post) for each in store.revisions(1)] == [
        (1, at(1), post("k", "first words")),
        (2, at(3), post("k", "second thoughts")),
        (3, at(4), post("k", "third time")),
    ]
    assert log(store)[-2:] == [(1, ChangeKind.EDITED, 2), (1, ChangeKind.EDITED, 3)]
    assert (words_of(store, "first"), words_of(store, "second"), words_of(store, "third")) == ([], [], [1])


def test_a_refreshed_entry_has_no_new_revision_and_is_found_by_its_new_names(store: Store) -> None:
    (source_id,) = configure(store, A)
    bring(store, source_id, added(post("k", "words", url="https://a.example/old")), now=at(1))
    new = post("other", "words", title="Title", url="https://a.example/new")
    seq = bring(store, source_id, Refreshed(1, new), now=at(2))
    assert (only(store).post, only(store).revision, only(store).revised_at) == (new, 1, at(1))
    assert (seq, len(store.revisions(1))) == (1, 1)
    assert words_of(store, "title") == [1]
    assert [entry.id for entry in store.known(source_id, ["other"], []).entries] == [1]


def test_edits_that_make_no_revision_are_counted(store: Store) -> None:
    (source_id,) = configure(store, A)
    bring(store, source_id, added(post("k", "words")), now=at(1))
    bring(store, source_id, Refreshed(1, post("k", "words", url="https://a.example/new")), now=at(2))
    assert only(store).folded == 0
    bring(store, source_id, Refreshed(1, post("k", " words"), folded=True), now=at(3))
    bring(store, source_id, Edited(1, post("k", "other")), now=at(4))
    bring(store, source_id, Refreshed(1, post("k", "other "), folded=True), now=at(5))
    assert (only(store).folded, only(store).revision) == (2, 2)


def test_a_source_that_is_newly_to_be_polled_often_need_not_wait_for_what_was_due(store: Store) -> None:
    (source_id,) = configure(store, A)
    later = Health(Outcome.UNCHANGED, polled_at=at(0), next_poll=at(60))
    store.apply(source_id, None, PollRecord(later))
    (source,) = store.configure([SourceSpec(A, every=60.0)])
    assert source.health.next_poll == at(1)


def test_an_entry_is_withdrawn_and_restored_once_each(store: Store) -> None:
    (source_id,) = configure(store, A)
    bring(store, source_id, added(post("k")), now=at(0))
    bring(store, source_id, Withdrawn(1), Withdrawn(1), now=at(1))
    assert (only(store).withdrawn_at, only(store).restored_at) == (at(1), None)
    bring(store, source_id, Restored(1), Restored(1), now=at(2))
    assert (only(store).withdrawn_at, only(store).restored_at) == (None, at(2))
    assert log(store) == [(1, ChangeKind.ADDED, 1), (1, ChangeKind.WITHDRAWN, 1), (1, ChangeKind.RESTORED, 1)]


def test_one_that_was_struck_out_before_it_was_seen_is_added_and_withdrawn(store: Store) -> None:
    (source_id,) = configure(store, A)
    bring(store, source_id, added(post("k"), withdrawn=True), now=at(1))
    assert only(store).withdrawn_at == at(1)
    assert log(store) == [(1, ChangeKind.ADDED, 1), (1, ChangeKind.WITHDRAWN, 1)]


def test_an_identity_that_is_taken_adds_nothing(store: Store) -> None:
    one, other = configure(store, A, B)
    bring(store, one, added(post("k", "first")))
    assert bring(store, one, added(post("k", "again"))) == 1
    assert bring(store, other, added(post("k", "elsewhere"))) == 2
    assert only_text(store, one, "k") == "first"
    assert store.counts() == {one: SourceCounts(1, 1), other: SourceCounts(1, 1)}


def only_text(store: Store, source_id: int, name: str) -> str:
    entry = store.find(source_id, name)
    assert entry is not None
    (block,) = entry.post.body
    assert isinstance(block, Paragraph)
    return block.runs[0].text


@pytest.mark.parametrize("entry_id", [1, 99])
def test_a_change_to_what_is_not_there_leaves_no_trace(store: Store, entry_id: int) -> None:
    one, other = configure(store, A, B)
    bring(store, one, added(post("k")))
    before = only(store)
    foreign = [Edited(entry_id, post("x")), Refreshed(entry_id, post("x")), Withdrawn(entry_id), Restored(entry_id)]
    assert bring(store, other, *foreign) == 1
    assert only(store) == before
    assert len(store.revisions(1)) == 1


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    one, _ = configure(store, A, B)
    bring(store, one, added(FULL), added(post("b", minutes=1)), window=["b", FULL.key], now=at(1))
    bring(store, one, Edited(2, post("b", "other")), Withdrawn(1), window=["b"], now=at(2))
    store.mark([2], read=True, starred=None, now=at(3))
    asked = (
        store.sources(),
        store.entries([1, 2]),
        store.revisions(2),
        store.counts(),
        store.changes_since(0),
        store.known(one, (), ()),
    )
    store.close()
    store = open_store(tmp_path)
    assert asked == (
        store.sources(),
        store.entries([1, 2]),
        store.revisions(2),
        store.counts(),
        store.changes_since(0),
        store.known(one, (), ()),
    )
    last = store.last_seq()
    assert bring(store, one, added(post("c"))) == last + 1
    store.close()
    assert_sound(tmp_path)


def test_numbers_of_changes_never_come_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.store.sqlite.CHANGES_KEPT", 3)
    monkeypatch.setattr("feeds.store.sqlite._PRUNED_EVERY", 5)
    seen: list[int] = []
    for turn in range(6):
        store = open_store(tmp_path)
        (source_id,) = configure(store, A)
        seen.append(bring(store, source_id, added(post(f"a{turn}")), added(post(f"b{turn}"))))
        assert [line.seq for line in store.changes_since(0)] == list(range(store.changes_since(0)[0].seq, seen[-1] + 1))
        kept = len(store.changes_since(0))
        store.close()
    assert seen == [2, 4, 6, 8, 10, 12]
    assert kept == 5  # three were left at the tenth, two came since


def test_the_change_log_is_read_in_portions(store: Store) -> None:
    (source_id,) = configure(store, A)
    bring(store, source_id, *[added(post(str(number))) for number in range(10)])
    assert [line.seq for line in store.changes_since(3, limit=4)] == [4, 5, 6, 7]
    assert [line.seq for line in store.changes_since(8)] == [9, 10]
    assert store.changes_since(10) == []
    assert store.last_seq() == 10


def test_the_change_log_tells_what_became_of_one_entry(store: Store) -> None:
    (source_id,) = configure(store, A)
    bring(store, source_id, added(post("a")), added(post("b")), now=at(0))
    bring(store, source_id, Withdrawn(1), now=at(1))
    bring(store, source_id, Restored(1), Edited(2, post("b", title="Other")), now=at(2))
    kinds = [(line.kind, line.at) for line in store.changes_of(1)]
    assert kinds == [(ChangeKind.ADDED, at(0)), (ChangeKind.WITHDRAWN, at(1)), (ChangeKind.RESTORED, at(2))]
    assert store.changes_of(9) == []


# ------------------------------------------------------------------ what reconciling is told


def test_what_is_known_are_entries_of_the_keys_the_aliases_and_the_window(store: Store) -> None:
    one, other = configure(store, A, B)
    said = "What was said at the harbour, at length."
    posts = [post("key"), post("alias", said, minutes=3), post("window"), post("none"), post("named")]
    bring(store, one, *[added(each) for each in posts[:4]], window=["window", "gone"])
    bring(store, one, replace(added(posts[4]), identity="named#1"), window=["window", "gone"], now=EXACT)
    bring(store, other, added(post("key")), added(post("none")))
    aliases = identity.aliases(post("changed", said, minutes=3))
    known = store.known(one, ["key", "missing"], aliases)
    assert [entry.post.key for entry in known.entries] == ["key", "alias", "window"]
    assert {entry.source_id for entry in known.entries} == {one}
    assert (known.window, known.read_at) == ((Seen("window"), Seen("gone")), EXACT)
    assert [entry.id for entry in store.known(one, ["named#1"], []).entries] == [3, 5]
    assert [entry.id for entry in store.known(one, ["named"], []).entries] == [3, 5]


def test_names_are_those_of_the_newest_state(store: Store) -> None:
    (source_id,) = configure(store, A)
    old, new = post("k", "The old text of it.", minutes=1), post("l", "A new text for it.", minutes=2)
    bring(store, source_id, replace(added(old), identity="i"))
    bring(store, source_id, Edited(1, new))
    assert store.known(source_id, [], identity.aliases(old)).entries == ()
    for alias in identity.aliases(new):
        assert len(store.known(source_id, [], [alias]).entries) == 1
    assert len(store.known(source_id, ["l"], []).entries) == 1


def test_the_last_few_keys_an_entry_had_before_are_known(store: Store) -> None:
    one, other = configure(store, A, B)
    bring(store, one, added(post("k0", minutes=1)))
    for number in range(1, 8):
        bring(store, one, Refreshed(1, post(f"k{number}", minutes=1)), now=at(number))
    assert store.known(one, ["k7"], []).former == ()
    for number in range(7 - FORMER_KEYS, 7):
        known = store.known(one, [f"k{number}"], [])
        assert ([entry.id for entry in known.entries], known.former) == ([1], ((f"k{number}", 1),))
        assert store.known(other, [f"k{number}"], []).former == ()
    known = store.known(one, [f"k{number}" for number in range(1, 7 - FORMER_KEYS)], [])
    assert (known.entries, known.former) == ((), ())


def test_what_an_entry_without_an_id_said_before_is_no_key_of_it(store: Store) -> None:
    (one,) = configure(store, A)
    old = Post(title="What was said at first", published=at(1))
    bring(store, one, added(old))
    bring(store, one, Edited(1, Post(title="What is said now", published=at(1))))
    assert store.known(one, [identity.fingerprint(old)], []).former == ()


def test_a_source_that_was_never_read_has_no_window(store: Store) -> None:
    (source_id,) = configure(store, A)
    store.apply(source_id, None, record(at(1), Outcome.FAILED))
    known = store.known(source_id, ["k"], [])
    assert (known.entries, known.window, known.read_at) == ((), None, None)
    bring(store, source_id, now=at(2))
    assert (store.known(source_id, [], []).window, store.known(source_id, [], []).read_at) == ((), at(2))


def test_only_a_successful_poll_counts_as_read(store: Store) -> None:
    (source_id,) = configure(store, A)
    bring(store, source_id, now=at(1))
    store.apply(source_id, None, record(at(2), Outcome.FAILED))
    assert store.known(source_id, [], []).read_at == at(1)
    store.apply(source_id, None, record(EXACT, Outcome.UNCHANGED))
    assert store.known(source_id, [], []).read_at == EXACT


def test_many_keys_are_asked_at_once(store: Store) -> None:
    (source_id,) = configure(store, A)
    bring(store, source_id, *[added(post(f"k{number}")) for number in range(300)])
    keys = [f"k{number}" for number in range(40_000)]
    assert len(store.known(source_id, keys, [f"alias:{key}" for key in keys]).entries) == 300


# ------------------------------------------------------------------ what is remembered of a source


def test_a_failed_poll_changes_the_source_alone(store: Store) -> None:
    (source_id,) = configure(store, A)
    bring(store, source_id, added(post("k")))
    health = Health(Outcome.FAILED, "No answer.", at(1), None, at(1), 3, 1, at(9), Standing.GONE)
    assert store.apply(source_id, None, PollRecord(health)) == 1
    (source,) = store.sources()
    assert source.health == health
    assert store.source(source_id) == source
    assert len(store.changes_since(0)) == 1


def test_what_a_document_says_of_its_source_is_kept(store: Store) -> None:
    (source_id,) = configure(store, A)
    batch = Batch(
        Kind.LIVEBLOG,
        adapter="jsonld",
        title="Storm",
        description="All of it.",
        link="https://a.example/",
        language="en",
        coverage=Coverage("Head", paragraphs("About."), at(0), at(9), live=True),
        hints=Hints(60.5, (1, 2), (6,), expired=True),
        cursor={"since": 5, "seen": ["a", {"b": None}], "ratio": 0.5},
    )
    given = PollRecord(
        Health(Outcome.CHANGED), batch, None, Validators('W/"\xff"', "Fri"), "digest", "https://new.example/"
    )
    store.apply(source_id, None, given)
    (source,) = store.sources()
    assert (source.kind, source.adapter, source.title, source.description) == (
        Kind.LIVEBLOG,
        "jsonld",
        "Storm",
        "All of it.",
    )
    assert (source.link, source.language, source.coverage) == (batch.link, "en", batch.coverage)
    assert (source.hints, source.cursor) == (batch.hints, batch.cursor)
    assert (source.validators, source.digest, source.url) == (given.validators, "digest", "https://new.example/")
    assert source.spec.url == A
    store.apply(source_id, None, PollRecord(Health(Outcome.UNCHANGED), adapter="other"))
    assert store.sources() == [replace(source, adapter="other", health=Health(Outcome.UNCHANGED))]


def test_what_a_document_does_not_say_stays_unless_it_is_another_kind(store: Store) -> None:
    (source_id,) = configure(store, A)
    coverage = Coverage("Head")
    store.apply(source_id, None, record(batch=Batch(Kind.LIVEBLOG, title="Storm", coverage=coverage, cursor={"a": 1})))
    store.apply(source_id, None, record(batch=Batch(Kind.LIVEBLOG)))
    (source,) = store.sources()
    assert (source.title, source.coverage, source.cursor) == ("Storm", coverage, {})
    store.apply(source_id, None, record(batch=Batch(Kind.FEED)))
    assert (store.sources()[0].kind, store.sources()[0].coverage) == (Kind.FEED, None)


def test_a_visit_to_a_source_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="no source 7"):
        bring(store, 7, added(post("k")))
    assert store.last_seq() == 0


# ------------------------------------------------------------------ configuring


def test_sources_are_those_configured_in_their_order(store: Store) -> None:
    one, two = configure(store, A, B)
    assert [source.url for source in store.sources()] == [A, B]
    assert configure(store, C, B, A, B) == [3, two, one]
    assert [source.id for source in store.sources()] == [3, two, one]
    assert store.configure([]) == []


def test_a_source_that_comes_back_has_its_entries_and_what_was_learned(store: Store) -> None:
    one, two = configure(store, A, B)
    bring(store, one, added(post("a")), window=["a"])
    bring(store, two, added(post("b")))
    store.apply(one, None, PollRecord(Health(Outcome.CHANGED), digest="d", moved_to="https://moved.example/"))
    assert configure(store, B) == [two]
    assert list(store.select(View()).ids) == [2]
    assert (store.count(View()), store.count(View(parse("said")))) == (1, 1)
    assert list(store.select(View(parse("said"))).ids) == [2]
    assert list(store.select(View(parse("-nothing"))).ids) == [2]
    assert (store.count(View(parse("-nothing"))), store.count(View(parse("-said")))) == (1, 0)
    assert list(store.counts()) == [two]
    assert store.source(one) is not None
    assert list(store.select(View(source_ids=(one,))).ids) == [1]
    source = store.configure([SourceSpec(A, "Mine", ("t",), 30.0), SourceSpec(B)])[0]
    assert (source.id, source.url, source.digest, source.name) == (one, "https://moved.example/", "d", "Mine")
    assert source.spec == SourceSpec(A, "Mine", ("t",), 30.0)
    assert list(store.select(View()).ids) == [1, 2]
    assert store.known(one, [], []).window == (Seen("a"),)


def test_another_address_is_another_source(store: Store) -> None:
    (one,) = configure(store, A)
    bring(store, one, added(post("a")))
    assert configure(store, B) == [2]
    assert list(store.select(View()).ids) == []


def test_another_adapter_is_not_given_what_the_last_one_left(store: Store) -> None:
    (one,) = configure(store, A)
    learned = PollRecord(
        Health(Outcome.CHANGED), Batch(Kind.FEED, title="T", cursor={"a": 1}), "first", Validators("e"), "digest"
    )
    store.apply(one, None, learned)
    (kept,) = store.configure([SourceSpec(A, "Name")])
    assert (kept.cursor, kept.validators, kept.digest) == ({"a": 1}, Validators("e"), "digest")
    (source,) = store.configure([SourceSpec(A, adapter="second")])
    assert (source.cursor, source.validators, source.digest, source.title) == ({}, Validators(), "", "T")


# ------------------------------------------------------------------ marks, counts, arrivals


def test_marks_are_set_and_logged_only_where_they_differ(store: Store) -> None:
    one, two = configure(store, A, B)
    bring(store, one, added(post("a")), added(post("b")))
    bring(store, two, added(post("c")))
    assert store.mark([3, 1, 99], read=True, starred=None, now=at(5)) == 5
    assert store.changes_since(3) == [
        replace(store.changes_since(3)[0], seq=4, entry_id=1, kind=ChangeKind.MARKED, at=at(5)),
        replace(store.changes_since(3)[0], seq=5, entry_id=3, kind=ChangeKind.MARKED, at=at(5)),
    ]
    assert store.counts() == {one: SourceCounts(2, 1), two: SourceCounts(1, 0)}
    assert store.mark([1, 2, 3], read=True, starred=None, now=at(6)) == 6
    assert store.mark([1, 2, 3], read=True, starred=False, now=at(6)) == 6
    assert store.mark([1], read=None, starred=True, now=at(7)) == 7
    assert store.mark([1], read=False, starred=True, now=at(7)) == 8
    assert store.mark([1, 2], read=None, starred=None, now=at(7)) == 8
    assert store.mark([], read=True, starred=True, now=at(7)) == 8
    (first,) = store.entries([1])
    assert (first.read, first.starred) == (False, True)
    assert store.counts() == {one: SourceCounts(2, 1), two: SourceCounts(1, 0)}


def test_entries_are_counted_by_their_place_in_time_in_twelve_buckets(store: Store) -> None:
    one, two = configure(store, A, B)
    for place, minutes in enumerate([-1, 0, 4.99, 5, 59.99, 60]):
        bring(store, one, added(post(f"a{place}"), sort_at=at(minutes)), now=at(90))
    bring(store, two, added(post("b"), sort_at=at(12)), now=at(90))
    arrivals = store.activity(NOON, bucket=300)
    assert arrivals[one] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert arrivals[two] == [0, 0, 1] + [0] * 9
    assert len(arrivals[one]) == ACTIVITY_BUCKETS
    assert store.activity(at(600), bucket=300) == {}


def test_the_oldest_entry_of_every_source_is_known(store: Store) -> None:
    one, two, _ = configure(store, A, B, C)
    bring(store, one, added(post("a"), sort_at=at(5)), added(post("b"), sort_at=at(-5)))
    bring(store, two, added(post("c"), sort_at=at(1)))
    assert store.oldest() == {one: at(-5), two: at(1)}
    configure(store, B)
    assert store.oldest() == {two: at(1)}


def test_entries_come_in_the_order_asked_and_unknown_ones_are_left_out(store: Store) -> None:
    (source_id,) = configure(store, A)
    bring(store, source_id, *[added(post(str(number))) for number in range(5)])
    assert [entry.id for entry in store.entries([4, 99, 2, 4, -1])] == [4, 2, 4]
    assert store.entries([]) == []
    assert store.revisions(99) == []
    assert store.find(source_id, "99") is None
    assert store.find(source_id, "\ud800") is None


def test_entries_are_found_by_the_beginning_of_their_identity(store: Store) -> None:
    one, two = configure(store, A, B)
    bring(store, one, *[added(post(name)) for name in ("b", "ab", "a", "a\U0010fffd", "aé", "A", "ac")])
    bring(store, two, added(post("a")))
    assert [entry.identity for entry in store.beginning(one, "a", limit=9)] == ["a", "ab", "ac", "aé", "a\U0010fffd"]
    assert [entry.identity for entry in store.beginning(one, "a", limit=2)] == ["a", "ab"]
    assert [entry.source_id for entry in store.beginning(two, "a", limit=9)] == [two]
    assert len(store.beginning(one, "", limit=99)) == 7
    assert store.beginning(one, "%", limit=9) == store.beginning(one, "\ud800", limit=9) == []
    assert store.beginning(99, "a", limit=9) == []


# ------------------------------------------------------------------ beside the writer


def test_a_reader_beside_the_writer_sees_what_was_committed(tmp_path: Path, store: Store) -> None:
    reader = open_reader(tmp_path)
    (source_id,) = configure(store, A)
    assert reader.sources() == store.sources()
    bring(store, source_id, added(post("k", "words")))
    assert list(reader.select(View(parse("words"))).ids) == [1]
    assert reader.last_seq() == 1
    with raw(tmp_path) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM change")
        assert reader.last_seq() == 1
        other.execute("ROLLBACK")
    reader.close()


def test_a_reader_cannot_write(tmp_path: Path, store: Store) -> None:
    (source_id,) = configure(store, A)
    reader = SqliteReader.open(tmp_path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.execute("DELETE FROM source")
    assert [source.id for source in reader.sources()] == [source_id]
    reader.close()


def test_tidying_changes_nothing_that_is_asked(tmp_path: Path, store: Store) -> None:
    (source_id,) = configure(store, A)
    for number in range(80):
        bring(store, source_id, added(post(str(number), f"word{number % 7} all"), sort_at=at(number)))
    before = {text: words_of(store, text) for text in ("all", "word3", "-word3")}
    for _ in range(20):
        store.tidy()
    assert {text: words_of(store, text) for text in before} == before
    assert recounted(tmp_path) == store.counts()
    assert_sound(tmp_path)


def test_reconciled_windows_keep_absences(store: Store) -> None:
    (source_id,) = configure(store, A)
    window = (Seen("a"), Seen("b", 1))
    store.apply(source_id, Reconciled((), window, NOON), record())
    assert store.known(source_id, [], []).window == window
    store.apply(source_id, Reconciled((), window[:1], NOON + timedelta(1)), record())
    assert store.known(source_id, [], []).window == window[:1]


# ------------------------------------------------------------------ full texts


def test_the_text_of_a_page_is_kept_beside_its_entry_and_replaced(store: Store) -> None:
    (source_id,) = configure(store, A)
    bring(store, source_id, added(post("a")))
    number = only(store).id
    assert store.article(number) is None
    first = Article("https://a.example/1", at(3), (Paragraph((Run("All of it."),)), Media("image")), "A note.")
    before = only(store)
    for article in (first, Article("https://a.example/2", at(4), ())):
        store.keep_article(number, article)
        assert store.article(number) == article
    assert only(store) == before
    assert log(store) == log(store)[:1]


def test_the_text_of_an_entry_that_is_not_there_is_not_kept(store: Store, tmp_path: Path) -> None:
    store.keep_article(99, Article("https://a.example/1", at(3), ()))
    assert store.article(99) is None
    assert_sound(tmp_path)
