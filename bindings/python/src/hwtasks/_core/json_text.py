"""Parses JSON as every client does."""

from __future__ import annotations

from math import isfinite
from typing import Any

from pydantic_core import from_json

_MAX_DEPTH = 127
_TOO_DEEP = f"the JSON is nested deeper than {_MAX_DEPTH} levels"


def parse_json(text: str | bytes | bytearray) -> Any:
    """Parse JSON that is nested at most 127 levels deep, with numbers in the range of a double.

    Raises `ValueError` otherwise. Of a duplicate key the last value counts.
    """
    try:
        value = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        if str(error).startswith("recursion limit"):
            raise ValueError(_TOO_DEEP) from None
        raise
    if type(value) is dict or type(value) is list:
        check_depth(value, _MAX_DEPTH)
    return value


def check_depth(value: Any, left: int) -> None:
    """Raise `ValueError` for a value nested deeper than `left` levels, or with an infinite number."""
    if left == 0:
        raise ValueError(_TOO_DEEP)
    for member in value.values() if type(value) is dict else value:
        kind = type(member)
        # Most members are text.
        if kind is str:
            continue
        if kind is dict or kind is list:
            check_depth(member, left - 1)
        elif kind is float and not isfinite(member):
            raise ValueError("number out of range")
