"""Sends over connections of its own, by the lowest layers of the HTTP library."""

from __future__ import annotations

import logging
from collections import deque
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

import h11
import httpcore2
import httpx2

from hwtasks._backends import async_, sync
from hwtasks._client.sender import (
    AsyncExchange,
    AsyncSender,
    Exchange,
    Sender,
    async_decoded,
    decoded,
)
from hwtasks._core.http import ACCEPTED_ENCODINGS, IDLE_SECONDS, Target, target_of
from hwtasks._core.secrets import SecretPairs

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator

    from hwtasks._config.http_settings import HttpSettings
    from hwtasks._core.http import Outgoing

_LOG = logging.getLogger("hwtasks.http")
_MAX_IDLE = 100
"""How many unused connections to a host are kept."""
_READ_BYTES = 64 * 1024
_MAX_HEAD = 100 * 1024
"""The size limit of the head of a response, in bytes."""


class AsyncConnection:
    """An HTTP/1.1 connection, which one exchange uses at a time."""

    __slots__ = ("_state", "_stream", "idle_since")

    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self._stream = stream
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)
        self.idle_since: float = 0.0

    async def send(self, request: Outgoing, target: bytes, headers: SecretPairs) -> h11.Response:
        """Send a request, and return the head of the response."""
        state = self._state
        try:
            head = h11.Request(method=request.method, target=target, headers=headers)
            sent = state.send(head) or b""
            if request.body:
                sent += state.send(h11.Data(data=request.body)) or b""
            sent += state.send(h11.EndOfMessage()) or b""
        except h11.LocalProtocolError as error:
            raise httpcore2.LocalProtocolError(str(error)) from None
        # The service may have sent an error before it closed the connection.
        with suppress(httpcore2.WriteError):
            await self._stream.write(sent, request.timeouts["write"])
        while True:
            event = await self._event(request.timeouts["read"])
            if isinstance(event, h11.Response):
                if _LOG.isEnabledFor(logging.DEBUG):
                    _LOG.debug("%d with %s", event.status_code, event.headers.raw_items())
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise httpcore2.RemoteProtocolError("no response came")

    async def body(self, timeout: float) -> AsyncIterator[bytes]:
        """Yield the body of the response as it comes."""
        while isinstance(event := await self._event(timeout), h11.Data):
            yield bytes(event.data)

    async def _event(self, timeout: float) -> Any:
        state = self._state
        while True:
            try:
                event = state.next_event()
            except h11.RemoteProtocolError as error:
                raise httpcore2.RemoteProtocolError(str(error)) from None
            if event is not h11.NEED_DATA:
                return event
            data = await self._stream.read(_READ_BYTES, timeout)
            if not data and state.their_state is h11.SEND_RESPONSE:
                raise httpcore2.RemoteProtocolError("the connection closed without a response")
            state.receive_data(data)

    async def finish(self) -> bool:
        """End the exchange, and return whether another one may use the connection."""
        state = self._state
        is_whole = state.our_state is h11.DONE and state.their_state is h11.DONE
        if is_whole and not state.trailing_data[0]:
            state.start_next_cycle()
            self.idle_since = monotonic()
            return True
        await self.aclose()
        return False

    def is_stale(self) -> bool:
        """Whether an idle connection has expired, or the service has closed it or sent something."""
        if self.idle_since + IDLE_SECONDS < monotonic():
            return True
        return bool(self._stream.get_extra_info("is_readable"))

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()


class AsyncConnections(AsyncSender):
    """Sends over HTTP/1.1 connections without a proxy, each kept for the next request.

    Threads call these methods at any time: an idle connection belongs to the one that pops it.
    """

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._user_agent = settings.user_agent.encode("ascii")
        self._idle: dict[tuple[bytes, bytes, int], deque[AsyncConnection]] = {}

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
        connection = await self._connection(target, request)
        try:
            head = await connection.send(request, target.url.target, headers)
        except BaseException:
            await connection.aclose()
            raise
        return _AsyncExchange(self, target, connection, head, request.timeouts["read"])

    async def _connection(self, target: Target, request: Outgoing) -> AsyncConnection:
        idle = self._idle.get(target.key)
        while idle:
            try:
                # The newest one: the others may expire.
                connection = idle.pop()
            except IndexError:
                # Another thread was faster.
                break
            if not connection.is_stale():
                return connection
            await connection.aclose()
        context = self._settings.tls() if target.is_tls else None
        stream = await async_.connect(*target.address, context, request.timeouts["connect"])
        return AsyncConnection(stream)

    async def release(self, target: Target, connection: AsyncConnection) -> None:
        """Keep a connection for the next request, unless its exchange has broken it."""
        if not await connection.finish():
            return
        idle = self._idle.setdefault(target.key, deque())
        idle.append(connection)
        try:
            while len(idle) > _MAX_IDLE or idle[0].idle_since + IDLE_SECONDS < monotonic():
                await idle.popleft().aclose()
        except IndexError:
            # Another thread took the last one.
            return

    async def aclose(self) -> None:
        """Close the unused connections."""
        all_idle, self._idle = self._idle, {}
        for idle in all_idle.values():
            for connection in idle:
                await connection.aclose()


class _AsyncExchange(AsyncExchange):
    """A response on a connection."""

    __slots__ = ("_connection", "_sender", "_target", "_timeout", "headers", "status")

    def __init__(
        self,
        sender: AsyncConnections,
        target: Target,
        connection: AsyncConnection,
        head: h11.Response,
        timeout: float,
    ) -> None:
        self._sender = sender
        self._target = target
        self._connection = connection
        self._timeout = timeout
        self.status = head.status_code
        self.headers = httpx2.Headers(head.headers.raw_items())

    def body(self) -> AsyncIterable[bytes]:
        """Yield the body in chunks, after decompression."""
        return async_decoded(self.status, self.headers, self._connection.body(self._timeout))

    async def aclose(self) -> None:
        """End the exchange, and keep the connection if the body has been read."""
        await self._sender.release(self._target, self._connection)


# --- Generated by `cargo xtask gen python` from the definitions above; do not edit. ---
# fmt: off


class Connection:
    """An HTTP/1.1 connection, which one exchange uses at a time."""

    __slots__ = ("_state", "_stream", "idle_since")

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)
        self.idle_since: float = 0.0

    def send(self, request: Outgoing, target: bytes, headers: SecretPairs) -> h11.Response:
        """Send a request, and return the head of the response."""
        state = self._state
        try:
            head = h11.Request(method=request.method, target=target, headers=headers)
            sent = state.send(head) or b""
            if request.body:
                sent += state.send(h11.Data(data=request.body)) or b""
            sent += state.send(h11.EndOfMessage()) or b""
        except h11.LocalProtocolError as error:
            raise httpcore2.LocalProtocolError(str(error)) from None
        # The service may have sent an error before it closed the connection.
        with suppress(httpcore2.WriteError):
            self._stream.write(sent, request.timeouts["write"])
        while True:
            event = self._event(request.timeouts["read"])
            if isinstance(event, h11.Response):
                if _LOG.isEnabledFor(logging.DEBUG):
                    _LOG.debug("%d with %s", event.status_code, event.headers.raw_items())
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise httpcore2.RemoteProtocolError("no response came")

    def body(self, timeout: float) -> Iterator[bytes]:
        """Yield the body of the response as it comes."""
        while isinstance(event := self._event(timeout), h11.Data):
            yield bytes(event.data)

    def _event(self, timeout: float) -> Any:
        state = self._state
        while True:
            try:
                event = state.next_event()
            except h11.RemoteProtocolError as error:
                raise httpcore2.RemoteProtocolError(str(error)) from None
            if event is not h11.NEED_DATA:
                return event
            data = self._stream.read(_READ_BYTES, timeout)
            if not data and state.their_state is h11.SEND_RESPONSE:
                raise httpcore2.RemoteProtocolError("the connection closed without a response")
            state.receive_data(data)

    def finish(self) -> bool:
        """End the exchange, and return whether another one may use the connection."""
        state = self._state
        is_whole = state.our_state is h11.DONE and state.their_state is h11.DONE
        if is_whole and not state.trailing_data[0]:
            state.start_next_cycle()
            self.idle_since = monotonic()
            return True
        self.close()
        return False

    def is_stale(self) -> bool:
        """Whether an idle connection has expired, or the service has closed it or sent something."""
        if self.idle_since + IDLE_SECONDS < monotonic():
            return True
        return bool(self._stream.get_extra_info("is_readable"))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()


class Connections(Sender):
    """Sends over HTTP/1.1 connections without a proxy, each kept for the next request.

    Threads call these methods at any time: an idle connection belongs to the one that pops it.
    """

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._user_agent = settings.user_agent.encode("ascii")
        self._idle: dict[tuple[bytes, bytes, int], deque[Connection]] = {}

    def send(self, request: Outgoing) -> Exchange:
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
        connection = self._connection(target, request)
        try:
            head = connection.send(request, target.url.target, headers)
        except BaseException:
            connection.close()
            raise
        return _Exchange(self, target, connection, head, request.timeouts["read"])

    def _connection(self, target: Target, request: Outgoing) -> Connection:
        idle = self._idle.get(target.key)
        while idle:
            try:
                # The newest one: the others may expire.
                connection = idle.pop()
            except IndexError:
                # Another thread was faster.
                break
            if not connection.is_stale():
                return connection
            connection.close()
        context = self._settings.tls() if target.is_tls else None
        stream = sync.connect(*target.address, context, request.timeouts["connect"])
        return Connection(stream)

    def release(self, target: Target, connection: Connection) -> None:
        """Keep a connection for the next request, unless its exchange has broken it."""
        if not connection.finish():
            return
        idle = self._idle.setdefault(target.key, deque())
        idle.append(connection)
        try:
            while len(idle) > _MAX_IDLE or idle[0].idle_since + IDLE_SECONDS < monotonic():
                idle.popleft().close()
        except IndexError:
            # Another thread took the last one.
            return

    def close(self) -> None:
        """Close the unused connections."""
        all_idle, self._idle = self._idle, {}
        for idle in all_idle.values():
            for connection in idle:
                connection.close()


class _Exchange(Exchange):
    """A response on a connection."""

    __slots__ = ("_connection", "_sender", "_target", "_timeout", "headers", "status")

    def __init__(
        self,
        sender: Connections,
        target: Target,
        connection: Connection,
        head: h11.Response,
        timeout: float,
    ) -> None:
        self._sender = sender
        self._target = target
        self._connection = connection
        self._timeout = timeout
        self.status = head.status_code
        self.headers = httpx2.Headers(head.headers.raw_items())

    def body(self) -> Iterable[bytes]:
        """Yield the body in chunks, after decompression."""
        return decoded(self.status, self.headers, self._connection.body(self._timeout))

    def close(self) -> None:
        """End the exchange, and keep the connection if the body has been read."""
        self._sender.release(self._target, self._connection)
