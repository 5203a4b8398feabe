"""The normalised forms in which the corpus writes results and errors."""

from __future__ import annotations

import unicodedata
from typing import Any

from hwtasks import (
    Capacity,
    HwtasksError,
    Model,
    Scalar,
    TaskCount,
    Timestamp,
)
from tests.conformance.scalar import written_time

# Every predicate, by the word of the corpus.
_PREDICATES = {
    "bad_request": "is_bad_request",
    "connection_error": "is_connection_error",
    "credentials": "is_credentials",
    "decode": "is_decode",
    "forbidden": "is_forbidden",
    "not_found": "is_not_found",
    "server_error": "is_server_error",
    "task_failed": "is_task_failed",
    "throttled": "is_throttled",
    "timeout": "is_timeout",
    "unauthorized": "is_unauthorized",
    "wait_timed_out": "is_wait_timed_out",
}


def normal(value: Any) -> Any:
    """Return a typed value as the corpus writes it."""
    match value:
        case Model():
            names = type(value).model_fields
            found = {name: normal(getattr(value, name)) for name in names}
            if "task_count" in found:
                found["count"] = found.pop("task_count")
            if (count := found.pop("instance_num", None)) is not None:
                found["count"] = {"raw": count, "value": count}
            return {name: field for name, field in found.items() if field is not None}
        case list():
            return [normal(item) for item in value]
        case Timestamp():
            return {"raw": value.raw, "value": written_time(value)}
        case Capacity() | TaskCount():
            stands_for = value.get() if isinstance(value, TaskCount) else value.gigabytes
            return {"raw": value.raw, "value": stands_for}
        case Scalar() | str():
            return str(value)
        case _:
            return value


def error(raised: HwtasksError, expected: dict[str, Any]) -> dict[str, Any]:
    """Return an error as the corpus writes it, with those optional members that are expected."""
    found: dict[str, Any] = {
        "kind": raised.kind.value,
        "status": raised.status,
        "code": raised.code,
        "message": raised.message,
        "request_id": raised.request_id,
        "is": [word for word, name in _PREDICATES.items() if getattr(raised, name)],
    }
    found = {name: value for name, value in found.items() if value is not None}
    if "path" in expected:
        found["path"] = raised.path
    line = str(raised)
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} for c in line), repr(line)
    if "shows" in expected:
        assert expected["shows"] in line, repr(line)
        found["shows"] = expected["shows"]
    if "attempts" in expected:
        found["attempts"] = raised.attempts
    if expected.get("request_id") == "*":
        assert raised.request_id
        found["request_id"] = "*"
    if raised.is_unauthorized and raised.reason is not None:
        found["reason"] = raised.reason.value
    if raised.clock_skew is not None:
        found["clock_skew_ms"] = round(raised.clock_skew.total_seconds() * 1000)
    return found


def check_written(written: Any, wanted: Any, body: Any, at: str = "") -> None:
    """Fail unless what is written back loses nothing: the rule of "Nothing is lost"."""
    nothing = object()
    if isinstance(wanted, dict) and isinstance(written, dict):
        for name in wanted.keys() | written.keys():
            here = f"{at}.{name}"
            came = body.get(name, nothing) if isinstance(body, dict) else nothing
            if name in wanted:
                if wanted[name] is None and name not in written:
                    continue
                assert name in written, f"{here} is lost"
                check_written(written[name], wanted[name], came, here)
            else:
                assert written[name] == came, f"{here} is made up"
    elif isinstance(wanted, list) and isinstance(written, list):
        assert len(written) == len(wanted), at
        for index, pair in enumerate(zip(written, wanted, strict=True)):
            came = body[index] if isinstance(body, list) and index < len(body) else nothing
            check_written(*pair, came, f"{at}[{index}]")
    else:
        assert written in (wanted, body), f"{at}: {written!r} is neither {wanted!r} nor {body!r}"
