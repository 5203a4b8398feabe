"""The clock of a client."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from datetime import UTC, datetime


class Clock(ABC):
    """A clock: the time of day, a monotonic time, and sleeping.

    Pass one as the option `clock`, so that tests of retries, expiring credentials and waits take no
    real time.
    """

    @abstractmethod
    def now(self) -> datetime:
        """Return the time of day in UTC, for signatures and expiry dates."""

    @abstractmethod
    def elapsed(self) -> float:
        """Return a monotonic time in seconds, for deadlines.

        It is independent of the time of day, and its zero is arbitrary.
        """

    @abstractmethod
    def sleep(self, seconds: float) -> None:
        """Block the thread for this many seconds."""

    @abstractmethod
    async def sleep_async(self, seconds: float) -> None:
        """Suspend the task for this many seconds."""


class SystemClock(Clock):
    """The clock of the operating system."""

    def now(self) -> datetime:
        """Return the time of day in UTC."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """Return the monotonic clock's seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Call `time.sleep`."""
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Await `asyncio.sleep`."""
        await asyncio.sleep(seconds)
