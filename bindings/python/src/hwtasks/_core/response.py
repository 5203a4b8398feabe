"""An answer as it came over the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as it came over the wire, whatever its status."""

    status: int
    """The HTTP status."""
    headers: httpx2.Headers = field(repr=False)
    """The headers, whose names are looked up in any case."""
    body: bytes = field(repr=False)
    """The bytes of the body as the service sent them, decompressed."""
    attempts: int = 1
    """How many attempts it took."""

    @property
    def request_id(self) -> str | None:
        """Identifies the request in the logs of the service: the header `X-Request-Id`."""
        return self.headers.get("x-request-id")

    @property
    def reason(self) -> str:
        """The status with its name: `404 Not Found`."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return f"{self.status} <unknown status code>"
