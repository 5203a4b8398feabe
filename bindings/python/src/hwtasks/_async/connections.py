"""Sends over connections of its own, by the lowest layer of the HTTP library."""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, cast

import httpcore2
import httpx2

from hwtasks._async.sender import AsyncExchange, AsyncSender, decoded
from hwtasks._backends import async_ as backend
from hwtasks._core.http import ACCEPTED_ENCODINGS, IDLE_SECONDS, Target, target_of
from hwtasks._core.secrets import SecretPairs

if TYPE_CHECKING:
    from collections.abc import AsyncIterable

    from hwtasks._config.http_settings import HttpSettings
    from hwtasks._core.http import Outgoing

_MAX_IDLE = 100
"""How many unused connections to a host are kept."""

_Idle = deque[tuple[float, httpcore2.AsyncHTTP11Connection]]


class AsyncConnections(AsyncSender):
    """Sends over HTTP/1.1 connections without a proxy, each kept for the next request.

    Threads call these methods at any time: an idle connection belongs to the one that pops it.
    """

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._user_agent = settings.user_agent.encode("ascii")
        self._idle: dict[tuple[bytes, bytes, int], _Idle] = {}

    async def send(self, request: Outgoing) -> AsyncExchange:
        """Send a request without following redirects, and return the response."""
        target = target_of(request.url)
        headers = SecretPairs(
            (
                (b"Host", target.host),
                (b"User-Agent", self._user_agent),
                (b"Accept-Encoding", ACCEPTED_ENCODINGS),
            )
        )
        if request.body:
            headers.append((b"Content-Length", b"%d" % len(request.body)))
        for name, value in request.headers.items():
            headers.append((name.encode("ascii"), value.encode("ascii")))
        sent = httpcore2.Request(
            request.method,
            target.url,
            headers=headers,
            content=request.body or backend.NO_BODY,
            extensions={"timeout": request.timeouts},
        )
        del headers
        connection = await self._connection(target, request)
        try:
            response = await connection.handle_async_request(sent)
        except httpcore2.ConnectionNotAvailable as error:
            raise httpcore2.RemoteProtocolError(str(error)) from None
        return _Exchange(self, target, connection, response)

    async def _connection(
        self, target: Target, request: Outgoing
    ) -> httpcore2.AsyncHTTP11Connection:
        idle = self._idle.get(target.key)
        while idle:
            try:
                # The newest one: the others may expire.
                _, connection = idle.pop()
            except IndexError:
                # Another thread was faster.
                break
            if not connection.has_expired():
                return connection
            await connection.aclose()
        context = self._settings.tls() if target.is_tls else None
        stream = await backend.connect(*target.address, context, request.timeouts["connect"])
        return httpcore2.AsyncHTTP11Connection(target.origin, stream, IDLE_SECONDS)

    async def release(self, target: Target, connection: httpcore2.AsyncHTTP11Connection) -> None:
        """Keep a connection for the next request, unless it is closed."""
        if not connection.is_idle():
            return
        now = monotonic()
        idle = self._idle.setdefault(target.key, deque())
        idle.append((now, connection))
        try:
            while len(idle) > _MAX_IDLE or idle[0][0] + IDLE_SECONDS < now:
                await idle.popleft()[1].aclose()
        except IndexError:
            # Another thread took the last one.
            return

    async def aclose(self) -> None:
        """Close the unused connections."""
        all_idle, self._idle = self._idle, {}
        for idle in all_idle.values():
            for _, connection in idle:
                await connection.aclose()


class _Exchange(AsyncExchange):
    """A response on a connection."""

    __slots__ = ("_connection", "_response", "_sender", "_target", "headers", "status")

    def __init__(
        self,
        sender: AsyncConnections,
        target: Target,
        connection: httpcore2.AsyncHTTP11Connection,
        response: httpcore2.Response,
    ) -> None:
        self._sender = sender
        self._target = target
        self._connection = connection
        self._response = response
        self.status = response.status
        self.headers = httpx2.Headers(response.headers)

    def body(self) -> AsyncIterable[bytes]:
        """Yield the body in chunks, after decompression."""
        chunks = cast("AsyncIterable[bytes]", self._response.stream)
        return decoded(self.status, self.headers, chunks)

    async def aclose(self) -> None:
        """Close the response, and keep the connection if the body has been read."""
        await self._response.aclose()
        await self._sender.release(self._target, self._connection)
