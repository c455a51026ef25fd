from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds import schedule
from feeds.errors import AdapterError, FetchError, FetchFault, ParseError, WirewatchError
from feeds.model import Batch, Coverage, Health, Hints, Kind, Outcome, Post, Source, SourceSpec, Standing

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday


def source(kind: Kind = Kind.FEED, *, every: float | None = None, health: Health = Health(), **facts: object) -> Source:  # noqa: B008
    url = "https://paper.example/feed"
    return Source(id=1, spec=SourceSpec(url=url, every=every), url=url, kind=kind, health=health, **facts)


def batch(kind: Kind = Kind.FEED, *, gaps: float = 600, newest: float = 0, count: int = 10, **facts: object) -> Batch:
    """Batch of posts `gaps` seconds apart, the newest of them `newest` seconds old."""
    times = [NOW - timedelta(seconds=newest + gaps * place) for place in range(count)]
    return Batch(kind, posts=tuple(Post(key=str(index), published=at) for index, at in enumerate(times)), **facts)


def wait(read: Batch | None, of: Source | None = None, **told: object) -> float:
    arguments: dict[str, object] = {"changed": True, "conditional": True} | told
    health = schedule.after_success(of or source(read.kind if read else Kind.FEED), read, now=NOW, **arguments)
    assert health.next_poll is not None
    return (health.next_poll - NOW).total_seconds()


def error(fault: FetchFault = FetchFault.CONNECT, **facts: object) -> FetchError:
    return FetchError("It did not work.", url="https://paper.example/feed", fault=fault, **facts)


def test_a_busy_live_blog_is_polled_every_half_minute() -> None:
    assert wait(batch(Kind.LIVEBLOG, newest=10)) == schedule.LIVE_FLOOR


def test_a_quiet_live_blog_is_polled_after_a_tenth_of_its_silence_up_to_ten_minutes() -> None:
    assert wait(batch(Kind.LIVEBLOG, newest=1_200)) == 120
    assert wait(batch(Kind.LIVEBLOG, newest=86_400)) == schedule.LIVE_CEILING


def test_the_silence_of_a_known_live_blog_is_counted_from_what_came_last() -> None:
    known = source(Kind.LIVEBLOG, health=Health(changed_at=NOW - timedelta(minutes=20), polled_at=NOW))
    assert wait(None, known, changed=False) == 120


@pytest.mark.parametrize("luck", [-1.0, 0.0, 1.0])
def test_a_stream_that_is_open_is_looked_at_every_other_second(luck: float) -> None:
    listening = Hints(listening=True)
    assert wait(batch(Kind.LIVEBLOG, newest=10, hints=listening), luck=luck) == schedule.LISTENING
    quiet = source(Kind.LIVEBLOG, hints=listening, health=Health(changed_at=NOW - timedelta(days=1)))
    assert wait(Batch(Kind.LIVEBLOG, hints=listening), quiet, changed=False, luck=luck) == schedule.LISTENING
    assert wait(None, quiet, changed=False, max_age=600.0) == schedule.LISTENING


def test_a_stream_that_broke_off_is_opened_again_as_soon_as_it_allows() -> None:
    was_open = source(Kind.LIVEBLOG, hints=Hints(listening=True))
    for asked, waited in ((3.0, 3.0), (90.0, 90.0), (0.0, schedule.LISTENING), (10.0**9, schedule.LONGEST)):
        broken = Batch(Kind.LIVEBLOG, hints=Hints(interval=asked))
        assert wait(broken, was_open) == waited
    assert wait(broken, was_open, luck=1.0) > schedule.LONGEST
    assert wait(batch(Kind.LIVEBLOG, newest=10), was_open) == schedule.LIVE_FLOOR


def test_a_stream_that_never_stays_open_is_polled_as_a_live_blog() -> None:
    ends_at_once = batch(Kind.LIVEBLOG, newest=10, hints=Hints(interval=3))
    assert wait(ends_at_once, source(Kind.LIVEBLOG, hints=Hints(interval=3))) == schedule.LIVE_FLOOR_ASKED


def test_a_stream_is_looked_at_as_often_as_a_person_says() -> None:
    assert wait(Batch(Kind.LIVEBLOG, hints=Hints(listening=True)), source(Kind.LIVEBLOG, every=60)) == 60


def test_a_stream_on_which_nothing_came_for_days_is_over() -> None:
    listening = Hints(listening=True)
    silent = source(Kind.LIVEBLOG, hints=listening, health=Health(changed_at=NOW - timedelta(days=4)))
    health = schedule.after_success(silent, Batch(Kind.LIVEBLOG, hints=listening), now=NOW, changed=False)
    assert (health.standing, health.next_poll) == (Standing.ENDED, None)


def test_a_page_that_asks_for_less_than_half_a_minute_gets_what_amp_allows() -> None:
    assert wait(batch(Kind.LIVEBLOG, hints=Hints(interval=15))) == 15
    assert wait(batch(Kind.LIVEBLOG, hints=Hints(interval=1))) == schedule.LIVE_FLOOR_ASKED


def test_a_live_page_that_stays_fresh_for_a_while_is_not_asked_before() -> None:
    assert wait(batch(Kind.LIVEBLOG), max_age=90) == 90
    assert wait(batch(Kind.LIVEBLOG), max_age=5) == schedule.LIVE_FLOOR


def test_a_live_blog_that_says_it_is_over_slows_down_then_stops() -> None:
    over = batch(Kind.LIVEBLOG, newest=60, coverage=Coverage(live=False))
    assert wait(over) == schedule.LIVE_CEILING
    quiet = source(Kind.LIVEBLOG, health=Health(changed_at=NOW - timedelta(hours=2), polled_at=NOW))
    health = schedule.after_success(quiet, over, now=NOW, changed=False)
    assert health.standing is Standing.ENDED
    assert health.next_poll is None
    assert "over" in health.message


def test_a_live_blog_that_ended_and_is_corrected_is_not_said_to_be_polled_no_more() -> None:
    ended = Health(standing=Standing.ENDED, message="The coverage is over.", changed_at=NOW - timedelta(hours=2))
    # A post that was missing before still is, in an answer that is the same: it was withdrawn.
    health = schedule.after_success(source(Kind.LIVEBLOG, health=ended), None, now=NOW, changed=True)
    assert (health.standing, health.message) == (Standing.ACTIVE, "")


def test_a_live_blog_that_was_silent_for_days_is_over_whatever_it_says() -> None:
    quiet = source(Kind.LIVEBLOG, health=Health(changed_at=NOW - timedelta(days=4), polled_at=NOW))
    assert schedule.after_success(quiet, None, now=NOW, changed=False).standing is Standing.ENDED


def test_a_live_blog_that_ended_and_moves_again_is_polled_again() -> None:
    ended = source(
        Kind.LIVEBLOG, health=Health(standing=Standing.ENDED, changed_at=NOW - timedelta(days=9), polled_at=NOW)
    )
    health = schedule.after_success(ended, batch(Kind.LIVEBLOG), now=NOW, changed=True)
    assert health.standing is Standing.ACTIVE
    assert health.next_poll is not None


def test_a_first_read_of_an_old_live_blog_does_not_call_it_over() -> None:
    health = schedule.after_success(
        source(Kind.LIVEBLOG), batch(Kind.LIVEBLOG, newest=9 * 86_400), now=NOW, changed=True
    )
    assert health.standing is Standing.ACTIVE


def test_a_feed_is_polled_about_as_often_as_it_publishes() -> None:
    assert wait(batch(gaps=600)) == 600
    assert wait(batch(gaps=10)) == schedule.FEED_FLOOR
    assert wait(batch(gaps=86_400)) == schedule.FEED_CEILING


def test_a_feed_that_stopped_publishing_is_not_polled_at_its_old_pace() -> None:
    assert wait(batch(gaps=60, newest=2_000)) == 1_000


def test_a_feed_without_dates_is_polled_once_an_hour() -> None:
    undated = Batch(Kind.FEED, posts=(Post(key="a"), Post(key="b")))
    assert schedule.FEED_FLOOR <= wait(undated) <= schedule.FEED_CEILING
    assert wait(Batch(Kind.FEED)) == schedule.FEED_CEILING


def test_what_a_feed_asks_for_raises_the_wait_and_never_lowers_it() -> None:
    assert wait(batch(gaps=600, hints=Hints(interval=1_800))) == 1_800
    assert wait(batch(gaps=600, hints=Hints(interval=60))) == 600
    assert wait(batch(gaps=600), max_age=1_200) == 1_200
    assert wait(batch(gaps=600), max_age=16 * 365 * 86_400.0) == schedule.LONGEST


def test_quiet_polls_slow_a_feed_down_to_once_an_hour() -> None:
    slow = source(health=Health(polled_at=NOW, next_poll=NOW + timedelta(seconds=600), quiet_polls=3, changed_at=NOW))
    assert wait(None, slow, changed=False) == 900
    slower = source(health=Health(polled_at=NOW, next_poll=NOW + timedelta(seconds=3_000), changed_at=NOW))
    assert wait(None, slower, changed=False) == schedule.FEED_CEILING


def test_a_feed_that_cannot_say_whether_it_changed_is_asked_less_and_less_down_to_once_a_day() -> None:
    waits = [
        wait(
            batch(gaps=600), source(health=Health(quiet_polls=quiet, changed_at=NOW)), changed=False, conditional=False
        )
        for quiet in (0, 1, 2, 20)
    ]
    assert waits == [3_600, 7_200, 14_400, schedule.LONGEST]


def test_what_a_person_asked_for_holds() -> None:
    own = source(Kind.LIVEBLOG, every=45)
    assert wait(batch(Kind.LIVEBLOG, newest=86_400, hints=Hints(interval=900, skip_hours=tuple(range(24)))), own) == 45
    over = batch(Kind.LIVEBLOG, newest=90_000, coverage=Coverage(live=False))
    quiet = replace(own, health=Health(changed_at=NOW - timedelta(days=9)))
    assert wait(over, quiet, changed=False) == 45


def test_hours_and_days_in_which_nothing_comes_are_skipped() -> None:
    assert wait(batch(gaps=3_600, hints=Hints(skip_hours=(13, 14)))) == 3 * 3_600
    monday_skipped = wait(batch(gaps=600, hints=Hints(skip_days=(0,))))
    assert monday_skipped == 12 * 3_600
    assert wait(batch(gaps=600, hints=Hints(skip_hours=tuple(range(24))))) == 600


def test_a_gap_makes_the_next_poll_come_sooner() -> None:
    assert wait(batch(gaps=1_200), gap=True) == 600
    assert wait(batch(Kind.LIVEBLOG), gap=True) == schedule.LIVE_FLOOR


def test_a_feed_that_expired_is_not_polled_any_more() -> None:
    health = schedule.after_success(source(), batch(hints=Hints(expired=True)), now=NOW, changed=True)
    assert (health.standing, health.next_poll) == (Standing.ENDED, None)


def test_a_success_ends_a_row_of_failures_and_counts_quiet_polls() -> None:
    failed = Health(outcome=Outcome.FAILED, failures=3, failing_since=NOW, message="It did not work.", quiet_polls=2)
    health = schedule.after_success(source(health=failed), None, now=NOW, changed=False)
    assert (health.failures, health.failing_since, health.message) == (0, None, "")
    assert (health.outcome, health.quiet_polls, health.polled_at) == (Outcome.UNCHANGED, 3, NOW)
    assert schedule.after_success(source(health=health), batch(), now=NOW, changed=True).quiet_polls == 0


def test_what_is_odd_about_a_document_is_said_as_long_as_it_is_the_same() -> None:
    odd = schedule.after_success(source(), batch(problems=("It is cut off.",)), now=NOW, changed=True)
    assert odd.message == "It is cut off."
    assert schedule.after_success(source(health=odd), None, now=NOW, changed=False).message == "It is cut off."
    assert schedule.after_success(source(health=odd), batch(), now=NOW, changed=False).message == ""


def test_failures_are_tried_again_after_twice_as_long_each_time() -> None:
    health, waits = Health(), []
    for _ in range(12):
        health = schedule.after_failure(source(health=health), ParseError("It is no feed."), now=NOW)
        assert health.next_poll is not None
        waits.append((health.next_poll - NOW).total_seconds())
    assert waits[:4] == [60, 120, 240, 480]
    assert waits[-1] == schedule.LONGEST
    assert (health.failures, health.failing_since, health.message) == (12, NOW, "It is no feed.")


@pytest.mark.parametrize("fault", [FetchFault.NAME, FetchFault.CONNECT, FetchFault.TIMEOUT])
def test_a_network_that_is_down_never_makes_a_feed_wait_for_a_day(fault: FetchFault) -> None:
    failing = source(health=Health(failures=30))
    assert schedule.after_failure(failing, error(fault), now=NOW).next_poll == NOW + timedelta(
        seconds=schedule.FEED_CEILING
    )


def test_a_live_blog_that_fails_is_tried_again_within_minutes() -> None:
    failing = source(Kind.LIVEBLOG, health=Health(failures=30))
    health = schedule.after_failure(failing, error(FetchFault.STATUS, status=500), now=NOW)
    assert health.next_poll == NOW + timedelta(seconds=schedule.LIVE_FAILURE_CEILING)


def test_what_a_server_asks_for_after_a_failure_is_kept_up_to_a_week() -> None:
    def next_poll(seconds: float) -> datetime | None:
        return schedule.after_failure(
            source(), error(FetchFault.STATUS, status=429, retry_after=seconds), now=NOW
        ).next_poll

    assert next_poll(7_200) == NOW + timedelta(hours=2)
    assert next_poll(1) == NOW + timedelta(seconds=schedule.FAILURE_START)
    assert next_poll(1e12) == NOW + timedelta(days=7)


def test_luck_never_makes_a_retry_come_before_the_server_wants_it() -> None:
    asked = error(FetchFault.STATUS, status=503, retry_after=600)
    health = schedule.after_failure(source(), asked, now=NOW, luck=-1)
    assert health.next_poll is not None
    assert health.next_poll >= NOW + timedelta(seconds=600)


def test_a_source_that_is_gone_is_not_polled_any_more() -> None:
    health = schedule.after_failure(source(), error(FetchFault.GONE, status=410), now=NOW)
    assert (health.standing, health.next_poll) == (Standing.GONE, None)


def test_an_ended_source_that_fails_when_asked_by_hand_stays_ended() -> None:
    health = schedule.after_failure(source(health=Health(standing=Standing.ENDED)), error(), now=NOW)
    assert (health.standing, health.next_poll) == (Standing.ENDED, None)


def test_a_server_that_is_overloaded_pauses_its_whole_host() -> None:
    assert schedule.host_pause(error(FetchFault.STATUS, status=429, retry_after=120)) == 120
    assert schedule.host_pause(error(FetchFault.STATUS, status=503)) == schedule.FAILURE_START
    assert schedule.host_pause(error(FetchFault.STATUS, status=404)) is None
    assert schedule.host_pause(ParseError("It is no feed.")) is None


ERRORS = st.sampled_from(
    [error(fault) for fault in FetchFault]
    + [error(FetchFault.STATUS, status=503, retry_after=1e9), ParseError("x"), AdapterError("x", adapter="a")]
)


@given(
    st.sampled_from([Kind.FEED, Kind.LIVEBLOG]),
    st.lists(st.one_of(ERRORS, st.booleans()), min_size=1, max_size=40),
    st.floats(-1, 1),
    st.one_of(st.none(), st.floats(0, 1e9)),
)
def test_no_row_of_polls_leads_to_a_wait_that_is_too_short_or_too_long(
    kind: Kind, polls: list[WirewatchError | bool], luck: float, max_age: float | None
) -> None:
    health, now = Health(), NOW
    for poll in polls:
        of = source(kind, health=health)
        if isinstance(poll, bool):
            health = schedule.after_success(
                of, batch(kind) if poll else None, now=now, changed=poll, luck=luck, max_age=max_age
            )
        else:
            health = schedule.after_failure(of, poll, now=now, luck=luck)
        if health.standing is not Standing.ACTIVE:
            assert health.next_poll is None
            return
        assert health.next_poll is not None
        if health.outcome is not Outcome.FAILED:
            assert health.next_poll - now >= timedelta(seconds=schedule.LIVE_FLOOR)
        seconds = (health.next_poll - now).total_seconds()
        assert schedule.LIVE_FLOOR * 0.9 <= seconds <= schedule.LONGEST_ASKED * 1.1
        now = health.next_poll


def test_a_source_that_is_to_be_polled_more_often_waits_no_longer_than_that() -> None:
    waiting = Health(outcome=Outcome.UNCHANGED, polled_at=NOW, next_poll=NOW + timedelta(hours=1))
    assert schedule.with_interval(waiting, 30).next_poll == NOW + timedelta(seconds=30)
    assert schedule.with_interval(waiting, 7200) == waiting
    assert schedule.with_interval(waiting, None) == waiting
    failed = replace(waiting, outcome=Outcome.FAILED)
    assert schedule.with_interval(failed, 30) == failed
    assert schedule.with_interval(Health(), 30) == Health()
