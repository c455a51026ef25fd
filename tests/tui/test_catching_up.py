"""Coming back: what came since the last visit is said, and read from the oldest on."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.tui.host import Host, source, watch
from tests.tui.test_journeys import desk
from tui import view_file
from tui.messages import CameMeanwhile
from tui.render import millis
from tui.screens import summary
from tui.state import ViewState
from tui.widgets.reading import Reading
from tui.widgets.rows import RowIndex
from tui.widgets.viewport import Extent

MANY = tuple((f"W{number}", 1) for number in range(9))


def leave(folder: Path, entry_id: int) -> None:
    """Let the last visit have ended when that entry was the newest."""
    host = Host(folder)
    view_file.save(host.options.data, ViewState(left_at=millis(host.shelves.by_id[entry_id].sort_at)))


@pytest.mark.parametrize(
    ("news", "said"),
    [
        (CameMeanwhile(1, 0), "Since you left: 1 entry."),
        (CameMeanwhile(1042, 3, (("Kyiv", 5),)), "Since you left: 1,042 entries, 3 key events, 5 Kyiv."),
        (CameMeanwhile(2, 1, MANY), "Since you left: 2 entries, 1 key event, 1 W0, 1 W1, 1 W2."),
    ],
)
def test_what_came_is_said_in_numbers(news: CameMeanwhile, said: str) -> None:
    assert summary.came(news) == said


@pytest.mark.parametrize("newest_first", [True, False])
def test_the_first_after_a_time_is_found_in_either_order(newest_first: bool) -> None:
    rows = RowIndex([1, 2, 3, 4], [10, 20, 20, 30], newest_first=newest_first)
    reading = Reading(rows, lambda row: Extent(0, 1))
    reading.view.resize(10)
    for key, entry_id in ((5, 1), (10, 2), (15, 2), (20, 4)):
        assert reading.to_after(key)
        assert reading.cursor_id == entry_id
    assert not reading.to_after(30)
    assert not Reading(RowIndex(), lambda row: Extent(0, 1)).to_after(5)


async def test_coming_back_it_is_said_what_came_and_one_key_reads_it_from_the_oldest_on(tmp_path: Path) -> None:
    leave(tmp_path, 55)
    async with desk(tmp_path, watches=(watch("Sirens", "siren"),)) as app:
        await app.until(lambda: app.notice.startswith("Since you left: 5 entries"), "what came")
        assert "c reads on from there" in app.notice
        await app.press("c")
        assert (app.cursor, app.main.timeline.follow) == (56, False)
        shelves = app.host.shelves
        shelves.by_id[58] = replace(shelves.by_id[58], read=False)
        shelves.by_id[57] = replace(shelves.by_id[57], read=True)
        await app.press("c")
        await app.until(lambda: app.cursor == 58, "the next unread")


async def test_where_nothing_came_nothing_is_said_and_the_key_goes_on_to_what_is_unread(tmp_path: Path) -> None:
    leave(tmp_path, 60)
    async with desk(tmp_path, sources=[source(1), source(2), source(3)]) as app:
        await app.host.ready(app.pilot)
        assert "Since you left" not in app.notice
        await app.press("c")
        await app.until(lambda: app.notice == "No unread entry further up.", "the answer")
