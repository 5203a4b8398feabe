"""For tests of programs that use this package."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta

from hwtasks._core.clock import TimeSource


class ManualTimeSource(TimeSource):
    """A clock that stands still until it is moved, and whose waits move it and take no time.

    >>> clock = ManualTimeSource(datetime(2026, 1, 2, tzinfo=UTC))
    >>> clock.sleep(60)
    >>> clock.now().minute, clock.slept
    (1, [60])
    """

    slept: list[float]
    """Every wait so far, in seconds."""

    def __init__(self, now: datetime | None = None) -> None:
        self._start = now or datetime.now(UTC)
        self._elapsed = 0.0
        self._lock = threading.Lock()
        self.slept = []

    def now(self) -> datetime:
        """Return the time of day as it was moved to."""
        return self._start + timedelta(seconds=self._elapsed)

    def elapsed(self) -> float:
        """Return how far the clock was moved, in seconds."""
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        with self._lock:
            self._elapsed += seconds

    def sleep(self, seconds: float) -> None:
        """Move the clock, and remember the wait."""
        self.slept.append(seconds)
        self.advance(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Move the clock, and remember the wait."""
        self.sleep(seconds)
        await asyncio.sleep(0)
