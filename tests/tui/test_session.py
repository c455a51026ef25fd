"""The bridge: what the engine says becomes few messages, what is asked is answered in order."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from textual.message import Message

from feeds.errors import StoreError
from feeds.events import (
    AddSource,
    Candidate,
    KeepSources,
    Mark,
    PollFinished,
    PollStarted,
    Problem,
    Ready,
    Refresh,
    SourceAdded,
    SourcesFound,
    SourcesImported,
)
from feeds.model import Outcome, SourceSpec
from feeds.query import Query
from feeds.watches import Action
from tests.tui.host import Host, entry, source, watch
from tui import messages
from tui.reader_thread import ReaderThread, Urgency
from tui.session import AT_ONCE
from tui.state import ViewState, with_filter

M = TypeVar("M", bound=Message)


class Listener:
    """A session that runs, and everything it posted."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.session = host.session
        self.heard: list[Message] = []
        self.session.post = self.heard.append

    def of(self, kind: type[M]) -> list[M]:
        return [each for each in list(self.heard) if isinstance(each, kind)]

    async def until(self, done: Callable[[], object], what: str = "it") -> None:
        for _ in range(400):
            if done():
                return
            await asyncio.sleep(0.005)
        raise AssertionError(f"{what} never happened")

    async def all_answered(self) -> None:
        """Wait until everything the engine said so far is heard and everything asked so far is answered."""
        session, link = self.session, self.host.link
        await self.until(lambda: link._events.empty() and session.read_news not in session._gathering, "quiet")
        done, loop = asyncio.Event(), asyncio.get_running_loop()
        session._thread.ask(Urgency.NUMBERS, lambda _: loop.call_soon_threadsafe(done.set))
        await asyncio.wait_for(done.wait(), 5)


@pytest.fixture
async def listener(tmp_path: Path) -> AsyncIterator[Listener]:
    listener = Listener(Host(tmp_path, entries=12, watches=[watch("Kyiv", "kyiv", 1)]))
    await listener.session.start()
    await listener.until(lambda: listener.of(messages.WritingChanged), "ready")
    yield listener
    await listener.session.close()


async def test_a_burst_of_changes_is_one_message(listener: Listener) -> None:
    for number in range(100, 140):
        listener.host.shelves.add(entry(number))
        listener.host.link.news()
    await listener.until(lambda: listener.of(messages.EntriesChanged))
    await listener.all_answered()
    [news] = listener.of(messages.EntriesChanged)
    assert set(news.entries) == set(range(100, 140))
    assert not news.more


async def test_the_change_log_is_read_once(listener: Listener) -> None:
    listener.host.shelves.add(entry(100))
    listener.host.link.news()
    await listener.until(lambda: len(listener.of(messages.EntriesChanged)) == 1)
    listener.host.shelves.edit(100, title="Corrected")
    listener.host.link.news()
    await listener.until(lambda: len(listener.of(messages.EntriesChanged)) == 2)
    assert [record.seq for record in listener.of(messages.EntriesChanged)[1].records] == [2]


async def test_very_many_changes_come_in_parts_as_fast_as_they_are_taken_in(listener: Listener) -> None:
    numbers = range(1000, 1010 + 2 * AT_ONCE)
    listener.host.shelves.add(*(entry(number) for number in numbers))
    listener.host.link.news()
    seen: list[int] = []
    for part in range(3):
        await listener.until(lambda part=part: len(listener.of(messages.EntriesChanged)) > part)
        await listener.all_answered()
        news = listener.of(messages.EntriesChanged)
        assert len(news) == part + 1  # no more before these were taken in
        assert len(news[part].entries) <= AT_ONCE
        assert news[part].more is (part < 2)
        seen += news[part].entries
        listener.session.take_in(news[part])
    assert seen == list(numbers)


async def test_numbers_asked_for_twice_are_counted_once(listener: Listener) -> None:
    listener.session.select(ViewState())
    gate = asyncio.Event()
    loop = asyncio.get_running_loop()
    hold = lambda reader: asyncio.run_coroutine_threadsafe(gate.wait(), loop).result(2)  # noqa: E731
    listener.session._thread.ask(Urgency.STOP, hold)
    for _ in range(5):
        listener.session.count(ViewState())
    gate.set()
    await listener.until(lambda: listener.of(messages.CountsReady))
    await listener.all_answered()
    assert len(listener.of(messages.CountsReady)) == 1


async def test_numbers_asked_for_while_others_are_taken_up_are_counted_too(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = listener.session
    held, taken, wanted = threading.Event(), threading.Event(), session._wanted
    session._thread.ask(Urgency.STOP, lambda _: held.wait(5))
    session.count(ViewState())

    def slow(state: ViewState) -> Query | None:
        # While this question is made, the thread takes up the one before it.
        session._thread.ask(Urgency.NUMBERS, lambda _: taken.set())
        held.set()
        assert taken.wait(5)
        return wanted(state)

    monkeypatch.setattr(session, "_wanted", slow)
    session.count(ViewState())
    monkeypatch.setattr(session, "_wanted", wanted)
    await listener.all_answered()
    before = len(listener.of(messages.CountsReady))
    assert before == 2
    session.count(ViewState())
    await listener.all_answered()
    assert len(listener.of(messages.CountsReady)) == before + 1


async def test_another_writer_is_followed(tmp_path: Path) -> None:
    listener = Listener(Host(tmp_path, entries=3, writing=False))
    await listener.session.start()
    await listener.until(lambda: listener.of(messages.WritingChanged))
    assert not listener.session.writing
    listener.host.shelves.add(entry(100))  # nothing says so
    await listener.until(lambda: listener.of(messages.EntriesChanged), "the other writer's news")
    listener.session.mark([100], read=True)
    await listener.session.close()  # hands over what was wished for
    assert listener.host.link.sent == []


async def test_the_newest_entries_of_a_view_come_first(tmp_path: Path) -> None:
    listener = Listener(Host(tmp_path, entries=1200))
    await listener.session.start()
    token = listener.session.select(ViewState())
    await listener.until(lambda: len(listener.of(messages.SelectionReady)) == 2)
    part, whole = listener.of(messages.SelectionReady)
    assert (part.token, part.whole, whole.token, whole.whole) == (token, False, token, True)
    assert list(part.selection.ids) == list(range(701, 1201))
    assert len(whole.selection.ids) == 1200
    await listener.session.close()


async def test_only_the_last_of_many_questions_is_answered(listener: Listener) -> None:
    gate = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold(reader: object) -> None:
        asyncio.run_coroutine_threadsafe(gate.wait(), loop).result(2)

    listener.session._thread.ask(Urgency.STOP, hold)
    tokens = [listener.session.select(with_filter(ViewState(), text)) for text in ("k", "ky", "kyiv")]
    before = len(listener.of(messages.SelectionReady))
    gate.set()
    await listener.until(lambda: len(listener.of(messages.SelectionReady)) > before)
    await listener.all_answered()
    assert [answer.token for answer in listener.of(messages.SelectionReady)[before:]] == tokens[-1:]


async def test_hidden_entries_and_watches_are_counted(tmp_path: Path) -> None:
    watches = [watch("Storm", "storm", 1), watch("Harbour", "harbour", 2, Action.MUTE)]
    listener = Listener(Host(tmp_path, entries=70, watches=watches))
    await listener.session.start()
    token = listener.session.select(ViewState())
    listener.session.count(ViewState())
    await listener.until(lambda: listener.of(messages.CountsReady))
    [counts] = listener.of(messages.CountsReady)
    assert (counts.token, counts.hidden, counts.watches) == (token, 10, (10, 10))
    await listener.session.close()


async def test_a_mark_is_taken_back_only_where_it_changed_something(listener: Listener) -> None:
    session, link = listener.session, listener.host.link
    session.mark([3], read=True)
    session.mark([1, 2, 3], read=True)
    await listener.until(
        lambda: {each for news in listener.of(messages.EntriesChanged) for each in news.entries} >= {1, 2}
    )
    for news in listener.of(messages.EntriesChanged):
        session.take_in(news)
    assert session.undo() == 2
    await listener.until(lambda: len(link.sent) == 3)
    assert link.sent[-1] == Mark((1, 2), read=False)


async def test_what_was_marked_by_reading_is_not_taken_back(listener: Listener) -> None:
    listener.session.mark([3], read=True, by_reader=False)
    await listener.until(lambda: listener.of(messages.EntriesChanged))
    for news in listener.of(messages.EntriesChanged):
        listener.session.take_in(news)
    assert listener.session.undo() == 0


async def test_wishes_go_out_in_their_order(listener: Listener) -> None:
    session, link = listener.session, listener.host.link
    session.refresh([2])
    assert session.add_source("example.org/live")
    assert not session.add_source("no address at all")
    session.keep_sources()
    await listener.until(lambda: len(link.sent) == 3)
    assert link.sent == [
        Refresh((2,)),
        AddSource(SourceSpec(url="https://example.org/live")),
        KeepSources(),
    ]


async def test_what_the_engine_says_is_passed_on(listener: Listener) -> None:
    link = listener.host.link
    link.say(PollStarted(1))
    link.say(PollStarted(2))
    await listener.until(lambda: any(each.source_ids == {1, 2} for each in listener.of(messages.PollingChanged)))
    link.say(PollFinished(1, Outcome.CHANGED, gap=True))
    link.say(PollFinished(2, Outcome.UNCHANGED))
    await listener.until(lambda: any(each.source_ids == set() for each in listener.of(messages.PollingChanged)))
    link.say(Problem("The disk is full."))
    link.say(SourceAdded(3, "https://example.org/3", "Third"))
    await listener.until(lambda: listener.of(messages.SourceAdded))
    await listener.until(lambda: len(listener.of(messages.Noticed)) == 2)
    said = [(each.sentence, each.problem) for each in listener.of(messages.Noticed)]
    assert ("Varda Herald: entries may be missing between the last two polls.", False) in said
    assert ("The disk is full.", True) in said
    link.say(
        SourcesFound("https://example.org", (Candidate("https://example.org/4"), Candidate("https://example.org/5")))
    )
    link.say(SourcesImported("/tmp/urls", 2, 0, ("“|x” is a command; an import brings none.",), 1))
    await listener.until(lambda: len(listener.of(messages.Noticed)) == 4)
    assert listener.of(messages.SourcesOffered)[0].found.url == "https://example.org"
    imported = "2 sources were added; 1 was refused: “|x” is a command; an import brings none."
    assert {each.sentence for each in listener.of(messages.Noticed)[2:]} == {"Added Third.", imported}


async def test_sources_that_are_added_together_are_told_of_together(listener: Listener) -> None:
    for number in (3, 4, 5):
        listener.host.link.say(SourceAdded(number, f"https://example.org/{number}", f"Paper {number}"))
    await listener.until(lambda: listener.of(messages.Noticed))
    (said,) = listener.of(messages.Noticed)
    assert said.sentence == "Added 3 sources: Paper 3, Paper 4 and 1 more."


async def test_sources_are_read_again_when_they_changed(listener: Listener) -> None:
    listener.host.shelves.configured.append(source(4))
    before = len(listener.of(messages.SourcesRead))
    listener.host.link.sources()
    await listener.until(lambda: len(listener.of(messages.SourcesRead)) > before)
    news = listener.of(messages.SourcesRead)[-1]
    assert [each.id for each in news.sources] == [1, 2, 3, 4]
    assert listener.session.learn(news)
    assert listener.session.library.source_name(4) == "The Coast: Storm live"
    assert all(len(pulse) == 12 for pulse in news.pulses.values())


async def test_an_engine_that_ends_by_itself_is_said(listener: Listener) -> None:
    listener.host.link.end()
    await listener.until(lambda: listener.of(messages.Noticed))
    assert "engine ended" in listener.of(messages.Noticed)[-1].sentence
    assert listener.of(messages.Noticed)[-1].problem


async def test_an_engine_that_cannot_start_is_said(tmp_path: Path) -> None:
    host = Host(tmp_path)

    async def start() -> None:
        raise FileNotFoundError(2, "No such file or directory")

    host.link.start = start  # type: ignore[method-assign]
    listener = Listener(host)
    await listener.session.start()
    await listener.until(lambda: listener.of(messages.Noticed))
    assert listener.of(messages.Noticed)[0].sentence == "The engine cannot be started: No such file or directory."
    await listener.session.close()


async def test_revisions_and_their_difference_are_read_off_the_screen(listener: Listener) -> None:
    listener.host.shelves.edit(5, title="Talks in Lviv go on")
    listener.session.comparisons.read(5, listener.heard.append)
    await listener.until(lambda: listener.of(messages.RevisionsRead))
    before, after = listener.of(messages.RevisionsRead)[0].revisions
    listener.session.comparisons.compare(before, after, listener.heard.append)
    await listener.until(lambda: listener.of(messages.DifferenceReady))
    difference = listener.of(messages.DifferenceReady)[0]
    assert (difference.before, difference.after) == (1, 2)
    assert "".join(change.text for change in difference.title if change.op != "-") == "Talks in Lviv go on"


async def test_only_the_last_of_many_comparisons_is_made_and_edits_are_counted_the_newest_first(
    listener: Listener,
) -> None:
    for number in range(4):
        listener.host.shelves.edit(5, title=f"Talks {number}")
    comparisons, states = listener.session.comparisons, listener.host.shelves.states[5]
    busy = threading.Event()
    listener.session._thread.ask(Urgency.VIEW, lambda _: busy.wait(5))
    comparisons.count(states, listener.heard.append)
    for at in range(1, 5):
        comparisons.compare(states[0], states[at], listener.heard.append)
    busy.set()
    await listener.until(lambda: len(listener.of(messages.EditCounted)) == 4)
    assert [each.number for each in listener.of(messages.EditCounted)] == [5, 4, 3, 2]
    assert listener.of(messages.EditCounted)[0].tally == (1, 1)
    assert [(each.before, each.after) for each in listener.of(messages.DifferenceReady)] == [(1, 5)]


async def test_what_is_no_longer_wanted_of_an_entry_is_not_answered(listener: Listener) -> None:
    listener.host.shelves.edit(5, title="Talks go on")
    comparisons, states = listener.session.comparisons, listener.host.shelves.states[5]
    busy = threading.Event()
    listener.session._thread.ask(Urgency.VIEW, lambda _: busy.wait(5))
    comparisons.count(states, listener.heard.append)
    comparisons.compare(*states, listener.heard.append)
    comparisons.stop()
    busy.set()
    await listener.all_answered()
    assert not listener.of(messages.EditCounted) + listener.of(messages.DifferenceReady)


async def test_closing_ends_everything_and_may_be_done_twice(tmp_path: Path) -> None:
    host = Host(tmp_path)
    await host.session.start()
    await host.session.close()
    await host.session.close()
    assert host.link.closed
    host.session._thread.join(2)
    assert not host.session._thread._thread.is_alive()


# ------------------------------------------------------------------ what was wished for last


def late(host: Host) -> None:
    """Let the engine be ready only when it is told to."""

    async def start() -> None:
        pass

    host.link.start = start  # type: ignore[method-assign]


async def test_marks_made_right_before_the_end_are_handed_over(listener: Listener) -> None:
    listener.session.mark([3], starred=True)
    listener.session.mark([4], starred=True)
    await listener.session.close()
    assert listener.host.link.sent == [Mark((3,), starred=True), Mark((4,), starred=True)]
    assert listener.host.link.closed


async def test_an_engine_that_is_not_ready_is_waited_for_where_something_was_wished_for(tmp_path: Path) -> None:
    host = Host(tmp_path)
    late(host)
    await host.session.start()
    host.session.mark([3], starred=True)
    closing = asyncio.create_task(host.session.close())
    for _ in range(10):
        await asyncio.sleep(0)
    assert not host.link.closed
    host.link.say(Ready(True))
    await asyncio.wait_for(closing, 5)
    assert host.link.sent == [Mark((3,), starred=True)]
    assert host.link.closed


async def test_an_engine_that_is_not_ready_is_not_waited_for_where_nothing_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.session._HANDING_OVER", 60)
    host = Host(tmp_path)
    late(host)
    await host.session.start()
    await asyncio.wait_for(host.session.close(), 5)
    assert host.link.closed


async def test_an_engine_that_never_is_ready_is_waited_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.session._HANDING_OVER", 0.01)
    host = Host(tmp_path)
    late(host)
    await host.session.start()
    host.session.mark([3], starred=True)
    await asyncio.wait_for(host.session.close(), 5)
    assert host.link.sent == []
    assert host.link.closed


async def test_an_engine_that_ended_is_not_waited_for(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.session._HANDING_OVER", 60)
    listener.host.link.end()
    await listener.until(lambda: listener.of(messages.Noticed))
    listener.session.mark([3], starred=True)
    await asyncio.wait_for(listener.session.close(), 5)
    assert listener.host.link.sent == []


async def test_a_mark_made_before_anything_was_started_is_handed_over(tmp_path: Path) -> None:
    host = Host(tmp_path)
    host.session.mark([3], starred=True)
    await host.session.close()
    await host.session.close()
    assert host.link.sent == [Mark((3,), starred=True)]


# ------------------------------------------------------------------ the reader's thread


def test_urgent_questions_come_first(tmp_path: Path) -> None:
    host = Host(tmp_path)
    failures: list[Exception] = []
    thread = ReaderThread(host.shelves.reader, failures.append)
    answered: list[str] = []
    thread.ask(Urgency.NUMBERS, lambda _: answered.append("numbers"))
    thread.ask(Urgency.REST, lambda _: answered.append("rest"))
    thread.ask(Urgency.VIEW, lambda _: answered.append("view"))
    thread.ask(Urgency.NUMBERS, lambda _: thread.stop())
    thread.start()
    thread.join(2)
    assert answered == ["view", "rest", "numbers"]
    assert not failures


def test_a_question_that_fails_does_not_end_the_thread(tmp_path: Path) -> None:
    host = Host(tmp_path)
    failures: list[Exception] = []
    thread = ReaderThread(host.shelves.reader, failures.append)
    answered: list[str] = []

    def fail(_: object) -> None:
        raise StoreError("The disk cannot be read.")

    thread.ask(Urgency.VIEW, fail)
    thread.ask(Urgency.VIEW, lambda _: answered.append("next"))
    thread.ask(Urgency.NUMBERS, lambda _: thread.stop())
    thread.start()
    thread.join(2)
    assert answered == ["next"]
    assert [str(each) for each in failures] == ["The disk cannot be read."]
