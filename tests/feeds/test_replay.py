"""Recordings, an answer at hand, and a clock that runs faster."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from feeds.errors import FetchError, FetchFault
from feeds.eventstream import STATE
from feeds.flow import Request, Response
from feeds.model import Validators
from feeds.replay import AtHand, Player, ScaledClock, Take
from tests.support.clock import START, FakeClock

URL = "https://a.example/feed"


async def ask(
    player: Player | AtHand, url: str = URL, *, etag: str | None = None, conditional: bool = True
) -> Response:
    request = Request(url, conditional=conditional)
    return await player.fetch(request, validators=Validators(etag=etag), channel="1")


# ------------------------------------------------------------------ the clock


class Real:
    def __init__(self) -> None:
        self.seconds = START.timestamp()

    def __call__(self) -> float:
        return self.seconds


def test_a_scaled_clock_runs_faster_from_its_start_on() -> None:
    real = Real()
    clock, another = ScaledClock(START, 12.0, real=real), ScaledClock(START, 12.0, real=real)
    assert clock.now() == START
    real.seconds += 5
    assert clock.now() == another.now() == START + timedelta(minutes=1)
    assert clock.now().tzinfo is UTC
    real.seconds -= 10
    assert clock.now() == START - timedelta(minutes=1)


async def test_a_scaled_clock_sleeps_for_the_shorter_time(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Real()
    naps: list[float] = []

    async def sleep(seconds: float) -> None:
        naps.append(seconds)
        real.seconds += seconds * 0.75  # a timer may end early

    monkeypatch.setattr("feeds.replay.asyncio.sleep", sleep)
    clock = ScaledClock(START, 12.0, real=real)
    await clock.sleep_until(START + timedelta(seconds=60))
    assert naps[0] == 5.0
    assert clock.now() >= START + timedelta(seconds=60) - timedelta(microseconds=1)
    count = len(naps)
    await clock.sleep_until(START)
    assert len(naps) == count


# ------------------------------------------------------------------ recordings


async def test_an_address_answers_as_it_did_at_the_time() -> None:
    clock = FakeClock()
    takes = [Take(60, URL, b"two"), Take(-5, URL, b"one", "text/plain"), Take(90, URL, b"three", status=404)]
    player = Player(takes, clock, START)
    first = await ask(player)
    assert (first.url, first.request, first.body, first.content_type) == (URL, URL, b"one", "text/plain")
    clock.jump(60)
    assert (await ask(player)).body == b"two"
    clock.jump(30)
    with pytest.raises(FetchError, match="404") as raised:
        await ask(player)
    assert (raised.value.fault, raised.value.status) == (FetchFault.STATUS, 404)


async def test_an_address_that_was_not_recorded_yet_is_not_there() -> None:
    player = Player([Take(60, URL, b"one")], FakeClock(), START)
    for url in (URL, "https://b.example/"):
        with pytest.raises(FetchError, match="is not in the recording"):
            await ask(player, url)


async def test_a_recording_answers_conditional_requests() -> None:
    clock = FakeClock()
    player = Player([Take(0, URL, b"one"), Take(60, URL, b"two")], clock, START)
    etag = (await ask(player)).validators.etag
    assert etag is not None
    same = await ask(player, etag=etag)
    assert (same.not_modified, same.status, same.body, same.validators.etag) == (True, 304, b"", etag)
    assert (await ask(player, etag=etag, conditional=False)).body == b"one"
    clock.jump(60)
    assert (await ask(player, etag=etag)).body == b"two"
    await player.close()


async def test_who_listens_to_a_recording_or_an_answer_at_hand_is_given_all_of_it() -> None:
    body = b"data: a\n\n"
    fetchers = Player([Take(0, URL, body, "text/event-stream")], FakeClock(), START), AtHand(URL, body)
    for fetcher in fetchers:
        for _ in range(2):
            response = await fetcher.fetch(Request(URL, listen=True), validators=Validators(etag='"x"'), channel="1")
            assert (response.body, response.header(STATE)) == (body, "")


# ------------------------------------------------------------------ at hand


async def test_an_answer_at_hand_is_the_only_one() -> None:
    at_hand = AtHand("-", b"body", "text/xml; charset=utf-8")
    response = await ask(at_hand, "-")
    assert (response.url, response.request, response.body) == ("-", "-", b"body")
    assert response.header("content-type") == "text/xml; charset=utf-8"
    assert (await ask(AtHand("-", b""), "-")).headers == ()
    with pytest.raises(FetchError, match="feed would be needed as well"):
        await ask(at_hand)
    await at_hand.close()
