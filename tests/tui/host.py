"""An app on invented data: a store in memory, a scripted engine, and ways to look at what came of it."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace
from textual.pilot import Pilot

from feeds.config import Settings
from feeds.document import Paragraph, Run
from feeds.events import Changed, Command, Event, Mark, Ready, SourcesChanged
from feeds.model import (
    Article,
    ChangeKind,
    ChangeRecord,
    Entry,
    Gap,
    Health,
    Outcome,
    Post,
    Revision,
    Source,
    SourceSpec,
)
from feeds.query import Scene, matches, parse
from feeds.store import Selection, SourceCounts, View
from feeds.watches import Action, Watch
from tui.app import WirewatchApp
from tui.options import AppOptions
from tui.render import millis
from tui.screens.main import MainScreen
from tui.session import Session
from tui.state import wanted

NOW = datetime(2026, 2, 13, 14, 30, tzinfo=UTC)
TITLES = (
    "Bridge over the Varda reopens after a night of repairs",
    "Storm warning widened to the northern coast; ferries stop",
    "Council votes 31–14 to delay the harbour plan",
    "Talks in Kyiv go on behind closed doors",
    "Élection : les premiers résultats sont attendus vers 20 h",
    "Rate decision expected at noon; analysts are split on whether the bank will hold",
    "Kyiv and the coast: what is known so far",
)
BODY = (
    "Engineers worked through the night to replace two bearings on the eastern span. Traffic was let through "
    "in one direction at first, and the city asked drivers to be patient. Officials in Kyiv said the talks "
    "would go on."
)
NAMES = ("Varda Herald", "Radio Nord: Live", "Harbour Wire", "The Coast: Storm live")
HOSTILE = "x [/foo] y [@click=app.quit]go[/] \x1b[31mred\x1b]0;t\x07 \x9b2J \u202egnp.exe\u202c end"


class FixedClock:
    """A clock that tells one time until it is told another."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    async def sleep_until(self, when: datetime) -> None:
        self.time = max(self.time, when)


def source(number: int, name: str | None = None, **health: object) -> Source:
    """Source of that id that was polled and is well, unless said otherwise."""
    fields = {"outcome": Outcome.UNCHANGED, "next_poll": NOW + timedelta(seconds=24 * number)} | health
    url = f"https://example.org/{number}"
    return Source(
        id=number,
        spec=SourceSpec(url=url, name=NAMES[(number - 1) % len(NAMES)] if name is None else name),
        url=url,
        health=Health(**fields),
    )


def entry(number: int, *, title: str | None = None, text: str = BODY, source_id: int | None = None) -> Entry:
    """Entry of that id; number 1 is 400 minutes old, each further one two minutes younger."""
    at = NOW - timedelta(minutes=400 - 2 * number)
    return Entry(
        id=number,
        source_id=1 + number % 3 if source_id is None else source_id,
        identity=str(number),
        post=Post(
            title=f"{number}: {TITLES[number % len(TITLES)]}" if title is None else title,
            url=f"https://example.org/posts/{number}",
            published=at,
            body=(Paragraph((Run(text),)),) if text else (),
        ),
        sort_at=at,
        first_seen=at,
        revised_at=at,
    )


class Shelves:
    """A store in memory; `reader` opens it as often as one likes."""

    def __init__(self, entries: Iterable[Entry] = (), sources: Iterable[Source] = ()) -> None:
        self.by_id = {each.id: each for each in entries}
        self.configured = list(sources)
        self.log: list[ChangeRecord] = []
        self.states: dict[int, list[Revision]] = {}
        self.selected: list[View] = []
        self.gaps: list[Gap] = []
        self.articles: dict[int, Article] = {}

    def reader(self) -> MemoryReader:
        return MemoryReader(self)

    def add(self, *entries: Entry, kind: ChangeKind = ChangeKind.ADDED) -> None:
        for each in entries:
            self.by_id[each.id] = each
            self._note(each, kind)

    def edit(self, entry_id: int, *, title: str, text: str = "") -> None:
        old = self.by_id[entry_id]
        self.states.setdefault(entry_id, [Revision(1, old.first_seen, old.post)])
        body = (Paragraph((Run(text),)),) if text else old.post.body
        post = replace(old.post, title=title, body=body)
        new = replace(old, post=post, revision=old.revision + 1, revised_at=NOW)
        self.states[entry_id].append(Revision(new.revision, NOW, new.post))
        self.by_id[entry_id] = new
        self._note(new, ChangeKind.EDITED)

    def mark(self, mark: Mark) -> None:
        for entry_id in mark.entry_ids:
            old = self.by_id[entry_id]
            new = replace(
                old,
                read=old.read if mark.read is None else mark.read,
                starred=old.starred if mark.starred is None else mark.starred,
            )
            if new != old:
                self.by_id[entry_id] = new
                self._note(new, ChangeKind.MARKED)

    def _note(self, entry: Entry, kind: ChangeKind) -> None:
        self.log.append(ChangeRecord(len(self.log) + 1, entry.id, kind, entry.revision, NOW))


class MemoryReader:
    """The reader of `Shelves`."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves
        self.closed = False

    def sources(self) -> list[Source]:
        return list(self._shelves.configured)

    def _wanted(self, view: View) -> list[Entry]:
        ids = set(view.source_ids) or {each.id for each in self._shelves.configured}
        scene = Scene(view.now or NOW, {each.id: each for each in self._shelves.configured}, view.zone)
        found = [
            each
            for each in list(self._shelves.by_id.values())
            if each.source_id in ids and (view.query is None or matches(view.query, each, scene))
        ]
        return sorted(found, key=lambda each: (each.sort_at, each.id))

    def select(self, view: View, *, newest: int | None = None) -> Selection:
        self._shelves.selected.append(view)
        found = self._wanted(view)
        if newest is not None:
            found = found[-newest:]
        return Selection(array("q", [each.id for each in found]), array("q", [millis(each.sort_at) for each in found]))

    def entries(self, ids: Sequence[int]) -> list[Entry]:
        return [self._shelves.by_id[each] for each in ids if each in self._shelves.by_id]

    def find(self, source_id: int, identity: str) -> Entry | None:
        return next((each for each in self._shelves.by_id.values() if each.identity == identity), None)

    def revisions(self, entry_id: int) -> list[Revision]:
        return list(self._shelves.states.get(entry_id, []))

    def counts(self) -> Mapping[int, SourceCounts]:
        counts: dict[int, SourceCounts] = {}
        for each in self._shelves.configured:
            own = [one for one in list(self._shelves.by_id.values()) if one.source_id == each.id]
            counts[each.id] = SourceCounts(len(own), sum(not one.read for one in own))
        return counts

    def count(self, view: View) -> int:
        return len(self._wanted(view))

    def activity(self, since: datetime, *, bucket: float) -> Mapping[int, list[int]]:
        parts: dict[int, list[int]] = {}
        for each in list(self._shelves.by_id.values()):
            place = int((each.first_seen - since).total_seconds() // bucket)
            if 0 <= place < 12:
                parts.setdefault(each.source_id, [0] * 12)[place] += 1
        return parts

    def gaps(self) -> list[Gap]:
        return list(self._shelves.gaps)

    def oldest(self) -> Mapping[int, datetime]:
        times: dict[int, datetime] = {}
        for each in list(self._shelves.by_id.values()):
            times[each.source_id] = min(times.get(each.source_id, each.sort_at), each.sort_at)
        return times

    def last_seq(self) -> int:
        return len(self._shelves.log)

    def changes_since(self, seq: int, *, limit: int = 10_000) -> list[ChangeRecord]:
        return self._shelves.log[seq : seq + limit]

    def article(self, entry_id: int) -> Article | None:
        return self._shelves.articles.get(entry_id)

    def changes_of(self, entry_id: int) -> list[ChangeRecord]:
        return [each for each in self._shelves.log if each.entry_id == entry_id]

    def close(self) -> None:
        self.closed = True


class ScriptedLink:
    """An engine's link that remembers what it was sent, applies marks, and says what it is told to say."""

    def __init__(self, shelves: Shelves, *, writing: bool = True) -> None:
        self._shelves = shelves
        self._writing = writing
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self.sent: list[Command] = []
        self.closed = False

    async def start(self) -> None:
        self.say(Ready(self._writing, "" if self._writing else "Another Wirewatch (process 7) writes here."))

    async def send(self, command: Command) -> None:
        self.sent.append(command)
        if isinstance(command, Mark):
            self._shelves.mark(command)
            self.say(Changed(len(self._shelves.log)))

    async def events(self) -> AsyncIterator[Event]:
        while (event := await self._events.get()) is not None:
            yield event

    def say(self, event: Event) -> None:
        self._events.put_nowait(event)

    def news(self) -> None:
        """Say that there are changes."""
        self.say(Changed(len(self._shelves.log)))

    def sources(self) -> None:
        """Say that the sources are different."""
        self.say(SourcesChanged(tuple(each.id for each in self._shelves.configured)))

    def end(self) -> None:
        """End as a child does that was killed."""
        self._events.put_nowait(None)

    async def close(self) -> None:
        self.closed = True


def watch(name: str, match: str, key: int | None = None, *actions: Action, color: str = "yellow") -> Watch:
    """Watch that lights up unless other actions are given."""
    query = parse(match)
    assert query is not None
    return Watch(name, query, key, color, actions or (Action.HIGHLIGHT,))


class Host:
    """An app, its store and its engine."""

    def __init__(
        self,
        folder: Path,
        *,
        entries: int = 60,
        sources: Sequence[Source] | None = None,
        watches: Sequence[Watch] = (),
        writing: bool = True,
        **options: object,
    ) -> None:
        configured = [source(1), source(2), source(3)] if sources is None else list(sources)
        self.shelves = Shelves([entry(number) for number in range(1, entries + 1)], configured)
        self.clock = FixedClock()
        self.link = ScriptedLink(self.shelves, writing=writing)
        fields: dict[str, object] = {
            "settings": Settings(sources=tuple(each.spec for each in configured), watches=tuple(watches)),
            "zone": UTC,
        } | options
        self.options = AppOptions(data=folder, logs=folder, open_link=lambda: self.link, clock=self.clock, **fields)
        self.session = Session(self.options, reader_of=self.shelves.reader, beat=0.02)
        self.session.open()
        self.app = WirewatchApp(self.session)

    @property
    def main(self) -> MainScreen:
        return next(each for each in self.app.screen_stack if isinstance(each, MainScreen))

    def shown(self) -> list[int]:
        """The entries of the view, top to bottom."""
        rows = self.main.timeline.cards.rows
        return [rows.id(row) for row in range(len(rows))]

    def wanted(self) -> list[int]:
        """The entries that belong to the view, by a plain look at the store, top to bottom."""
        view = self.main.view
        sources = () if view.source_id is None else (view.source_id,)
        query = wanted(view, self.session.library.watches)
        return list(self.shelves.reader().select(View(query, sources, self.clock.now(), UTC)).ids)[::-1]

    async def settle(self, pilot: Pilot[None], done: Callable[[], bool], what: str = "it") -> None:
        """Let the app work until something is so; fail where it never is."""
        for _ in range(400):
            await pilot.pause()
            if done():
                return
            await asyncio.sleep(0.005)
        raise AssertionError(f"{what} never happened")

    async def ready(self, pilot: Pilot[None]) -> None:
        """Wait until everything stored is shown and counted."""
        await self.settle(pilot, lambda: self.shown() == self.wanted(), "the selection")
        await self.settle(pilot, lambda: bool(self.session.counts), "the counting")
        main = self.main
        if self.session.library.watches.watches:
            await self.settle(pilot, lambda: main._watch_counts is not None, "the counting of watches")

    async def close(self) -> None:
        await self.app.end()
