"""Thousands of changes at once leave the screen as a few would: rows, place, pill, alerts, detail, counts."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from feeds.query import All, Not
from feeds.store import View
from feeds.watches import Action
from tests.tui.host import entry, watch
from tests.tui.test_journeys import desk
from tui.session import AT_ONCE

MANY = 3 * AT_ONCE + 7


async def test_every_row_says_read_after_all_were_marked(tmp_path: Path) -> None:
    async with desk(tmp_path, entries=MANY) as app:
        shown = app.host.shown()
        await app.press("G", "g", "A")  # entries far down are remembered too
        assert app.notice.startswith("Marking all entries")
        await app.until(lambda: all(app.main.timeline.entry(each).read for each in shown), "the marks")
        assert not any("●" in strip.text for strip in app.main.timeline._frame)
        await app.until(lambda: not any(each.unread for each in app.host.session.counts.values()), "the counts")
        await app.press("u")
        await app.until(lambda: not any(app.main.timeline.entry(each).read for each in shown), "the undoing")


async def test_many_arrivals_while_holding_are_counted_alerted_and_move_nothing(tmp_path: Path) -> None:
    watches = [watch("Kyiv", "kyiv", 1, Action.HIGHLIGHT, Action.ALERT), watch("Storm", "storm", 2, Action.MUTE)]
    async with desk(tmp_path, watches=watches) as app:
        rung: list[int] = []
        app.host.app.bell = lambda: rung.append(1)  # type: ignore[method-assign]
        await app.press(*"jjjj")
        cursor, line = app.cursor, app.line_of(app.cursor)
        hidden = app.main._hidden
        new = [replace(entry(1000 + at), sort_at=entry(190).sort_at, revised_at=entry(190).sort_at,
                       post=replace(entry(190, title=f"Talks in Kyiv {at}").post)) for at in range(MANY)]  # fmt: skip
        app.host.shelves.add(*new, entry(199, title="Storm", text=""))
        app.host.link.news()
        await app.until(lambda: app.main.status_bar.status.new == MANY, "the pill")
        assert f"↑ {MANY} new" in app.rows()[-1]
        assert (app.cursor, app.line_of(cursor)) == (cursor, line)
        assert rung
        await app.until(lambda: "Kyiv: " in app.notice, "the alert")
        await app.until(lambda: app.main._hidden == hidden + 1, "the count of what is hidden")
        counts = app.main._watch_counts
        assert counts is not None
        of_kyiv = All((watches[0].query, Not(watches[1].query)))
        assert counts[0] == app.host.shelves.reader().count(View(of_kyiv))
        assert app.host.shown() == app.host.wanted()


async def test_an_edit_among_many_is_drawn_also_in_the_detail(tmp_path: Path) -> None:
    async with desk(tmp_path, entries=MANY) as app:
        await app.press("j", "j")
        cursor = app.cursor
        assert cursor is not None
        app.host.shelves.edit(cursor, title="Corrected headline")
        for number in app.host.shown():
            if number != cursor:
                app.host.shelves.edit(number, title="Corrected as well")
        app.host.link.news()
        await app.until(lambda: "edited 1×" in app.text, "the edit in the detail")
        await app.until(lambda: all(app.main.timeline.entry(each).revision == 2 for each in app.host.shown()))
        assert app.cursor == cursor


async def test_what_is_out_of_the_view_is_read_again_too(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        first = app.cursor
        assert first is not None
        await app.press("F", *"nothingofthekind", "enter")
        await app.until(lambda: not app.host.shown())
        app.host.shelves.edit(first, title="Corrected meanwhile")
        app.host.link.news()
        await app.pilot.pause(0.2)
        await app.press("escape")
        await app.until(lambda: "Corrected meanwhile" in app.text, "the edit")
