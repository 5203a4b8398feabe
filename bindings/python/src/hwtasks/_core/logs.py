"""Keeps secrets out of the logs of the HTTP library, which shows every header when it is asked to."""

from __future__ import annotations

import logging
import re

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
_LOGGERS = ("httpcore2.http11", "httpcore2.http2", "hpack.hpack", "hpack.table")


class _Masking(logging.Filter):
    """Hides the values of headers that authorize, in pairs of a name and a value."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        masked = _SECRET.sub(r"\1'<hidden>'", text)
        if masked != text:
            record.msg, record.args = masked, None
        return True


def mask() -> None:
    """Hide the secrets in what these loggers write, whoever sent the request."""
    masking = _Masking()
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(masking)
