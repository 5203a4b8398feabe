"""The HTTP clients of a client: one with the proxy, and one for direct connections."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import httpx2

from hwtasks._async.closing import AsyncClosing
from hwtasks._backends import async_ as backend
from hwtasks._config.endpoint import is_local
from hwtasks._core import new_error
from hwtasks._core.error_kinds import ErrorReason
from hwtasks._core.http import no_cookies, tls

if TYPE_CHECKING:
    from hwtasks._config.settings import HttpSettings


class AsyncHttp(AsyncClosing):
    """The HTTP clients of a client, made on first use, once for each event loop.

    They do not follow redirects, which would send secrets to another host. Requests to this machine
    never use a proxy.
    """

    def __init__(self, settings: HttpSettings, given: httpx2.AsyncClient | None = None) -> None:
        self._settings = settings
        self._given = given
        self._made = backend.PerLoop(dict[bool, httpx2.AsyncClient])
        self._direct: dict[str, bool] = {}
        """Whether requests bypass the system's proxy, by the origin of their URL."""
        if given is not None and not isinstance(given, backend.HttpClient):
            raise new_error.invalid_input(
                f"http_client is of type {type(given).__name__}: give a {backend.HttpClient.__name__} of "
                "httpx2"
            )
        if settings.proxy is not None:
            # At once, so that an invalid proxy fails before the first call.
            self._make(direct=False)

    def to(self, url: str) -> httpx2.AsyncClient:
        """Return the client for requests to this URL."""
        if self._given is not None:
            if self._given.is_closed:
                raise new_error.invalid_input("the http_client option is closed")
            return self._given
        origin = url[: url.index("/", url.index("://") + 3)]
        direct = self._direct.get(origin)
        if direct is None:
            is_near = not self._settings.trust_env or is_local(origin)
            direct = self._direct[origin] = self._settings.proxy is None and is_near
        return self._client(direct=direct)

    def _client(self, *, direct: bool) -> httpx2.AsyncClient:
        all_made = self._made.get()
        made = all_made.get(direct)
        if made is None:
            # Threads may make one at the same time; all use the first.
            made = all_made.setdefault(direct, self._make(direct=direct))
        return made

    def _make(self, *, direct: bool) -> httpx2.AsyncClient:
        # The message does not repeat the proxy, which may hold a password, as may the frames.
        with suppress(httpx2.InvalidURL, ImportError, ValueError):
            return httpx2.AsyncClient(
                headers={"User-Agent": self._settings.user_agent},
                proxy=self._settings.proxy,
                trust_env=not direct,
                follow_redirects=False,
                verify=tls(),
                cookies=no_cookies(),
                limits=httpx2.Limits(max_connections=None, max_keepalive_connections=100),
            )
        raise new_error.invalid_input(
            "the proxy is not a URL, such as http://proxy.example:3128"
        )._with_reason(ErrorReason.INVALID_URL)

    async def aclose(self) -> None:
        """Close the connections of this event loop, but not those of the option `http_client`."""
        made = self._made.get()
        while made:
            await made.popitem()[1].aclose()
