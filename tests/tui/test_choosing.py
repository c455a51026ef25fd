"""Sources that are added from the screen: which of several, and those of a list."""

from __future__ import annotations

from pathlib import Path

import pytest

from feeds.events import AddSource, Candidate, ImportSources, Problem, SourceAdded, SourcesFound, SourcesImported
from feeds.model import Kind, SourceSpec
from tests.tui.host import HOSTILE, Host, source
from tests.tui.test_journeys import Desk, desk
from tui.command import Group
from tui.screens.choice import ChoiceScreen
from tui.screens.help import HelpScreen
from tui.screens.main import MainScreen
from tui.screens.prompt import Prompt
from tui.screens.welcome import WelcomeScreen
from tui.widgets.choice_list import ChoiceList

sizes = pytest.mark.parametrize("size", [(200, 50), (80, 24), (40, 10)], ids=str)

LIVE = Candidate("https://paper.example/live/flood", "Flood: what is known", Kind.LIVEBLOG)
WORLD = Candidate("https://paper.example/world.xml", "Paper: World")
SPORT = Candidate("https://paper.example/sport.xml", "")
GUESS = Candidate("https://paper.example/page", "Paper", Kind.LIVEBLOG, "clockpage")
FOUND = SourcesFound("https://paper.example/page", (LIVE, WORLD, SPORT, GUESS))


def added(*candidates: Candidate) -> list[AddSource]:
    return [
        AddSource(SourceSpec(url=each.url, adapter=each.adapter or None), chosen=True, title=each.title)
        for each in candidates
    ]


async def offered(app: Desk, found: SourcesFound = FOUND) -> ChoiceScreen:
    app.host.link.say(found)
    await app.until(lambda: isinstance(app.host.app.screen, ChoiceScreen), "the question")
    await app.pilot.pause()
    screen = app.host.app.screen
    assert isinstance(screen, ChoiceScreen)
    return screen


# ------------------------------------------------------------------ which of several


@sizes
async def test_a_page_that_offers_several_sources_is_asked_about(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, size=size) as app:
        await app.press("a")
        await app.type("paper.example/page")
        await app.press("enter")
        await app.until(lambda: app.host.link.sent)
        assert app.host.link.sent == [AddSource(SourceSpec(url="https://paper.example/page"))]
        await offered(app)
        for words in ("paper.example offers 4 sources", "Flood: what is", "live blog", "https://paper.example/live"):
            assert words in app.text
        await app.press("G")
        assert "a guess" in app.text
        await app.press("g", "j", "enter")
        assert isinstance(app.host.app.screen, MainScreen)
        await app.until(lambda: app.host.link.sent[1:] == added(WORLD), "the choice")
        app.host.link.say(SourceAdded(9, WORLD.url, "Paper: World"))
        await app.until(lambda: app.notice == "Added Paper: World.")


@sizes
async def test_a_number_takes_one_at_once(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, size=size) as app:
        await offered(app)
        await app.press("9")
        assert isinstance(app.host.app.screen, ChoiceScreen)  # there is none of that number
        await app.press("4")
        await app.until(lambda: app.host.link.sent == added(GUESS), "the choice")


@sizes
async def test_several_are_marked_and_taken_together(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, size=size) as app:
        await offered(app)
        await app.press("j", "space", "j", "space", "k", "space", "k", "space")
        assert app.text.count("[x]") == 2
        await app.press("enter")
        assert app.notice == "Adding 2 sources."
        await app.until(lambda: app.host.link.sent == added(LIVE, SPORT), "the choice")


async def test_all_are_marked_and_unmarked(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await offered(app)
        await app.press("a")
        assert app.text.count("[x]") == 4
        await app.press("a")
        assert app.text.count("[x]") == 0
        await app.press("a", "enter")
        await app.until(lambda: app.host.link.sent == added(*FOUND.found), "the choice")


@sizes
@pytest.mark.parametrize("key", ["escape", "q"])
async def test_none_may_be_taken(tmp_path: Path, size: tuple[int, int], key: str) -> None:
    async with desk(tmp_path, size=size) as app:
        await offered(app)
        await app.press("space", key)
        assert isinstance(app.host.app.screen, MainScreen)
        assert app.notice == "Nothing was added."
        assert app.host.link.sent == []


async def test_the_mouse_marks_and_takes(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        screen = await offered(app)
        rows = screen.query_one(ChoiceList)
        await app.pilot.click(rows, offset=(2, 2))
        await app.pilot.click(rows, offset=(2, 7))
        assert app.text.count("[x]") == 2
        await app.pilot.click(rows, offset=(20, 4))
        assert isinstance(app.host.app.screen, ChoiceScreen)
        await app.pilot.click(rows, offset=(20, 5))
        await app.until(lambda: app.host.link.sent == added(WORLD, GUESS), "the choice")


async def test_a_long_list_scrolls(tmp_path: Path) -> None:
    many = tuple(Candidate(f"https://paper.example/{number}.xml", f"Paper {number}") for number in range(50))
    async with desk(tmp_path, size=(40, 10)) as app:
        await offered(app, SourcesFound("https://paper.example", many))
        assert "Paper 49" not in app.text
        await app.press("pagedown", "pagedown", "pageup", "G")
        assert "Paper 49" in app.text
        await app.press("enter")
        await app.until(lambda: app.host.link.sent == added(many[49]), "the choice")


async def test_a_guess_is_asked_about_alone_and_explained(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(80, 24)) as app:
        await offered(app, SourcesFound("https://paper.example/page", (GUESS,)))
        assert "paper.example: follow this page?" in app.text
        assert "A guess is a page that does not say" in app.text
        await app.press("enter")
        await app.until(lambda: app.host.link.sent == added(GUESS), "the choice")


async def test_all_of_a_few_are_shown_where_there_is_room(tmp_path: Path) -> None:
    few = tuple(Candidate(f"https://paper.example/{number}.xml", f"Paper {number}") for number in range(8))
    async with desk(tmp_path, size=(80, 24)) as app:
        await offered(app, SourcesFound("https://paper.example", few))
        assert "https://paper.example/7.xml" in app.text
        assert "Enter add" in app.text


@pytest.mark.parametrize("width", [12, 20, 40, 60, 61, 80])
async def test_a_hint_is_whole_or_not_there(tmp_path: Path, width: int) -> None:
    async with desk(tmp_path, size=(width, 12)) as app:
        await offered(app)
        legend = app.rows()[-1].split("  ")
        hints = {part.strip() for part in legend if part.strip()}
        assert hints <= {"Enter add", "Esc none", "Space mark", "a mark all", "y copy"}
        assert "Enter add" in hints


@sizes
@pytest.mark.parametrize("first", [False, True], ids=["main", "first-screen"])
async def test_the_help_lies_over_the_question_and_begins_with_it(
    tmp_path: Path, size: tuple[int, int], first: bool
) -> None:
    options = {"sources": [], "entries": 0} if first else {}
    async with desk(tmp_path, size=size, **options) as app:
        await offered(app)
        await app.press("question_mark")
        assert isinstance(app.host.app.screen, HelpScreen)
        assert next(iter(app.host.app.screen._chapters)) is Group.CHOICE
        assert (Group.WELCOME in app.host.app.screen._chapters) is first
        await app.press("question_mark")
        assert isinstance(app.host.app.screen, ChoiceScreen)


@pytest.mark.parametrize("open_", [["question_mark"], ["F"], ["a"]], ids=["help", "query", "prompt"])
async def test_a_question_takes_no_keys_away_from_what_is_open(tmp_path: Path, open_: list[str]) -> None:
    async with desk(tmp_path) as app:
        await app.press(*open_)
        before = app.host.app.screen
        app.host.link.say(FOUND)
        app.host.link.say(Problem("Later."))
        await app.until(lambda: app.main.status_bar.notice == "Later.")
        assert app.host.app.screen is before
        await app.press("escape")
        await app.until(lambda: isinstance(app.host.app.screen, ChoiceScreen), "the question")


async def test_two_questions_are_asked_one_after_the_other(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        app.host.link.say(FOUND)
        await offered(app, SourcesFound("https://other.example", (LIVE, WORLD)))
        await app.press("1")
        await app.until(lambda: "other.example offers 2 sources" in app.text)
        await app.press("2")
        await app.until(lambda: app.host.link.sent == added(LIVE, WORLD), "both choices")


async def test_foreign_titles_are_just_text(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(80, 24)) as app:
        await offered(app, SourcesFound(HOSTILE, (Candidate("https://x.example", HOSTILE), Candidate(HOSTILE))))
        assert "x [/foo] y [@click=app.quit]go[/]" in app.text
        assert all(char.isprintable() for row in app.rows() for char in row)


async def test_in_a_visit_it_is_asked_as_well(tmp_path: Path) -> None:
    async with desk(tmp_path, visit_only=True) as app:
        await offered(app)
        await app.press("1")
        await app.until(lambda: app.host.link.sent == added(LIVE), "the choice")


# ------------------------------------------------------------------ from the first screen


@sizes
async def test_the_first_screen_asks_too_and_goes_on_with_what_was_said(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, size=size, sources=[], entries=0) as app:
        assert isinstance(app.host.app.screen, WelcomeScreen)
        await offered(app)
        await app.press("escape")
        assert "Nothing was added." in app.text
        await offered(app)
        await app.press("2")
        await app.until(lambda: app.host.link.sent == added(WORLD), "the choice")
        app.host.link.say(SourceAdded(1, WORLD.url, "Paper: World"))
        await app.until(lambda: "Added Paper: World." in app.text)
        begin(app)
        await app.until(lambda: isinstance(app.host.app.screen, MainScreen), "the main screen")
        await app.until(lambda: app.notice == "Added Paper: World.", "what was said")


def begin(app: Desk) -> None:
    """Let there be a source."""
    app.host.shelves.configured.append(source(1))
    app.host.link.sources()


async def test_a_source_that_comes_while_the_help_is_open_is_gone_on_to(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(80, 24), sources=[], entries=0) as app:
        await app.press("question_mark")
        begin(app)
        await app.until(lambda: app.host.session.sources, "the source")
        assert isinstance(app.host.app.screen, HelpScreen)
        await app.press("escape")
        await app.until(lambda: isinstance(app.host.app.screen, MainScreen), "the main screen")


@sizes
async def test_a_list_is_imported_from_the_first_screen(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/reader")
    async with desk(tmp_path, size=size, sources=[], entries=0) as app:
        assert "import a list" in app.text
        await app.press("i")
        assert isinstance(app.host.app.screen, Prompt)
        await app.type("https://example.org/list")
        await app.press("enter")
        await app.until(lambda: "That is no file" in app.text)
        await app.press("i", "~")
        await app.type("/feeds.opml")
        await app.press("enter")
        await app.until(lambda: app.host.link.sent == [ImportSources("/home/reader/feeds.opml")], "the wish")
        app.host.link.say(Problem("Nothing was imported. “/home/reader/feeds.opml” cannot be read: it is not there."))
        await app.until(lambda: "cannot be read" in " ".join(app.text.split()))
        app.host.link.say(SourcesImported("/home/reader/feeds.opml", 41, 0, ("“|x” is a command.",), 2))
        begin(app)
        await app.until(lambda: isinstance(app.host.app.screen, MainScreen), "the main screen")
        said = "41 sources were added; 2 were refused: “|x” is a command."
        await app.until(lambda: app.notice == said, "what was said")


@pytest.mark.parametrize("size", [(80, 24), (40, 10)], ids=str)
async def test_what_is_said_on_the_first_screen_is_not_cut(tmp_path: Path, size: tuple[int, int]) -> None:
    sentence = (
        "Nothing was imported. “/home/reader/documents/lists/feeds.opml” cannot be read: No such file or directory."
    )
    async with desk(tmp_path, size=size, sources=[], entries=0) as app:
        app.host.link.say(Problem(sentence))
        await app.until(lambda: "such file or directory." in " ".join(app.text.split()), "the end of it")
        assert "add a source" in app.text


async def test_a_source_that_is_there_is_not_said_to_be_added(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("a")
        await app.type("example.org/1")
        await app.press("enter")
        app.host.link.say(SourceAdded(1, "https://example.org/1", "Varda Herald"))
        await app.until(lambda: app.notice == "Varda Herald is there already.")


async def test_a_list_is_imported_from_the_main_screen(tmp_path: Path) -> None:
    async with desk(tmp_path) as app:
        await app.press("I")
        await app.type("/lists/urls")
        await app.press("enter")
        assert app.notice == "Reading that list."
        await app.until(lambda: app.host.link.sent == [ImportSources("/lists/urls")], "the wish")
        await app.press("I", "escape")
        assert len(app.host.link.sent) == 1


async def test_a_chosen_source_is_wished_for_even_if_the_app_ends_at_once(tmp_path: Path) -> None:
    host = Host(tmp_path)
    async with host.app.run_test(size=(80, 24)) as pilot:
        await host.ready(pilot)
        host.link.say(FOUND)
        await host.settle(pilot, lambda: isinstance(host.app.screen, ChoiceScreen))
        await pilot.press("1", "ctrl+c")
    await host.close()
    assert host.link.sent == added(LIVE)
