"""A difference of two texts, scrolled by lines.

Owns how a difference looks and where in it the reader is. What was added is bold and underlined, what was removed is
struck through, and in ASCII both carry signs: colour only repeats it. Must not compare: it is handed the difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Unpack

from textual.strip import Strip

from feeds.diff import Change
from tui import cells
from tui.ink import BLANK, Ink, Line, Piece, Role, fit
from tui.revisions import Fold
from tui.shelf import Shelf
from tui.widgets.line_pane import LinePane, PaneOptions, thumb
from tui.wrap import wrap

_LONGEST = 400_000
"""Characters of a difference that are laid out; a book has as many."""
_INKS = {"+": Ink(Role.INSERTED), "-": Ink(Role.REMOVED)}
_SIGNS = {"+": ("{+", "+}"), "-": ("[-", "-]"), "=": ("", "")}
"""As git's word-diff writes them."""
_GAP = 2
"""Cells before and after the text."""


def pieces(
    changes: Iterable[Change | Fold], *, ascii_only: bool = False, ink: Ink = BLANK, limit: int = _LONGEST
) -> Iterator[Piece]:
    """Yield a difference as it is shown."""
    before = ""
    for change in changes:
        if isinstance(change, Fold):
            dots = "..." if ascii_only else "⋯"
            yield "\n", ink
            yield f"{dots} {change.words:,} words unchanged {dots}", Ink(Role.MEDIA)
            yield "\n", ink
            before = ""
            continue
        if before + change.op in ("-+", "+-"):
            yield " ", ink  # the words that stand for one another are told apart without colours too
        before = change.op
        text = cells.legible(change.text)[:limit]
        limit -= len(text)
        begins, ends = _SIGNS[change.op] if ascii_only else ("", "")
        yield f"{begins}{text}{ends}", _INKS.get(change.op, ink)
        if limit <= 0:
            yield " >" if ascii_only else " …", Ink(Role.META)
            return


class DifferencePane(LinePane, can_focus=False):
    """Two texts in one."""

    DEFAULT_CSS = "DifferencePane { height: 1fr; width: 1fr; }"

    def __init__(self, shelf: Shelf, **options: Unpack[PaneOptions]) -> None:
        super().__init__(shelf, **options)
        self._ascii = options.get("ascii_only", False)
        self._title: Sequence[Change] = ()
        self._text: Sequence[Change | Fold] = ()
        self._made: tuple[int, list[Line]] | None = None
        """The lines, and the width they were made for."""
        self._top = 0
        self._spot: int | None = None
        """The line of the change that was jumped to."""

    def show(self, title: Sequence[Change], text: Sequence[Change | Fold], *, keep_place: bool = False) -> None:
        """Show a difference, from its beginning unless the place is to be kept as far as that can be."""
        self._title, self._text = title, text
        self._made = None
        self._top = self._top if keep_place else 0
        self._spot = None
        self.redraw()

    # ------------------------------------------------------------------ the reader moves

    @property
    def _rows(self) -> int:
        return max(self.size.height, 1)

    def _go(self, top: int) -> None:
        self._top = max(min(top, len(self._lines()) - self._rows), 0)
        self.redraw()

    def scroll_lines(self, lines: int) -> None:
        """Move down by some lines, up when negative."""
        self._spot = None
        self._go(self._top + lines)

    def scroll_share(self, share: float) -> None:
        """Go to a place given as a share of the whole, 0 to 1."""
        self._spot = None
        self._go(round((len(self._lines()) - self._rows) * share))

    def page(self, delta: int) -> None:
        """Move by some screens; two lines stay."""
        self.scroll_lines(delta * max(self._rows - 2, 1))

    def to_change(self, delta: int) -> None:
        """Bring the next change into sight, or the one before when negative."""
        lines = self._lines()
        changed = [any(ink in _INKS.values() for _, ink in line) for line in lines]
        starts = [at for at, here in enumerate(changed) if here and not (at and changed[at - 1])]
        at = self._spot if self._spot is not None else self._top - (delta > 0)
        found = [start for start in starts if (start > at if delta > 0 else start < at)]
        if found:
            spot = found[0 if delta > 0 else -1]
            self._go(spot - self._rows // 4)
            self._spot = spot

    # ------------------------------------------------------------------ drawing

    def _lines(self) -> list[Line]:
        width = max(self.line_width - 2 * _GAP, 1)
        if self._made is None or self._made[0] != width:
            title = list(pieces(self._title, ascii_only=self._ascii, ink=Ink(Role.TITLE)))
            text = list(pieces(self._text, ascii_only=self._ascii))
            lines = list(wrap(title, width)) if title else []
            if title and text:
                lines.append([])
            lines += wrap(text, width) if text else []
            self._made = (width, lines)
        return self._made[1]

    def render_line(self, y: int) -> Strip:
        """Return a line of the screen."""
        lines, palette = self._lines(), self.palette
        self._top = max(min(self._top, len(lines) - self._rows), 0)
        at = self._top + y
        line = lines[at] if at < len(lines) else []
        bar = y in thumb(self._rows, self._top, self._rows, len(lines))
        text = palette.strip(fit([(" " * _GAP, BLANK), *line], self.line_width), self.line_width)
        return Strip([*text, self.bar_cell(bar)][-max(self.size.width, 1) :], self.size.width)

    def on_resize(self) -> None:
        """Lay out for another width."""
        self.redraw()
