"""Classifies error responses: by status, and by the codes and texts of body and gateway."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from hwtasks._core.error_kinds import ErrorReason

if TYPE_CHECKING:
    from hwtasks._core.response import Response
    from hwtasks._generated.models import ErrorResponse

UNAUTHORIZED = 401
_RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
_PREFIXES = ("APIGW.", "APIG.")
"""The prefixes of the gateway's codes: its document and its responses differ."""
_SKEW_TOLERANCE = timedelta(minutes=5)
"""A smaller skew does not explain a refused signature: the gateway allows 15 minutes."""
_SERVER_TIME = "server time:"
_REASONS = (
    ("failed to reach the limit", ErrorReason.KEY_LOCKED),
    ("signature expired", ErrorReason.SIGNATURE_EXPIRED),
    # With or without the key.
    (r"(?:^|[^a-z0-9])ak[ :]+(?:[^ :]+ +)?(?:does +)?not exist", ErrorReason.UNKNOWN_ACCESS_KEY),
    ("get secretkey failed", ErrorReason.UNKNOWN_ACCESS_KEY),
    ("verify aksk signature fail", ErrorReason.WRONG_SECRET_KEY),
    ("token expires", ErrorReason.TOKEN_EXPIRED),
    ("decrypt token fail", ErrorReason.INVALID_TOKEN),
)
REFUSAL_HELP = {
    ErrorReason.KEY_LOCKED: "the access key is locked: fix the keys, and send nothing for five minutes",
    ErrorReason.UNKNOWN_ACCESS_KEY: "check the access key, and whether it is still active",
    ErrorReason.WRONG_SECRET_KEY: "check the secret key, and that no blank belongs to it",
    ErrorReason.SIGNATURE_EXPIRED: "set this machine's clock",
    ErrorReason.TOKEN_EXPIRED: "get a new token",
    ErrorReason.INVALID_TOKEN: "check that the token is complete, and of this cloud and region",
}
"""What to do about refused credentials."""


def is_retried_status(status: int) -> bool:
    """Whether the client retries a response of this status."""
    return status in _RETRIED_STATUSES


def is_authorized_status(status: int) -> bool:
    """Whether a response of this status shows that the credentials were accepted."""
    return status != UNAUTHORIZED and status // 100 != 5 and not is_retried_status(status)  # noqa: PLR2004


def is_gateway_code(code: str | None, number: str) -> bool:
    """Whether a code is this one of the gateway."""
    return _gateway_number(code) == number


def _gateway_number(code: str | None) -> str | None:
    """Return the number in a code of the gateway; `None` for another code."""
    prefix = next((prefix for prefix in _PREFIXES if (code or "").startswith(prefix)), None)
    return None if code is None or prefix is None else code.removeprefix(prefix)


def refusal_reason(body: ErrorResponse | None) -> ErrorReason | None:
    """Return why the gateway refused a request, by the text of its 401: its codes do not tell."""
    number = _gateway_number(code_of(body))
    if number is None:
        return None
    text = (message_of(body) or "").lower()
    by_code = ErrorReason.TOKEN_EXPIRED if number == "0307" else None
    return next((reason for part, reason in _REASONS if re.search(part, text)), by_code)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a 401 says about the credentials and the clock."""

    reason: ErrorReason | None
    code: str | None
    date: datetime | None
    server_time: datetime | None

    @classmethod
    def of(cls, response: Response, body: ErrorResponse | None) -> Refusal:
        """Return what a response with this decoded body says."""
        date = _http_date(response.headers.get("date") or "")
        return cls(refusal_reason(body), code_of(body), date, _time_in_text(message_of(body) or ""))

    @property
    def says_expired(self) -> bool:
        """Whether the text says that the signature is expired."""
        return self.reason is ErrorReason.SIGNATURE_EXPIRED

    def service_time(self, signed: datetime) -> datetime | None:
        """Return the service's time, if the clock explains the refusal of a signature of this time."""
        times = [time for time in (self.date, self.server_time) if time is not None]
        off = [time for time in times if abs(time - signed) >= _SKEW_TOLERANCE]
        if self.says_expired:
            return next(iter(off or times), None)
        return self.date if self.date in off and _gateway_number(self.code) is not None else None

    def clock_skew(self, now: datetime) -> timedelta | None:
        """Return how far the service's clock is ahead, if a signature was refused."""
        time = self.date or self.server_time
        if time is None or not (self.says_expired or is_gateway_code(self.code, "0303")):
            return None
        return time - now


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    # Only a date without a zone is taken for UTC.
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date


def _time_in_text(text: str) -> datetime | None:
    """Return the time after `server time:`: `20211217T065804Z`, or RFC 3339."""
    at = text.lower().find(_SERVER_TIME)
    if at < 0:
        return None
    words = text[at + len(_SERVER_TIME) :].replace(",", " ").replace(";", " ").split()
    try:
        time = datetime.fromisoformat(words[0])
    except (IndexError, ValueError):
        return None
    return None if time.tzinfo is None else time


def code_of(body: ErrorResponse | None) -> str | None:
    """Return the error code; `None` when there is none."""
    if body is None:
        return None
    nested = body.error
    codes = [body.error_code, body.code]
    codes += [nested.error_code, nested.code] if nested else []
    return next((str(code) for code in codes if code is not None and str(code)), None)


def message_of(body: ErrorResponse | None) -> str | None:
    """Return the error message; `None` when there is none."""
    if body is None:
        return None
    nested = body.error
    texts = [body.error_msg, body.message]
    texts += [nested.error_msg, nested.message] if nested else []
    return next((text for text in texts if text), None)


def request_id_of(body: ErrorResponse | None) -> str | None:
    """Return the ID of the request in the logs of the service; `None` when there is none."""
    if body is None:
        return None
    return body.request_id or (body.error.request_id if body.error else None) or None
