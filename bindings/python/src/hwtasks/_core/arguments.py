"""Arguments of calls: IDs, numbers and times as they are sent in a URL, and durations."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Literal
from urllib.parse import quote

from hwtasks._core import new_error
from hwtasks._core.scalars import Timestamp, aware, compact, parse_time

Moment = datetime | str | Timestamp
"""A point in time: a `datetime` with a time zone, RFC 3339 text, or a task's `Timestamp`."""
Duration = float | timedelta
"""Seconds, or a `timedelta`."""
LONGEST = 1e6
"""In seconds, for a call without a limit; no socket accepts an infinite timeout."""

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


class Default(Enum):
    """The default of an argument, where `None` has a meaning of its own."""

    CLIENT = "the option of the client"

    def __repr__(self) -> str:
        return f"<{self.value}>"


CallTimeout = Duration | Literal[Default.CLIENT] | None
"""The timeout of a call: a duration, `None` for no limit, or that of the client."""


def seconds(name: str, value: object, must: str = "seconds or a timedelta") -> float:
    """Return a duration in seconds; that of `None` is infinite.

    Raises `InvalidInputError` for a value that is no duration.
    """
    if value is None:
        return math.inf
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, int | float) and new_error.is_number(value):
        return value
    raise new_error.invalid_input(f"{name} is {value!r}, and must be {must}")


def time_limit(name: str, value: object) -> float:
    """Return a time limit in seconds; `None` is none.

    Raises `InvalidInputError` for a negative one.
    """
    must = "a number, 0 or more, or a timedelta"
    found = seconds(name, value, must)
    if found < 0:
        raise new_error.invalid_input(f"{name} is {value!r}, and must be {must}")
    return min(found, LONGEST)


def call_timeout(value: CallTimeout) -> float | None:
    """Return the timeout of a call in seconds; `None` for that of the client."""
    return None if value is Default.CLIENT else time_limit("timeout", value)
