"""A connection of asyncio, as the HTTP library reads and writes it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import httpcore2

if TYPE_CHECKING:
    import ssl

_HIGH_WATER = 256 * 1024
"""How many bytes wait at most before reading from the socket pauses."""


_NEXT_ADDRESS = 0.25
"""Seconds until the next address of a host is tried beside the one before (RFC 8305)."""


class Stream(asyncio.Protocol, httpcore2.AsyncNetworkStream):
    """A connection of one event loop. The timeout of an attempt cancels its reads."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._is_over = False
        self._failure: Exception | None = None
        self._is_paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Keep what came, and wake the reader."""
        self._received += data
        if len(self._received) > _HIGH_WATER and self._transport is not None:
            self._transport.pause_reading()
            self._is_paused = True
        self._wake()

    def eof_received(self) -> None:
        """Wake the reader, which reads the end."""
        self._is_over = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake the reader, which raises the failure or reads the end."""
        self._is_over = True
        self._failure = exc
        self._wake()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has come; empty bytes at the end."""
        del timeout
        if not self._received and not self._is_over:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        if not self._received and self._failure is not None:
            raise httpcore2.ReadError(str(self._failure)) from self._failure
        data = bytes(self._received[:max_bytes])
        del self._received[:max_bytes]
        if self._is_paused and self._transport is not None:
            self._is_paused = False
            self._transport.resume_reading()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes; a request is small, so none are held back."""
        del timeout
        if self._is_over or self._transport is None:
            raise httpcore2.WriteError("the connection is closed")
        if buffer:
            self._transport.write(buffer)

    async def aclose(self) -> None:
        """Close the connection."""
        if self._transport is None:
            return
        if self._transport.get_extra_info("ssl_object") is None:
            self._transport.close()
        else:
            # `close` would wait for the service to end TLS too, for as long as half a minute.
            self._transport.abort()

    def get_extra_info(self, info: str) -> Any:
        """Return whether something came that nobody waits for, such as the end."""
        return info == "is_readable" and (self._is_over or bool(self._received))


async def connect(
    host: str, port: int, context: ssl.SSLContext | None, timeout: float | None
) -> Stream:
    """Return a new connection; with a context, one of TLS."""
    loop = asyncio.get_running_loop()
    # Other loops, such as uvloop's, do not know the option.
    options: dict[str, Any] = {}
    if isinstance(loop, asyncio.BaseEventLoop):
        options["happy_eyeballs_delay"] = _NEXT_ADDRESS
    stream = Stream()
    try:
        async with asyncio.timeout(timeout):
            await loop.create_connection(lambda: stream, host, port, ssl=context, **options)
    except TimeoutError as error:
        raise httpcore2.ConnectTimeout(str(error)) from error
    except OSError as error:
        raise httpcore2.ConnectError(str(error)) from error
    return stream
