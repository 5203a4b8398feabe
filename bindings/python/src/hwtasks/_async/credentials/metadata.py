"""Temporary keys from the metadata service of an Elastic Cloud Server (ECS)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwtasks._async.credentials.cache import AsyncCachedProvider
from hwtasks._async.http import AsyncHttp
from hwtasks._async.transport import AsyncTransport
from hwtasks._config.endpoint import base_url as checked
from hwtasks._config.settings import HttpSettings, Limits
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
"""How long a token of the service's second version is asked to live, in seconds."""
_LIMITS = Limits(connect=3.0, attempt=3.0, call=15.0, body=64 * 1024)
_EARLY = 40 * 60.0
_ABSENT = 60.0
"""How many seconds a machine without a metadata service is not asked again."""


class AsyncMetadataProvider(AsyncCachedProvider):
    """Temporary keys that the metadata service gives an Elastic Cloud Server (ECS) with an agency.

    The service's second version is tried first, whose token keeps others from asking; a service that
    gives no token is asked without. An attempt may take 3 seconds. The keys are kept, and renewed 40
    minutes before they expire by one call while the others go on. Redirects are not followed, and no
    proxy is used.
    """

    def __init__(self, *, base_url: str | None = None, clock: Clock | None = None) -> None:
        service = _Service(base_url or _BASE_URL, clock or SystemClock())
        super().__init__(service, refresh_before_expiry=_EARLY, clock=clock)


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
            async with AsyncHttp(HttpSettings(trust_env=False)) as http:
                answer, token = await self._ask(base, http)
        except CredentialsError:
            raise
        except HwtasksError as error:
            raise CredentialsError._from_request(error) from error.__cause__
        return keys_of(answer, token, absent=_ABSENT)

    async def _ask(self, base: str, http: AsyncHttp) -> tuple[Response, str | None]:
        # A machine without the service is found out at once; one that has it is worth a retry.
        once = AsyncTransport(http, self._clock, RetryPolicy.disabled(), _LIMITS)
        patient = AsyncTransport(http, self._clock, RetryPolicy(), _LIMITS)
        ttl = {"X-Metadata-Token-Ttl-Seconds": _TOKEN_TTL}
        ask = Request("PUT", base + _TOKEN_PATH, ttl)
        try:
            token = await once.call("GetMetadataToken").send(ask, token_of)
        except HwtasksError as error:
            # Through a container's network the answer may not come back; without a token it does.
            if not error.is_timeout or error.is_connection_error:
                absent = CredentialsError.not_configured(f"there is none at {base}: {error}")
                raise absent._retry_after(_ABSENT) from error
            token = None
        headers = {} if token is None else {"X-Metadata-Token": token}
        fetch = Request("GET", base + _KEYS_PATH, headers)
        return await patient.call("GetSecurityKey").send(fetch, lambda answer: answer), token
