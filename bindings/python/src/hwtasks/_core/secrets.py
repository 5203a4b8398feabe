"""A dictionary that hides its values."""

from __future__ import annotations

from typing import Any


class Secrets(dict[str, Any]):
    """A dictionary whose `repr` shows no value, because loggers may show the locals of a frame."""

    def __repr__(self) -> str:
        return "<hidden>"


class SecretPairs(list[tuple[bytes, bytes]]):
    """A list of headers whose `repr` shows none of them."""

    def __repr__(self) -> str:
        return "<hidden>"
