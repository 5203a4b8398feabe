"""The retry policy, and the action after each attempt."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Self

from hwtasks._core.decode import error_response
from hwtasks._core.error_kinds import ErrorKind
from hwtasks._core.errors import HwtasksError, is_retried_status
from hwtasks._core.new_error import invalid_input, is_number

if TYPE_CHECKING:
    import httpx2

    from hwtasks._core.response import Response

_UNAUTHORIZED = 401
_SKEW_TOLERANCE = timedelta(minutes=5)
"""A smaller skew does not explain a rejected signature: the gateway allows 15 minutes."""
_MAX_BACKOFF = 24 * 60 * 60.0
"""No backoff is longer, in seconds."""
_SECONDS = re.compile(r"\+?[0-9]+", re.ASCII)
_MAX_SECONDS = 2**64


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How many attempts a call makes, and the backoff between them.

    Retried are connection failures, timeouts, and the statuses 408, 429, 500, 502, 503 and 504. The
    backoff is the `Retry-After` of the response. Without one it is exponential with full jitter: a
    random part of a limit that doubles with each attempt. A call never waits past its timeout.

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


STOP = RetryAction()


@dataclass(slots=True)
class AuthRecovery:
    """The recoveries from a 401 that a call has made; each is made once."""

    clock_skew_corrected: tuple[timedelta, timedelta] | None = None
    """The clock skew before the correction, and the one since."""
    credentials_refreshed: bool = False


def next_action(
    policy: RetryPolicy,
    attempts: int,
    recovery: AuthRecovery,
    outcome: Response | HwtasksError,
    now: datetime,
    signed: datetime,
) -> RetryAction:
    """Return what to do after the `attempts`-th attempt.

    It was signed for the time `signed`, and ended in `outcome` at `now`.
    """
    requested = None
    if isinstance(outcome, HwtasksError):
        if outcome.kind is not ErrorKind.TRANSPORT:
            return STOP
    elif outcome.status == _UNAUTHORIZED:
        return _recover(recovery, outcome, now, signed)
    elif is_retried_status(outcome.status):
        requested = retry_after(outcome.headers, now)
    else:
        return STOP
    backoff = policy.backoff(attempts)
    if backoff is None:
        return STOP
    return RetryAfter(backoff if requested is None else requested)


def _recover(
    recovery: AuthRecovery, response: Response, now: datetime, signed: datetime
) -> RetryAction:
    if recovery.clock_skew_corrected is None and is_signature_rejected(response):
        signed_skew, skew = clock_skew(response, signed), clock_skew(response, now)
        if signed_skew is not None and skew is not None and abs(signed_skew) >= _SKEW_TOLERANCE:
            return CorrectClockSkew(skew)
    if not recovery.credentials_refreshed and _has_code(response, "0307"):
        return RefreshCredentials()
    return STOP


def is_signature_rejected(response: Response) -> bool:
    """Whether the gateway rejected the signature or its date."""
    return response.status == _UNAUTHORIZED and _has_code(response, "0303")


def _has_code(response: Response, number: str) -> bool:
    body = HwtasksError(ErrorKind.API, "")
    body.response = error_response(response)
    return body._has_gateway_code(number)


def clock_skew(response: Response, now: datetime) -> timedelta | None:
    """Return how far the header `Date` is ahead of `now`."""
    date = _http_date(response.headers.get("date"))
    return None if date is None else date - now


def retry_after(headers: httpx2.Headers, now: datetime) -> float | None:
    """Return the seconds of the header `Retry-After`, which holds seconds or a date."""
    value = (headers.get("retry-after") or "").strip()
    if _SECONDS.fullmatch(value):
        seconds = int(value) if len(value) <= len(str(_MAX_SECONDS)) else _MAX_SECONDS
        return float(seconds) if seconds < _MAX_SECONDS else None
    date = _http_date(value)
    # A date in the past means no wait.
    return None if date is None else max((date - now).total_seconds(), 0.0)


def _http_date(text: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(text or "")
    except (TypeError, ValueError):
        return None
    # Only a date without a zone is taken for UTC.
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date
