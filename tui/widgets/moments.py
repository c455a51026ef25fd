"""The moments in the life of an entry: one below the other, or along one line where there is no room for that.

Owns what a moment's row says, and which of them are in sight. The two states that are held against each other carry
the signs of their words, + and −. They are told everything, and say what was pressed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

from textual import events
from textual.message import Message
from textual.strip import Strip

from tui import cells
from tui.ink import BLANK, Ink, Line, Piece, Role, fit, width_of
from tui.render import clock, day, local
from tui.revisions import Happened, Moment, Pair, Tally
from tui.shelf import Shelf
from tui.theme import PLAIN, Row
from tui.widgets.line_pane import LinePane, PaneOptions, thumb

_SIGN = 3
"""Cells of a row before its number; pressing them chooses the older side."""
_WIDEST = 38


@dataclass
class Picked(Message):
    """A state was pressed."""

    state: int
    """Index of the revision."""
    older: bool
    """It is wanted as the older side."""


class _Moments(LinePane, can_focus=False):
    """What both forms are told."""

    ALLOW_SELECT = False

    def __init__(self, shelf: Shelf, **options: Unpack[PaneOptions]) -> None:
        super().__init__(shelf, **options)
        self.ascii = options.get("ascii_only", False)
        self.moments: Sequence[Moment] = ()
        self.pair: Pair | None = None
        self.tallies: Mapping[int, Tally] = {}

    def show(self, moments: Sequence[Moment], pair: Pair | None, tallies: Mapping[int, Tally]) -> None:
        """Show these moments, the newest first, and how much each state differs from the one before it."""
        self.moments, self.pair, self.tallies = moments, pair, tallies
        self.redraw()

    def sign(self, moment: Moment) -> Piece:
        """Return which side a moment is: +, −, a bar in between, or a blank."""
        if self.pair is None:
            return " ", BLANK
        if moment.state == self.pair.after:
            return "+", Ink(Role.INSERTED)
        if moment.state == self.pair.before:
            return "-" if self.ascii else "−", Ink(Role.LABEL)
        return " ", BLANK

    def mark(self, moment: Moment) -> Piece:
        """Return the number of a state, or the sign of what happened."""
        if moment.happened is Happened.SEEN:
            return str(moment.number), Ink(Role.TEXT)
        if moment.happened is Happened.WITHDRAWN:
            return self.glyphs.withdrawn, Ink(Role.WITHDRAWN)
        return ("o" if self.ascii else "✓"), Ink(Role.KEY)


class MomentList(_Moments):
    """The moments one below the other, the newest at the top."""

    DEFAULT_CSS = "MomentList { height: 1fr; width: 28; }"

    def __init__(self, shelf: Shelf, **options: Unpack[PaneOptions]) -> None:
        super().__init__(shelf, **options)
        self._top = 0
        self._digits = 1
        self._days = False
        """Whether they are of several days."""

    def show(self, moments: Sequence[Moment], pair: Pair | None, tallies: Mapping[int, Tally]) -> None:
        """Show these moments; both sides of the pair are brought into sight, the newer one where not both can be."""
        moved = (moments, pair) != (self.moments, self.pair)
        super().show(moments, pair, tallies)
        if moved:
            self._digits = len(str(max((each.number for each in moments), default=1)))
            self._days = len({local(each.at, self.zone).date() for each in moments}) > 1
        self.styles.width = min(max((width_of(self._row(at)) for at in range(len(moments))), default=0) + 2, _WIDEST)
        if moved:
            self._reveal()

    def _reveal(self) -> None:
        height = max(self.size.height, 1)
        if self.pair is not None:
            for state in (self.pair.before, self.pair.after):
                at = next((at for at, each in enumerate(self.moments) if each.state == state), 0)
                self._top = min(max(self._top, at - height + 1), at)
        self._top = max(min(self._top, len(self.moments) - height), 0)

    def scroll_lines(self, lines: int) -> None:
        """Move down by some lines, up when negative."""
        self._top = max(min(self._top + lines, len(self.moments) - self.size.height), 0)
        self.redraw()

    def scroll_share(self, share: float) -> None:
        """Go to a place given as a share of the whole, 0 to 1."""
        self._top = 0
        self.scroll_lines(round((len(self.moments) - self.size.height) * share))

    # ------------------------------------------------------------------ drawing

    def _row(self, at: int) -> Line:
        moment = self.moments[at]
        when = local(moment.at, self.zone)
        mark, ink = self.mark(moment)
        number = " " * max(self._digits - cells.width(mark), 0) + mark
        if self._days:
            above = local(self.moments[at - 1].at, self.zone).date() if at else None
            date = day(when).partition(" ")[2] if when.date() != above else ""
            time = f"{date:<6} {clock(when)}"
        else:
            time = clock(when)
        between = self._between(moment, at)
        side = self.sign(moment) if not between else (self.glyphs.column, Ink(Role.LINE))
        return [(" ", BLANK), side, (" ", BLANK), (number, ink), (f"  {time}", Ink(Role.TIME)), *self._tail(moment)]

    def _between(self, moment: Moment, at: int) -> bool:
        if self.pair is None or moment.state in (self.pair.before, self.pair.after):
            return False
        newer = [each.state for each in self.moments[:at]]
        return self.pair.after in newer and self.pair.before not in newer

    def _tail(self, moment: Moment) -> Line:
        if moment.happened is not Happened.SEEN:
            return [(f"  {moment.happened}", Ink(Role.META))]
        if moment.state == 0:
            return [("  first seen", Ink(Role.META))]
        tally = self.tallies.get(moment.state)
        if tally is None:
            return []
        if not tally.added and not tally.removed:
            return [("  same words", Ink(Role.META))]
        minus = "-" if self.ascii else "−"
        return [
            (f"  +{tally.added:,}" if tally.added else "", Ink(Role.KEY)),
            (f"  {minus}{tally.removed:,}" if tally.removed else "", Ink(Role.WITHDRAWN)),
        ]

    def render_line(self, y: int) -> Strip:
        """Return a line of the screen."""
        at, height = self._top + y, self.size.height
        look, line = PLAIN, [(" ", BLANK)]
        if at < len(self.moments):
            line = self._row(at)
            if self.pair is not None and self.moments[at].state in (self.pair.before, self.pair.after):
                look = Row(cursor=True, focused=self.moments[at].state == self.pair.after)
        bar = y in thumb(height, self._top, height, len(self.moments))
        text = self.palette.strip(fit(line, self.line_width), self.line_width, look)
        return Strip([*text, self.bar_cell(bar)][-max(self.size.width, 1) :], self.size.width)

    def on_resize(self) -> None:
        """Keep the two in sight."""
        self._reveal()
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """Choose a side: the older one where its sign would be, or with the other button."""
        place = event.get_content_offset_capture(self)
        at = self._top + place.y
        if at < len(self.moments) and self.moments[at].state >= 0 and place.x < self.line_width:
            self.post_message(Picked(self.moments[at].state, event.button != 1 or place.x < _SIGN))


class MomentLine(_Moments):
    """The moments along one line, the newest at the end."""

    DEFAULT_CSS = "MomentLine { height: 1; width: 1fr; }"

    def scroll_lines(self, lines: int) -> None:
        """Stay: the line shows what is around the two."""

    def scroll_share(self, share: float) -> None:
        """Stay."""

    def _stops(self) -> list[tuple[Moment | None, Line]]:
        """Return what stands on the line: moments, and where some are left out."""
        all_of_them: list[tuple[Moment | None, Line]] = [(each, self._stop(each)) for each in reversed(self.moments)]
        if self.pair is None:
            return all_of_them
        wanted = [
            at for at, (each, _) in enumerate(all_of_them) if each and each.state in (self.pair.after, self.pair.before)
        ]
        # What is nearest to the newer side is shown first, as far as there is room.
        order = sorted(range(len(all_of_them)), key=lambda at: (at not in wanted, abs(at - wanted[-1])))
        shown: set[int] = set()
        for at in order:
            tried = shown | {at}
            if self._width(all_of_them, tried) > self.size.width and shown:
                break
            shown = tried
        return self._joined(all_of_them, shown)

    def _joined(self, stops: Sequence[tuple[Moment | None, Line]], shown: set[int]) -> list[tuple[Moment | None, Line]]:
        dots: tuple[Moment | None, Line] = (None, [(" .. " if self.ascii else " ‥ ", Ink(Role.META))])
        out: list[tuple[Moment | None, Line]] = []
        for at, stop in enumerate(stops):
            if at in shown:
                out.append(stop)
            elif not out or out[-1] is not dots:
                out.append(dots)
        return out

    def _width(self, stops: Sequence[tuple[Moment | None, Line]], shown: set[int]) -> int:
        return sum(width_of(line) for _, line in self._joined(stops, shown))

    def _stop(self, moment: Moment) -> Line:
        sign, mark = self.sign(moment), self.mark(moment)
        if sign[0] == " ":
            return [(f" {mark[0]} ", mark[1])]
        return [(" ", BLANK), sign, (mark[0], Ink(Role.TITLE)), (" ", BLANK)]

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        pair, width, palette = self.pair, self.size.width, self.palette
        segments = []
        for moment, line in self._stops() if y == 0 else []:
            chosen = moment is not None and pair is not None and moment.state in (pair.before, pair.after)
            look = Row(True, moment is not None and pair is not None and moment.state == pair.after)
            segments += [*palette.strip(line, width_of(line), look if chosen else PLAIN)]
        return Strip(segments).adjust_cell_length(width, palette.blank)

    def on_click(self, event: events.Click) -> None:
        """Choose the newer side; with the other button, the older one."""
        left = event.get_content_offset_capture(self).x
        for moment, line in self._stops():
            left -= width_of(line)
            if left < 0:
                if moment is not None and moment.state >= 0:
                    self.post_message(Picked(moment.state, event.button != 1))
                return
