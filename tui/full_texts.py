"""What is known of the full texts of entries: what the engine says of one, and what is stored of it.

Owns the questions about them. Answers are messages; what is shown of them is the screen's business. Must not draw.
"""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message

from feeds.events import ArticleRead
from feeds.store import Reader
from tui import messages
from tui.reader_thread import ReaderThread, Urgency


class FullTexts:
    """Questions about the full text of an entry."""

    def __init__(self, thread: ReaderThread, post: Callable[[Message], object]) -> None:
        self._thread = thread
        self._post = post
        self.asked: set[int] = set()
        """Entries whose page is being fetched."""

    def look(self, entry_id: int) -> None:
        """Ask for the full text of an entry; it is answered where one is stored."""

        def work(reader: Reader) -> None:
            article = reader.article(entry_id)
            if article is not None:
                self._post(messages.FullTextRead(entry_id, article))

        self._thread.ask(Urgency.NEWS, work)

    def hear(self, event: ArticleRead) -> None:
        """Take in that a page was read, or why not."""
        if event.message:
            self._post(messages.FullTextRead(event.entry_id, None, event.message))
        else:
            self.look(event.entry_id)

    def forget(self) -> None:
        """Take in that nobody fetches any more."""
        for entry_id in list(self.asked):
            self.hear(ArticleRead(entry_id, "The engine ended."))
