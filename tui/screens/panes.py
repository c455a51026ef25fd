"""The three panes: where they are at which width, which is in use, and how the reader moves in them.

Owns layout, focus, zoom and movement. What the panes show is the business of the main screen, which inherits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from tui import messages
from tui import state as states
from tui.commands import BY_ID, keys_of
from tui.render import Density
from tui.seeking import Place
from tui.session import Session
from tui.state import Pane, ViewState, Width
from tui.widgets.entry_pane import EntryPane
from tui.widgets.pane_title import PaneTitle
from tui.widgets.query_bar import QueryBar
from tui.widgets.source_list import SourceList
from tui.widgets.status_bar import StatusBar
from tui.widgets.timeline import Timeline

_STEP = 3
"""Lines the detail is scrolled by."""
_BROAD_FROM = 150
"""Columns from which all three panes have plenty of room."""

_NO_ENTRY = Content.styled("The entry under the cursor appears here.", "$foreground 60%")


class Seek(NamedTuple):
    """A search for the next entry that is wanted."""

    lit: bool
    """What watches light is wanted; what is unread where none is on, or it is not."""
    delta: int = 1
    """Further down, or further up when it is negative."""


class PanesScreen(Screen[None], inherit_bindings=False):
    """Sources, timeline and detail, and a line at the bottom."""

    AUTO_FOCUS = ""  # the pane in use has the focus; Textual would give it to the first

    def __init__(self, session: Session, view: ViewState) -> None:
        super().__init__()
        self.session = session
        self.view = view
        """What the reader is looking at; change it with `look`."""
        options, library = session.options, session.library
        ascii_only = options.ascii_only
        self.sources = SourceList(ascii_only=ascii_only, id="source-list")
        self.timeline = Timeline(
            library,
            density=Density(view.density or options.settings.density or Density.COMPACT),
            ascii_only=ascii_only,
            zone=options.zone,
            id="timeline",
        )
        self.detail = EntryPane(library, ascii_only=ascii_only, zone=options.zone, empty_message=_NO_ENTRY, id="detail")
        self.query_bar = QueryBar(library.watches.named, id="query-bar")
        self.status_bar = StatusBar(ascii_only=ascii_only, id="status")
        self.titles = {pane: PaneTitle(ascii_only=ascii_only, id=f"{pane}-title") for pane in Pane}
        self._boxes: dict[Pane, Widget] = {}
        self.moved_by_reader = False
        """Whether the cursor's next move is the reader's doing."""
        self._seeks: deque[Seek] = deque()
        """Searches asked for; the first is under way."""
        self._sought_from: int | None = None
        self._seek_token = 0
        self.polling: frozenset[int] = frozenset()
        """The sources being visited now."""
        self.keymap: dict[str, str] = {}
        """Keys the reader has chosen, by command."""

    def compose(self) -> ComposeResult:
        """Lay the panes out; where they are is up to the style sheet and `lay_out`."""
        contents: dict[Pane, tuple[Widget, ...]] = {
            Pane.SOURCES: (self.sources,),
            Pane.TIMELINE: (self.query_bar, self.timeline),
            Pane.DETAIL: (self.detail,),
        }
        with Container(id="panes"):
            for pane, widgets in contents.items():
                box = self._boxes[pane] = Vertical(self.titles[pane], *widgets, id=f"{pane}-pane")
                yield box
        yield self.status_bar

    def key_of(self, command_id: str) -> str:
        """Return the first key of a command, for a sentence that names it."""
        return keys_of(BY_ID[command_id], self.keymap, ascii_only=self.session.options.ascii_only)[0]

    # ------------------------------------------------------------------ layout and focus

    @property
    def width(self) -> Width:
        """How many panes there is room for."""
        return states.width_of(self.app.size.width)

    def shows(self, pane: Pane) -> bool:
        """Return whether a pane is on the screen."""
        return pane in states.shown_panes(self.view, self.width)

    def look(self, view: ViewState) -> None:
        """Look at something else."""
        before, self.view = self.view, view
        if (before.pane, before.zoom) != (view.pane, view.zoom):
            self.lay_out()
        if before.pane is not view.pane:
            self.focus_pane()
        if before != view:
            self.looked(before)

    def looked(self, before: ViewState) -> None:
        """Do what follows from another view; `before` is the one there was."""

    def _show_titles(self) -> None:
        """Say above each pane what is in it."""

    def lay_out(self) -> None:
        """Show the panes there is room for."""
        width = self.width
        for each in Width:
            self.set_class(each is width, f"-{each}")
        self.set_class(self.app.size.width >= _BROAD_FROM, "-broad")
        self.set_class(self.view.zoom, "-zoom")
        shown = states.shown_panes(self.view, width)
        for pane, box in self._boxes.items():
            box.display = pane in shown
            self.titles[pane].in_use = pane is self.view.pane

    def _body(self, pane: Pane) -> Widget:
        return {Pane.SOURCES: self.sources, Pane.TIMELINE: self.timeline, Pane.DETAIL: self.detail}[pane]

    def focus_pane(self) -> None:
        """Give the keys to the pane in use, from the next one on."""
        self.set_focus(self._body(self.view.pane))

    def on_resize(self, event: events.Resize) -> None:
        """Take another size."""
        self.lay_out()

    def on_key(self) -> None:
        """Take the answer to an earlier key away; this comes before the key is acted on."""
        self.status_bar.answer("")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Follow the mouse into another pane."""
        for pane in Pane:
            # An event of a focus that has moved on since would move it back, and so on for ever.
            here = event.widget is self._body(pane) and event.widget is self.focused
            if here and pane is not self.view.pane:
                self.look(states.with_pane(self.view, pane))

    # ------------------------------------------------------------------ commands of the panes

    def action_next_pane(self) -> None:
        """Go to the next pane."""
        self.look(states.next_pane(self.view, 1))

    def action_previous_pane(self) -> None:
        """Go to the pane before."""
        self.look(states.next_pane(self.view, -1))

    def action_sources(self) -> None:
        """Go to the sources."""
        self.look(states.with_pane(self.view, Pane.SOURCES))

    def action_zoom(self) -> None:
        """Give the pane in use the whole screen, or take it back."""
        self.look(states.with_zoom(self.view, not self.view.zoom))

    @property
    def can_go_back(self) -> bool:
        """Whether there is a step back: out of something that was opened, typed or chosen."""
        return self.query_bar.is_open or states.back(self.view, self.width) != self.view

    def action_escape(self) -> None:
        """Go one step back."""
        if self.query_bar.is_open:
            self.query_bar.leave()
        else:
            self.look(states.back(self.view, self.width))

    def action_back(self) -> None:
        """Go one step back; where there is none, leave the program."""
        if self.can_go_back:
            self.action_escape()
        else:
            self.app.exit()

    # ------------------------------------------------------------------ commands that move

    def _move(self, move: Callable[[], object]) -> None:
        """Move in the timeline, by the reader's doing."""
        self.moved_by_reader = True
        move()

    def _step(self, delta: int) -> None:
        if self.view.pane is Pane.SOURCES:
            self.sources.move(delta)
        else:
            self._move(lambda: self.timeline.move(delta))

    def action_down(self) -> None:
        """Go one down."""
        self._step(1)

    def action_up(self) -> None:
        """Go one up."""
        self._step(-1)

    def action_scroll_down(self) -> None:
        """Move the text on."""
        self.detail.scroll_lines(_STEP)

    def action_scroll_up(self) -> None:
        """Move the text back."""
        self.detail.scroll_lines(-_STEP)

    def _page(self, delta: int) -> None:
        match self.view.pane:
            case Pane.SOURCES:
                self.sources.page(delta)
            case Pane.DETAIL:
                self.detail.page(delta)
            case Pane.TIMELINE:
                self._move(lambda: self.timeline.page(delta))

    def action_page_down(self) -> None:
        """Move down by a screen."""
        self._page(1)

    def action_page_up(self) -> None:
        """Move up by a screen."""
        self._page(-1)

    def action_newest(self) -> None:
        """Go to the newest entry, the first source or the beginning of the text."""
        match self.view.pane:
            case Pane.SOURCES:
                self.sources.to_first()
            case Pane.DETAIL:
                self.detail.to_start()
            case Pane.TIMELINE:
                self._move(self.timeline.to_newest)

    def action_oldest(self) -> None:
        """Go to the oldest entry, the last source or the end of the text."""
        match self.view.pane:
            case Pane.SOURCES:
                self.sources.to_last()
            case Pane.DETAIL:
                self.detail.to_end()
            case Pane.TIMELINE:
                self._move(self.timeline.to_oldest)

    def action_next_hour(self) -> None:
        """Go to the first entry of the hour before."""
        self._move(lambda: self.timeline.hour(1))

    def action_previous_hour(self) -> None:
        """Go to the first entry of this hour, or of the hour after."""
        self._move(lambda: self.timeline.hour(-1))

    def action_follow(self) -> None:
        """Follow, or hold."""
        self._move(self.timeline.toggle_follow)

    def seek(self, seek: Seek) -> None:
        """Go to the next entry that is wanted, or say that there is none; one search after the other."""
        self._seeks.append(seek)
        if len(self._seeks) == 1:
            self._seek_next()

    def _seek_next(self) -> None:
        cursor = self._sought_from = self.timeline.cursor_id
        place = None if cursor is None else self.timeline.cards.key(cursor)
        if not self._seeks or cursor is None or place is None:
            self._seeks.clear()
            return
        seek = self._seeks[0]
        if seek.lit and self.session.library.watches.on:
            self._seek_token = self.session.seek_lit(self.view, Place(place, cursor), seek.delta)
        else:
            self._seek_token = self.session.seek_unread(self.timeline.beyond(delta=seek.delta))

    @on(messages.Sought)
    def _sought(self, event: messages.Sought) -> None:
        if event.token != self._seek_token or not self._seeks:
            return
        if self.timeline.cursor_id != self._sought_from:
            self._seeks.clear()  # the reader went elsewhere meanwhile, and stays there
            return
        seek = self._seeks.popleft()
        if event.entry_id is not None and self.timeline.holds(event.entry_id):
            self._move(partial(self.timeline.reveal, event.entry_id))
            self._seek_next()
        else:
            self._seeks.clear()
            what = "match" if seek.lit and self.session.library.watches.on else "unread entry"
            self.status_bar.answer(f"No {what} further {'down' if seek.delta > 0 else 'up'}.")

    def action_read_on(self) -> None:
        """Page through the text, then go to the next unread entry; page the list where there is no text."""
        if self.view.pane is Pane.SOURCES or not self.shows(Pane.DETAIL):
            self._page(1)
        elif not self.detail.at_end:
            self.detail.page(1)
        elif not self._seeks:
            self.seek(Seek(lit=False))
