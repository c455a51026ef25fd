"""The time of this machine. Everything else is given a `feeds.flow.Clock`, so that tests and the demo tell another."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

_LONGEST_NAP = 20.0
"""Seconds: sleep is cut into naps, so that a clock that jumps or a machine that was suspended is noticed."""


class SystemClock:
    """The `Clock` of this machine."""

    def now(self) -> datetime:
        """Return the time, UTC."""
        return datetime.now(UTC)

    async def sleep_until(self, when: datetime) -> None:
        """Return when `now()` is at or after `when`, or when so much time has passed though the clock was set back."""
        steady_end = time.monotonic() + (when - self.now()).total_seconds()
        while (left := min((when - self.now()).total_seconds(), steady_end - time.monotonic())) > 0:
            await asyncio.sleep(min(left, _LONGEST_NAP))
