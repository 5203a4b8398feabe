"""The retry policy, and the action after each attempt."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from hwtasks._core.classify import is_retried_status
from hwtasks._core.error_kinds import ErrorKind
from hwtasks._core.errors import HwtasksError
from hwtasks._core.new_error import invalid_input, is_number
from hwtasks._core.response import Response, retry_after

_MAX_BACKOFF = 24 * 60 * 60.0
"""No backoff is longer, in seconds."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How many attempts a call makes, and the backoff between them.

    Retried are connection failures, timeouts, and the statuses 408, 429, 500, 502, 503 and 504. The
    backoff is exponential with full jitter: a random part of a limit that doubles with each attempt.
    The client waits longer if `Retry-After` says so, and then for a random part of a tenth more. A
    call never waits past its timeout.

    >>> patient = RetryPolicy(max_attempts=6, initial_backoff=0.5, max_backoff=30.0)
    >>> once = RetryPolicy.disabled()

    Raises `InvalidInputError` when an argument is not a number, or a backoff is negative.
    """

    max_attempts: int = 3
    """The most attempts of a call, the first included; less than 1 counts as 1."""
    initial_backoff: float = 0.2
    """The limit of the first backoff, in seconds, which then doubles; at most a day."""
    max_backoff: float = 10.0
    """The longest backoff, in seconds; at most a day."""

    def __post_init__(self) -> None:
        if isinstance(self.max_attempts, bool) or not isinstance(self.max_attempts, int):
            raise invalid_input(
                f"max_attempts is {self.max_attempts!r}, and must be a whole number"
            )
        for name in ("initial_backoff", "max_backoff"):
            value = getattr(self, name)
            if not is_number(value) or not value >= 0:
                raise invalid_input(f"{name} is {value!r}, and must be seconds")

    @classmethod
    def disabled(cls) -> Self:
        """Return the policy of one attempt without retries."""
        return cls(max_attempts=1)

    def backoff(self, attempts: int) -> float | None:
        """Return the backoff after this many attempts, in seconds; `None` to stop retrying."""
        if attempts >= self.max_attempts:
            return None
        first = min(self.initial_backoff, _MAX_BACKOFF)
        most = min(max(self.max_backoff, first), _MAX_BACKOFF)
        # Doubling stops long before a float overflows.
        limit = min(most, first * 2 ** min(attempts - 1, 64))
        # Full jitter spreads clients apart; nothing is kept secret by it.
        return random.uniform(0.0, limit)  # noqa: S311


class RetryAction:
    """The action after an attempt; this base class stops with its outcome."""

    __slots__ = ()
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class RetryAfter(RetryAction):
    """Retry after this many seconds."""

    wait: float


@dataclass(frozen=True, slots=True)
class CorrectClockSkew(RetryAction):
    """Sign again with the service's clock, which is ahead of this machine's by `skew`."""

    skew: timedelta
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class RefreshCredentials(RetryAction):
    """Sign again with new credentials."""

    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Resend(RetryAction):
    """Send again with what another call has corrected."""

    wait: float = 0.0


STOP = RetryAction()


def next_action(
    policy: RetryPolicy,
    attempts: int,
    outcome: Response | HwtasksError,
    now: datetime,
    left: float,
) -> RetryAction:
    """Return what to do after the `attempts`-th attempt.

    It ended at `now` in `outcome`, which is no 401, with `left` seconds until the deadline.
    """
    requested = None
    if isinstance(outcome, HwtasksError):
        if outcome.kind is not ErrorKind.TRANSPORT:
            return STOP
    elif is_retried_status(outcome.status):
        requested = retry_after(outcome.headers, now)
    else:
        return STOP
    backoff = policy.backoff(attempts)
    if backoff is None:
        return STOP
    return RetryAfter(backoff if requested is None else with_jitter(max(requested, backoff), left))


def with_jitter(wait: float, left: float) -> float:
    """Return the requested wait and up to a tenth more, both in seconds.

    Callers that a service sends away together must not return together. The jitter takes at most half
    of what remains of `left` after the wait.
    """
    most = min(wait / 10, max(left - wait, 0.0) / 2)
    return wait + random.uniform(0.0, most)  # noqa: S311
