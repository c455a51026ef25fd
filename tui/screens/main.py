"""The main screen: what arrives and what the reader asks for, each led to where it is dealt with.

Owns the consequences of another view and of news: entries go to the timeline if they belong to the view,
numbers to the status line. Layout and movement are in `panes`, commands beside it. Must not read the store.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from textual import on
from textual.content import Content

from feeds.model import ChangeKind, Entry
from feeds.query import minds_marks
from feeds.watches import Action
from tui import messages
from tui import state as states
from tui.command import Scope
from tui.commands import BY_ID, bindings
from tui.render import Density, clock, local, millis
from tui.screens import summary
from tui.screens.catching_up import CatchingUpCommands
from tui.screens.full_text import FullTextCommands
from tui.screens.taking import TakingCommands
from tui.screens.view_commands import ViewCommands
from tui.session import Session
from tui.state import Pane, ViewState
from tui.widgets.query_bar import QueryBar
from tui.widgets.source_list import SourceList
from tui.widgets.status_bar import Status, StatusBar
from tui.widgets.timeline import Timeline

REST = 1.5
"""Seconds the cursor rests on an entry, in sight of its text, after which moving on marks it as read."""

ARRIVED = {ChangeKind.ADDED, ChangeKind.OLDER}
"""What happened to an entry that was not there before."""

SETTLED = timedelta(minutes=1)
"""A view that time changes (`after:2h`) is made anew so often."""

NEWS = timedelta(minutes=30)
"""An entry that is older when it comes is no news: what a new source had before rings no bell."""


class MainScreen(CatchingUpCommands, FullTextCommands, TakingCommands, ViewCommands):
    """Everything at work."""

    CSS_PATH = "main.tcss"
    SCOPE = Scope.MAIN
    BINDINGS = bindings(SCOPE)

    def __init__(self, session: Session, view: ViewState) -> None:
        super().__init__(session, view)
        self._token = 0
        self._made_at = self.now
        self._restore = view.cursor
        self._query = states.wanted(view, session.library.watches)
        self._news: messages.SourcesRead | None = None
        self._arrived = time.monotonic()
        self._detail_id: int | None = None
        self._hidden = 0
        self._watch_counts: list[int] | None = None

    # ------------------------------------------------------------------ beginning and end

    def on_mount(self) -> None:
        """Show what is stored, before anything else is done."""
        self.session.library.switch(states.watches_on(self.view, self.session.library.watches))
        self._query = states.wanted(self.view, self.session.library.watches)
        self._say_empty()
        self.lay_out()
        self.timeline.show(self.session.first(self.view), keep_place=False)
        self.timeline.set_left_mark(self.view.left_at)
        self._show_sources()
        self.focus_pane()
        self._select()
        self._tick()
        self.set_interval(1.0, self._tick)

    def leaving(self) -> ViewState:
        """Return the view as it is worth keeping."""
        rows = self.timeline.cards.rows
        newest = rows.key(rows.newest) if len(rows) else None
        held = None if self.timeline.follow else self.timeline.cursor_id
        seen = max((key for key in (newest, self.view.left_at) if key is not None), default=None)
        return states.at_exit(self.view, cursor=held, left_at=seen)

    @property
    def now(self) -> datetime:
        """The time, UTC."""
        return self.session.options.clock.now()

    def _tick(self) -> None:
        self.sources.tick(self.now)
        self.detail.tick()
        if self.now - self._made_at >= SETTLED and states.moves_on(self._query):
            self._select_again()
        self._show_status()

    def _say_empty(self) -> None:
        if len(self.timeline):
            return
        keys = {command: self.key_of(command) for command in ("escape", "filters", "add", "hide-read")}
        sentence = summary.nothing(self.view, self.session.sources, self.polling, self._hidden, keys)
        if sentence != self.timeline.empty_message.plain:
            self.timeline.empty_message = Content.styled(sentence, "$foreground 60%")

    # ------------------------------------------------------------------ the view changes

    def looked(self, before: ViewState) -> None:
        """Do what follows from another view."""
        view, library = self.view, self.session.library
        self.note_view(before)
        if view.watches_off != before.watches_off and library.switch(states.watches_on(view, library.watches)):
            self._relight()
        query = states.wanted(view, library.watches)
        if query != self._query or view.source_id != before.source_id:
            self._query = query
            self._select()
        self._say_empty()
        if view.density != before.density:
            self.timeline.set_density(Density(view.density))
        if view.theme != before.theme:
            self.app.theme = view.theme
        if view.source_id != before.source_id:
            self.sources.place(view.source_id)
            self._show_breaks()
        self._show_titles()
        self._show_status()

    def lay_out(self) -> None:
        """Show the panes there is room for; the detail is kept up with the cursor while it is one of them."""
        super().lay_out()
        self._show_detail()

    def _select(self) -> None:
        self._watch_counts = None
        self._select_again()

    def _select_again(self) -> None:
        """Make the view anew; its numbers hold until they are counted."""
        self._made_at = self.now
        self._token = self.session.select(self.view)
        self.session.count(self.view)

    def _relight(self) -> None:
        self.timeline.relight()
        self.detail.relight()

    @on(messages.SelectionReady)
    def _selected(self, event: messages.SelectionReady) -> None:
        if event.token != self._token:
            return
        if not event.whole:
            # Only the newest entries yet: not for a reader who is further down than these reach.
            cursor = self.timeline.cursor_id
            place = None if cursor is None else self.timeline.cards.key(cursor)
            held = not self.timeline.follow or self._restore is not None
            if held and place is not None and place < event.selection.sort_keys[0]:
                return
        self.timeline.show(event.selection)
        if event.whole and self._restore is not None:
            self.timeline.reveal(self._restore)
            self._restore = None
        self._say_empty()
        self._show_titles()
        self._show_status()

    @on(messages.CountsReady)
    def _counted(self, event: messages.CountsReady) -> None:
        if event.token == self._token:
            self._hidden, self._watch_counts = event.hidden, list(event.watches)
            self._say_empty()
            self._show_status()

    # ------------------------------------------------------------------ news

    @on(messages.EntriesChanged)
    def _entries_changed(self, event: messages.EntriesChanged) -> None:
        self.session.take_in(event)
        scene = self.session.library.scene
        kinds: dict[int, set[ChangeKind]] = {}
        for record in event.records:
            kinds.setdefault(record.entry_id, set()).add(record.kind)
        here: list[Entry] = []
        gone = [entry_id for entry_id in kinds if entry_id not in event.entries]
        for entry in event.entries.values():
            if kinds[entry.id] == {ChangeKind.MARKED}:
                continue  # it is where it was, until the view is made anew; see `states.stays`
            if states.belongs(entry, self.view, self._query, scene):
                here.append(entry)
            elif not kinds[entry.id] & ARRIVED and not states.stays(entry, self.view, self._query, scene):
                gone.append(entry.id)
        if gone:
            self.timeline.remove_entries(gone)
        # What is not in the view may be remembered too, from before a filter or another source was chosen.
        changed = [entry_id for entry_id, kind in kinds.items() if not kind <= ARRIVED]
        if changed:
            self.timeline.refresh_entries(changed)
        self.timeline.insert([entry.id for entry in here], [millis(entry.sort_at) for entry in here])
        if self._detail_id in kinds and self.timeline.cursor_id == self._detail_id:
            self._show_detail()
        self._count_news(event, kinds)
        self.news_of_revisions(kinds)
        self._say_empty()
        self._alert([entry for entry in event.entries.values() if kinds[entry.id] >= {ChangeKind.ADDED}])
        self._show_titles()
        self._show_status()

    def _count_news(self, event: messages.EntriesChanged, kinds: dict[int, set[ChangeKind]]) -> None:
        """Add arrivals to the numbers; count again where something else changed that they depend on."""
        recounted = {ChangeKind.EDITED, ChangeKind.RESTORED, ChangeKind.WITHDRAWN}
        if self._counts_mind_marks:
            recounted.add(ChangeKind.MARKED)
        if any(kind & recounted for kind in kinds.values()) or any(each not in event.entries for each in kinds):
            self.session.count(self.view)
            return
        scene = self.session.library.scene
        plain = states.with_filter(self.view, "")
        for entry in event.entries.values():
            if not kinds[entry.id] & ARRIVED or not states.belongs(entry, plain, None, scene):
                continue
            inside = states.belongs(entry, self.view, self._query, scene)
            self._hidden += not inside
            if self._watch_counts is not None:
                for index in self.session.library.matching(entry):
                    self._watch_counts[index] += inside or self._mutes(index)

    @property
    def _counts_mind_marks(self) -> bool:
        queries = (self._query, *(watch.query for watch in self.session.library.watches.watches))
        return any(query is not None and minds_marks(query) for query in queries)

    def _mutes(self, index: int) -> bool:
        return Action.MUTE in self.session.library.watches.watches[index].actions

    def _alert(self, arrived: list[Entry]) -> None:
        library, since = self.session.library, self.now - NEWS
        alerts = [entry for entry in arrived if entry.when >= since and library.lit(entry).alert]
        if alerts:
            newest = max(alerts, key=lambda entry: entry.sort_at)
            names = ", ".join(library.alerting(newest))
            more = f" and {len(alerts) - 1} more" if len(alerts) > 1 else ""
            self.status_bar.tell(f"{names}: {newest.post.title or 'a new entry'}{more}")
            self.app.bell()

    @on(messages.SourcesRead)
    def _sources_read(self, event: messages.SourcesRead) -> None:
        ids = {source.id for source in self.session.sources}
        renamed = self.session.learn(event)
        self._news = event
        if renamed:
            self._relight()
        if ids != {source.id for source in event.sources}:
            if self.view.source_id not in {None, *(source.id for source in event.sources)}:
                self.look(states.with_source(self.view, None))
            self._select()
        self._say_empty()
        self._show_breaks()
        self._show_sources()

    @on(messages.PollingChanged)
    def _polling_changed(self, event: messages.PollingChanged) -> None:
        self.polling = event.source_ids
        self._say_empty()
        self._show_sources()

    @on(messages.WritingChanged)
    def _writing_changed(self) -> None:
        self._show_status()

    @on(messages.Noticed)
    def _noticed(self, event: messages.Noticed) -> None:
        self.status_bar.tell(event.sentence, problem=event.problem)

    @on(messages.Broken)
    def _broken(self, event: messages.Broken) -> None:
        raise event.error

    # ------------------------------------------------------------------ what the panes say

    @on(Timeline.CursorMoved)
    def _cursor_moved(self, event: Timeline.CursorMoved) -> None:
        rested = time.monotonic() - self._arrived >= REST
        if self.moved_by_reader and rested and self.shows(Pane.DETAIL) and self._detail_id is not None:
            self.mark_as_read(self._detail_id, left=True)
        if event.entry_id != self._detail_id:
            self._arrived = time.monotonic()
        self.moved_by_reader = False
        self._show_detail()
        self._show_status()

    @on(Timeline.FollowChanged)
    @on(Timeline.UnseenChanged)
    def _place_changed(self) -> None:
        self._show_status()

    @on(Timeline.PastOldest)
    def _past_oldest(self) -> None:
        self.action_older()

    @on(Timeline.Opened)
    def _opened(self, event: Timeline.Opened) -> None:
        self.look(states.with_pane(self.view, Pane.DETAIL))
        self._show_detail()
        self.mark_as_read(event.entry_id)

    @on(SourceList.Selected)
    def _source_selected(self, event: SourceList.Selected) -> None:
        self.look(states.with_source(self.view, event.source_id))

    @on(SourceList.Opened)
    def _source_opened(self, event: SourceList.Opened) -> None:
        self.look(states.with_pane(states.with_source(self.view, event.source_id), Pane.TIMELINE))

    @on(StatusBar.Pressed)
    async def _pressed(self, event: StatusBar.Pressed) -> None:
        command = BY_ID[event.command]
        if command.id == "newest":
            self.look(states.with_pane(self.view, Pane.TIMELINE))
        await self.run_action(command.action)

    @on(QueryBar.Typed)
    def _query_typed(self, event: QueryBar.Typed) -> None:
        self.look(states.with_filter(self.view, event.text))
        self._show_titles()

    @on(QueryBar.Applied)
    @on(QueryBar.Left)
    def _query_done(self, event: QueryBar.Applied | QueryBar.Left) -> None:
        self.look(states.with_filter(states.with_pane(self.view, Pane.TIMELINE), event.text))
        self.focus_pane()
        self._show_titles()

    # ------------------------------------------------------------------ what is shown around the panes

    def _show_detail(self) -> None:
        """Show the entry under the cursor in full, where that is in sight."""
        if not self.shows(Pane.DETAIL):
            self._detail_id = None
            return
        entry = self.entry
        self._detail_id = entry.id if entry else None
        if entry is not self.detail.entry:
            self.detail.show(entry)
            self._show_titles()

    def _show_breaks(self) -> None:
        gaps, library = self._news.gaps if self._news else (), self.session.library
        shown = [gap for gap in gaps if self.view.source_id in (None, gap.source_id)]
        self.timeline.set_breaks(summary.breaks(shown, library.source_name, self.session.options.zone))

    def _show_sources(self) -> None:
        pulses = self._news.pulses if self._news else {}
        items = summary.source_items(self.session.sources, self.session.counts, pulses, self.polling)
        self.sources.show(items, self.now)
        if self.sources.source_id != self.view.source_id:
            self.sources.place(self.view.source_id)
        self._show_titles()
        self._show_status()

    def _show_titles(self) -> None:
        view, library = self.view, self.session.library
        name = "All sources" if view.source_id is None else library.source_name(view.source_id)
        lens, waits = states.lens(view), self.query_bar.waits
        self.titles[Pane.TIMELINE].show(name, f"{len(self.timeline):,}", lens=lens, lens_waits=waits)
        self.titles[Pane.SOURCES].show("Sources", summary.failing(self.session.sources))
        entry = self.detail.entry
        name = library.source_name(entry.source_id) if entry else "Entry"
        self.titles[Pane.DETAIL].show(name, self.detail_facts)

    def _show_status(self) -> None:
        library, unseen, item = self.session.library, self.timeline.unseen, self.sources.item
        about = item.message if item and self.view.pane is Pane.SOURCES else ""
        self.status_bar.show(
            Status(
                follow=self.timeline.follow,
                new=len(unseen),
                new_watches=summary.news_by_watch(library, unseen),
                watches=summary.watch_counts(library.watches, self._watch_counts),
                hidden=self._hidden,
                filters_on=self.view.filters_on,
                filtered=self.has_filters,
                polling=len(self.polling),
                read_only=not self.session.writing,
                about=about,
                about_problem=bool(about),
                hints=self.hints(),
                clock=clock(local(self.now, self.session.options.zone)),
            )
        )
