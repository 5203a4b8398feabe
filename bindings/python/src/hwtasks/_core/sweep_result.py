"""The element of a sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple

from hwtasks._core.operation import T

if TYPE_CHECKING:
    from hwtasks._core.errors import HwtasksError

CONCURRENCY = 16
"""How many instances are listed at the same time by default."""


class SweepResult(NamedTuple, Generic[T]):
    """The result of one instance of a sweep: all its tasks, or an error."""

    instance_id: str
    """The instance."""
    tasks: list[T] | None
    """All tasks of the instance; `None` when `error` is set."""
    error: HwtasksError | None
    """Why the instance could not be listed; `None` when `tasks` is set."""

    def result(self) -> list[T]:
        """Return the tasks. Raises `error` when it is set."""
        if self.error is not None:
            raise self.error
        return self.tasks or []
