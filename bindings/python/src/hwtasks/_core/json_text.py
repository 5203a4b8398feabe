"""Parses JSON as every client does."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json

_MAX_DEPTH = 127
_TOO_DEEP = f"the JSON is nested deeper than {_MAX_DEPTH} levels"
_INFINITE = (float("inf"), float("-inf"))


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
        _check(value, _MAX_DEPTH)
    return value


def _check(value: Any, left: int) -> None:
    if left == 0:
        raise ValueError(_TOO_DEEP)
    for member in value.values() if type(value) is dict else value:
        kind = type(member)
        # Most members are text.
        if kind is str:
            continue
        if kind is dict or kind is list:
            _check(member, left - 1)
        elif kind is float and member in _INFINITE:
            raise ValueError("number out of range")
