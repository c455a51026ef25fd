"""What things look like: our two themes, and the styles of the roles that lines are made of.

Owns every colour. Widgets name roles (`tui.ink`); the looks of roles are component classes over theme
variables, so that every theme of Textual works, and the terminal's own colours too. A meaning never rests on
colour alone: what was not read is bold, what is withdrawn is struck through, what a watch lights up is
underlined, and each has a glyph or a sign beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color, ColorParseError
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip
from textual.theme import BUILTIN_THEMES, Theme
from textual.widget import Widget

from feeds.document import BOLD, CODE, INSERTED, ITALIC, STRUCK
from tui.ink import LIT_BY_NONE, Ink, Line, Role

_Result = TypeVar("_Result")

# Shades that can be read on the background: at least 4.5 to 1 (WCAG 2.2, 1.4.3).
_ON_DARK = {
    "yellow": "#e5c07b",
    "green": "#98c379",
    "cyan": "#56c2d6",
    "magenta": "#d38aea",
    "red": "#f27983",
    "blue": "#6cb2f7",
    "white": "#ffffff",
    "orange": "#e8a05f",
}
_ON_LIGHT = {
    "yellow": "#7d5a00",
    "green": "#2e6b1f",
    "cyan": "#0b6477",
    "magenta": "#8a2a9e",
    "red": "#b3202c",
    "blue": "#1f54b5",
    "white": "#000000",
    "orange": "#9a4b00",
}
_ANSI = {
    "yellow": "ansi_yellow",
    "green": "ansi_green",
    "cyan": "ansi_cyan",
    "magenta": "ansi_magenta",
    "red": "ansi_red",
    "blue": "ansi_blue",
    "white": "ansi_bright_white",
    "orange": "ansi_bright_yellow",
}

DARK = Theme(
    name="wirewatch",
    dark=True,
    primary="#7fa7c9",
    secondary="#9aa7b5",
    accent="#d9a866",
    warning="#d9a866",
    error="#e27d86",
    success="#8fb87a",
    foreground="#d7dce2",
    background="#14171b",
    surface="#1a1e24",
    panel="#21262d",
    variables={
        "block-cursor-background": "#2c3a49",
        "block-cursor-foreground": "#f3f6f9",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#22282f",
        "block-cursor-blurred-foreground": "#d7dce2",
        "footer-key-foreground": "#7fa7c9",
        "input-selection-background": "#7fa7c9 30%",
        **{f"watch-{name}": shade for name, shade in _ON_DARK.items()},
    },
)

LIGHT = Theme(
    name="wirewatch-light",
    dark=False,
    primary="#2b5f8a",
    secondary="#5a6672",
    accent="#8f5a00",
    warning="#8f5a00",
    error="#b3303c",
    success="#3c6e2c",
    foreground="#23282e",
    background="#faf9f6",
    surface="#f2f1ec",
    panel="#e8e7e1",
    variables={
        "block-cursor-background": "#cfdeeb",
        "block-cursor-foreground": "#0f1419",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#e6e9ea",
        "block-cursor-blurred-foreground": "#23282e",
        "footer-key-foreground": "#2b5f8a",
        "input-selection-background": "#2b5f8a 25%",
        **{f"watch-{name}": shade for name, shade in _ON_LIGHT.items()},
    },
)

THEMES = (DARK, LIGHT)


class _WholeCells(ScrollBarRender):
    """A scrollbar without parts of a block at its ends, which are not ASCII: the same with our signs and without."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "]
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "]


def register(app: App[_Result]) -> None:
    """Offer our themes beside Textual's, and have Textual's own scrollbars drawn as ours are."""
    ScrollBar.renderer = _WholeCells
    for theme in THEMES:
        app.register_theme(theme)


def usual(app: App[_Result]) -> str:
    """Return the name of the theme where none was chosen: ours, or the terminal's own colours where it has sixteen.

    Of sixteen colours those of our theme would all become white and grey.
    """
    return "ansi-dark" if app.console.color_system == "standard" else DARK.name


def names() -> list[str]:
    """Return the names of all themes: ours, then Textual's."""
    return [each.name for each in THEMES] + sorted(BUILTIN_THEMES)


def watch_color(app: App[_Result], name: str) -> Color:
    """Return the shade of a watch's colour in the theme in use."""
    theme = app.current_theme
    shades = _ANSI if theme.ansi else _ON_DARK if theme.dark else _ON_LIGHT
    own = app.theme_variables.get(f"watch-{name}", "")
    try:
        return Color.parse(own or shades.get(name, shades["yellow"]))
    except ColorParseError:
        return Color.parse(shades["yellow"])


# ------------------------------------------------------------------ roles

_LOOKS: dict[Role, str] = {
    Role.TEXT: "color: $foreground;",
    Role.HEADLINE: "color: $foreground; text-style: bold;",
    Role.READ: "color: $foreground 76%;",
    Role.LEAD: "color: $foreground 90%;",
    Role.PREVIEW: "color: $foreground 66%;",
    Role.TIME: "color: $foreground 68%;",
    Role.SOURCE: "color: $primary;",
    Role.HOUR: "color: $primary; text-style: bold;",
    Role.LINE: "color: $foreground 18%;",
    Role.LEFT: "color: $accent;",
    Role.UNREAD: "color: $primary;",
    Role.STARRED: "color: $warning;",
    Role.EDITED: "color: $accent;",
    Role.WITHDRAWN: "color: $error;",
    Role.ALERT: "color: $error; text-style: bold;",
    Role.KEY: "color: $success;",
    Role.CURSOR: "color: $primary;",
    Role.TITLE: "color: $foreground; text-style: bold;",
    Role.HEADING: "color: $primary; text-style: bold;",
    Role.META: "color: $foreground 78%;",
    Role.LABEL: "color: $foreground 66%;",
    Role.BADGE: "color: $accent; text-style: bold;",
    Role.LINK: "color: $primary; text-style: underline;",
    Role.NUMBER: "color: $foreground 66%;",
    Role.QUOTE: "color: $foreground 80%;",
    Role.CODE: "color: $success;",
    Role.MEDIA: "color: $foreground 68%; text-style: italic;",
    Role.BULLET: "color: $primary;",
    Role.INSERTED: "color: $success; text-style: bold underline;",
    Role.REMOVED: "color: $error; text-style: strike;",
    Role.TRACK: "color: $foreground 10%;",
    Role.THUMB: "color: $foreground 35%;",
}
_ROW_LOOKS = {
    "ink-row--focused": "color: $block-cursor-foreground; background: $block-cursor-background;",
    "ink-row--blurred": ("color: $block-cursor-blurred-foreground; background: $block-cursor-blurred-background;"),
}

COMPONENTS = frozenset({f"ink--{role}" for role in Role} | set(_ROW_LOOKS))
"""Component classes of a widget that draws lines of roles."""


def css(widget: str) -> str:
    """Return the looks of the roles as default CSS of a widget class."""
    rules = {f"ink--{role}": look for role, look in _LOOKS.items()} | _ROW_LOOKS
    return "\n".join(f"{widget} > .{name} {{ {look} }}" for name, look in rules.items())


class Row(NamedTuple):
    """Whether a line belongs to the entry under the cursor, and whether its pane has the focus."""

    cursor: bool = False
    focused: bool = False


PLAIN = Row()

_ATTRIBUTES = (
    (BOLD, Style(bold=True)),
    (ITALIC, Style(italic=True)),
    (STRUCK, Style(strike=True)),
    (INSERTED, Style(underline=True)),
)
_LIT = Style(bold=True, underline=True)
_NUMBERS: dict[object, int] = {}


class Palette:
    """Turns what a line means into what it looks like, in one theme."""

    def __init__(self, widget: Widget, watch_name: Callable[[int], str]) -> None:
        """Read the looks of a widget with the component classes `COMPONENTS`."""
        self._app: App[object] = widget.app
        self._watch_name = watch_name
        self._roles = {role: widget.get_visual_style(f"ink--{role}").rich_style for role in Role}
        self._rows = {
            focused: widget.get_visual_style(f"ink-row--{'focused' if focused else 'blurred'}").rich_style
            for focused in (False, True)
        }
        self._made: dict[tuple[Ink, Row], Style] = {}
        self.blank = widget.get_visual_style().rich_style
        self.key = (widget.app.theme, tuple(self._roles.values()), tuple(self._rows.values()), self.blank)
        """Equal for palettes that draw alike."""
        self.number = _NUMBERS.setdefault(self.key, len(_NUMBERS))
        """Stands for `key` where hashing that would cost too much."""

    def style(self, ink: Ink, row: Row = PLAIN) -> Style:
        """Return the style of a piece of a line."""
        made = self._made.get((ink, row))
        if made is None:
            if len(self._made) > 5_000:  # links are many, roles are few
                self._made.clear()
            made = self._made[ink, row] = self._make(ink, row)
        return made

    def _make(self, ink: Ink, row: Row) -> Style:
        style = self._roles[ink.role]
        if ink.marks & CODE:
            style += self._roles[Role.CODE]
        for bit, attribute in _ATTRIBUTES:
            if ink.marks & bit:
                style += attribute
        if ink.watch != LIT_BY_NONE:
            style += _LIT + Style(color=watch_color(self._app, self._watch_name(ink.watch)).rich_color)
        if row.cursor:
            over = self._rows[row.focused]
            style += Style(color=over.color, bgcolor=over.bgcolor)
        if ink.link:
            style += Style(link=ink.link)
        return style

    def strip(self, line: Line, width: int, row: Row = PLAIN) -> Strip:
        """Return a line of exactly that width as Textual draws it."""
        return Strip([Segment(text, self.style(ink, row)) for text, ink in line if text], width)
