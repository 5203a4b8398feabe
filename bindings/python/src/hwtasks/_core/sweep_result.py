"""What came of one instance of a sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, cast

from hwtasks._core.request import T

if TYPE_CHECKING:
    from hwtasks._core.errors import Error

CONCURRENCY = 16
"""How many calls are under way at once when nothing is said."""

K = TypeVar("K")
V = TypeVar("V")


class Swept(NamedTuple, Generic[K, V]):
    """What came of one instance of a sweep: what its call returned, or what it raised."""

    instance: K
    """The instance."""
    value: V | None
    """What the call returned; `None` when it raised."""
    error: Exception | None
    """What the call raised; `None` when it returned."""

    def result(self) -> V:
        """Return what the call returned, or raise what it raised."""
        if self.error is not None:
            raise self.error
        return cast("V", self.value)


class SweptTasks(NamedTuple, Generic[T]):
    """What came of one instance of a sweep: all its tasks, or the error that kept them away."""

    instance: str
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
