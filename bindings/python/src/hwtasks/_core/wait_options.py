"""How a task is waited for, and the errors that waits end in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hwtasks._core import errors
from hwtasks._core.errors import Error, ErrorKind, one_line

if TYPE_CHECKING:
    from hwtasks._core.model import Task

_LEAST = 0.001
_LONGEST = 1e6
"""No pause is longer; no clock waits infinitely long."""
_LAST_LOOK = 2.0
"""How many seconds before the timeout the last look is made, at most: it must be answered by then."""


@dataclass(frozen=True, slots=True)
class Looks:
    """How a task is looked for, in seconds."""

    timeout: float
    first: float
    most: float
    grace: float

    @classmethod
    def of(cls, timeout: float, interval: tuple[float, float], grace: float) -> Looks:
        """Check what a wait was told. Raises an `Error` for what is no time."""
        if not isinstance(interval, tuple | list) or len(interval) != 2:  # noqa: PLR2004
            raise errors.invalid_input(
                f"the interval is {interval!r}, and must be two numbers of seconds: the first pause "
                "and the longest"
            )
        first, most = interval
        times = {"timeout": timeout, "interval": first, "interval's most": most, "grace": grace}
        for what, time in times.items():
            if not errors.is_number(time):
                raise errors.invalid_input(f"the {what} is {time!r}, and must be seconds")
        first = min(max(first, _LEAST), _LONGEST)
        most = min(most, _LONGEST)
        return cls(max(timeout, 0.0), first, max(most, first), max(grace, 0.0))

    @property
    def reserve(self) -> float:
        """How long before the timeout the last look is made."""
        return min(_LAST_LOOK, self.timeout / 10, self.first)


def task_failed(task: Task) -> Error:
    """Return the error for a task that ended otherwise than well."""
    error = Error(ErrorKind.TASK_FAILED, f"{_name(task)} has ended as {_state(task)}")
    return error._with_task(task)


def task_not_found(wanted: str, grace: float) -> Error:
    """Return the error for a task that was missing for too long."""
    return Error(ErrorKind.TASK_NOT_FOUND, f"{one_line(wanted)} was not found for {grace:g}s")


def wait_timed_out(wanted: str, timeout: float, last: Task | None) -> Error:
    """Return the error for a wait whose time is up."""
    was = f"{_name(last)} is {_state(last)}" if last else f"{one_line(wanted)} was not seen"
    line = f"after waiting for {timeout:g}s, {was}"
    return Error(ErrorKind.WAIT_TIMED_OUT, line)._with_task(last)


def _name(task: Task) -> str:
    return one_line(f"task {task.id} ({task.name})" if task.name else f"task {task.id}")


def _state(task: Task) -> str:
    return one_line(task.status) if task.status else "in no known state"
