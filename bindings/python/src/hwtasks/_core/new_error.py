"""Constructors of errors, one for each way to fail."""

from __future__ import annotations

import re
import ssl
import unicodedata
from typing import TYPE_CHECKING

import httpx2

from hwtasks._core.classify import (
    REFUSAL_HELP,
    UNAUTHORIZED,
    code_of,
    is_gateway_code,
    message_of,
    refusal_reason,
)
from hwtasks._core.error_kinds import ErrorKind, ErrorReason
from hwtasks._core.errors import (
    BadRequestError,
    ConnectionError,  # noqa: A004
    DecodeError,
    ForbiddenError,
    HwtasksError,
    InvalidInputError,
    NotFoundError,
    ServerError,
    ThrottledError,
    UnauthorizedError,
)

if TYPE_CHECKING:
    from hwtasks._core.response import Response
    from hwtasks._generated.models import ErrorResponse

_EXCERPT_LENGTH = 200
"""How many characters of a body that is not JSON a message shows."""
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_BY_STATUS: dict[int, type[HwtasksError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    429: ThrottledError,
}


def invalid_input(
    line: str,
    *,
    help: str | None = None,  # noqa: A002
    reason: ErrorReason | None = None,
) -> InvalidInputError:
    """Return the error of an argument or a configuration that is not valid."""
    return InvalidInputError(ErrorKind.INVALID_INPUT, line, help, reason=reason)


def unexpected(response: Response, line: str) -> HwtasksError:
    """Return the error of a response that is neither a success nor an error, or does not fit."""
    return HwtasksError(ErrorKind.UNEXPECTED, line, http_response=response)


def transport(error: Exception, url: str) -> ConnectionError:
    """Return the error of a request without a complete response."""
    help = None  # noqa: A001
    if isinstance(error, httpx2.TimeoutException | TimeoutError):
        line = "no response in time"
    elif isinstance(error, httpx2.ConnectError | httpx2.ProxyError):
        line = "cannot connect to the endpoint"
        endpoint = "/".join(url.split("/", 3)[:3])
        help = f"check the endpoint {endpoint}, its region, the proxy and DNS"  # noqa: A001
        flaw = certificate_flaw(error)
        if flaw is not None:
            line += f": its certificate is not trusted: {flaw}"
            help = "set SSL_CERT_FILE or verify to the certificates of its authority"  # noqa: A001
    else:
        line = "the connection broke before the response was complete"
    strip_tracebacks(error)
    return ConnectionError(ErrorKind.TRANSPORT, line, help)._with_cause(error)


def certificate_flaw(error: BaseException | None) -> str | None:
    """Return why the certificate of a service was refused; `None` for any other failure."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return one_line(error.verify_message)
        error = error.__cause__ or error.__context__
    return None


def timed_out(what: str) -> ConnectionError:
    """Return the error of a step before the request that took too long."""
    line = f"{what}: no response in time"
    return ConnectionError(ErrorKind.TRANSPORT, line)._with_cause(TimeoutError())


def body_too_large(limit: int) -> HwtasksError:
    """Return the error of a response that is larger than the limit."""
    line = f"the response is larger than the body limit of {limit} bytes"
    return HwtasksError(ErrorKind.BODY_TOO_LARGE, line, "raise the client's body_limit")


def api(response: Response, body: ErrorResponse | None) -> HwtasksError:
    """Return the error of an error status; `body` is the decoded body, if it could be decoded."""
    code, message = code_of(body), message_of(body)
    kind = _BY_STATUS.get(response.status)
    if kind is None and is_gateway_code(code, "0308"):
        kind = ThrottledError
    if kind is None:
        kind = ServerError if response.status // 100 == 5 else HwtasksError  # noqa: PLR2004
    line = f"the service returned {response.status_line}"
    if code:
        line += f", {one_line(code)}"
    line += f": {one_line(message) if message else _excerpt(response)}"
    reason = refusal_reason(body) if response.status == UNAUTHORIZED else None
    return kind(
        ErrorKind.API,
        line,
        None if reason is None else REFUSAL_HELP[reason],
        reason=reason,
        response=body,
        http_response=response,
    )


def decode(response: Response, path: str, why: str) -> DecodeError:
    """Return the error of a successful response whose body cannot be decoded."""
    at = f" at `{one_line(path)}`" if path else ""
    what = one_line(why) if response.raw_body.strip() else "the body is empty"
    line = f"cannot decode the response body{at}: {what}"
    return DecodeError(ErrorKind.DECODE, line, path=path or None, http_response=response)


def one_line(text: str) -> str:
    """Return foreign text on one line: nothing that breaks, hides or reorders it, and not long."""
    # More than a line shows, so that a large body is not gone through.
    text = "".join(c for c in text[: 100 * _EXCERPT_LENGTH] if unicodedata.category(c) != "Cf")
    line = _BLANK.sub(" ", text).strip()
    return line if len(line) <= _EXCERPT_LENGTH else f"{line[:_EXCERPT_LENGTH]}…"


def _excerpt(response: Response) -> str:
    """Return the beginning of a body without an error message, on one line."""
    text = one_line(response.raw_body[: 8 * _EXCERPT_LENGTH].decode("utf-8", "replace"))
    kind = one_line(response.headers.get("content-type") or "no content type")
    return f"the body ({kind}) begins: {text}" if text else "the body is empty"


def strip_tracebacks(error: BaseException) -> None:
    """Remove the tracebacks of a library's error and of its causes.

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
    """Whether an option is a number, infinite or not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value  # noqa: PLR0124
