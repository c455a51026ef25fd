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
        self._lens = ""
        self._lens_waits = False
        self.set_reactive(PaneTitle.in_use, in_use)
        self._ascii = ascii_only

    def show(self, text: str, facts: str = "", *, lens: str = "", lens_waits: bool = False) -> None:
        """Say what is in the pane, a few numbers about it, and the query that narrows it down.

        `lens_waits` greys the query: another one is being typed that cannot be followed yet.
        """
        said = (text, facts, lens, lens_waits)
        if said != (self._text, self._facts, self._lens, self._lens_waits):
            self._text, self._facts, self._lens, self._lens_waits = said
            self.refresh()

    @property
    def text(self) -> str:
        """What it says, without the rule."""
        lens = f" · {self._lens}" if self._lens else ""
        return f"{self._text}{lens} {self._facts}".strip()

    def render(self) -> RenderResult:
        """Return the line."""
        light, heavy, mark = ("-", "=", ">") if self._ascii else ("─", "━", "▸")
        rule, style = (heavy, "$primary") if self.in_use else (light, "$foreground 18%")
        facts = cells.one_line(self._facts)
        width = self.size.width
        if cells.width(facts) > width // 2:
            facts = ""
        room = max(width - 5 - (cells.width(facts) + 3 if facts else 0), 0)
        more = ">" if self._ascii else "…"
        lens = f" {'-' if self._ascii else '·'} {cells.one_line(self._lens)}" if self._lens else ""
        # Both are seen: the query has what the name can spare, and at least half.
        name = cells.one_line(self._text)
        lens = cells.cut(lens, max(room - cells.width(name), room // 2), more)
        text = cells.cut(name, room - cells.width(lens), more)
        fill = room + 1 - cells.width(text) - cells.width(lens)
        tone = "bold $foreground" if self.in_use else "$foreground 70%"
        return Content.assemble(
            (rule + (mark if self.in_use else rule), style),
            (f" {text}" if lens else f" {text} ", tone),
            (f"{lens} " if lens else "", "italic $foreground 45%" if self._lens_waits else tone),
            (rule * max(fill, 0), style),
            (f" {facts} " if facts else "", "$foreground 60%"),
            (rule if facts else "", style),
        )
