"""Marks and changes of the view are taken back in the order in which they were done."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.host import watch
from tests.tui.test_journeys import desk
from tui import state as states
from tui.screens import summary
from tui.state import Pane, ViewState


async def test_steps_are_taken_back_one_by_one_whatever_they_were(tmp_path: Path) -> None:
    async with desk(tmp_path, watches=(watch("Sirens", "siren", key=1),)) as app:
        first = app.main.view
        await app.press("F")
        await app.type("coast")
        await app.press("enter")
        await app.press("1", "full_stop", "S", "j", "enter")
        shown = app.main.view.source_id
        await app.press("m")
        await app.until(lambda: app.host.link.sent, "the mark")
        assert shown is not None
        for said in (
            "Took back 1 mark.",
            "Back to all sources.",
            "What was read is shown again.",
            "The watch Sirens is on again.",
            "Took back the filter “coast”.",
            "Nothing to take back.",
        ):
            await app.press("u")
            assert app.notice == said
        assert states.narrowing(app.main.view) == states.narrowing(first)


async def test_a_filter_that_was_left_is_no_step_and_one_that_was_cleared_comes_back(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("F")
        await app.type("coast")
        await app.press("escape")
        await app.host.ready(app.pilot)
        await app.press("u")
        assert app.notice == "Nothing to take back."
        await app.press("F")
        await app.type("coast")
        await app.press("enter", "escape")
        assert app.main.view.filter == ""
        await app.press("u")
        assert (app.notice, app.main.view.filter) == ("The filter “coast” is back.", "coast")
        await app.press("u")
        assert app.main.view.filter == ""


def test_where_the_reader_is_stays_as_it_is() -> None:
    now = ViewState(source_id=3, filter="kyiv", pane=Pane.DETAIL, zoom=True, density="roomy")
    assert states.narrowed_as(now, ViewState()) == ViewState(pane=Pane.DETAIL, zoom=True, density="roomy")


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (ViewState(), ViewState(hide_read=True), "What was read is hidden again."),
        (ViewState(), ViewState(source_id=2), "Back to Herald."),
        (ViewState(), ViewState(watches_off=("Kyiv",)), "The watch Kyiv is off again."),
        (ViewState(), ViewState(filters_on=False), "Filters are off again."),
    ],
)
def test_what_was_taken_back_is_said(now: ViewState, before: ViewState, said: str) -> None:
    assert summary.taken_back(now, before, lambda _: "Herald") == said
