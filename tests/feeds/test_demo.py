"""The demo's story: what it is made of, and that playing it brings each change once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from feeds import demo
from feeds.config import COLORS
from feeds.demo import LENGTH, SCALE, Story
from feeds.engine import Engine
from feeds.events import Event, PollFinished
from feeds.model import ChangeKind, Entry, Kind, Outcome, Source
from feeds.parsing import InlineParsing
from feeds.store import Store, open_store
from feeds.watches import Action, Watches
from tests.support.clock import START, FakeClock
from tests.support.queries import EMPTY


class Played:
    """The story, played through the real engine to its end."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.store: Store = open_store(folder)
        self.polls: list[tuple[float, PollFinished]] = []
        asyncio.run(self._play())
        self.sources = self.store.sources()
        self.changes = [
            (record.kind, self.minute(record.at), self.store.entries([record.entry_id])[0])
            for record in self.store.changes_since(0)
        ]

    async def _play(self) -> None:
        player = demo.player(self.clock, START)
        engine = Engine(self.store, player, InlineParsing(), self.clock, self._hear, luck=lambda: 0.0)
        engine.configure(demo.specs())
        task = asyncio.create_task(engine.run())
        await self.clock.advance(LENGTH * 60)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def _hear(self, event: Event) -> None:
        if isinstance(event, PollFinished):
            self.polls.append((self.minute(self.clock.now()), event))

    def minute(self, when: datetime) -> float:
        return (when - START).total_seconds() / 60

    def source(self, entry: Entry) -> Source:
        return next(source for source in self.sources if source.id == entry.source_id)

    def of(self, kind: ChangeKind) -> list[tuple[float, str]]:
        return [(minute, entry.post.title) for each, minute, entry in self.changes if each is kind]


@contextmanager
def playing(folder: Path) -> Iterator[Played]:
    played = Played(folder)
    try:
        yield played
    finally:
        played.store.close()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with playing(tmp_path_factory.mktemp("demo")) as it:
        yield it


@pytest.fixture(scope="module")
def told() -> Story:
    return demo.story()


def test_the_story_takes_about_five_minutes_and_is_never_silent_for_long(told: Story) -> None:
    assert 4 <= LENGTH / SCALE <= 6
    moments = sorted(
        {post.at for post in told.posts if post.at > 0} | {edit.at for post in told.posts for edit in post.edits}
    )
    assert moments[0] / SCALE * 60 <= 15
    assert max(b - a for a, b in zip([0, *moments], [*moments, LENGTH], strict=True)) / SCALE * 60 <= 31


def test_nothing_of_it_exists(told: Story) -> None:
    assert all(
        source.url.partition("/")[2].partition("/")[2].split("/")[0].endswith(".example") for source in told.sources
    )


def test_every_change_of_the_story_comes_once(told: Story, played: Played) -> None:
    kinds = Counter(kind for kind, _, _ in played.changes)
    assert kinds == {
        ChangeKind.ADDED: len(told.posts),
        ChangeKind.EDITED: sum(len(post.edits) for post in told.posts),
        ChangeKind.WITHDRAWN: sum(post.withdrawn is not None for post in told.posts),
    }
    assert kinds[ChangeKind.EDITED] >= 2
    assert kinds[ChangeKind.WITHDRAWN] == 1


def test_what_is_older_is_there_at_the_start_and_the_rest_comes_at_its_minute(told: Story, played: Played) -> None:
    added = played.of(ChangeKind.ADDED)
    assert sum(minute == 0 for minute, _ in added) == sum(post.at <= 0 for post in told.posts) >= 10
    outage = told.outages[0]
    silent = next(source.url for source in told.sources if source.id == outage.source)
    for kind, minute, entry in played.changes:
        if kind is ChangeKind.ADDED and minute > 0 and played.source(entry).url != silent:
            assert entry.post.published is not None
            assert 0 <= minute - played.minute(entry.post.published) <= 1
            assert not entry.late


def test_an_entry_is_withdrawn_at_the_second_poll_without_it(told: Story, played: Played) -> None:
    (post,) = (post for post in told.posts if post.withdrawn is not None)
    ((minute, title),) = played.of(ChangeKind.WITHDRAWN)
    assert title == post.title
    assert post.withdrawn is not None
    assert post.withdrawn < minute <= post.withdrawn + 1.5


def test_a_source_fails_and_comes_back(told: Story, played: Played) -> None:
    (outage,) = told.outages
    (source,) = (source for source in played.sources if source.url in {
        each.url for each in told.sources if each.id == outage.source
    })  # fmt: skip
    polls = [(minute, poll) for minute, poll in played.polls if poll.source_id == source.id]
    failed = [minute for minute, poll in polls if poll.outcome is Outcome.FAILED]
    assert len(failed) >= 2
    assert all(outage.since <= minute < outage.until for minute in failed)
    back = next(minute for minute, poll in polls if minute > failed[-1])
    assert back - outage.until <= 5
    assert source.health.failures == 0
    assert all("503" in poll.message for _, poll in polls if poll.outcome is Outcome.FAILED)
    assert {poll.outcome for _, poll in played.polls if poll.source_id != source.id} == {
        Outcome.CHANGED,
        Outcome.UNCHANGED,
    }


def test_no_poll_is_odd_and_no_entry_missing(played: Played) -> None:
    assert [poll.message for _, poll in played.polls if poll.outcome is not Outcome.FAILED and poll.message] == []
    assert not any(poll.gap for _, poll in played.polls)


def test_a_live_blog_and_two_feeds_tell_it(told: Story, played: Played) -> None:
    assert Counter(source.kind for source in played.sources) == {Kind.LIVEBLOG: 1, Kind.FEED: 2}
    assert [source.name for source in played.sources] == [source.name for source in told.sources]
    blog = next(source for source in played.sources if source.kind is Kind.LIVEBLOG)
    assert blog.coverage is not None
    assert blog.coverage.headline == told.sources[0].headline
    assert blog.coverage.description
    assert {source.adapter for source in played.sources} == {"jsonld", "syndication", "jsonfeed"}


def test_the_watches_light_up(told: Story, played: Played) -> None:
    watches = Watches(demo.watches())
    assert [watch.key for watch in watches.watches] == [1, 2, 3]
    assert all(watch.color in COLORS for watch in watches.watches)
    assert any(Action.ALERT in watch.actions for watch in watches.watches)
    entries = [entry for kind, _, entry in played.changes if kind is ChangeKind.ADDED]
    names = {entry.id: watches.names(entry, EMPTY) for entry in entries}
    counts = Counter(name for entry in entries for name in names[entry.id])
    assert all(counts[watch.name] >= 4 for watch in told.watches)
    assert sum(not names[entry.id] for entry in entries) >= 8


def test_the_text_is_read_as_it_was_meant(played: Played) -> None:
    for _, _, entry in played.changes:
        assert entry.post.title or entry.post.body
        assert "&" not in entry.post.title.replace(" & ", "")
    by_title = {entry.post.title: entry for _, _, entry in played.changes}
    signed = by_title["Ceasefire signed in Port Lysa"]
    assert signed.revision == 2
    assert [revision.post.body == signed.post.body for revision in played.store.revisions(signed.id)] == [False, True]
