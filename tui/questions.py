"""What the screen asks of the store: views, the numbers around them, the next entry that is wanted.

Owns which question is the last of its kind: an earlier one needs no answer any more. The reader's thread answers;
the screen's thread only raises the numbers that say so, so nothing is shared that both change. Must not draw.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from msgspec.structs import replace
from textual.message import Message

from feeds.query import All, Scene
from feeds.store import Reader, View
from feeds.watches import Action, Watches
from tui import messages, seeking
from tui.reader_thread import ReaderThread, Urgency

SOON = 500
"""Newest entries of a view that are shown before the rest of it is read."""
LOOKED_AT = 2_000
"""Newest of the entries that came meanwhile of which it is said what they are."""


class Questions:
    """Questions to the reader's thread; answers are messages."""

    def __init__(self, thread: ReaderThread, post: Callable[[Message], object]) -> None:
        """Answers go to `post`, called in that thread."""
        self._thread = thread
        self._post = post
        self._selecting = self._counting = self._seeking = 0

    # ------------------------------------------------------------------ views

    def select(self, view: View) -> int:
        """Ask for the entries of a view: the newest come first, then all. Return the token of the answers."""
        self._selecting += 1
        self._thread.ask(Urgency.VIEW, partial(self._select, view=view, token=self._selecting))
        return self._selecting

    def _select(self, reader: Reader, view: View, token: int) -> None:
        if token != self._selecting:
            return
        newest = reader.select(view, newest=SOON)
        whole = len(newest.ids) < SOON
        self._post(messages.SelectionReady(token, newest, whole))
        if not whole:
            self._thread.ask(Urgency.REST, partial(self._select_all, view=view, token=token))

    def _select_all(self, reader: Reader, view: View, token: int) -> None:
        if token != self._selecting:
            return
        selection = reader.select(view)
        if token == self._selecting:
            self._post(messages.SelectionReady(token, selection))

    # ------------------------------------------------------------------ numbers

    def count(self, whole: View, view: View, watches: Watches) -> None:
        """Ask for the numbers around the view last selected; asked for twice before the answer, once is enough."""
        self._counting += 1
        number, token = self._counting, self._selecting
        self._thread.ask(Urgency.NUMBERS, lambda reader: self._count(reader, whole, view, watches, number, token))

    def _count(self, reader: Reader, whole: View, view: View, watches: Watches, number: int, token: int) -> None:
        if number != self._counting:
            return
        counts: list[int] = []
        for watch in watches.watches:
            if token != self._selecting:
                return
            inside = whole if Action.MUTE in watch.actions else view
            query = watch.query if inside.query is None else All((inside.query, watch.query))
            counts.append(reader.count(replace(inside, query=query)))
        hidden = reader.count(whole) - reader.count(view) if view.query is not None else 0
        self._post(messages.CountsReady(token, max(hidden, 0), tuple(counts)))

    def since(self, ids: Sequence[int], watches: Watches, scene: Scene) -> None:
        """Ask what some entries are, of which the newest stand last; of very many the newest are looked at."""

        def work(reader: Reader) -> None:
            entries = reader.entries(ids[-LOOKED_AT:])
            found = Counter(
                index for entry in entries for index in watches.matching(entry, scene) if index in watches.on
            )
            named = tuple((watches.watches[index].name, found[index]) for index in sorted(found))
            self._post(messages.CameMeanwhile(len(ids), sum(entry.post.key_event for entry in entries), named))

        self._thread.ask(Urgency.NUMBERS, work)

    # ------------------------------------------------------------------ the next entry that is wanted

    def seek_lit(self, view: View, watches: Watches, place: seeking.Place, delta: int) -> int:
        """Ask for the next older entry that watches light, or the next newer one. Return the token of the answer."""
        self._seeking += 1
        lit = seeking.lit_view(view, watches)
        self._thread.ask(Urgency.VIEW, partial(self._seek_lit, view=lit, place=place, delta=delta, token=self._seeking))
        return self._seeking

    def _seek_lit(self, reader: Reader, view: View, place: seeking.Place, delta: int, token: int) -> None:
        if token == self._seeking:
            self._post(messages.Sought(token, seeking.neighbour(reader, view, place, delta)))

    def seek_unread(self, ids: Sequence[int]) -> int:
        """Ask for the first of some entries that is unread. Return the token of the answer."""
        self._seeking += 1
        self._thread.ask(Urgency.VIEW, partial(self._seek_unread, ids=ids, start=0, token=self._seeking))
        return self._seeking

    def _seek_unread(self, reader: Reader, ids: Sequence[int], start: int, token: int) -> None:
        if token != self._seeking:
            return
        end = start + seeking.PORTION
        found = seeking.unread(reader, ids[start:end])
        if found is None and end < len(ids):
            # What else is asked for comes in between: there may be very many entries that were read.
            self._thread.ask(Urgency.REST, partial(self._seek_unread, ids=ids, start=end, token=token))
        else:
            self._post(messages.Sought(token, found))
