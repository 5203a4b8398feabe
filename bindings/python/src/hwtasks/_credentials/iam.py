"""A token from IAM, for a user's name and password."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx2
from pydantic import BaseModel, SecretStr

from hwtasks._client.http import AsyncHttp, Http
from hwtasks._client.transport import AsyncTransport, Transport
from hwtasks._config.endpoint import Service, base_url, endpoint_of, region_id
from hwtasks._config.http_settings import HttpSettings
from hwtasks._config.settings import Limits
from hwtasks._core import new_error
from hwtasks._core.clock import Clock, SystemClock
from hwtasks._core.decode import body_of, error_of
from hwtasks._core.errors import CredentialsError, HwtasksError
from hwtasks._core.http import Request
from hwtasks._core.model import Model
from hwtasks._core.retry import RetryPolicy
from hwtasks._core.scalars import parse_time
from hwtasks._credentials.cache import AsyncCachedProvider, CachedProvider
from hwtasks._credentials.check import project_flaw, secret_flaw
from hwtasks._credentials.types import AsyncCredentialsProvider, Credentials, CredentialsProvider

if TYPE_CHECKING:
    from hwtasks._core.response import Response

_OPERATION = "KeystoneCreateUserTokenByPassword"
# Without the catalogue of all services.
_PATH = "/v3/auth/tokens?nocatalog=true"
_REFRESH_BEFORE_EXPIRY = 30 * 60.0
_REJECTED_DELAY = 5 * 60.0
"""The seconds before a rejected password is sent again: repeated rejections lock the user out."""
_LIMITS = Limits(attempt=30.0, call=60.0, body=1024 * 1024)
_CREATED = 201


class AsyncIamPasswordProvider(AsyncCachedProvider):
    """Fetches an IAM token with the name and password of an IAM user.

    The token is valid for 24 hours, for one project, whose ID comes with it. It is refreshed 30
    minutes before it expires, or when the service rejects it (`APIGW.0307`), once for all concurrent
    calls. A password that IAM rejects is not sent again for 5 minutes, because repeated rejections
    lock the user out.

    Not part of the official chain: access keys are better, because they can be revoked separately.

    `region` selects the IAM endpoint and the project of the token; `endpoint` and `project`, the
    name of the project, override it. The constructor sends nothing. Raises `InvalidInputError` when
    user, password, domain, endpoint or project is missing, or the endpoint is not an `https` URL (or
    an `http` URL of loopback).
    """

    def __init__(
        self,
        user: str,
        password: str,
        domain: str,
        *,
        region: str | None = None,
        project: str | None = None,
        endpoint: str | None = None,
        allow_plain_http: bool = False,
        clock: Clock | None = None,
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        hidden = SecretStr(password)
        # Loggers may show the locals of a frame.
        del password
        for what, given in {"user name": user, "password": hidden, "domain name": domain}.items():
            if not given:
                raise new_error.invalid_input(f"the {what} for IAM is empty")
        if region is not None:
            region_id(region)
            endpoint = endpoint or endpoint_of(region, Service.IAM)
            project = project or region
        for what, found in {"endpoint": endpoint, "project": project}.items():
            if not found:
                raise new_error.invalid_input(f"no {what} for IAM is set; set region or {what}")
        service = _AsyncPassword(
            base_url(endpoint or "", allow_plain_http=allow_plain_http),
            user,
            hidden,
            domain,
            project or "",
            clock or SystemClock(),
            http_client,
        )
        super().__init__(service, refresh_before_expiry=_REFRESH_BEFORE_EXPIRY, clock=clock)


class _AsyncPassword(AsyncCredentialsProvider):
    def __init__(
        self,
        endpoint: str,
        user: str,
        password: SecretStr,
        domain: str,
        project: str,
        clock: Clock,
        http: httpx2.AsyncClient | None,
    ) -> None:
        self._endpoint = endpoint
        self._user = user
        self._password = password
        self._domain = domain
        self._project = project
        self._clock = clock
        self._http = http

    @property
    def name(self) -> str:
        return "IAM password"

    async def provide(self) -> Credentials:
        try:
            async with AsyncHttp(HttpSettings(), self._http) as http:
                transport = AsyncTransport(http, self._clock, RetryPolicy(), _LIMITS)
                return await transport.call(_OPERATION).send(self._request(), token_of)
        except CredentialsError:
            raise
        except HwtasksError as error:
            broken = CredentialsError._from_request(error)
            if error.is_unauthorized:
                broken._retry_after(_REJECTED_DELAY)
            raise broken from error.__cause__

    def _request(self) -> Request:
        user = {
            "name": self._user,
            "password": self._password.get_secret_value(),
            "domain": {"name": self._domain},
        }
        identity = {"methods": ["password"], "password": {"user": user}}
        scope = {"project": {"name": self._project}}
        body = json.dumps({"auth": {"identity": identity, "scope": scope}})
        headers = {"Content-Type": "application/json;charset=utf8"}
        return Request("POST", self._endpoint + _PATH, headers, body.encode())


class _TokenProject(BaseModel):
    id: str


class _Token(BaseModel):
    expires_at: str
    project: _TokenProject | None = None


class _TokenBody(Model):
    token: _Token


def token_of(response: Response) -> Credentials:
    """Return the token in the response to a login."""
    if response.status != _CREATED:
        raise error_of(response)
    token = response.headers.get("x-subject-token")
    if not token:
        raise CredentialsError.invalid_configuration(
            "the response of IAM has no token in X-Subject-Token"
        )
    about = body_of(_TokenBody, response).token
    try:
        expiry = parse_time(about.expires_at)
    except ValueError:
        raise CredentialsError.invalid_configuration(
            "the response of IAM does not say when the token expires"
        ) from None
    project_id = about.project.id if about.project else None
    flaws = {"token": secret_flaw(token), "project ID": project_id and project_flaw(project_id)}
    for what, flaw in flaws.items():
        if flaw:
            raise CredentialsError.invalid_configuration(
                f"in the response of IAM, the {what} {flaw}"
            )
    return Credentials.token(token, project_id=project_id, expires_at=expiry)


# --- Generated by `cargo xtask gen python` from the definitions above; do not edit. ---
# fmt: off


class IamPasswordProvider(CachedProvider):
    """Fetches an IAM token with the name and password of an IAM user.

    The token is valid for 24 hours, for one project, whose ID comes with it. It is refreshed 30
    minutes before it expires, or when the service rejects it (`APIGW.0307`), once for all concurrent
    calls. A password that IAM rejects is not sent again for 5 minutes, because repeated rejections
    lock the user out.

    Not part of the official chain: access keys are better, because they can be revoked separately.

    `region` selects the IAM endpoint and the project of the token; `endpoint` and `project`, the
    name of the project, override it. The constructor sends nothing. Raises `InvalidInputError` when
    user, password, domain, endpoint or project is missing, or the endpoint is not an `https` URL (or
    an `http` URL of loopback).
    """

    def __init__(
        self,
        user: str,
        password: str,
        domain: str,
        *,
        region: str | None = None,
        project: str | None = None,
        endpoint: str | None = None,
        allow_plain_http: bool = False,
        clock: Clock | None = None,
        http_client: httpx2.Client | None = None,
    ) -> None:
        hidden = SecretStr(password)
        # Loggers may show the locals of a frame.
        del password
        for what, given in {"user name": user, "password": hidden, "domain name": domain}.items():
            if not given:
                raise new_error.invalid_input(f"the {what} for IAM is empty")
        if region is not None:
            region_id(region)
            endpoint = endpoint or endpoint_of(region, Service.IAM)
            project = project or region
        for what, found in {"endpoint": endpoint, "project": project}.items():
            if not found:
                raise new_error.invalid_input(f"no {what} for IAM is set; set region or {what}")
        service = _Password(
            base_url(endpoint or "", allow_plain_http=allow_plain_http),
            user,
            hidden,
            domain,
            project or "",
            clock or SystemClock(),
            http_client,
        )
        super().__init__(service, refresh_before_expiry=_REFRESH_BEFORE_EXPIRY, clock=clock)


class _Password(CredentialsProvider):
    def __init__(
        self,
        endpoint: str,
        user: str,
        password: SecretStr,
        domain: str,
        project: str,
        clock: Clock,
        http: httpx2.Client | None,
    ) -> None:
        self._endpoint = endpoint
        self._user = user
        self._password = password
        self._domain = domain
        self._project = project
        self._clock = clock
        self._http = http

    @property
    def name(self) -> str:
        return "IAM password"

    def provide(self) -> Credentials:
        try:
            with Http(HttpSettings(), self._http) as http:
                transport = Transport(http, self._clock, RetryPolicy(), _LIMITS)
                return transport.call(_OPERATION).send(self._request(), token_of)
        except CredentialsError:
            raise
        except HwtasksError as error:
            broken = CredentialsError._from_request(error)
            if error.is_unauthorized:
                broken._retry_after(_REJECTED_DELAY)
            raise broken from error.__cause__

    def _request(self) -> Request:
        user = {
            "name": self._user,
            "password": self._password.get_secret_value(),
            "domain": {"name": self._domain},
        }
        identity = {"methods": ["password"], "password": {"user": user}}
        scope = {"project": {"name": self._project}}
        body = json.dumps({"auth": {"identity": identity, "scope": scope}})
        headers = {"Content-Type": "application/json;charset=utf8"}
        return Request("POST", self._endpoint + _PATH, headers, body.encode())
