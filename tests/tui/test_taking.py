"""What is taken from an entry: links, text, a file, a program's answer; and what was read, hidden."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from feeds.config import Settings
from feeds.document import BOLD, Heading, Paragraph, Run, link_texts
from feeds.events import Mark
from tests.tui.host import entry, source
from tests.tui.test_journeys import Desk, desk
from tui import opener, taking
from tui.screens.choice import ChoiceScreen
from tui.screens.main import MainScreen
from tui.state import ViewState, lens

RUNS = (
    Run("Read the "),
    Run("whole ", 0, "https://a.example/report"),
    Run("report", BOLD, "https://a.example/report"),
    Run(" and ask "),
    Run("us", 0, "mailto:desk@a.example"),
    Run(" or run "),
    Run("this", 0, "javascript:alert(1)"),
)
LINKED = (Paragraph(RUNS),)
HOSTILE_TITLE = 'Bridge "shut" <b> [/x] $(touch no)'


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were handed to a browser."""
    out: list[str] = []

    def hand(address: str) -> opener.Outcome:
        out.append(address)
        return opener.Outcome(opener.Opened.STARTED, ("browser", address))

    monkeypatch.setattr(opener, "open_address", hand)
    return out


async def linked(app: Desk, body: tuple[Paragraph, ...] = LINKED) -> None:
    number = app.cursor
    assert number is not None
    now = app.host.shelves.by_id[number]
    app.host.shelves.edit(number, title=f"{now.post.title}!")
    edited = app.host.shelves.by_id[number]
    app.host.shelves.by_id[number] = replace(edited, post=replace(edited.post, body=body))
    app.host.link.news()
    await app.until(lambda: app.main.entry is not None and app.main.entry.post.body == body, "the links")


# ------------------------------------------------------------------ links


def test_the_text_of_a_link_is_whole_also_where_a_part_of_it_is_bold() -> None:
    assert link_texts((Heading(RUNS),))["https://a.example/report"] == "whole report"


async def test_the_links_of_an_entry_are_listed_opened_by_number_and_copied(tmp_path: Path, opened: list[str]) -> None:
    async with desk(tmp_path) as app:
        await linked(app)
        await app.press("l")
        await app.until(lambda: isinstance(app.host.app.screen, ChoiceScreen), "the list")
        assert "2 links" in app.text
        assert "whole report" in app.text
        assert "javascript" not in app.rows()[5]
        await app.press("j", "y")
        assert app.host.app.clipboard == "mailto:desk@a.example"
        await app.press("1")
        assert opened == ["https://a.example/report"]
        await app.press("l", "space", "j", "space", "enter")
        assert opened[1:] == ["https://a.example/report", "mailto:desk@a.example"]
        await app.press("l", "escape")
        assert isinstance(app.host.app.screen, MainScreen)
        assert len(opened) == 3


async def test_the_only_link_is_opened_at_once_and_none_is_said(tmp_path: Path, opened: list[str]) -> None:
    async with desk(tmp_path) as app:
        await linked(app, (Paragraph(RUNS[:3]),))
        await app.press("l")
        assert opened == ["https://a.example/report"]
        await linked(app, (Paragraph((Run("No links."),)),))
        await app.press("l")
        assert app.notice == "There are no links in this entry."


# ------------------------------------------------------------------ forms and files


def test_an_entry_has_a_form_for_each_name_of_a_file() -> None:
    one = entry(1)
    one = replace(one, post=replace(one.post, title=HOSTILE_TITLE, url="https://a.example/1", body=LINKED))
    text = taking.written(one, source(1), Path("x.txt"))
    assert text.startswith(f"{HOSTILE_TITLE}\n")
    assert "https://a.example/1" in text
    assert "whole report" in text
    page = taking.written(one, source(1), Path("x.HTML"))
    assert "&lt;b&gt; [/x]" in page
    assert "<b>" not in page.partition("</h1>")[0]
    record = json.loads(taking.written(one, source(1), Path("x.json")))
    assert (record["title"], record["id"]) == (HOSTILE_TITLE, one.identity)
    assert taking.written(one, source(1), Path("x")).startswith("**[Bridge")


@pytest.mark.parametrize(
    ("title", "name"),
    [("Bridge shut: 3 hurt!", "bridge-shut-3-hurt.md"), ("../../etc/passwd", "etc-passwd.md"), ("—", "the-words.md")],
)
def test_a_file_is_named_after_the_headline_and_leads_nowhere_else(title: str, name: str) -> None:
    one = entry(1)
    one = replace(
        one, post=replace(one.post, title=title if title != "—" else "", body=(Paragraph((Run("The words"),)),))
    )
    assert taking.file_name(one) == name


def test_what_is_there_is_not_written_over_by_mistake(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    assert taking.write(file, "one").startswith("Saved as")
    assert "is there already" in taking.write(file, "two")
    assert file.read_text() == "one"
    assert taking.write(file, "two", over=True).startswith("Saved as")
    assert file.read_text() == "two"
    assert "is a folder" in taking.write(tmp_path, "x")
    assert "cannot be written: No such file or directory" in taking.write(tmp_path / "no" / "a.md", "x")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.md"]


async def test_an_entry_is_saved_and_asked_about_before_a_file_is_written_over(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        file = tmp_path / "mine.txt"
        for answer, kept in ((None, "old"), ("n", "old"), ("yes", None)):
            file.write_text("old")
            await app.press("W", "ctrl+a", "ctrl+k")
            await app.type(str(file))
            await app.press("enter")
            if answer is None:
                await app.press("escape")
            else:
                await app.press("ctrl+a", "ctrl+k")
                await app.type(answer)
                await app.press("enter")
            await app.until(lambda: isinstance(app.host.app.screen, MainScreen), "the answer")
            assert file.read_text() == kept if kept else file.read_text().startswith(app.main.entry.post.title)
        assert app.notice.startswith("Saved as")


async def test_an_entry_is_copied_as_text(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("C")
        assert app.main.entry is not None
        assert app.host.app.clipboard.startswith(app.main.entry.post.title)


# ------------------------------------------------------------------ programs


async def test_a_program_reads_the_entry_and_its_first_line_is_said(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("vertical_line")
        code = "import sys, os; print(len(sys.stdin.read()) > 10, os.environ['WIREWATCH_SOURCE'])"
        await app.type(f'"{sys.executable}" -c "{code}"')
        await app.press("enter")
        await app.until(lambda: app.notice.startswith("True "), "the answer")


async def test_a_program_that_fails_hangs_or_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await taking.run(["no-such-program"], "x", {}) == (
        "“no-such-program” cannot be started: No such file or directory.",
        True,
    )
    said, problem = await taking.run([sys.executable, "-c", "raise SystemExit('broken')"], "x", {})
    assert (said.endswith("ended with status 1: broken"), problem) == (True, True)
    monkeypatch.setattr(taking, "LONGEST_RUN", 0.05)
    said, problem = await taking.run([sys.executable, "-c", "import signal; signal.pause()"], "x", {})
    assert "took longer" in said
    assert problem


async def test_a_command_is_no_shell_and_an_open_quotation_is_said(tmp_path: Path) -> None:
    assert taking.command_of("!less -R '$(touch no)'") == (["less", "-R", "$(touch no)"], True)
    async with desk(tmp_path) as app:
        await app.press("vertical_line")
        await app.type("say 'x")
        await app.press("enter")
        assert app.notice.startswith("That command cannot be understood")


# ------------------------------------------------------------------ what was read


async def test_what_was_read_is_hidden_counted_and_comes_back_with_the_place_kept(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        shelves = app.host.shelves
        for number in range(1, 60):
            shelves.by_id[number] = replace(shelves.by_id[number], read=number % 2 == 0)
        shelves.by_id[60] = replace(shelves.by_id[60], read=False)
        await app.press("j", "j", "full_stop")
        await app.until(lambda: len(app.main.timeline) == 31, "the unread")
        await app.until(lambda: "29 hidden" in app.text, "the count")
        assert "not read" in app.main.titles[app.main.view.pane].text
        await app.press("full_stop")
        await app.until(lambda: len(app.main.timeline) == 60, "all")


def test_through_what_a_view_is_seen_is_said() -> None:
    assert lens(ViewState()) == ""
    assert lens(ViewState(filter="kyiv", hide_read=True)) == "not read kyiv"
    assert lens(ViewState(filter="kyiv", filters_on=False)) == ""


@pytest.mark.parametrize(("policy", "marks"), [("", True), ("leave", True), ("open", True), ("key", False)])
async def test_the_configuration_says_when_an_entry_counts_as_read(tmp_path: Path, policy: str, marks: bool) -> None:
    async with desk(tmp_path, settings=Settings(sources=(source(1).spec,), mark_read=policy)) as app:
        number = app.cursor
        await app.press("enter")
        await app.host.ready(app.pilot)
        assert (Mark((number,), read=True) in app.host.link.sent) is marks
