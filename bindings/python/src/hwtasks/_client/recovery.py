"""What a call does about a 401: it signs by the service's clock, or with other credentials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from hwtasks._client.gate import Turn
from hwtasks._core import new_error
from hwtasks._core.classify import UNAUTHORIZED, Refusal, refusal_reason
from hwtasks._core.decode import error_of, error_response
from hwtasks._core.error_kinds import ErrorReason
from hwtasks._core.errors import HwtasksError
from hwtasks._core.response import Response
from hwtasks._core.retry import (
    STOP,
    CorrectClockSkew,
    RefreshCredentials,
    Resend,
    RetryAction,
    RetryPolicy,
    next_action,
)

if TYPE_CHECKING:
    from datetime import datetime

    from hwtasks._client.transport import AsyncCall, Call
    from hwtasks._credentials.types import Credentials

_THROTTLED = 429


@dataclass(slots=True)
class Attempt:
    """What an attempt was made with; concurrent calls may have changed it since."""

    credentials: Credentials | None = None
    skew: timedelta = timedelta(0)
    signed: datetime | None = None
    """The time in the signature; `None` without one."""
    is_sent: bool = False


class AsyncRecovery:
    """The corrections of authorization that a call has made. It sends once more at the most."""

    __slots__ = (
        "_call",
        "_corrected",
        "_fetched",
        "_gate",
        "_is_probe",
        "_is_resent",
        "_leads",
        "_recoveries",
    )

    def __init__(self, call: AsyncCall) -> None:
        transport = call.transport
        self._call = call
        self._gate = None if transport.provider is None else transport.gate
        self._leads = False
        self._recoveries = 0
        self._is_resent = False
        self._is_probe = False
        self._fetched: Credentials | None = None
        """What the provider gave in place of the refused credentials."""
        self._corrected: tuple[timedelta, timedelta] | None = None
        """The clock skew before its correction, and the one since."""

    async def credentials(self) -> Credentials | None:
        """Return the credentials of an attempt, once the service accepts credentials.

        Raises the kept error when it refused them less than five minutes ago.
        """
        gate = self._gate
        if gate is None:
            return None
        while True:
            if gate.kept is not None and not self._leads:
                await self._enter()
            self._recoveries = gate.recoveries
            credentials, self._fetched = self._fetched, None
            if credentials is None:
                credentials = await self._call.credentials()
            if self._leads or (gate.kept is None and gate.recoveries == self._recoveries):
                return credentials

    async def _enter(self) -> None:
        gate, clock = self._call.transport.gate, self._call.transport.clock
        turn, kept = gate.enter(clock.elapsed())
        while turn is Turn.WAIT:
            if not await gate.changed.is_set_within(self._call.time_remaining()):
                raise new_error.timed_out("new credentials")
            turn, kept = gate.enter(clock.elapsed())
        if kept is None:
            return
        if turn is Turn.END:
            error = error_of(kept.response)._with_attempts(0, kept.clock_skew)
            why = "not sent, because the credentials were refused less than five minutes ago"
            raise error._with_context(why)
        self._leads = True
        self._is_probe = kept.may_probe
        if kept.rejected is not None:
            # They were refused five minutes ago: the source may have others by now.
            self._invalidate(kept.rejected)

    def _received(self, status: int) -> None:
        gate = self._gate
        if (
            gate is not None
            and (self._leads or gate.kept is not None)
            and gate.received(status, self._recoveries, leads=self._leads)
        ):
            self._leads = False

    async def after(
        self,
        policy: RetryPolicy,
        attempts: int,
        outcome: Response | HwtasksError,
        used: Attempt,
    ) -> tuple[RetryAction, Response | HwtasksError]:
        """Return what to do with what outcome; after a 401 correct what it refused."""
        if isinstance(outcome, Response):
            if outcome.status == UNAUTHORIZED:
                return await self._refused(outcome, used)
            if not self._call.retries_throttled and outcome.status == _THROTTLED:
                return STOP, outcome
            self._received(outcome.status)
        now, left = self._call.transport.clock.now(), self._call.time_remaining()
        return next_action(policy, attempts, outcome, now, left), outcome

    async def _refused(
        self, response: Response, used: Attempt
    ) -> tuple[RetryAction, Response | HwtasksError]:
        turn = await self._turn(response)
        if turn is Turn.FOLLOW and not self._is_resent:
            self._is_resent = True
            return Resend(), response
        if turn is not Turn.LEAD or self._is_resent:
            return STOP, response
        refusal = Refusal.of(response, error_response(response))
        time = None if used.signed is None else refusal.service_time(used.signed)
        is_fetched = self._is_probe or refusal.says_expired
        if refusal.reason is ErrorReason.KEY_LOCKED or (time is None and is_fetched):
            return STOP, response
        if time is not None:
            return self._correct(refusal, time, used), response
        try:
            return await self._fetch(used.credentials), response
        except HwtasksError as error:
            return STOP, error

    async def _fetch(self, rejected: Credentials | None) -> RetryAction:
        """Fetch credentials in place of the refused ones."""
        if rejected is not None:
            self._invalidate(rejected)
        fetched = await self._call.credentials()
        if rejected is None or fetched is None or fetched._is_same(rejected):
            return STOP
        self._fetched, self._is_resent = fetched, True
        return RefreshCredentials()

    async def _turn(self, response: Response) -> Turn:
        gate, clock = self._gate, self._call.transport.clock
        if gate is None:
            return Turn.END
        if self._leads:
            return Turn.LEAD
        turn = gate.refused(response, self._recoveries, clock.elapsed())
        while turn is Turn.WAIT:
            if not await gate.changed.is_set_within(self._call.time_remaining()):
                return Turn.END
            turn = gate.refused(response, self._recoveries, clock.elapsed())
        self._leads = turn is Turn.LEAD
        return turn

    def _correct(self, refusal: Refusal, time: datetime, used: Attempt) -> RetryAction:
        transport = self._call.transport
        skew = time - transport.clock.now()
        self._corrected = (used.skew, skew)
        transport.gate.clock_skew = skew
        credentials = used.credentials
        if credentials is not None:
            expiry = credentials.expires_at
            if not refusal.says_expired or (expiry is not None and expiry <= time):
                self._invalidate(credentials)
        self._is_resent = True
        return CorrectClockSkew(skew)

    def end(self, outcome: Response | HwtasksError, used: Attempt) -> timedelta | None:
        """Keep a final refusal for the calls to come.

        Return the clock skew when the corrected signature was refused, too.
        """
        if isinstance(outcome, HwtasksError) or outcome.status != UNAUTHORIZED:
            return None
        transport = self._call.transport
        # That of the call that led, if another did.
        kept = transport.gate.kept
        skew = None if kept is None else kept.clock_skew
        if self._corrected is not None:
            # The skew learned from the response did not help and may be wrong. Another call may have
            # corrected it meanwhile.
            former, learned = self._corrected
            if transport.gate.clock_skew == learned:
                transport.gate.clock_skew = former
            refusal = Refusal.of(outcome, error_response(outcome))
            skew = refusal.clock_skew(transport.clock.now())
        if self._leads:
            self._leads = False
            is_locked = refusal_reason(error_response(outcome)) is ErrorReason.KEY_LOCKED
            may_probe = not (self._is_resent or self._is_probe or is_locked)
            rejected = used.credentials
            if rejected is not None and rejected is transport.provider:
                # The gate must not keep its provider alive.
                rejected = rejected._copied()
            now = transport.clock.elapsed()
            transport.gate.hold(outcome, skew, rejected, now, may_probe=may_probe)
        return skew

    def step_down(self) -> None:
        """Let the next call lead, if this one ended without a decision."""
        if self._leads:
            self._leads = False
            self._call.transport.gate.step_down()

    def _invalidate(self, rejected: Credentials) -> None:
        provider = self._call.transport.provider
        if provider is not None:
            provider.invalidate(rejected)


# --- Generated by `cargo xtask gen python` from the definitions above; do not edit. ---
# fmt: off


class Recovery:
    """The corrections of authorization that a call has made. It sends once more at the most."""

    __slots__ = (
        "_call",
        "_corrected",
        "_fetched",
        "_gate",
        "_is_probe",
        "_is_resent",
        "_leads",
        "_recoveries",
    )

    def __init__(self, call: Call) -> None:
        transport = call.transport
        self._call = call
        self._gate = None if transport.provider is None else transport.gate
        self._leads = False
        self._recoveries = 0
        self._is_resent = False
        self._is_probe = False
        self._fetched: Credentials | None = None
        """What the provider gave in place of the refused credentials."""
        self._corrected: tuple[timedelta, timedelta] | None = None
        """The clock skew before its correction, and the one since."""

    def credentials(self) -> Credentials | None:
        """Return the credentials of an attempt, once the service accepts credentials.

        Raises the kept error when it refused them less than five minutes ago.
        """
        gate = self._gate
        if gate is None:
            return None
        while True:
            if gate.kept is not None and not self._leads:
                self._enter()
            self._recoveries = gate.recoveries
            credentials, self._fetched = self._fetched, None
            if credentials is None:
                credentials = self._call.credentials()
            if self._leads or (gate.kept is None and gate.recoveries == self._recoveries):
                return credentials

    def _enter(self) -> None:
        gate, clock = self._call.transport.gate, self._call.transport.clock
        turn, kept = gate.enter(clock.elapsed())
        while turn is Turn.WAIT:
            if not gate.changed.is_set_within(self._call.time_remaining()):
                raise new_error.timed_out("new credentials")
            turn, kept = gate.enter(clock.elapsed())
        if kept is None:
            return
        if turn is Turn.END:
            error = error_of(kept.response)._with_attempts(0, kept.clock_skew)
            why = "not sent, because the credentials were refused less than five minutes ago"
            raise error._with_context(why)
        self._leads = True
        self._is_probe = kept.may_probe
        if kept.rejected is not None:
            # They were refused five minutes ago: the source may have others by now.
            self._invalidate(kept.rejected)

    def _received(self, status: int) -> None:
        gate = self._gate
        if (
            gate is not None
            and (self._leads or gate.kept is not None)
            and gate.received(status, self._recoveries, leads=self._leads)
        ):
            self._leads = False

    def after(
        self,
        policy: RetryPolicy,
        attempts: int,
        outcome: Response | HwtasksError,
        used: Attempt,
    ) -> tuple[RetryAction, Response | HwtasksError]:
        """Return what to do with what outcome; after a 401 correct what it refused."""
        if isinstance(outcome, Response):
            if outcome.status == UNAUTHORIZED:
                return self._refused(outcome, used)
            if not self._call.retries_throttled and outcome.status == _THROTTLED:
                return STOP, outcome
            self._received(outcome.status)
        now, left = self._call.transport.clock.now(), self._call.time_remaining()
        return next_action(policy, attempts, outcome, now, left), outcome

    def _refused(
        self, response: Response, used: Attempt
    ) -> tuple[RetryAction, Response | HwtasksError]:
        turn = self._turn(response)
        if turn is Turn.FOLLOW and not self._is_resent:
            self._is_resent = True
            return Resend(), response
        if turn is not Turn.LEAD or self._is_resent:
            return STOP, response
        refusal = Refusal.of(response, error_response(response))
        time = None if used.signed is None else refusal.service_time(used.signed)
        is_fetched = self._is_probe or refusal.says_expired
        if refusal.reason is ErrorReason.KEY_LOCKED or (time is None and is_fetched):
            return STOP, response
        if time is not None:
            return self._correct(refusal, time, used), response
        try:
            return self._fetch(used.credentials), response
        except HwtasksError as error:
            return STOP, error

    def _fetch(self, rejected: Credentials | None) -> RetryAction:
        """Fetch credentials in place of the refused ones."""
        if rejected is not None:
            self._invalidate(rejected)
        fetched = self._call.credentials()
        if rejected is None or fetched is None or fetched._is_same(rejected):
            return STOP
        self._fetched, self._is_resent = fetched, True
        return RefreshCredentials()

    def _turn(self, response: Response) -> Turn:
        gate, clock = self._gate, self._call.transport.clock
        if gate is None:
            return Turn.END
        if self._leads:
            return Turn.LEAD
        turn = gate.refused(response, self._recoveries, clock.elapsed())
        while turn is Turn.WAIT:
            if not gate.changed.is_set_within(self._call.time_remaining()):
                return Turn.END
            turn = gate.refused(response, self._recoveries, clock.elapsed())
        self._leads = turn is Turn.LEAD
        return turn

    def _correct(self, refusal: Refusal, time: datetime, used: Attempt) -> RetryAction:
        transport = self._call.transport
        skew = time - transport.clock.now()
        self._corrected = (used.skew, skew)
        transport.gate.clock_skew = skew
        credentials = used.credentials
        if credentials is not None:
            expiry = credentials.expires_at
            if not refusal.says_expired or (expiry is not None and expiry <= time):
                self._invalidate(credentials)
        self._is_resent = True
        return CorrectClockSkew(skew)

    def end(self, outcome: Response | HwtasksError, used: Attempt) -> timedelta | None:
        """Keep a final refusal for the calls to come.

        Return the clock skew when the corrected signature was refused, too.
        """
        if isinstance(outcome, HwtasksError) or outcome.status != UNAUTHORIZED:
            return None
        transport = self._call.transport
        # That of the call that led, if another did.
        kept = transport.gate.kept
        skew = None if kept is None else kept.clock_skew
        if self._corrected is not None:
            # The skew learned from the response did not help and may be wrong. Another call may have
            # corrected it meanwhile.
            former, learned = self._corrected
            if transport.gate.clock_skew == learned:
                transport.gate.clock_skew = former
            refusal = Refusal.of(outcome, error_response(outcome))
            skew = refusal.clock_skew(transport.clock.now())
        if self._leads:
            self._leads = False
            is_locked = refusal_reason(error_response(outcome)) is ErrorReason.KEY_LOCKED
            may_probe = not (self._is_resent or self._is_probe or is_locked)
            rejected = used.credentials
            if rejected is not None and rejected is transport.provider:
                # The gate must not keep its provider alive.
                rejected = rejected._copied()
            now = transport.clock.elapsed()
            transport.gate.hold(outcome, skew, rejected, now, may_probe=may_probe)
        return skew

    def step_down(self) -> None:
        """Let the next call lead, if this one ended without a decision."""
        if self._leads:
            self._leads = False
            self._call.transport.gate.step_down()

    def _invalidate(self, rejected: Credentials) -> None:
        provider = self._call.transport.provider
        if provider is not None:
            provider.invalidate(rejected)
