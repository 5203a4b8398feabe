"""What came of one instance of a sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple

from hwtasks._request import T

if TYPE_CHECKING:
    from hwtasks._error import Error


class Swept(NamedTuple, Generic[T]):
    """What came of one instance of a sweep: all its tasks, or the error that kept them away."""

    instance_id: str
    """The instance."""
    tasks: list[T] | None
    """All its tasks; `None` when they could not be had."""
    error: Error | None
    """Why the tasks could not be had; `None` when they could."""

    def result(self) -> list[T]:
        """Return the tasks, or raise the error."""
        if self.error is not None:
            raise self.error
        return self.tasks or []
