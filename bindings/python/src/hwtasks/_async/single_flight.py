"""Single-flight: concurrent callers share one run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from hwtasks._backends import async_ as backend
from hwtasks._core.errors import CredentialsError, HwtasksError, duplicate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

V = TypeVar("V")


class AsyncSingleFlight(Generic[V]):
    """Runs one piece of work at a time; callers that waited share its value or its error.

    If the running caller is cancelled, the next one in line runs its work instead.
    """

    def __init__(self) -> None:
        self._lock = backend.PerLoop(backend.Lock)
        self._completed = 0
        self._value: V | None = None
        self._error: HwtasksError | CredentialsError | None = None

    @property
    def is_busy(self) -> bool:
        """Whether work is in progress."""
        return self._lock.get().locked()

    async def run(self, work: Callable[[], Awaitable[V]]) -> V:
        """Run `work`, or wait for the run in progress and return its value or raise its error."""
        completed = self._completed
        async with self._lock.get():
            if self._completed == completed:
                try:
                    self._value, self._error = await work(), None
                except (HwtasksError, CredentialsError) as error:
                    self._value, self._error = None, duplicate(error)
                self._completed += 1
            if self._error is not None:
                # Each caller gets an exception of its own.
                raise duplicate(self._error)
            return self._value  # type: ignore[return-value]  # as it was returned by `work`
