"""Reading the pages that entries lead to, for their full text: when one was asked for, and politely.

Owns which pages are wanted, which may be asked for at all, and that what was found is stored before it is told. A host
is asked for one thing at a time, a page or a visit: the engine says which are busy, and is told which are. Knows no
SQL, no HTTP, no format.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from msgspec import Struct

from feeds import schedule
from feeds.errors import FetchError, ParseError, WirewatchError
from feeds.events import ArticleRead
from feeds.flow import Clock, Fetcher, Request
from feeds.model import Article, Entry, Source, Validators
from feeds.parsing import Parsing
from feeds.store import Store

AT_ONCE = 2
"""Pages read side by side."""
PATIENCE = 60.0
"""Seconds for which a page waits for a host that asked to be left alone."""
ACCEPT = "text/html, application/xhtml+xml;q=0.9, text/plain;q=0.5"

_NO_ADDRESS = "This entry leads to no page; what the feed says is all there is."
_OWN_PAGE = "This entry stands on the page of its source; what is shown is all of it."
_GONE = "The entry is not stored any more."


class Wanted(Struct, frozen=True):
    """A page that is to be read."""

    entry_id: int
    source_id: int
    url: str
    host: str
    stranger: bool
    """It is at another host than its source, which is the one a person named."""


class Articles:
    """The pages that are wanted, and those being read."""

    def __init__(
        self,
        store: Store,
        fetcher: Fetcher,
        parsing: Parsing,
        clock: Clock,
        publish: Callable[[ArticleRead], object],
        mistaken: Callable[[Exception], str],
    ) -> None:
        """`mistaken` deals with a mistake in the program and returns a sentence."""
        self._store = store
        self._fetcher = fetcher
        self._parsing = parsing
        self._clock = clock
        self._publish = publish
        self._mistaken = mistaken
        self._wanted: dict[int, Wanted] = {}
        self._reading: dict[int, tuple[str, asyncio.Task[None]]] = {}
        self.refusals: dict[str, FetchError] = {}
        """By host the last answer that means something for all of it; taken out by who heeds it."""
        self._told: ArticleRead | None = None

    def ask(self, entry_id: int) -> None:
        """Want the page of an entry; where there is none to be had, that is told. Raises `StoreError`."""
        if entry_id in self._wanted or entry_id in self._reading:
            return
        self._told = None
        found = self._store.entries((entry_id,))
        source = self._store.source(found[0].source_id) if found else None
        if not found or source is None:
            self._tell(entry_id, _GONE)
            return
        wanted = page_of(found[0], source)
        if isinstance(wanted, Wanted):
            self._wanted[entry_id] = wanted
        else:
            self._tell(entry_id, wanted)

    def _tell(self, entry_id: int, message: str) -> None:
        self._told = ArticleRead(entry_id, message)
        self._publish(self._told)

    def told_of(self, entry_id: int) -> ArticleRead | None:
        """Return what was told of an entry, where that was the last thing told."""
        return self._told if self._told is not None and self._told.entry_id == entry_id else None

    # ------------------------------------------------------------------ turns

    @property
    def busy(self) -> set[str]:
        """The hosts being asked for a page."""
        return {host for host, _ in self._reading.values()}

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """What is under way."""
        return [task for _, task in self._reading.values()]

    def begin(self, free: dict[str, datetime], busy: Collection[str], spacing: float) -> datetime | None:
        """Begin to read what may be read now; return when the next of the others may be.

        `free` says from when on hosts may be asked, and takes the turns that are used up, `spacing` seconds each.
        """
        now, later = self._clock.now(), None
        for wanted in list(self._wanted.values()):
            if len(self._reading) >= AT_ONCE or wanted.host in busy or wanted.host in self.busy:
                continue
            when = free.get(wanted.host, now)
            wait = (when - now).total_seconds()
            if wait > PATIENCE:
                del self._wanted[wanted.entry_id]
                sentence = f"{wanted.host} asked to be left alone for {round(wait)} s; Wirewatch does so."
                self._tell(wanted.entry_id, sentence)
            elif wait > 0:
                later = when if later is None else min(later, when)
            else:
                del self._wanted[wanted.entry_id]
                free[wanted.host] = now + timedelta(seconds=spacing)
                self._reading[wanted.entry_id] = (wanted.host, asyncio.create_task(self._read(wanted)))
        return later

    def sweep(self) -> None:
        """Forget what has ended."""
        self._reading = {number: each for number, each in self._reading.items() if not each[1].done()}

    async def end(self) -> None:
        """Give up what is under way."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self._reading.clear()
        self._wanted.clear()

    # ------------------------------------------------------------------ one page

    async def _read(self, wanted: Wanted) -> None:
        """Read a page; nothing that happens to it ends the loop."""
        message = "It was given up."
        try:
            self._store.keep_article(wanted.entry_id, await self._fetched(wanted))
            message = ""
        except FetchError as error:
            if schedule.host_pause(error) is not None:
                self.refusals[wanted.host] = error
            message = str(error)
        except WirewatchError as error:
            message = str(error)
        except Exception as error:
            message = self._mistaken(error)
        finally:
            self._tell(wanted.entry_id, message)

    async def _fetched(self, wanted: Wanted) -> Article:
        request = Request(wanted.url, headers=(("accept", ACCEPT),), stranger=wanted.stranger)
        channel = str(wanted.source_id)
        response = await self._fetcher.fetch(request, validators=Validators(), channel=channel)
        if response.not_modified:
            raise ParseError("The server answered that nothing has changed (304), though it was not asked whether.")
        found = await self._parsing.read(response)
        return Article(response.url, self._clock.now(), found.document, found.note)


def page_of(entry: Entry, source: Source) -> Wanted | str:
    """Return the page an entry leads to, or a sentence where that is none, or the source itself."""
    url, _, fragment = (entry.post.url or "").partition("#")
    if not url:
        return _NO_ADDRESS
    if fragment and url in {each.partition("#")[0] for each in (source.url, source.spec.url, source.link or "")}:
        return _OWN_PAGE
    host = _host(url)
    if not host or not url.startswith(("http://", "https://")):
        return _NO_ADDRESS
    return Wanted(entry.id, entry.source_id, url, host, host not in (_host(source.spec.url), _host(source.url)))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
