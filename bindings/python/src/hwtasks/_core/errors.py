"""The one error of this package."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self, TypeVar

import httpx2

if TYPE_CHECKING:
    from hwtasks._core.model import Task
    from hwtasks._core.response import Response
    from hwtasks._generated.models import ErrorResponse

_KEPT_BODY = 64 * 1024
"""How much of a body an error keeps, in bytes."""
_SHOWN_BODY = 200
"""How many characters of a body that is not JSON a message shows."""
_RETRIED = frozenset({408, 429, 500, 502, 503, 504})
_NOT_REFUSED = frozenset({401, 403, 408, 429})
"""The statuses of 4xx that say who asked, or when, is the trouble, and not what was asked."""
_GATEWAY = ("APIGW.", "APIG.")
"""How the gateway's codes begin: its own document and its answers differ."""
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


class ErrorKind(StrEnum):
    """What went wrong, roughly; new kinds may be added."""

    INVALID_INPUT = "invalid_input"
    """Nothing was sent: an argument or the configuration is not valid."""
    CREDENTIALS = "credentials"
    """No provider gave credentials; nothing was sent."""
    TRANSPORT = "transport"
    """No answer came: no connection, a broken one, or a timeout."""
    API = "api"
    """The service or the gateway answered with an error status."""
    DECODE = "decode"
    """A success was answered whose body is not what the document describes."""
    BODY_TOO_LARGE = "body_too_large"
    """The answer is larger than the body limit."""
    UNEXPECTED = "unexpected"
    """Neither the documented success nor an error, or a body that does not answer what was asked."""
    TASK_FAILED = "task_failed"
    """The task waited for ended as FAILED, CANCELLED or DELETED."""
    TASK_NOT_FOUND = "task_not_found"
    """The task waited for did not appear, or vanished, for longer than the grace period."""
    WAIT_TIMED_OUT = "wait_timed_out"
    """The wait's time was up before the task had ended."""


class Error(Exception):
    """What went wrong in a call, or before one.

    `str(error)` is one line that says what happened and where; `error.__cause__` is what caused it.
    The predicates sort errors by what to do about them.

    | what went wrong | kind | predicate | retried? |
    | --- | --- | --- | --- |
    | an argument or the configuration is not valid | `INVALID_INPUT` | | no |
    | no provider gave credentials | `CREDENTIALS` | `is_credentials` | no |
    | no connection | `TRANSPORT` | `is_connect` | yes |
    | the connection broke before or during the response | `TRANSPORT` | | yes |
    | no response in time, or a response body that is too slow | `TRANSPORT` | `is_timeout` | yes |
    | 400 | `API` | `is_bad_request` | no |
    | 401 | `API` | `is_unauthorized` | no |
    | 401 `APIGW.0303`: the clock is off | `API` | `is_unauthorized` | once, by the service's clock |
    | 401 `APIGW.0307`: the token has expired | `API` | `is_unauthorized` | once, with new credentials |
    | 403 | `API` | `is_forbidden` | no |
    | 404 | `API` | `is_not_found` | no |
    | 429 | `API` | `is_throttled` | yes, when `Retry-After` says |
    | 408 | `API` | | yes, when `Retry-After` says |
    | 500, 502, 503, 504 | `API` | `is_server_error` | yes, when `Retry-After` says |
    | any other 4xx | `API` | | no |
    | any other 5xx | `API` | `is_server_error` | no |
    | a success whose body is empty, truncated or not UTF-8 | `DECODE` | `is_decode` | no |
    | a body larger than the limit, also once decompressed | `BODY_TOO_LARGE` | | no |
    | a redirect, which is never followed | `UNEXPECTED` | | no |
    | another content type, or another `Date` | none: the body alone counts | | no |

    Attempts follow the `RetryPolicy`, and none begins after the call's timeout.
    """

    kind: ErrorKind
    """What went wrong, roughly."""
    operation: str | None
    """The operation that failed, by its `operationId`; `None` before any call."""
    attempts: int
    """How many attempts were made, of the last call where there were several; 0 when nothing was sent."""
    clock_skew: timedelta | None
    """How far the service's clock is ahead of this machine's.

    Set when it refused the signature for its date, and signing with the service's clock did not help
    either.
    """
    path: str | None
    """Where in the body the value stands that did not decode, such as `tasks[0].details.old_port`.

    `None` when it is the whole body, and for an error of another kind.
    """
    response: ErrorResponse | None
    """The body of the error, decoded; `None` when it is not a JSON object."""
    task: Task | None
    """The task, as it was last seen, of a wait that ended in this error."""

    def __init__(self, kind: ErrorKind, line: str) -> None:
        super().__init__(kind, line)
        self.kind = kind
        self.operation = None
        self.attempts = 0
        self.clock_skew = None
        self.path = None
        self.response = None
        self.task = None
        self._line = line
        self._answer: Response | None = None
        self._is_late = False
        self._is_unconnected = False
        self._is_passing = kind is ErrorKind.TRANSPORT

    def __str__(self) -> str:
        parts = [self._line]
        if self.operation:
            parts.insert(0, f"{self.operation}: ")
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
        """The HTTP status; `None` when no answer came.

        For an error of a wait, this and what follows are of the answer that last showed the task.
        """
        return self._answer.status if self._answer else None

    @property
    def body(self) -> bytes | None:
        """The body as it came, its first 64 KiB; `None` when no answer came."""
        return self._answer.raw_body if self._answer else None

    @property
    def headers(self) -> httpx2.Headers | None:
        """The headers of the answer; `None` when no answer came."""
        return self._answer.headers if self._answer else None

    @property
    def code(self) -> str | None:
        """The error code of the service (`DCS.4070`), the gateway (`APIGW.0301`) or IAM (`401`)."""
        body = self.response
        if body is None:
            return None
        nested = body.error
        codes = [body.error_code, body.code]
        codes += [nested.error_code, nested.code] if nested else []
        return next((str(code) for code in codes if code is not None and str(code)), None)

    @property
    def message(self) -> str | None:
        """What the service says went wrong."""
        body = self.response
        if body is None:
            return None
        nested = body.error
        texts = [body.error_msg, body.message]
        texts += [nested.error_msg, nested.message] if nested else []
        return next((text for text in texts if text), None)

    @property
    def request_id(self) -> str | None:
        """Identifies the request in the logs of the service. Name it when you ask for help.

        From the body, or else the header `X-Request-Id`.
        """
        body = self.response
        if body is not None:
            nested = body.error.request_id if body.error else None
            if body.request_id or nested:
                return body.request_id or nested
        return self._answer.request_id if self._answer else None

    @property
    def is_not_found(self) -> bool:
        """The project, instance or task does not exist (404), or a task waited for did not appear.

        Check the project ID and the region: an instance of another region or project is not found.
        """
        return self._has_status(404) or self.kind is ErrorKind.TASK_NOT_FOUND

    @property
    def is_throttled(self) -> bool:
        """The service asks to slow down (429, or `APIGW.0308`).

        The calls have been repeated as often and as patiently as the retry policy says. Wait for as
        long as the header `Retry-After` in `headers` says, if it is there, and call less often.
        """
        return self._has_status(429) or self._has_gateway_code("0308")

    @property
    def is_unauthorized(self) -> bool:
        """The service does not accept the credentials (401).

        Check the keys or the token and their region. With `clock_skew` set, mend this machine's
        clock.
        """
        return self._has_status(401)

    @property
    def is_forbidden(self) -> bool:
        """The credentials are good, and may not do this (403).

        Ask for the permission `dcs:instance:getBackgroundTask` or `dms:instance:getBackgroundTask`.
        """
        return self._has_status(403)

    @property
    def is_bad_request(self) -> bool:
        """The service refused the request as not valid (400). `message` names the parameter."""
        return self._has_status(400)

    @property
    def is_server_error(self) -> bool:
        """The service or the gateway failed (5xx).

        Try again later; a failure that lasts is worth a ticket with the request ID.
        """
        return self.kind is ErrorKind.API and (self.status or 0) // 100 == 5  # noqa: PLR2004

    @property
    def is_timeout(self) -> bool:
        """No answer came in time. Raise the timeout, or look at the path to the endpoint."""
        return self._is_late

    @property
    def is_connect(self) -> bool:
        """No connection was made, so nothing was sent.

        Check the endpoint, the region in it, the proxy and the name server.
        """
        return self._is_unconnected

    @property
    def is_decode(self) -> bool:
        """A success whose body is not what the document describes.

        The message names the place in the body; `body` has what came. A proxy may have answered in
        place of the service.
        """
        return self.kind is ErrorKind.DECODE

    @property
    def is_credentials(self) -> bool:
        """No provider gave credentials. The message names each source and why it gave nothing."""
        return self.kind is ErrorKind.CREDENTIALS

    @property
    def is_transient(self) -> bool:
        """A call made later may go well.

        So it is for what is attempted again within a call, too, and for credentials whose source
        could not be reached. A wait goes on after it. Call again after a while; the `RetryPolicy`
        says how often a call tries.
        """
        return self._is_passing or (self.kind is ErrorKind.API and self.status in _RETRIED)

    @property
    def is_task_failed(self) -> bool:
        """The task waited for ended as FAILED, CANCELLED or DELETED; `task` has it.

        A task's `params` and `details` say what it was to change; the console says why it failed.
        """
        return self.kind is ErrorKind.TASK_FAILED

    @property
    def is_wait_timed_out(self) -> bool:
        """The wait's time was up before the task had ended; `task` has it as it was last seen.

        The task goes on, and can be waited for again; or raise the wait's timeout.
        """
        return self.kind is ErrorKind.WAIT_TIMED_OUT

    def _has_status(self, status: int) -> bool:
        return self.kind is ErrorKind.API and self.status == status

    def _has_code(self, code: str) -> bool:
        return self.code == code

    def _has_gateway_code(self, number: str) -> bool:
        return is_gateway_code(self.code, number)

    # What follows is for this package alone.

    @property
    def _is_missing_task(self) -> bool:
        """Whether the task asked for may come to be known yet: no such task, or instance."""
        return self.is_not_found or (self.is_bad_request and self._has_code("DMS.00400070"))

    @property
    def _is_refusal(self) -> bool:
        """Whether the service refused what was asked, rather than who asked, or when."""
        is_4xx = (self.status or 0) // 100 == 4  # noqa: PLR2004
        return self.kind is ErrorKind.API and is_4xx and self.status not in _NOT_REFUSED

    @property
    def _is_unsent(self) -> bool:
        """Whether nothing was sent."""
        return self.kind in {ErrorKind.INVALID_INPUT, ErrorKind.CREDENTIALS}

    def _with_operation(self, operation: str) -> Self:
        self.operation = operation
        return self

    def _with_context(self, what: str) -> Self:
        self._line = f"{what}: {self._line}"
        return self

    def _with_attempts(self, attempts: int, clock_skew: timedelta | None) -> Self:
        self.attempts = attempts
        self.clock_skew = clock_skew
        return self

    def _with_cause(self, cause: BaseException | None) -> Self:
        self.__cause__ = cause
        # Facts of its own, because a pickle has no cause.
        late = httpx2.TimeoutException | TimeoutError
        connecting = httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.ProxyError
        self._is_late = isinstance(cause, late)
        self._is_unconnected = isinstance(cause, connecting)
        return self

    def _with_task(self, task: Task | None) -> Self:
        if task is not None:
            self.task = task
        return self

    def _with_response(self, answer: Response) -> Self:
        if len(answer.raw_body) > _KEPT_BODY:
            answer = replace(answer, raw_body=answer.raw_body[:_KEPT_BODY])
        self._answer = answer
        self.attempts = answer.attempts
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.kind, self._line), self.__dict__


E = TypeVar("E", bound=Exception)


def again(error: E) -> E:
    """Return another error that says the same, to be raised apart from the first.

    An exception that is raised grows: a traceback, notes, a context.
    """
    made = type(error).__new__(type(error), *error.args)
    made.__dict__.update(error.__dict__)
    if "__notes__" in made.__dict__:
        made.__notes__ = list(made.__notes__)
    made.__cause__ = error.__cause__
    return made


def bare(error: BaseException) -> None:
    """Take the tracebacks from an error of a library, and from those it follows from.

    Their frames hold the request's headers, which some loggers show.
    """
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            one.__traceback__ = None
            left += [one.__cause__, one.__context__]


def is_number(value: object) -> bool:
    """Whether a setting is a number, infinite or not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value  # noqa: PLR0124


def is_gateway_code(code: str | None, number: str) -> bool:
    """Whether a code is this one of the gateway."""
    return code is not None and code in {prefix + number for prefix in _GATEWAY}


def is_retried(status: int) -> bool:
    """Whether a status is one that passes."""
    return status in _RETRIED


def invalid_input(line: str) -> Error:
    """Nothing was sent: an argument or the configuration is not valid."""
    return Error(ErrorKind.INVALID_INPUT, line)


def unexpected(answer: Response, line: str) -> Error:
    """Neither the documented success nor an error, or not what was asked."""
    return Error(ErrorKind.UNEXPECTED, line)._with_response(answer)


def transport(error: Exception) -> Error:
    """No answer came."""
    if isinstance(error, httpx2.TimeoutException | TimeoutError):
        line = "no answer in time"
    elif isinstance(error, httpx2.ConnectError | httpx2.ProxyError):
        line = "cannot connect to the endpoint"
    else:
        line = "the connection broke before the answer was complete"
    bare(error)
    return Error(ErrorKind.TRANSPORT, line)._with_cause(error)


def late(what: str) -> Error:
    """Something else than an answer did not come in time."""
    return Error(ErrorKind.TRANSPORT, f"{what}: no answer in time")._with_cause(TimeoutError())


def body_too_large(limit: int) -> Error:
    """The answer is larger than the limit."""
    line = f"the answer is larger than the body limit of {limit} bytes; see the client's body_limit"
    return Error(ErrorKind.BODY_TOO_LARGE, line)


def api(answer: Response, response: ErrorResponse | None) -> Error:
    """An error status; `response` is the body, where it could be read."""
    error = Error(ErrorKind.API, f"the service answered {answer.status_line}")
    error.response = response
    if error.code:
        error._line += f", {one_line(error.code)}"
    error._line += f": {one_line(error.message) if error.message else _excerpt(answer)}"
    return error._with_response(answer)


def decode(answer: Response, path: str, why: str) -> Error:
    """Return the error for a success whose body is not what the document describes."""
    at = f" at {one_line(path)}" if path else ""
    what = one_line(why) if answer.raw_body.strip() else "the body is empty"
    error = Error(ErrorKind.DECODE, f"the body is not what the document describes{at}: {what}")
    error.path = path or None
    return error._with_response(answer)


def one_line(text: str) -> str:
    """Text from outside, fit for a line of a message: no line breaks, no controls, not long."""
    line = _BLANK.sub(" ", text).strip()
    return line if len(line) <= _SHOWN_BODY else f"{line[:_SHOWN_BODY]}…"


def _excerpt(answer: Response) -> str:
    """Return the beginning of a body that is no error response, on one line."""
    text = one_line(answer.raw_body[: 8 * _SHOWN_BODY].decode("utf-8", "replace"))
    kind = one_line(answer.headers.get("content-type") or "no content type")
    return f"the body ({kind}) begins: {text}" if text else "the body is empty"
