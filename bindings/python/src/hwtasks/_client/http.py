"""The senders of a client: one for each proxy, and one for direct connections."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import httpx2

from hwtasks._backends import async_, sync
from hwtasks._client.connections import AsyncConnections, Connections
from hwtasks._client.sender import (
    AsyncClientSender,
    AsyncClosing,
    AsyncSender,
    ClientSender,
    Closing,
    Sender,
)
from hwtasks._config.http_settings import SYSTEM
from hwtasks._core import new_error
from hwtasks._core.http import no_cookies

if TYPE_CHECKING:
    from hwtasks._config.http_settings import HttpSettings, Route


class AsyncShared:
    """A sender that calls share; it is closed once it has been retired and no call uses it.

    Threads call these methods at any time. A call enters before it reads `is_retired`, and `retire`
    sets that before it counts the calls, so that one of them sees the other.
    """

    __slots__ = ("_calls", "is_retired", "sender")

    def __init__(self, sender: AsyncSender) -> None:
        self.sender: AsyncSender = sender
        self.is_retired: bool = False
        self._calls: set[object] = set()

    def enter(self, call: object) -> None:
        """Keep the sender open for a call."""
        self._calls.add(call)

    async def leave(self, call: object) -> None:
        """End the use by a call."""
        self._calls.discard(call)
        await self._close_unused()

    async def retire(self) -> None:
        """Close the sender once no call uses it."""
        self.is_retired = True
        await self._close_unused()

    async def _close_unused(self) -> None:
        if self.is_retired and not self._calls:
            await self.sender.aclose()


class AsyncLease:
    """The use of a sender by one attempt."""

    __slots__ = ("_http", "_shared", "_url")

    def __init__(self, http: AsyncHttp, url: str) -> None:
        self._http = http
        self._url = url
        self._shared: AsyncShared | None = None

    async def __aenter__(self) -> AsyncSender:
        given = self._http.given()
        if given is not None:
            return given
        while True:
            shared = self._http.shared(self._url)
            shared.enter(self)
            if not shared.is_retired:
                self._shared = shared
                return shared.sender
            await shared.leave(self)

    async def __aexit__(self, *_: object) -> None:
        if self._shared is not None:
            await self._shared.leave(self)


class AsyncHttp(AsyncClosing):
    """The senders of a client, made on first use, once for each event loop and process.

    They do not follow redirects, which would send secrets to another host. Requests to this machine
    never use a proxy.
    """

    def __init__(self, settings: HttpSettings, given: httpx2.AsyncClient | None = None) -> None:
        async_.check_transport(settings.transport)
        self._settings = settings
        self._given = given
        self._given_sender = None if given is None else AsyncClientSender(given)
        self._given_to: int | None = None
        """The process that has used the option `http_client`."""
        self._made = async_.PerLoop(dict["Route", AsyncShared])
        self._routes: dict[str, Route] = {}
        """The proxies of requests, by the origin of their URL."""
        if given is not None and not isinstance(given, async_.HttpClient):
            raise new_error.invalid_input(
                f"http_client is of type {type(given).__name__}: give an "
                f"httpx2.{async_.HttpClient.__name__}"
            )

    def lease(self, url: str) -> AsyncLease:
        """Return the use of the sender for requests to this URL."""
        return AsyncLease(self, url)

    def given(self) -> AsyncSender | None:
        """Return the sender of the option `http_client`. Raises `InvalidInputError` if it is unusable."""
        if self._given is None:
            return None
        if self._given.is_closed:
            raise new_error.invalid_input(
                "the http_client option is closed", help="make a client with an open one"
            )
        process = os.getpid()
        if self._given_to is None:
            self._given_to = process
        if self._given_to != process:
            raise new_error.invalid_input(
                "the http_client option shares its connections with the parent process",
                help="make the HTTP client and the client after the fork",
            )
        return self._given_sender

    def shared(self, url: str) -> AsyncShared:
        """Return the sender for requests to this URL, made on first use."""
        origin = url[: url.index("/", url.index("://") + 3)]
        try:
            route = self._routes[origin]
        except KeyError:
            route = self._routes[origin] = self._settings.route(origin)
        all_made = self._made.get()
        made = all_made.get(route)
        if made is None:
            # Threads may make one at the same time; all use the first.
            made = all_made.setdefault(route, AsyncShared(self._make(route)))
        return made

    def _make(self, route: Route) -> AsyncSender:
        if route is None:
            return async_.other_sender(self._settings) or AsyncConnections(self._settings)
        is_system = route is SYSTEM
        return AsyncClientSender(
            httpx2.AsyncClient(
                headers={"User-Agent": self._settings.user_agent},
                proxy=None if is_system else route.get_secret_value(),
                trust_env=is_system,
                follow_redirects=False,
                verify=self._settings.tls(),
                cookies=no_cookies(),
                limits=httpx2.Limits(max_connections=None, max_keepalive_connections=100),
            )
        )

    async def aclose(self) -> None:
        """Close the connections of this event loop, but not those of the option `http_client`.

        Calls in progress end normally; the connections that they use close with the last of them.
        """
        made = self._made.get()
        while made:
            _, shared = made.popitem()
            await shared.retire()


# --- Generated by `cargo xtask gen python` from the definitions above; do not edit. ---
# fmt: off


class Shared:
    """A sender that calls share; it is closed once it has been retired and no call uses it.

    Threads call these methods at any time. A call enters before it reads `is_retired`, and `retire`
    sets that before it counts the calls, so that one of them sees the other.
    """

    __slots__ = ("_calls", "is_retired", "sender")

    def __init__(self, sender: Sender) -> None:
        self.sender: Sender = sender
        self.is_retired: bool = False
        self._calls: set[object] = set()

    def enter(self, call: object) -> None:
        """Keep the sender open for a call."""
        self._calls.add(call)

    def leave(self, call: object) -> None:
        """End the use by a call."""
        self._calls.discard(call)
        self._close_unused()

    def retire(self) -> None:
        """Close the sender once no call uses it."""
        self.is_retired = True
        self._close_unused()

    def _close_unused(self) -> None:
        if self.is_retired and not self._calls:
            self.sender.close()


class Lease:
    """The use of a sender by one attempt."""

    __slots__ = ("_http", "_shared", "_url")

    def __init__(self, http: Http, url: str) -> None:
        self._http = http
        self._url = url
        self._shared: Shared | None = None

    def __enter__(self) -> Sender:
        given = self._http.given()
        if given is not None:
            return given
        while True:
            shared = self._http.shared(self._url)
            shared.enter(self)
            if not shared.is_retired:
                self._shared = shared
                return shared.sender
            shared.leave(self)

    def __exit__(self, *_: object) -> None:
        if self._shared is not None:
            self._shared.leave(self)


class Http(Closing):
    """The senders of a client, made on first use, once for each event loop and process.

    They do not follow redirects, which would send secrets to another host. Requests to this machine
    never use a proxy.
    """

    def __init__(self, settings: HttpSettings, given: httpx2.Client | None = None) -> None:
        sync.check_transport(settings.transport)
        self._settings = settings
        self._given = given
        self._given_sender = None if given is None else ClientSender(given)
        self._given_to: int | None = None
        """The process that has used the option `http_client`."""
        self._made = sync.PerLoop(dict["Route", Shared])
        self._routes: dict[str, Route] = {}
        """The proxies of requests, by the origin of their URL."""
        if given is not None and not isinstance(given, sync.HttpClient):
            raise new_error.invalid_input(
                f"http_client is of type {type(given).__name__}: give an "
                f"httpx2.{sync.HttpClient.__name__}"
            )

    def lease(self, url: str) -> Lease:
        """Return the use of the sender for requests to this URL."""
        return Lease(self, url)

    def given(self) -> Sender | None:
        """Return the sender of the option `http_client`. Raises `InvalidInputError` if it is unusable."""
        if self._given is None:
            return None
        if self._given.is_closed:
            raise new_error.invalid_input(
                "the http_client option is closed", help="make a client with an open one"
            )
        process = os.getpid()
        if self._given_to is None:
            self._given_to = process
        if self._given_to != process:
            raise new_error.invalid_input(
                "the http_client option shares its connections with the parent process",
                help="make the HTTP client and the client after the fork",
            )
        return self._given_sender

    def shared(self, url: str) -> Shared:
        """Return the sender for requests to this URL, made on first use."""
        origin = url[: url.index("/", url.index("://") + 3)]
        try:
            route = self._routes[origin]
        except KeyError:
            route = self._routes[origin] = self._settings.route(origin)
        all_made = self._made.get()
        made = all_made.get(route)
        if made is None:
            # Threads may make one at the same time; all use the first.
            made = all_made.setdefault(route, Shared(self._make(route)))
        return made

    def _make(self, route: Route) -> Sender:
        if route is None:
            return sync.other_sender(self._settings) or Connections(self._settings)
        is_system = route is SYSTEM
        return ClientSender(
            httpx2.Client(
                headers={"User-Agent": self._settings.user_agent},
                proxy=None if is_system else route.get_secret_value(),
                trust_env=is_system,
                follow_redirects=False,
                verify=self._settings.tls(),
                cookies=no_cookies(),
                limits=httpx2.Limits(max_connections=None, max_keepalive_connections=100),
            )
        )

    def close(self) -> None:
        """Close the connections of this event loop, but not those of the option `http_client`.

        Calls in progress end normally; the connections that they use close with the last of them.
        """
        made = self._made.get()
        while made:
            _, shared = made.popitem()
            shared.retire()
