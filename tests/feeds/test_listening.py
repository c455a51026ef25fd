"""Sources that are streams of events, from the wire to the store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.adapters import BUILT_IN, Registry
from feeds.engine import Engine
from feeds.errors import StoreError
from feeds.events import Event, PollFinished
from feeds.fetch import streams
from feeds.model import ChangeKind, Kind, Outcome, Source, SourceSpec, Standing
from feeds.parsing import InlineParsing
from feeds.schedule import LISTENING
from feeds.store import Store, View, open_store
from tests.feeds.fetch.conftest import Visitor
from tests.support.clock import FakeClock, hastened
from tests.support.commands import rss
from tests.support.server import Answer, Live, serve

BEGIN = b'retry: 5000\n\nid: 1\ndata: {"id": "a", "title": "One"}\n\nid: 2\ndata: {"id": "b", "title": "Two"}\n\n'


class World:
    """An engine with a fetcher of its own, and a store."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.fetcher = Visitor().fetcher
        self.store: Store = open_store(folder)
        self.events: list[Event] = []
        parsing = InlineParsing(Registry(BUILT_IN))
        self.engine = Engine(self.store, self.fetcher, parsing, self.clock, self.events.append, luck=lambda: 0.0)

    async def poll(self, *urls: str) -> list[PollFinished]:
        """Poll some sources, all if none is named, after the time a host is owed."""
        await self.clock.advance(LISTENING)
        ids = [source.id for source in self.engine.sources if source.url in urls]
        return await self.engine.poll_once(ids)

    async def poll_for(self, *kinds: ChangeKind) -> None:
        """Poll until these changes have come."""
        wanted = [*self.kinds(), *kinds]
        while len(self.kinds()) < len(wanted):
            await self.poll()
        assert self.kinds() == wanted

    def source(self, url: str) -> Source:
        return next(source for source in self.engine.sources if source.url == url)

    def wait(self, url: str) -> float:
        """Seconds after which a source is polled again."""
        health = self.source(url).health
        assert health.next_poll is not None
        assert health.polled_at is not None
        return (health.next_poll - health.polled_at) / timedelta(seconds=1)

    def kinds(self) -> list[ChangeKind]:
        return [record.kind for record in self.store.changes_since(0)]

    def titles(self) -> list[str]:
        return [entry.post.title for entry in self.store.entries(self.store.select(View()).ids)]

    @property
    def open(self) -> int:
        return len(self.fetcher._streams._streams)


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(streams, "QUIET", 0.01)
    made = World(tmp_path)
    yield made
    await made.fetcher.close()
    made.store.close()


async def test_what_comes_on_a_stream_is_stored_as_what_it_is(world: World) -> None:
    live = Live(BEGIN)
    with serve({"/": live.answer()}) as server:
        world.engine.configure([SourceSpec(server.url())])
        await world.poll_for(ChangeKind.ADDED, ChangeKind.ADDED)
        source = world.source(server.url())
        assert (source.kind, source.adapter, source.title) == (Kind.LIVEBLOG, "eventstream", "127.0.0.1")
        assert world.wait(server.url()) == LISTENING
        live.send(b'id: 3\nevent: update\ndata: {"id": "a", "title": "One and a half"}\n\n')
        await world.poll_for(ChangeKind.EDITED)
        live.send(b'id: 4\nevent: delete\ndata: {"id": "b"}\n\n')
        await world.poll_for(ChangeKind.WITHDRAWN)
        live.send(b'id: 5\ndata: {"id": "c", "title": "Three"}\n\n')
        await world.poll_for(ChangeKind.ADDED)
        (finished,) = await world.poll()
        assert finished.outcome is Outcome.UNCHANGED
        assert len(server.asked) == 1
    assert sorted(world.titles()) == ["One and a half", "Three", "Two"]


async def test_a_stream_that_broke_off_goes_on_where_it_was(world: World) -> None:
    first, second = Live(BEGIN, chunked=True), Live(b'id: 3\ndata: {"id": "c", "title": "Three"}\n\n')
    with serve({"/": [first.answer(), second.answer()]}) as server:
        world.engine.configure([SourceSpec(server.url())])
        await world.poll_for(ChangeKind.ADDED, ChangeKind.ADDED)
        first.end(cut=True)
        while world.source(server.url()).hints.listening:
            await world.poll()
        assert world.wait(server.url()) == 5.0
        assert world.source(server.url()).health.message == ""
        await world.poll_for(ChangeKind.ADDED)
        assert world.wait(server.url()) == LISTENING
        assert [asked.header("last-event-id") for asked in server.asked] == [None, "2"]


async def test_what_could_not_be_stored_comes_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    live = Live(BEGIN)
    with serve({"/": live.answer()}) as server:
        world.engine.configure([SourceSpec(server.url())])
        await world.poll_for(ChangeKind.ADDED, ChangeKind.ADDED)
        live.send(b'data: {"id": "c", "title": "Three"}\n\n')
        stream = next(iter(world.fetcher._streams._streams.values()))
        while not stream._fresh:
            await asyncio.sleep(0)
        with monkeypatch.context() as patched:
            patched.setattr(world.store, "apply", _full)
            (failed,) = await world.poll()
        assert failed.outcome is Outcome.FAILED
        (finished,) = await world.poll()
        assert finished.added == 1


def _full(*_: object) -> int:
    raise StoreError("The disk is full.")


async def test_a_stream_is_in_the_way_of_no_other_source_of_its_host(world: World) -> None:
    with serve({"/live": Live(BEGIN).answer(), "/feed": Answer(rss("A", "B"))}) as server:
        world.engine.configure([SourceSpec(server.url("/live")), SourceSpec(server.url("/feed"))])
        await world.poll(server.url("/live"))
        (finished,) = await world.poll(server.url("/feed"))
        assert finished.added == 2
        (finished,) = await world.poll(server.url("/live"))
        assert finished.outcome is Outcome.UNCHANGED
        assert server.targets == ["/live", "/feed"]


async def test_the_stream_of_a_source_that_was_taken_out_is_closed(world: World) -> None:
    hasten = hastened(asyncio.get_running_loop())
    live = Live(BEGIN)
    with serve({"/": live.answer()}) as server:
        world.engine.configure([SourceSpec(server.url())])
        await world.poll()
        world.engine.configure([])
        assert world.open == 1
        hasten(streams.UNASKED)
        while world.open:
            await asyncio.sleep(0)
        while not live.left.is_set():
            live.send(b": there?\n\n")
            await asyncio.sleep(0)


async def test_a_visit_that_is_given_up_because_its_source_goes_closes_the_stream(world: World) -> None:
    live = Live()
    with serve({"/": live.answer()}) as server:
        world.engine.configure([SourceSpec(server.url())])
        polling = asyncio.create_task(world.poll())
        while not any("_listen" in str(task.get_coro()) for task in asyncio.all_tasks()):
            await asyncio.sleep(0)
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        while not live.left.is_set():
            live.send(b": there?\n\n")
            await asyncio.sleep(0)
    assert world.open == 0


async def test_a_server_that_wants_no_more_listeners_is_left_alone(world: World) -> None:
    with serve({"/": [Answer(BEGIN, headers=[("Content-Type", "text/event-stream")]), Answer(status=204)]}) as server:
        world.engine.configure([SourceSpec(server.url())])
        while world.source(server.url()).health.standing is Standing.ACTIVE:
            await world.poll()
        assert world.source(server.url()).health.standing is Standing.ENDED
        assert len(server.asked) == 2


async def test_a_stream_that_became_a_page_is_said_so(world: World) -> None:
    page = Answer(b"<!doctype html><title>Gone home</title>", headers=[("Content-Type", "text/html")])
    with serve({"/": [Answer(BEGIN, headers=[("Content-Type", "text/event-stream")]), page]}) as server:
        world.engine.configure([SourceSpec(server.url())])
        while (finished := (await world.poll())[0]).outcome is not Outcome.FAILED:
            pass
    assert "Gone home" in finished.message
