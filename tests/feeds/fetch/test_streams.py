"""Streams of events that stay open between visits."""

from __future__ import annotations

import asyncio
import gzip
import threading
import zlib
from collections.abc import AsyncIterator, Callable

import pytest

from feeds import eventstream
from feeds.errors import FetchError, FetchFault
from feeds.eventstream import LOST, PLACE, STATE, State
from feeds.fetch import HttpFetcher, streams
from feeds.fetch.address import Origin
from feeds.fetch.connections import Exchange
from feeds.flow import Request, Response
from feeds.model import Validators
from tests.feeds.fetch.conftest import Visitor
from tests.support.clock import hastened
from tests.support.server import Answer, Asked, Live, exact, redirect, serve

ONE, TWO, THREE = b"id: 1\ndata: one\n\n", b"id: 2\ndata: two\n\n", b"id: 3\ndata: three\n\n"


class Listener:
    """Listens as the adapter does: it says how far the last answer went."""

    def __init__(self, fetcher: HttpFetcher) -> None:
        self.fetcher = fetcher
        self.place = ""

    async def hear(
        self,
        url: str,
        *,
        last: str = "",
        channel: str = "a channel",
        arrives: bool = True,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Response:
        fields = [("accept", "text/event-stream"), ("cache-control", "no-store"), *headers]
        fields += [("last-event-id", last)] if last else []
        fields += [(PLACE, self.place)] if self.place else []
        request = Request(url, headers=tuple(fields), listen=True)
        response = await self.fetcher.fetch(request, validators=Validators(), channel=channel)
        if arrives:
            self.place = response.header(PLACE)
        return response

    async def hear_until(self, url: str, wanted: Callable[[Response], bool]) -> Response:
        """Listen again and again; return all that came, with the fields of the last answer."""
        body = b""
        while True:
            response = await self.hear(url)
            body += response.body
            whole = Response(response.url, headers=response.headers, body=body)
            if wanted(whole):
                return whole
            await asyncio.sleep(0)

    @property
    def open(self) -> int:
        return len(self.fetcher._streams._streams)


def has(body: bytes) -> Callable[[Response], bool]:
    return lambda response: body in response.body


def is_over(response: Response) -> bool:
    return response.header(STATE) == State.OVER


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first moment be over as soon as something came."""
    monkeypatch.setattr(streams, "QUIET", 0.01)


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    visitor = Visitor()
    yield Listener(visitor.fetcher)
    await visitor.fetcher.close()


@pytest.fixture
async def hasten() -> Callable[[float], None]:
    """Let time pass at once, for the timers of this loop."""
    return hastened(asyncio.get_running_loop())


# ------------------------------------------------------------------ listening


async def test_a_stream_is_opened_once_and_each_visit_takes_what_came_since(listener: Listener) -> None:
    live = Live(ONE)
    with serve({"/": live.answer()}) as server:
        first = await listener.hear(server.url())
        assert (first.body, first.header(STATE), first.content_type) == (ONE, "open", "text/event-stream")
        assert (first.url, first.request, first.status) == (server.url(), server.url(), 200)
        assert (await listener.hear(server.url())).body == b""
        live.send(TWO + THREE[:9])
        assert (await listener.hear_until(server.url(), has(b"two"))).body == TWO
        live.send(THREE[9:])
        assert (await listener.hear_until(server.url(), has(b"three"))).body == THREE
        assert len(server.asked) == 1


async def test_the_request_is_that_of_an_event_source(listener: Listener) -> None:
    with serve({"/": Live(ONE).answer()}) as server:
        listener.place = "from-another-life.3"
        await listener.hear(server.url(), last="l\xc3\xa9 41")
        sent = server.asked[0]
    assert sent.header("accept") == "text/event-stream"
    assert sent.header("cache-control") == "no-store"
    assert sent.header("last-event-id") == "l\xc3\xa9 41"
    assert not {"if-none-match", "if-modified-since", PLACE} & sent.names


async def test_the_last_event_id_goes_to_no_other_origin(listener: Listener) -> None:
    with (
        serve({"/": Live(ONE).answer()}) as there,
        serve({"/": redirect(307, there.url(host="other.example"))}) as here,
    ):
        response = await listener.hear(here.url(), last="41")
        assert response.body == ONE
        assert response.url == there.url(host="other.example")
        assert (await listener.hear(here.url())).body == b""
    assert here.asked[0].header("last-event-id") == "41"
    assert "last-event-id" not in there.asked[0].names


async def test_a_stream_may_not_lead_inside(listener: Listener) -> None:
    with (
        serve({"/": Live(ONE).answer()}) as inside,
        serve({"/": redirect(302, inside.url(host="inside.example"))}) as to,
        pytest.raises(FetchError) as raised,
    ):
        await listener.hear(to.url(host="news.example"))
    assert raised.value.fault is FetchFault.ADDRESS
    assert inside.asked == []


async def test_an_ordinary_request_that_is_answered_with_a_stream_listens_to_it(listener: Listener) -> None:
    live = Live(ONE, headers=[("ETag", '"x"'), ("Cache-Control", "max-age=600")])
    with serve({"/": live.answer()}) as server:
        ordinary = Request(server.url(), conditional=True)
        first = await listener.fetcher.fetch(ordinary, validators=Validators('"x"'), channel="a channel")
        assert (first.body, first.header(STATE)) == (ONE, "open")
        assert (first.validators, first.max_age) == (Validators(), None)
        live.send(TWO)
        listener.place = first.header(PLACE)
        assert (await listener.hear_until(server.url(), has(b"two"))).body == TWO
        assert len(server.asked) == 1


async def test_each_channel_has_a_stream_of_its_own(listener: Listener) -> None:
    with serve({"/": lambda asked: Live(b"data: %d\n\n" % asked.connection).answer()}) as server:
        bodies = [(await listener.hear(server.url(), channel=name)).body for name in ("a", "b")]
    assert bodies == [b"data: 1\n\n", b"data: 2\n\n"]


async def test_an_open_stream_is_in_the_way_of_no_other_request(listener: Listener) -> None:
    with serve({"/live": Live(ONE).answer(), "/feed": Answer(b"feed")}) as server:
        await listener.hear(server.url("/live"))
        for _ in range(2):
            ordinary = Request(server.url("/feed"))
            answer = await listener.fetcher.fetch(ordinary, validators=Validators(), channel="a channel")
            assert answer.body == b"feed"
        assert [asked.connection for asked in server.asked] == [1, 2, 2]
        assert (await listener.hear(server.url("/live"))).header(STATE) == "open"


async def test_a_stream_that_is_packed_is_unpacked_as_it_comes(listener: Listener) -> None:
    packing = zlib.compressobj(wbits=31)
    live = Live(headers=[("Content-Encoding", "gzip")], chunked=True)
    live.send(packing.compress(ONE) + packing.flush(zlib.Z_SYNC_FLUSH))
    with serve({"/": live.answer()}) as server:
        assert (await listener.hear(server.url())).body == ONE
        live.send(packing.compress(TWO) + packing.flush(zlib.Z_SYNC_FLUSH))
        assert (await listener.hear_until(server.url(), has(b"two"))).body == TWO


async def test_a_coding_that_was_not_offered_is_refused_and_the_connection_closed(listener: Listener) -> None:
    live = Live(b"\x8b", headers=[("Content-Encoding", "br")])
    with serve({"/": live.answer()}) as server:
        with pytest.raises(FetchError, match="packed as “br”"):
            await listener.hear(server.url())
        await closed(live)
    assert listener.open == 0


async def closed(live: Live) -> None:
    """Send until it shows that nobody listens."""
    while not live.left.is_set():
        live.send(b": there?\n\n")
        await asyncio.sleep(0)


# ------------------------------------------------------------------ the first moment


async def test_the_first_moment_passes_without_an_event(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MOMENT", 0.05)
    with serve({"/": Live(b": hello\n\ndata: not yet\n").answer()}) as server:
        response = await listener.hear(server.url())
    assert (response.body, response.header(STATE)) == (b"", "open")


async def test_the_deadline_of_a_request_is_over_when_the_head_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MOMENT", 0.6)
    listener = Listener(Visitor(timeout=0.3).fetcher)
    live = Live()
    with serve({"/": live.answer()}) as server:
        assert (await listener.hear(server.url())).body == b""
        live.send(ONE)
        assert (await listener.hear_until(server.url(), has(b"one"))).body == ONE
        await listener.fetcher.close()


async def test_the_head_has_to_come_before_the_deadline() -> None:
    listener = Listener(Visitor(timeout=0.3).fetcher)
    with serve({"/": exact(threading.Event())}) as server:
        with pytest.raises(FetchError) as raised:
            await listener.hear(server.url())
        await listener.fetcher.close()
    assert raised.value.fault is FetchFault.TIMEOUT


# ------------------------------------------------------------------ what did not arrive


async def test_what_did_not_arrive_comes_again_with_what_came_since(listener: Listener) -> None:
    live = Live(ONE)
    with serve({"/": live.answer()}) as server:
        await listener.hear(server.url())
        live.send(TWO)
        while not (await listener.hear(server.url(), arrives=False)).body:
            await asyncio.sleep(0)
        live.send(THREE)
        while (again := await listener.hear(server.url(), arrives=False)).body != TWO + THREE:
            await asyncio.sleep(0)
        listener.place = again.header(PLACE)
        assert (await listener.hear(server.url())).body == b""


async def test_who_does_not_say_what_arrived_is_given_everything_once(listener: Listener) -> None:
    with serve({"/": Live(ONE).answer()}) as server:
        for expected in (ONE, b""):
            assert (await listener.hear(server.url(), arrives=False)).body == expected


# ------------------------------------------------------------------ ends


@pytest.mark.parametrize("cut", [False, True])
async def test_a_stream_that_is_over_gives_what_is_left_and_then_is_opened_again(listener: Listener, cut: bool) -> None:
    first, second = Live(ONE, chunked=True), Live(THREE)
    with serve({"/": [first.answer(), second.answer()]}) as server:
        await listener.hear(server.url())
        first.send(TWO + b"data: never comp")
        first.end(cut=cut)
        rest = await listener.hear_until(server.url(), is_over)
        assert rest.body == TWO
        assert len(server.asked) == 1
        again = await listener.hear(server.url(), last="2")
        assert (again.body, again.header(STATE)) == (THREE, "open")
        assert server.asked[1].header("last-event-id") == "2"


async def test_what_is_left_of_a_stream_that_is_over_comes_until_it_arrives(listener: Listener) -> None:
    first = Live(ONE)
    with serve({"/": [first.answer(), Live(THREE).answer()]}) as server:
        await listener.hear(server.url())
        first.send(TWO)
        first.end()
        while not is_over(rest := await listener.hear(server.url(), arrives=False)):
            await asyncio.sleep(0)
        assert rest.body == TWO
        assert (await listener.hear(server.url())).body == TWO
        assert (await listener.hear(server.url())).body == THREE


async def test_a_stream_that_ends_at_once_is_read_to_its_end(listener: Listener) -> None:
    with serve({"/": Answer(ONE + TWO, headers=[("Content-Type", "Text/Event-Stream; charset=utf-8")])}) as server:
        for _ in range(2):
            response = await listener.hear(server.url())
            assert (response.body, response.header(STATE)) == (ONE + TWO, "over")
    assert len(server.asked) == 2


async def test_a_stream_that_breaks_before_it_brings_anything_is_an_error(listener: Listener) -> None:
    live = Live(chunked=True)
    live.end(cut=True)
    with serve({"/": live.answer()}) as server, pytest.raises(FetchError) as raised:
        await listener.hear(server.url())
    assert raised.value.fault is FetchFault.PROTOCOL
    assert listener.open == 0


async def test_what_a_library_raises_ends_a_stream_and_nothing_else(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eventstream.Cutter, "feed", lambda *_: 1 / 0)
    unknown = pytest.raises(FetchError, match=r"does not know \(ZeroDivisionError\)")
    with serve({"/": Live(ONE).answer()}) as server, unknown:
        await listener.hear(server.url())


async def test_204_says_that_a_stream_is_not_to_be_opened_again(listener: Listener) -> None:
    with serve({"/": Answer(status=204)}) as server:
        response = await listener.hear(server.url())
        assert (response.status, response.header(STATE), response.body) == (204, "stopped", b"")
        ordinary = await listener.fetcher.fetch(Request(server.url()), validators=Validators(), channel="b")
        assert ordinary.header(STATE) == ""


async def test_an_answer_that_is_no_stream_is_an_ordinary_one(listener: Listener) -> None:
    page = Answer(b"<html>", headers=[("Content-Type", "text/html"), (STATE, "open"), (PLACE, "x"), ("X-Y", "z")])
    with serve({"/": page}) as server:
        response = await listener.hear(server.url())
        assert (response.body, response.header(STATE), response.header("x-y")) == (b"<html>", "", "z")
        assert listener.open == 0


async def test_an_error_status_is_an_error(listener: Listener) -> None:
    refusing = Answer(b"no", 503, [("Content-Type", "text/event-stream")])
    with serve({"/": refusing}) as server, pytest.raises(FetchError) as raised:
        await listener.hear(server.url())
    assert raised.value.status == 503


# ------------------------------------------------------------------ bounds


async def test_events_that_are_too_many_cost_the_oldest_and_are_counted(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "BUFFERED", 3 * len(ONE))
    live = Live(ONE)
    with serve({"/": live.answer()}) as server:
        await listener.hear(server.url())
        stream = next(iter(listener.fetcher._streams._streams.values()))
        live.send(b"".join(b"id: %d\ndata: one\n\n" % number for number in range(2, 8)))
        while not stream._fresh or b"id: 7" not in stream._fresh[-1]:
            await asyncio.sleep(0)
        response = await listener.hear(server.url())
        assert [event.id for event in eventstream.read(response.body).events] == ["5", "6", "7"]
        assert response.header(LOST) == "3"
        assert (await listener.hear(server.url())).header(LOST) == "0"


async def test_an_event_that_is_too_long_is_dropped_and_counted(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "LARGEST", 100)
    long = b"data: " + b"x" * 200 + b"\n\n"
    with serve({"/": Live(ONE + long + TWO).answer()}) as server:
        response = await listener.hear(server.url())
    assert (response.body, response.header(LOST)) == (ONE + TWO, "1")


async def test_a_flood_is_broken_off(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "FLOOD", 100_000)
    live = Live(headers=[("Content-Encoding", "gzip")])
    live.send(gzip.compress(ONE * 100_000))
    with serve({"/": live.answer()}) as server:
        response = await listener.hear_until(server.url(), is_over)
        await closed(live)
    assert 0 < len(response.body) < 200_000


async def test_a_stream_may_bring_more_in_its_time_than_a_body_may_hold(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.fetch.connections.MAX_WIRE", 70_000)
    live = Live(ONE)
    with serve({"/": live.answer()}) as server:
        await listener.hear(server.url())
        for number in range(10):
            live.send(b"data: %d %b\n\n" % (number, b"x" * 30_000))
            response = await listener.hear_until(server.url(), has(b"data: %d" % number))
            assert response.header(STATE) == "open"


async def test_a_stream_without_a_sign_of_life_is_taken_for_dead(
    listener: Listener, hasten: Callable[[float], None]
) -> None:
    live = Live(ONE)
    with serve({"/": live.answer()}) as server:
        await listener.hear(server.url())
        hasten(streams.SILENCE - 1)
        live.send(b":\n")
        stream = next(iter(listener.fetcher._streams._streams.values()))
        before = stream._came
        while stream._came == before:
            await asyncio.sleep(0)
        hasten(streams.SILENCE - 1)
        assert (await listener.hear(server.url())).header(STATE) == "open"
        hasten(2)
        await listener.hear_until(server.url(), is_over)
        await closed(live)


async def test_a_stream_nobody_asks_for_is_closed_after_a_while(
    listener: Listener, hasten: Callable[[float], None]
) -> None:
    live = Live(ONE)
    with serve({"/": live.answer()}) as server:
        await listener.hear(server.url())
        for _ in range(3):
            hasten(streams.SILENCE / 2)
            live.send(TWO)
            await listener.hear_until(server.url(), has(b"two"))
        assert listener.open == 1
        hasten(streams.UNASKED)
        while listener.open:
            await asyncio.sleep(0)
        await closed(live)


async def test_one_stream_too_many_is_read_for_a_moment_and_closed(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MAX_STREAMS", 2)
    lives = [Live(b"data: %d\n\n" % number) for number in range(3)]
    with serve({f"/{number}": live.answer() for number, live in enumerate(lives)}) as server:
        for number in range(3):
            response = await listener.hear(server.url(f"/{number}"), channel=str(number))
            assert response.body == b"data: %d\n\n" % number
            assert response.header(STATE) == ("over" if number == 2 else "open")
        await closed(lives[2])
        assert not lives[0].left.is_set()


async def test_closing_the_fetcher_closes_its_streams(listener: Listener) -> None:
    live = Live(ONE)
    with serve({"/": live.answer()}) as server:
        await listener.hear(server.url())
        await listener.fetcher.close()
        assert listener.open == 0
        await closed(live)


async def test_a_visit_that_is_given_up_leaves_no_stream_behind(listener: Listener) -> None:
    live = Live()
    came = threading.Event()

    def script(_: Asked) -> Answer:
        came.set()
        return live.answer()

    with serve({"/": script}) as server:
        visit = asyncio.create_task(listener.hear(server.url()))
        while not any("_listen" in str(task.get_coro()) for task in asyncio.all_tasks()):
            await asyncio.sleep(0)
        visit.cancel()
        with pytest.raises(asyncio.CancelledError):
            await visit
        assert came.is_set()
        await closed(live)
    assert listener.open == 0


async def test_a_connection_is_let_go_though_its_end_is_cancelled() -> None:
    class Ending:
        status = 200
        headers = ()

        async def aclose(self) -> None:
            raise asyncio.CancelledError

    let_go: list[bool] = []
    origin = Origin("http", "news.example", 80)
    exchange = Exchange(Ending(), origin, lambda: let_go.append(True), lambda: None)  # type: ignore[arg-type]  # no httpcore
    with pytest.raises(asyncio.CancelledError):
        await exchange.end()
    assert let_go == [True]
