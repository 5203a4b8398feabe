"""Doing a thing once for all who want it at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from hwtasks._backends import async_ as backend
from hwtasks._core.errors import CredentialsError, HwtasksError, duplicate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

V = TypeVar("V")


class AsyncSingleFlight(Generic[V]):
    """Lets one run at a time; whoever waited for it shares how it ended, good or bad.

    A run whose caller goes away is dropped, and the next in line runs instead.
    """

    def __init__(self) -> None:
        self._lock = backend.PerLoop(backend.Lock)
        self._runs = 0
        self._value: V | None = None
        self._error: HwtasksError | CredentialsError | None = None

    @property
    def is_busy(self) -> bool:
        """Whether somebody is running now."""
        return self._lock.get().locked()

    async def run(self, work: Callable[[], Awaitable[V]]) -> V:
        """Run `work`, or wait for the one that is running and take what came of it."""
        asked = self._runs
        async with self._lock.get():
            if self._runs == asked:
                try:
                    self._value, self._error = await work(), None
                except (HwtasksError, CredentialsError) as error:
                    self._value, self._error = None, duplicate(error)
                self._runs += 1
            if self._error is not None:
                # Each caller has one of its own to add to.
                raise duplicate(self._error)
            return self._value  # type: ignore[return-value]  # as it was returned by `work`
