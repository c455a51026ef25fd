"""What a mark really changed is what is taken back."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.events import Mark
from feeds.model import ChangeKind, ChangeRecord
from tests.tui.host import NOW
from tui.undo import Undos


def marked(*ids: int) -> list[ChangeRecord]:
    return [ChangeRecord(1, each, ChangeKind.MARKED, 1, NOW) for each in ids]


def test_only_what_was_changed_is_taken_back() -> None:
    undos = Undos()
    undos.add(Mark((1, 2, 3), read=True), by_reader=True)
    undos.note(marked(1, 3))
    assert undos.last() == Mark((1, 3), read=False)
    assert undos.last() is None


def test_two_marks_on_their_way_share_what_is_logged() -> None:
    undos = Undos()
    undos.add(Mark((3,), read=True), by_reader=True)
    undos.add(Mark((1, 2, 3), read=True), by_reader=True)
    undos.note(marked(3, 1, 2))
    assert undos.last() == Mark((1, 2), read=False)
    assert undos.last() == Mark((3,), read=False)


def test_stars_and_reading_are_told_apart() -> None:
    undos = Undos()
    undos.add(Mark((3,), starred=True), by_reader=True)
    undos.note(marked(3))
    undos.add(Mark((3,), read=True), by_reader=True)
    undos.note(marked(3))
    assert undos.last() == Mark((3,), read=False)
    assert undos.last() == Mark((3,), starred=False)


def test_what_was_marked_by_reading_stays() -> None:
    undos = Undos()
    undos.add(Mark((1,), read=True), by_reader=False)
    undos.note(marked(1))
    assert undos.last() is None


def test_other_changes_are_nobodys_marks() -> None:
    undos = Undos()
    undos.add(Mark((1,), read=True), by_reader=True)
    undos.note([ChangeRecord(1, 1, ChangeKind.EDITED, 2, NOW)])
    assert undos.last() is None


def test_a_mark_made_again_after_it_was_taken_back_can_be_taken_back() -> None:
    undos = Undos()
    for _ in range(3):
        undos.add(Mark((1,), read=True), by_reader=True)
        undos.note(marked(1))
        inverse = undos.last()
        assert inverse == Mark((1,), read=False)
        undos.add(inverse, by_reader=False)
        undos.note(marked(1))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sets(st.integers(1, 5), min_size=1), st.booleans()), max_size=8), st.booleans())
def test_taking_all_back_leads_to_where_it_began(wishes: list[tuple[set[int], bool]], late: bool) -> None:
    undos, read, pending = Undos(), dict.fromkeys(range(1, 6), False), []

    def apply(mark: Mark, *, by_reader: bool) -> None:
        undos.add(mark, by_reader=by_reader)
        for each in mark.entry_ids:
            if mark.read is not None and read[each] != mark.read:
                read[each] = mark.read
                pending.extend(marked(each))
        if not late:
            undos.note(pending)
            pending.clear()

    for ids, value in wishes:
        apply(Mark(tuple(sorted(ids)), read=value), by_reader=True)
    undos.note(pending)
    pending.clear()
    late = False
    while (inverse := undos.last()) is not None:
        apply(inverse, by_reader=False)
    assert not any(read.values())
