"""What the option `on_attempt` receives."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from hwtasks._core.error_kinds import ErrorKind
from hwtasks._core.errors import HwtasksError
from hwtasks._core.response import Response

_LOG = logging.getLogger("hwtasks")


@dataclass(frozen=True, slots=True)
class AttemptEvent:
    """The end of an attempt, as `on_attempt` receives it. Holds no header, body or secret."""

    operation: str
    """The operation, by its `operationId`."""
    attempt: int
    """Number of the attempt within its call, counted from 1."""
    duration: float
    """Duration of the attempt in seconds."""
    status: int | None
    """The HTTP status; `None` without a response."""
    request_id: str | None
    """The request ID, if the response has one."""
    error: ErrorKind | None
    """The kind of error; `None` with a response."""
    will_retry: bool
    """Whether the client makes another attempt."""

    @classmethod
    def _of(
        cls,
        operation: str,
        attempt: int,
        duration: float,
        outcome: Response | HwtasksError,
        *,
        will_retry: bool,
    ) -> AttemptEvent:
        kind = outcome.kind if isinstance(outcome, HwtasksError) else None
        return cls(
            operation, attempt, duration, outcome.status, outcome.request_id, kind, will_retry
        )


OnAttempt = Callable[[AttemptEvent], object]
"""A function that receives the end of each attempt."""


def notify(listener: OnAttempt, event: AttemptEvent) -> None:
    """Call a listener; an exception of it does not end the call."""
    try:
        listener(event)
    except Exception:  # noqa: BLE001
        _LOG.exception("on_attempt failed")
