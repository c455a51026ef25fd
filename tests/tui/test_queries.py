"""Filters that ask for more than words: states, watches and times, and how a view by them lives on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace
from textual.widgets import Static

from feeds.model import ChangeKind
from feeds.watches import Action
from tests.tui.host import NOW, Host, entry, watch
from tests.tui.test_journeys import Desk, desk
from tui import view_file
from tui.state import ViewState


async def filtered(app: Desk, query: str) -> None:
    """Type a filter and apply it."""
    await app.press("F")
    await app.type(query)
    await app.press("enter")
    await app.until(lambda: app.host.shown() == app.host.wanted(), "the selection")
    assert app.main.view.filter == query


def withdraw(app: Desk, entry_id: int) -> None:
    """Let a source take an entry back."""
    shelves = app.host.shelves
    gone = replace(shelves.by_id[entry_id], withdrawn_at=NOW)
    shelves.by_id[entry_id] = gone
    shelves._note(gone, ChangeKind.WITHDRAWN)
    app.host.link.news()


async def test_a_filter_by_a_state_shows_what_becomes_so(tmp_path: Path) -> None:
    async with desk(tmp_path, entries=20) as app:
        await filtered(app, "is:withdrawn")
        assert app.host.shown() == []
        withdraw(app, 7)
        await app.until(lambda: app.host.shown() == [7])
        await app.until(lambda: app.main._hidden == 19, "the counting")


async def test_what_is_read_stays_under_the_cursor_until_the_view_is_made_anew(tmp_path: Path) -> None:
    async with desk(tmp_path, entries=20) as app:
        await filtered(app, "is:unread")
        await app.press("m")
        first = app.cursor
        assert first is not None
        await app.until(lambda: app.host.shelves.by_id[first].read, "the mark")
        await app.until(lambda: app.main._hidden == 1, "the counting")
        assert app.host.shown() == list(range(20, 0, -1))
        # Nor does it go because it is edited: the reader's mark is all that it lost.
        app.host.shelves.edit(first, title="Said otherwise")
        app.host.link.news()
        await app.until(lambda: "Said otherwise" in app.text)
        assert first in app.host.shown()
        await app.press("F")
        await app.press("enter")
        await app.press("ctrl+f", "ctrl+f")
        await app.until(lambda: app.host.shown() == [each for each in range(20, 0, -1) if each != first])


async def test_a_filter_names_a_watch_whether_it_is_on_or_not(tmp_path: Path) -> None:
    async with desk(tmp_path, entries=14, watches=[watch("Kyiv", "title:kyiv", 1)]) as app:
        await app.press("1")
        await filtered(app, "watch:kyiv")
        assert app.host.shown() == [13, 10, 6, 3]
        await app.press("F")
        await app.type("watch:Kiyv")
        error = str(app.main.query_bar.query_one(".query--error", Static).content)
        assert error.startswith("There is no watch “Kiyv” (position 7)")


async def test_a_filter_of_the_last_visit_may_name_a_watch(tmp_path: Path) -> None:
    view_file.save(tmp_path, ViewState(filter="watch:kyiv"))
    async with desk(tmp_path, entries=14, watches=[watch("Kyiv", "kyiv", 1)]) as app:
        assert app.main.view.filter == "watch:kyiv"
        assert app.host.shown() == app.host.wanted() != []


async def test_a_view_by_age_moves_on_with_the_time(tmp_path: Path) -> None:
    async with desk(tmp_path, entries=200) as app:
        await filtered(app, "after:30m")
        assert app.host.shown() == list(range(200, 184, -1))
        cursor = app.cursor
        app.host.clock.time += timedelta(minutes=10)
        app.main._tick()
        await app.until(lambda: app.host.shown() == list(range(200, 189, -1)))
        assert app.cursor == cursor
        await app.arrive(201)


async def test_a_mute_by_a_state_hides_and_counts(tmp_path: Path) -> None:
    muted = watch("Gone", "is:withdrawn", 1, Action.MUTE)
    async with desk(tmp_path, entries=10, watches=[muted]) as app:
        withdraw(app, 3)
        await app.until(lambda: 3 not in app.host.shown())
        await app.until(lambda: (app.main._hidden, app.main._watch_counts) == (1, [1]), "the counting")


async def test_a_watch_looks_again_when_a_state_changes(tmp_path: Path) -> None:
    host = Host(tmp_path, entries=3, watches=[watch("Gone", "is:withdrawn"), watch("Harbour", "source:harbour")])
    try:
        library = host.session.library
        one = replace(entry(1, source_id=3))
        assert library.matching(one) == (1,)
        assert library.matching(replace(one, withdrawn_at=NOW)) == (0, 1)
        assert library.remembered(1) == (0, 1)
    finally:
        await host.close()
