"""The transport: every request of this package goes through `AsyncCall.send`."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import httpx2

from hwtasks._backends import async_, sync
from hwtasks._client.gate import AsyncGate, Gate
from hwtasks._client.recovery import AsyncRecovery, Attempt, Recovery
from hwtasks._core import new_error
from hwtasks._core.attempt_event import AttemptEvent, notify
from hwtasks._core.authorize import authorization
from hwtasks._core.error_kinds import ErrorKind
from hwtasks._core.errors import CredentialsError, HwtasksError
from hwtasks._core.http import FAILURES, Outgoing, as_httpx, is_success
from hwtasks._core.response import Response
from hwtasks._core.retry import STOP, RetryAction, RetryAfter, RetryPolicy
from hwtasks._core.secrets import Secrets
from hwtasks._credentials.types import Credentials, cached_credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwtasks._client.http import AsyncHttp, Http
    from hwtasks._client.sender import AsyncExchange, AsyncSender, Exchange, Sender
    from hwtasks._config.settings import Limits
    from hwtasks._core.attempt_event import OnAttempt
    from hwtasks._core.clock import Clock
    from hwtasks._core.http import Request

V = TypeVar("V")

_LOG = logging.getLogger("hwtasks")


@dataclass(slots=True)
class _AsyncReceived:
    """What has come of a response."""

    exchange: AsyncExchange | None = None
    body: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class AsyncTransport:
    """The state that the calls of a client share."""

    http: AsyncHttp
    clock: Clock
    retry: RetryPolicy
    limits: Limits
    provider: async_.Provider | None = None
    """`None` sends requests without authorization."""
    gate: AsyncGate = field(default_factory=AsyncGate)
    """That of the provider, which its clients share."""
    on_attempt: OnAttempt | None = None

    def call(
        self, operation: str, deadline: float | None = None, timeout: float | None = None
    ) -> AsyncCall:
        """Return a call with a timeout in seconds, that of the client by default.

        With a deadline, by the client's clock, it is a poll of a wait: a 429 is not retried, but
        decides when the next poll comes.
        """
        async_.check_loop()
        end = self.clock.elapsed() + (self.limits.call if timeout is None else timeout)
        if deadline is None:
            return AsyncCall(operation, self, end)
        return AsyncCall(operation, self, min(end, deadline), retries_throttled=False)


@dataclass(slots=True)
class AsyncCall:
    """One call with all its attempts."""

    operation: str
    transport: AsyncTransport
    deadline: float
    """When the call must have ended, by the client's clock."""
    retries_throttled: bool = True
    """Whether a throttled request is retried here, and not by the caller."""

    def prerequisite(self, operation: str) -> AsyncCall:
        """Return a call whose result this one needs, and which has a timeout of its own."""
        return self.transport.call(operation)

    def time_remaining(self) -> float:
        """Return the seconds until the deadline of the call."""
        return max(self.deadline - self.transport.clock.elapsed(), 0.0)

    async def credentials(self) -> Credentials | None:
        """Return the credentials for the requests of this call; `None` without a provider."""
        provider = self.transport.provider
        if provider is None or isinstance(provider, Credentials):
            return provider
        try:
            return await self._provided(provider)
        except CredentialsError as raised:
            error = raised
        line = str(error) if error._names_providers else f"{provider.name}: {error}"
        made = CredentialsError(
            f"no credentials: {line}", is_not_configured=error.is_not_configured
        )
        raise made._caused_as(error)

    async def _provided(self, provider: async_.Provider) -> Credentials:
        kept = cached_credentials(provider, allow_stale=False)
        if kept is not None:
            return kept
        remaining = self.time_remaining()
        task = async_.begin(partial(async_.provided, provider))
        try:
            if not await async_.is_done_within(task, remaining / 2):
                # It may be refreshing early: valid credentials leave time for the request.
                kept = cached_credentials(provider, allow_stale=True)
                if kept is not None:
                    return kept
                if not await async_.is_done_within(task, remaining / 2):
                    raise CredentialsError._timed_out(remaining)
            return task.result()
        finally:
            task.cancel()

    async def send(self, request: Request, read: Callable[[Response], V]) -> V:
        """Send a request, retry it by the policy, and return what `read` makes of the response."""
        recovery = AsyncRecovery(self)
        try:
            return await self._send(request, read, recovery)
        finally:
            recovery.step_down()

    async def _send(
        self, request: Request, read: Callable[[Response], V], recovery: AsyncRecovery
    ) -> V:
        attempts = 0
        retried_response = None
        transport = self.transport
        while True:
            await async_.check_cancelled()
            attempts += 1
            started = transport.clock.elapsed()
            used = Attempt(skew=transport.gate.clock_skew)
            outcome: Response | HwtasksError
            try:
                used.credentials = await recovery.credentials()
                # Concurrent calls may correct the skew before this attempt ends.
                used.skew = transport.gate.clock_skew
                outcome = await self._attempt(request, attempts, used)
            except HwtasksError as error:
                outcome = error
            action, outcome = await recovery.after(transport.retry, attempts, outcome, used)
            wait = action.wait
            if wait is not None and wait >= self.time_remaining():
                wait = None
            duration = transport.clock.elapsed() - started
            self._report(outcome, attempts, duration, action, will_retry=wait is not None)
            if wait is None:
                break
            if isinstance(outcome, Response) and isinstance(action, RetryAfter):
                retried_response = outcome
            if wait > 0:
                await async_.sleep(transport.clock, wait)
        unresolved_skew = recovery.end(outcome, used) if action is STOP else None
        try:
            if isinstance(outcome, HwtasksError):
                # The response that caused the retry says more than the timeout.
                if retried_response is None or not outcome.is_timeout or self.time_remaining() > 0:
                    raise outcome
                outcome = retried_response
            return read(outcome)
        except HwtasksError as error:
            is_unsent = not used.is_sent or error.kind is ErrorKind.INVALID_INPUT
            sent = attempts - is_unsent
            error._with_attempts(sent, unresolved_skew or error.clock_skew)
            error._with_operation(self.operation)
            raise

    async def _attempt(
        self,
        request: Request,
        attempts: int,
        used: Attempt,
    ) -> Response:
        transport, credentials = self.transport, used.credentials
        headers = Secrets({"Accept": "application/json", **request.headers})
        url = request.url
        if credentials is not None:
            now = transport.clock.now()
            made, target = authorization(credentials, now, request.method, url, skew=used.skew)
            if not credentials.is_token:
                used.signed = now + used.skew
            # The URL holds the host, as it was signed.
            made.pop("Host", None)
            headers.update(made)
            if target is not None:
                url = url[: url.index("/", url.index("://") + 3)] + target
        # The remaining time after the credentials have been fetched.
        left = min(self.time_remaining(), transport.limits.attempt)
        if left <= 0:
            raise new_error.transport(TimeoutError(), url)
        limit = min(left, transport.limits.connect)
        timeouts = {"connect": limit, "read": left, "write": left, "pool": left}
        outgoing = Outgoing(request.method, url, headers, request.body, timeouts)
        received = _AsyncReceived()
        used.is_sent = True
        try:
            async with transport.http.lease(url) as sender, async_.Deadline(left) as deadline:
                await self._exchange(sender, outgoing, received, deadline)
        except FAILURES as error:
            # The status of an error decides; its body is what could be read.
            if received.exchange is None or is_success(received.exchange.status):
                failure = as_httpx(error)
                raise new_error.transport(failure, url) from failure
        except httpx2.InvalidURL as error:
            raise new_error.invalid_input(f"the request cannot be sent: {error}") from None
        exchange = received.exchange
        assert exchange is not None  # noqa: S101  # only a failure ends without one
        return Response(exchange.status, exchange.headers, bytes(received.body), attempts)

    async def _exchange(
        self,
        sender: AsyncSender,
        outgoing: Outgoing,
        received: _AsyncReceived,
        deadline: async_.Deadline,
    ) -> None:
        limit = self.transport.limits.body
        exchange = received.exchange = await sender.send(outgoing)
        body = received.body
        try:
            deadline.check()
            async for chunk in exchange.body():
                body += chunk
                deadline.check()
                if len(body) > limit:
                    if is_success(exchange.status):
                        raise new_error.body_too_large(limit)
                    del body[limit:]
                    break
        finally:
            await exchange.aclose()

    def _report(
        self,
        outcome: Response | HwtasksError,
        attempts: int,
        duration: float,
        action: RetryAction,
        *,
        will_retry: bool,
    ) -> None:
        """Tell the listener of the end of an attempt, and log it."""
        listener = self.transport.on_attempt
        if listener is not None:
            event = AttemptEvent._of(
                self.operation, attempts, duration, outcome, will_retry=will_retry
            )
            notify(listener, event)
        if _LOG.isEnabledFor(logging.DEBUG):
            _log(self.operation, outcome, attempts, duration, action)


def _log(
    operation: str,
    outcome: Response | HwtasksError,
    attempts: int,
    duration: float,
    action: RetryAction,
) -> None:
    """Log the end of an attempt; no line shows a secret, a header or a body."""
    then = "done" if action is STOP else repr(action)
    if isinstance(outcome, HwtasksError):
        what = f"failed: {outcome}"
    else:
        what = f"returned {outcome.status}, {len(outcome.raw_body)} bytes, {outcome.request_id}"
    _LOG.debug("%s: attempt %d %s after %.3f s; then %s", operation, attempts, what, duration, then)


# --- Generated by `cargo xtask gen python` from the definitions above; do not edit. ---
# fmt: off


@dataclass(slots=True)
class _Received:
    """What has come of a response."""

    exchange: Exchange | None = None
    body: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class Transport:
    """The state that the calls of a client share."""

    http: Http
    clock: Clock
    retry: RetryPolicy
    limits: Limits
    provider: sync.Provider | None = None
    """`None` sends requests without authorization."""
    gate: Gate = field(default_factory=Gate)
    """That of the provider, which its clients share."""
    on_attempt: OnAttempt | None = None

    def call(
        self, operation: str, deadline: float | None = None, timeout: float | None = None
    ) -> Call:
        """Return a call with a timeout in seconds, that of the client by default.

        With a deadline, by the client's clock, it is a poll of a wait: a 429 is not retried, but
        decides when the next poll comes.
        """
        sync.check_loop()
        end = self.clock.elapsed() + (self.limits.call if timeout is None else timeout)
        if deadline is None:
            return Call(operation, self, end)
        return Call(operation, self, min(end, deadline), retries_throttled=False)


@dataclass(slots=True)
class Call:
    """One call with all its attempts."""

    operation: str
    transport: Transport
    deadline: float
    """When the call must have ended, by the client's clock."""
    retries_throttled: bool = True
    """Whether a throttled request is retried here, and not by the caller."""

    def prerequisite(self, operation: str) -> Call:
        """Return a call whose result this one needs, and which has a timeout of its own."""
        return self.transport.call(operation)

    def time_remaining(self) -> float:
        """Return the seconds until the deadline of the call."""
        return max(self.deadline - self.transport.clock.elapsed(), 0.0)

    def credentials(self) -> Credentials | None:
        """Return the credentials for the requests of this call; `None` without a provider."""
        provider = self.transport.provider
        if provider is None or isinstance(provider, Credentials):
            return provider
        try:
            return self._provided(provider)
        except CredentialsError as raised:
            error = raised
        line = str(error) if error._names_providers else f"{provider.name}: {error}"
        made = CredentialsError(
            f"no credentials: {line}", is_not_configured=error.is_not_configured
        )
        raise made._caused_as(error)

    def _provided(self, provider: sync.Provider) -> Credentials:
        kept = cached_credentials(provider, allow_stale=False)
        if kept is not None:
            return kept
        remaining = self.time_remaining()
        task = sync.begin(partial(sync.provided, provider))
        try:
            if not sync.is_done_within(task, remaining / 2):
                # It may be refreshing early: valid credentials leave time for the request.
                kept = cached_credentials(provider, allow_stale=True)
                if kept is not None:
                    return kept
                if not sync.is_done_within(task, remaining / 2):
                    raise CredentialsError._timed_out(remaining)
            return task.result()
        finally:
            task.cancel()

    def send(self, request: Request, read: Callable[[Response], V]) -> V:
        """Send a request, retry it by the policy, and return what `read` makes of the response."""
        recovery = Recovery(self)
        try:
            return self._send(request, read, recovery)
        finally:
            recovery.step_down()

    def _send(
        self, request: Request, read: Callable[[Response], V], recovery: Recovery
    ) -> V:
        attempts = 0
        retried_response = None
        transport = self.transport
        while True:
            sync.check_cancelled()
            attempts += 1
            started = transport.clock.elapsed()
            used = Attempt(skew=transport.gate.clock_skew)
            outcome: Response | HwtasksError
            try:
                used.credentials = recovery.credentials()
                # Concurrent calls may correct the skew before this attempt ends.
                used.skew = transport.gate.clock_skew
                outcome = self._attempt(request, attempts, used)
            except HwtasksError as error:
                outcome = error
            action, outcome = recovery.after(transport.retry, attempts, outcome, used)
            wait = action.wait
            if wait is not None and wait >= self.time_remaining():
                wait = None
            duration = transport.clock.elapsed() - started
            self._report(outcome, attempts, duration, action, will_retry=wait is not None)
            if wait is None:
                break
            if isinstance(outcome, Response) and isinstance(action, RetryAfter):
                retried_response = outcome
            if wait > 0:
                sync.sleep(transport.clock, wait)
        unresolved_skew = recovery.end(outcome, used) if action is STOP else None
        try:
            if isinstance(outcome, HwtasksError):
                # The response that caused the retry says more than the timeout.
                if retried_response is None or not outcome.is_timeout or self.time_remaining() > 0:
                    raise outcome
                outcome = retried_response
            return read(outcome)
        except HwtasksError as error:
            is_unsent = not used.is_sent or error.kind is ErrorKind.INVALID_INPUT
            sent = attempts - is_unsent
            error._with_attempts(sent, unresolved_skew or error.clock_skew)
            error._with_operation(self.operation)
            raise

    def _attempt(
        self,
        request: Request,
        attempts: int,
        used: Attempt,
    ) -> Response:
        transport, credentials = self.transport, used.credentials
        headers = Secrets({"Accept": "application/json", **request.headers})
        url = request.url
        if credentials is not None:
            now = transport.clock.now()
            made, target = authorization(credentials, now, request.method, url, skew=used.skew)
            if not credentials.is_token:
                used.signed = now + used.skew
            # The URL holds the host, as it was signed.
            made.pop("Host", None)
            headers.update(made)
            if target is not None:
                url = url[: url.index("/", url.index("://") + 3)] + target
        # The remaining time after the credentials have been fetched.
        left = min(self.time_remaining(), transport.limits.attempt)
        if left <= 0:
            raise new_error.transport(TimeoutError(), url)
        limit = min(left, transport.limits.connect)
        timeouts = {"connect": limit, "read": left, "write": left, "pool": left}
        outgoing = Outgoing(request.method, url, headers, request.body, timeouts)
        received = _Received()
        used.is_sent = True
        try:
            with transport.http.lease(url) as sender, sync.Deadline(left) as deadline:
                self._exchange(sender, outgoing, received, deadline)
        except FAILURES as error:
            # The status of an error decides; its body is what could be read.
            if received.exchange is None or is_success(received.exchange.status):
                failure = as_httpx(error)
                raise new_error.transport(failure, url) from failure
        except httpx2.InvalidURL as error:
            raise new_error.invalid_input(f"the request cannot be sent: {error}") from None
        exchange = received.exchange
        assert exchange is not None  # noqa: S101  # only a failure ends without one
        return Response(exchange.status, exchange.headers, bytes(received.body), attempts)

    def _exchange(
        self,
        sender: Sender,
        outgoing: Outgoing,
        received: _Received,
        deadline: sync.Deadline,
    ) -> None:
        limit = self.transport.limits.body
        exchange = received.exchange = sender.send(outgoing)
        body = received.body
        try:
            deadline.check()
            for chunk in exchange.body():
                body += chunk
                deadline.check()
                if len(body) > limit:
                    if is_success(exchange.status):
                        raise new_error.body_too_large(limit)
                    del body[limit:]
                    break
        finally:
            exchange.close()

    def _report(
        self,
        outcome: Response | HwtasksError,
        attempts: int,
        duration: float,
        action: RetryAction,
        *,
        will_retry: bool,
    ) -> None:
        """Tell the listener of the end of an attempt, and log it."""
        listener = self.transport.on_attempt
        if listener is not None:
            event = AttemptEvent._of(
                self.operation, attempts, duration, outcome, will_retry=will_retry
            )
            notify(listener, event)
        if _LOG.isEnabledFor(logging.DEBUG):
            _log(self.operation, outcome, attempts, duration, action)
