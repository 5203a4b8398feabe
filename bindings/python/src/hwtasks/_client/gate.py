"""Holds requests back once the service has refused the credentials, because refusals lock a key."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from hwtasks._backends import async_, sync
from hwtasks._core import forks
from hwtasks._core.classify import is_authorized_status
from hwtasks._core.clock import Clock, SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwtasks._core.response import Response
    from hwtasks._credentials.types import Credentials

V = TypeVar("V")

_HOLD = 5 * 60.0
"""The seconds without a request after a final refusal; a locked key is locked for as long."""


class Turn(Enum):
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
class Kept:
    """A refusal, for the calls that send nothing because of it."""

    response: Response
    clock_skew: timedelta | None = None
    rejected: Credentials | None = None
    """The refused credentials, once their call has ended."""
    may_probe: bool = False
    """Whether one call was refused that could correct nothing, and the next one may probe."""
    until: float = 0.0
    """No call but a probe sends before this moment of the client's clock."""


class _Reference(weakref.ref[object]):
    """Refers weakly to an object; equals each reference to the same one."""

    __slots__ = ("_id",)

    _id: int

    def __new__(cls, value: object, forget: Callable[[weakref.ref[object]], None]) -> Self:
        made = super().__new__(cls, value, forget)
        made._id = id(value)
        return made

    def __hash__(self) -> int:
        return self._id

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        value = self()
        return value is not None and isinstance(other, _Reference) and other() is value


class WeakIdentityMap(Generic[V]):
    """Maps objects to values, by identity and for as long as each object lives.

    It may be used from many threads. A value that refers to its object keeps it alive.
    """

    def __init__(self) -> None:
        self._values: dict[weakref.ref[object], V] = {}
        ours = weakref.ref(self)

        def forget(reference: weakref.ref[object]) -> None:
            # It may run at any time: a lock could be held by the thread that it interrupts.
            if (self := ours()) is not None:
                self._values.pop(reference, None)

        self._forget = forget

    def get(self, key: object, make: Callable[[], V]) -> V:
        """Return the value of an object, and make it unless there is one.

        The value of an object that cannot be referred to weakly is not kept.
        """
        try:
            reference = _Reference(key, self._forget)
        except TypeError:
            return make()
        found = self._values.get(reference)
        # Atomic: of two threads, both get the value of one.
        return self._values.setdefault(reference, make()) if found is None else found


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
        self.kept: Kept | None = None
        """`None` while the gate is open."""
        self.changed: async_.Event = async_.Event()
        """Set once the leader has decided."""
        self._has_leader = False
        self._lock = threading.Lock()
        forks.renew_in_child(self)

    @classmethod
    def of(cls, provider: async_.Provider | None, clock: Clock) -> AsyncGate:
        """Return the gate of a provider, and make it for the first client with this clock."""
        if provider is None:
            return cls()
        # Every clock of the system counts from the same moment.
        key = _SYSTEM_CLOCK if type(clock) is SystemClock else clock
        return _ASYNC_GATES.get(provider, WeakIdentityMap[AsyncGate]).get(key, cls)

    def _after_fork(self) -> None:
        # The leader and the waiting calls are threads of the parent.
        self._lock = threading.Lock()
        self._has_leader = False
        self.changed = async_.Event()

    def enter(self, now: float) -> tuple[Turn, Kept | None]:
        """Pass the gate, as a follower or as the leader; `END` with the refusal that is kept."""
        with self._lock:
            kept = self.kept
            if kept is None:
                return Turn.FOLLOW, None
            if self._has_leader:
                return Turn.WAIT, None
            if now < kept.until and not kept.may_probe:
                return Turn.END, kept
            # A probe within the five minutes sends what was fetched after the refusal.
            entered = kept if now >= kept.until else replace(kept, rejected=None)
            may_probe = kept.may_probe or entered.rejected is not None
            self._lead(replace(kept, rejected=None, may_probe=may_probe, until=0.0))
            return Turn.LEAD, replace(entered, may_probe=may_probe)

    def refused(self, response: Response, recoveries: int, now: float) -> Turn:
        """Return what a refused call does that entered after so many recoveries."""
        with self._lock:
            if self._has_leader:
                return Turn.WAIT
            if self.kept is None and self.recoveries != recoveries:
                return Turn.FOLLOW
            if self.kept is not None and now < self.kept.until:
                return Turn.END
            self._lead(Kept(response))
            return Turn.LEAD

    def _lead(self, kept: Kept) -> None:
        self.kept = kept
        self._has_leader = True
        self.changed = async_.Event()

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
            self.kept = Kept(response, clock_skew, rejected, may_probe, now + _HOLD)
            self._has_leader = False
            self.changed.set()


_SYSTEM_CLOCK = SystemClock()
_ASYNC_GATES = WeakIdentityMap[WeakIdentityMap[AsyncGate]]()
"""The gates, by provider and by clock."""


# --- Generated by `cargo xtask gen python` from the definitions above; do not edit. ---
# fmt: off


class Gate:
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
        self.kept: Kept | None = None
        """`None` while the gate is open."""
        self.changed: sync.Event = sync.Event()
        """Set once the leader has decided."""
        self._has_leader = False
        self._lock = threading.Lock()
        forks.renew_in_child(self)

    @classmethod
    def of(cls, provider: sync.Provider | None, clock: Clock) -> Gate:
        """Return the gate of a provider, and make it for the first client with this clock."""
        if provider is None:
            return cls()
        # Every clock of the system counts from the same moment.
        key = _SYSTEM_CLOCK if type(clock) is SystemClock else clock
        return _GATES.get(provider, WeakIdentityMap[Gate]).get(key, cls)

    def _after_fork(self) -> None:
        # The leader and the waiting calls are threads of the parent.
        self._lock = threading.Lock()
        self._has_leader = False
        self.changed = sync.Event()

    def enter(self, now: float) -> tuple[Turn, Kept | None]:
        """Pass the gate, as a follower or as the leader; `END` with the refusal that is kept."""
        with self._lock:
            kept = self.kept
            if kept is None:
                return Turn.FOLLOW, None
            if self._has_leader:
                return Turn.WAIT, None
            if now < kept.until and not kept.may_probe:
                return Turn.END, kept
            # A probe within the five minutes sends what was fetched after the refusal.
            entered = kept if now >= kept.until else replace(kept, rejected=None)
            may_probe = kept.may_probe or entered.rejected is not None
            self._lead(replace(kept, rejected=None, may_probe=may_probe, until=0.0))
            return Turn.LEAD, replace(entered, may_probe=may_probe)

    def refused(self, response: Response, recoveries: int, now: float) -> Turn:
        """Return what a refused call does that entered after so many recoveries."""
        with self._lock:
            if self._has_leader:
                return Turn.WAIT
            if self.kept is None and self.recoveries != recoveries:
                return Turn.FOLLOW
            if self.kept is not None and now < self.kept.until:
                return Turn.END
            self._lead(Kept(response))
            return Turn.LEAD

    def _lead(self, kept: Kept) -> None:
        self.kept = kept
        self._has_leader = True
        self.changed = sync.Event()

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
            self.kept = Kept(response, clock_skew, rejected, may_probe, now + _HOLD)
            self._has_leader = False
            self.changed.set()


_GATES = WeakIdentityMap[WeakIdentityMap[Gate]]()
"""The gates, by provider and by clock."""
