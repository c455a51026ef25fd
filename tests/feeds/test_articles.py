"""Pages that entries lead to: which are read, when, and what is told and kept of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from feeds.adapters import Registry
from feeds.articles import AT_ONCE, Wanted, page_of
from feeds.document import plain
from feeds.engine import HOST_SPACING, Engine
from feeds.errors import FetchFault
from feeds.events import ArticleRead, Event, PollStarted
from feeds.flow import Request, Response
from feeds.model import Article, Source, SourceSpec, Validators
from feeds.parsing import InlineParsing
from feeds.schedule import AGAIN_FLOOR
from feeds.store import open_reader, open_store
from tests.support.clock import FakeClock, settle
from tests.support.posts import entry, post
from tests.support.site import Lines, Site
from tests.support.stores import added, bring

FEED = "https://varda.example/feed"
OTHER = "https://coast.example/feed"
TEXT = "The bridge over the Varda is open again after a night of repairs, and the drivers are asked to be patient. "
PAGE = f"<html><body><nav>Menu</nav><article><p>{TEXT}</p><p>{TEXT * 2}</p></article></body></html>".encode()


class Desk:
    """An engine on a site, with entries that lead to pages."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.site = Site()
        self.store = open_store(folder)
        self.events: list[Event] = []
        self.requests: list[tuple[Request, str]] = []
        fetch = self.site.fetch

        async def noted(request: Request, *, validators: Validators, channel: str) -> Response:
            self.requests.append((request, channel))
            return await fetch(request, validators=validators, channel=channel)

        self.site.fetch = noted  # type: ignore[method-assign]  # looks at what is asked
        parsing = InlineParsing(Registry({"lines": Lines()}))
        self.mistakes: list[Exception] = []
        self.made = 0
        self.engine = Engine(
            self.store,
            self.site,
            parsing,
            self.clock,
            self.events.append,
            luck=lambda: 0.0,
            report=self.mistakes.append,
        )
        sources = self.engine.configure([SourceSpec(FEED, every=600), SourceSpec(OTHER, every=600)])
        self.ids = {source.url: source.id for source in sources}
        for url in self.ids:
            self.site.put(url, "a|A post|Its text.")

    def entry(self, url: str | None, *, feed: str = FEED, page: bytes | None = PAGE) -> int:
        if url and page is not None:
            self.site.pages[url] = page
        self.made += 1
        key = str(self.made)
        bring(self.store, self.ids[feed], added(post(key, url=url)))
        found = self.store.find(self.ids[feed], key)
        assert found is not None
        return found.id

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.engine.run())
        await self.clock.advance(HOST_SPACING * 3)
        self.requests.clear()
        self.site.asked.clear()
        self.site.most_under_way = 0
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @property
    def told(self) -> list[ArticleRead]:
        return [event for event in self.events if isinstance(event, ArticleRead)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# ------------------------------------------------------------------ which pages


def source(url: str = FEED, **fields: object) -> Source:
    return Source(id=1, spec=SourceSpec(url=url), url=url, **fields)  # type: ignore[arg-type]  # names of fields


def page(url: str | None, **fields: object) -> Wanted | str:
    made = entry("Bridge")
    return page_of(replace(made, post=replace(made.post, url=url)), source(**fields))


def test_the_page_of_an_entry_is_asked_for_without_its_fragment() -> None:
    found = page("https://varda.example/bridge#comments")
    assert isinstance(found, Wanted)
    assert (found.url, found.host, found.stranger) == ("https://varda.example/bridge", "varda.example", False)


def test_a_page_at_another_host_than_the_source_is_strange() -> None:
    for url in ("https://coast.example/storm", "http://127.0.0.1/admin", "http://varda.example.evil.example/"):
        found = page(url)
        assert isinstance(found, Wanted)
        assert found.stranger


def test_a_source_that_moved_leads_to_both_of_its_hosts() -> None:
    moved = replace(source(), url="https://new.example/feed")
    made = entry("Bridge")
    for host in ("varda.example", "new.example"):
        found = page_of(replace(made, post=replace(made.post, url=f"https://{host}/1")), moved)
        assert isinstance(found, Wanted)
        assert not found.stranger


@pytest.mark.parametrize("url", [None, "", "mailto:a@b.example", "https://[::1/", "file:///etc/passwd", "#top"])
def test_what_leads_to_no_page_says_so(url: str | None) -> None:
    assert page(url) == "This entry leads to no page; what the feed says is all there is."


def test_a_post_of_a_live_blog_has_no_page_of_its_own() -> None:
    said = "This entry stands on the page of its source; what is shown is all of it."
    assert page(f"{FEED}#post-7") == said
    assert page("https://varda.example/live#post-7", link="https://varda.example/live") == said


# ------------------------------------------------------------------ reading


async def test_a_page_is_read_kept_and_told_and_is_there_after_a_restart(desk: Desk, tmp_path: Path) -> None:
    number = desk.entry("https://varda.example/bridge")
    async with desk.running():
        desk.engine.read_article(number)
        await desk.clock.advance(HOST_SPACING)
        assert desk.told == [ArticleRead(number)]
    desk.store.close()
    reader = open_reader(tmp_path)
    article = reader.article(number)
    reader.close()
    assert article is not None
    assert plain(article.document) == f"{TEXT.strip()}\n\n{(TEXT * 2).strip()}"
    assert article.url == "https://varda.example/bridge"
    assert article.fetched <= desk.clock.now()


async def test_it_is_asked_as_a_page_on_behalf_of_its_source(desk: Desk) -> None:
    here, there = desk.entry("https://varda.example/bridge"), desk.entry("https://coast.example/storm")
    async with desk.running():
        desk.engine.read_article(here)
        desk.engine.read_article(there)
        await desk.clock.advance(HOST_SPACING)
    assert [(request.url, request.stranger, channel) for request, channel in desk.requests] == [
        ("https://varda.example/bridge", False, str(desk.ids[FEED])),
        ("https://coast.example/storm", True, str(desk.ids[FEED])),
    ]
    assert all(dict(request.headers)["accept"].startswith("text/html") for request, _ in desk.requests)


async def test_one_that_is_asked_for_twice_is_fetched_once(desk: Desk) -> None:
    number = desk.entry("https://varda.example/bridge")
    let_go = desk.site.hold("https://varda.example/bridge")
    async with desk.running():
        desk.engine.read_article(number)
        desk.engine.read_article(number)
        await settle()
        desk.engine.read_article(number)
        let_go.set()
        await desk.clock.advance(HOST_SPACING * 3)
    assert desk.site.asked == ["https://varda.example/bridge"]
    assert desk.told == [ArticleRead(number)]


async def test_fetched_again_it_takes_the_place_of_what_was_kept(desk: Desk) -> None:
    number = desk.entry("https://varda.example/bridge")
    async with desk.running():
        desk.engine.read_article(number)
        await desk.clock.advance(HOST_SPACING)
        desk.site.pages["https://varda.example/bridge"] = PAGE.replace(b"Varda", b"Lysa")
        desk.engine.read_article(number)
        await desk.clock.advance(HOST_SPACING * 2)
    article = desk.store.article(number)
    assert article is not None
    assert "Lysa" in plain(article.document)


async def test_a_page_that_cannot_be_had_is_told_and_keeps_what_there_was(desk: Desk) -> None:
    number = desk.entry("https://varda.example/bridge", page=None)
    before = Article("https://varda.example/bridge", desk.clock.now(), (), "older")
    desk.store.keep_article(number, before)
    async with desk.running():
        desk.engine.read_article(number)
        await desk.clock.advance(HOST_SPACING)
        assert desk.told == [ArticleRead(number, "https://varda.example/bridge is not there.")]
        desk.site.pages["https://varda.example/bridge"] = b"<html><p>Sign in</p><input type=password></html>"
        desk.engine.read_article(number)
        await desk.clock.advance(HOST_SPACING * 2)
    assert desk.told[1].message == "The page asks to sign in, and shows no text without that."
    assert desk.store.article(number) == before


async def test_what_leads_nowhere_is_told_at_once(desk: Desk) -> None:
    number = desk.entry(None)
    desk.engine.read_article(number)
    desk.engine.read_article(999)
    assert [(told.entry_id, told.message.partition(";")[0].partition(" any")[0]) for told in desk.told] == [
        (number, "This entry leads to no page"),
        (999, "The entry is not stored"),
    ]


async def test_a_mistake_in_the_program_costs_one_page(desk: Desk) -> None:
    number = desk.entry("https://varda.example/bridge")
    desk.site.pages["https://varda.example/bridge"] = ValueError("a mistake")
    async with desk.running():
        desk.engine.read_article(number)
        await desk.clock.advance(HOST_SPACING)
        assert desk.told[0].message == "A mistake in Wirewatch (ValueError); the page was not read."
        assert [type(error) for error in desk.mistakes] == [ValueError]
        desk.site.pages["https://varda.example/bridge"] = PAGE
        desk.engine.read_article(number)
        await desk.clock.advance(HOST_SPACING * 2)
    assert desk.told[1] == ArticleRead(number)


# ------------------------------------------------------------------ politeness


async def test_a_host_is_asked_for_one_thing_at_a_time(desk: Desk) -> None:
    numbers = [desk.entry(f"https://varda.example/{each}") for each in range(3)]
    async with desk.running():
        await desk.clock.advance(AGAIN_FLOOR)
        let_go = desk.site.hold("https://varda.example/0")
        for number in numbers:
            desk.engine.read_article(number)
        desk.engine.refresh([desk.ids[FEED]])
        await desk.clock.advance(120)
        assert desk.site.asked == ["https://varda.example/0"]
        let_go.set()
        await desk.clock.advance(HOST_SPACING * 4)
    assert desk.site.asked == [*(f"https://varda.example/{each}" for each in range(3)), FEED]
    assert desk.site.most_under_way == 1


async def test_pages_are_some_time_apart(desk: Desk) -> None:
    numbers = [desk.entry(f"https://varda.example/{each}") for each in range(2)]
    async with desk.running():
        for number in numbers:
            desk.engine.read_article(number)
        await desk.clock.advance(HOST_SPACING * 0.9)
        assert len(desk.told) == 1
        await desk.clock.advance(HOST_SPACING * 0.2)
        assert len(desk.told) == 2


async def test_a_page_waits_for_a_visit_to_its_host(desk: Desk) -> None:
    number = desk.entry("https://varda.example/bridge")
    async with desk.running():
        await desk.clock.advance(AGAIN_FLOOR)
        let_go = desk.site.hold(FEED)
        desk.engine.refresh([desk.ids[FEED]])
        await settle()
        desk.engine.read_article(number)
        await desk.clock.advance(60)
        assert desk.site.asked == [FEED]
        let_go.set()
        await desk.clock.advance(HOST_SPACING)
    assert desk.told == [ArticleRead(number)]


async def test_only_a_few_are_read_side_by_side(desk: Desk) -> None:
    urls = [f"https://host{each}.example/" for each in range(AT_ONCE + 2)]
    numbers = [desk.entry(url) for url in urls]
    held = [desk.site.hold(url) for url in urls]
    async with desk.running():
        for number in numbers:
            desk.engine.read_article(number)
        await desk.clock.advance(5)
        assert len(desk.site.asked) == AT_ONCE
        for each in held:
            each.set()
        await desk.clock.advance(5)
    assert len(desk.told) == AT_ONCE + 2


async def test_a_host_that_asks_to_be_left_alone_is(desk: Desk) -> None:
    first, second = desk.entry("https://varda.example/1", page=None), desk.entry("https://varda.example/2")
    desk.site.fail("https://varda.example/1", FetchFault.STATUS, status=429, retry_after=300.0)
    async with desk.running():
        await desk.clock.advance(AGAIN_FLOOR)
        desk.engine.read_article(first)
        await desk.clock.advance(2)
        desk.engine.read_article(second)
        desk.engine.refresh([desk.ids[FEED]])
        await desk.clock.advance(200)
        assert desk.site.asked == ["https://varda.example/1"]
        assert desk.told[1].message == "varda.example asked to be left alone for 298 s; Wirewatch does so."
        await desk.clock.advance(120)
        assert FEED in desk.site.asked


async def test_one_page_can_be_read_without_the_loop(desk: Desk) -> None:
    number = desk.entry("https://varda.example/bridge")
    assert await desk.engine.read_article_once(number) == ArticleRead(number)
    assert (await desk.engine.read_article_once(desk.entry(None))).message.startswith("This entry leads to no page")
    assert not any(isinstance(event, PollStarted) for event in desk.events)
    assert desk.store.article(number) is not None
    assert desk.clock.now() - desk.clock.time == timedelta(0)


async def test_what_is_under_way_is_given_up_at_the_end(desk: Desk) -> None:
    number = desk.entry("https://varda.example/bridge")
    desk.site.hold("https://varda.example/bridge")
    async with desk.running():
        desk.engine.read_article(number)
        await settle()
    assert desk.told == [ArticleRead(number, "It was given up.")]
    assert desk.store.article(number) is None
