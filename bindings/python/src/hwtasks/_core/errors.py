"""The errors of this package."""

from __future__ import annotations

import builtins
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar, cast

import httpx2

from hwtasks._core.classify import (
    code_of,
    is_gateway_code,
    is_retried_status,
    message_of,
    request_id_of,
)
from hwtasks._core.error_kinds import ErrorKind, ErrorReason
from hwtasks._core.model import Item
from hwtasks._core.response import Response, retry_after
from hwtasks._generated.models import ErrorResponse, Task

_KEPT_BODY_BYTES = 64 * 1024
"""How much of a body an error keeps."""
_NOT_REJECTIONS = frozenset({401, 403, 408, 429})
"""The 4xx statuses that are about the caller or the moment, and not about the request."""


class HwtasksError(Exception):
    """The base class of all errors of this package.

    `str(error)` is one line that says what happened and where; `error.__cause__` is the cause. Catch
    a subclass, or use the predicates: both say what to do. Kinds without a subclass of their own are
    raised as this class.

    The constructor takes what the attributes hold, for tests of your program. `status`, `body`,
    `headers` and `request_id` come from `http_response`, a `Response`.

    >>> from httpx2 import Headers
    >>> from hwtasks import ErrorKind, NotFoundError, Response
    >>> response = Response(404, Headers(), b"")
    >>> gone = NotFoundError(ErrorKind.API, "no such task", http_response=response)
    >>> gone.status, gone.is_not_found, str(gone)
    (404, True, 'no such task')

    | condition | kind | predicate | retried? |
    | --- | --- | --- | --- |
    | an argument or the configuration is invalid | `INVALID_INPUT` | | no |
    | no provider has usable credentials | `CREDENTIALS` | `is_credentials` | no |
    | no connection | `TRANSPORT` | `is_connection_error` | yes |
    | the connection broke before or during the response | `TRANSPORT` | | yes |
    | no response in time, or a slow response body | `TRANSPORT` | `is_timeout` | yes |
    | 400 | `API` | `is_bad_request` | no |
    | 401 | `API` | `is_unauthorized` | no |
    | 401: the signature is expired | `API` | `is_unauthorized` | once, with the time of the service |
    | 401: the provider now has other credentials | `API` | `is_unauthorized` | once, with these |
    | 403 | `API` | `is_forbidden` | no |
    | 404 | `API` | `is_not_found` | no |
    | 429 | `API` | `is_throttled` | yes, after `Retry-After` |
    | 408 | `API` | | yes, after `Retry-After` |
    | 500, 502, 503, 504 | `API` | `is_server_error` | yes, after `Retry-After` |
    | any other 4xx | `API` | | no |
    | any other 5xx | `API` | `is_server_error` | no |
    | a success whose body is empty, truncated or not UTF-8 | `DECODE` | `is_decode` | no |
    | a body larger than the limit, compressed or not | `BODY_TOO_LARGE` | | no |
    | a redirect; the client follows none | `UNEXPECTED` | | no |
    | an unexpected content type or `Date` | no error: only the body counts | | no |

    Retries follow the `RetryPolicy`. No attempt begins after the timeout of the call.
    """

    kind: ErrorKind
    """The kind of the error."""
    reason: ErrorReason | None
    """The reason of an error of configuration or credentials, or of a 401, where there is one."""
    help: str | None
    """What to do about the error, in terms of this package; `str(error)` ends with it."""
    operation: str | None
    """The failed operation, by its `operationId`; `None` before any call."""
    attempts: int
    """The attempts of the last call; 0 when nothing was sent."""
    clock_skew: timedelta | None
    """How far the service's clock is ahead of this machine's.

    Set when the service rejected the signature for its date, also with the service's own clock.
    """
    path: str | None
    """The path of the value that did not decode, such as `tasks[0].details.old_port`.

    `None` when it is the whole body, and for an error of another kind.
    """
    response: ErrorResponse | None
    """The decoded body of the error; `None` when it is not a JSON object."""
    task: Task | None
    """For an error of a wait: the task as it was last seen."""

    def __init__(
        self,
        kind: ErrorKind,
        line: str,
        help: str | None = None,  # noqa: A002
        *,
        reason: ErrorReason | None = None,
        operation: str | None = None,
        attempts: int = 0,
        clock_skew: timedelta | None = None,
        path: str | None = None,
        response: ErrorResponse | None = None,
        task: Task | None = None,
        http_response: Response | None = None,
    ) -> None:
        super().__init__(kind, line)
        self.kind = kind
        self.reason = reason
        self.help = help
        self.operation = operation
        self.clock_skew = clock_skew
        self.path = path
        self.response = response
        self.task = task
        self._line = line
        self._http_response: Response | None = None
        if http_response is not None:
            self._with_response(http_response)
            attempts = attempts or http_response.attempts
        self.attempts = attempts
        self._is_timeout = False
        self._is_unconnected = False
        self._is_transient = kind is ErrorKind.TRANSPORT

    @property
    def _summary(self) -> str:
        """The message without what to do about the error."""
        return f"{self.operation}: {self._line}" if self.operation else self._line

    def __str__(self) -> str:
        parts = [self._summary]
        if self.help:
            parts.append(f"; {self.help}")
        if self.clock_skew is not None:
            way = "ahead of" if self.clock_skew.total_seconds() < 0 else "behind"
            by = timedelta(seconds=round(abs(self.clock_skew).total_seconds()))
            parts.append(f"; this machine's clock is {way} the service's by {by}")
        if self.attempts > 1:
            parts.append(f" (after {self.attempts} attempts)")
        return "".join(parts)

    def __repr__(self) -> str:
        facts = [f"kind={self.kind.value}"]
        for name in ("operation", "attempts", "status", "code", "request_id"):
            value = getattr(self, name)
            if value:
                facts.append(f"{name}={value!r}")
        return f"<{type(self).__name__} {' '.join(facts)}: {self._line}>"

    @property
    def status(self) -> int | None:
        """The HTTP status; `None` when no response came.

        For an error of a wait: status, body, headers and request ID of the response that last held
        the task.
        """
        return self._http_response.status if self._http_response else None

    @property
    def body(self) -> bytes | None:
        """The first 64 KiB of the raw body; `None` when no response came."""
        return self._http_response.raw_body if self._http_response else None

    @property
    def headers(self) -> httpx2.Headers | None:
        """The headers of the response; `None` when no response came."""
        return self._http_response.headers if self._http_response else None

    @property
    def retry_after(self) -> float | None:
        """How many seconds the service asks to wait (`Retry-After`); `None` without a readable header.

        A date counts from the header `Date`, or else from the clock of the system.
        """
        headers = self.headers
        return None if headers is None else retry_after(headers, datetime.now(UTC))

    @property
    def code(self) -> str | None:
        """The error code of the service (`DCS.4070`), the gateway (`APIGW.0301`) or IAM (`401`)."""
        return code_of(self.response)

    @property
    def message(self) -> str | None:
        """The error message of the service; `None` when there is none."""
        return message_of(self.response)

    @property
    def request_id(self) -> str | None:
        """The ID of the request in the logs of the service, for support tickets.

        From the body, or else from the header `X-Request-Id`.
        """
        found = request_id_of(self.response)
        return found or (self._http_response.request_id if self._http_response else None)

    @property
    def is_not_found(self) -> bool:
        """Whether the project, instance or task does not exist (404), or an awaited task is missing.

        Check the project ID and the region: an instance of another region or project is not found.
        """
        return self._has_status(404) or self.kind is ErrorKind.TASK_NOT_FOUND

    @property
    def is_throttled(self) -> bool:
        """Whether the service throttles the calls (429, or `APIGW.0308`).

        The retries of the policy are used up. Wait as long as the header `Retry-After` in `headers`
        says, and call less often.
        """
        return self._has_status(429) or self._has_gateway_code("0308")

    @property
    def is_unauthorized(self) -> bool:
        """Whether the service rejected the credentials (401).

        `reason` says what was refused, if the gateway does. More than five refusals lock an access key
        for five minutes, so the client sends nothing for five minutes once the service has refused its
        credentials twice: its calls raise the same error, after 0 `attempts`. To go on at once with
        corrected keys, make a new client.
        """
        return self._has_status(401)

    @property
    def is_forbidden(self) -> bool:
        """Whether the credentials are valid, but lack a permission (403).

        Ask for the permission `dcs:instance:getBackgroundTask` or `dms:instance:getBackgroundTask`.
        """
        return self._has_status(403)

    @property
    def is_bad_request(self) -> bool:
        """Whether the service rejected the request as invalid (400). `message` names the parameter."""
        return self._has_status(400)

    @property
    def is_server_error(self) -> bool:
        """Whether the service or the gateway failed (5xx).

        Call again later. If the error persists, open a ticket with the request ID.
        """
        return self.kind is ErrorKind.API and (self.status or 0) // 100 == 5  # noqa: PLR2004

    @property
    def is_timeout(self) -> bool:
        """Whether no response came in time. Raise the timeout, or check the route to the endpoint."""
        return self._is_timeout

    @property
    def is_connection_error(self) -> bool:
        """Whether no connection was made, so that nothing was sent.

        Check the endpoint, the region in it, the proxy and the name server.
        """
        return self._is_unconnected

    @property
    def is_decode(self) -> bool:
        """Whether the body of a successful response cannot be decoded.

        The message names the place in the body, and `body` holds the raw body. Check whether a proxy
        responded in place of the service.
        """
        return self.kind is ErrorKind.DECODE

    @property
    def is_credentials(self) -> bool:
        """Whether no provider has usable credentials. The message names each source and the reason."""
        return self.kind is ErrorKind.CREDENTIALS

    @property
    def is_retryable(self) -> bool:
        """Whether a later call may succeed.

        True for everything that the `RetryPolicy` retries, and for an unreachable credentials source.
        Once the service has responded, a wait tolerates such errors for its grace period, and a 429
        until its timeout. Call again after a while.
        """
        return self._is_transient or (
            self.kind is ErrorKind.API and is_retried_status(self.status or 0)
        )

    @property
    def is_task_failed(self) -> bool:
        """Whether the awaited task ended as FAILED, CANCELLED or DELETED; `task` holds it.

        The API does not report why a task failed: see the task in the Huawei Cloud console.
        """
        return self.kind is ErrorKind.TASK_FAILED

    @property
    def is_wait_timed_out(self) -> bool:
        """Whether the wait reached its timeout; `task` holds the task as it was last seen.

        The task continues. Wait for it again, or raise the timeout of the wait.
        """
        return self.kind is ErrorKind.WAIT_TIMED_OUT

    def _has_status(self, status: int) -> bool:
        return self.kind is ErrorKind.API and self.status == status

    # The rest is internal to this package.

    def _has_gateway_code(self, number: str) -> bool:
        return is_gateway_code(self.code, number)

    @property
    def _is_missing_task(self) -> bool:
        """Whether the task or its instance does not exist, or not yet."""
        return self.is_not_found or (self.is_bad_request and self.code == "DMS.00400070")

    @property
    def _is_rejection(self) -> bool:
        """Whether the service rejected the request itself, and not its caller or its moment."""
        is_4xx = (self.status or 0) // 100 == 4  # noqa: PLR2004
        return self.kind is ErrorKind.API and is_4xx and self.status not in _NOT_REJECTIONS

    def _with_reason(self, reason: ErrorReason) -> Self:
        self.reason = reason
        return self

    def _with_operation(self, operation: str) -> Self:
        self.operation = operation
        return self

    def _with_context(self, context: str) -> Self:
        self._line = f"{context}: {self._line}"
        return self

    def _with_attempts(self, attempts: int, clock_skew: timedelta | None) -> Self:
        self.attempts = attempts
        self.clock_skew = clock_skew
        return self

    def _with_cause(self, cause: BaseException | None) -> Self:
        self.__cause__ = cause
        # Kept apart from the cause, which a pickle does not hold.
        timeouts = httpx2.TimeoutException | TimeoutError
        connecting = httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.ProxyError
        self._is_timeout = isinstance(cause, timeouts)
        self._is_unconnected = isinstance(cause, connecting)
        return self

    def _with_task(self, task: Item | None) -> Self:
        if task is not None:
            self.task = cast("Task", task)
        return self

    def _with_response(self, response: Response) -> Self:
        if len(response.raw_body) > _KEPT_BODY_BYTES:
            response = replace(response, raw_body=response.raw_body[:_KEPT_BODY_BYTES])
        self._http_response = response
        self.attempts = response.attempts
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.args, self.__dict__)


class InvalidInputError(HwtasksError, ValueError):
    """An argument or the configuration is not valid; nothing was sent. The message says what to fix."""


class CredentialsError(HwtasksError):
    """No credentials: a source holds none, or failed. The message holds no secret.

    A provider raises `CredentialsError.not_configured` when its source holds no credentials; a chain
    then tries its next provider. It raises `CredentialsError.invalid_configuration` when its source
    should hold credentials, but cannot give them; that ends the chain.
    """

    def __init__(self, message: str, *, is_not_configured: bool = False) -> None:
        super().__init__(ErrorKind.CREDENTIALS, message)
        self.args: tuple[Any, ...] = (message,)
        self.is_not_configured: bool = is_not_configured
        """Whether the source holds no credentials, as opposed to invalid ones."""
        self.reason: ErrorReason | None = (
            ErrorReason.NO_CREDENTIALS if is_not_configured else ErrorReason.PROVIDER_FAILED
        )
        self._names_providers = False
        self._retry_delay: float | None = None

    @classmethod
    def not_configured(cls, message: str) -> Self:
        """Return the error of a source without credentials: `HUAWEICLOUD_SDK_AK is not set`."""
        return cls(message, is_not_configured=True)

    @classmethod
    def invalid_configuration(cls, message: str) -> Self:
        """Return the error of a source whose credentials are invalid or cannot be fetched."""
        return cls(message)

    @classmethod
    def _from_request(cls, error: HwtasksError) -> Self:
        """Return the error of a source whose request failed."""
        made = cls.invalid_configuration(str(error))._with_cause(error.__cause__)
        made._is_transient = error.is_retryable
        return made

    @classmethod
    def _timed_out(cls, seconds: float) -> Self:
        """Return the error of a source that took longer than this."""
        made = cls.invalid_configuration(f"no credentials within {seconds:g} seconds")
        made._is_transient = True
        return made

    def _caused_as(self, other: CredentialsError) -> Self:
        self._is_transient = other._is_transient
        return self._with_cause(other.__cause__)

    def _naming_providers(self) -> Self:
        """Note that the message itself names the providers."""
        self._names_providers = True
        return self

    def _retry_after(self, seconds: float) -> Self:
        """Note for how long another request would give the same result."""
        self._retry_delay = seconds
        return self


class ConnectionError(HwtasksError, builtins.ConnectionError):  # noqa: A001
    """No complete response: no connection, a broken one, or a timeout (`is_timeout`).

    Also a `ConnectionError` of Python.
    """


class BadRequestError(HwtasksError):
    """The service rejected the request as invalid (400). `message` names the parameter."""


class UnauthorizedError(HwtasksError):
    """The service rejected the credentials (401). If `clock_skew` is set, correct the clock."""


class ForbiddenError(HwtasksError):
    """The credentials are valid, but lack a permission (403)."""


class NotFoundError(HwtasksError):
    """The project, instance or task does not exist (404), or an awaited task is missing."""


class ThrottledError(HwtasksError):
    """The service throttles the calls (429, or `APIGW.0308`). Call less often."""


class ServerError(HwtasksError):
    """The service or the gateway failed (5xx). Call again later."""


class DecodeError(HwtasksError):
    """The body of a successful response cannot be decoded. `path` names the place in the body."""


class TaskFailedError(HwtasksError):
    """The awaited task ended as FAILED, CANCELLED or DELETED; `task` holds it."""


class WaitTimeoutError(HwtasksError, TimeoutError):
    """The wait reached its timeout; `task` holds the task as it was last seen. The task continues.

    Also a `TimeoutError` of Python.
    """


E = TypeVar("E", bound=HwtasksError)


def _restored(kind: type[E], arguments: tuple[Any, ...], state: dict[str, Any]) -> E:
    made = kind.__new__(kind, *arguments)
    made.args = arguments
    made.__dict__.update(state)
    return made


def duplicate(error: E) -> E:
    """Return an equal error, to be raised apart from the first.

    A raised exception grows: a traceback, notes, a context.
    """
    made = _restored(type(error), error.args, error.__dict__)
    if "__notes__" in made.__dict__:
        made.__notes__ = list(made.__notes__)
    made.__cause__ = error.__cause__
    return made
