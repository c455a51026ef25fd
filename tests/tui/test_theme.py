"""Our themes can be read: contrasts by WCAG 2.2 (1.4.3), and every look exists in every theme of Textual."""

from __future__ import annotations

import pytest
from rich.style import Style
from textual.app import App, ComposeResult

from feeds.config import COLORS
from feeds.document import STRUCK
from tests.tui.shelves import Books
from tui import theme
from tui.ink import Ink, Role
from tui.widgets.line_pane import LinePane

QUIET = {Role.LINE, Role.TRACK, Role.THUMB}
"""What is not text: rules and the scrollbar."""


class Colored(Books):
    """A shelf whose watches have every colour there is."""

    def watch_color(self, watch: int) -> str:
        return COLORS[watch]


class Host(App[None]):
    """A pane in a theme."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.pane = LinePane(Colored())
        theme.register(self)
        self.theme = name

    def compose(self) -> ComposeResult:
        yield self.pane


def contrast(style: Style) -> float:
    assert style.color is not None
    assert style.bgcolor is not None
    light = sorted(_luminance(color.get_truecolor()) for color in (style.color, style.bgcolor))
    return (light[1] + 0.05) / (light[0] + 0.05)


def _luminance(color: tuple[int, int, int]) -> float:
    parts = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in color]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("name", ["wirewatch", "wirewatch-light"])
async def test_every_text_of_our_themes_can_be_read(name: str) -> None:
    app = Host(name)
    assert {f"watch-{color}" for color in COLORS} <= set(app.available_themes[name].variables)
    async with app.run_test():
        palette = app.pane.palette
        rows = [theme.PLAIN, theme.Row(True, True), theme.Row(True, False)]
        inks = [Ink(role) for role in Role if role not in QUIET]
        inks += [Ink(Role.TEXT, watch=watch) for watch in range(len(COLORS))]
        poor = {(ink, row): contrast(palette.style(ink, row)) for ink in inks for row in rows}
        assert not {key: ratio for key, ratio in poor.items() if ratio < 4.5}


async def test_every_theme_has_every_look() -> None:
    app = Host("wirewatch")
    async with app.run_test() as pilot:
        for name in app.available_themes:
            app.theme = name
            await pilot.pause()
            for watch in range(len(COLORS)):
                lit = app.pane.palette.style(Ink(watch=watch))
                assert (lit.bold, lit.underline) == (True, True)
                assert lit.color is not None
            assert app.pane.palette.style(Ink(Role.HEADLINE)).bold
            assert app.pane.palette.style(Ink(Role.HEADLINE, STRUCK)).strike


async def test_palettes_that_draw_alike_share_a_number() -> None:
    app = Host("wirewatch")
    async with app.run_test() as pilot:
        first = app.pane.palette
        app.theme = "wirewatch-light"
        await pilot.pause()
        second = app.pane.palette
        app.theme = "wirewatch"
        await pilot.pause()
        assert first.number == app.pane.palette.number
        assert second.number != first.number


@pytest.mark.parametrize(("terminal", "name"), [("xterm-16color", "ansi-dark"), ("xterm-256color", theme.DARK.name)])
def test_of_sixteen_colours_those_of_the_terminal_are_used(
    terminal: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", terminal)
    for variable in ("COLORTERM", "NO_COLOR", "TEXTUAL_COLOR_SYSTEM"):
        monkeypatch.delenv(variable, raising=False)
    assert theme.usual(App[None]()) == name
