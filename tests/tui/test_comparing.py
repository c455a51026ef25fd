"""The revisions of an entry on the screen: any two of them, at every size, by keys and by the mouse."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.widgets import OptionList

from feeds.document import Paragraph, Run
from feeds.model import ChangeKind, ChangeRecord, Revision
from tests.tui.host import HOSTILE, NOW, entry
from tests.tui.test_journeys import Desk, desk
from tui.command import Group
from tui.screens import summary
from tui.screens.help import HelpScreen
from tui.screens.main import MainScreen
from tui.screens.revisions import RevisionsScreen
from tui.widgets.difference import DifferencePane
from tui.widgets.moments import MomentLine, MomentList

SIZES = [(200, 50), (80, 24), (40, 10)]
sizes = pytest.mark.parametrize("size", SIZES, ids=str)
LONG = " ".join(f"word{number}" for number in range(200))
STATES = (
    ("Bridge shut", f"Two were hurt. {LONG} Police are there."),
    ("Bridge shut after crash", f"Three were hurt. {LONG} Police are there."),
    ("Bridge shut after crash", f"Three were hurt. {LONG} Police are there."),
    ("Bridge opens again", f"Four were hurt. {LONG} Police have left."),
)


def revise(app: Desk, entry_id: int = 60) -> None:
    """Give an entry four states, the last three within the hour; it was gone for a while before the last."""
    shelves = app.host.shelves
    now = shelves.by_id[entry_id]
    seen = [NOW - timedelta(days=1), *(NOW - timedelta(minutes=40 - 10 * number) for number in (1, 2, 3))]
    posts = [replace(now.post, title=title, body=(Paragraph((Run(text),)),)) for title, text in STATES]
    posts[2] = replace(posts[2], authors=("Mira Oren",))
    revisions = [Revision(number, at, post) for number, (at, post) in enumerate(zip(seen, posts, strict=True), 1)]
    shelves.states[entry_id] = revisions
    shelves.by_id[entry_id] = replace(now, post=posts[-1], revision=4, revised_at=seen[-1])
    for kind, minutes in ((ChangeKind.WITHDRAWN, 18), (ChangeKind.RESTORED, 14), (ChangeKind.EDITED, 10)):
        at = NOW - timedelta(minutes=minutes)
        shelves.log.append(ChangeRecord(len(shelves.log) + 1, entry_id, kind, 4, at))
    app.host.link.news()


@asynccontextmanager
async def comparing(folder: Path, size: tuple[int, int] = (120, 36), **options: object) -> AsyncIterator[Desk]:
    async with desk(folder, size=size, **options) as app:
        revise(app)
        await app.until(lambda: app.main.entry is not None and app.main.entry.revision == 4, "the news")
        await app.press("e")
        await app.until(lambda: "of 4" in app.rows()[screen(app)._title.region.y], "the comparison")
        yield app


def screen(app: Desk) -> RevisionsScreen:
    shown = app.host.app.screen
    assert isinstance(shown, RevisionsScreen)
    return shown


async def shows(app: Desk, pair: str) -> None:
    """Wait until two states are compared: “1 → 3 of 4”."""
    pane = screen(app)
    await app.until(lambda: pane._shown and f"{pane._shown.before} → {pane._shown.after} of 4" == pair, pair)
    assert pair in app.text


def said(app: Desk) -> str:
    """The text of the pane with the difference, its lines joined."""
    region = screen(app).query_one(DifferencePane).region
    rows = app.rows()[region.y : region.bottom]
    return " ".join(" ".join(row[region.x : region.right - 1] for row in rows).split())


# ------------------------------------------------------------------ which two


@sizes
async def test_any_two_states_are_compared_by_keys(tmp_path: Path, size: tuple[int, int]) -> None:
    async with comparing(tmp_path, size) as app:
        await shows(app, "3 → 4 of 4")
        assert "Bridge shut after crash opens again" in said(app)
        await app.press("J")
        await shows(app, "2 → 4 of 4")
        await app.press("shift+down", "J")
        await shows(app, "1 → 4 of 4")
        await app.press("j")
        await shows(app, "1 → 3 of 4")  # the older side was moved: it stays
        await app.press("down", "down")
        await shows(app, "1 → 2 of 4")
        assert "Bridge shut after crash" in said(app)
        await app.press("K")
        await shows(app, "2 → 3 of 4")  # it pushes the newer one
        await app.press("k")
        await shows(app, "3 → 4 of 4")
        await app.press("up", "right", "shift+up")
        await shows(app, "3 → 4 of 4")
        await app.press("w")
        await shows(app, "1 → 4 of 4")
        await app.press("w")
        await shows(app, "3 → 4 of 4")
        await app.press("q")
        assert isinstance(app.host.app.screen, MainScreen)


@sizes
async def test_which_two_when_and_how_long_between_is_said(tmp_path: Path, size: tuple[int, int]) -> None:
    async with comparing(tmp_path, size) as app:
        assert "Fri 13 Feb, 14:10 → 14:20 · 10 min" in _when(app)
        assert "+5 −6" in _when(app)
        await app.press("j")
        await shows(app, "2 → 3 of 4")
        await app.until(lambda: "The words are the same; changed: authors." in _when(app), "the sentence")
        await app.press("w")
        await shows(app, "1 → 4 of 4")
        await app.until(lambda: "Thu 12 Feb, 14:30 → Fri 13 Feb, 14:20 · 23 h 50 min" in _when(app), "the times")


def _when(app: Desk) -> str:
    region = screen(app).query_one(".revisions--when").region
    return " ".join(" ".join(row[region.x : region.right] for row in app.rows()[region.y : region.bottom]).split())


async def test_the_list_tells_the_life_of_the_entry_with_how_much_each_edit_changed(tmp_path: Path) -> None:
    async with comparing(tmp_path, (80, 24)) as app:
        await app.until(lambda: len(screen(app)._tallies) == 3, "the counts")
        await app.pilot.pause()
        region = screen(app).query_one(MomentList).region
        rows = [row[region.x : region.right - 2].split() for row in app.rows()[region.y : region.y + 6]]
        assert rows == [
            ["+", "4", "13", "Feb", "14:20", "+5", "−6"],
            ["│", "✓", "14:16", "restored"],
            ["│", "✖", "14:12", "withdrawn"],
            ["−", "3", "14:10", "same", "words"],
            ["2", "14:00", "+3", "−1"],
            ["1", "12", "Feb", "14:30", "first", "seen"],
        ]


async def test_where_there_is_no_room_for_a_list_the_moments_are_one_line(tmp_path: Path) -> None:
    async with comparing(tmp_path, (40, 10)) as app:
        assert app.rows()[1].split() == ["1", "2", "−3", "✖", "✓", "+4"]
        await app.press("w")
        await shows(app, "1 → 4 of 4")
        assert app.rows()[1].split() == ["−1", "2", "3", "✖", "✓", "+4"]
        await app.pilot.resize_terminal(18, 10)
        await app.until(lambda: app.rows()[1].split() == ["−1", "‥", "✖", "✓", "+4"], "what there is room for")


@sizes
async def test_states_are_chosen_by_the_mouse(tmp_path: Path, size: tuple[int, int]) -> None:
    async with comparing(tmp_path, size) as app:
        if size[0] < 76:
            line = screen(app).query_one(MomentLine)
            places = {state: (app.rows()[1].index(str(state)) - line.region.x, 0) for state in (1, 2)}
            await app.pilot.click(line, offset=places[2])
            await shows(app, "1 → 2 of 4")
            await app.pilot.click(line, offset=places[1], button=3)
            await shows(app, "1 → 2 of 4")
        else:
            moments = screen(app).query_one(MomentList)
            await app.pilot.click(moments, offset=(8, 4))
            await shows(app, "1 → 2 of 4")
            await app.pilot.click(moments, offset=(8, 0))
            await app.pilot.click(moments, offset=(1, 5))  # where its sign would be
            await shows(app, "1 → 4 of 4")
            await app.pilot.click(moments, offset=(8, 4), button=3)
            await shows(app, "2 → 4 of 4")
            await app.pilot.click(moments, offset=(8, 2))  # nothing was seen when it was withdrawn
            await shows(app, "2 → 4 of 4")


async def test_an_edit_that_comes_meanwhile_is_in_the_list_and_the_two_stay(tmp_path: Path) -> None:
    async with comparing(tmp_path) as app:
        app.host.shelves.edit(60, title="Bridge to be rebuilt")
        app.host.link.news()
        await app.until(lambda: "3 → 4 of 5" in app.text, "the fifth state")
        await app.press("k")
        await app.until(lambda: "4 → 5 of 5" in app.text, "the new edit")
        assert "Bridge opens again to be rebuilt" in said(app)


@pytest.mark.parametrize(
    ("fate", "said"),
    [
        ({}, "This entry was never changed."),
        ({"withdrawn_at": NOW}, "Never changed; withdrawn on Fri 13 Feb at 14:30."),
        ({"restored_at": NOW}, "Never changed; restored on Fri 13 Feb at 14:30."),
        ({"folded": 1}, "Its words never changed, 1 trivial edit was folded away."),
        (
            {"folded": 12, "withdrawn_at": NOW},
            "Its words never changed, 12 trivial edits were folded away; withdrawn on Fri 13 Feb at 14:30.",
        ),
    ],
)
def test_of_an_entry_that_was_never_changed_its_fate_is_said(fate: dict[str, object], said: str) -> None:
    assert summary.unchanged(replace(entry(1), **fate), UTC) == said


async def test_an_entry_with_one_state_is_a_sentence(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        only = app.main.entry
        assert only is not None
        app.host.shelves.states[only.id] = [Revision(1, NOW, only.post)]
        app.host.app.push_screen(RevisionsScreen(app.host.session, only, {}))
        await app.until(lambda: "Only one state of this entry is stored." in app.text)
        await app.press("j", "J", "w", "f", "n", "space", "escape")
        assert isinstance(app.host.app.screen, MainScreen)


# ------------------------------------------------------------------ the text


async def test_what_stayed_is_counted_and_shown_when_it_is_wanted(tmp_path: Path) -> None:
    async with comparing(tmp_path, (80, 24)) as app:
        assert "⋯ 155 words unchanged ⋯" in said(app)
        assert "word100" not in said(app)
        await app.press("f")
        assert "words unchanged" not in said(app)
        await app.press("G")
        assert "Police are there have left." in said(app)
        await app.press("g")
        assert said(app).startswith("Bridge shut")
        await app.press("space")
        assert not said(app).startswith("Bridge shut")
        await app.press("pageup")
        assert said(app).startswith("Bridge shut")
        await app.press("n", "n", "n")
        assert "Police are there have left." in said(app)
        await app.press("N", "N")
        assert said(app).startswith("Bridge shut")
        await app.press("j")
        await shows(app, "2 → 3 of 4")
        assert "words unchanged" not in said(app)  # it stays unfolded


async def test_signs_stand_for_colours_in_ascii(tmp_path: Path) -> None:
    async with comparing(tmp_path, (80, 24), ascii_only=True) as app:
        assert "[-Three-] {+Four+} were hurt." in said(app)
        assert "... 155 words unchanged ..." in said(app)
        region = screen(app).query_one(MomentList).parent.region  # type: ignore[union-attr]
        text = "".join(row[region.x : region.right] for row in app.rows()[region.y : region.bottom])
        assert text.isascii()


async def test_foreign_text_is_just_text_in_a_difference(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(80, 24)) as app:
        app.host.shelves.edit(60, title=HOSTILE, text=HOSTILE + " again")
        app.host.link.news()
        await app.until(lambda: app.main.entry is not None and app.main.entry.revision == 2)
        await app.press("e")
        await app.until(lambda: "1 → 2 of 2" in app.text)
        assert "x [/foo] y [@click=app.quit]go[/]" in said(app)
        assert all(char.isprintable() for row in app.rows() for char in row)


async def test_a_text_of_five_thousand_words_is_laid_out_once_a_width(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(80, 24)) as app:
        app.host.shelves.edit(60, title="A", text=" ".join(f"word{number}" for number in range(5_000)))
        app.host.shelves.edit(60, title="B", text=" ".join(f"word{number}" for number in range(0, 5_000, 2)))
        app.host.link.news()
        await app.until(lambda: app.main.entry is not None and app.main.entry.revision == 3)
        await app.press("e")
        await app.until(lambda: "2 → 3 of 3" in app.text)
        pane = screen(app).query_one(DifferencePane)
        made = pane._lines()
        await app.press("G", "g", "space", "n")
        assert pane._lines() is made
        assert len(made) > 500


@sizes
async def test_the_help_lies_over_it_and_begins_with_its_keys(tmp_path: Path, size: tuple[int, int]) -> None:
    async with comparing(tmp_path, size) as app:
        await app.press("question_mark")
        assert isinstance(app.host.app.screen, HelpScreen)
        assert next(iter(app.host.app.screen._chapters)) is Group.REVISIONS
        await app.press("question_mark")
        screen(app)


async def test_the_palette_offers_what_can_be_done_there(tmp_path: Path) -> None:
    async with comparing(tmp_path) as app:
        await app.press("colon")
        options = app.host.app.screen.query_one(OptionList)
        await app.until(lambda: options.option_count > 10, "the palette")
        await app.type("first seen, and")
        await app.until(lambda: options.option_count == 1, "the search")
        await app.press("enter")
        await app.until(lambda: "1 → 4 of 4" in app.text, "the whole history")


@pytest.mark.parametrize("width", [40, 60, 80, 100, 109, 110])
async def test_the_count_of_words_stays_together_on_its_line(tmp_path: Path, width: int) -> None:
    async with comparing(tmp_path, (width, 24)) as app:
        await app.press("w")
        await shows(app, "1 → 4 of 4")
        assert any(re.match(r"\+\d+ −\d+|.* · \+\d+ −\d+", line) for line in said_of(app).splitlines())


def said_of(app: Desk) -> str:
    """What is said above the difference, line by line."""
    region = screen(app).query_one(".revisions--when").region
    return "\n".join(row[region.x : region.right].strip() for row in app.rows()[region.y : region.bottom])


async def test_how_to_go_back_is_hinted_at_in_a_terminal_of_eighty_columns(tmp_path: Path) -> None:
    async with comparing(tmp_path, (80, 24)) as app:
        assert "Esc close" in app.text
