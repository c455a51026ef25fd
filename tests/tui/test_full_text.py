"""The full text of an entry: fetched when it is asked for, shown in place of the feed's, and there again later."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from feeds.document import Paragraph, Run, paragraphs
from feeds.events import ArticleRead, Mark, ReadArticle
from feeds.model import Article, Entry
from tests.tui.host import NOW, entry, watch
from tests.tui.test_entry_pane import Host as PaneHost
from tests.tui.test_entry_pane import long, screen
from tests.tui.test_journeys import Desk, desk
from tui.article import Page, Text, article, with_text
from tui.ink import text_of
from tui.state import Pane

WHOLE = tuple(Paragraph((Run(f"Part {number} of the whole text, with Kyiv in it."),)) for number in range(1, 9))
NOTE = "full text · fetched 14:30 · v shows the feed's text"


def kept(document: tuple[Paragraph, ...] = WHOLE, note: str = "") -> Article:
    return Article("https://example.org/posts/1", NOW, document, note)


def detail(app: Desk) -> str:
    pane = app.main.detail
    return " ".join(" ".join(pane.render_line(y).text for y in range(pane.size.height)).split())


async def fetched(app: Desk, document: tuple[Paragraph, ...] = WHOLE, note: str = "") -> int:
    """Ask for the full text of the entry under the cursor, and let it come."""
    number = app.cursor
    assert number is not None
    await app.press("v")
    await app.until(lambda: ReadArticle(number) in app.host.link.sent, "the wish")
    app.host.shelves.articles[number] = kept(document, note)
    app.host.link.say(ArticleRead(number))
    await app.until(lambda: number not in app.host.session.full_texts.asked, "the text")
    return number


# ------------------------------------------------------------------ journeys


async def test_v_fetches_the_page_and_shows_its_text_then_switches(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(160, 40)) as app:
        await app.press("j")
        before = detail(app)
        await app.press("v")
        assert detail(app) == before  # nothing moves while it is fetched
        assert "fetching the full text…" in app.rows()[0]
        assert app.notice == "Fetching the full text."
        number = app.cursor
        assert number is not None
        await app.until(lambda: app.host.link.sent.count(ReadArticle(number)) == 1, "the wish")
        await app.press("v")
        assert app.notice == "The full text is being fetched."
        app.host.shelves.articles[number] = kept()
        app.host.link.say(ArticleRead(number))
        await app.until(lambda: "Part 8 of the whole text" in detail(app), "the text")
        assert NOTE in detail(app)
        assert "Engineers worked" not in detail(app)
        assert "fetching" not in app.text
        assert app.notice == ""
        await app.press("v")
        assert "Engineers worked" in detail(app)
        assert "the feed's text · v shows the full text" in detail(app)
        await app.press("v")
        assert "Part 8 of the whole text" in detail(app)
        assert app.host.link.sent.count(ReadArticle(number)) == 1
        assert app.host.link.sent.count(Mark((number,), read=True)) == 1


async def test_what_is_stored_is_shown_again_after_a_restart_without_the_engine(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(160, 40), writing=False) as app:
        app.host.shelves.articles[59] = kept(note="The page says that there is more.")
        assert app.cursor == 60
        await app.press("j")
        await app.until(lambda: "Part 8 of the whole text" in detail(app), "the text")
        assert f"{NOTE} The page says that there is more." in detail(app)
        await app.press("v")
        assert "Engineers worked" in detail(app)
        await app.press("k")
        await app.press("j")
        assert "Engineers worked" in detail(app)  # as it was left
        await app.press("k", "v")
        assert app.notice == "Another Wirewatch fetches for these entries; this one only reads."
        assert not any(isinstance(sent, ReadArticle) for sent in app.host.link.sent)


async def test_a_page_that_cannot_be_had_is_told_in_a_sentence_and_can_be_asked_for_again(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(160, 40)) as app:
        number = app.cursor
        assert number is not None
        await app.press("v")
        app.host.link.say(ArticleRead(number, "The page asks to sign in."))
        await app.until(lambda: "sign in" in app.notice, "the sentence")
        assert app.notice == "No full text. The page asks to sign in."
        assert "fetching" not in app.rows()[0]
        assert "Engineers worked" in detail(app)
        await app.press("v")
        await app.until(lambda: app.host.link.sent.count(ReadArticle(number)) == 2, "the second wish")


async def test_where_the_engine_ends_nothing_is_waited_for(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(160, 40)) as app:
        await app.press("v")
        app.host.link.end()
        await app.until(lambda: not app.host.session.full_texts.asked, "the end")
        await app.until(lambda: "fetching" not in app.rows()[0], "the title")


async def test_a_text_that_comes_for_another_entry_changes_nothing_here(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(160, 40)) as app:
        first = app.cursor
        assert first is not None
        await app.press("v", "j")
        assert "fetching" not in app.rows()[0]
        before = detail(app)
        app.host.shelves.articles[first] = kept()
        app.host.link.say(ArticleRead(first))
        await app.until(lambda: first not in app.host.session.full_texts.asked, "the text")
        assert detail(app) == before
        await app.press("k")
        await app.until(lambda: "Part 8" in detail(app), "the text of the first")


async def test_an_entry_that_was_edited_since_is_fetched_again_from_the_feeds_text(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(160, 40)) as app:
        number = await fetched(app)
        app.host.shelves.edit(number, title="Edited since")
        edited = app.host.shelves.by_id[number]
        app.host.shelves.by_id[number] = replace(edited, revised_at=NOW.replace(hour=15))
        app.host.link.news()
        await app.until(lambda: "Edited since" in detail(app), "the edit")
        assert "Part 8" in detail(app)
        await app.press("v")
        assert "Engineers worked" in detail(app)
        await app.press("v")
        await app.until(lambda: app.host.link.sent.count(ReadArticle(number)) == 2, "the second wish")


async def test_watches_light_words_in_the_full_text(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(160, 40), watches=[watch("Kyiv", "kyiv", 1)]) as app:
        await fetched(app)
        pane = app.main.detail
        segments = [segment for y in range(pane.size.height) for segment in pane.render_line(y)]
        lit = [segment for segment in segments if segment.text == "Kyiv"]
        plain = next(segment for segment in segments if "Part 1 of" in segment.text)
        assert len(lit) == len(WHOLE)
        assert all(segment.style != plain.style for segment in lit)


async def test_an_entry_without_an_address_says_so(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(160, 40)) as app:
        bare = entry(100)
        app.host.shelves.add(replace(bare, post=replace(bare.post, url=None)))
        app.host.link.news()
        await app.until(lambda: app.cursor == 100, "the arrival")
        await app.press("v")
        assert app.notice == "This entry leads to no page; what the feed says is all there is."


@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
async def test_on_a_small_screen_the_entry_is_opened(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, size=size) as app:
        await fetched(app)
        assert app.main.shows(Pane.DETAIL)
        app.main.detail.to_end()
        assert "Part 8 of" in detail(app)
        assert all(len(row) == size[0] for row in app.rows())


async def test_what_is_copied_as_markdown_is_what_is_shown(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(160, 40)) as app:
        await fetched(app)
        await app.press("Y")
        assert "Part 8 of the whole text" in app.host.app.clipboard
        await app.press("v", "Y")
        assert "Engineers worked" in app.host.app.clipboard


async def test_in_ascii_there_is_nothing_else(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(160, 40), ascii_only=True) as app:
        await app.press("v")
        assert "fetching the full text>" in app.rows()[0]
        app.host.shelves.articles[60] = kept()
        app.host.link.say(ArticleRead(60))
        await app.until(lambda: "Part 8" in detail(app), "the text")
        assert NOTE.replace("·", "-") in detail(app)


async def test_one_that_was_fetched_again_within_the_minute_is_the_one_shown(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(160, 40)) as app:
        number = await fetched(app)
        later = replace(kept(tuple(paragraphs("Another whole text."))), fetched=NOW.replace(second=9))
        app.host.shelves.articles[number] = later
        app.host.link.say(ArticleRead(number))
        await app.until(lambda: "Another whole text." in detail(app), "the other text")


# ------------------------------------------------------------------ the pane


def lines(shown: Entry, notes: tuple[str, ...]) -> list[str]:
    page = Page(60)
    return [text_of(each.line).rstrip() for each in article(shown, page, "Paper", lambda text, field: (), NOW, notes)]


def test_notes_stand_between_the_facts_and_the_text() -> None:
    made = lines(entry(1, title="Bridge", text="Its text."), ("full text", "and a note"))
    assert [line.strip() for line in made[-5:]] == ["↗ example.org/posts/1", "full text", "and a note", "", "Its text."]


def test_a_text_takes_the_place_of_summary_and_body() -> None:
    made = entry(1, text="Its text.")
    made = replace(made, post=replace(made.post, summary=paragraphs("A teaser.")))
    shown = with_text(made, Text(WHOLE))
    assert (shown.post.summary, shown.post.body, shown.post.title) == ((), WHOLE, made.post.title)
    assert with_text(made, Text(None, ("a note",))) is made
    assert with_text(made, None) is made


async def test_each_text_keeps_its_place_and_a_new_one_begins_where_the_other_is() -> None:
    app = PaneHost()
    async with app.run_test(size=(80, 12)) as pilot:
        given: list[Text | None] = [None]
        app.pane.text_of = lambda entry: given[0]
        app.pane.show(long())
        await pilot.pause()
        while "Paragraph 3." not in screen(app.pane)[0]:
            app.pane.scroll_lines(1)
        whole = (*WHOLE, *long().post.body)
        given[0] = Text(whole, ("full text",))
        app.pane.relay()
        assert "Paragraph 3." in screen(app.pane)[0]
        app.pane.to_start()
        given[0] = Text(None, ("the feed's text",))
        app.pane.relay()
        assert "Paragraph 3." in screen(app.pane)[0]
        given[0] = Text(whole, ("full text",))
        app.pane.relay()
        assert "full text" in "\n".join(screen(app.pane))
        assert app.pane.line == 0
