"""The engine as a process of its own, and the screen's side of it."""

from __future__ import annotations

import asyncio
import os
import signal
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from feeds import events, service
from feeds.assembly import assembled
from feeds.events import Event, ServiceOptions
from feeds.inspection import Found
from feeds.link import ServiceLink
from feeds.model import Kind, SourceSpec
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


async def test_it_answers_for_a_page_that_cannot_be_read(tmp_path: Path, talk: Callable[..., Awaitable[Talk]]) -> None:
    (tmp_path / "config.toml").write_text(f'[[sources]]\nurl = "{feed(tmp_path, "Flood")}"\n')
    engine = await talk()
    await engine.hears(events.PollFinished)
    await engine.link.send(events.ReadArticle(1))
    (read,) = await engine.hears(events.ArticleRead)
    assert read == events.ArticleRead(1, "This entry leads to no page; what the feed says is all there is.")


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


def offering(folder: Path, *names: str) -> str:
    """Write a page that offers feeds; return its address."""
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" title="{name}" href="https://paper.example/{name}">'
        for name in names
    )
    page = folder / "page.html"
    page.write_text(f"<!doctype html><html><head><title>Paper</title>{links}</head><body>Hello</body></html>")
    return page.as_uri()


async def test_a_page_that_offers_several_feeds_is_asked_about_and_nothing_is_added(
    tmp_path: Path, talk: Callable[..., Awaitable[Talk]]
) -> None:
    engine = await talk()
    await engine.hears(events.Ready)
    url = offering(tmp_path, "sport", "news")
    await engine.link.send(events.AddSource(SourceSpec(url=url)))
    (found,) = await engine.hears(events.SourcesFound)
    assert found == events.SourcesFound(
        url, tuple(events.Candidate(f"https://paper.example/{name}", name, Kind.FEED) for name in ("sport", "news"))
    )
    assert not (tmp_path / "config.toml").exists()
    assert not [event for event in engine.heard if isinstance(event, events.SourceAdded)]


async def test_what_was_chosen_is_saved_as_it_is_with_its_adapter_and_polled(
    tmp_path: Path, talk: Callable[..., Awaitable[Talk]]
) -> None:
    engine = await talk()
    await engine.hears(events.Ready)
    feeds = [feed(tmp_path, name, name=f"{name}.json") for name in ("Flood", "Bridge")]
    for url in feeds:
        await engine.link.send(
            events.AddSource(SourceSpec(url=url, adapter="jsonfeed"), chosen=True, title=f"Called {url[-10:]}")
        )
    added = await engine.hears(events.SourceAdded, 2)
    assert added == [events.SourceAdded(at, url, f"Called {url[-10:]}") for at, url in enumerate(feeds, 1)]
    await engine.hears(events.PollFinished, 2)
    assert sorted(titles(engine)) == ["Bridge", "Flood"]
    written = tomllib.loads((tmp_path / "config.toml").read_text())
    assert written == {"sources": [{"url": url, "adapter": "jsonfeed"} for url in feeds]}


async def test_what_was_chosen_in_a_visit_is_polled_and_not_saved(
    tmp_path: Path, talk: Callable[..., Awaitable[Talk]]
) -> None:
    engine = await talk(visiting=(feed(tmp_path, "Flood"),))
    await engine.hears(events.PollFinished)
    other = SourceSpec(url=feed(tmp_path, "Bridge", name="other.json"), adapter="jsonfeed")
    await engine.link.send(events.AddSource(other, chosen=True))
    await engine.link.send(events.AddSource(other, chosen=True))
    await engine.hears(events.SourceAdded, 2)
    await engine.hears(events.PollFinished, 2)
    assert sorted(titles(engine)) == ["Bridge", "Flood"]
    assert not (tmp_path / "config.toml").exists()


async def test_a_page_that_offers_one_feed_is_not_asked_about(
    tmp_path: Path, talk: Callable[..., Awaitable[Talk]]
) -> None:
    engine = await talk()
    await engine.hears(events.Ready)
    await engine.link.send(events.AddSource(SourceSpec(url=offering(tmp_path, "news"))))
    (added,) = await engine.hears(events.SourceAdded)
    assert added == events.SourceAdded(1, "https://paper.example/news", "news")


async def test_a_guess_is_asked_about_even_where_there_is_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "https://paper.example/page"

    async def find(url: str, _: object) -> tuple[Found, ...]:
        return (Found(url, "Paper", Kind.LIVEBLOG, "clockpage"),)

    said: list[Event] = []
    monkeypatch.setattr(service, "find", find)
    monkeypatch.setattr(service, "say", said.append)
    options = ServiceOptions(data=str(tmp_path), config=str(tmp_path / "config.toml"))
    async with assembled() as parts:
        here = service.Service(options, parts)
        with closing(open_store(tmp_path)) as store:
            await here._add(events.AddSource(SourceSpec(url=url)), parts.engine(store, said.append, said.append))
    assert said == [events.SourcesFound(url, (events.Candidate(url, "Paper", Kind.LIVEBLOG, "clockpage"),))]


# ------------------------------------------------------------------ import


async def test_a_list_is_imported_and_its_sources_are_polled(
    tmp_path: Path, talk: Callable[..., Awaitable[Talk]]
) -> None:
    engine = await talk()
    await engine.hears(events.Ready)
    there = "https://a.example/feed"
    await engine.link.send(events.AddSource(SourceSpec(url=there), chosen=True))
    await engine.hears(events.SourceAdded)
    file = tmp_path / "urls"
    file.write_text(f'{there}\nhttps://b.example/feed News "~Harbour"\nfile:///etc/passwd\n|rm *\n')
    await engine.link.send(events.ImportSources(str(file)))
    (imported,) = await engine.hears(events.SourcesImported)
    assert isinstance(imported, events.SourcesImported)
    assert (imported.file, imported.added, imported.there, imported.refusals) == (str(file), 1, 1, 2)
    assert "is a file" in imported.refused[0]
    written = tomllib.loads((tmp_path / "config.toml").read_text())
    assert written["sources"][1] == {"url": "https://b.example/feed", "name": "Harbour", "tags": ["News"]}
    await engine.until(
        lambda: any(isinstance(each, events.PollStarted) and each.source_id == 2 for each in engine.heard)
    )


async def test_a_list_that_is_imported_into_a_visit_is_not_saved(
    tmp_path: Path, talk: Callable[..., Awaitable[Talk]]
) -> None:
    engine = await talk(visiting=(feed(tmp_path, "Flood"),))
    await engine.hears(events.PollFinished)
    file = tmp_path / "urls"
    file.write_text("https://b.example/feed\n")
    for _ in range(2):
        await engine.link.send(events.ImportSources(str(file)))
    imported = await engine.hears(events.SourcesImported, 2)
    assert imported == [events.SourcesImported(str(file), 1, 0), events.SourcesImported(str(file), 0, 1)]
    assert not (tmp_path / "config.toml").exists()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("none", None, "cannot be read: No such file or directory."),
        ("page.html", "<!doctype html><title>Hello</title>", "not a list of sources but a web page"),
        ("empty", "", "The list is empty."),
    ],
)
async def test_what_is_no_list_is_a_sentence(
    tmp_path: Path, talk: Callable[..., Awaitable[Talk]], name: str, content: str | None, told: str
) -> None:
    engine = await talk()
    await engine.hears(events.Ready)
    if content is not None:
        (tmp_path / name).write_text(content)
    await engine.link.send(events.ImportSources(str(tmp_path / name)))
    (problem,) = await engine.hears(events.Problem)
    assert isinstance(problem, events.Problem)
    assert problem.message.startswith("Nothing was imported. ")
    assert told in problem.message


# ------------------------------------------------------------------ what is in the way


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
    await engine.link.send(events.ImportSources(str(tmp_path / "urls")))
    sentence = "The demo keeps nothing; start “wirewatch” to add sources."
    assert await engine.hears(events.Problem, 2) == [events.Problem(sentence)] * 2
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
