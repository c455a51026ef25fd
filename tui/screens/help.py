"""Every key and the query language, made from the registry of commands.

Owns the page; words and keys are those of `tui.commands`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.commands import Command, Group, Scope, bindings, by_group, keys_of
from tui.widgets.pane_title import PaneTitle

QUERY_HELP: tuple[tuple[str, str], ...] = (
    ("kyiv zelensky", "both words, anywhere"),
    ("kyiv OR odesa", "either of them"),
    ("-sport", "not this word; also NOT sport"),
    ("( )", "brackets put words together"),
    ('"peace talks"', "these words in a row"),
    ("zelensky*", "words that begin so"),
)
"""The query language by example. Words match whole words, without regard to case and accents."""

_TWO_COLUMNS_FROM = 110
_KEYS = 16
"""Cells for the keys of a command."""
_WIDEST = 150


class HelpScreen(ModalScreen[None], inherit_bindings=False):
    """Lies over whatever screen there is."""

    BINDINGS = bindings(Scope.HELP)
    CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen > Vertical { width: 94%; max-width: 150; height: 94%; background: $surface; }
    HelpScreen VerticalScroll {
        padding: 0 2; height: 1fr; scrollbar-size-vertical: 1;
        scrollbar-color: $foreground 25%; scrollbar-background: $surface;
    }
    HelpScreen Horizontal { height: auto; }
    HelpScreen .help--column { width: 1fr; height: auto; }
    HelpScreen Static { height: auto; margin-top: 1; padding-right: 2; }
    """

    def __init__(self, keys: Mapping[str, str], *, first_screen: bool = False, ascii_only: bool = False) -> None:
        super().__init__()
        self._keys = keys
        self._ascii = ascii_only
        self._width = 0
        here = Scope.WELCOME if first_screen else Scope.MAIN
        self._chapters = by_group((here, Scope.EVERYWHERE, Scope.REVISIONS))

    def compose(self) -> ComposeResult:
        """Lay the chapters out in one column or two."""
        across = 2 if self.app.size.width >= _TWO_COLUMNS_FROM else 1
        width = (min(self.app.size.width * 94 // 100, _WIDEST) - 5) // across - 2
        pages = [Static(self._chapter(group, commands, width)) for group, commands in self._chapters.items()]
        pages.append(Static(self._queries(width)))
        with Vertical():
            yield PaneTitle("Help", "Esc closes", in_use=True, ascii_only=self._ascii)
            with VerticalScroll(can_focus=False):
                half = self._half() if across == 2 else len(pages)
                with Horizontal():
                    for column in (pages[:half], pages[half:])[:across]:
                        yield Vertical(*column, classes="help--column")

    def on_resize(self, event: events.Resize) -> None:
        """Lay out again."""
        if event.size.width != self._width:
            self._width = event.size.width
            self.refresh(recompose=True)

    def _half(self) -> int:
        """Return how many chapters make up about half of the lines."""
        sizes = [len(commands) + 2 for commands in self._chapters.values()] + [len(QUERY_HELP) + 3]
        return next(at for at in range(1, len(sizes) + 1) if sum(sizes[:at]) * 2 >= sum(sizes))

    def _chapter(self, group: Group, commands: Sequence[Command], width: int) -> Content:
        lines: list[Content | str] = [Content.styled(group, "bold $primary")]
        for command in commands:
            keys = " ".join(keys_of(command, self._keys, ascii_only=self._ascii))
            sentence = command.help if width >= 60 else ""
            lines += self._hung(keys, command.title, sentence, width)
        return Content("\n").join(lines)

    def _hung(self, keys: str, title: str, sentence: str, width: int) -> Iterator[Content]:
        """Yield keys and what they do, the sentence below one another beside the keys."""
        margin = _KEYS + 1
        wrapped = wrap(f"{title}. {sentence}" if sentence else title, max(width - margin, 12)) or [title]
        yield Content.assemble(
            (f"{keys:<{_KEYS}} ", "bold $accent"),
            (wrapped[0][: len(title)], "$foreground"),
            (wrapped[0][len(title) :], "$foreground 60%"),
        )
        for line in wrapped[1:]:
            yield Content.assemble((" " * margin, ""), (line, "$foreground 60%"))

    def _queries(self, width: int) -> Content:
        lines: list[Content | str] = [Content.styled("Queries", "bold $primary")]
        for example, meaning in QUERY_HELP:
            lines += self._hung(example, meaning, "", width)
        note = "Whole words, without regard to case and accents. Watches are written into the configuration."
        lines += [Content.styled(line, "$foreground 60%") for line in wrap(note, width)]
        return Content("\n").join(lines)

    def action_scroll_help_down(self) -> None:
        """Move on."""
        self.query_one(VerticalScroll).scroll_relative(y=4, animate=False)

    def action_scroll_help_up(self) -> None:
        """Move back."""
        self.query_one(VerticalScroll).scroll_relative(y=-4, animate=False)

    def action_close_help(self) -> None:
        """Go back."""
        self.dismiss()
