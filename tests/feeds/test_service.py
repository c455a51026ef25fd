"""The engine as a process of its own, and the screen's side of it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from feeds import events
from feeds.events import Event, ServiceOptions
from feeds.link import ServiceLink
from feeds.model import SourceSpec
from feeds.store import View, open_reader, open_store

PATIENCE = 10
"""Seconds after which a process that should have done something has failed."""


def feed(folder: Path, *titles: str, name: str = "feed.json") -> str:
    """Write a feed; return its address."""
    items = ",".join(f'{{"id": "{title}", "title": "{title}", "content_text": "About {title}."}}' for title in titles)
    file = folder / name
    file.write_text(f'{{"version": "https://jsonfeed.org/version/1.1", "title": "Paper", "items": [{items}]}}')
    return file.as_uri()


class Talk:
    """A conversation with an engine's process."""

    def __init__(self, folder: Path, **options: object) -> None:
        self.data = folder / "data"
        self.config = folder / "config.toml"
        fields = {"data": str(self.data), "config": str(self.config)} | options
        self.link = ServiceLink(ServiceOptions(**fields))  # type: ignore[arg-type]
        self.heard: list[Event] = []
        self.ended = False
        self._news = asyncio.Condition()
        self._listening: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.link.start()
        self._listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for event in self.link.events():
            async with self._news:
                self.heard.append(event)
                self._news.notify_all()
        async with self._news:
            self.ended = True
            self._news.notify_all()

    async def until(self, done: Callable[[], bool]) -> None:
        """Listen until something is so."""
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(done)

    async def hears(self, kind: type[Event], count: int = 1) -> list[Event]:
        """Listen until so many events of a kind were heard; return them."""
        await self.until(lambda: sum(isinstance(event, kind) for event in self.heard) >= count or self.ended)
        found = [event for event in self.heard if isinstance(event, kind)]
        assert len(found) >= count, self.heard
        return found

    @property
    def pid(self) -> int:
        child = self.link._child
        assert child is not None
        return child.pid

    async def close(self) -> None:
        await self.link.close()
        if self._listening is not None:
            await self._listening


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Talk]]]:
    made: list[Talk] = []

    async def make(**options: object) -> Talk:
        made.append(Talk(tmp_path, **options))
        await made[-1].start()
        return made[-1]

    yield make
    for each in made:
        await each.close()


def titles(talk: Talk) -> list[str]:
    reader = open_reader(talk.data)
    try:
        return [entry.post.title for entry in reader.entries(reader.select(View()).ids)]
    finally:
        reader.close()


async def test_it_polls_the_configured_sources_and_tells_what_came(
    tmp_path: Path, talk: Callable[..., Awaitable[Talk]]
) -> None:
    (tmp_path / "config.toml").write_text(f'[[sources]]\nurl = "{feed(tmp_path, "Flood", "Bridge")}"\n')
    engine = await talk()
    (finished,) = await engine.hears(events.PollFinished)
    assert isinstance(finished, events.PollFinished)
    assert finished.added == 2
    assert engine.heard.index(events.Ready(writing=True)) < engine.heard.index(finished)
    assert sorted(titles(engine)) == ["Bridge", "Flood"]


async def test_it_polls_the_sources_of_a_visit_instead_and_can_keep_them(
    tmp_path: Path, talk: Callable[..., Awaitable[Talk]]
) -> None:
    url = feed(tmp_path, "Flood")
    (tmp_path / "config.toml").write_text('[[sources]]  # mine\nurl = "https://paper.example/feed"\n')
    engine = await talk(visiting=(url,))
    await engine.hears(events.PollFinished)
    assert titles(engine) == ["Flood"]
    await engine.link.send(events.KeepSources())
    (added,) = await engine.hears(events.SourceAdded)
    assert isinstance(added, events.SourceAdded)
    assert added.url == url
    written = (tmp_path / "config.toml").read_text()
    assert url in written
    assert "# mine" in written


async def test_a_source_that_is_added_is_found_saved_and_polled(
    tmp_path: Path, talk: Callable[..., Awaitable[Talk]]
) -> None:
    engine = await talk()
    await engine.hears(events.Ready)
    url = feed(tmp_path, "Flood")
    await engine.link.send(events.AddSource(SourceSpec(url=url)))
    await engine.hears(events.SourceAdded)
    await engine.hears(events.PollFinished)
    assert url in (tmp_path / "config.toml").read_text()
    assert titles(engine) == ["Flood"]


async def test_an_address_that_is_no_source_is_a_sentence_and_not_saved(
    tmp_path: Path, talk: Callable[..., Awaitable[Talk]]
) -> None:
    engine = await talk()
    await engine.hears(events.Ready)
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><title>Sign in</title><p>Please.")
    await engine.link.send(events.AddSource(SourceSpec(url=page.as_uri())))
    (problem,) = await engine.hears(events.Problem)
    assert "Sign in" in str(problem)
    assert not (tmp_path / "config.toml").exists()


async def test_a_source_that_is_added_to_a_visit_is_not_saved(
    tmp_path: Path, talk: Callable[..., Awaitable[Talk]]
) -> None:
    engine = await talk(visiting=(feed(tmp_path, "Flood"),))
    await engine.hears(events.PollFinished)
    await engine.link.send(events.AddSource(SourceSpec(url=feed(tmp_path, "Bridge", name="other.json"))))
    await engine.hears(events.PollFinished, 2)
    assert sorted(titles(engine)) == ["Bridge", "Flood"]
    assert not (tmp_path / "config.toml").exists()
    await engine.link.send(events.KeepSources())
    await engine.hears(events.SourceAdded, 3)
    assert (tmp_path / "config.toml").read_text().count("[[sources]]") == 2


async def test_of_a_page_that_offers_several_feeds_the_first_is_taken_and_the_others_are_counted(
    tmp_path: Path, talk: Callable[..., Awaitable[Talk]]
) -> None:
    engine = await talk()
    await engine.hears(events.Ready)
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="https://paper.example/{name}">' for name in "abc"
    )
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><html><head><title>Paper</title>{links}</head><body>Hello</body></html>")
    await engine.link.send(events.AddSource(SourceSpec(url=page.as_uri())))
    (added,) = await engine.hears(events.SourceAdded)
    assert added == events.SourceAdded(1, "https://paper.example/a", "https://paper.example/a", others=2)


async def test_data_that_cannot_be_used_are_said_and_tried_again(
    tmp_path: Path, talk: Callable[..., Awaitable[Talk]]
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "wirewatch.lock").mkdir()
    engine = await talk()
    (ready,) = await engine.hears(events.Ready)
    assert isinstance(ready, events.Ready)
    assert not ready.writing
    await engine.link.send(events.Refresh())
    assert str((await engine.hears(events.Problem))[0]) == str(events.Problem(ready.message))
    (tmp_path / "data" / "wirewatch.lock").rmdir()
    await engine.until(lambda: events.Ready(writing=True) in engine.heard)


async def test_marks_are_stored(tmp_path: Path, talk: Callable[..., Awaitable[Talk]]) -> None:
    engine = await talk(visiting=(feed(tmp_path, "Flood"),))
    await engine.hears(events.PollFinished)
    reader = open_reader(engine.data)
    entry_id = reader.select(View()).ids[0]
    await engine.link.send(events.Mark((entry_id,), read=True))
    await engine.hears(events.Changed, 2)
    assert reader.entries([entry_id])[0].read
    reader.close()


async def test_a_second_one_only_reads_until_the_first_has_ended(
    tmp_path: Path, talk: Callable[..., Awaitable[Talk]]
) -> None:
    store = open_store(tmp_path / "data")
    second = await talk(visiting=(feed(tmp_path, "Flood"),))
    (ready,) = await second.hears(events.Ready)
    assert isinstance(ready, events.Ready)
    assert not ready.writing
    assert str(os.getpid()) in ready.message
    await second.link.send(events.Mark((1,), read=True))
    assert str((await second.hears(events.Problem))[0]) == str(events.Problem(ready.message))
    store.close()
    await second.until(lambda: events.Ready(writing=True) in second.heard)
    await second.hears(events.PollFinished)


async def test_the_demo_plays_without_a_network_and_keeps_nothing(
    tmp_path: Path, talk: Callable[..., Awaitable[Talk]]
) -> None:
    from datetime import UTC, datetime

    engine = await talk(demo_start=datetime.now(UTC))
    await engine.hears(events.PollFinished, 3)
    assert len(titles(engine)) >= 3
    await engine.link.send(events.AddSource(SourceSpec(url="https://paper.example/feed")))
    await engine.hears(events.Problem)
    assert not (tmp_path / "config.toml").exists()


async def test_it_ends_when_it_is_asked_to(talk: Callable[..., Awaitable[Talk]]) -> None:
    engine = await talk()
    await engine.hears(events.Ready)
    child = engine.link._child
    assert child is not None
    await engine.link.close()
    assert child.returncode == 0
    await engine.until(lambda: engine.ended)
    assert not [event for event in engine.heard if isinstance(event, events.Problem)]
    open_store(engine.data).close()


async def test_it_ends_when_the_screen_is_gone(talk: Callable[..., Awaitable[Talk]]) -> None:
    engine = await talk()
    await engine.hears(events.Ready)
    child = engine.link._child
    assert child is not None
    assert child.stdin is not None
    child.stdin.close()
    async with asyncio.timeout(PATIENCE):
        assert await child.wait() == 0


async def test_a_signal_ends_it_without_a_trace(talk: Callable[..., Awaitable[Talk]]) -> None:
    engine = await talk()
    await engine.hears(events.Ready)
    os.kill(engine.pid, signal.SIGINT)  # the terminal's ctrl+c is for the screen
    os.kill(engine.pid, signal.SIGTERM)
    await engine.until(lambda: engine.ended)
    assert not [event for event in engine.heard if isinstance(event, events.Problem)]


async def test_one_that_is_killed_is_noticed_and_the_next_goes_on_with_what_was_stored(
    tmp_path: Path, talk: Callable[..., Awaitable[Talk]]
) -> None:
    url = feed(tmp_path, "Flood")
    first = await talk(visiting=(url,))
    await first.hears(events.PollFinished)
    os.kill(first.pid, signal.SIGKILL)
    await first.until(lambda: first.ended)
    assert titles(first) == ["Flood"]
    second = await talk(visiting=(url,))
    (ready,) = await second.hears(events.Ready)
    assert ready == events.Ready(writing=True)
    assert titles(second) == ["Flood"]


async def test_sending_to_one_that_has_ended_does_nothing(talk: Callable[..., Awaitable[Talk]]) -> None:
    engine = await talk()
    await engine.hears(events.Ready)
    os.kill(engine.pid, signal.SIGKILL)
    await engine.until(lambda: engine.ended)
    await engine.link.send(events.Refresh())
    await engine.link.close()
    await engine.link.close()
