"""When to poll a source next.

Owns every number of politeness between two polls of one source: the adaptive cadence, what publishers ask for, and the
back-off after failures. Pure: it is given the time and the luck, and returns the source's health. Never sleeps.

Sources of the rules: RFC 9111, 4.2.1 (freshness); RFC 9110, 10.2.3 (`Retry-After`) and 15.5.11 (410); RSS 2.0 (`ttl`,
`skipHours`, `skipDays`); the RSS syndication module (`sy:updatePeriod`); WHATWG HTML, 9.2.2 (streams opened again).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

from msgspec.structs import replace

from feeds.errors import AdapterError, FetchError, FetchFault, WirewatchError
from feeds.model import Batch, Health, Kind, Outcome, Source, Standing

AGAIN_FLOOR = 5.0
"""Seconds since the last poll of a source before which asking a running engine for another does nothing."""
LISTENING = 2.0
"""Seconds between two looks at a stream that stays open: they cost the server nothing."""
LIVE_FLOOR = 30.0
"""Seconds between polls of a busy live blog."""
LIVE_FLOOR_ASKED = 15.0
"""The same where the page itself asks for less than `LIVE_FLOOR` (the least AMP allows)."""
LIVE_CEILING = 600.0
"""Seconds between polls of a quiet live blog that is not known to be over."""
LIVE_SLOWING = 0.1
"""A live blog is polled after this part of the time it has been quiet for."""
LIVE_WINDING_DOWN = 3600.0
"""Seconds for which a live blog that says it is over is looked at for last corrections."""
LIVE_SILENCE = 3 * 86_400.0
"""Seconds of silence after which a live blog is taken to be over, whatever it says of itself."""

FEED_FLOOR = 120.0
"""Seconds between polls of a busy feed that does not allow more."""
FEED_CEILING = 3600.0
"""Seconds between polls of a quiet feed that says how to ask whether it has changed."""
LONGEST = 86_400.0
"""Seconds: the longest wait, also where a server or a feed asks for more."""
LONGEST_ASKED = 7 * 86_400.0
"""Seconds: the longest `Retry-After` that is kept."""

FAILURE_START = 60.0
"""Seconds before a feed that failed once is tried again; twice as many after each further failure."""
LIVE_FAILURE_CEILING = 900.0
"""Seconds between tries of a live blog that fails; news does not wait for a day."""
JITTER = 0.1
"""The part of a wait by which it varies, so that programs that started together part."""


def after_success(
    source: Source,
    batch: Batch | None,
    *,
    now: datetime,
    changed: bool,
    gap: bool = False,
    conditional: bool = False,
    max_age: float | None = None,
    luck: float = 0.0,
) -> Health:
    """Return the health of a source that was read.

    `batch` is None where the answer was the same as last time. `changed` says whether it brought anything new,
    `conditional` whether the server gave validators, `max_age` for how many seconds it says its answer stays fresh.
    `luck` is a number from -1 to 1.
    """
    known = source.health
    changed_at = now if changed or known.changed_at is None else known.changed_at
    health = Health(
        outcome=Outcome.CHANGED if changed else Outcome.UNCHANGED,
        message=_oddity(known, batch),
        polled_at=now,
        changed_at=changed_at,
        quiet_polls=0 if changed else known.quiet_polls + 1,
    )
    kind = batch.kind if batch else source.kind
    hints = batch.hints if batch else source.hints
    over = _is_over(source, batch, (now - changed_at).total_seconds())
    if over:
        return replace(health, message=over, standing=Standing.ENDED)
    if source.spec.every is not None:
        wait = source.spec.every
    elif hints.listening:
        return replace(health, next_poll=now + timedelta(seconds=LISTENING))
    elif source.hints.listening and hints.interval is not None:
        # The stream broke off: it is opened again as soon as it allows, for what is missed may not come again.
        wait = min(max(hints.interval, LISTENING), LONGEST)
    elif kind is Kind.LIVEBLOG:
        wait = _live_wait(source, batch, _silence(batch, changed_at, now), max_age)
    else:
        wait = _feed_wait(source, batch, now, health.quiet_polls, conditional=conditional, max_age=max_age)
    if gap and source.spec.every is None:
        wait = max(wait / 2, LIVE_FLOOR if kind is Kind.LIVEBLOG else FEED_FLOOR)
    # Never sooner than the rules and the server have it.
    next_poll = now + timedelta(seconds=wait * (1 + JITTER * abs(luck)))
    return replace(health, next_poll=_unskipped(next_poll, source, batch) if source.spec.every is None else next_poll)


def with_interval(health: Health, every: float | None) -> Health:
    """Return the health of a source that is to be polled every so many seconds: it waits no longer than that.

    Where the last poll failed it waits as it was to; None leaves everything as it is.
    """
    if every is None or health.next_poll is None or health.polled_at is None or health.outcome is Outcome.FAILED:
        return health
    return replace(health, next_poll=min(health.next_poll, health.polled_at + timedelta(seconds=every)))


def _oddity(known: Health, batch: Batch | None) -> str:
    """Return what is odd about a source that was read: an answer that is the same as last time is as odd as it was."""
    if batch is None:
        # Why a poll failed, or that there are no more of them, is said of that time alone.
        return "" if known.outcome is Outcome.FAILED or known.standing is Standing.ENDED else known.message
    return batch.problems[0] if batch.problems else ""


def after_failure(source: Source, error: WirewatchError, *, now: datetime, luck: float = 0.0) -> Health:
    """Return the health of a source whose poll failed. `luck` is a number from -1 to 1."""
    known = source.health
    health = replace(
        known,
        outcome=Outcome.FAILED,
        message=str(error),
        polled_at=now,
        failing_since=known.failing_since or now,
        failures=known.failures + 1,
        next_poll=None,
    )
    if isinstance(error, FetchError) and error.fault is FetchFault.GONE:
        return replace(health, standing=Standing.GONE)
    if known.standing is not Standing.ACTIVE:
        return health
    wait = _failure_wait(source, error, health.failures) * (1 + JITTER * luck)
    if isinstance(error, FetchError) and error.retry_after is not None:
        wait = max(wait, min(error.retry_after, LONGEST_ASKED) * (1 + JITTER * abs(luck)))
    return replace(health, next_poll=now + timedelta(seconds=wait))


def host_pause(error: WirewatchError) -> float | None:
    """Return for how many seconds a whole host is to be left alone after an answer, None where it may be asked.

    A server that says 429 or 503 speaks of itself, not of one address (RFC 6585, 4; RFC 9110, 15.6.4).
    """
    if isinstance(error, FetchError) and error.status in (429, 503):
        return min(error.retry_after if error.retry_after is not None else FAILURE_START, LONGEST_ASKED)
    return None


# ------------------------------------------------------------------ live blogs


def _is_over(source: Source, batch: Batch | None, silence: float) -> str:
    """Return a sentence where a source is not to be polled any more, else an empty string."""
    hints = batch.hints if batch else source.hints
    if hints.expired:
        return "The feed says that it will not change any more; it is not polled any more."
    kind = batch.kind if batch else source.kind
    if kind is not Kind.LIVEBLOG or source.spec.every is not None:
        return ""
    coverage = batch.coverage if batch else source.coverage
    if coverage is not None and coverage.live is False and silence >= LIVE_WINDING_DOWN:
        return "The coverage is over; it is not polled any more."
    if silence >= LIVE_SILENCE:
        return "Nothing new came for days; it is not polled any more."
    return ""


def _silence(batch: Batch | None, changed_at: datetime, now: datetime) -> float:
    """Return for how many seconds a live blog has been quiet: by its own dates at the first poll, else by what came."""
    newest = max((post.published for post in batch.posts if post.published), default=None) if batch else None
    silence = (now - changed_at).total_seconds()
    return max(silence, (now - newest).total_seconds()) if newest and newest < now else silence


def _live_wait(source: Source, batch: Batch | None, silence: float, max_age: float | None) -> float:
    hints = batch.hints if batch else source.hints
    floor = LIVE_FLOOR
    if hints.interval is not None:
        floor = min(max(hints.interval, LIVE_FLOOR_ASKED), LIVE_CEILING)
    if max_age is not None:
        floor = max(floor, min(max_age, LIVE_CEILING))
    coverage = batch.coverage if batch else source.coverage
    if coverage is not None and coverage.live is False:
        return LIVE_CEILING
    return min(max(silence * LIVE_SLOWING, floor), LIVE_CEILING)


# ------------------------------------------------------------------ feeds


def _feed_wait(
    source: Source,
    batch: Batch | None,
    now: datetime,
    quiet_polls: int,
    *,
    conditional: bool,
    max_age: float | None,
) -> float:
    """Return about the time between two entries of a feed, between the floor and the ceiling, and what it asks for."""
    hints = batch.hints if batch else source.hints
    wait = _pace(batch, now) if batch else _last_wait(source, now)
    wait = min(max(wait, FEED_FLOOR), FEED_CEILING)
    if quiet_polls:
        wait = min(wait * 1.5, FEED_CEILING)
    if not conditional and quiet_polls:
        # The whole document travels each time: a feed that brings nothing new is asked less and less.
        wait = min(FEED_CEILING * 2.0 ** min(quiet_polls - 1, 8), LONGEST)
    asked = max(hints.interval or 0.0, max_age or 0.0)
    return min(max(wait, asked), LONGEST)


def _pace(batch: Batch, now: datetime) -> float:
    """Return the median time between the newest entries, and half the time since the newest where that is longer."""
    dates = sorted((post.published or post.updated or now for post in batch.posts), reverse=True)[:20]
    if len(dates) < 2:
        return FEED_CEILING
    gaps = median((newer - older).total_seconds() for newer, older in pairwise(dates))
    return max(gaps, (now - dates[0]).total_seconds() / 2)


def _last_wait(source: Source, now: datetime) -> float:
    """Return how long was waited the last time; after failures, half the time since anything came."""
    health = source.health
    if health.failures and health.changed_at is not None:
        return (now - health.changed_at).total_seconds() / 2
    if health.polled_at is None or health.next_poll is None:
        return FEED_CEILING
    return (health.next_poll - health.polled_at).total_seconds()


def _unskipped(when: datetime, source: Source, batch: Batch | None) -> datetime:
    """Return the first time from `when` on that is in no hour and on no day the feed asks to be left alone."""
    hints = batch.hints if batch else source.hints
    hours, days = set(hints.skip_hours), set(hints.skip_days)
    if not hours and not days:
        return when
    for step in range(8 * 24):
        at = when if step == 0 else when.replace(minute=0, second=0, microsecond=0) + timedelta(hours=step)
        utc = at.astimezone(UTC)
        if utc.hour not in hours and utc.weekday() not in days:
            return at
    return when


# ------------------------------------------------------------------ failures

_PASSING = (FetchFault.NAME, FetchFault.CONNECT, FetchFault.TIMEOUT, FetchFault.PROTOCOL)
"""Faults of the network: one that is down is up again in minutes rather than days."""


def _failure_wait(source: Source, error: WirewatchError, failures: int) -> float:
    live = source.kind is Kind.LIVEBLOG
    start = LIVE_FLOOR if live else FAILURE_START
    wait = start * 2.0 ** min(failures - 1, 12)
    if isinstance(error, AdapterError):
        return min(max(wait, FAILURE_START), LONGEST)
    passing = isinstance(error, FetchError) and error.fault in _PASSING
    if live:
        return min(wait, LIVE_FAILURE_CEILING)
    return min(wait, FEED_CEILING if passing else LONGEST)
