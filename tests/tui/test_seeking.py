"""The next entry that is wanted: found however far it is, away from the screen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from feeds.query import parse
from feeds.store import View
from feeds.watches import Watches
from tests.tui.host import NOW, Host, Shelves, entry, source, watch
from tests.tui.test_journeys import Desk, desk
from tui.reader_thread import Urgency
from tui.render import millis
from tui.seeking import PORTION, Place, lit_view, neighbour, unread

FAR = 6_000


@contextmanager
def held(host: Host) -> Iterator[None]:
    """The reader's thread answers nothing meanwhile."""
    gate, reached = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        reached.set()
        gate.wait(5)

    host.session._thread.ask(Urgency.STOP, hold)
    assert reached.wait(5)
    try:
        yield
    finally:
        gate.set()


def test_the_neighbour_is_told_from_others_of_the_same_moment() -> None:
    shelves = Shelves([replace(entry(number), sort_at=NOW) for number in (3, 5, 7)], [source(1), source(2), source(3)])
    reader, key = shelves.reader(), millis(NOW)
    for at, older, newer in ((3, None, 5), (4, 3, 5), (5, 3, 7), (7, 5, None)):
        assert neighbour(reader, View(), Place(key, at), 1) == older
        assert neighbour(reader, View(), Place(key, at), -1) == newer
    assert neighbour(reader, View(), Place(key - 1, 9), 1) is None
    assert neighbour(reader, View(), Place(key - 1, 9), -1) == 3
    assert neighbour(reader, View(), Place(key + 1, 1), 1) == 7


def test_only_watches_that_are_on_count_and_the_view_holds() -> None:
    watches = Watches([watch("Storm", "storm"), watch("Kyiv", "kyiv"), watch("Harbour", "harbour")], frozenset({1, 2}))
    shelves = Shelves([entry(number) for number in range(1, 22)], [source(1), source(2), source(3)])
    reader = shelves.reader()
    assert list(reader.select(lit_view(View(parse("plan")), watches)).ids) == [2, 9, 16]
    assert list(reader.select(lit_view(View(None, (1,)), watches)).ids) == [
        number for number in range(1, 22) if number % 3 == 0
    ]


def test_the_first_unread_one_is_found() -> None:
    shelves = Shelves([replace(entry(number), read=number != 2) for number in (1, 2, 3)])
    assert unread(shelves.reader(), [3, 1, 2]) == 2
    assert unread(shelves.reader(), [3, 1]) is None


async def test_a_match_is_found_however_far_down_it_is(tmp_path: Path) -> None:
    async with desk(tmp_path, entries=FAR, watches=[watch("First", '"1 storm"', 1)]) as app:
        assert app.cursor == FAR
        await app.press("n")
        await app.until(lambda: app.cursor == 1, "the match")
        await app.press("n")
        await app.until(lambda: app.notice == "No match further down.")
        assert app.cursor == 1
        await app.press("N")
        await app.until(lambda: app.notice == "No match further up.")


async def test_an_unread_entry_is_found_however_far_down_it_is(tmp_path: Path) -> None:
    async with desk(tmp_path, entries=3 * PORTION) as app:
        for number in range(2, 3 * PORTION + 1):
            app.host.shelves.by_id[number] = replace(app.host.shelves.by_id[number], read=True)
        await app.press("n")
        await app.until(lambda: app.cursor == 1, "the unread entry")
        await app.press("n")
        await app.until(lambda: app.notice == "No unread entry further down.")


async def test_two_searches_at_once_go_two_steps(tmp_path: Path) -> None:
    async with desk(tmp_path, watches=[watch("Harbour", "harbour", 1)]) as app:
        with held(app.host):
            await app.press("n", "n", "n")
        await app.until(lambda: app.cursor == 44)
        assert not app.main._seeks


@pytest.mark.parametrize("key", ["j", "G"])
async def test_keys_are_answered_during_a_search_and_a_reader_who_went_on_is_not_called_back(
    tmp_path: Path, key: str
) -> None:
    async with desk(tmp_path, watches=[watch("Harbour", "harbour", 1)]) as app:
        with held(app.host):
            await app.press("n", key)
            there = _moved(app)
        await app.until(lambda: not app.main._seeks)
        assert app.cursor == there


def _moved(app: Desk) -> int | None:
    assert app.cursor != 60
    return app.cursor
