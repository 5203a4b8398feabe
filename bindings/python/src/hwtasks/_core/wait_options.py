"""The timing options of a wait, and the errors that end one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hwtasks._core import new_error
from hwtasks._core.error_kinds import ErrorKind
from hwtasks._core.errors import NotFoundError, TaskFailedError, WaitTimeoutError
from hwtasks._core.new_error import one_line

if TYPE_CHECKING:
    from hwtasks._core.model import Item

TIMEOUT = 30 * 60.0
INITIAL_INTERVAL = 2.0
MAX_INTERVAL = 30.0
NOT_FOUND_GRACE = 60.0

_MIN_INTERVAL = 0.001
_INTERVAL_LIMIT = 1e6
"""No interval is longer; no clock sleeps infinitely long."""
_FINAL_POLL_MARGIN = 2.0
"""The most seconds between the final poll and the timeout, so that its response can arrive."""


@dataclass(frozen=True, slots=True)
class PollOptions:
    """The timing of a wait, in seconds."""

    timeout: float
    initial_interval: float
    max_interval: float
    not_found_grace: float

    @classmethod
    def checked(
        cls, timeout: float, initial_interval: float, max_interval: float, not_found_grace: float
    ) -> PollOptions:
        """Return the options within their limits. Raises `InvalidInputError` for a non-number."""
        given = {
            "timeout": timeout,
            "initial_interval": initial_interval,
            "max_interval": max_interval,
            "not_found_grace": not_found_grace,
        }
        for name, value in given.items():
            if not new_error.is_number(value):
                raise new_error.invalid_input(f"{name} is {value!r}, and must be seconds")
        initial = min(max(initial_interval, _MIN_INTERVAL), _INTERVAL_LIMIT)
        longest = min(max_interval, _INTERVAL_LIMIT)
        return cls(max(timeout, 0.0), initial, max(longest, initial), max(not_found_grace, 0.0))

    @property
    def final_poll_margin(self) -> float:
        """How long before the timeout the final poll is made."""
        return min(_FINAL_POLL_MARGIN, self.timeout / 10, self.initial_interval)


def task_failed(task: Item) -> TaskFailedError:
    """Return the error for a task that ended in another state than SUCCESS."""
    error = TaskFailedError(ErrorKind.TASK_FAILED, f"{_name(task)} has ended as {_state(task)}")
    return error._with_task(task)


def task_not_found(target: str, grace: float) -> NotFoundError:
    """Return the error for a task that was missing for longer than the grace period."""
    return NotFoundError(
        ErrorKind.TASK_NOT_FOUND, f"{one_line(target)} was not found for {grace:g}s"
    )


def wait_timed_out(target: str, timeout: float, last: Item | None) -> WaitTimeoutError:
    """Return the error for a wait that reached its timeout."""
    was = f"{_name(last)} is {_state(last)}" if last else f"{one_line(target)} was not seen"
    line = f"after waiting for {timeout:g}s, {was}"
    return WaitTimeoutError(ErrorKind.WAIT_TIMED_OUT, line)._with_task(last)


def _name(task: Item) -> str:
    label, identity = task._label(), task._identity()
    return one_line(f"task {identity} ({label})" if label else f"task {identity}")


def _state(task: Item) -> str:
    return one_line(task._state() or "in no known state")
