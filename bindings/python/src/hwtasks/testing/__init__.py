"""A manual clock and the emulator, for tests of programs that use this package."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta

from hwtasks._core.clock import Clock
from hwtasks.testing._emulator import Emulator

__all__ = ["Emulator", "ManualClock"]


class ManualClock(Clock):
    """A clock that moves only when it is advanced or slept on; sleeping takes no real time.

    `now` is the time of day at the start, with a time zone; the system's time by default.

    >>> clock = ManualClock(datetime(2026, 1, 2, tzinfo=UTC))
    >>> clock.sleep(60)
    >>> clock.now().minute, clock.sleeps
    (1, [60])
    """

    sleeps: list[float]
    """The duration of every sleep so far, in seconds."""

    def __init__(self, now: datetime | None = None) -> None:
        self._start = now or datetime.now(UTC)
        self._elapsed = 0.0
        self._lock = threading.Lock()
        self.sleeps = []

    def now(self) -> datetime:
        """Return the time of day: the start, plus all advances and sleeps."""
        return self._start + timedelta(seconds=self._elapsed)

    def elapsed(self) -> float:
        """Return the sum of all advances and sleeps, in seconds."""
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        with self._lock:
            self._elapsed += seconds

    def sleep(self, seconds: float) -> None:
        """Record the sleep and move the clock forward."""
        self.sleeps.append(seconds)
        self.advance(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Record the sleep and move the clock forward."""
        self.sleep(seconds)
        await asyncio.sleep(0)
