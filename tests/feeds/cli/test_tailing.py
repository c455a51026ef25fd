"""What `tail` prints while time passes: by a clock, a site and a store of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.adapters import Registry
from feeds.assembly import Parts
from feeds.cli import DONE, Place
from feeds.cli.following import LOOKING_BACK, OPENING, Wanted
from feeds.cli.tailing import TAKE_OVER, Output, Tail
from feeds.engine import Engine
from feeds.errors import StoreError
from feeds.model import SourceSpec
from feeds.parsing import InlineParsing
from feeds.query import parse
from feeds.store import open_store
from feeds.watches import Watches
from tests.support.clock import FakeClock, settle
from tests.support.site import Lines, Site

A, B = "https://a.example/live", "https://b.example/live"


class Notebook(Place):
    """Keeps what is written instead of writing it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.said: list[str] = []
        self.closed = False

    def write(self, text: str) -> None:
        if self.closed:
            raise BrokenPipeError
        self.lines.append(text.partition("  ")[2])

    def say(self, text: str) -> None:
        self.said.append(text)

    def taken(self) -> list[str]:
        lines, self.lines = self.lines, []
        return lines


class World:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.site = Site()
        self.adapter = Lines()
        self.place = Notebook()
        self.parts = Parts(self.clock, self.site, InlineParsing(Registry({"lines": self.adapter})))
        self.specs = [SourceSpec(A, name="A", every=60.0)]
        self.site.put(A, "2|Two|words", "1|One|words")

    def tail(self, wanted: Wanted = Wanted(count=10)) -> Tail:  # noqa: B008 - a frozen value
        output = Output(self.place, Watches(), self.parts.clock, as_json=False)
        return Tail(self.parts, output, self.specs, self.folder, wanted)

    @asynccontextmanager
    async def following(self, wanted: Wanted = Wanted(count=10)) -> AsyncIterator[asyncio.Task[int]]:  # noqa: B008
        task = asyncio.create_task(self.tail(wanted).run())
        await settle()
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def minute(self, *lines: str) -> list[str]:
        """Let a minute pass in which A shows these posts; return what is printed in it."""
        if lines:
            self.site.put(A, *lines)
        await self.clock.advance(60)
        return self.place.taken()

    async def poll(self, engine: Engine) -> None:
        """Let another Wirewatch poll once, which takes a moment."""
        polling = asyncio.create_task(engine.poll_once())
        await self.clock.advance(2)
        await polling

    def engine(self) -> tuple[Engine, Callable[[], None]]:
        """Another Wirewatch, and how it ends."""
        store = open_store(self.folder)
        engine = Engine(store, self.site, self.parts.parsing, self.clock, lambda event: None, luck=lambda: 0.0)
        engine.configure(self.specs)
        return engine, store.close


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("feeds.engine.random.uniform", lambda low, high: 0.0)
    return World(tmp_path / "data")


async def test_every_change_is_printed_once_as_it_comes(world: World) -> None:
    async with world.following():
        assert world.place.taken() == ["A  One", "A  Two"]
        assert await world.minute() == []
        assert await world.minute("3|Three|words", "2|Two|words", "1|One|words") == ["A  Three"]
        assert await world.minute("3|Three|words", "2|Two|others", "1|One|words") == ["A  (edited)  Two"]
        assert await world.minute("3|Three|words", "1|One|words") == []
        assert await world.minute("4|Four|words", "3|Three|words", "1|One|words") == ["A  Four", "A  (withdrawn)  Two"]
        again = await world.minute("4|Four|words", "3|Three|words", "2|Two|others", "1|One|words")
        assert again == ["A  (restored)  Two"]
        assert await world.minute() == []
    assert world.place.said == []


async def test_an_entry_is_printed_as_it_was_at_each_change(world: World) -> None:
    async with world.following(Wanted(count=0)):
        engine_lines = []
        for words in ("x", "y", "z"):
            engine_lines += await world.minute(f"3|Three {words}|words {words}", "2|Two|words", "1|One|words")
        assert engine_lines == ["A  Three x", "A  (edited)  Three y", "A  (edited)  Three z"]


async def test_what_does_not_match_is_not_printed(world: World) -> None:
    async with world.following(Wanted(parse("river"), count=10)):
        assert world.place.taken() == []
        assert await world.minute("3|Three|The river", "2|Two|words", "1|One|words") == ["A  Three"]
        assert await world.minute("3|Three|The river", "2|Two|The river", "1|One|other") == ["A  (edited)  Two"]
        assert await world.minute("3|Three|The sea", "2|Two|The river", "1|One|other") == ["A  (edited)  Three"]
        assert await world.minute("3|Three|The lake", "2|Two|The river", "1|One|other") == []


async def test_a_failure_is_told_once_and_so_is_its_end(world: World) -> None:
    async with world.following():
        world.site.fail(A)
        for _ in range(5):
            await world.minute()
        assert world.place.said == [f"A: {A} failed."]
        await world.minute("3|Three|words", "2|Two|words", "1|One|words")
        for _ in range(20):
            await world.minute()
        assert world.place.said == [f"A: {A} failed.", "A: it can be read again."]


async def test_first_polls_are_printed_in_one_order(world: World) -> None:
    world.specs.append(SourceSpec(B, name="B", every=60.0))
    world.site.put(B, "4|Four|words", "1|One|words", "0|Zero|words")
    let_go = world.site.hold(B)
    async with world.following(Wanted(count=3)):
        assert world.place.taken() == []
        let_go.set()
        await settle()
        assert world.place.taken() == ["B  One", "A  Two", "B  Four"]


async def test_a_slow_source_holds_the_others_up_for_seconds_only(world: World) -> None:
    world.specs.append(SourceSpec(B, name="B", every=60.0))
    world.site.put(B, "4|Four|words", "1|One|words", "0|Zero|words")
    let_go = world.site.hold(B)
    async with world.following(Wanted(count=2)):
        await world.clock.advance(OPENING + 1)
        assert world.place.taken() == ["A  One", "A  Two"]
        let_go.set()
        await settle()
        await world.clock.advance(2)
        assert world.place.taken() == ["B  One", "B  Four"]


async def test_a_source_that_never_answers_holds_nobody_up(world: World) -> None:
    world.specs.append(SourceSpec(B, name="B", every=60.0))
    async with world.following():
        assert world.place.taken() == ["A  One", "A  Two"]
        assert world.place.said == [f"B: {B} is not there."]


async def test_it_begins_with_what_is_stored_and_then_only_news(world: World) -> None:
    engine, end = world.engine()
    await world.poll(engine)
    end()
    world.site.put(A, "3|Three|words", "2|Two|words", "1|One|words")
    world.clock.jump(600)
    async with world.following(Wanted(count=1)):
        assert world.place.taken() == ["A  Two", "A  Three"]


async def test_an_old_failure_is_told_when_it_happens_again(world: World) -> None:
    world.site.fail(A)
    engine, end = world.engine()
    await world.poll(engine)
    end()
    async with world.following():
        assert world.place.said == []
        await world.clock.advance(120)
        assert world.place.said == [f"A: {A} failed."]


# ------------------------------------------------------------------ beside another


async def test_what_another_wirewatch_stores_is_printed(world: World) -> None:
    engine, end = world.engine()
    await world.poll(engine)
    async with world.following():
        assert world.place.taken() == ["A  One", "A  Two"]
        assert len(world.place.said) == 1
        assert "polls these sources; what it stores is printed." in world.place.said[0]
        asked = len(world.site.asked)
        world.site.put(A, "3|Three|words", "2|Two|words", "1|One|words")
        await world.poll(engine)
        await world.clock.advance(2)
        assert world.place.taken() == ["A  Three"]
        assert len(world.site.asked) == asked + 1
    end()


async def test_a_source_that_another_wirewatch_adds_begins_with_its_last_entries(world: World) -> None:
    engine, end = world.engine()
    await world.poll(engine)
    world.site.put(B, "4|Four|words", "1|One|words", "0|Zero|words")
    async with world.following(Wanted(count=1)):
        assert world.place.taken() == ["A  Two"]
        engine.configure([*world.specs, SourceSpec(B, name="B")])
        await world.poll(engine)
        await world.clock.advance(2)
        assert world.place.taken() == ["B  Four"]
    end()


async def test_marks_of_the_reader_are_no_news(world: World) -> None:
    engine, end = world.engine()
    await world.poll(engine)
    async with world.following():
        world.place.taken()
        engine.mark([1, 2], read=True, starred=True)
        await world.clock.advance(2)
        assert world.place.taken() == []
    end()


async def test_it_polls_itself_once_the_other_has_ended(world: World) -> None:
    engine, end = world.engine()
    await world.poll(engine)
    async with world.following():
        world.place.taken()
        end()
        world.site.put(A, "3|Three|words", "2|Two|words", "1|One|words")
        await world.clock.advance(TAKE_OVER + 60)
        assert world.place.taken() == ["A  Three"]
        assert world.place.said[1:] == ["The other Wirewatch has ended; the sources are polled from here now."]


# ------------------------------------------------------------------ endings


async def test_a_closed_output_ends_it_although_the_engine_knows_nothing_of_it(world: World) -> None:
    async with world.following() as task:
        world.place.closed = True
        world.site.put(A, "3|Three|words", "2|Two|words", "1|One|words")
        await world.clock.advance(61)
        with pytest.raises(BrokenPipeError):
            await task
    assert world.place.said == []


async def test_an_output_nobody_reads_ends_it_at_the_next_look(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async with world.following() as task:
        monkeypatch.setattr("feeds.cli.tailing.is_unread", lambda stream: True)
        await world.clock.advance(2)
        with pytest.raises(BrokenPipeError):
            await task


async def test_coverage_that_is_over_ends_it(world: World) -> None:
    async with world.following() as task:
        ended = _ending(world.specs, world.folder)
        await world.clock.advance(2)
        assert ended
        assert await task == DONE
    assert world.place.said[-1] == "Every source is over; nothing will come any more."


def _ending(specs: Sequence[SourceSpec], folder: Path) -> bool:
    """Have the store say that the sources are over."""
    from tests.support.stores import raw

    with raw(folder) as connection:
        rows = connection.execute("SELECT id, state FROM source").fetchall()
        assert len(rows) == len(specs)
        from msgspec.structs import replace

        from feeds.model import Standing
        from feeds.store import rows as values

        for number, blob in rows:
            source = values.source(number, blob)
            over = replace(source, health=replace(source.health, standing=Standing.ENDED))
            connection.execute("UPDATE source SET state = ? WHERE id = ?", (values.encode(over), number))
        connection.commit()
    return True


async def test_a_store_that_is_held_for_a_while_is_told_once_and_nothing_is_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from feeds.store.reader import SqliteReader

    def fails(*arguments: object, **options: object) -> None:
        raise StoreError("Another program holds it.")

    async with world.following():
        world.place.taken()
        with monkeypatch.context() as held:
            held.setattr(SqliteReader, "entries", fails)
            assert await world.minute("3|Three|words", "2|Two|words", "1|One|words") == []
        await world.clock.advance(2)
        assert world.place.taken() == ["A  Three"]
    assert world.place.said == ["Another program holds it."]


async def test_since_is_a_place_on_the_timeline(world: World) -> None:
    since = world.adapter.start + timedelta(minutes=2)
    async with world.following(Wanted(since=since)):
        assert world.place.taken() == ["A  Two"]


# ------------------------------------------------------------------ what came before


def pages(world: World, url: str, *pages: tuple[str, ...]) -> None:
    """A list, and the pages before it; each names the next."""
    addresses = [url, *(f"{url}/{number}" for number in range(2, len(pages) + 1))]
    for place, (address, lines) in enumerate(zip(addresses, pages, strict=True)):
        world.site.put(address, *lines, *(f"<{each}" for each in addresses[place + 1 : place + 2]))


async def test_older_entries_are_fetched_until_there_are_as_many_as_wanted(world: World) -> None:
    pages(world, A, ("5|Five", "4|Four"), ("3|Three", "2|Two"), ("1|One",))
    async with world.following(Wanted(count=3, back=True)):
        await world.clock.advance(5)
        assert world.place.taken() == ["A  Three", "A  Four", "A  Five"]
        assert world.site.asked == [A, f"{A}/2"]
        assert await world.minute("6|Six", "5|Five", "4|Four") == ["A  Six"]


async def test_they_are_fetched_only_where_a_number_was_asked_for(world: World) -> None:
    pages(world, A, ("5|Five",), ("4|Four",))
    async with world.following(Wanted(count=10)):
        await world.clock.advance(5)
        assert world.place.taken() == ["A  Five"]
        assert world.site.asked == [A]


async def test_all_there_is_is_printed_where_there_are_not_so_many(world: World) -> None:
    pages(world, A, ("3|Three",), ("2|Two",), ("1|One",))
    async with world.following(Wanted(count=10, back=True)):
        await world.clock.advance(5)
        assert world.place.taken() == ["A  One", "A  Two", "A  Three"]


async def test_an_older_page_that_fails_is_told_and_the_rest_is_printed(world: World) -> None:
    world.site.put(A, "3|Three", f"<{A}/2")
    async with world.following(Wanted(count=10, back=True)):
        await world.clock.advance(5)
        assert world.place.taken() == ["A  Three"]
        assert world.place.said == [f"No older entries of A: {A}/2 is not there."]


async def test_what_is_new_while_older_entries_are_fetched_comes_after_them(world: World) -> None:
    pages(world, A, ("3|Three",), ("2|Two",), ("1|One",))
    held = world.site.hold(f"{A}/2")
    async with world.following(Wanted(count=10, back=True)):
        await world.clock.advance(30)
        assert world.place.taken() == []
        held.set()
        await world.clock.advance(5)
        assert world.place.taken() == ["A  One", "A  Two", "A  Three"]


async def test_an_older_page_that_hangs_holds_nobody_up_for_long(world: World) -> None:
    pages(world, A, ("3|Three",), ("2|Two",))
    held = world.site.hold(f"{A}/2")
    async with world.following(Wanted(count=10, back=True)):
        await world.clock.advance(LOOKING_BACK)
        assert world.place.taken() == ["A  Three"]
        held.set()
        # What was not waited for is history by now.
        await world.clock.advance(5)
        assert world.place.taken() == []


async def test_stored_entries_are_counted_and_the_order_is_that_of_time(world: World) -> None:
    pages(world, A, ("3|Three",), ("2|Two",), ("1|One",))
    engine, close = world.engine()
    await world.poll(engine)
    close()
    async with world.following(Wanted(count=2, back=True)):
        await world.clock.advance(5)
        assert world.place.taken() == ["A  Two", "A  Three"]


async def test_polled_once_it_fetches_older_entries_too(world: World) -> None:
    pages(world, A, ("5|Five", "4|Four"), ("3|Three", "2|Two"), ("1|One",))
    task = asyncio.create_task(world.tail(Wanted(count=4, back=True)).run(once=True))
    await world.clock.advance(10)
    assert await task == DONE
    assert world.place.taken() == ["A  Two", "A  Three", "A  Four", "A  Five"]


async def test_what_another_wirewatch_polls_is_not_read_backwards(world: World) -> None:
    pages(world, A, ("3|Three",), ("2|Two",))
    engine, close = world.engine()
    await world.poll(engine)
    async with world.following(Wanted(count=10, back=True)):
        assert world.place.taken() == ["A  Three"]
        engine.look_back([1])
        await world.poll(engine)
        await world.clock.advance(2)
        assert world.place.taken() == []
    close()


# ------------------------------------------------------------------ what is looked for


async def test_what_is_withdrawn_and_comes_back_is_printed_where_that_is_looked_for(world: World) -> None:
    wanted = Wanted(match=parse("is:withdrawn"), count=50)
    three = ("3|Three|words", "2|Two|words", "1|One|words")
    world.site.put(A, *three)
    async with world.following(wanted):
        assert world.place.taken() == []
        assert await world.minute("3|Three|words", "1|One|words") == []
        assert await world.minute() == ["A  (withdrawn)  Two"]
        assert await world.minute(*three) == ["A  (restored)  Two"]
        assert await world.minute("4|Four|words", *three) == []


async def test_what_is_withdrawn_is_printed_where_only_what_is_not_is_looked_for(world: World) -> None:
    world.site.put(A, "3|Three|words", "2|Two|words", "1|One|words")
    async with world.following(Wanted(match=parse("-is:withdrawn two"), count=50)):
        assert world.place.taken() == ["A  Two"]
        assert await world.minute("3|Three|words", "1|One|words") == []
        assert await world.minute() == ["A  (withdrawn)  Two"]


async def test_what_is_stored_as_withdrawn_is_listed(world: World) -> None:
    world.site.put(A, "3|Three|words", "2|Two|words", "1|One|words")
    engine, end = world.engine()
    await world.poll(engine)
    world.site.put(A, "3|Three|words", "1|One|words")
    for _ in range(2):
        await world.clock.advance(60)
        await world.poll(engine)
    end()
    polled = asyncio.create_task(world.tail(Wanted(match=parse("is:withdrawn"), count=50)).run(once=True))
    await world.clock.advance(2)
    assert await polled == DONE
    assert world.place.taken() == ["A  (withdrawn)  Two"]


async def test_a_time_that_is_ago_is_held_against_the_time_of_each_change(world: World) -> None:
    world.site.put(A, "b|Two|words", "a|One|words")
    async with world.following(Wanted(match=parse("after:90s"), count=50)):
        assert sorted(world.place.taken()) == ["A  One", "A  Two"]
        assert await world.minute("c|Three|words", "b|Two|others", "a|One|words") == ["A  Three", "A  (edited)  Two"]
        await world.minute()
        # Edited when they are older than that: no news of what is looked for.
        assert await world.minute("c|Three|others", "b|Two|words", "a|One|others") == []
