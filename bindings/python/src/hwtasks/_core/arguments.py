"""IDs, numbers and times as they are sent in a URL."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from hwtasks._core import new_error
from hwtasks._core.scalars import Timestamp, aware, compact, parse_time

Moment = datetime | str | Timestamp
"""A point in time: a `datetime` with a time zone, RFC 3339 text, or a task's `Timestamp`."""

_PLAIN = re.compile(r"[A-Za-z0-9\-_]+", re.ASCII)
"""IDs that need no encoding, as nearly all."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def path_segment(what: str, name: str) -> str:
    """Return an ID as one encoded path segment. Raises `InvalidInputError` for an invalid ID."""
    if not isinstance(name, str):
        raise new_error.invalid_input(f"the {what} is of type {type(name).__name__}, not a string")
    if _PLAIN.fullmatch(name):
        return name
    if not name:
        why = "is empty"
    elif name in {".", ".."}:
        why = "would name another path"
    elif _CONTROL.search(name):
        why = "holds a control character"
    else:
        try:
            return quote(name, safe="~")
        except UnicodeEncodeError:
            why = "is not valid Unicode"
    raise new_error.invalid_input(f"the {what} {name!r} {why}")


def check_range(what: str, value: int, minimum: int, maximum: int) -> str:
    """Return a number as text. Raises `InvalidInputError` when it is out of range."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise new_error.invalid_input(f"the {what} is {value!r}, and must be a whole number")
    if not minimum <= value <= maximum:
        raise new_error.invalid_input(f"the {what} is {value}, and must be {minimum} to {maximum}")
    return str(value)


def moment(what: str, time: Moment) -> datetime:
    """Return a point in time in UTC. Raises `InvalidInputError` for any other value."""
    try:
        if isinstance(time, str):
            return parse_time(time)
        if isinstance(time, Timestamp):
            return time.parse()
        if isinstance(time, datetime):
            return aware(time).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise new_error.invalid_input(f"{what}: {error}") from None
    raise new_error.invalid_input(
        f"{what} is of type {type(time).__name__}: give a datetime with a time zone"
    )


def lower(what: str, time: Moment) -> str:
    """Return the whole second at or before `time`, so that no task at the edge is lost."""
    return compact(moment(what, time))


def upper(what: str, time: Moment) -> str:
    """Return the whole second at or after `time`, so that no task at the edge is lost."""
    at = moment(what, time)
    try:
        return compact(at + timedelta(seconds=1) if at.microsecond else at)
    except OverflowError as error:
        raise new_error.invalid_input(f"{what}: {error}") from None
