"""The loop: which sources are due, their visits side by side, and what comes of each.

Owns when a source is visited, the gates that keep visits polite to hosts, and that the news of a visit is told only
after it was stored; what a visit is made of is the business of `feeds.visitor`. Knows no SQL, no HTTP, no format, and
no clock but the one it is given.
"""

from __future__ import annotations

import asyncio
import random
import traceback
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from msgspec.structs import replace

from feeds import schedule
from feeds.articles import Articles
from feeds.errors import FetchError, StoreError
from feeds.events import ArticleRead, Changed, Event, OlderRead, PollFinished, PollStarted, Problem, SourcesChanged
from feeds.flow import Clock, Fetcher
from feeds.model import Outcome, Source, SourceSpec, Standing
from feeds.parsing import Parsing
from feeds.schedule import AGAIN_FLOOR
from feeds.store import Store
from feeds.visitor import Visitor

T = TypeVar("T")

AT_ONCE = 8
"""Visits side by side."""
HOST_SPACING = 1.0
"""Seconds between the beginnings of two visits to one host."""
STORE_RETRY = 60.0
"""Seconds before a source is polled again whose changes could not be stored."""
PATIENCE = 60.0
"""Seconds for which one asked-for poll waits for a host that asked to be left alone."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_IDLE = 5.0
"""Seconds with nothing to do that are enough to put the store in order."""


class Engine:
    """Polls the sources of one store. Used from one event loop."""

    def __init__(
        self,
        store: Store,
        fetcher: Fetcher,
        parsing: Parsing,
        clock: Clock,
        publish: Callable[[Event], object],
        *,
        luck: Callable[[], float] = lambda: random.uniform(-1, 1),  # noqa: S311 - jitter, no secret
        report: Callable[[Exception], object] = traceback.print_exception,
    ) -> None:
        """Own nothing yet but the parts.

        `publish` is called on the loop; `luck` gives numbers from -1 to 1; `report` is given mistakes in the program.
        """
        self._store = store
        self._visitor = Visitor(store, fetcher, parsing, clock, luck)
        self._articles = Articles(store, fetcher, parsing, clock, publish, self._mistaken_page)
        self._clock = clock
        self._publish = publish
        self._report = report
        self._sources: dict[int, Source] = {source.id: source for source in store.sources()}
        self._wanted: set[int] = set()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._hosts: dict[str, datetime] = {}
        self._latest = _LONG_AGO
        self._broken: set[int] = set()
        self._back: set[int] = set()
        """Sources whose older entries are wanted."""
        self._finished: dict[int, PollFinished] = {}
        self._read: dict[int, OlderRead] = {}
        self._seq = store.last_seq()
        self._wake = asyncio.Event()
        self._untidy = False
        self._told = ""

    # ------------------------------------------------------------------ what it is asked

    @property
    def sources(self) -> tuple[Source, ...]:
        """The configured sources, in their order, with what is known of them."""
        return tuple(self._sources.values())

    def configure(self, specs: Iterable[SourceSpec]) -> tuple[Source, ...]:
        """Poll exactly these sources from now on. Raises `StoreError`."""
        self._sources = {source.id: source for source in self._store.configure(specs)}
        for source_id, task in list(self._tasks.items()):
            if source_id not in self._sources:
                task.cancel()
        self._wanted &= self._sources.keys()
        self._back &= self._sources.keys()
        self._publish(SourcesChanged(tuple(self._sources)))
        self._wake.set()
        return self.sources

    def refresh(self, source_ids: Sequence[int] = ()) -> None:
        """Poll these sources as soon as politeness allows, all when empty; also those that have ended."""
        self._wanted |= set(source_ids or self._sources) & self._sources.keys()
        self._broken -= self._wanted
        self._wake.set()

    def look_back(self, source_ids: Sequence[int]) -> None:
        """Read what came before the oldest entries of these sources, as soon as politeness allows."""
        self._back |= set(source_ids) & self._sources.keys()
        self._wake.set()

    def read_article(self, entry_id: int) -> None:
        """Read the page an entry leads to, as soon as politeness allows. Raises `StoreError`."""
        self._articles.ask(entry_id)
        self._wake.set()

    def mark(self, entry_ids: Sequence[int], *, read: bool | None, starred: bool | None) -> None:
        """Set the reader's marks. Raises `StoreError`."""
        self._store.mark(entry_ids, read=read, starred=starred, now=self._clock.now())
        self._tell_changes()

    # ------------------------------------------------------------------ the loop

    async def run(self) -> None:
        """Poll every source whenever it is due, until cancelled."""
        try:
            while True:
                await self._turn(self._due())
        finally:
            await self._end_tasks()

    async def poll_once(self, source_ids: Sequence[int] = ()) -> list[PollFinished]:
        """Poll these sources once, all when empty, and return how each went, in their order."""
        ids = [source_id for source_id in source_ids or self._sources if source_id in self._sources]
        self._finished.clear()
        await self._until_done(ids, self._finished, lambda source_id, why: PollFinished(source_id, Outcome.FAILED, why))
        return [self._finished[source_id] for source_id in ids]

    async def look_back_once(self, source_ids: Sequence[int]) -> list[OlderRead]:
        """Read what came before the oldest entries of these sources, once; return how each went, in their order."""
        ids = [source_id for source_id in source_ids if source_id in self._sources]
        self._read.clear()
        self._back |= set(ids)
        await self._until_done(ids, self._read, lambda source_id, why: OlderRead(source_id, more=True, message=why))
        return [self._read[source_id] for source_id in ids]

    async def read_article_once(self, entry_id: int) -> ArticleRead:
        """Read the page an entry leads to, and return how that went. Raises `StoreError`."""
        self._articles.ask(entry_id)
        try:
            while (told := self._articles.told_of(entry_id)) is None:
                await self._turn(())
        finally:
            await self._end_tasks()
        return told

    async def _until_done(self, ids: Sequence[int], done: dict[int, T], refused: Callable[[int, str], T]) -> None:
        """Visit sources until all of them are in `done`, each in its host's turn."""
        try:
            while left := [source_id for source_id in ids if source_id not in done]:
                done.update({each: refused(each, why) for each in left if (why := self._refusal(each))})
                if due := [source_id for source_id in left if source_id not in done]:
                    await self._turn(due)
        finally:
            await self._end_tasks()
            self._back.clear()

    def _refusal(self, source_id: int) -> str:
        """Return why a source is not visited now where its host asked to be left alone for long, else nothing."""
        host = _host(self._sources[source_id])
        left = (self._hosts.get(host, self._clock.now()) - self._clock.now()).total_seconds()
        if left <= PATIENCE or source_id in self._tasks:
            return ""
        return f"{host} asked to be left alone for {round(left)} s; Wirewatch does so."

    def _due(self) -> list[int]:
        """Return the sources to poll now, those that have waited longest first."""
        now = self._clock.now()
        self._mend_times(now)
        due = []
        for source in self._sources.values():
            if source.id in self._tasks:
                continue
            wanted = source.id in self._wanted
            if wanted and self._is_too_soon(source, now):
                self._wanted.discard(source.id)
                wanted = False
            # One that was asked for or never polled goes before one that was: a host's turns are few.
            when = _LONG_AGO if wanted or source.id in self._back else self._next_poll(source)
            if when is not None and when <= now:
                due.append((when, source.id))
        return [source_id for _, source_id in sorted(due)]

    def _is_too_soon(self, source: Source, now: datetime) -> bool:
        polled_at = source.health.polled_at
        return polled_at is not None and timedelta(0) <= now - polled_at < timedelta(seconds=AGAIN_FLOOR)

    def _next_poll(self, source: Source) -> datetime | None:
        health = source.health
        if source.id in self._broken or health.standing is not Standing.ACTIVE:
            return None
        return _LONG_AGO if health.polled_at is None else health.next_poll or _LONG_AGO

    def _mend_times(self, now: datetime) -> None:
        """See to it that a clock that was set back puts no poll off for longer than the rules did."""
        for source in list(self._sources.values()):
            health = source.health
            if health.next_poll is None or health.polled_at is None or health.polled_at <= now:
                continue
            wait = max(health.next_poll - health.polled_at, timedelta(0))
            mended = replace(health, polled_at=now, next_poll=now + wait)
            self._sources[source.id] = replace(source, health=mended)
        set_back = max(self._latest - now, timedelta(0))
        self._hosts = {host: free - set_back for host, free in self._hosts.items() if free - set_back > now}
        self._latest = now

    async def _turn(self, due: Sequence[int]) -> None:
        """Begin what may begin of these, then wait until something ends, is due, or is asked for."""
        self._wake.clear()
        free_again = self._begin(due)
        now = self._clock.now()
        idle = (source for source in self._sources.values() if source.id not in self._tasks)
        times = [when for source in idle if (when := self._next_poll(source)) is not None and when > now]
        if free_again is not None:
            times.append(free_again)
        await self._wait(min(times, default=now + timedelta(days=1)))

    async def _wait(self, until: datetime) -> None:
        if self._untidy and not self._tasks and (until - self._clock.now()).total_seconds() > _IDLE:
            self._tidy()
        waiting = {asyncio.ensure_future(self._wake.wait()), asyncio.ensure_future(self._clock.sleep_until(until))}
        try:
            under_way = {*waiting, *self._tasks.values(), *self._articles.tasks}
            await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        self._articles.sweep()
        for host, refusal in list(self._articles.refusals.items()):
            self._pause(host, self._articles.refusals.pop(host, refusal))
        for source_id, task in list(self._tasks.items()):
            if task.done():
                del self._tasks[source_id]

    def _begin(self, due: Sequence[int]) -> datetime | None:
        """Begin visits to hosts that may be asked; return when the next of the others may be."""
        now = self._clock.now()
        busy = {_host(self._sources[source_id]) for source_id in self._tasks if source_id in self._sources} - {""}
        # A page somebody waits for goes before a visit.
        later = self._articles.begin(self._hosts, busy, HOST_SPACING)
        busy |= self._articles.busy
        for source_id in due:
            if len(self._tasks) >= AT_ONCE:
                break
            host = _host(self._sources[source_id])
            if source_id in self._tasks or host in busy:
                continue
            free = self._hosts.get(host, now) if host else now
            if free > now:
                later = free if later is None else min(later, free)
                continue
            if host:
                busy.add(host)
                self._hosts[host] = now + timedelta(seconds=HOST_SPACING)
            source = self._sources[source_id]
            if source_id in self._back:
                self._back.discard(source_id)
                self._tasks[source_id] = asyncio.create_task(self._look_back(source))
            else:
                self._wanted.discard(source_id)
                self._tasks[source_id] = asyncio.create_task(self._visit(source))
        return later

    async def _end_tasks(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()
        await self._articles.end()

    # ------------------------------------------------------------------ one visit

    async def _visit(self, source: Source) -> None:
        """Poll a source; nothing that happens to it ends the loop."""
        # A look at an open stream every two seconds is nothing to tell of, unless something has come.
        quiet = source.hints.listening and source.health.outcome is not Outcome.FAILED
        if not quiet:
            self._publish(PollStarted(source.id))
        finished = PollFinished(source.id, Outcome.FAILED, "The visit was given up.")
        try:
            finished = await self._visitor.poll(source)
            quiet = quiet and finished.outcome is Outcome.UNCHANGED and finished.message == source.health.message
            self._learn(source, quiet=quiet)
            if finished.gap and source.id in self._sources:
                finished = await self._visitor.close_gap(self._sources[source.id], finished)
                self._learn(source)
        except StoreError as error:
            finished = replace(finished, message=str(error))
            self._put_off(source)
            self._tell(str(error))
        except Exception as error:
            self._broken.add(source.id)
            consequence = "the source is not polled until the next start."
            finished = replace(finished, message=self._mistake(source, error, consequence))
        finally:
            self._finished[source.id] = finished
            if not quiet or finished.outcome is not Outcome.UNCHANGED:
                self._publish(finished)

    async def _look_back(self, source: Source) -> None:
        """Read what came before the oldest entries of a source; nothing that happens to it ends the loop."""
        read = OlderRead(source.id, message="The visit was given up.")
        try:
            read = await self._visitor.look_back(source)
            self._learn(source)
        except StoreError as error:
            read = replace(read, message=str(error))
            self._tell(str(error))
        except Exception as error:
            read = replace(read, message=self._mistake(source, error, "no older entries are fetched."))
        finally:
            self._read[source.id] = read
            self._publish(read)

    def _mistake(self, source: Source, error: Exception, consequence: str) -> str:
        """Deal with a mistake in the program: it is shown, and is written where it can be found."""
        message = self._mistaken(error, consequence)
        self._tell(f"{source.name}: {message}")
        return message

    def _mistaken_page(self, error: Exception) -> str:
        return self._mistaken(error, "the page was not read.")

    def _mistaken(self, error: Exception, consequence: str) -> str:
        self._report(error)
        return f"A mistake in Wirewatch ({type(error).__name__}); {consequence}"

    # ------------------------------------------------------------------ what comes of it

    def _learn(self, source: Source, *, quiet: bool = False) -> None:
        """Take in what a visit has taught and stored, and tell of it unless `quiet`."""
        refusal, host = self._visitor.refusals.pop(source.id, None), _host(source)
        if refusal is not None and host:
            self._pause(host, refusal)
        self._untidy, self._told = True, ""
        stored = self._store.source(source.id)
        if source.id in self._sources and stored is not None:
            self._sources[source.id] = stored
        self._tell_changes()
        if not quiet:
            self._publish(SourcesChanged((source.id,)))

    def _pause(self, host: str, refusal: FetchError) -> None:
        """Leave a host alone for as long as an answer of it asks for."""
        now = self._clock.now()
        pause = timedelta(seconds=schedule.host_pause(refusal) or 0)
        self._hosts[host] = max(self._hosts.get(host, now), now + pause)

    def _tell_changes(self) -> None:
        seq = self._store.last_seq()
        if seq > self._seq:
            self._seq = seq
            self._publish(Changed(seq))

    def _put_off(self, source: Source) -> None:
        when = self._clock.now() + timedelta(seconds=STORE_RETRY)
        health = replace(source.health, next_poll=when)
        if source.id in self._sources:
            self._sources[source.id] = replace(source, health=health)

    def _tell(self, problem: str) -> None:
        """Say what is wrong, once until it is something else or all is well."""
        if problem != self._told:
            self._told = problem
            self._publish(Problem(problem))

    def _tidy(self) -> None:
        self._untidy = False
        try:
            self._store.tidy()
        except StoreError as error:
            self._tell(str(error))


def _host(source: Source) -> str:
    """Return the host a source is polled at, empty for a file."""
    try:
        return urlsplit(source.url).hostname or ""
    except ValueError:
        return ""
