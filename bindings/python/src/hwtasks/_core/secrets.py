"""Hides secrets: in the `repr` of what holds them, and in the debug logs that show every header."""

from __future__ import annotations

import logging
import re
from typing import Any

_HEADERS = (
    "authorization",
    "proxy-authorization",
    "x-auth-token",
    "x-metadata-token",
    "x-security-token",
    "x-subject-token",
)
_SECRET = re.compile(
    rf"""(\(b?(['"])(?:{"|".join(_HEADERS)})\2,\ b?)(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""",
    re.IGNORECASE | re.VERBOSE,
)
_LOGGERS = ("hwtasks.http", "httpcore2.http11", "httpcore2.http2", "hpack.hpack", "hpack.table")


class Secrets(dict[str, Any]):
    """A dictionary whose `repr` shows no value, because loggers may show the locals of a frame."""

    def __repr__(self) -> str:
        return "<hidden>"


class SecretPairs(list[tuple[bytes, bytes]]):
    """A list of headers whose `repr` shows none of them."""

    def __repr__(self) -> str:
        return "<hidden>"


class _Masking(logging.Filter):
    """Masks the values of secret headers in logged pairs of name and value."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        masked = _SECRET.sub(r"\1'<hidden>'", text)
        if masked != text:
            record.msg, record.args = masked, None
        return True


def mask_logs() -> None:
    """Mask secrets in these loggers, for the requests of any sender."""
    masking = _Masking()
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(masking)
