"""The bridge between the screen and everything stored and running: the engine's link and the store's readers.

Owns both, and the work that outlives a screen: it hears the engine, gathers what it says into at most one
message a frame, asks the reader's thread for views and numbers, and sends the reader's wishes. It posts typed
messages to whichever screen it was given to. Must not draw, nor hold what the reader is looking at.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from textual.message import Message

from feeds.config import source_address
from feeds.errors import QueryError, WirewatchError
from feeds.events import (
    AddSource,
    ArticleRead,
    Changed,
    Command,
    Event,
    KeepSources,
    LookBack,
    Mark,
    OlderRead,
    PollFinished,
    PollStarted,
    Problem,
    Ready,
    Refresh,
    SourceAdded,
    SourcesChanged,
    SourcesFound,
    SourcesImported,
)
from feeds.model import Source, SourceSpec
from feeds.query import Query
from feeds.store import Reader, Selection, SourceCounts, View, open_reader
from tui import adding, messages
from tui.comparing import Comparisons
from tui.full_texts import FullTexts
from tui.history import NO_MORE, History, asking
from tui.library import Library
from tui.options import AppOptions, Link
from tui.questions import Questions
from tui.reader_thread import ReaderThread, Urgency
from tui.seeking import Place
from tui.state import ViewState, wanted
from tui.undo import Undos

Outlet = Callable[[Message], object]
"""Takes a message, from any thread."""

FIRST = 200
"""Entries of the first frame, read before anything else."""
AT_ONCE = 250
"""Changes in one message: as many as the screen takes in within a frame. The rest waits for that."""
GATHER = 0.05
"""Seconds in which what the engine says becomes one message."""
PULSE_PARTS = 12
"""Parts of the last hour in a source's pulse."""
_COUNTING = 0.5
"""Seconds in which arrivals lead to one count of the sources' entries."""
_BEAT = 1.0
_BEATS_PER_PULSE = 60
_HANDING_OVER = 2.0
"""Seconds an engine that is not ready yet is waited for at the end, where something was wished for."""


class Session:
    """One data folder and one engine, for as long as the app shows them."""

    def __init__(
        self, options: AppOptions, *, reader_of: Callable[[], Reader] | None = None, beat: float = _BEAT
    ) -> None:
        self.options = options
        self.post: Outlet = lambda message: None
        """Where messages go; safe to call from any thread."""
        self.sources: tuple[Source, ...] = ()
        self.counts: Mapping[int, SourceCounts] = {}
        self.writing = True
        """False while another Wirewatch writes to the same data."""
        self.history = History()
        self._reader_of = reader_of or (lambda: open_reader(options.data))
        self._thread = ReaderThread(self._reader_of, self._failed)
        self.questions = Questions(self._thread, lambda message: self.post(message))
        self.comparisons = Comparisons(self._thread)
        self.full_texts = FullTexts(self._thread, lambda message: self.post(message))
        self._link: Link | None = None
        self._front: Reader | None = None
        self._library: Library | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._hearing: asyncio.Task[None] | None = None
        self._outbox: asyncio.Queue[Command] = asyncio.Queue()
        self._gathering: dict[Callable[[], None], asyncio.TimerHandle] = {}
        self._beat = beat
        self._seq = 0
        self._polling: set[int] = set()
        self._added = adding.Additions()
        self._undos = Undos()
        self._closing = False

    # ------------------------------------------------------------------ beginning and end

    def open(self) -> None:
        """Open the store and read the sources; the one wait before the first frame. Raises `StoreError`."""
        reader = self._front = self._reader_of()
        self._library = Library(reader, self.options.clock, self.options.settings.watches, self.options.zone)
        self._seq = reader.last_seq()
        self._learn(reader.sources(), {})

    @property
    def library(self) -> Library:
        """The shelf the panes draw from; there is one once the session is open."""
        assert self._library is not None
        return self._library

    async def start(self) -> None:
        """Start the engine and the reader's thread; called after the first frame."""
        self._thread.start()
        self._link = self.options.open_link()
        self._hearing = asyncio.create_task(self._hear_all(self._link))
        self._tasks = [self._hearing, asyncio.create_task(self._keep_beating())]
        for task in self._tasks:
            task.add_done_callback(self._task_ended)
        self.read_sources()

    async def close(self) -> None:
        """Hand over what was wished for; end the engine, the thread and the readers. May be called twice."""
        if self._link is None and not self._outbox.empty() and not self._closing:
            await self.start()  # wished for at the first frame, before anything could be started
        self._closing = True
        for handle in self._gathering.values():
            handle.cancel()
        self._gathering.clear()
        self._thread.stop()
        await self._hand_over()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._link is not None:
            # The work is committed as it is done: an engine that does not end in time loses nothing.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._link.close(), 3)
            self._link = None
        if self._library is not None:
            self._library.close()
            self._library = self._front = None

    async def _hand_over(self) -> None:
        """Let the engine have what was wished for; it does that before it stops."""
        if self._hearing is not None:
            handing = asyncio.create_task(self._outbox.join())
            both = (handing, self._hearing)
            await asyncio.wait(both, timeout=_HANDING_OVER, return_when=asyncio.FIRST_COMPLETED)
            handing.cancel()
            self._hearing = None

    def _failed(self, error: Exception) -> None:
        if isinstance(error, WirewatchError):
            self.post(messages.Noticed(str(error), problem=True))
        else:
            self.post(messages.Broken(error))

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._failed(error)

    # ------------------------------------------------------------------ the engine

    async def _hear_all(self, link: Link) -> None:
        try:
            await link.start()
            talking: asyncio.Task[None] | None = None
            try:
                async for event in link.events():
                    self.hear(event)
                    # Until it is ready an engine can do nothing: what is wished for before waits in the outbox.
                    if talking is None and isinstance(event, Ready):
                        talking = asyncio.create_task(self._talk(link))
            finally:
                if talking is not None:
                    talking.cancel()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self.post(messages.Noticed(f"The engine cannot be started: {reason}.", problem=True))
            return
        if not self._closing:
            self._polling.clear()
            self.history.forget()
            self.full_texts.forget()
            self._tell_polling()
            sentence = "The engine ended; nothing is polled until Wirewatch is started again."
            self.post(messages.Noticed(sentence, problem=True))

    async def _talk(self, link: Link) -> None:
        while True:
            await link.send(await self._outbox.get())
            self._outbox.task_done()

    def hear(self, event: Event) -> None:
        """Take in something the engine says."""
        match event:
            case Ready(writing, message):
                self.writing = writing
                self.post(messages.WritingChanged(writing))
                if message:
                    self.post(messages.Noticed(message))
                self.read_sources()
                self.read_news()
            case Changed():
                self._soon(self.read_news)
            case SourcesChanged():
                self._soon(self.read_sources)
            case PollStarted(source_id):
                self._polling.add(source_id)
                self._soon(self._tell_polling)
            case PollFinished(source_id):
                self._polling.discard(source_id)
                self._soon(self._tell_polling)
                if event.gap:
                    name = self.library.source_name(source_id)
                    self.post(messages.Noticed(f"{name}: entries may be missing between the last two polls."))
            case OlderRead():
                if outcome := self.history.take(event, self.library.source_name):
                    self.post(messages.Noticed(outcome))
            case ArticleRead():
                self.full_texts.hear(event)
            case SourceAdded(source_id, url, name):
                self._soon(self.read_sources)
                self.post(messages.SourceAdded(source_id))
                self._added.take(url, name)
                self._soon(self._tell_added)
            case SourcesFound():
                self.post(messages.SourcesOffered(event))
            case SourcesImported():
                self.post(messages.Noticed(adding.imported(event), problem=bool(event.refusals)))
            case Problem(message):
                self.post(messages.Noticed(message, problem=True))

    def _soon(self, work: Callable[[], None], delay: float = GATHER) -> None:
        """Do something once, a moment from now, however often it is asked for until then."""
        if work in self._gathering or self._closing:
            return

        def do() -> None:
            self._gathering.pop(work, None)
            work()

        self._gathering[work] = asyncio.get_running_loop().call_later(delay, do)

    def _tell_added(self) -> None:
        self.post(messages.Noticed(self._added.sentence))

    def _tell_polling(self) -> None:
        self.post(messages.PollingChanged(frozenset(self._polling)))

    async def _keep_beating(self) -> None:
        """Look for what the other Wirewatch wrote, and let the pulses of the sources move on."""
        beats = 0
        while True:
            await asyncio.sleep(self._beat)
            beats += 1
            if not self.writing:
                self.read_news()
            if beats % _BEATS_PER_PULSE == 0:
                self.read_sources()

    # ------------------------------------------------------------------ what is new

    def read_news(self) -> None:
        """Read the change log; what is new becomes one message."""
        self._thread.ask(Urgency.NEWS, self._read_news)

    def _read_news(self, reader: Reader) -> None:
        records = reader.changes_since(self._seq, limit=AT_ONCE)
        if not records:
            return
        self._seq = records[-1].seq
        entries = {entry.id: entry for entry in reader.entries(list({record.entry_id: None for record in records}))}
        self.post(messages.EntriesChanged(tuple(records), entries, more=len(records) == AT_ONCE))

    def take_in(self, news: messages.EntriesChanged) -> None:
        """Remember what a mark really changed, for undo; count the sources' entries soon, and read on."""
        self._undos.note(news.records)
        self._soon(self.read_sources, _COUNTING)
        if news.more:
            self.read_news()

    def read_sources(self) -> None:
        """Read again what is known of the sources."""
        self._thread.ask(Urgency.NEWS, self._read_sources)

    def _read_sources(self, reader: Reader) -> None:
        since = self.options.clock.now() - timedelta(hours=1)
        activity = reader.activity(since, bucket=3600 / PULSE_PARTS)
        pulses = {source_id: tuple(parts[:PULSE_PARTS]) for source_id, parts in activity.items()}
        self.post(messages.SourcesRead(tuple(reader.sources()), reader.counts(), pulses, tuple(reader.gaps())))

    def _learn(self, sources: Iterable[Source], counts: Mapping[int, SourceCounts]) -> bool:
        self.sources, self.counts = tuple(sources), counts
        return self.library.rename(self.sources)

    def learn(self, news: messages.SourcesRead) -> bool:
        """Take in what was read of the sources, on the screen's thread; say whether a name changed."""
        return self._learn(news.sources, news.counts)

    # ------------------------------------------------------------------ views

    def _view(self, state: ViewState, query: Query | None) -> View:
        sources = () if state.source_id is None else (state.source_id,)
        return View(query, sources, self.options.clock.now(), self.options.zone)

    def _wanted(self, state: ViewState) -> Query | None:
        return wanted(state, self.library.watches)

    def first(self, state: ViewState) -> Selection:
        """Return the newest entries of a view at once, for the first frame."""
        assert self._front is not None
        try:
            return self._front.select(self._view(state, self._wanted(state)), newest=FIRST)
        except QueryError:
            # It takes too long for that: when it was asked for in the reader's thread too, the reader is told.
            return Selection(array("q"), array("q"))

    def select(self, state: ViewState) -> int:
        """Ask for the entries of a view: the newest come first, then all. Return the token of the answers."""
        return self.questions.select(self._view(state, self._wanted(state)))

    def count(self, state: ViewState) -> None:
        """Ask for the numbers around the view last selected; asked for twice before the answer, once is enough."""
        whole, view = self._view(state, None), self._view(state, self._wanted(state))
        self.questions.count(whole, view, self.library.watches)

    def seek_lit(self, state: ViewState, place: Place, delta: int) -> int:
        """Ask for the next older entry of a view that a watch lights, or the next newer. Return the answer's token."""
        view = self._view(state, self._wanted(state))
        return self.questions.seek_lit(view, self.library.watches, place, delta)

    def seek_unread(self, ids: Sequence[int]) -> int:
        """Ask for the first of some entries that is unread. Return the answer's token."""
        return self.questions.seek_unread(ids)

    # ------------------------------------------------------------------ wishes

    def send(self, command: Command) -> None:
        """Hand a command to the engine, in the order they are sent, once it runs."""
        self._added.asked(command, self.sources)
        self._outbox.put_nowait(command)

    def mark(
        self, ids: Sequence[int], *, read: bool | None = None, starred: bool | None = None, by_reader: bool = True
    ) -> None:
        """Set marks; `u` takes back those that are the reader's wish. The rows change when the store has."""
        if not ids or not self.writing:
            return
        mark = Mark(tuple(ids), read=read, starred=starred)
        self._undos.add(mark, by_reader=by_reader)
        self.send(mark)

    def undo(self) -> int:
        """Take the last marks back; return how many entries that changes."""
        inverse = self._undos.last()
        if inverse is None:
            return 0
        self._undos.add(inverse, by_reader=False)
        self.send(inverse)
        return len(inverse.entry_ids)

    def refresh(self, source_ids: Sequence[int] = ()) -> None:
        """Poll these sources now, all when empty."""
        self.send(Refresh(tuple(source_ids)))

    def look_back(self, source_id: int | None) -> str:
        """Fetch what came before the oldest entries of a source, of some where None; return what is to be said."""
        if self.history.under_way:
            return ""
        assert self._front is not None
        shown = [source for source in self.sources if source_id in (None, source.id)]
        asked = self.history.ask(shown, self._front.oldest())
        if not asked:
            return NO_MORE
        self.send(LookBack(asked))
        return asking([source for source in shown if source.id in asked])

    def add_source(self, text: str) -> bool:
        """Save and poll the source a person means by `text`; False when that is no address."""
        address = source_address(text)
        if address is not None:
            self.send(AddSource(SourceSpec(url=address)))
        return address is not None

    def keep_sources(self) -> None:
        """Save the sources of this visit."""
        self.send(KeepSources())
