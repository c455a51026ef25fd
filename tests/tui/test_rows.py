"""The order of the timeline and the place in it: everything that needs no terminal."""

from __future__ import annotations

import subprocess
import sys
from bisect import bisect_left

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tui.widgets.reading import Reading
from tui.widgets.rows import RowIndex, edge
from tui.widgets.viewport import EMPTY, NOTHING, STICKY, Extent, Slot, Viewport

Pair = tuple[int, int]


def test_what_is_pure_imports_no_textual() -> None:
    modules = "tui.render, tui.article, tui.wrap, tui.widgets.reading, tui.shelf"
    code = f"import sys, {modules}; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ------------------------------------------------------------------ the index


def pairs_of(index: RowIndex) -> list[Pair]:
    rows = range(len(index))
    found = [(index.key(row), index.id(row)) for row in rows]
    return found[::-1] if index.newest_first else found


pair = st.tuples(st.integers(0, 30), st.integers(0, 60))
step = st.tuples(st.sampled_from(["insert", "remove", "remove blindly"]), st.lists(pair, max_size=6))


@settings(deadline=None, max_examples=150)
@given(st.booleans(), st.lists(step, max_size=25))
def test_index_agrees_with_a_sorted_list(newest_first: bool, steps: list[tuple[str, list[Pair]]]) -> None:
    index, model = RowIndex(newest_first=newest_first), set[Pair]()
    for what, pairs in steps:
        if what == "insert":
            by_id = {entry_id: key for key, entry_id in model}
            pairs = [(by_id.get(i, key), i) for key, i in {i: (key, i) for key, i in pairs}.values()]
            added = index.insert(pairs)
            assert sorted(added) == sorted(i for _, i in set(pairs) - model)
            model |= set(pairs)
        else:
            ids = {i for _, i in pairs}
            known = {i: key for key, i in model}
            keys = {i: known.get(i) if what == "remove" else None for i in ids}
            assert index.remove(list(keys.items())) == len(ids & set(known))
            model = {each for each in model if each[1] not in ids}
        assert pairs_of(index) == sorted(model)
        for key, entry_id in model:
            row = index.find(entry_id, key)
            assert row is not None
            assert row == index.find(entry_id)
            assert (index.key(row), index.id(row)) == (key, entry_id)


@settings(deadline=None, max_examples=100)
@given(st.sets(pair, min_size=1).map(lambda s: sorted({i: (k, i) for k, i in s}.values())), pair)
def test_a_missing_entry_is_stood_in_for_by_its_nearest_older_one(model: list[Pair], asked: Pair) -> None:
    index = RowIndex([i for _, i in model], [key for key, _ in model])
    at = bisect_left(model, asked)
    expected = asked if asked in model else model[max(at - 1, 0)]
    row = index.row_at(*asked)
    assert row is not None
    assert (index.key(row), index.id(row)) == expected


def test_the_newest_is_on_top_unless_asked_otherwise() -> None:
    assert RowIndex([1, 2, 3], [10, 20, 30]).id(0) == 3
    upside_down = RowIndex([1, 2, 3], [10, 20, 30], newest_first=False)
    assert (upside_down.id(0), upside_down.newest, upside_down.oldest) == (1, 2, 0)


def test_a_wrong_sort_key_still_finds_the_entry() -> None:
    assert RowIndex([1, 2, 3], [10, 20, 30]).find(2, 999) == 1


def test_rows_outside_the_index_are_refused() -> None:
    with pytest.raises(IndexError):
        RowIndex([1], [1]).id(-1)


@settings(deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.data())
def test_edge_is_the_last_row_of_its_group(sizes: list[int], data: st.DataObject) -> None:
    groups = [name for name, size in enumerate(sizes) for _ in range(size)]
    row = data.draw(st.integers(0, len(groups) - 1))
    here = groups[row]
    inside = [at for at, name in enumerate(groups) if name == here]
    assert edge(row, 1, len(groups), lambda at: groups[at] == here) == inside[-1]
    assert edge(row, -1, len(groups), lambda at: groups[at] == here) == inside[0]


def test_edge_asks_few_rows_of_many() -> None:
    asked = 0

    def same(row: int) -> bool:
        nonlocal asked
        asked += 1
        return row < 700_000

    assert edge(3, 1, 1_000_000, same) == 699_999
    assert asked < 60


# ------------------------------------------------------------------ the place


class World:
    """Entries with heights, grouped by tens of their key: what a reading measures."""

    def __init__(self) -> None:
        self.heights: dict[int, int] = {}
        self.extra = 0
        self.rows = RowIndex()
        self.asked: set[int] = set()

    def measure(self, row: int) -> Extent:
        self.asked.add(row)
        group = self.rows.key(row) // 10
        heads = int(row == 0 or self.rows.key(row - 1) // 10 != group)
        return Extent(heads, self.heights[self.rows.id(row)] + self.extra)

    def naive(self, view: Viewport) -> list[Slot]:
        """The same screen from the list of all lines there are."""
        lines = [
            Slot(row, line)
            for row in range(len(self.rows))
            for line in range(-self.measure(row).heads, self.measure(row).height)
        ]
        if not lines:
            return [EMPTY] * view.height
        row = view.anchor_row()
        assert row is not None
        line = view.anchor.line if view.anchor else self.measure(row).heads
        top = lines.index(Slot(row, 0)) - line
        return [lines[top + y] if 0 <= top + y < len(lines) else EMPTY for y in range(view.height)]


def gaps(view: Viewport) -> tuple[int, int]:
    filled = [y for y, slot in enumerate(view.slots()) if slot.row != NOTHING]
    return (filled[0], view.height - 1 - filled[-1]) if filled else (0, view.height)


class ReadingMachine(RuleBasedStateMachine):
    """Arrivals, edits, removals, filters, resizes and the reader's own moves, in any order."""

    @initialize(height=st.integers(4, 20), count=st.integers(0, 60), data=st.data())
    def begin(self, height: int, count: int, data: st.DataObject) -> None:
        self.world = World()
        self.reading = Reading(self.world.rows, self.world.measure)
        self.view = self.reading.view
        self.keys: dict[int, int] = {}
        self.view.resize(height)
        self.arrive(count, data, fresh=True)
        self.reading.to_newest()

    def arrive(self, count: int, data: st.DataObject, *, fresh: bool) -> list[Pair]:
        newest = max(self.keys.values(), default=0)
        new: list[Pair] = []
        for _ in range(count):
            entry_id = len(self.keys) + 1
            key = newest + data.draw(st.integers(0, 4)) if fresh else data.draw(st.integers(0, newest + 5))
            newest = max(newest, key)
            self.keys[entry_id] = key
            self.world.heights[entry_id] = data.draw(st.integers(1, 4))
            new.append((key, entry_id))
        self.reading.insert(new)
        return new

    # -------------------------------------------------------------- what happens

    def eye(self) -> tuple[Pair, int] | None:
        """The entry under the eye and its line: told from the screen, not from the anchor."""
        seen = self.view.first_lines()
        if not seen:
            return None
        row = self.reading.cursor_row
        if row is None or row not in seen:
            row = self.view.visible()[0]
        return (self.world.rows.key(row), self.world.rows.id(row)), seen[row]

    def kept(self, before: tuple[Pair, int] | None) -> None:
        """Say that the entry under the eye, or its nearest older neighbour, is where it was."""
        if before is None or not len(self.world.rows) or self.reading.follow:
            return
        row = self.world.rows.row_at(*before[0])
        assert row is not None
        assert self.view.first_lines().get(row, before[1]) == before[1]
        assert self.view.anchor is not None
        assert (self.view.anchor.id, self.view.anchor.line) == (self.world.rows.id(row), before[1])

    @rule(count=st.integers(1, 5), fresh=st.booleans(), data=st.data())
    def entries_arrive(self, count: int, fresh: bool, data: st.DataObject) -> None:
        before, was = self.eye(), self.reading.cursor_id
        follow, on_newest = self.reading.follow, self.reading.cursor_row in (None, self._newest())
        self.arrive(count, data, fresh=fresh)
        self.kept(before)
        if was is None or (follow and on_newest):
            assert self.reading.cursor_row == self._newest()
        else:
            assert self.reading.cursor_id == was

    @precondition(lambda self: len(self.world.rows))
    @rule(data=st.data())
    def entries_are_edited(self, data: st.DataObject) -> None:
        before = self.eye()
        ids = [self.world.rows.id(row) for row in range(len(self.world.rows))]
        with self.reading.holding():
            for entry_id in data.draw(st.lists(st.sampled_from(ids), max_size=5)):
                self.world.heights[entry_id] = data.draw(st.integers(1, 5))
        self.kept(before)

    @precondition(lambda self: len(self.world.rows))
    @rule(data=st.data())
    def entries_leave(self, data: st.DataObject) -> None:
        before = self.eye()
        ids = [self.world.rows.id(row) for row in range(len(self.world.rows))]
        gone = data.draw(st.lists(st.sampled_from(ids), max_size=6, unique=True))
        known = data.draw(st.booleans())
        self.reading.remove(gone, self.keys.get if known else lambda _: None)
        assert all(self.world.rows.find(entry_id) is None for entry_id in gone)
        self.kept(before)

    @rule(part=st.integers(1, 4), rest=st.integers(0, 3))
    def a_filter_is_set(self, part: int, rest: int) -> None:
        before = self.eye()
        shown = sorted((key, i) for i, key in self.keys.items() if part == 1 or i % part == rest)
        ids, keys = [i for _, i in shown], [key for key, _ in shown]
        self.reading.show(ids, keys, self.keys.get, keep_place=True)
        assert len(self.world.rows) == len(shown)
        self.kept(before)

    @rule(extra=st.integers(0, 2))
    def density_changes(self, extra: int) -> None:
        before = self.eye()
        with self.reading.holding():
            self.world.extra = extra
        self.kept(before)

    @rule(height=st.integers(1, 25))
    def the_screen_is_resized(self, height: int) -> None:
        before = self.eye()
        with self.reading.holding():
            self.view.resize(height)
        if before is not None and not self.reading.follow:
            row = self.world.rows.row_at(*before[0])
            assert row is not None
            lowest = max(height - self.world.measure(row).height, STICKY)
            line = min(before[1], lowest)
            assert self.view.anchor is not None
            assert (self.view.anchor.id, self.view.anchor.line) == (self.world.rows.id(row), line)
            assert self.view.first_lines().get(row, line) == line

    # -------------------------------------------------------------- what the reader does

    @rule(delta=st.sampled_from([-3, -1, 1, 2, 7]))
    def the_cursor_moves(self, delta: int) -> None:
        row = self.reading.cursor_row
        self.reading.move(delta)
        if row is not None:
            assert self.reading.cursor_row == min(max(row + delta, 0), len(self.world.rows) - 1)
            self.cursor_is_visible()

    @rule(delta=st.sampled_from([-1, 1]))
    def a_page_is_turned(self, delta: int) -> None:
        self.reading.page(delta)
        self.cursor_is_visible()

    @rule(lines=st.integers(-9, 9).filter(bool))
    def the_wheel_turns(self, lines: int) -> None:
        gap, cursor, was_following = gaps(self.view), self.reading.cursor_id, self.reading.follow
        self.reading.scroll(lines)
        assert self.reading.cursor_id == cursor
        if not self.reading.follow and not was_following:
            assert sum(gaps(self.view)) <= sum(gap)

    @rule(delta=st.sampled_from([-2, -1, 1, 2]))
    def an_hour_is_skipped(self, delta: int) -> None:
        row = self.reading.cursor_row
        self.reading.to_group(delta, lambda at: str(self.world.rows.key(at) // 10))
        if row is not None:
            now = self.reading.cursor_row
            assert now is not None
            assert now >= row if delta > 0 else now <= row
            self.cursor_is_visible()

    @rule(share=st.floats(0, 1))
    def the_bar_is_dragged(self, share: float) -> None:
        self.reading.scroll_share(share)

    @rule(end=st.sampled_from(["newest", "oldest"]))
    def an_end_is_gone_to(self, end: str) -> None:
        self.reading.to_newest() if end == "newest" else self.reading.to_oldest()
        if len(self.world.rows):
            self.cursor_is_visible()
            if end == "newest":
                assert self.reading.follow
                assert self.reading.cursor_row == self.world.rows.newest

    @rule()
    def follow_is_toggled(self) -> None:
        was = self.reading.follow
        self.reading.toggle_follow()
        assert self.reading.follow is not was
        self.cursor_is_visible() if self.reading.follow else None

    def cursor_is_visible(self) -> None:
        row = self.reading.cursor_row
        if row is not None and self.view.height > STICKY + 1:
            assert row in self.view.visible()

    def _newest(self) -> int | None:
        return self.world.rows.newest if len(self.world.rows) else None

    # -------------------------------------------------------------- what always holds

    @invariant()
    def the_screen_is_that_of_all_lines(self) -> None:
        if hasattr(self, "view"):
            self.reading.see()
            assert self.view.slots() == self.world.naive(self.view)

    @invariant()
    def following_shows_the_newest_on_top(self) -> None:
        if hasattr(self, "view") and self.reading.follow and len(self.world.rows):
            self.reading.see()
            assert self.view.slots()[0] == Slot(0, -1)
            assert not self.reading.unseen

    @invariant()
    def there_is_a_cursor_where_there_are_entries(self) -> None:
        if hasattr(self, "view"):
            assert (self.reading.cursor is None) == (not len(self.world.rows))
            if self.reading.cursor:
                key, entry_id = self.reading.cursor
                assert self.world.rows.find(entry_id, key) is not None

    @invariant()
    def unseen_entries_are_above_the_screen(self) -> None:
        if hasattr(self, "view"):
            self.reading.see()
            shown = {self.world.rows.id(slot.row) for slot in self.view.slots()[1:] if slot.row != NOTHING}
            assert not shown & set(self.reading.unseen)
            assert all(self.world.rows.find(entry_id) is not None for entry_id in self.reading.unseen)


ReadingMachine.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
TestReading = ReadingMachine.TestCase


def reading_of(count: int, height: int, card: int = 1) -> tuple[World, Reading]:
    world = World()
    world.heights = dict.fromkeys(range(1, count + 1), card)
    reading = Reading(world.rows, world.measure)
    reading.view.resize(height)
    reading.show(range(1, count + 1), range(1, count + 1), lambda _: None, keep_place=False)
    return world, reading


def test_only_rows_near_the_screen_are_measured() -> None:
    world, reading = reading_of(100_000, 30)
    world.asked.clear()
    reading.scroll_share(0.5)
    reading.move(1)
    reading.page(1)
    reading.insert([(50_000, 200_001)] if world.heights.setdefault(200_001, 1) else [])
    reading.to_oldest()
    assert len(world.asked) < 400


def test_an_arrival_above_the_reader_changes_no_line_of_the_screen() -> None:
    world, reading = reading_of(500, 20)
    reading.move(9)
    before = [world.rows.id(slot.row) for slot in reading.view.slots()[1:]]
    world.heights[501] = 4
    reading.insert([(501, 501)])
    assert [world.rows.id(slot.row) for slot in reading.view.slots()[1:]] == before
    assert list(reading.unseen) == [501]


def test_an_entry_covered_by_the_header_is_not_under_the_eye() -> None:
    world, reading = reading_of(100, 10)
    reading.move(1)
    reading.scroll(3)  # the cursor's entry is now under the header of the hour
    assert reading.view.slots()[0] == Slot(1, 0)
    first = reading.view.visible()[0]
    shown, line = world.rows.id(first), reading.view.first_lines()[first]
    with reading.holding():
        world.heights[99] = 4
    assert world.rows.id(reading.view.visible()[0]) == shown
    assert reading.view.first_lines()[first] == line


def test_following_the_cursor_on_the_newest_goes_on_to_the_next_newest() -> None:
    world, reading = reading_of(5, 20)
    world.heights[6] = 1
    reading.insert([(6, 6)])
    assert reading.cursor_id == 6


def test_following_a_cursor_elsewhere_stays_on_its_entry() -> None:
    world, reading = reading_of(5, 20)
    reading.move(2)
    reading.toggle_follow()
    world.heights[6] = 1
    reading.insert([(6, 6)])
    assert (reading.cursor_id, reading.cursor_row) == (3, 3)


def test_moving_away_holds_and_coming_back_follows() -> None:
    _, reading = reading_of(50, 10)
    reading.move(1)
    assert not reading.follow
    reading.move(-1)
    assert reading.follow
    reading.scroll(3)
    assert not reading.follow
    reading.scroll(-3)
    assert reading.follow


def test_a_filter_that_leaves_little_keeps_the_line_and_gives_the_rest_back() -> None:
    world, reading = reading_of(60, 20)
    reading.move(30)
    row = reading.cursor_row
    assert row is not None
    line = reading.view.first_lines()[row]
    kept = reading.cursor_id
    assert kept is not None
    reading.show([kept], [kept], lambda i: i, keep_place=True)
    assert reading.view.first_lines() == {0: line}
    reading.show(range(1, 61), range(1, 61), lambda i: i, keep_place=True)
    assert reading.cursor_id == kept
    assert reading.view.first_lines()[30] == line
    assert world.rows.id(30) == kept
