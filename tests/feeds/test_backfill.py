"""What an older page adds to what is known: history, in its place."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from feeds.backfill import Filled, fill
from feeds.model import Post
from tests.support.posts import Ledger, at, batch, post


def page(ledger: Ledger, posts: Sequence[Post], gap: tuple[float, float] | None = None) -> Filled:
    """What an older page adds; `gap` are the minutes after and before which entries are missing."""
    keys = {each.key for each in posts}
    oldest = min(entry.sort_at for entry in ledger.entries.values())
    known, after = ledger.known(keys, set()), None
    if gap is not None:
        after, oldest = at(gap[0]), at(gap[1])
    return fill(known, batch(posts), at(100), oldest=oldest, gap_after=after)


def known(*names: str) -> Ledger:
    """A list whose first is the newest, a minute apart, the oldest at minute 10."""
    ledger = Ledger()
    ledger.poll([post(name, minutes=9 + len(names) - place) for place, name in enumerate(names)], 20)
    return ledger


def test_what_is_new_comes_oldest_first_at_its_own_time() -> None:
    found = page(known("d", "c"), [post("b", minutes=2), post("a", minutes=1)])
    assert [(each.identity, each.sort_at, each.late) for each in found.added] == [
        ("a", at(1), False),
        ("b", at(2), False),
    ]
    assert found.reached is None


def test_what_is_known_is_neither_added_nor_edited() -> None:
    ledger = known("d", "c")
    found = page(ledger, [post("d", "Another text.", minutes=11), post("c", minutes=10), post("b", minutes=2)])
    assert [each.identity for each in found.added] == ["b"]
    assert found.reached == at(10)


def test_what_has_no_date_stands_before_the_oldest_in_the_order_of_the_page() -> None:
    found = page(known("d"), [post("c"), post("b", minutes=5), post("a")])
    assert [each.identity for each in found.added] == ["a", "b", "c"]
    a, b, c = [each.sort_at for each in found.added]
    assert a == b == at(5)
    assert at(9.9) < c < at(10)


def test_inside_a_gap_everything_stands_in_the_gap_in_the_order_of_the_page() -> None:
    ledger = known("b", "a")
    posts = [post("g", minutes=80), post("f", minutes=5), post("e"), post("d", minutes=50), post("c", minutes=99)]
    added = page(ledger, [*posts, post("b", minutes=11), post("x", minutes=2)], gap=(11, 90)).added
    places = {each.identity: each.sort_at for each in reversed(added)}
    assert list(places) == ["g", "f", "e", "d", "c", "x"]
    assert (places["g"], places["d"], places["x"]) == (at(80), at(50), at(2))
    assert at(79.9) < places["e"] < places["f"] < at(80)
    assert at(49.9) < places["c"] < at(50)


def test_a_gap_too_narrow_for_an_order_keeps_what_is_in_it() -> None:
    added = page(known("b", "a"), [post("d"), post("c")], gap=(11, 11 + 1e-5)).added
    assert all(at(11) < each.sort_at < at(11.001) for each in added)


def test_a_date_in_the_future_is_that_of_its_arrival() -> None:
    (added,) = page(known("d"), [post("c", minutes=5000)]).added
    assert added.sort_at == at(100)


def test_an_older_post_that_says_what_another_said_is_one_of_its_own() -> None:
    ledger = Ledger()
    words = "We are pausing our live coverage for the night. Thank you for having been with us."
    ledger.poll([post("z", words, minutes=1440)], 1441)
    assert [each.identity for each in page(ledger, [post("a", words, minutes=0)]).added] == ["a"]


def test_pinned_posts_are_no_part_of_an_older_page() -> None:
    found = page(known("d"), [post("d", minutes=10, pinned=True), post("p", minutes=99, pinned=True), post("c")])
    assert [each.identity for each in found.added] == ["c"]
    assert found.reached is None


def test_one_that_was_struck_out_is_shown_so_and_a_mere_tombstone_is_not() -> None:
    found = page(known("d"), [post("c", minutes=3, withdrawn=True), Post(key="b", withdrawn=True)])
    assert [(each.identity, each.withdrawn) for each in found.added] == [("c", True)]


@given(
    st.lists(st.sampled_from("abcdefgh"), unique=True), st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1)
)
def test_every_post_is_added_once_or_was_known(shown: list[str], before: list[str]) -> None:
    found = page(known(*before), [post(name) for name in shown])
    assert sorted(each.identity for each in found.added) == sorted(set(shown) - set(before))
    assert (found.reached is not None) == bool(set(shown) & set(before))
