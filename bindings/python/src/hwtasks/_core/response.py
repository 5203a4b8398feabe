"""An HTTP response."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus

import httpx2


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response of any status: status, headers and the undecoded body."""

    status: int
    """The HTTP status code."""
    headers: httpx2.Headers = field(repr=False)
    """The headers; names are case-insensitive."""
    raw_body: bytes = field(repr=False)
    """The bytes of the body after decompression."""
    attempts: int = 1
    """How many attempts the call made."""

    @property
    def request_id(self) -> str | None:
        """The header `X-Request-Id`, which identifies the request in the logs of the service."""
        return self.headers.get("x-request-id")

    @property
    def status_line(self) -> str:
        """The status code with its name: `404 Not Found`."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return f"{self.status} <unknown status code>"
