"""Which moments an entry has, which two of its states are compared, and what is said of their difference."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds.diff import Change
from feeds.diff import words as difference
from feeds.document import Paragraph, Run
from feeds.model import ChangeKind, ChangeRecord, Post, Revision
from tests.tui.host import NOW, entry
from tui.revisions import (
    CONTEXT,
    Fold,
    Happened,
    Moment,
    Pair,
    Tally,
    apart,
    besides,
    folded,
    last_edit,
    moments,
    tally,
    whole,
    with_after,
    with_before,
)

MINUTE = timedelta(minutes=1)


def states(count: int) -> list[Revision]:
    return [Revision(number, NOW + number * 10 * MINUTE, Post(title=str(number))) for number in range(1, count + 1)]


# ------------------------------------------------------------------ moments


def test_moments_are_in_their_order_the_newest_first() -> None:
    log = [
        ChangeRecord(1, 5, ChangeKind.ADDED, 1, NOW),
        ChangeRecord(2, 5, ChangeKind.WITHDRAWN, 1, NOW + 12 * MINUTE),
        ChangeRecord(3, 5, ChangeKind.RESTORED, 1, NOW + 20 * MINUTE),
        ChangeRecord(4, 5, ChangeKind.EDITED, 2, NOW + 20 * MINUTE),
        ChangeRecord(5, 5, ChangeKind.MARKED, 2, NOW + 25 * MINUTE),
    ]
    assert moments(entry(5), states(3), log) == [
        Moment(NOW + 30 * MINUTE, Happened.SEEN, 2, 3),
        Moment(NOW + 20 * MINUTE, Happened.RESTORED),
        Moment(NOW + 20 * MINUTE, Happened.SEEN, 1, 2),
        Moment(NOW + 12 * MINUTE, Happened.WITHDRAWN),
        Moment(NOW + 10 * MINUTE, Happened.SEEN, 0, 1),
    ]


def test_what_the_log_has_forgotten_the_entry_knows_and_nothing_is_told_twice() -> None:
    at = NOW + 15 * MINUTE
    withdrawn = replace(entry(5), withdrawn_at=at)
    log = [ChangeRecord(1, 5, ChangeKind.WITHDRAWN, 1, at)]
    for each in ([], log):
        assert [moment.happened for moment in moments(withdrawn, states(1), each)] == ["withdrawn", "seen"]
    restored = replace(entry(5), restored_at=at)
    assert moments(restored, states(1))[0] == Moment(at, Happened.RESTORED)


# ------------------------------------------------------------------ which two


def test_the_newer_side_takes_the_older_one_along_until_that_was_moved() -> None:
    pair = with_after(last_edit(5), 3, 5)
    assert (pair.before, pair.after) == (2, 3)
    pair = with_before(pair, 0, 5)
    assert pair == Pair(0, 3, held=True)
    assert with_after(pair, 4, 5) == Pair(0, 4, held=True)
    assert with_after(with_after(pair, 1, 5), 4, 5) == Pair(0, 4, held=True)


def test_a_side_gives_way_to_the_other() -> None:
    assert with_before(Pair(1, 2), 3, 5) == Pair(3, 4)
    assert with_after(Pair(2, 4, held=True), 2, 5) == Pair(1, 2, held=True)
    assert with_before(Pair(0, 3, held=True), 2, 5) == Pair(2, 3)  # beside the newer side it goes with it again


@given(
    st.integers(2, 9),
    st.lists(st.tuples(st.sampled_from([with_after, with_before]), st.integers(-3, 12)), max_size=12),
)
def test_whatever_is_chosen_the_older_side_is_older(count: int, moves: list[tuple[object, int]]) -> None:
    for pair in (last_edit(count), whole(count)):
        for move, to in moves:
            assert callable(move)
            pair = move(pair, to, count)
            assert 0 <= pair.before < pair.after < count


# ------------------------------------------------------------------ what is said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"), (40, "40 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (7500, "2 h 5 min"),
        (86_400, "1 day"), (100_000, "1 day 3 h"), (4 * 86_400, "4 days"), (30 * 86_400 + 7200, "30 days"),
    ],
)  # fmt: skip
def test_how_long_it_was_between(seconds: int, said: str) -> None:
    assert apart(timedelta(seconds=seconds)) == said


def test_words_are_counted_and_a_change_of_signs_is_one() -> None:
    assert tally((), difference("Two were hurt.", "Three people were hurt.")) == Tally(2, 1)
    assert tally(difference("Now", "Then"), difference("It is so.", "It is so!")) == Tally(2, 2)
    assert tally((), difference("The same.", "The same.")) == Tally()
    assert tally((), [Change("+", " \n")]) == Tally()


def test_what_differs_besides_the_words_is_named() -> None:
    body = (Paragraph((Run("Here."),)),)
    linked = (Paragraph((Run("Here.", link="https://example.org"),)),)
    before = Post(title="A", body=body, authors=("B",))
    assert besides(before, replace(before, authors=()), same_words=True) == ["authors"]
    assert besides(before, replace(before, body=linked), same_words=True) == ["links, pictures or emphasis"]
    assert besides(before, replace(before, body=linked), same_words=False) == []
    assert besides(before, before, same_words=True) == []
    changed = replace(before, url="https://example.org/b", published=NOW, tags=("war",), key_event=True, pinned=True)
    assert besides(before, changed, same_words=False) == ["address", "published time", "tags", "key event", "pinned"]


# ------------------------------------------------------------------ stretches that stayed


def stayed(count: int) -> str:
    return " ".join(f"word{number}" for number in range(count))


def test_the_middle_of_a_long_stretch_that_stayed_is_counted() -> None:
    changes = [Change("-", "Two "), Change("=", stayed(100)), Change("+", " end")]
    first, before, fold, after, last = folded(changes)
    assert (first, last) == (changes[0], changes[-1])
    assert fold == Fold(100 - 2 * CONTEXT)
    assert isinstance(before, Change)
    assert isinstance(after, Change)
    assert before.text == stayed(CONTEXT)
    assert after.text.endswith(" word99")
    assert len(after.text.split()) == CONTEXT


def test_short_stretches_and_what_a_fold_would_hardly_shorten_are_shown() -> None:
    changes = [Change("-", "Two "), Change("=", stayed(2 * CONTEXT + 10)), Change("+", " end")]
    assert folded(changes) == changes
    assert folded([]) == []


def test_at_the_ends_only_what_is_beside_the_change_is_shown() -> None:
    fold, tail, _ = folded([Change("=", stayed(100)), Change("+", " end")])
    assert fold == Fold(100 - CONTEXT)
    assert isinstance(tail, Change)
    assert tail.text.endswith(" word99")
    _, head, rest = folded([Change("+", "begin "), Change("=", stayed(100))])
    assert isinstance(head, Change)
    assert (head.text, rest) == (stayed(CONTEXT), Fold(100 - CONTEXT))


def test_a_text_that_stayed_altogether_is_begun() -> None:
    assert folded([Change("=", stayed(100))]) == [Change("=", stayed(CONTEXT)), Fold(100 - CONTEXT)]


@given(st.text(alphabet="ab é東\n.", max_size=400), st.text(alphabet="ab é東\n.", max_size=400))
def test_folding_loses_no_change(before: str, after: str) -> None:
    changes = difference(before * 3, after * 3)
    kept = folded(changes)
    assert [each for each in kept if isinstance(each, Change) and each.op != "="] == [
        each for each in changes if each.op != "="
    ]
    if not any(isinstance(each, Fold) for each in kept):
        assert kept == changes
