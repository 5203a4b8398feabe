"""The facts of an error body, from whichever of its shapes the service used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwtasks._generated.models import ErrorResponse


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
