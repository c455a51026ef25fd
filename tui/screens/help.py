"""Every key, every sign and the query language; keys are made from the registry of commands.

Owns the page; words and keys are those of `tui.commands`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from feeds.query import HELP
from feeds.text import fold
from tui.command import Command, Group, Scope
from tui.commands import BY_ID, app_binding, bindings, by_group, keys_of
from tui.glyphs import glyphs
from tui.widgets.page import Page
from tui.widgets.pane_title import PaneTitle
from tui.widgets.source_rows import Condition, source_marks

_TWO_COLUMNS_FROM = 110
_SMALL_TO = 60
"""Columns up to which nothing but the help is shown."""
_WIDEST = 150
_NARROWEST = 22
"""Cells below which lines are cut off at the edge: broken into letters they could not be read either."""
_STEP = 4
"""Lines the page moves by."""
_KEYS_BESIDE = 45
"""Cells of a column from which the longest keys have room beside what they do."""


def signs(ascii_only: bool) -> tuple[tuple[str, str], ...]:
    """Return the signs of the screen and what they mean."""
    own, source = glyphs(ascii_only), source_marks(ascii_only)
    return (
        (own.unread, "not read yet"),
        (own.starred, "starred"),
        (own.edited, "edited after it was published; e shows how"),
        (own.withdrawn, "withdrawn by its source"),
        (own.alert, "a watch that alerts matches"),
        (own.key_event, "the source calls it a key event"),
        (own.late, "came after newer entries"),
        (source[Condition.OK], "source: polled, all is well"),
        (source[Condition.FAILING], "source: the last poll failed"),
        (source[Condition.NEVER], "source: not polled yet"),
        (source[Condition.ENDED], "source: its coverage has ended"),
    )


class HelpScreen(ModalScreen[None], inherit_bindings=False):
    """Lies over whatever screen there is."""

    AUTO_FOCUS = ""  # the line to search in is opened by a key
    SCOPE = Scope.HELP
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SCOPE), app_binding("help")]
    CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen > Vertical { width: 94%; max-width: 150; height: 94%; background: $surface; }
    HelpScreen Page { padding: 0 2; }
    HelpScreen Input { display: none; border: none; height: 1; padding: 0 2; background: $background; }
    HelpScreen Horizontal { height: auto; }
    HelpScreen .help--column { width: 1fr; min-width: 24; height: auto; }
    HelpScreen.-small > Vertical { width: 100%; height: 100%; }
    HelpScreen.-small Page { padding: 0 1; }
    HelpScreen Static { height: auto; margin-top: 1; padding-right: 2; }
    """

    def __init__(
        self, keys: Mapping[str, str], *, over: Scope, first_screen: bool = False, ascii_only: bool = False
    ) -> None:
        """Make the page; what may be done on the screen it lies over, `over`, stands first."""
        super().__init__()
        self._keys = keys
        self._ascii = ascii_only
        self._page = Page(self._columns)
        self._search = Input(placeholder="a key or words", compact=True)
        self._width = 0
        """Columns of the screen the page was made for."""
        here = Scope.WELCOME if first_screen else Scope.MAIN
        all_of_them = by_group((here, Scope.EVERYWHERE, Scope.REVISIONS, Scope.CHOICE))
        self._chapters = {group: all_of_them[group] for group in (*by_group((over,)), *all_of_them)}

    def compose(self) -> ComposeResult:
        """Lay the page out under its title."""
        with Vertical():
            yield PaneTitle(
                "Help", f"{self._key('search-help')} searches, Esc closes", in_use=True, ascii_only=self._ascii
            )
            yield self._search
            yield self._page

    def _key(self, command_id: str) -> str:
        return keys_of(BY_ID[command_id], self._keys, ascii_only=self._ascii)[0]

    def _columns(self) -> ComposeResult:
        """Lay the chapters out in one column or two."""
        screen = self._width = self.app.size.width
        searched = bool(self._search.value.strip())
        across = 2 if screen >= _TWO_COLUMNS_FROM and not searched else 1
        width = (min(screen * 94 // 100, _WIDEST) - 5) // across - 2 if screen > _SMALL_TO else screen - 5
        width = max(width, _NARROWEST)
        found = ((group, list(filter(self._is_wanted, commands))) for group, commands in self._chapters.items())
        pages = [Static(self._chapter(group, commands, width)) for group, commands in found if commands]
        signs, queries = self._signs(width), self._queries(width)
        pages += [Static(Content.assemble(each)) for each in (signs, queries) if "\n" in each.plain]
        pages = pages or [Static(Content.styled("Nothing is called so.", "$foreground 60%"))]
        half = self._half() if across == 2 else len(pages)
        columns = (pages[:half], pages[half:])[:across]
        yield Horizontal(*(Vertical(*column, classes="help--column") for column in columns))

    def on_resize(self, event: events.Resize) -> None:
        """Lay out again."""
        self.set_class(event.size.width <= _SMALL_TO, "-small")
        if event.size.width != self._width:
            self._page.make_again()

    def _half(self) -> int:
        """Return how many chapters make up about half of the lines."""
        sizes = [len(commands) + 2 for commands in self._chapters.values()]
        sizes += [len(signs(self._ascii)) + 2, len(HELP) + 3]
        return min(range(1, len(sizes)), key=lambda at: max(sum(sizes[:at]), sum(sizes[at:])))

    def _chapter(self, group: Group, commands: Sequence[Command], width: int) -> Content:
        lines: list[Content | str] = [Content.styled(group, "bold $primary")]
        for command in commands:
            keys = " ".join(keys_of(command, self._keys, ascii_only=self._ascii))
            sentence = command.help if width >= 60 else ""
            lines += self._hung(keys, command.title, sentence, width)
        return Content("\n").join(lines)

    def _hung(self, keys: str, title: str, sentence: str, width: int) -> Iterator[Content]:
        """Yield keys and what they do, the sentence below one another beside the keys."""
        room = 16 if width >= _KEYS_BESIDE else 11
        margin = room + 1
        if len(keys) > room:
            yield Content.styled(keys, "bold $accent")
            keys = ""
        wrapped = wrap(f"{title}. {sentence}" if sentence else title, max(width - margin, 12)) or [title]
        yield Content.assemble(
            (f"{keys:<{room}} ", "bold $accent"),
            (wrapped[0][: len(title)], "$foreground"),
            (wrapped[0][len(title) :], "$foreground 60%"),
        )
        for line in wrapped[1:]:
            yield Content.assemble((" " * margin, ""), (line, "$foreground 60%"))

    def _is_searched(self, *texts: str) -> bool:
        """Say whether all that is searched for stands in these texts; everything does while nothing is."""
        said = fold(" ".join(texts))
        return all(word in said for word in fold(self._search.value).split())

    def _is_wanted(self, command: Command) -> bool:
        keys = keys_of(command, self._keys, ascii_only=self._ascii)
        return self._search.value.strip() in keys or self._is_searched(command.title, command.help, command.group)

    def _signs(self, width: int) -> Content:
        lines: list[Content | str] = [Content.styled("Signs", "bold $primary")]
        for sign, meaning in signs(self._ascii):
            if self._is_searched(sign, meaning):
                lines += self._hung(sign, meaning, "", width)
        return Content("\n").join(lines)

    def _queries(self, width: int) -> Content:
        lines: list[Content | str] = [Content.styled("Queries", "bold $primary")]
        for example, meaning in HELP:
            if self._is_searched(example, meaning):
                lines += self._hung(example, meaning, "", width)
        note = "Whole words, without regard to case and accents. Watches are written into the configuration."
        if self._is_searched(note):
            lines += [Content.styled(line, "$foreground 60%") for line in wrap(note, width)]
        return Content("\n").join(lines)

    def action_scroll_help_down(self) -> None:
        """Move on."""
        self._page.move(_STEP)

    def action_scroll_help_up(self) -> None:
        """Move back."""
        self._page.move(-_STEP)

    def action_search_help(self) -> None:
        """Type what is looked for."""
        self._search.display = True
        self.set_focus(self._search)

    def on_input_changed(self) -> None:
        """Show what is found."""
        self._page.make_again()

    def on_input_submitted(self) -> None:
        """Go on with the keys of the page."""
        self.set_focus(None)

    def action_close_help(self) -> None:
        """Leave the search; where there is none, go back."""
        if self._search.display:
            self._search.display = False
            self._search.value = ""
            self.set_focus(None)
        else:
            self.dismiss()
