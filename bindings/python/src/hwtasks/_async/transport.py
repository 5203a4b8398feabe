"""The one place that sends.

Every operation of both services, and whatever is asked of IAM and of the metadata service, goes
through `AsyncCall.send`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

import httpx2

from hwtasks import _aio as _io
from hwtasks import _error
from hwtasks._authorize import authorization
from hwtasks._credentials import Credentials, CredentialsError
from hwtasks._error import Error, ErrorKind
from hwtasks._http import parsed
from hwtasks._response import Response
from hwtasks._retry import DONE, Next, Reclock, Renew, RetryPolicy, Tried, clock_skew, decide

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwtasks._async.http import AsyncHttp
    from hwtasks._clock import TimeSource
    from hwtasks._config import Limits
    from hwtasks._request import Request

V = TypeVar("V")

_LOG = logging.getLogger("hwtasks")


@dataclass(slots=True)
class AsyncTransport:
    """What every call of a client shares."""

    http: AsyncHttp
    time: TimeSource
    retry: RetryPolicy
    limits: Limits
    provider: _io.Provider | None = None
    """`None` sends requests without authorization."""
    clock_skew: timedelta = field(default=timedelta(0))
    """How far the service's clock is ahead of ours, once it has said so."""

    def call(self, operation: str, deadline: float | None = None) -> AsyncCall:
        """Return a call that ends in time, and not after a deadline by the client's clock."""
        end = self.time.elapsed() + self.limits.call
        return AsyncCall(operation, self, end if deadline is None else min(end, deadline))


@dataclass(slots=True)
class AsyncCall:
    """One call, with all its attempts."""

    operation: str
    transport: AsyncTransport
    deadline: float
    """When the call must have ended, by the client's clock."""

    def first(self, operation: str) -> AsyncCall:
        """Return a call that this one needs first; it has no more time than this one."""
        return AsyncCall(operation, self.transport, self.deadline)

    def left(self) -> float:
        """Return how many seconds the call has left."""
        return max(self.deadline - self.transport.time.elapsed(), 0.0)

    async def credentials(self) -> Credentials | None:
        """Return what the call's requests are authorized with."""
        provider = self.transport.provider
        if provider is None or isinstance(provider, Credentials):
            return provider
        left = self.left()
        try:
            async with _io.within(left):
                return await _io.provided(provider)
        except TimeoutError:
            error = CredentialsError.broken(f"it gave none in {left:g} seconds")
        except CredentialsError as raised:
            error = raised
        line = str(error) if error._names_providers else f"{provider.name}: {error}"
        made = Error(ErrorKind.CREDENTIALS, f"no credentials: {line}")
        raise made._because(error.__cause__)

    async def send(self, request: Request, read: Callable[[Response], V]) -> V:
        """Send a request and read its answer, of whatever status."""
        attempts = 0
        tried = Tried()
        transport = self.transport
        while True:
            attempts += 1
            started = transport.time.elapsed()
            used = None
            outcome: Response | Error
            try:
                used = await self.credentials()
                outcome = await self._attempt(request, used)
            except Error as error:
                outcome = error
            now = transport.time.now()
            following = decide(transport.retry, attempts, tried, outcome, now)
            _report(
                self.operation, outcome, attempts, transport.time.elapsed() - started, following
            )
            if isinstance(following, Reclock):
                tried.reclocked = True
                transport.clock_skew = following.skew
            elif isinstance(following, Renew):
                tried.renewed = True
                if transport.provider is not None and used is not None:
                    transport.provider.forget(used)
            wait = following.wait
            if wait is None or wait >= self.left():
                break
            if wait > 0:
                await _io.sleep(transport.time, wait)
        skew = None
        try:
            if isinstance(outcome, Error):
                raise outcome
            skew = clock_skew(outcome, now) if tried.reclocked else None
            return read(outcome)
        except Error as error:
            error._after(attempts - error._is_unsent, skew)._of(self.operation)
            raise

    async def _attempt(self, request: Request, credentials: Credentials | None) -> Response:
        transport = self.transport
        headers = {"Accept": "application/json", **request.headers}
        url = request.url
        if credentials is not None:
            made, target = authorization(
                credentials,
                transport.time.now(),
                request.method,
                url,
                skew=transport.clock_skew,
            )
            # The URL says the host, and says it as it was signed.
            made.pop("Host", None)
            headers |= made
            if target is not None:
                url = url[: url.index("/", url.index("://") + 3)] + target
        # What is left once the credentials are there.
        left = min(self.left(), transport.limits.attempt)
        try:
            async with _io.within(left):
                return await self._exchange(request, url, headers, left)
        except (TimeoutError, httpx2.RequestError, OSError) as error:
            raise _error.transport(error) from error
        except httpx2.InvalidURL as error:
            raise _error.invalid_input(f"the request cannot be sent: {error}") from None

    async def _exchange(
        self, request: Request, url: str, headers: dict[str, str], left: float
    ) -> Response:
        limits = self.transport.limits
        end = monotonic() + left
        http = self.transport.http.to(url)
        timeout = httpx2.Timeout(left, connect=min(left, limits.connect))
        # Not by the client's build_request, which reads the URL again each time.
        built = httpx2.Request(
            request.method,
            parsed(url),
            headers={**http.headers, **{name.lower(): headers[name] for name in headers}},
            content=request.body or None,
            extensions={"timeout": timeout.as_dict()},
        )
        response = await http.send(built, stream=True, auth=None, follow_redirects=False)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > limits.body:
                    raise _error.body_too_large(limits.body)
                if monotonic() > end:
                    raise TimeoutError
        finally:
            await response.aclose()
        return Response(response.status_code, response.headers, bytes(body))


def _report(
    operation: str, outcome: Response | Error, attempts: int, took: float, following: Next
) -> None:
    """Tell how an attempt ended; no line shows a secret, a header or a body."""
    if not _LOG.isEnabledFor(logging.DEBUG):
        return
    then = "done" if following is DONE else repr(following)
    if isinstance(outcome, Error):
        what = f"failed: {outcome}"
    else:
        what = f"answered {outcome.status}, {len(outcome.body)} bytes, {outcome.request_id}"
    _LOG.debug("%s: attempt %d %s after %.3f s; then %s", operation, attempts, what, took, then)
