"""The loop: which sources are due, their visits side by side, and what comes of each.

Owns the order of steps: a visit, then what it changed, then one transaction, and only then the news of it. Owns the
gates that keep it polite to hosts. Knows no SQL, no HTTP, no format, and no clock but the one it is given.
"""

from __future__ import annotations

import asyncio
import random
import traceback
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from msgspec.structs import replace

from feeds import identity, schedule
from feeds.errors import AdapterError, FetchError, ParseError, StoreError, WirewatchError
from feeds.events import Changed, Event, PollFinished, PollStarted, Problem, SourcesChanged
from feeds.flow import Clock, Fetcher, Visit
from feeds.model import Batch, Health, Outcome, Source, SourceSpec, Standing
from feeds.parsing import Parsing
from feeds.poll import Polled, poll
from feeds.reconcile import Added, Edited, Known, Reconciled, Restored, Withdrawn, confirm, reconcile
from feeds.schedule import AGAIN_FLOOR
from feeds.store import PollRecord, Store

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
        self._fetcher = fetcher
        self._parsing = parsing
        self._clock = clock
        self._publish = publish
        self._luck = luck
        self._report = report
        self._sources: dict[int, Source] = {source.id: source for source in store.sources()}
        self._wanted: set[int] = set()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._hosts: dict[str, datetime] = {}
        self._latest = _LONG_AGO
        self._certain: set[int] = set()
        """Sources of whose list nothing was missing when it was last looked at."""
        self._broken: set[int] = set()
        self._finished: dict[int, PollFinished] = {}
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
        self._publish(SourcesChanged(tuple(self._sources)))
        self._wake.set()
        return self.sources

    def refresh(self, source_ids: Sequence[int] = ()) -> None:
        """Poll these sources as soon as politeness allows, all when empty; also those that have ended."""
        self._wanted |= set(source_ids or self._sources) & self._sources.keys()
        self._broken -= self._wanted
        self._wake.set()

    def mark(self, entry_ids: Sequence[int], *, read: bool | None, starred: bool | None) -> None:
        """Set the reader's marks. Raises `StoreError`."""
        before = self._store.last_seq()
        seq = self._store.mark(entry_ids, read=read, starred=starred, now=self._clock.now())
        if seq > before:
            self._publish(Changed(seq))

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
        try:
            while left := [source_id for source_id in ids if source_id not in self._finished]:
                self._finished.update({source_id: told for source_id in left if (told := self._refusal(source_id))})
                if due := [source_id for source_id in left if source_id not in self._finished]:
                    await self._turn(due)
        finally:
            await self._end_tasks()
        return [self._finished[source_id] for source_id in ids]

    def _refusal(self, source_id: int) -> PollFinished | None:
        """Return why a source is not polled now where its host asked to be left alone for long."""
        host = _host(self._sources[source_id])
        left = (self._hosts.get(host, self._clock.now()) - self._clock.now()).total_seconds()
        if left <= PATIENCE or source_id in self._tasks:
            return None
        message = f"{host} asked to be left alone for {round(left)} s; Wirewatch does so."
        return PollFinished(source_id, Outcome.FAILED, message)

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
            elif wanted or ((when := self._next_poll(source)) is not None and when <= now):
                # One that was asked for or never polled goes before one that was: a host's turns are few.
                due.append((_LONG_AGO if wanted else when, source.id))
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
            await asyncio.wait({*waiting, *self._tasks.values()}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        for source_id, task in list(self._tasks.items()):
            if task.done():
                del self._tasks[source_id]

    def _begin(self, due: Sequence[int]) -> datetime | None:
        """Begin visits to hosts that may be asked; return when the next of the others may be."""
        now = self._clock.now()
        busy = {_host(self._sources[source_id]) for source_id in self._tasks if source_id in self._sources} - {""}
        later: datetime | None = None
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
            self._wanted.discard(source_id)
            self._tasks[source_id] = asyncio.create_task(self._visit(self._sources[source_id]))
        return later

    async def _end_tasks(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()

    # ------------------------------------------------------------------ one visit

    async def _visit(self, source: Source) -> None:
        """Poll a source and store what came of it; nothing that happens to it ends the loop."""
        self._publish(PollStarted(source.id))
        finished = PollFinished(source.id, Outcome.FAILED)
        try:
            finished = await self._visited(source)
        except asyncio.CancelledError:
            finished = replace(finished, message="The visit was given up.")
            raise
        except StoreError as error:
            finished = replace(finished, message=str(error))
            self._put_off(source)
            self._tell(str(error))
        except Exception as error:
            # A mistake in the program: it costs this source, is shown, and is written where it can be found.
            self._report(error)
            message = f"A mistake in Wirewatch ({type(error).__name__}); the source is not polled until the next start."
            finished = replace(finished, message=message)
            self._broken.add(source.id)
            self._tell(f"{source.name}: {message}")
        finally:
            self._finished[source.id] = finished
            self._publish(finished)

    async def _visited(self, source: Source) -> PollFinished:
        try:
            polled = await self._poll(source)
        except (FetchError, ParseError, AdapterError) as error:
            return self._store_failure(source, error)
        now = self._clock.now()
        reconciled = self._reconcile(source, polled, now)
        health = schedule.after_success(
            source,
            _with_oddities(polled.batch, reconciled),
            now=now,
            changed=reconciled is not None and reconciled.is_news,
            gap=reconciled is not None and reconciled.gap,
            conditional=any((polled.validators.etag, polled.validators.last_modified)),
            max_age=polled.max_age,
            luck=self._luck(),
        )
        record = PollRecord(
            health=health,
            batch=polled.batch,
            adapter=polled.batch.adapter if polled.batch else None,
            validators=polled.validators,
            digest=polled.digest or None,
            moved_to=polled.moved_to if polled.batch else None,
        )
        self._apply(source, reconciled, record)
        return _finished(source.id, health, reconciled)

    async def _poll(self, source: Source) -> Polled:
        visit = Visit(
            url=source.url,
            adapter=source.spec.adapter or source.adapter,
            cursor=source.cursor,
            now=self._clock.now(),
        )
        try:
            return await self._ask(source, visit)
        except AdapterError:
            if source.spec.adapter or visit.adapter is None:
                raise
            # What was learned may not hold any more: the adapter was taken away, or another reads the source now.
            return await self._ask(source, replace(visit, adapter=None, cursor={}))

    async def _ask(self, source: Source, visit: Visit) -> Polled:
        return await poll(
            visit,
            fetcher=self._fetcher,
            parsing=self._parsing,
            channel=str(source.id),
            validators=source.validators,
            digest=source.digest,
        )

    def _reconcile(self, source: Source, polled: Polled, now: datetime) -> Reconciled | None:
        if polled.batch is None:
            if source.id in self._certain:
                return None
            reconciled = confirm(self._store.known(source.id, (), ()), now)
        else:
            reconciled = reconcile(self._known(source, polled), polled.batch, now)
        (self._certain.discard if reconciled.doubtful else self._certain.add)(source.id)
        return reconciled

    def _known(self, source: Source, polled: Polled) -> Known:
        posts = polled.batch.posts if polled.batch else ()
        keys = {identity.key(post) for post in posts}
        aliases = {alias for post in posts for alias in identity.aliases(post)}
        return self._store.known(source.id, keys, aliases)

    # ------------------------------------------------------------------ what comes of it

    def _store_failure(self, source: Source, error: WirewatchError) -> PollFinished:
        now = self._clock.now()
        pause = schedule.host_pause(error)
        if pause is not None and (host := _host(source)):
            self._hosts[host] = max(self._hosts.get(host, now), now + timedelta(seconds=pause))
        health = schedule.after_failure(source, error, now=now, luck=self._luck())
        self._apply(source, None, PollRecord(health=health))
        return PollFinished(source.id, Outcome.FAILED, health.message)

    def _apply(self, source: Source, reconciled: Reconciled | None, record: PollRecord) -> None:
        """Commit, then tell. A source that was taken out meanwhile keeps nothing of the visit."""
        if source.id not in self._sources:
            return
        before = self._store.last_seq()
        seq = self._store.apply(source.id, reconciled, record)
        self._untidy, self._told = True, ""
        if (stored := self._store.source(source.id)) is not None:
            self._sources[source.id] = stored
        if seq > before:
            self._publish(Changed(seq))
        self._publish(SourcesChanged((source.id,)))

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


def _with_oddities(batch: Batch | None, reconciled: Reconciled | None) -> Batch | None:
    """Return a batch that says what was odd about it in itself and beside what was known."""
    if batch is None or reconciled is None or not reconciled.problems:
        return batch
    return replace(batch, problems=(*batch.problems, *reconciled.problems))


def _finished(source_id: int, health: Health, reconciled: Reconciled | None) -> PollFinished:
    changes = reconciled.changes if reconciled else ()
    return PollFinished(
        source_id,
        health.outcome,
        health.message,
        added=sum(isinstance(change, Added) for change in changes),
        edited=sum(isinstance(change, Edited) for change in changes),
        withdrawn=sum(isinstance(change, Withdrawn) for change in changes),
        restored=sum(isinstance(change, Restored) for change in changes),
        gap=reconciled is not None and reconciled.gap,
    )
