"""The line above a pane: what is in it, how much, and whether it is the pane in use.

Owns that one line. The pane in use has a heavy rule and a mark, not only another colour.
"""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui import cells


class PaneTitle(Widget):
    """`━▸ All sources ━━━━━━━━ 1,204`."""

    DEFAULT_CSS = """
    PaneTitle { height: 1; width: 1fr; }
    """

    in_use: reactive[bool] = reactive(False)
    """Whether its pane has the focus."""

    def __init__(
        self,
        text: str = "",
        facts: str = "",
        *,
        in_use: bool = False,
        ascii_only: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._text = text
        self._facts = facts
        self.set_reactive(PaneTitle.in_use, in_use)
        self._ascii = ascii_only

    def show(self, text: str, facts: str = "") -> None:
        """Say what is in the pane, and a few numbers about it."""
        if (text, facts) != (self._text, self._facts):
            self._text, self._facts = text, facts
            self.refresh()

    @property
    def text(self) -> str:
        """What it says, without the rule."""
        return f"{self._text} {self._facts}".strip()

    def render(self) -> RenderResult:
        """Return the line."""
        light, heavy, mark = ("-", "=", ">") if self._ascii else ("─", "━", "▸")
        rule, style = (heavy, "$primary") if self.in_use else (light, "$foreground 18%")
        facts = cells.one_line(self._facts)
        width = self.size.width
        if cells.width(facts) > width // 2:
            facts = ""
        room = width - 4 - (cells.width(facts) + 3 if facts else 0)
        name = cells.one_line(self._text)
        text = cells.cut(name.replace("·", "-") if self._ascii else name, max(room - 1, 0), ">" if self._ascii else "…")
        fill = width - 4 - cells.width(text) - (cells.width(facts) + 3 if facts else 0)
        return Content.assemble(
            (rule + (mark if self.in_use else rule), style),
            (f" {text} ", "bold $foreground" if self.in_use else "$foreground 70%"),
            (rule * max(fill, 0), style),
            (f" {facts} " if facts else "", "$foreground 60%"),
            (rule if facts else "", style),
        )
