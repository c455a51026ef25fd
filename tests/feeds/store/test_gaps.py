"""Older pages and gaps: what is stored of them, and how one closes the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from feeds.backfill import Filled
from feeds.model import Batch, ChangeKind, Gap, Kind, Post
from feeds.reconcile import Added, Reconciled, Seen
from feeds.store import PollRecord, SourceCounts, Store, View, open_store
from feeds.store.schema import MIGRATIONS
from tests.support.posts import NOON, at, post
from tests.support.stores import A, added, assert_sound, bring, configure, raw, record, recounted


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def older(key: str, minutes: float) -> Added:
    return added(post(key, minutes=minutes), sort_at=at(minutes))


def filled(*added: Added, reached: datetime | None = None) -> Filled:
    return Filled(added, at(100), reached)


def poll(store: Store, source_id: int, *posts: Added, older: dict[str, object], gap: bool = False) -> None:
    """A poll whose list goes on at `older`."""
    batch = Batch(Kind.LIVEBLOG, adapter="guardian", older=older)
    window = tuple(Seen(each.identity) for each in posts)
    store.apply(source_id, Reconciled(posts, window, at(90), gap), record(at(90), batch=batch))


def place(store: Store, source_id: int) -> dict[str, object] | None:
    source = store.source(source_id)
    assert source is not None
    return source.older


# ------------------------------------------------------------------ older pages


def test_what_an_older_page_adds_is_stored_as_history(store: Store, tmp_path: Path) -> None:
    (one,) = configure(store, A)
    assert place(store, one) is None
    poll(store, one, older("c", 3), older={"before": "c"})
    assert store.fill(one, filled(older("a", 1), older("b", 2)), {"before": "a"}) == 3
    kinds = [(each.kind, each.revision) for each in store.changes_since(0)]
    assert kinds == [(ChangeKind.ADDED, 1), (ChangeKind.OLDER, 1), (ChangeKind.OLDER, 1)]
    ids = list(store.select(View()).ids)
    assert [entry.post.key for entry in store.entries(ids)] == ["a", "b", "c"]
    assert store.counts() == {one: SourceCounts(3, 3)} == recounted(tmp_path)
    assert place(store, one) == {"before": "a"}
    assert [seen.identity for seen in store.known(one, (), ()).window or ()] == ["c"]
    assert_sound(tmp_path)


def test_the_place_furthest_back_stays_when_the_list_moves_on(store: Store) -> None:
    (one,) = configure(store, A)
    poll(store, one, older("c", 3), older={"before": "c"})
    store.fill(one, filled(older("b", 2)), {})
    poll(store, one, older("d", 4), older={"before": "d"})
    assert place(store, one) == {}
    bring(store, one, added(post("e")))
    assert place(store, one) == {}


def test_another_adapter_says_anew_where_older_posts_are(store: Store) -> None:
    (one,) = configure(store, A)
    poll(store, one, older("c", 3), older={"before": "c"})
    batch = Batch(Kind.LIVEBLOG, adapter="amp", older={"page": 2})
    store.apply(one, None, PollRecord(record().health, batch, adapter="amp"))
    assert place(store, one) == {"page": 2}


def test_a_source_that_is_gone_is_given_nothing(store: Store) -> None:
    assert store.fill(7, filled(older("a", 1)), {}) == 0
    assert store.changes_since(0) == []


# ------------------------------------------------------------------ gaps


@pytest.fixture
def parted(store: Store) -> tuple[Store, int]:
    """A source whose list of minutes 50 and 51 has nothing in common with that of minutes 3 and 4."""
    (one,) = configure(store, A)
    poll(store, one, older("c", 3), older("d", 4), older={"before": "c"})
    store.fill(one, filled(older("b", 2)), {"before": "b"})
    poll(store, one, older("x", 50), older("y", 51), older={"before": "x"}, gap=True)
    return store, one


def test_a_gap_lies_between_what_was_known_and_what_came(parted: tuple[Store, int]) -> None:
    store, one = parted
    assert store.gaps() == [Gap(one, at(4), at(50))]
    assert place(store, one) == {"before": "x"}


def test_a_page_that_does_not_reach_across_narrows_the_gap(parted: tuple[Store, int]) -> None:
    store, one = parted
    store.fill(one, filled(older("v", 30), older("w", 40), reached=at(50)), {"before": "v"})
    assert store.gaps() == [Gap(one, at(4), at(30))]
    assert [each.kind for each in store.changes_since(0)][-2:] == [ChangeKind.ADDED] * 2
    assert place(store, one) == {"before": "v"}


def test_a_page_that_reaches_across_closes_it_and_reading_goes_on_where_it_was(parted: tuple[Store, int]) -> None:
    store, one = parted
    store.fill(one, filled(older("a", 1), older("e", 5), reached=at(4)), {"before": "d"})
    assert store.gaps() == []
    # What came since the poll before is news; what is older still is not.
    assert [each.kind for each in store.changes_since(0)][-2:] == [ChangeKind.OLDER, ChangeKind.ADDED]
    assert place(store, one) == {"before": "b"}


def test_the_newest_gap_is_filled_first(parted: tuple[Store, int]) -> None:
    store, one = parted
    poll(store, one, older("z", 80), older={"before": "z"}, gap=True)
    assert store.gaps() == [Gap(one, at(4), at(50)), Gap(one, at(51), at(80))]
    store.fill(one, filled(reached=at(51)), {"before": "y"})
    assert store.gaps() == [Gap(one, at(4), at(50))]
    assert place(store, one) == {"before": "x"}
    store.fill(one, filled(reached=at(3)), {"before": "c"})
    assert store.gaps() == []
    assert place(store, one) == {"before": "b"}


def test_a_list_that_brings_nothing_new_leaves_no_gap(store: Store) -> None:
    (one,) = configure(store, A)
    poll(store, one, older("c", 3), older={})
    store.apply(one, Reconciled((), (), at(9), gap=True), record(at(9)))
    assert store.gaps() == []


def test_gaps_of_sources_that_are_not_configured_are_not_shown(parted: tuple[Store, int]) -> None:
    store, one = parted
    configure(store)
    assert store.gaps() == []
    configure(store, A)
    assert store.gaps() == [Gap(one, at(4), at(50))]


def test_a_store_of_the_first_layout_learns_of_gaps(tmp_path: Path) -> None:
    with raw(tmp_path) as connection:
        MIGRATIONS[0](connection)
        connection.execute("PRAGMA user_version = 1")
    store = open_store(tmp_path)
    (one,) = configure(store, A)
    bring(store, one, added(Post(key="a"), sort_at=NOON))
    assert store.gaps() == []
    store.close()
