"""The one place that sends.

Every operation of both services, and whatever is asked of IAM and of the metadata service, goes
through `AsyncCall.send`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import httpx2

from hwtasks._backends import async_ as backend
from hwtasks._core import new_error
from hwtasks._core.authorize import authorization
from hwtasks._core.errors import CredentialsError, HwtasksError
from hwtasks._core.http import parsed
from hwtasks._core.response import Response
from hwtasks._core.retry import (
    DONE,
    After,
    Next,
    Reclock,
    Renew,
    RetryPolicy,
    Tried,
    clock_skew,
    decide,
    is_signature_refused,
)
from hwtasks._core.secrets import Secrets
from hwtasks._credentials.types import Credentials, cached_credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwtasks._async.http import AsyncHttp
    from hwtasks._config.settings import Limits
    from hwtasks._core.clock import Clock
    from hwtasks._core.request import Request

V = TypeVar("V")

_LOG = logging.getLogger("hwtasks")


@dataclass(slots=True)
class AsyncTransport:
    """What every call of a client shares."""

    http: AsyncHttp
    clock: Clock
    retry: RetryPolicy
    limits: Limits
    provider: backend.Provider | None = None
    """`None` sends requests without authorization."""
    clock_skew: timedelta = field(default=timedelta(0))
    """How far the service's clock is ahead of ours, once it has said so."""

    def call(self, operation: str, deadline: float | None = None) -> AsyncCall:
        """Return a call that ends in time, and not after a deadline by the client's clock."""
        end = self.clock.elapsed() + self.limits.call
        return AsyncCall(operation, self, end if deadline is None else min(end, deadline))


@dataclass(slots=True)
class AsyncCall:
    """One call, with all its attempts."""

    operation: str
    transport: AsyncTransport
    deadline: float
    """When the call must have ended, by the client's clock."""

    def first(self, operation: str) -> AsyncCall:
        """Return a call that this one needs first, and that others may share.

        It has a timeout of its own.
        """
        return self.transport.call(operation)

    def left(self) -> float:
        """Return how many seconds the call has left."""
        return max(self.deadline - self.transport.clock.elapsed(), 0.0)

    async def credentials(self) -> Credentials | None:
        """Return what the call's requests are authorized with."""
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

    async def _provided(self, provider: backend.Provider) -> Credentials:
        kept = cached_credentials(provider, allow_stale=False)
        if kept is not None:
            return kept
        left = self.left()
        asked = backend.begin(partial(backend.provided, provider))
        try:
            if not await backend.ended(asked, left / 2):
                # It may be renewing early: what it still keeps leaves time for the request.
                kept = cached_credentials(provider, allow_stale=True)
                if kept is not None:
                    return kept
                if not await backend.ended(asked, left / 2):
                    raise CredentialsError._timed_out(left)
            return asked.result()
        finally:
            asked.cancel()

    async def send(self, request: Request, read: Callable[[Response], V]) -> V:
        """Send a request and read its answer, of whatever status."""
        attempts = 0
        tried = Tried()
        refusal = None
        transport = self.transport
        while True:
            await backend.go_on()
            attempts += 1
            started = transport.clock.elapsed()
            used, skew = None, transport.clock_skew
            outcome: Response | HwtasksError
            try:
                used = await self.credentials()
                # Calls beside this one may find out better before it is answered.
                skew = transport.clock_skew
                outcome = await self._attempt(request, attempts, used, skew)
            except HwtasksError as error:
                outcome = error
            now = transport.clock.now()
            following = decide(transport.retry, attempts, tried, outcome, now, now + skew)
            _report(
                self.operation, outcome, attempts, transport.clock.elapsed() - started, following
            )
            self._mend(following, tried, used, skew)
            wait = following.wait
            if wait is None or wait >= self.left():
                break
            if isinstance(outcome, Response) and isinstance(following, After):
                refusal = outcome
            if wait > 0:
                await backend.sleep(transport.clock, wait)
        off_by = self._check_reclocked(tried, outcome, now)
        try:
            if isinstance(outcome, HwtasksError):
                # Why it was attempted again says more than that the time was up.
                if refusal is None or not outcome.is_timeout or self.left() > 0:
                    raise outcome
                outcome = refusal
            return read(outcome)
        except HwtasksError as error:
            error._with_attempts(attempts - error._is_unsent, off_by)._with_operation(
                self.operation
            )
            raise

    def _mend(
        self, following: Next, tried: Tried, used: Credentials | None, skew: timedelta
    ) -> None:
        """Mend what the next attempt would be refused for, too."""
        transport = self.transport
        if isinstance(following, Reclock):
            tried.reclocked = (skew, following.skew)
            transport.clock_skew = following.skew
        elif isinstance(following, Renew):
            tried.renewed = True
            if transport.provider is not None and used is not None:
                transport.provider.invalidate(used)

    def _check_reclocked(
        self, tried: Tried, outcome: Response | HwtasksError, now: datetime
    ) -> timedelta | None:
        """Return how far the clock is off, when that is why the last signature was refused, too.

        The service's clock was no help then, and may not have been its own: what was signed with
        before is taken up again.
        """
        if tried.reclocked is None or isinstance(outcome, HwtasksError):
            return None
        if not is_signature_refused(outcome):
            return None
        former, found = tried.reclocked
        # Unless another call has found out better.
        if self.transport.clock_skew == found:
            self.transport.clock_skew = former
        return clock_skew(outcome, now)

    async def _attempt(
        self,
        request: Request,
        attempts: int,
        credentials: Credentials | None,
        skew: timedelta,
    ) -> Response:
        transport = self.transport
        headers = Secrets({"Accept": "application/json", **request.headers})
        url = request.url
        if credentials is not None:
            made, target = authorization(
                credentials,
                transport.clock.now(),
                request.method,
                url,
                skew=skew,
            )
            # The URL says the host, and says it as it was signed.
            made.pop("Host", None)
            headers.update(made)
            if target is not None:
                url = url[: url.index("/", url.index("://") + 3)] + target
        # What is left once the credentials are there.
        left = min(self.left(), transport.limits.attempt)
        if left <= 0:
            raise new_error.transport(TimeoutError())
        try:
            async with backend.within(left):
                return await self._exchange(request, attempts, url, headers, left)
        except (TimeoutError, httpx2.RequestError, OSError) as error:
            raise new_error.transport(error) from error
        except httpx2.InvalidURL as error:
            raise new_error.invalid_input(f"the request cannot be sent: {error}") from None

    async def _exchange(
        self, request: Request, attempts: int, url: str, headers: Secrets, left: float
    ) -> Response:
        limits = self.transport.limits
        http = self.transport.http.to(url)
        timeout = httpx2.Timeout(left, connect=min(left, limits.connect))
        # Not by the client's build_request, which reads the URL again each time.
        built = httpx2.Request(
            request.method,
            parsed(url),
            headers=Secrets({**http.headers, **{n.lower(): headers[n] for n in headers}}),
            content=request.body or None,
            extensions={"timeout": timeout.as_dict(), **backend.EXTENSIONS},
        )
        try:
            response = await http.send(built, stream=True, auth=None, follow_redirects=False)
        except RuntimeError as error:
            # Such as an own HTTP client of another event loop.
            raise new_error.invalid_input(f"the HTTP client cannot send: {error}") from None
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > limits.body:
                    raise new_error.body_too_large(limits.body)
        finally:
            await response.aclose()
        return Response(response.status_code, response.headers, bytes(body), attempts)


def _report(
    operation: str, outcome: Response | HwtasksError, attempts: int, took: float, following: Next
) -> None:
    """Tell how an attempt ended; no line shows a secret, a header or a body."""
    if not _LOG.isEnabledFor(logging.DEBUG):
        return
    then = "done" if following is DONE else repr(following)
    if isinstance(outcome, HwtasksError):
        what = f"failed: {outcome}"
    else:
        what = f"returned {outcome.status}, {len(outcome.raw_body)} bytes, {outcome.request_id}"
    _LOG.debug("%s: attempt %d %s after %.3f s; then %s", operation, attempts, what, took, then)
