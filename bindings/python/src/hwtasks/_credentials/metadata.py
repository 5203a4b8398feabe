"""Temporary keys from the metadata service of an Elastic Cloud Server (ECS)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from hwtasks._client.http import AsyncHttp, Http
from hwtasks._client.transport import AsyncTransport, Transport
from hwtasks._config.endpoint import base_url as checked
from hwtasks._config.http_settings import HttpSettings
from hwtasks._config.settings import Limits
from hwtasks._core.clock import Clock, SystemClock
from hwtasks._core.errors import CredentialsError, HwtasksError
from hwtasks._core.http import Request
from hwtasks._core.retry import RetryPolicy
from hwtasks._core.scalars import parse_time
from hwtasks._credentials.cache import AsyncCachedProvider, CachedProvider
from hwtasks._credentials.check import secret_flaw
from hwtasks._credentials.types import AsyncCredentialsProvider, Credentials, CredentialsProvider

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
_OK, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 200, 401, 403, 404
_GRAPHIC = re.compile(rb"[!-~]+")


class AsyncMetadataProvider(AsyncCachedProvider):
    """Fetches temporary keys from the metadata service of an Elastic Cloud Server (ECS) with an agency.

    Requests a metadata token first, and continues without one if the service gives none. An attempt
    may take 3 seconds. The keys are refreshed 40 minutes before they expire, while concurrent calls
    use the current ones. Redirects are not followed, and no proxy is used.
    """

    def __init__(self, *, base_url: str | None = None, clock: Clock | None = None) -> None:
        service = _AsyncService(base_url or _BASE_URL, clock or SystemClock())
        super().__init__(service, refresh_before_expiry=_REFRESH_BEFORE_EXPIRY, clock=clock)


class _AsyncService(AsyncCredentialsProvider):
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
                absent = CredentialsError.not_configured(
                    f"not reachable at {base}: {error._summary}"
                )
                raise absent._retry_after(_ABSENT_DELAY) from error
            token = None
        headers = {} if token is None else {"X-Metadata-Token": token}
        fetch = Request("GET", base + _KEYS_PATH, headers)
        return await patient.call("GetSecurityKey").send(fetch, lambda response: response), token


def token_of(response: Response) -> str | None:
    """Return the metadata token; `None` for a response that holds none."""
    text = response.raw_body.strip()
    fits = response.status == _OK and _GRAPHIC.fullmatch(text)
    return text.decode("ascii") if fits else None


def keys_of(response: Response, token: str | None, *, absent: float) -> Credentials:
    """Return the keys in a response; `absent` is the retry delay of a machine without an agency."""
    if response.status == _OK:
        return _keys(response)
    if response.status == _NOT_FOUND:
        why = "this machine has no agency, so there are no keys for it"
        raise CredentialsError.not_configured(why)._retry_after(absent)
    if response.status in {_UNAUTHORIZED, _FORBIDDEN} and token is None:
        raise CredentialsError.invalid_configuration(
            f"it returned {response.status_line} without a token, and issued no token: allow this machine or "
            "container to call the metadata service"
        )
    raise CredentialsError.invalid_configuration(f"it returned {response.status_line}")


def _keys(response: Response) -> Credentials:
    where = ""
    try:
        keys = json.loads(response.raw_body)["credential"]
        names = ("access", "secret", "securitytoken", "expires_at")
        access, secret, token, expires_at = (keys[name] for name in names)
        texts = all(isinstance(text, str) for text in (access, secret, token, expires_at))
    except json.JSONDecodeError as error:
        # The parser's message may show secrets, so only the position is used.
        where = f" (line {error.lineno}, column {error.colno})"
        texts = False
    except (KeyError, TypeError, ValueError):
        texts = False
    if not texts:
        raise CredentialsError.invalid_configuration(
            f"its response does not hold the keys that the document describes{where}"
        )
    named = {"access key": access, "secret key": secret, "security token": token}
    for what, value in named.items():
        flaw = secret_flaw(value)
        if flaw is not None:
            raise CredentialsError.invalid_configuration(f"in its response, the {what} {flaw}")
    try:
        expiry = parse_time(expires_at)
    except ValueError:
        raise CredentialsError.invalid_configuration(
            "its response does not say when the keys expire"
        ) from None
    return Credentials.keys(access, secret, security_token=token, expires_at=expiry)


# --- Generated by `cargo xtask gen python` from the definitions above; do not edit. ---
# fmt: off


class MetadataProvider(CachedProvider):
    """Fetches temporary keys from the metadata service of an Elastic Cloud Server (ECS) with an agency.

    Requests a metadata token first, and continues without one if the service gives none. An attempt
    may take 3 seconds. The keys are refreshed 40 minutes before they expire, while concurrent calls
    use the current ones. Redirects are not followed, and no proxy is used.
    """

    def __init__(self, *, base_url: str | None = None, clock: Clock | None = None) -> None:
        service = _Service(base_url or _BASE_URL, clock or SystemClock())
        super().__init__(service, refresh_before_expiry=_REFRESH_BEFORE_EXPIRY, clock=clock)


class _Service(CredentialsProvider):
    def __init__(self, base: str, clock: Clock) -> None:
        self._base = base
        self._clock = clock

    @property
    def name(self) -> str:
        return "metadata service"

    def provide(self) -> Credentials:
        try:
            base = checked(self._base, allow_plain_http=True)
            with Http(HttpSettings(uses_proxies=False)) as http:
                response, token = self._request_keys(base, http)
        except CredentialsError:
            raise
        except HwtasksError as error:
            raise CredentialsError._from_request(error) from error.__cause__
        return keys_of(response, token, absent=_ABSENT_DELAY)

    def _request_keys(self, base: str, http: Http) -> tuple[Response, str | None]:
        # No retries until the service is known to exist.
        once = Transport(http, self._clock, RetryPolicy.disabled(), _LIMITS)
        patient = Transport(http, self._clock, RetryPolicy(), _LIMITS)
        ttl = {"X-Metadata-Token-Ttl-Seconds": _TOKEN_TTL}
        ask = Request("PUT", base + _TOKEN_PATH, ttl)
        try:
            token = once.call("GetMetadataToken").send(ask, token_of)
        except HwtasksError as error:
            # A container's network may drop the response to PUT; without a token, the keys arrive.
            if not error.is_timeout or error.is_connection_error:
                absent = CredentialsError.not_configured(
                    f"not reachable at {base}: {error._summary}"
                )
                raise absent._retry_after(_ABSENT_DELAY) from error
            token = None
        headers = {} if token is None else {"X-Metadata-Token": token}
        fetch = Request("GET", base + _KEYS_PATH, headers)
        return patient.call("GetSecurityKey").send(fetch, lambda response: response), token
