"""Where the client gets the time from, and how it waits."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from datetime import UTC, datetime


class TimeSource(ABC):
    """The clock of a client: what the time is, how much of it has passed, and how to wait.

    Given as `time_source`, so that tests of retries, expiring credentials and waiting take no real
    time.
    """

    @abstractmethod
    def now(self) -> datetime:
        """Return the time of day in UTC, which signatures and expiry dates are made of."""

    @abstractmethod
    def elapsed(self) -> float:
        """Return the seconds passed since some moment in the past.

        Never goes backwards, whatever the time of day does; deadlines are measured with it.
        """

    @abstractmethod
    def sleep(self, seconds: float) -> None:
        """Wait, blocking the thread."""

    @abstractmethod
    async def sleep_async(self, seconds: float) -> None:
        """Wait, letting other tasks run."""


class SystemTimeSource(TimeSource):
    """The system's clock."""

    def now(self) -> datetime:
        """Return the time of day."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """Return the monotonic clock's seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait by `time.sleep`."""
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Wait by `asyncio.sleep`."""
        await asyncio.sleep(seconds)
