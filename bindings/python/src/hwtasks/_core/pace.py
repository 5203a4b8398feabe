"""The pace of a sweep: how many requests it sends at the same time, and when it pauses or ends."""

from __future__ import annotations

import math
import random
import threading
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from hwtasks._core.error_kinds import ErrorKind
from hwtasks._core.errors import HwtasksError, duplicate
from hwtasks._core.response import retry_after

if TYPE_CHECKING:
    from hwtasks._core.clock import Clock

# Seconds. Without `Retry-After` the pause doubles with each pause in a row.
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
# How long a sweep goes on while the service throttles everything. Quotas are per five minutes.
_PATIENCE = 15 * 60.0
# How often a throttled request is sent.
_MAX_SENDS = 10
# The fewest equal responses 403 or 401 that end a sweep, if there is no other response.
_MIN_DENIED = 5
_DENIED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


@dataclass(frozen=True, slots=True)
class Permit:
    """The permit to send a request, with the state of the pace when it was given."""

    round: int


@dataclass(slots=True)
class _Pause:
    began: float
    jitter: float
    """The random part that is added to each wait of the pause."""
    end: float = 0.0

    def extend(self, seconds: float) -> None:
        """Last for at least this long since it began, plus the jitter."""
        wait = math.ceil(seconds * (1 + self.jitter) * 1000) / 1000
        self.end = max(self.end, self.began + wait)


class PaceState:
    """The state of a pace, for calls in threads or tasks."""

    def __init__(self, clock: Clock, concurrency: int) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._widest = concurrency
        self._width = concurrency
        self._in_flight = 0
        self._responses = 0
        """Responses since the width has changed."""
        self._round = 0
        """Number of the pause. A throttled request of an earlier round does not slow down again."""
        self._pause: _Pause | None = None
        self._throttled_since: float | None = None
        """When the throttling began that no other response has interrupted."""
        self._pauses = 0
        """Pauses since then."""
        self._denied: tuple[str | None, int] | None = None
        """The only response so far: 403 or 401 with this code, so many times."""
        self._is_accepted = False
        """Whether there is another response."""
        self._end: HwtasksError | None = None

    @property
    def end(self) -> HwtasksError | None:
        """The error that has ended the sweep before all instances were read: another one each time."""
        return None if self._end is None else duplicate(self._end)

    @property
    def is_ended(self) -> bool:
        """Whether the sweep has ended before all instances were read."""
        return self._end is not None

    def is_unsent(self, error: HwtasksError) -> bool:
        """Whether an error is that of an instance whose request was not sent because of the end."""
        return self.is_ended and error.kind is ErrorKind.API and error.attempts == 0

    def next(self) -> Permit | float | None:
        """Return a permit, the seconds of a pause, or `None` to wait for a response.

        Raises the error that has ended the sweep, with no attempts.
        """
        with self._lock:
            end = self.end
            if end is not None:
                raise end._with_attempts(0, None)
            if self._pause is not None:
                remaining = self._pause.end - self._clock.elapsed()
                if remaining > 0:
                    return remaining
                self._pause = None
            width = self._width if self._denied is None or self._is_accepted else 1
            if self._in_flight >= width:
                return None
            self._in_flight += 1
            return Permit(self._round)

    def release(self) -> None:
        """Return a permit."""
        with self._lock:
            self._in_flight -= 1

    def settle(
        self, permit: Permit, error: HwtasksError | None, sends: int, *, is_final: bool
    ) -> bool:
        """Adapt the pace to the end of a request. Return whether it must be sent again.

        A final refusal of the credentials ends the sweep.
        """
        with self._lock:
            if error is not None and error.is_throttled:
                is_within_patience = self._throttle(permit.round, error)
                if not is_within_patience:
                    self._end = self._end or duplicate(error)
                return self._end is None and sends < _MAX_SENDS
            status = HTTPStatus.OK if error is None else error.status
            is_telling = (
                status is not None
                and status < HTTPStatus.INTERNAL_SERVER_ERROR
                and status != HTTPStatus.REQUEST_TIMEOUT
            )
            if is_telling:
                self._widen(permit.round)
                is_end = self._is_denied_to_all(error) or is_final
                if is_end and error is not None:
                    self._end = self._end or duplicate(error)
            return False

    def _throttle(self, round_: int, error: HwtasksError) -> bool:
        """Pause all requests, and halve their number. Return whether that is within the patience."""
        now = self._clock.elapsed()
        if self._throttled_since is None:
            self._throttled_since = now
        asked = 0.0
        if error.headers is not None:
            asked = retry_after(error.headers, self._clock.now()) or 0.0
        if round_ == self._round:
            self._round += 1
            self._width = max(min(self._width, self._in_flight) // 2, 1)
            self._responses = 0
            doubled = min(_FIRST_PAUSE * 2 ** min(self._pauses, 10), _LONGEST_PAUSE)
            self._pauses += 1
            # Spreads sweeps apart; nothing is kept secret by it.
            self._pause = _Pause(now, random.uniform(0.0, 0.1))  # noqa: S311
            self._pause.extend(max(asked, doubled))
        elif self._pause is not None:
            self._pause.extend(asked)
        end = now if self._pause is None else self._pause.end
        return end - self._throttled_since <= _PATIENCE

    def _widen(self, round_: int) -> None:
        """Count a response that is not throttled: as many as the width raise it by one."""
        if round_ != self._round:
            return
        self._throttled_since = None
        self._pauses = 0
        if self._width == self._widest:
            return
        self._responses += 1
        if self._responses >= self._width:
            self._responses = 0
            self._width += 1

    def _is_denied_to_all(self, error: HwtasksError | None) -> bool:
        """Count what a response says about the permission.

        Return whether it is missing for all instances.
        """
        if error is None or error.status not in _DENIED or self._is_accepted:
            self._is_accepted = True
            return False
        code, count = self._denied or (error.code, 0)
        self._denied = (code, count + 1)
        self._is_accepted = code != error.code
        return not self._is_accepted and count + 1 >= max(self._widest, _MIN_DENIED)
