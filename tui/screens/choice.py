"""Which of several are meant: the sources an address leads to, the links of an entry.

Owns the question. What is taken is the answer; what is done with it is the asker's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.command import Scope
from tui.commands import BY_ID, app_binding, bindings, keys_of
from tui.session import Session
from tui.widgets.choice_list import Choice, ChoiceList
from tui.widgets.pane_title import PaneTitle

_SMALL_TO = 16
"""Lines up to which nothing but the list is shown."""
_NARROW_TO = 60
"""Columns up to which it has the whole screen."""
_WIDEST = 100
_AROUND = 5
"""Lines around the list: the title, a blank below it, and the legend between two."""
_NOTE = 4
"""Lines of what is said of a guess, with a blank above them."""
_HINTS = (("none", "take-none"), ("mark", "mark-choice"), ("mark all", "mark-all-choices"), ("copy", "copy-choice"))
_ALONE = 1
"""Hints that mean something where there is one thing to take."""


class ChoiceScreen(ModalScreen[tuple[int, ...]], inherit_bindings=False):
    """Asks which; answers with their places, none when the reader thinks better of it."""

    SCOPE = Scope.CHOICE
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SCOPE), app_binding("help"), app_binding("palette")]
    CSS = """
    ChoiceScreen { align: center middle; background: $background 60%; }
    ChoiceScreen > Vertical { width: 92%; max-width: 100; height: auto; max-height: 90%; background: $surface; }
    ChoiceScreen ChoiceList { margin: 1 1 0 1; height: auto; }
    ChoiceScreen .choice--note { padding: 1 2 0 2; color: $foreground 66%; height: auto; }
    ChoiceScreen .choice--legend { padding: 1 2; height: auto; }
    ChoiceScreen.-narrow > Vertical, ChoiceScreen.-low > Vertical { width: 100%; height: 100%; max-height: 100%; }
    ChoiceScreen.-narrow ChoiceList, ChoiceScreen.-low ChoiceList { margin: 0; height: 1fr; }
    ChoiceScreen.-low .choice--note { display: none; }
    ChoiceScreen.-low .choice--legend { padding: 0 1; height: 1; }
    """

    def __init__(
        self,
        session: Session,
        title: str,
        choices: Sequence[Choice],
        keys: Mapping[str, str],
        *,
        take: str = "add",
        note: str = "",
    ) -> None:
        """Ask for some of the choices; `take` is the verb of what is done with them, `note` what is to be known."""
        super().__init__()
        self._question = title
        self._choices = choices
        self._keys = keys
        self._verb = take
        self._note = note
        self._ascii = session.options.ascii_only
        self._list = ChoiceList(session.library, choices, ascii_only=self._ascii)

    def compose(self) -> ComposeResult:
        """Lay out what there is to take."""
        with Vertical():
            yield PaneTitle(self._question, in_use=True, ascii_only=self._ascii, id="choice-title")
            yield self._list
            if self._note:
                yield Static(Content(self._note), classes="choice--note")
            yield Static(self._legend(), classes="choice--legend")

    def on_resize(self) -> None:
        """Take another size."""
        width, height = self.app.size
        low = height < _SMALL_TO
        self.set_class(low, "-low")
        self.set_class(width < _NARROW_TO, "-narrow")
        whole = low or width < _NARROW_TO
        # Outside of the whole screen the list is as high as it has rows, as far as there is room for them.
        room = height * 9 // 10 - (_AROUND + _NOTE if self._note else _AROUND)
        self._list.styles.height = None if whole else min(len(self._choices) * 2, max(room, 2))
        self.query_one(".choice--legend", Static).update(self._legend())

    def _legend(self) -> Content:
        parts: list[tuple[str, str]] = []
        width, height = self.app.size
        low = height < _SMALL_TO
        room = width - 2 if low else width - 4 if width < _NARROW_TO else min(width * 92 // 100, _WIDEST) - 4
        hints = _HINTS if len(self._choices) > 1 else _HINTS[:_ALONE]
        for does, command in ((self._verb, "take"), *hints):
            key = keys_of(BY_ID[command], self._keys, ascii_only=self._ascii)[0]
            room -= len(key) + len(does) + 1
            if room >= 0:
                parts += [(key, "$primary"), (f" {does}   ", "$foreground 60%")]
            room -= 3
        return Content.assemble(*parts)

    # ------------------------------------------------------------------ commands

    def _take(self, places: list[int]) -> None:
        self.dismiss(tuple(places))

    def action_take(self) -> None:
        """Take what is marked, or what is under the cursor."""
        self._take(self._list.taken)

    @on(ChoiceList.Pressed)
    def _pressed(self) -> None:
        self.action_take()

    def action_take_numbered(self, number: int) -> None:
        """Take the one of that number."""
        if number <= len(self._choices):
            self._take([number - 1])

    def action_take_none(self) -> None:
        """Take none."""
        self.dismiss(())

    def action_mark_choice(self) -> None:
        """Mark one of several."""
        self._list.mark()

    def action_mark_all_choices(self) -> None:
        """Mark all, or none."""
        self._list.mark_all()

    def action_copy_choice(self) -> None:
        """Copy the address under the cursor."""
        self.app.copy_to_clipboard(self._choices[self._list.cursor].address)
        self.query_one(PaneTitle).show(self._question, "copied")

    def action_choice_down(self) -> None:
        """Go one down."""
        self._list.move(1)

    def action_choice_up(self) -> None:
        """Go one up."""
        self._list.move(-1)

    def action_choice_page_down(self) -> None:
        """Go down by a screen."""
        self._list.page(1)

    def action_choice_page_up(self) -> None:
        """Go up by a screen."""
        self._list.page(-1)

    def action_choice_first(self) -> None:
        """Go to the first."""
        self._list.go(0)

    def action_choice_last(self) -> None:
        """Go to the last."""
        self._list.go(len(self._choices))
