"""What sends the requests of a transport, and what comes back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import httpx2

from hwtasks._async.closing import AsyncClosing
from hwtasks._backends import async_ as backend
from hwtasks._core import new_error
from hwtasks._core.http import parsed
from hwtasks._core.secrets import Secrets

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator

    from hwtasks._core.http import Outgoing


class AsyncExchange(ABC):
    """A response whose body has not been read."""

    __slots__ = ()
    status: int
    """The HTTP status code."""
    headers: httpx2.Headers

    @abstractmethod
    def body(self) -> AsyncIterable[bytes]:
        """Yield the body in chunks, after decompression."""

    @abstractmethod
    async def aclose(self) -> None:
        """End the exchange; its connection is kept for another one if the body has been read."""


class AsyncSender(AsyncClosing):
    """Sends requests to any host, over connections that it keeps."""

    @abstractmethod
    async def send(self, request: Outgoing) -> AsyncExchange:
        """Send a request without following redirects, and return the response."""


class AsyncClientExchange(AsyncExchange):
    """A response that an HTTP client of httpx2 returned."""

    __slots__ = ("_response", "headers", "status")

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers = response.headers

    def body(self) -> AsyncIterable[bytes]:
        """Yield the body in chunks, after decompression."""
        if self.headers.get("content-encoding", "").strip().lower() == "x-gzip":
            self.headers["content-encoding"] = "gzip"
        return self._response.aiter_bytes()

    async def aclose(self) -> None:
        """Close the response."""
        await self._response.aclose()


class AsyncClientSender(AsyncSender):
    """Sends with an HTTP client of httpx2, which knows proxies and is what a user configured."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def send(self, request: Outgoing) -> AsyncExchange:
        """Send a request without following redirects, and return the response."""
        client = self._client
        own = {name.lower(): value for name, value in request.headers.items()}
        # Not by the client's build_request, which parses the URL each time.
        built = httpx2.Request(
            request.method,
            parsed(request.url),
            headers=Secrets({**client.headers, **own}),
            content=request.body or None,
            extensions={"timeout": request.timeouts},
        )
        del own
        try:
            return AsyncClientExchange(
                await client.send(built, stream=True, auth=None, follow_redirects=False)
            )
        except RuntimeError as error:
            # Such as an http_client option that belongs to another event loop.
            raise new_error.invalid_input(f"the HTTP client cannot send: {error}") from None

    async def aclose(self) -> None:
        """Close the client."""
        await self._client.aclose()


class AsyncChunks(backend.ByteStream):
    """The chunks of a body, for the decoders of httpx2."""

    def __init__(self, chunks: AsyncIterable[bytes]) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._chunks:
            yield chunk


def decoded(
    status: int, headers: httpx2.Headers, chunks: AsyncIterable[bytes]
) -> AsyncIterable[bytes]:
    """Return the chunks of a body after the decompression that its headers name."""
    encoding = headers.get("content-encoding")
    if encoding is None:
        return chunks
    if encoding.strip().lower() == "x-gzip":
        headers = httpx2.Headers(headers)
        headers["content-encoding"] = "gzip"
    return httpx2.Response(status, headers=headers, stream=AsyncChunks(chunks)).aiter_bytes()
