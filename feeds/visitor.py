"""One visit to a source, whole: polled, held against what is known, and stored with what follows for the source.

Owns the order of these steps, for polls and for looks back. Knows no SQL, no HTTP, no format; when a visit is made,
what is told of it and what becomes of mistakes is the engine's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from feeds import identity, schedule
from feeds.backfill import fill
from feeds.errors import AdapterError, FetchError, ParseError, WirewatchError
from feeds.events import OlderRead, PollFinished
from feeds.flow import Clock, Fetcher, Visit
from feeds.model import Batch, Gap, Health, Outcome, Source, Validators
from feeds.parsing import Parsing
from feeds.poll import Polled, poll
from feeds.reconcile import Added, Edited, Known, Reconciled, Restored, Withdrawn, confirm, reconcile
from feeds.store import PollRecord, Store

PAGES_BACK = 5
"""Older pages of one source that are read until one of them holds something that is not known."""
PAGE_SPACING = 1.0
"""Seconds between two of them."""


class Visitor:
    """Visits sources of one store. `luck` gives numbers from -1 to 1."""

    def __init__(
        self, store: Store, fetcher: Fetcher, parsing: Parsing, clock: Clock, luck: Callable[[], float]
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._parsing = parsing
        self._clock = clock
        self._luck = luck
        self.refusals: dict[int, FetchError] = {}
        """Of each source the last answer that means something for its whole host; taken out by who heeds it."""
        self._certain: set[int] = set()
        """Sources of whose list nothing was missing when it was last looked at."""

    # ------------------------------------------------------------------ polls

    async def poll(self, source: Source) -> PollFinished:
        """Poll a source and store what came of it, a failure too. Raises `StoreError`."""
        try:
            polled = await self._polled(source)
        except (FetchError, ParseError, AdapterError) as error:
            self._heed(source, error)
            health = schedule.after_failure(source, error, now=self._clock.now(), luck=self._luck())
            self._store.apply(source.id, None, PollRecord(health=health))
            return PollFinished(source.id, Outcome.FAILED, health.message)
        self._heed(source, polled.refused)
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
            # Of a batch that no conditional request brought there is none; an older one would be that of other news.
            digest=polled.digest,
            moved_to=polled.moved_to if polled.batch else None,
        )
        self._store.apply(source.id, reconciled, record)
        return _finished(source.id, health, reconciled)

    async def _polled(self, source: Source) -> Polled:
        visit = Visit(
            url=source.url,
            adapter=source.spec.adapter or source.adapter,
            cursor=source.cursor,
            now=self._clock.now(),
        )
        try:
            return await self._ask(source, visit, source.validators, source.digest)
        except AdapterError:
            if source.spec.adapter or visit.adapter is None:
                raise
            # What was learned may not hold any more: the adapter was taken away, or another reads the source now.
            visit = replace(visit, adapter=None, cursor={})
            return await self._ask(source, visit, source.validators, source.digest)

    async def _ask(self, source: Source, visit: Visit, validators: Validators, digest: str) -> Polled:
        return await poll(
            visit,
            fetcher=self._fetcher,
            parsing=self._parsing,
            channel=str(source.id),
            validators=validators,
            digest=digest,
        )

    def _reconcile(self, source: Source, polled: Polled, now: datetime) -> Reconciled | None:
        if polled.batch is None:
            if source.id in self._certain:
                return None
            reconciled = confirm(self._store.known(source.id, (), ()), now)
        else:
            reconciled = reconcile(self._known(source, polled.batch), polled.batch, now)
        (self._certain.discard if reconciled.doubtful else self._certain.add)(source.id)
        return reconciled

    def _known(self, source: Source, batch: Batch) -> Known:
        keys = {identity.key(post) for post in batch.posts}
        aliases = {alias for post in batch.posts for alias in identity.aliases(post)}
        return self._store.known(source.id, keys, aliases)

    def _heed(self, source: Source, error: WirewatchError | None) -> None:
        """Remember what an answer means for a whole host."""
        if isinstance(error, FetchError) and schedule.host_pause(error) is not None:
            self.refusals[source.id] = error

    # ------------------------------------------------------------------ older posts

    async def look_back(self, source: Source) -> OlderRead:
        """Read the page before the oldest entries of a source, and store what is new of it. Raises `StoreError`.

        Where all of it is known already (the pages of a live blog move on while posts come), the page before that is
        read, and so on within a bound. A failure says nothing about the source's health: its list is read all the same.
        """
        for page in range(PAGES_BACK):
            if not source.older:
                break
            if page:
                await self._rest()
            try:
                source, added = await self._page_back(source)
            except (FetchError, ParseError, AdapterError) as error:
                self._heed(source, error)
                return OlderRead(source.id, more=True, message=str(error))
            if added:
                return OlderRead(source.id, added, more=bool(source.older))
        return OlderRead(source.id, more=bool(source.older))

    async def close_gap(self, source: Source, finished: PollFinished) -> PollFinished:
        """Read older pages until they reach what was known before a poll that left a gap; return how it ended then.

        Within a bound, and without saying why where that does not come about: the gap is marked. Raises `StoreError`.
        """
        for _ in range(PAGES_BACK):
            if not source.older:
                break
            await self._rest()
            try:
                source, added = await self._page_back(source)
            except (FetchError, ParseError, AdapterError) as error:
                self._heed(source, error)
                break
            finished = replace(finished, added=finished.added + added, gap=self._gap(source) is not None)
            if not finished.gap:
                break
        return finished

    async def _rest(self) -> None:
        await self._clock.sleep_until(self._clock.now() + timedelta(seconds=PAGE_SPACING))

    async def _page_back(self, source: Source) -> tuple[Source, int]:
        """Read one older page and store what is new of it; return the source as it is then, and how much that was."""
        batch = await self._older(source)
        now, gap = self._clock.now(), self._gap(source)
        oldest = gap.before if gap else self._store.oldest().get(source.id, now)
        after = gap.after if gap else None
        filled = fill(self._known(source, batch), batch, now, oldest=oldest, gap_after=after)
        self._store.fill(source.id, filled, batch.older)
        known = self._store.source(source.id)
        assert known is not None  # what it was given is stored
        return known, len(filled.added)

    def _gap(self, source: Source) -> Gap | None:
        """Return the newest gap of a source, which is the one that is filled first."""
        gaps = [gap for gap in self._store.gaps() if gap.source_id == source.id]
        return max(gaps, key=lambda gap: gap.before, default=None)

    async def _older(self, source: Source) -> Batch:
        visit = Visit(
            url=source.url,
            adapter=source.adapter,
            cursor=source.cursor,
            older=source.older or {},
            now=self._clock.now(),
        )
        polled = await self._ask(source, visit, Validators(), "")
        self._heed(source, polled.refused)
        batch = polled.batch
        assert batch is not None  # it is never asked whether something has changed
        return replace(batch, older={}) if batch.older == source.older else batch  # it would lead back to itself


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
