from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from feeds.adapters import Registry
from feeds.engine import AT_ONCE, HOST_SPACING, Engine
from feeds.errors import FetchFault, StoreError
from feeds.events import Changed, Event, OlderRead, PollFinished, PollStarted, Problem, SourcesChanged
from feeds.flow import Flow, Request, Visit
from feeds.model import Batch, ChangeKind, Extent, Hints, Kind, Outcome, Post, SourceSpec, Standing
from feeds.parsing import InlineParsing
from feeds.schedule import AGAIN_FLOOR, LISTENING
from feeds.store import Store, View, open_store
from feeds.visitor import PAGE_SPACING, PAGES_BACK
from tests.support.clock import FakeClock, settle
from tests.support.site import Lines, Site

A, B, C = "https://a.example/live", "https://b.example/live", "https://c.example/live"
SAME = "https://a.example/other"


class World:
    """An engine on a site, a clock and a store of its own."""

    def __init__(self, folder: Path, *urls: str, every: float | None = 60) -> None:
        self.clock = FakeClock()
        self.site = Site()
        self.adapter = Lines()
        self.store: Store = open_store(folder)
        self.events: list[Event] = []
        self.on_event: Callable[[Event], None] = lambda event: None
        self.engine = self.another_engine()
        self.engine.configure([SourceSpec(url, every=every) for url in urls])
        self.ids = {source.url: source.id for source in self.engine.sources}
        for url in urls:
            self.site.put(url, "1|One|The first of them.")

    def another_engine(self) -> Engine:
        parsing = InlineParsing(Registry({"lines": self.adapter}))
        return Engine(self.store, self.site, parsing, self.clock, self._hear, luck=lambda: 0.0)

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        self.on_event(event)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.engine.run())
        await settle()
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def heard(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def finished(self, url: str = A) -> list[PollFinished]:
        return [each for each in self.events if isinstance(each, PollFinished) and each.source_id == self.ids[url]]

    def titles(self) -> list[str]:
        return [entry.post.title for entry in self.store.entries(self.store.select(View()).ids)]

    def kinds(self) -> list[ChangeKind]:
        return [record.kind for record in self.store.changes_since(0)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    made: list[World] = []

    def make(*urls: str, **options: float | None) -> World:
        made.append(World(tmp_path / str(len(made)), *(urls or (A,)), **options))
        return made[-1]

    yield make
    for each in made:
        each.store.close()


async def test_a_source_is_polled_at_once_and_again_when_it_is_due(world: Callable[..., World]) -> None:
    w = world()
    async with w.running():
        assert w.site.asked == [A]
        await w.clock.advance(59)
        assert w.site.asked == [A]
        await w.clock.advance(1)
        assert w.site.asked == [A, A]


async def test_what_a_poll_brought_is_stored_before_it_is_told(world: Callable[..., World]) -> None:
    w = world()
    stored: list[int] = []
    w.on_event = lambda event: stored.append(w.store.last_seq()) if isinstance(event, Changed) else None
    async with w.running():
        assert w.titles() == ["One"]
    assert stored == [1]
    assert [type(event) for event in w.events if not isinstance(event, SourcesChanged)] == [
        PollStarted,
        Changed,
        PollFinished,
    ]
    assert w.finished()[0].added == 1


async def test_every_kind_of_change_arrives_once_as_what_it_is(world: Callable[..., World]) -> None:
    w = world()
    w.site.put(A, "3|Three", "2|Two|It is so.", "1|One")
    async with w.running():
        w.site.put(A, "4|Four", "3|Three", "2|Two|It is not so.", "1|One")
        await w.clock.advance(60)
        w.site.put(A, "4|Four", "3|Three", "1|One")
        await w.clock.advance(60)
        assert w.finished()[-1].withdrawn == 0
        w.site.put(A, "5|Five", "4|Four", "3|Three", "1|One")
        await w.clock.advance(60)
        w.site.put(A, "5|Five", "4|Four", "3|Three", "2|Two|It is not so.", "1|One")
        await w.clock.advance(60)
    assert w.kinds() == [
        *[ChangeKind.ADDED] * 3,
        ChangeKind.ADDED,
        ChangeKind.EDITED,
        ChangeKind.ADDED,
        ChangeKind.WITHDRAWN,
        ChangeKind.RESTORED,
    ]


async def test_an_entry_that_is_still_missing_when_nothing_has_changed_is_withdrawn(
    world: Callable[..., World],
) -> None:
    w = world()
    w.site.put(A, "3|Three", "2|Two", "1|One")
    async with w.running():
        w.site.put(A, "3|Three", "1|One")
        await w.clock.advance(60)
        await w.clock.advance(60)
        assert w.kinds()[-1] is ChangeKind.WITHDRAWN
        assert w.finished()[-1].outcome is Outcome.CHANGED
        await w.clock.advance(180)
    assert w.kinds().count(ChangeKind.WITHDRAWN) == 1


async def test_a_document_that_did_not_change_is_not_read_again(world: Callable[..., World]) -> None:
    w = world()
    async with w.running():
        await w.clock.advance(180)
        assert len(w.site.asked) == 4
        assert w.adapter.read == 1
        w.site.validating = False
        await w.clock.advance(120)
        assert w.adapter.read == 1
    assert [each.outcome for each in w.finished()] == [Outcome.CHANGED, *[Outcome.UNCHANGED] * 5]


async def test_validators_and_the_cursor_come_back_after_a_restart(world: Callable[..., World]) -> None:
    w = world()
    async with w.running():
        pass
    w.engine = w.another_engine()
    async with w.running():
        await w.clock.advance(60)
        assert w.site.sent[-1].etag
        assert w.adapter.read == 1
        w.site.put(A, "2|Two", "1|One|The first of them.")
        await w.clock.advance(60)
        assert w.adapter.visits[-1].cursor == {"read": 1}
        assert w.adapter.visits[-1].adapter == "lines"


async def test_sources_are_visited_side_by_side_but_never_too_many(world: Callable[..., World]) -> None:
    urls = [f"https://{number}.example/" for number in range(3 * AT_ONCE)]
    w = world(*urls)
    holds = [w.site.hold(url) for url in urls]
    async with w.running():
        assert w.site.most_under_way == AT_ONCE
        for hold in holds:
            hold.set()
        await settle(400)
        assert sorted(w.site.asked) == sorted(urls)
    assert w.site.most_under_way == AT_ONCE


async def test_one_host_is_asked_one_thing_at_a_time_and_not_at_once_again(world: Callable[..., World]) -> None:
    w = world(A, SAME, B)
    hold = w.site.hold(A)
    async with w.running():
        assert set(w.site.asked) == {A, B}
        await w.clock.advance(10)
        assert SAME not in w.site.asked
        hold.set()
        await settle()
        assert SAME in w.site.asked


async def test_visits_to_one_host_begin_a_second_apart(world: Callable[..., World]) -> None:
    w = world(A, SAME)
    async with w.running():
        assert w.site.asked == [A]
        await w.clock.advance(HOST_SPACING / 2)
        assert w.site.asked == [A]
        await w.clock.advance(HOST_SPACING / 2)
        assert w.site.asked == [A, SAME]


async def test_a_failure_is_a_sentence_on_the_source_and_costs_nothing_else(world: Callable[..., World]) -> None:
    w = world(A, B)
    async with w.running():
        w.site.fail(A)
        await w.clock.advance(60)
        source = w.store.source(w.ids[A])
        assert source is not None
        assert (source.health.outcome, source.health.message) == (Outcome.FAILED, f"{A} failed.")
        assert source.health.failures == 1
        assert w.finished(B)[-1].outcome is Outcome.UNCHANGED
        w.site.put(A, "2|Two", "1|One|The first of them.")
        await w.clock.advance(3_600)
        source = w.store.source(w.ids[A])
        assert source is not None
        assert (source.health.failures, source.health.failing_since) == (0, None)
    assert "Two" in w.titles()


async def test_a_page_that_cannot_be_read_withdraws_nothing_and_keeps_what_to_ask_with(
    world: Callable[..., World],
) -> None:
    w = world()
    async with w.running():
        before = w.store.source(w.ids[A])
        w.site.put(A, "!This is a web page (title “Sign in”), not a feed.")
        await w.clock.advance(60)
        after = w.store.source(w.ids[A])
        assert before is not None
        assert after is not None
        assert (after.validators, after.digest, after.cursor) == (before.validators, before.digest, before.cursor)
        assert "Sign in" in after.health.message
    assert w.kinds() == [ChangeKind.ADDED]


class Now(Lines):
    """One that asks at times without a condition, since it asked for something else before."""

    conditional = True

    def poll(self, visit: Visit) -> Flow[Batch]:
        flow = super().poll(visit)
        response = yield replace(next(flow), conditional=self.conditional)
        try:
            flow.send(response)
        except StopIteration as done:
            batch: Batch = done.value
            return batch
        raise AssertionError("it asks for one page")


async def test_an_answer_is_the_same_as_the_last_that_was_read_and_not_as_one_before(
    world: Callable[..., World],
) -> None:
    w = world()
    w.adapter = adapter = Now()
    w.site.validating = False
    w.engine = w.another_engine()
    async with w.running():
        w.site.put(A, "1|One|The second of them.")
        adapter.conditional = False
        await w.clock.advance(60)
        w.site.put(A, "1|One|The first of them.")
        adapter.conditional = True
        await w.clock.advance(60)
    assert w.kinds() == [ChangeKind.ADDED, ChangeKind.EDITED, ChangeKind.EDITED]


async def test_a_server_that_is_overloaded_is_left_alone_with_all_its_sources(world: Callable[..., World]) -> None:
    w = world(A, SAME)
    w.site.fail(A, FetchFault.STATUS, status=429, retry_after=600)
    async with w.running():
        await w.clock.advance(599)
        assert w.site.asked == [A]
        await w.clock.advance(2)
        assert SAME in w.site.asked


async def test_a_source_that_is_gone_is_left_alone_until_somebody_asks(world: Callable[..., World]) -> None:
    w = world()
    w.site.fail(A, FetchFault.GONE, status=410)
    async with w.running():
        await w.clock.advance(100_000)
        assert w.site.asked == [A]
        source = w.store.source(w.ids[A])
        assert source is not None
        assert source.health.standing is Standing.GONE
        w.site.put(A, "1|One")
        w.engine.refresh([w.ids[A]])
        await settle()
        assert w.titles() == ["One"]
        await w.clock.advance(60)
        assert len(w.site.asked) == 3


async def test_asking_again_and_again_does_not_make_it_impolite(world: Callable[..., World]) -> None:
    w = world()
    async with w.running():
        for _ in range(5):
            w.engine.refresh()
            await settle()
        assert w.site.asked == [A]
        await w.clock.advance(AGAIN_FLOOR)
        w.engine.refresh()
        await settle()
        assert w.site.asked == [A, A]


async def test_asking_while_a_visit_is_under_way_asks_once_more_after_it(world: Callable[..., World]) -> None:
    w = world()
    hold = w.site.hold(A)
    async with w.running():
        w.engine.refresh()
        hold.set()
        await settle()
        assert w.site.asked == [A]


async def test_a_permanent_redirect_moves_the_source_and_keeps_its_entries(world: Callable[..., World]) -> None:
    w = world()
    w.site.moved_to[A] = B
    w.site.put(B, "2|Two", "1|One|The first of them.")
    async with w.running():
        await w.clock.advance(60)
        assert w.site.asked == [A, B]
    assert w.titles() == ["One", "Two"]
    assert w.engine.sources[0].spec.url == A


async def test_a_source_that_is_taken_out_is_not_polled_any_more(world: Callable[..., World]) -> None:
    w = world(A, B)
    hold = w.site.hold(A)
    async with w.running():
        w.engine.configure([SourceSpec(B, every=60)])
        hold.set()
        await w.clock.advance(120)
        assert w.site.asked.count(A) == 1
        assert w.site.asked.count(B) == 3
    assert w.kinds() == [ChangeKind.ADDED]


async def test_a_source_that_is_added_is_polled_at_once(world: Callable[..., World]) -> None:
    w = world(A)
    w.site.put(B, "1|Other")
    async with w.running():
        w.engine.configure([SourceSpec(A, every=60), SourceSpec(B, every=60)])
        await settle()
        assert w.site.asked == [A, B]
    assert sorted(w.titles()) == ["One", "Other"]


async def test_a_mistake_in_an_adapter_shows_on_its_source_and_the_rest_goes_on(world: Callable[..., World]) -> None:
    w = world(A, B)
    w.adapter.raising = lambda: RuntimeError("not expected")
    async with w.running():
        assert {each.outcome for each in (*w.finished(A), *w.finished(B))} == {Outcome.FAILED}
        assert "lines" in w.finished(A)[-1].message
        w.adapter.raising = None
        await w.clock.advance(3_600)
    assert sorted(w.titles()) == ["One", "One"]


async def test_a_mistake_in_the_program_costs_one_source_until_somebody_asks_again(
    world: Callable[..., World], capsys: pytest.CaptureFixture[str]
) -> None:
    w = world(A, B)
    w.site.pages[A] = ZeroDivisionError("nobody expects this")
    async with w.running():
        await w.clock.advance(3_600)
        assert w.site.asked.count(A) == 1
        assert w.site.asked.count(B) > 10
        assert [problem for problem in w.heard(Problem) if "ZeroDivisionError" in str(problem)]
        w.site.put(A, "1|One")
        w.engine.refresh([w.ids[A]])
        await settle()
    assert "One" in w.titles()
    assert "ZeroDivisionError" in capsys.readouterr().err


async def test_a_full_disk_is_said_once_and_tried_again(
    world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    w = world(A, B)
    full = True
    real = w.store.apply

    def apply(*arguments: object) -> int:
        if full:
            raise StoreError("The disk is full.")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(w.store, "apply", apply)
    async with w.running():
        await w.clock.advance(100)
        assert [str(problem) for problem in w.heard(Problem)] == [str(Problem("The disk is full."))]
        assert w.titles() == []
        full = False
        await w.clock.advance(200)
    assert w.titles() == ["One", "One"]


async def test_a_clock_that_jumps_makes_no_burst_and_no_silence(world: Callable[..., World]) -> None:
    w = world()
    async with w.running():
        await w.clock.advance(30)
        w.clock.jump(86_400)
        await settle()
        assert w.site.asked == [A, A]
        w.clock.jump(-2 * 86_400)
        await w.clock.advance(121)
        assert w.site.asked == [A, A, A]


async def test_polling_once_tells_of_each_source_in_its_order(world: Callable[..., World]) -> None:
    w = world(C, A, B)
    w.site.fail(A)
    told = asyncio.create_task(w.engine.poll_once())
    await w.clock.advance(5)
    outcomes = [(each.source_id, each.outcome) for each in await told]
    assert outcomes == [
        (w.ids[C], Outcome.CHANGED),
        (w.ids[A], Outcome.FAILED),
        (w.ids[B], Outcome.CHANGED),
    ]


async def test_polling_once_does_not_wait_for_a_host_that_wants_to_be_left_alone_for_long(
    world: Callable[..., World],
) -> None:
    w = world(A, SAME)
    w.site.fail(A, FetchFault.STATUS, status=503, retry_after=7_200)
    told = asyncio.create_task(w.engine.poll_once())
    await w.clock.advance(5)
    first, second = await told
    assert first.outcome is second.outcome is Outcome.FAILED
    assert "left alone" in second.message
    assert w.site.asked == [A]


async def test_marks_are_stored_and_told_where_they_differ(world: Callable[..., World]) -> None:
    w = world()
    async with w.running():
        entry_id = w.store.select(View()).ids[0]
        told = len(w.heard(Changed))
        w.engine.mark([entry_id], read=True, starred=None)
        w.engine.mark([entry_id], read=True, starred=None)
        assert len(w.heard(Changed)) == told + 1
    assert w.store.entries([entry_id])[0].read


async def test_ending_in_the_middle_of_a_visit_leaves_nothing_half_done(world: Callable[..., World]) -> None:
    w = world()
    w.site.hold(A)
    async with w.running():
        assert w.site.under_way == 1
    assert w.site.under_way == 0
    assert w.titles() == []
    assert w.finished()[-1].outcome is Outcome.FAILED


async def test_a_gap_is_told(world: Callable[..., World]) -> None:
    w = world()
    async with w.running():
        w.site.put(A, "9|Nine", "8|Eight")
        await w.clock.advance(60)
    assert w.finished()[-1].gap
    assert w.kinds() == [ChangeKind.ADDED] * 3


async def test_the_next_poll_is_kept_over_a_restart(world: Callable[..., World]) -> None:
    w = world(every=600)
    async with w.running():
        await w.clock.advance(300)
    w.engine = w.another_engine()
    async with w.running():
        assert w.site.asked == [A]
        source = w.store.source(w.ids[A])
        assert source is not None
        assert source.health.next_poll == w.clock.now() + timedelta(seconds=300)
        await w.clock.advance(300)
        assert w.site.asked == [A, A]


async def test_an_entry_missing_before_a_restart_is_withdrawn_by_a_poll_after_it_that_finds_nothing_new(
    world: Callable[..., World],
) -> None:
    w = world()
    w.site.put(A, "3|Three", "2|Two", "1|One")
    async with w.running():
        w.site.put(A, "3|Three", "1|One")
        await w.clock.advance(60)
    w.engine = w.another_engine()
    async with w.running():
        await w.clock.advance(60)
    assert w.kinds()[-1] is ChangeKind.WITHDRAWN


# ------------------------------------------------------------------ what came before


def pages(w: World, *pages: tuple[str, ...], url: str = A) -> None:
    """A list, and the pages before it; each names the next."""
    addresses = [url, *(f"{url}/{number}" for number in range(2, len(pages) + 1))]
    for place, (address, lines) in enumerate(zip(addresses, pages, strict=True)):
        w.site.put(address, *lines, *(f"<{each}" for each in addresses[place + 1 : place + 2]))


async def test_an_older_page_is_read_when_it_is_wanted_and_is_no_news(world: Callable[..., World]) -> None:
    w = world()
    pages(w, ("4|Four", "3|Three"), ("2|Two",), ("1|One",))
    async with w.running():
        w.engine.look_back([w.ids[A]])
        await w.clock.advance(HOST_SPACING)
        assert w.titles() == ["Two", "Three", "Four"]
        w.engine.look_back([w.ids[A]])
        await w.clock.advance(HOST_SPACING)
        w.engine.look_back([w.ids[A]])
        await w.clock.advance(HOST_SPACING)
    assert w.titles() == ["One", "Two", "Three", "Four"]
    assert w.kinds() == [ChangeKind.ADDED, ChangeKind.ADDED, ChangeKind.OLDER, ChangeKind.OLDER]
    assert w.site.asked == [A, f"{A}/2", f"{A}/3"]
    one = w.ids[A]
    assert w.heard(OlderRead) == [OlderRead(one, 1, more=True), OlderRead(one, 1), OlderRead(one)]
    # It is told of once it is stored, and it is no poll.
    assert len(w.finished()) == 1
    assert [type(each) for each in w.events if isinstance(each, Changed | OlderRead)][-3:] == [
        Changed,
        OlderRead,
        OlderRead,
    ]


async def test_pages_that_hold_nothing_new_are_passed_over_at_the_pace_of_a_host(world: Callable[..., World]) -> None:
    w = world()
    pages(w, ("3|Three", "2|Two"), ("3|Three",), ("2|Two",), ("1|One",))
    async with w.running():
        w.engine.look_back([w.ids[A]])
        await w.clock.advance(HOST_SPACING)
        assert w.site.asked == [A, f"{A}/2"]
        await w.clock.advance(PAGE_SPACING)
        await w.clock.advance(PAGE_SPACING)
    assert w.site.asked == [A, f"{A}/2", f"{A}/3", f"{A}/4"]
    assert w.heard(OlderRead) == [OlderRead(w.ids[A], 1)]


async def test_no_more_than_a_few_pages_are_passed_over(world: Callable[..., World]) -> None:
    w = world()
    pages(w, *[("1|One",)] * 20)
    async with w.running():
        w.engine.look_back([w.ids[A]])
        await w.clock.advance(60)
        assert len(w.site.asked) == 1 + PAGES_BACK + 1  # and the next poll
    assert w.heard(OlderRead) == [OlderRead(w.ids[A], 0, more=True)]


async def test_a_page_that_leads_back_to_itself_is_the_last(world: Callable[..., World]) -> None:
    w = world()
    w.site.put(A, "2|Two", f"<{A}/2")
    w.site.put(f"{A}/2", "1|One", f"<{A}/2")
    async with w.running():
        w.engine.look_back([w.ids[A]])
        await w.clock.advance(HOST_SPACING)
    assert w.heard(OlderRead) == [OlderRead(w.ids[A], 1)]


async def test_an_older_page_that_fails_says_why_and_costs_the_source_nothing(world: Callable[..., World]) -> None:
    w = world()
    w.site.put(A, "2|Two", f"<{A}/2")
    async with w.running():
        w.engine.look_back([w.ids[A]])
        await w.clock.advance(HOST_SPACING)
        (read,) = w.heard(OlderRead)
        assert read == OlderRead(w.ids[A], 0, more=True, message=f"{A}/2 is not there.")
        assert w.engine.sources[0].health.outcome is Outcome.CHANGED
        w.site.put(f"{A}/2", "1|One")
        w.engine.look_back([w.ids[A]])
        await w.clock.advance(HOST_SPACING)
    assert w.titles() == ["One", "Two"]


async def test_a_host_that_refuses_an_older_page_is_left_alone(world: Callable[..., World]) -> None:
    w = world(A, SAME)
    w.site.put(A, "2|Two", f"<{A}/2")
    w.site.fail(f"{A}/2", FetchFault.STATUS, status=429, retry_after=200.0)
    async with w.running():
        await w.clock.advance(HOST_SPACING)
        w.engine.look_back([w.ids[A]])
        await w.clock.advance(2 * HOST_SPACING)
        asked = list(w.site.asked)
        await w.clock.advance(150)
        assert w.site.asked == asked
        await w.clock.advance(60)
        assert len(w.site.asked) > len(asked)


async def test_a_gap_is_closed_by_reading_backwards_and_what_lay_in_it_is_news(world: Callable[..., World]) -> None:
    w = world()
    pages(w, ("2|Two", "1|One"), ("0|Zero",))
    async with w.running():
        pages(w, ("9|Nine", "8|Eight"), ("7|Seven", "6|Six"), ("3|Three", "2|Two"), ("1|One",), ("0|Zero",))
        told: list[int] = []
        w.on_event = lambda event: told.append(len(w.titles())) if isinstance(event, Changed) else None
        await w.clock.advance(60)
        assert told == [4]  # the list is told before the pages are read
        await w.clock.advance(5)
    assert told == [4, 7]
    assert w.titles() == ["One", "Two", "Three", "Six", "Seven", "Eight", "Nine"]
    assert w.kinds() == [ChangeKind.ADDED] * 7
    assert w.store.gaps() == []
    assert (w.finished()[-1].added, w.finished()[-1].gap) == (5, False)
    assert w.site.asked == [A, A, f"{A}/2", f"{A}/3"]
    # Reading backwards goes on where it had been before the gap.
    assert w.engine.sources[0].older == {"page": f"{A}/2"}


async def test_a_gap_too_wide_to_be_closed_stays_marked_until_the_reader_looks_back(
    world: Callable[..., World],
) -> None:
    w = world()
    w.site.put(A, "1|One")
    async with w.running():
        pages(w, *[(f"{number}|{number}",) for number in range(20, 0, -1)])
        await w.clock.advance(60)
        await w.clock.advance(PAGES_BACK * PAGE_SPACING)
        assert w.finished()[-1].gap
        assert len(w.titles()) == 1 + 1 + PAGES_BACK
        (gap,) = w.store.gaps()
        assert gap.before == w.store.entries(w.store.select(View()).ids)[1].sort_at
        w.engine.look_back([w.ids[A]])
        await w.clock.advance(HOST_SPACING)
        assert len(w.titles()) == 2 + PAGES_BACK + 1


async def test_a_gap_that_cannot_be_read_across_is_marked(world: Callable[..., World]) -> None:
    w = world()
    w.site.put(A, "1|One")
    async with w.running():
        w.site.put(A, "9|Nine", f"<{A}/2")
        await w.clock.advance(60)
        await w.clock.advance(PAGE_SPACING)
        assert (w.finished()[-1].outcome, w.finished()[-1].gap) == (Outcome.CHANGED, True)
        assert len(w.store.gaps()) == 1


async def test_older_pages_are_read_once_and_each_answer_is_returned(world: Callable[..., World]) -> None:
    w = world(A, B, C)
    pages(w, ("3|Three",), ("2|Two",))
    pages(w, ("3|Drei",), url=B)
    w.site.put(C, "3|Tre", f"<{C}/2")
    polling = asyncio.create_task(w.engine.poll_once())
    await w.clock.advance(5)
    await polling
    looking = asyncio.create_task(w.engine.look_back_once([w.ids[C], w.ids[B], w.ids[A], 99]))
    await w.clock.advance(5)
    failed, none, read = await looking
    assert (failed.source_id, failed.added, failed.more) == (w.ids[C], 0, True)
    assert none == OlderRead(w.ids[B])
    assert read == OlderRead(w.ids[A], 1)


async def test_a_mistake_while_looking_back_costs_neither_the_loop_nor_the_source(world: Callable[..., World]) -> None:
    w = world()
    pages(w, ("3|Three",), ("2|Two",))
    async with w.running():
        w.site.pages[f"{A}/2"] = ValueError("a mistake")
        w.engine.look_back([w.ids[A]])
        await w.clock.advance(HOST_SPACING)
        (read,) = w.heard(OlderRead)
        assert isinstance(read, OlderRead)
        assert "ValueError" in read.message
        await w.clock.advance(60)
        assert w.site.asked[-1] == A


async def test_an_optional_request_that_is_refused_is_heeded_though_the_visit_succeeds(
    world: Callable[..., World],
) -> None:
    w = world(A, SAME)

    def poll(visit: Visit) -> Flow[Batch]:
        response = yield Request(visit.url, conditional=True)
        more = yield Request(f"{visit.url}/more", optional=True)
        return Batch(Kind.FEED, posts=(Post(key=response.body.decode()[0]),), problems=(more.failed,))

    w.adapter.poll = poll  # type: ignore[method-assign]
    w.site.fail(f"{A}/more", FetchFault.STATUS, status=503, retry_after=300.0)
    async with w.running():
        await w.clock.advance(30)
        assert w.site.asked == [A, f"{A}/more"]
        assert w.finished()[0].outcome is Outcome.CHANGED
        assert w.finished()[0].message == f"{A}/more failed."
        await w.clock.advance(280)
        assert w.site.asked[2:3] == [SAME]


async def test_looks_at_an_open_stream_are_told_of_only_when_something_came(world: Callable[..., World]) -> None:
    w = world(A, every=None)
    said = [b"1"]

    def poll(visit: Visit) -> Flow[Batch]:
        yield Request(visit.url, listen=True)
        posts = tuple(Post(key=each.decode(), title=each.decode()) for each in said)
        hints = Hints(listening=True)
        return Batch(Kind.LIVEBLOG, posts=posts, extent=Extent.DELTA, hints=hints)

    w.adapter.poll = poll  # type: ignore[method-assign]
    async with w.running():
        await w.clock.advance(LISTENING)
        w.events.clear()
        said.clear()
        looks = len(w.site.asked)
        for _ in range(5):
            await w.clock.advance(LISTENING)
        assert len(w.site.asked) == looks + 5
        assert w.events == []
        said.append(b"2")
        await w.clock.advance(LISTENING)
        assert [type(each) for each in w.events] == [Changed, SourcesChanged, PollFinished]
        said.clear()
        await w.clock.advance(LISTENING)
        w.events.clear()
        w.site.fail(A)
        await w.clock.advance(LISTENING)
        assert [type(each) for each in w.events] == [SourcesChanged, PollFinished]


async def test_a_host_that_refuses_what_an_older_page_could_do_without_is_left_alone(
    world: Callable[..., World],
) -> None:
    w = world(A, SAME)
    w.site.put(A, "2|Two", f"<{A}/2")
    w.site.put(f"{A}/2", "1|One")

    def older(visit: Visit) -> Flow[Batch]:
        yield Request(f"{A}/named", optional=True)
        response = yield Request(str(visit.older["page"]))
        return Batch(Kind.LIVEBLOG, posts=(Post(key=response.body.decode()[0]),))

    w.adapter.older = older  # type: ignore[method-assign]
    w.site.fail(f"{A}/named", FetchFault.STATUS, status=429, retry_after=200.0)
    async with w.running():
        await w.clock.advance(HOST_SPACING)
        w.engine.look_back([w.ids[A]])
        await w.clock.advance(2 * HOST_SPACING)
        assert w.heard(OlderRead)
        asked = list(w.site.asked)
        await w.clock.advance(150)
        assert w.site.asked == asked
