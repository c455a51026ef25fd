"""The pane that shows an entry in full: place, scrolling, caches, hostile text."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.content import Content
from textual.geometry import Offset
from textual.selection import Selection

from feeds.document import Paragraph, Run
from feeds.model import Entry
from tests.tui.shelves import HOSTILE, Books, entry
from tui import theme
from tui.widgets.entry_pane import EntryPane

SIZES = [(200, 50), (80, 24), (40, 10)]


class Host(App[None]):
    """A pane and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.books = Books()
        self.pane = EntryPane(self.books, empty_message=Content("Nothing [chosen]"))
        theme.register(self)
        self.theme = "wirewatch"

    def compose(self) -> ComposeResult:
        yield self.pane


def long(number: int = 1, count: int = 60, before: int = 0) -> Entry:
    """Entry of that many paragraphs; `before` makes the first one longer, as an edit would."""
    made = entry(number)
    first = Paragraph((Run("Added words. " * before or "First."),))
    body = (first, *(Paragraph((Run(f"Paragraph {at}. " + "word " * 30),)) for at in range(count)))
    return replace(made, post=replace(made.post, body=body), revision=2 if before else 1)


def screen(pane: EntryPane) -> list[str]:
    return [pane.render_line(y).text for y in range(pane.size.height)]


@pytest.mark.parametrize("size", SIZES)
async def test_every_line_fills_the_width_whatever_the_text(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        made = entry(1, title=HOSTILE, text=(HOSTILE + " 東京 👩‍👩‍👧 ") * 20)
        app.pane.show(made)
        await pilot.pause()
        for y in range(app.pane.size.height):
            strip = app.pane.render_line(y)
            assert strip.cell_length == sum(cell_len(segment.text) for segment in strip) == size[0]
            assert not set(strip.text) & {"\x1b", "\x9b", "\u202e", "\x07"}
        assert "x [/foo] y [@click=app.quit]go[/]" in " ".join(" ".join(screen(app.pane)).split()) or size[0] == 40


async def test_how_long_ago_it_was_moves_on_while_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Host()
    async with app.run_test(size=(80, 10)) as pilot:
        app.pane.tick()
        app.pane.show(long())
        await pilot.pause()
        assert "(3 h ago)" in "\n".join(screen(app.pane))
        app.pane.scroll_lines(1)
        drawn = screen(app.pane)
        refreshed: list[object] = []
        monkeypatch.setattr(app.pane, "refresh", lambda *regions, **_: refreshed.append(regions))
        app.pane.tick()
        assert not refreshed
        later = app.books.now() + timedelta(hours=2)
        monkeypatch.setattr(app.books, "now", lambda: later)
        app.pane.tick()
        assert refreshed
        assert screen(app.pane) == [line.replace("(3 h ago)", "(5 h ago)") for line in drawn]


async def test_nothing_chosen_says_so() -> None:
    app = Host()
    async with app.run_test(size=(40, 10)) as pilot:
        assert "Nothing [chosen]" in "\n".join(screen(app.pane))
        app.pane.show(long())
        app.pane.show(None)
        await pilot.pause()
        assert "Nothing [chosen]" in "\n".join(screen(app.pane))
        for move in (app.pane.scroll_lines, app.pane.page, app.pane.scroll_share):
            move(1)
        app.pane.to_end()
        app.pane.to_start()
        assert app.pane.at_end


async def test_scrolling_ends_at_both_ends() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(long())
        app.pane.scroll_lines(-5)
        assert app.pane.line == 0
        app.pane.scroll_lines(3)
        assert app.pane.line == 3
        app.pane.page(1)
        assert app.pane.line == 25
        assert not app.pane.at_end
        app.pane.to_end()
        await pilot.pause()
        assert app.pane.at_end
        assert "word" in "".join(screen(app.pane)[-3:])
        last = app.pane.line
        app.pane.scroll_lines(10)
        assert app.pane.line == last
        app.pane.to_start()
        assert app.pane.line == 0


async def test_an_edit_above_keeps_the_place() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)):
        app.pane.show(long())
        app.pane.scroll_lines(40)
        before = screen(app.pane)
        app.pane.show(long(before=80))
        assert [line[:-1] for line in screen(app.pane)] == [line[:-1] for line in before]


async def test_a_paragraph_put_in_above_keeps_the_place() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)):
        app.pane.show(long())
        app.pane.scroll_lines(40)
        before = screen(app.pane)
        made = long()
        body = (Paragraph((Run("New at the top."),)), *made.post.body)
        app.pane.show(replace(made, revision=2, post=replace(made.post, body=body)))
        assert [line[:-1] for line in screen(app.pane)] == [line[:-1] for line in before]


async def test_each_entry_is_found_where_it_was_left() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)):
        app.pane.show(long(1))
        app.pane.scroll_lines(17)
        app.pane.show(long(2))
        assert app.pane.line == 0
        app.pane.show(long(1))
        assert app.pane.line == 17


async def test_another_width_keeps_the_paragraph() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(long())
        app.pane.scroll_lines(next(y for y in range(200) if _begins(app.pane, y, "Paragraph 20.")))
        await pilot.resize_terminal(50, 24)
        await pilot.pause()
        assert "Paragraph 20." in "".join(screen(app.pane)[:2])


def _begins(pane: EntryPane, line: int, words: str) -> bool:
    pane.scroll_lines(line - pane.line)
    found = words in pane.render_line(0).text
    pane.to_start()
    return found


async def test_lines_are_made_as_far_as_they_are_seen_and_once() -> None:
    app = Host()
    asked: list[str] = []
    lit = app.books.lit_text
    app.books.lit_text = lambda text, field: asked.append(text) or lit(text)  # type: ignore[func-returns-value,method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(long(1, 5_000))
        await pilot.pause()
        assert 0 < len(asked) < 40
        seen = len(asked)
        app.pane.show(long(2, 3))
        app.pane.show(long(1, 5_000))
        await pilot.pause()
        assert len(asked) <= seen + 5


async def test_other_lit_words_are_drawn_when_told() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(entry(1, title="Talks in Kyiv", text="In Kyiv and Odesa."))
        await pilot.pause()
        assert _underlined(app.pane) == ["Kyiv", "Kyiv"]
        app.books.lit_text = lambda text, field: []  # type: ignore[method-assign]
        app.books.version += 1
        app.pane.relight()
        assert _underlined(app.pane) == []


def _underlined(pane: EntryPane) -> list[str]:
    strips = [pane.render_line(y) for y in range(pane.size.height)]
    return [s.text for strip in strips for s in strip if s.style and s.style.underline]


async def test_links_are_links_and_numbered() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        made = entry(1)
        body = (Paragraph((Run("Go "), Run("there", 0, "https://example.org/x"))),)
        app.pane.show(replace(made, post=replace(made.post, body=body)))
        await pilot.pause()
        linked = {s.style.link for y in range(24) for s in app.pane.render_line(y) if s.style and s.style.link}
        assert linked == {"https://example.org/x"}
        assert any("there[1]" in line for line in screen(app.pane))
        assert any("[1] https://example.org/x" in line for line in screen(app.pane))


async def test_what_the_mouse_selects_is_marked_and_can_be_copied() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(long())
        await pilot.pause()
        plain = app.pane.render_line(0)
        selection = Selection(Offset(2, 0), Offset(10, 0))
        app.screen.selections = {app.pane: selection}
        await pilot.pause()
        assert app.pane.get_selection(selection) == ("Headline", "\n")
        assert app.pane.render_line(0).text == plain.text
        assert app.pane.render_line(0) != plain


async def test_the_mouse_scrolls_and_drags() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(long())
        await pilot.pause()
        assert "▐" in "".join(line[-1] for line in screen(app.pane))
        await pilot.mouse_down(offset=(79, 23))
        await pilot.mouse_up(offset=(79, 23))
        assert app.pane.at_end
        await pilot.mouse_down(offset=(79, 0))
        await pilot.mouse_up(offset=(79, 0))
        assert app.pane.line == 0


async def test_the_smallest_screens_raise_nothing() -> None:
    app = Host()
    async with app.run_test(size=(40, 10)) as pilot:
        app.pane.show(long())
        for width, height in [(1, 1), (2, 3), (9, 2), (300, 100), (40, 10)]:
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            app.pane.page(1)
            assert all(app.pane.render_line(y).cell_length == width for y in range(app.pane.size.height))
