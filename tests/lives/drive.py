"""Lives a life: things happen to a blog, its writer answers, the program visits, stores and tells, and is judged."""

from __future__ import annotations

import random
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from feeds.adapters import Registry
from feeds.errors import FetchError, FetchFault
from feeds.flow import Request, Response
from feeds.model import Source, SourceSpec, Validators
from feeds.parsing import InlineParsing
from feeds.store import Store, View, open_store
from feeds.visitor import Visitor
from tests.lives.judge import Judge, Told
from tests.lives.world import Blog, Event
from tests.lives.writing import Form, Sight, Writer, hexed

T = TypeVar("T")

HAPPENINGS = {
    "post": 8,
    "burst": 1,
    "late": 1,
    "slip": 1,
    "edit": 3,
    "touch": 2,
    "redate": 1,
    "move": 1,
    "pin": 2,
    "mark": 1,
    "delete": 2,
    "restore": 1,
    "resize": 1,
    "night": 1,
    "rename": 1,
    "end": 1,
}
LOOKS = {"poll": 20, "error": 1, "consent": 1, "nothing": 1, "cut": 1, "stale": 2, "back": 2, "churn": 1}
"""Ways a visit may go. `churn` is two: all ids are made anew between them."""
CONSENT = (
    "<!doctype html><html lang=en><head><title>Before you go on</title></head><body><h1>Your privacy</h1>"
    "<p>We and our 812 partners store information on your device.</p><form><button>Accept all</button></form>"
    "<a href=/privacy>Privacy</a></body></html>"
)


def life_of(seed: int) -> list[Event]:
    """Return the events of a life: of a few kinds each, so that what is rare in all lives is common in some."""
    luck = random.Random(seed)
    happenings = luck.sample(sorted(HAPPENINGS), luck.randrange(3, len(HAPPENINGS)))
    looks = luck.sample(sorted(LOOKS), luck.randrange(1, len(LOOKS)))
    weights = {what: HAPPENINGS[what] for what in (*happenings, "post")}
    weights |= {what: LOOKS[what] for what in (*looks, "poll")}
    names = list(weights)
    picked = luck.choices(names, [weights[name] for name in names], k=luck.randrange(12, 50))
    return [("burst", luck.randrange(1000)), ("poll", 0), *((what, luck.randrange(1000)) for what in picked)]


class Clock:
    """Tells the time of the blog."""

    def __init__(self, blog: Blog) -> None:
        self._blog = blog

    def now(self) -> datetime:
        return self._blog.now

    async def sleep_until(self, when: datetime) -> None:
        self._blog.now = max(self._blog.now, when)


class Site:
    """Fetches from a writer, as well as the day allows."""

    def __init__(self, writer: Writer, clock: Clock, *, validating: bool) -> None:
        self._writer = writer
        self._clock = clock
        self._validating = validating
        self.trouble = ""
        self.luck = 0
        self.asked: list[str] = []
        self.troubled: list[int] = []
        """Which requests of the visit got no good answer."""

    def begin(self, trouble: str, luck: int) -> None:
        """Begin a visit."""
        self.trouble, self.luck = trouble, luck
        self.asked, self.troubled = [], []
        self._writer.sight = Sight()

    async def fetch(self, request: Request, *, validators: Validators, channel: str) -> Response:
        self.asked.append(request.url)
        if self.trouble and self.trouble != "stale" and len(self.asked) > self.luck // 7 % 2:
            self.troubled.append(len(self.asked))
            response = self._in_trouble(request)
        else:
            response = self._writer.answer(request, self._clock.now())
        self._writer.answers += 1
        if not self._validating or not request.conditional:
            return response
        found = Validators(etag=f'"{hexed(16, response.body)}"')
        if validators.etag == found.etag:
            return Response(request.url, request=request.url, status=304, validators=found, not_modified=True)
        return Response(response.url, response.request, 200, response.headers, response.body, found)

    def _in_trouble(self, request: Request) -> Response:
        html = (("content-type", "text/html; charset=utf-8"),)
        match self.trouble:
            case "error" if self.luck % 3 == 0:
                raise FetchError("It took too long.", url=request.url, fault=FetchFault.TIMEOUT)
            case "error":
                status = (500, 404, 503)[self.luck % 3]
                raise FetchError(f"It said {status}.", url=request.url, fault=FetchFault.STATUS, status=status)
            case "consent":
                return Response(request.url, request=request.url, headers=html, body=CONSENT.encode())
            case "nothing":
                return Response(request.url, request=request.url, headers=html)
            case _:
                whole = self._writer.answer(request, self._clock.now())
                body = whole.body[: len(whole.body) * (self.luck % 97) // 100]
                return Response(request.url, request=request.url, headers=whole.headers, body=body)

    async def close(self) -> None:
        """Nothing is held open."""


@cache
def _registry() -> Registry:
    return Registry.installed()


class Life:
    """A blog and who watches it, from its first post."""

    def __init__(self, form: Form, seed: int, store: Store) -> None:
        self.form = form
        self.blog = Blog(form.traits, seed)
        self.blog.begin()
        self.writer = form.writer(self.blog)
        self.clock = Clock(self.blog)
        self.site = Site(self.writer, self.clock, validating=seed % 3 == 0)
        self.visitor = Visitor(store, self.site, InlineParsing(_registry()), self.clock, lambda: 0.0)
        self.judge = Judge(self.blog)
        self.store = store
        (source,) = store.configure([SourceSpec(self.writer.url, adapter=form.adapter if form.named else None)])
        self.source_id = source.id
        self.past: list[Blog] = []
        """The blog as it was at the last visits that saw it as it was."""
        self.may_be_stale = False
        self.log: list[str] = []
        self.waiting: list[str] = []
        """What has happened since the last visit."""

    def live(self, events: Sequence[Event]) -> None:
        """Let it all happen. Raises `AssertionError` where something was told wrong."""
        for what, luck in events:
            if what in HAPPENINGS:
                said = self.blog.happen(what, luck)
                self.waiting += [said] if said else []
            elif what == "back":
                self.look_back()
            elif what == "churn":
                self.poll("", 0)
                if self.form.traits.churn and self.form.traits.ids == "last":
                    self.waiting.append(self.blog.churn())
                    self.judge.churned = True
                    self.poll("", 0)
            elif what != "stale":
                self.poll("" if what == "poll" else what, luck)
            elif self.past and self.may_be_stale:
                self.poll("stale", luck)

    def poll(self, trouble: str, luck: int) -> None:
        """Visit the blog once, and judge. A page that has no posts yet is no live blog to anybody."""
        unsure = self.form.named or self._source().adapter is None
        if unsure and len(self.blog.window) < self.form.least:
            return
        self.blog.now += timedelta(seconds=30)
        stale = trouble == "stale"
        self.writer.blog = self.past[luck % len(self.past)] if stale else self.blog
        self.site.begin(trouble, luck)
        read_at, seq = self._read_at(), self.store.last_seq()
        finished = _done(self.visitor.poll(self._source()))
        told = self._told(finished.message, seq, read_at, gap=finished.gap)
        self._tell(trouble or "a look", told)
        if self.site.troubled and (self.site.troubled[0] > 1 or trouble == "cut"):
            self.judge.partly(self.writer.sight, told)
        elif self.site.troubled:
            self.judge.failed(told)
        else:
            self.judge.seen(self.writer.sight, told, self.writer.blog)
            assert told.source.adapter == self.form.adapter, f"read by {told.source.adapter}"
            self.may_be_stale = not stale
            if not stale:
                self.past = [*self.past[-1:], self.blog.snapshot()]

    def look_back(self) -> None:
        """Look at older posts, and judge."""
        source = self._source()
        if not source.older or not self.form.traits.pages:
            return
        self.blog.now += timedelta(seconds=5)
        self.writer.blog = self.blog
        self.site.begin("", 0)
        seq, gap = self.store.last_seq(), bool(self.store.gaps())
        read = _done(self.visitor.look_back(source))
        told = self._told(read.message, seq, self._read_at(), gap=gap)
        self._tell("a look back", told)
        assert not read.message, f"looking back failed: {read.message}"
        self.judge.looked_back(self.writer.sight, told)

    def _source(self) -> Source:
        source = self.store.source(self.source_id)
        assert source is not None
        return source

    def _read_at(self) -> datetime | None:
        return self.store.known(self.source_id, (), ()).read_at

    def _told(self, message: str, seq: int, read_at: datetime | None, *, gap: bool) -> Told:
        source = self._source()
        entries = self.store.entries(self.store.select(View()).ids)
        changes = self.store.changes_since(seq)
        by_id = {entry.id: entry for entry in entries}
        return Told(source.health.outcome, message, gap, changes, by_id, source, read_at)

    def _tell(self, look: str, told: Told) -> None:
        listed = " ".join(map(str, self.writer.sight.listed))
        happened = "; ".join(self.waiting) or "nothing happened"
        self.log.append(f"{self.blog.now:%d %H:%M:%S} {happened}\n    {look}: [{listed}] told: {told.words()}")
        self.waiting = []


def _done(work: Coroutine[object, None, T]) -> T:
    """Return what a coroutine comes to that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("something waits that nothing will wake")


# ------------------------------------------------------------------ many lives


def live(form: Form, seed: int, events: Sequence[Event]) -> str:
    """Live a life in a store of its own; return what went wrong and its story, empty where nothing did."""
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        life = Life(form, seed, store)
        try:
            life.live(events)
        except AssertionError as error:
            return "\n".join((*life.log, f"    WRONG: {error}"))
        finally:
            store.close()
    return ""


def shrink(events: Sequence[Event], fails: Callable[[Sequence[Event]], object]) -> list[Event]:
    """Return as few of some events as still fail."""
    kept = list(events)
    size = len(kept) // 2
    while size:
        place = 0
        while place < len(kept):
            fewer = kept[:place] + kept[place + size :]
            if fails(fewer):
                kept = fewer
            else:
                place += size
        size //= 2
    return kept


def wrong_life(form: Form, seeds: Sequence[int]) -> str:
    """Live many lives; return the story of the first that goes wrong, made short, or an empty string."""
    for seed in seeds:
        events = life_of(seed)
        if live(form, seed, events):
            short = shrink(events, partial(live, form, seed))
            return f"{form.name}, seed {seed}: {short}\n{live(form, seed, short)}"
    return ""
