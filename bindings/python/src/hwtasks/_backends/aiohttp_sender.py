"""Sends with aiohttp, for the option `transport` of `AsyncClient`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import aiohttp
import httpx2
from yarl import URL

from hwtasks._client.sender import AsyncExchange, AsyncSender, async_decoded
from hwtasks._core.http import ACCEPTED_ENCODINGS, IDLE_SECONDS, target_of
from hwtasks._core.secrets import Secrets

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator

    from hwtasks._config.http_settings import HttpSettings
    from hwtasks._core.http import Outgoing

_MAX_HEAD = 100 * 1024
_MAX_HEADERS = 10_000
"""As much as the other transport takes."""
_FAILURES = (aiohttp.ClientError, aiohttp.http_exceptions.HttpProcessingError, TimeoutError)


class AiohttpSender(AsyncSender):
    """Sends with a session of aiohttp, without a proxy."""

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: Outgoing) -> AsyncExchange:
        """Send a request without following redirects, and return the response."""
        target = target_of(request.url)
        own = {
            "Host": target.host.decode("ascii"),
            "User-Agent": self._settings.user_agent,
            "Accept-Encoding": ACCEPTED_ENCODINGS.decode("ascii"),
        }
        try:
            response = await self._opened().request(
                request.method,
                # As it is signed.
                URL(request.url, encoded=True),
                headers=Secrets({**own, **request.headers}),
                data=request.body or None,
                ssl=self._settings.tls() if target.is_tls else True,
                timeout=_timeout(request.timeouts["connect"]),
                allow_redirects=False,
            )
        except _FAILURES as error:
            failure = _as_httpx(error)
        else:
            return _Exchange(response)
        # Not while aiohttp's is handled: it holds the headers.
        raise failure

    def _opened(self) -> aiohttp.ClientSession:
        session = self._session
        if session is None or session.closed:
            session = self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                skip_auto_headers=("Content-Type",),
                max_line_size=_MAX_HEAD,
                max_field_size=_MAX_HEAD,
                max_headers=_MAX_HEADERS,
                middlewares=(_send_once,),
            )
        return session

    async def aclose(self) -> None:
        """Close the session."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


@lru_cache(maxsize=16)
def _timeout(connect: float) -> aiohttp.ClientTimeout:
    """Return the timeout of connecting; the client limits the rest."""
    return aiohttp.ClientTimeout(total=None, sock_connect=connect)


class _Exchange(AsyncExchange):
    """A response of aiohttp."""

    __slots__ = ("_response", "headers", "status")

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers = httpx2.Headers(list(response.raw_headers))

    def body(self) -> AsyncIterable[bytes]:
        return async_decoded(self.status, self.headers, self._chunks())

    async def _chunks(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._response.content.iter_any():
                yield chunk
        except _FAILURES as error:
            failure = _as_httpx(error)
        else:
            return
        raise failure

    async def aclose(self) -> None:
        self._response.close()


async def _send_once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Keep aiohttp from sending a second time by itself; the retry policy of the client decides."""
    try:
        return await handler(request)
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
        if isinstance(error, aiohttp.ClientConnectorError):
            raise
        failure = _as_httpx(error)
    raise failure


def _as_httpx(error: Exception) -> Exception:
    """Return a failure as the error of httpx2 that means the same, without what holds the headers."""
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return httpx2.ConnectTimeout(str(error))
    if isinstance(error, TimeoutError):
        return httpx2.ReadTimeout(str(error))
    if isinstance(error, aiohttp.ClientConnectorError):
        return httpx2.ConnectError(str(error))
    if isinstance(error, aiohttp.ClientOSError):
        return httpx2.ReadError(str(error))
    return httpx2.RemoteProtocolError(f"{type(error).__name__} of aiohttp")
