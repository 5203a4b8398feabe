"""Durations, as arguments and options give them."""

from __future__ import annotations

import math
from datetime import timedelta
from enum import Enum
from typing import Literal

from hwtasks._core import new_error

LONGEST = 1e6
"""In seconds, for a call without a limit; no socket accepts an infinite timeout."""

Duration = float | timedelta
"""Seconds, or a `timedelta`."""


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
