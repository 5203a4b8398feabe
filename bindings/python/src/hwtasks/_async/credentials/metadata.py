"""Temporary keys from the metadata service of an Elastic Cloud Server (ECS)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwtasks._async.credentials.cache import AsyncCachedProvider
from hwtasks._async.http import AsyncHttp
from hwtasks._async.transport import AsyncTransport
from hwtasks._config.endpoint import base_url as checked
from hwtasks._config.http_settings import HttpSettings
from hwtasks._config.settings import Limits
from hwtasks._core.clock import Clock, SystemClock
from hwtasks._core.errors import CredentialsError, HwtasksError
from hwtasks._core.request import Request
from hwtasks._core.retry import RetryPolicy
from hwtasks._credentials.metadata import keys_of, token_of
from hwtasks._credentials.types import AsyncCredentialsProvider, Credentials

if TYPE_CHECKING:
    from hwtasks._core.response import Response

_BASE_URL = "http://169.254.169.254"
_TOKEN_PATH = "/meta-data/latest/api/token"  # noqa: S105
_KEYS_PATH = "/openstack/latest/securitykey"
_TOKEN_TTL = "21600"  # noqa: S105
"""The requested lifetime of a metadata token, in seconds."""
_LIMITS = Limits(connect=3.0, attempt=3.0, call=15.0, body=64 * 1024)
_REFRESH_BEFORE_EXPIRY = 40 * 60.0
_ABSENT_DELAY = 60.0
"""The seconds before a missing metadata service is tried again."""


class AsyncMetadataProvider(AsyncCachedProvider):
    """Fetches temporary keys from the metadata service of an Elastic Cloud Server (ECS) with an agency.

    Requests a metadata token first, and continues without one if the service gives none. An attempt
    may take 3 seconds. The keys are refreshed 40 minutes before they expire, while concurrent calls
    use the current ones. Redirects are not followed, and no proxy is used.
    """

    def __init__(self, *, base_url: str | None = None, clock: Clock | None = None) -> None:
        service = _Service(base_url or _BASE_URL, clock or SystemClock())
        super().__init__(service, refresh_before_expiry=_REFRESH_BEFORE_EXPIRY, clock=clock)


class _Service(AsyncCredentialsProvider):
    def __init__(self, base: str, clock: Clock) -> None:
        self._base = base
        self._clock = clock

    @property
    def name(self) -> str:
        return "metadata service"

    async def provide(self) -> Credentials:
        try:
            base = checked(self._base, allow_plain_http=True)
            async with AsyncHttp(HttpSettings(uses_proxies=False)) as http:
                response, token = await self._request_keys(base, http)
        except CredentialsError:
            raise
        except HwtasksError as error:
            raise CredentialsError._from_request(error) from error.__cause__
        return keys_of(response, token, absent=_ABSENT_DELAY)

    async def _request_keys(self, base: str, http: AsyncHttp) -> tuple[Response, str | None]:
        # No retries until the service is known to exist.
        once = AsyncTransport(http, self._clock, RetryPolicy.disabled(), _LIMITS)
        patient = AsyncTransport(http, self._clock, RetryPolicy(), _LIMITS)
        ttl = {"X-Metadata-Token-Ttl-Seconds": _TOKEN_TTL}
        ask = Request("PUT", base + _TOKEN_PATH, ttl)
        try:
            token = await once.call("GetMetadataToken").send(ask, token_of)
        except HwtasksError as error:
            # A container's network may drop the response to PUT; without a token, the keys arrive.
            if not error.is_timeout or error.is_connection_error:
                absent = CredentialsError.not_configured(f"not reachable at {base}: {error}")
                raise absent._retry_after(_ABSENT_DELAY) from error
            token = None
        headers = {} if token is None else {"X-Metadata-Token": token}
        fetch = Request("GET", base + _KEYS_PATH, headers)
        return await patient.call("GetSecurityKey").send(fetch, lambda response: response), token
