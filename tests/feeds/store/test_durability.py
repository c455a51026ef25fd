"""What was acknowledged is there, whatever happened since."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from feeds import identity
from feeds.query import matches, parse
from feeds.reconcile import Edited, Refreshed, Restored, Withdrawn, confirm, reconcile
from feeds.store import Store, View, open_reader, open_store
from feeds.store.files import DATABASE
from feeds.store.sqlite import SqliteStore
from tests.support.posts import NOON, Ledger, at, batch, post
from tests.support.queries import EMPTY
from tests.support.stores import A, B, added, assert_sound, bring, configure, raw, record, recounted

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from feeds.model import Health, Outcome, Post, SourceSpec
from feeds.document import paragraphs
from feeds.reconcile import Added, Edited, Reconciled, Seen
from feeds.store import PollRecord, open_store

store = open_store(Path(sys.argv[1]))
source = store.configure([SourceSpec("https://a.example/feed")])[0]
number = store.last_seq()
now = datetime(2026, 2, 13, tzinfo=UTC)
while True:
    key = f"k{number}"
    names = [f"{key}-{each}" for each in range(20)]
    posts = [Post(key=name, title=f"of {key}", body=paragraphs(f"some text of {name} " * 20)) for name in names]
    changes = tuple(Added(each.key, each, now) for each in posts)
    window = tuple(map(Seen, names))
    record = PollRecord(Health(Outcome.CHANGED, polled_at=now))
    number = store.apply(source.id, Reconciled(changes, window, now), record)
    print(key, number, flush=True)
"""


def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    acknowledged: list[tuple[str, int]] = []
    for commits in (1, 3, 9, 17, 40):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            for _ in range(commits):
                acknowledged.append(parsed(child.stdout.readline()))
            child.kill()
            # What it had told before it was killed was committed too.
            acknowledged += [parsed(line) for line in child.stdout if line.endswith("\n")]
        reader = open_reader(tmp_path)
        assert reader.last_seq() >= acknowledged[-1][1]
        for key, _ in acknowledged:
            assert reader.find(1, f"{key}-0") is not None
            assert reader.count(View(parse(f'"of {key}"'))) == 20
        # A transaction is there as a whole or not at all.
        assert reader.count(View()) == reader.last_seq() == reader.counts()[1].entries
        assert reader.last_seq() % 20 == 0
        reader.close()
        assert_sound(tmp_path)
    assert len(acknowledged) >= 70
    store = open_store(tmp_path)
    last = store.last_seq()
    assert {seen.identity for seen in store.known(1, [], []).window or ()} == {
        entry.identity for entry in store.entries(range(last - 19, last + 1))
    }
    store.close()


def parsed(line: str) -> tuple[str, int]:
    key, number = line.split()
    return key, int(number)


# ------------------------------------------------------------------ any operations, in any order

texts = st.lists(st.sampled_from(["storm", "fire", "rain", "Kyïv", "東京", "ß", "ราคา"]), max_size=4).map(" ".join)
numbers = st.integers(1, 12)


class Operations(RuleBasedStateMachine):
    """Whatever is done: counts are those of a recount, searches those of a match in memory, and the log grows."""

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name)
        self.store: Store = open_store(self.path)
        self.ids = configure(self.store, A, B)
        self.last = 0
        self.hours = 0

    def now(self) -> timedelta:
        self.hours += 1
        return timedelta(hours=self.hours)

    def advanced(self, seq: int) -> None:
        assert seq >= self.last
        log = self.store.changes_since(0)
        assert [line.seq for line in log] == list(range(1, seq + 1))
        self.last = seq

    @rule(source=st.integers(0, 1), keys=st.lists(numbers, max_size=4), text=texts, withdrawn=st.booleans())
    def add(self, source: int, keys: list[int], text: str, withdrawn: bool) -> None:
        new = [added(post(str(key), text, title=text[:5]), withdrawn=withdrawn) for key in keys]
        self.advanced(bring(self.store, self.ids[source], *new, now=NOON + self.now()))

    @rule(
        source=st.integers(0, 1),
        changes=st.lists(
            st.builds(lambda kind, number: kind(number), st.sampled_from([Withdrawn, Restored]), numbers)
            | st.builds(
                lambda kind, number, text, key: kind(number, post(key, text)),
                st.sampled_from([Edited, Refreshed]),
                numbers,
                texts,
                st.sampled_from("abc"),
            ),
            max_size=5,
        ),
    )
    def change(self, source: int, changes: list[Edited | Refreshed | Withdrawn | Restored]) -> None:
        self.advanced(bring(self.store, self.ids[source], *changes, now=NOON + self.now()))

    @rule(entries=st.lists(numbers, max_size=6), read=st.none() | st.booleans(), starred=st.none() | st.booleans())
    def mark(self, entries: list[int], read: bool | None, starred: bool | None) -> None:
        before = {entry.id: (entry.read, entry.starred) for entry in self.store.entries(range(1, 200))}
        seq = self.store.mark(entries, read=read, starred=starred, now=NOON + self.now())
        after = {entry.id: (entry.read, entry.starred) for entry in self.store.entries(range(1, 200))}
        changed = [line.entry_id for line in self.store.changes_since(self.last)]
        assert changed == [number for number in before if before[number] != after[number]]
        self.advanced(seq)

    @rule(urls=st.permutations([A, B]).flatmap(lambda both: st.sampled_from([both, both[:1]])))
    def configure(self, urls: list[str]) -> None:
        configure(self.store, *urls)

    @rule()
    def tidy(self) -> None:
        self.store.tidy()

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = open_store(self.path)
        assert self.store.last_seq() == self.last

    @invariant()
    def counts_are_those_of_a_recount(self) -> None:
        counted = recounted(self.path)
        assert self.store.counts() == {source.id: counted[source.id] for source in self.store.sources()}
        assert self.store.count(View()) == len(self.store.select(View()).ids)

    @invariant()
    def searches_find_what_matches(self) -> None:
        entries = self.store.entries(self.store.select(View()).ids)
        for text in ("storm", "fire -rain", "東*", '"rain kyiv"'):
            tree = parse(text)
            assert tree is not None
            wanted = [entry.id for entry in entries if matches(tree, entry, EMPTY)]
            assert list(self.store.select(View(tree)).ids) == wanted

    @invariant()
    def every_entry_is_known_by_its_names(self) -> None:
        for entry in self.store.entries(range(1, 200)):
            for keys, aliases in (
                ([identity.key(entry.post)], ()),
                ([entry.identity], ()),
                ((), identity.aliases(entry.post)),
            ):
                if keys or aliases:
                    assert entry in self.store.known(entry.source_id, keys, aliases).entries

    @invariant()
    def revisions_are_counted_without_gaps(self) -> None:
        for entry in self.store.entries(range(1, 200)):
            revisions = self.store.revisions(entry.id)
            assert [each.number for each in revisions] == list(range(1, entry.revision + 1))
            assert (revisions[-1].post, revisions[-1].seen) == (entry.post, entry.revised_at)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            assert_sound(self.path)
            self.folder.cleanup()


TestOperations = Operations.TestCase
TestOperations.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)


# ------------------------------------------------------------------ with what reconciling decides


def test_a_story_told_by_reconciling_is_the_same_in_memory_and_stored(tmp_path: Path) -> None:
    ledger, store = Ledger(), open_store(tmp_path)
    (source_id,) = configure(store, A)
    polls = ["cba", "dcba", "dca", "dca", "edcba", "gfedcb", "", "gfedcb", "xyz"]
    for minute, listed in enumerate(polls):
        posts = [post(letter, minutes=ord(letter) - 150) for letter in listed]
        if minute == 4:
            posts[1] = post("d", "It was said otherwise.", minutes=ord("d") - 150)
        if minute == 5:
            posts[0] = post("g2", "What was said about a at some length.", minutes=ord("a") - 150)
        expected = ledger.poll(posts, minute)
        keys = [identity.key(each) for each in posts]
        aliases = [alias for each in posts for alias in identity.aliases(each)]
        found = reconcile(store.known(source_id, keys, aliases), batch(posts), at(minute))
        assert found == expected
        store.apply(source_id, found, record(at(minute)))
        assert store.entries(sorted(ledger.entries)) == [ledger.entries[number] for number in sorted(ledger.entries)]
        assert store.known(source_id, [], []).window == ledger.window
        assert store.known(source_id, [], []).read_at == ledger.read_at
    again = ledger.unchanged(20)
    assert confirm(store.known(source_id, (), ()), at(20)) == again
    assert {line.kind.value for line in store.changes_since(0)} == {"added", "edited", "withdrawn", "restored"}
    for number, states in ledger.revisions.items():
        assert len(store.revisions(number)) == len(states)
    store.close()


# ------------------------------------------------------------------ upkeep


def segments(path: Path) -> int:
    with raw(path) as connection:
        return int(connection.execute("SELECT count(DISTINCT segid) FROM words_idx").fetchone()[0])


def test_a_visit_adds_one_segment_to_the_index_and_tidying_merges_them(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    (source_id,) = configure(store, A)
    for turn in range(12):
        new = [added(post(f"{turn}-{number}")) for number in range(8)]
        edits = [Edited(number, post(f"e{turn}", f"edit {turn}")) for number in (8, 1, 3) if turn]
        bring(store, source_id, *new, *edits)
    assert segments(tmp_path) == 12
    for _ in range(10):
        store.tidy()
    assert segments(tmp_path) < 5
    store.close()
    assert_sound(tmp_path)


def test_a_store_open_for_a_moment_is_tidied_too(tmp_path: Path) -> None:
    for turn in range(30):
        store = open_store(tmp_path)
        (source_id,) = configure(store, A)
        bring(store, source_id, added(post(str(turn))))
        store.close()
    assert segments(tmp_path) < 10


def test_tidying_gives_back_free_pages_and_cuts_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.store.sqlite._FREE_KEPT", 10)
    store = SqliteStore.open(tmp_path)
    (source_id,) = configure(store, A)
    bring(store, source_id, *[added(post(str(number), "word " * 2000)) for number in range(300)])
    bring(store, source_id, *[Refreshed(number, post(str(number), "short")) for number in range(1, 301)])
    for _ in range(30):
        store.tidy()
    assert store._connection.execute("PRAGMA freelist_count").fetchone()[0] <= 10
    bring(store, source_id, added(post("one more")))
    assert (tmp_path / f"{DATABASE}-wal").stat().st_size <= 8 * 1024 * 1024
    assert store.count(View(parse("short"))) == 300
    store.close()
    assert_sound(tmp_path)
