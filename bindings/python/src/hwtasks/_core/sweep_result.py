"""The element of a sweep."""

# Without postponed annotations, which a named tuple keeps as references that its users cannot resolve.
from typing import Generic, NamedTuple

from hwtasks._core.errors import HwtasksError
from hwtasks._core.operation import T

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
