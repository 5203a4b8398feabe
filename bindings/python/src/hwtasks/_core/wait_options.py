"""The timing options of a wait, and the errors that end one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from hwtasks._core.arguments import Duration, seconds
from hwtasks._core.error_kinds import ErrorKind
from hwtasks._core.errors import NotFoundError, TaskFailedError, WaitTimeoutError
from hwtasks._core.new_error import invalid_input, one_line

if TYPE_CHECKING:
    from hwtasks._core.model import Item
    from hwtasks._generated.models import Task

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
        cls,
        timeout: Duration | None,
        initial_interval: Duration,
        max_interval: Duration,
        not_found_grace: Duration | None,
    ) -> PollOptions:
        """Return the options within their limits. Raises `InvalidInputError` for a non-number."""
        total = max(seconds("timeout", timeout), 0.0)
        grace = max(seconds("not_found_grace", not_found_grace), 0.0)
        for name, value in (
            ("initial_interval", initial_interval),
            ("max_interval", max_interval),
        ):
            if value is None:
                raise invalid_input(f"{name} is None, and must be seconds or a timedelta")
        first = seconds("initial_interval", initial_interval)
        first = min(max(first, _MIN_INTERVAL), _INTERVAL_LIMIT)
        longest = min(seconds("max_interval", max_interval), _INTERVAL_LIMIT)
        return cls(total, first, max(longest, first), grace)

    @property
    def final_poll_margin(self) -> float:
        """How long before the timeout the final poll is made."""
        return min(_FINAL_POLL_MARGIN, self.timeout / 10, self.initial_interval)


def task_failed(task: Item) -> TaskFailedError:
    """Return the error for a task that ended in another state than SUCCESS."""
    line = f"{_name(task)} has ended as {_state(task)}"
    return TaskFailedError(ErrorKind.TASK_FAILED, line, task=cast("Task", task))


def task_not_found(target: str, grace: float) -> NotFoundError:
    """Return the error for a task that was missing for longer than the grace period."""
    return NotFoundError(
        ErrorKind.TASK_NOT_FOUND, f"{one_line(target)} was not found for {grace:g}s"
    )


def wait_timed_out(target: str, timeout: float, last: Item | None) -> WaitTimeoutError:
    """Return the error for a wait that reached its timeout."""
    was = f"{_name(last)} is {_state(last)}" if last else f"{one_line(target)} was not seen"
    line = f"after waiting for {timeout:g}s, {was}"
    return WaitTimeoutError(ErrorKind.WAIT_TIMED_OUT, line, task=cast("Task | None", last))


def _name(task: Item) -> str:
    label, identity = task._label(), task._identity()
    return one_line(f"task {identity} ({label})" if label else f"task {identity}")


def _state(task: Item) -> str:
    return one_line(task._state() or "in no known state")
