"""The full text of an entry, from the page it leads to: fetched when it is asked for, shown in place of the feed's.

Owns which of the two texts an entry is shown with, and the line that says so. Fetching is a wish sent to the engine;
what is stored is looked for when an entry is shown, so a text is there again after a restart. Part of the main screen.
"""

from __future__ import annotations

from textual import on
from textual.cache import LRUCache

from feeds.events import ReadArticle
from feeds.model import Article, Entry
from tui import messages
from tui import state as states
from tui.article import Text
from tui.render import clock, day, local
from tui.screens.view_commands import ViewCommands
from tui.session import Session
from tui.state import Pane, ViewState
from tui.widgets.entry_pane import EntryPane

_KEPT = 64
"""Full texts kept in memory."""


class FullTextCommands(ViewCommands):
    """Commands on the text that is shown of an entry."""

    def __init__(self, session: Session, view: ViewState) -> None:
        super().__init__(session, view)
        self._articles: LRUCache[int, Article] = LRUCache(_KEPT)
        self._by_feed: set[int] = set()
        """Entries that are shown with the feed's text although there is another."""
        self.detail.text_of = self.text_of

    def text_of(self, entry: Entry) -> Text | None:
        """Return the text an entry is to be shown with, None for its own where there is no other."""
        article, key = self._articles.get(entry.id), self.key_of("full-text")
        if article is None:
            return None
        dot = self.detail.glyphs.dot
        if entry.id in self._by_feed:
            return Text(None, (f"the feed's text {dot} {key} shows the full text",))
        here = local(article.fetched, self.session.options.zone)
        today = local(self.session.options.clock.now(), self.session.options.zone).date() == here.date()
        when = clock(here) if today else f"{day(here)} {clock(here)}"
        note = f"full text {dot} fetched {when} {dot} {key} shows the feed's text"
        return Text(article.document, (note, article.note) if article.note else (note,), article.fetched)

    @property
    def detail_facts(self) -> str:
        """What is said beside the title of the detail."""
        entry = self.detail.entry
        more = ">" if self.session.options.ascii_only else "…"
        fetching = entry is not None and entry.id in self.session.full_texts.asked
        return f"fetching the full text{more}" if fetching else ""

    def action_full_text(self) -> None:
        """Show the full text of the entry, fetch it where it is not there yet, or show the feed's text again."""
        entry = self.entry
        if entry is None:
            return
        self.mark_as_read(entry.id)
        if not self.shows(Pane.DETAIL):
            self.look(states.with_pane(self.view, Pane.DETAIL))
        article = self._articles.get(entry.id)
        if article is not None and (entry.id not in self._by_feed or article.fetched >= entry.revised_at):
            self._by_feed ^= {entry.id}
            self.detail.relay()
        elif entry.id in self.session.full_texts.asked:
            self.status_bar.answer("The full text is being fetched.")
        elif entry.post.url is None:
            self.status_bar.answer("This entry leads to no page; what the feed says is all there is.")
        elif not self.session.writing:
            self.status_bar.answer("Another Wirewatch fetches for these entries; this one only reads.")
        else:
            self.session.full_texts.asked.add(entry.id)
            self.session.send(ReadArticle(entry.id))
            self.status_bar.answer("Fetching the full text.")
            self._show_titles()

    @on(EntryPane.Shown)
    def _look_for_text(self, event: EntryPane.Shown) -> None:
        if event.entry_id not in self._articles:
            self.session.full_texts.look(event.entry_id)

    @on(messages.FullTextRead)
    def _text_read(self, event: messages.FullTextRead) -> None:
        asked = event.entry_id in self.session.full_texts.asked
        here = self.detail.entry is not None and self.detail.entry.id == event.entry_id
        if event.article is not None:
            self._articles.discard(event.entry_id)  # it would keep the value it has
            self._articles[event.entry_id] = event.article
            if asked:
                self._by_feed.discard(event.entry_id)
            if here:
                self.detail.relay()
                self.status_bar.answer("")
        elif asked:
            self.status_bar.tell(f"No full text. {event.message}", problem=True)
        self.session.full_texts.asked.discard(event.entry_id)
        self._show_titles()
