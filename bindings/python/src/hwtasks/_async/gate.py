"""Holds requests back once the service has refused the credentials, because refusals lock a key."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from hwtasks._backends import async_ as backend
from hwtasks._core import forks
from hwtasks._core.classify import is_authorized_status
from hwtasks._core.clock import Clock, SystemClock
from hwtasks._core.identity import WeakIdentityMap

if TYPE_CHECKING:
    from hwtasks._core.response import Response
    from hwtasks._credentials.types import Credentials

_HOLD = 5 * 60.0
"""The seconds without a request after a final refusal; a locked key is locked for as long."""


class AsyncTurn(Enum):
    """What a refused call does next."""

    LEAD = auto()
    """It decides for all."""
    FOLLOW = auto()
    """Another call was accepted meanwhile: send once more."""
    END = auto()
    """Its refusal is final."""
    WAIT = auto()
    """Another call leads."""


@dataclass(frozen=True, slots=True)
class AsyncKept:
    """A refusal, for the calls that send nothing because of it."""

    response: Response
    clock_skew: timedelta | None = None
    rejected: Credentials | None = None
    """The refused credentials, once their call has ended."""
    may_probe: bool = False
    """Whether one call was refused that could correct nothing, and the next one may probe."""
    until: float = 0.0
    """No call but a probe sends before this moment of the client's clock."""


class AsyncGate:
    """Lets requests pass until one is refused, then one call alone until the service accepts it.

    The first refused call leads: it signs by the service's clock or fetches other credentials, and
    sends once more. Meanwhile every other call waits. If the leader is accepted, the gate opens. If
    it had nothing to correct, the next call probes alone. After the second refusal, calls end with
    the kept refusal for five minutes, then the next call probes.

    Its calls are those of all clients of a provider, because refusals lock a key whichever client
    sent the requests.
    """

    def __init__(self) -> None:
        self.clock_skew: timedelta = timedelta(0)
        """How far the service's clock is ahead of this machine's, once that is known."""
        self.recoveries: int = 0
        """How often a leader was accepted."""
        self.kept: AsyncKept | None = None
        """`None` while the gate is open."""
        self.changed: backend.Event = backend.Event()
        """Set once the leader has decided."""
        self._has_leader = False
        self._lock = threading.Lock()
        forks.renew_in_child(self)

    @classmethod
    def of(cls, provider: backend.Provider | None, clock: Clock) -> AsyncGate:
        """Return the gate of a provider, and make it for the first client with this clock."""
        if provider is None:
            return cls()
        # Every clock of the system counts from the same moment.
        key = _SYSTEM_CLOCK if type(clock) is SystemClock else clock
        return _GATES.get(provider, WeakIdentityMap[AsyncGate]).get(key, cls)

    def _after_fork(self) -> None:
        # The leader and the waiting calls are threads of the parent.
        self._lock = threading.Lock()
        self._has_leader = False
        self.changed = backend.Event()

    def enter(self, now: float) -> tuple[AsyncTurn, AsyncKept | None]:
        """Pass the gate, as a follower or as the leader; `END` with the refusal that is kept."""
        with self._lock:
            kept = self.kept
            if kept is None:
                return AsyncTurn.FOLLOW, None
            if self._has_leader:
                return AsyncTurn.WAIT, None
            if now < kept.until and not kept.may_probe:
                return AsyncTurn.END, kept
            # A probe within the five minutes sends what was fetched after the refusal.
            entered = kept if now >= kept.until else replace(kept, rejected=None)
            may_probe = kept.may_probe or entered.rejected is not None
            self._lead(replace(kept, rejected=None, may_probe=may_probe, until=0.0))
            return AsyncTurn.LEAD, replace(entered, may_probe=may_probe)

    def refused(self, response: Response, recoveries: int, now: float) -> AsyncTurn:
        """Return what a refused call does that entered after so many recoveries."""
        with self._lock:
            if self._has_leader:
                return AsyncTurn.WAIT
            if self.kept is None and self.recoveries != recoveries:
                return AsyncTurn.FOLLOW
            if self.kept is not None and now < self.kept.until:
                return AsyncTurn.END
            self._lead(AsyncKept(response))
            return AsyncTurn.LEAD

    def _lead(self, kept: AsyncKept) -> None:
        self.kept = kept
        self._has_leader = True
        self.changed = backend.Event()

    def received(self, status: int, recoveries: int, *, leads: bool) -> bool:
        """Open the gate, if the status shows that the credentials were accepted."""
        if not is_authorized_status(status):
            return False
        with self._lock:
            if leads:
                self.recoveries += 1
            elif self._has_leader or self.recoveries != recoveries:
                return False
            elif self.kept is not None and self.kept.may_probe:
                # A request that was sent before the first refusal leaves the decision to the probe.
                return False
            self.kept = None
            self._has_leader = False
            self.changed.set()
            return True

    def is_shut(self, now: float) -> bool:
        """Whether a refusal is final, so that no request follows for now."""
        kept = self.kept
        return kept is not None and not kept.may_probe and now < kept.until

    def step_down(self) -> None:
        """Let the next call lead."""
        with self._lock:
            self._has_leader = False
            self.changed.set()

    def hold(
        self,
        response: Response,
        clock_skew: timedelta | None,
        rejected: Credentials | None,
        now: float,
        *,
        may_probe: bool,
    ) -> None:
        """Keep the leader's final refusal for five minutes, for all calls but a probe."""
        with self._lock:
            self.kept = AsyncKept(response, clock_skew, rejected, may_probe, now + _HOLD)
            self._has_leader = False
            self.changed.set()


_SYSTEM_CLOCK = SystemClock()
_GATES = WeakIdentityMap[WeakIdentityMap[AsyncGate]]()
"""The gates, by provider and by clock."""
