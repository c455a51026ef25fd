"""What the reader does with the view and the sources: filter, switch, choose, poll, add.

Owns these commands and which commands make sense now. Each becomes another view or a wish of the session's.
Part of the main screen.
"""

from __future__ import annotations

from textual import events, on

from feeds.moments import moment
from tui import messages, theme
from tui import state as states
from tui.command import Command, Need
from tui.commands import BY_ID, HINTS
from tui.render import Density, millis
from tui.screens import summary
from tui.screens.adding import Adding
from tui.screens.entry_commands import EntryCommands
from tui.screens.prompt import Prompt
from tui.session import Session
from tui.state import Pane, ViewState
from tui.widgets.query_bar import QueryBar


class ViewCommands(EntryCommands):
    """Commands on what is shown."""

    def __init__(self, session: Session, view: ViewState) -> None:
        super().__init__(session, view)
        self._adding = Adding(self, session, self.status_bar.answer, lambda: self.keymap)

    # ------------------------------------------------------------------ filters and watches

    @property
    def has_filters(self) -> bool:
        """Whether there is anything that can hide entries, in force or not."""
        return bool(self.view.filter) or summary.hides(self.session.library.watches)

    def action_filter(self) -> None:
        """Type a query."""
        self.look(states.with_pane(self.view, Pane.TIMELINE))
        self.query_bar.open(self.view.filter)

    def action_filters(self) -> None:
        """Switch all filters."""
        if self.has_filters:
            self.look(states.with_filters_switched(self.view))
        else:
            self.status_bar.answer(
                f"There is no filter; {self.key_of('filter')} types one, watches may filter or mute."
            )

    def action_hide_read(self) -> None:
        """Hide what was read, or show it."""
        self.look(states.with_read_hidden(self.view, not self.view.hide_read))
        self.status_bar.answer("Only what was not read yet is shown." if self.view.hide_read else "All is shown again.")

    def action_watch(self, key: int) -> None:
        """Switch a watch."""
        watches = self.session.library.watches
        index = watches.by_key(key)
        if index is None:
            self.status_bar.answer(f"No watch has the key {key}; watches are written into the configuration.")
        else:
            self.look(states.with_watch_switched(self.view, watches.watches[index].name))

    # ------------------------------------------------------------------ looks

    def action_density(self) -> None:
        """Change the density."""
        compact = self.timeline.density is Density.COMPACT
        self.look(states.with_density(self.view, Density.ROOMY if compact else Density.COMPACT))

    def action_theme(self) -> None:
        """Go to the next of our themes."""
        names = [each.name for each in theme.THEMES]
        at = names.index(self.app.theme) if self.app.theme in names else -1
        self.use_theme(names[(at + 1) % len(names)])

    def use_theme(self, name: str) -> None:
        """Use a theme by its name."""
        self.look(states.with_theme(self.view, name))

    # ------------------------------------------------------------------ times

    def action_time(self) -> None:
        """Ask for a time."""
        self.app.push_screen(
            Prompt("A time, a day, or how long ago", "14:30, 2026-02-13 14:30 or 2h", "go"), self._time
        )

    def _time(self, text: str | None) -> None:
        if text is None:
            return
        options = self.session.options
        when = moment(text, options.clock.now(), options.zone, last=True)
        if when is None:
            self.status_bar.answer(f"“{text}” is no time; write 14:30, 2026-02-13 14:30, 13 Feb, or 2h.", problem=True)
        else:
            self.look(states.with_pane(self.view, Pane.TIMELINE))
            self.moved_by_reader = True
            self.timeline.to_time(millis(when))

    # ------------------------------------------------------------------ sources

    def show_source(self, source_id: int | None) -> None:
        """Show one source, or all."""
        self.look(states.with_pane(states.with_source(self.view, source_id), Pane.TIMELINE))

    def action_refresh(self) -> None:
        """Poll the source under the cursor."""
        entry, source_id = self.entry, self.sources.source_id
        if self.view.pane is not Pane.SOURCES and entry is not None:
            source_id = entry.source_id
        self._poll(source_id)

    def action_refresh_all(self) -> None:
        """Poll every source."""
        self._poll(None)

    def action_older(self) -> None:
        """Fetch what came before the oldest entries."""
        if self.session.writing:
            self.status_bar.answer(self.session.look_back(self.view.source_id))
        else:
            self.status_bar.answer("Another Wirewatch polls these sources; this one only reads.")

    def _poll(self, source_id: int | None) -> None:
        """Ask for a poll of a source, of all when None, and say what comes of that."""
        if not self.session.writing:
            self.status_bar.answer("Another Wirewatch polls these sources; this one only reads.")
            return
        asked = [source for source in self.session.sources if source_id in (None, source.id)]
        self.session.refresh(() if source_id is None else (source_id,))
        self.status_bar.answer(summary.asked_for(asked, self.polling, self.session.options.clock.now()))

    def action_add(self) -> None:
        """Ask for an address."""
        self._adding.ask_address()

    def action_import(self) -> None:
        """Ask for a list of sources."""
        self._adding.ask_list()

    @on(messages.SourcesOffered)
    def _offered(self, event: messages.SourcesOffered) -> None:
        self._adding.offer(event.found)

    @on(QueryBar.Applied)
    @on(QueryBar.Left)
    @on(events.ScreenResume)
    def _free_again(self) -> None:
        """Ask what had to wait while something else was open, or being typed."""
        self._adding.go_on()

    def action_keep(self) -> None:
        """Save the sources of this visit."""
        if self.session.options.visit_only:
            self.session.keep_sources()
        else:
            self.status_bar.answer("These sources are saved already.")

    # ------------------------------------------------------------------ which commands make sense

    def offers(self, command: Command) -> bool:
        """Return whether a command has something to work on now."""
        session, entry = self.session, self.entry
        match command.need:
            case Need.ENTRY:
                return entry is not None
            case Need.LINK:
                return entry is not None and entry.post.url is not None
            case Need.EDITED:
                return entry is not None and entry.revision > 1
            case Need.SOURCE:
                return session.writing and bool(session.sources)
            case Need.VISIT:
                return session.options.visit_only
            case Need.FILTER:
                return self.has_filters
            case Need.WATCH:
                return session.library.watches.by_key(command.argument or 0) is not None
            case Need.BACK:
                return self.can_go_back
            case Need.WRITING:
                return session.writing
            case Need.NOTHING:
                return True

    def title_of(self, command: Command) -> str:
        """Return the title of a command; that of a watch names it."""
        watches = self.session.library.watches
        index = watches.by_key(command.argument) if command.argument is not None else None
        return command.title if index is None else f"Switch the watch {watches.watches[index].name}"

    def hints(self) -> tuple[tuple[str, str], ...]:
        """Return keys and what they do in the pane in use, the most useful first."""
        return tuple(
            (self.key_of(command.id), command.hint)
            for command in map(BY_ID.__getitem__, HINTS[self.view.pane])
            if self.offers(command)
        )
