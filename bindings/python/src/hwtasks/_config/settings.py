"""How a client is configured: what it is told, and what an environment says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict

from hwtasks._config.endpoint import base_url, region_id, segment
from hwtasks._config.environment import Environment
from hwtasks._config.region import Service, endpoint_of
from hwtasks._config.source import Origin, OriginKind, Origins
from hwtasks._core import new_error
from hwtasks._core.authorize import Hidden
from hwtasks._core.clock import Clock, SystemClock
from hwtasks._core.error_kinds import ErrorReason
from hwtasks._core.errors import HwtasksError
from hwtasks._core.retry import RetryPolicy
from hwtasks._credentials.types import AsyncCredentialsProvider, Credentials, CredentialsProvider

if TYPE_CHECKING:
    import httpx2

__version__ = "0.1.0"
USER_AGENT = f"hwtasks/{__version__}"
"""What every client calls itself."""

_PRINTABLE = re.compile("[ -~]*", re.ASCII)
_LONGEST = 1e6
"""More seconds than any call takes; no socket takes infinitely many."""
_A = {
    str: "a string",
    RetryPolicy: "a RetryPolicy",
    Clock: "a Clock",
    Environment: "an Environment",
}
"""The kinds of settings in words."""
_KINDS: dict[str, type] = {
    **dict.fromkeys(("region", "project_id", "token", "proxy", "user_agent_suffix"), str),
    **dict.fromkeys(("dcs_endpoint", "kafka_endpoint", "iam_endpoint"), str),
    "retry_policy": RetryPolicy,
    "clock": Clock,
    "environment": Environment,
}

Found = tuple[str, Origin]
"""A setting, and where it comes from."""
_TOLD = Origin(OriginKind.SETTINGS)


class CommonSettings(TypedDict, total=False):
    """What a client can be told, whether it waits for its answers or not."""

    region: str
    """The region, by its ID: `cn-north-4`. Needed, unless the endpoints and the project ID are set.

    The endpoints are those the official SDKs know for it (`known_regions`), or else follow the
    pattern `https://dcs.{region}.myhuaweicloud.com`."""
    dcs_endpoint: str
    """The endpoint of DCS, such as `https://dcs.cn-north-4.myhuaweicloud.com`; the region's by
    default."""
    kafka_endpoint: str
    """The endpoint of DMS, such as `https://dms.cn-north-4.myhuaweicloud.com`; the region's by
    default."""
    iam_endpoint: str
    """The endpoint of IAM, where a project ID that is not set is looked up; the region's by
    default."""
    project_id: str
    """The project the instances belong to. By default the one the credentials were configured with,
    or else the one that IAM has under the region's name, looked up at the first call."""
    token: str
    """An IAM token, sent as `X-Auth-Token`: short for `credentials=Credentials.token(...)`."""
    retry_policy: RetryPolicy
    """How many attempts a call makes, and the backoff between them; 3 attempts by default."""
    connect_timeout: float
    """How long connecting may take, in seconds; 10 by default. An own `http_client` brings its own."""
    attempt_timeout: float
    """How long an attempt may take, from connecting to the last byte, in seconds; 30 by default.

    Without `await`, looking up the name of a host and each step of a TLS handshake come on top."""
    timeout: float
    """How long a call may take with all its attempts and the waits between them, in seconds; 120 by
    default."""
    body_limit: int
    """The largest body that is read, in bytes and decompressed; 16 MiB by default."""
    allow_plain_http: bool
    """Allows plain `http` to hosts other than loopback: the token then crosses the network in the
    clear. Off by default."""
    proxy: str
    """A proxy for all requests, such as `http://proxy.example:3128`; by default the system's, but
    none for endpoints on loopback. An own `http_client` brings its own."""
    user_agent_suffix: str
    """What is added to the `User-Agent`: the name and version of your program, `inventory/1.2`. An own
    `http_client` brings its own."""
    clock: Clock
    """Where the time comes from; the system's clock by default. For tests."""
    environment: Environment
    """Takes what is not told from these variables and this home directory; see `from_env`."""


class Settings(CommonSettings, total=False):
    """What a `Client` can be told. Everything has a default; what is told wins over variables."""

    credentials: CredentialsProvider
    """What authorizes the requests: `Credentials`, or a provider that fetches them. Without it,
    requests are sent without authorization."""
    http_client: httpx2.Client
    """An own HTTP client, for TLS, proxies or connection pools of your own. It is not closed with the
    client."""


class AsyncSettings(CommonSettings, total=False):
    """What an `AsyncClient` can be told. Everything has a default; what is told wins over variables."""

    credentials: AsyncCredentialsProvider | CredentialsProvider
    """What authorizes the requests: `Credentials`, or a provider that fetches them. Without it,
    requests are sent without authorization."""
    http_client: httpx2.AsyncClient
    """An own HTTP client, for TLS, proxies or connection pools of your own. It is not closed with the
    client."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may take."""

    connect: float = 10.0
    """How long connecting may take, in seconds."""
    attempt: float = 30.0
    """How long an attempt may take, in seconds."""
    call: float = 120.0
    """How long a call may take with all its attempts, in seconds."""
    body: int = 16 * 1024 * 1024
    """The largest body that is read, in bytes."""


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How the HTTP client is made, where none was given."""

    user_agent: str = USER_AGENT
    proxy: str | None = field(default=None, repr=False)
    """May hold a password."""
    connect_timeout: float = 10.0
    trust_env: bool = True
    """Whether the system's proxy is used, where there is one and the host is not this machine."""


@dataclass(frozen=True, slots=True)
class Config:
    """What a client is configured to do, checked."""

    region: str | None
    dcs: str | None
    kafka: str | None
    iam: str | None
    project_id: Found | None
    origins: Origins
    """Where they come from, but not of the project's ID, which may be found later."""
    token: Credentials | None
    """The token the client was told, or that its variables hold."""
    environment: Environment | None
    allow_plain_http: bool
    clock: Clock
    retry: RetryPolicy
    limits: Limits
    http: HttpSettings


def configure(settings: Settings | AsyncSettings) -> Config:
    """Check what a client was told, and complete it. Raises an `HwtasksError` for what is wrong with it."""
    given = _checked(settings)
    environment: Environment | None = given.get("environment")
    variables = Variables(environment)
    allow = bool(given.get("allow_plain_http", False))
    region = (region_id(given["region"]), _TOLD) if "region" in given else variables.region()
    project_id = variables.found("HUAWEICLOUD_SDK_PROJECT_ID")
    if "project_id" in given:
        project_id = given["project_id"], _TOLD
    if project_id is not None:
        segment("project ID", project_id[0])
    token = None
    if "credentials" not in given:
        token = given.get("token", variables.token())
    authorized = token is not None or "credentials" in given or environment is not None
    if project_id is None and not authorized:
        raise new_error.invalid_input("no project ID is set", help="set project_id")._with_reason(
            ErrorReason.NO_PROJECT
        )
    known = region[0] if region else None
    dcs = variables.endpoint(given.get("dcs_endpoint"), known, "DCS", allow_plain_http=allow)
    kafka = variables.endpoint(given.get("kafka_endpoint"), known, "KAFKA", allow_plain_http=allow)
    if dcs is None and kafka is None:
        if environment is not None:
            raise new_error.invalid_input(
                "no region is set", help="set HWTASKS_REGION, or region"
            )._with_reason(ErrorReason.NO_REGION)
        raise new_error.invalid_input(
            "no endpoint is set", help="set one with region, dcs_endpoint or kafka_endpoint"
        )._with_reason(ErrorReason.NO_REGION)
    iam = given.get("iam_endpoint")
    return Config(
        region=known,
        dcs=dcs[0] if dcs else None,
        kafka=kafka[0] if kafka else None,
        origins=Origins(
            region=region[1] if region else None,
            dcs_endpoint=dcs[1] if dcs else None,
            kafka_endpoint=kafka[1] if kafka else None,
            project_id=None,
        ),
        iam=base_url(iam, allow_plain_http=allow)
        if iam is not None
        else variables.url("HUAWEICLOUD_SDK_IAM_ENDPOINT", allow_plain_http=allow),
        project_id=project_id,
        token=Credentials.token(token) if isinstance(token, str) else token,
        environment=environment,
        allow_plain_http=allow,
        clock=given.get("clock") or SystemClock(),
        retry=given.get("retry_policy") or RetryPolicy(),
        limits=_limits(given),
        http=_http(given),
    )


def _checked(settings: Settings | AsyncSettings) -> Hidden:
    """Return what a client was told, once it is of the right kind."""
    given = Hidden({name: value for name, value in settings.items() if value is not None})
    unknown = given.keys() - CommonSettings.__annotations__.keys() - {"credentials", "http_client"}
    if unknown:
        raise TypeError(f"a client has no setting {', '.join(sorted(unknown))}")
    for name, kind in _KINDS.items():
        if name in given and not isinstance(given[name], kind):
            found = type(given[name]).__name__
            raise new_error.invalid_input(f"{name} is of type {found}, and must be {_A[kind]}")
    if "token" in given and "credentials" in given:
        raise new_error.invalid_input("token and credentials are both set: set one of them")
    return given


def _limits(given: dict[str, Any]) -> Limits:
    names = {
        "connect_timeout": "connect",
        "attempt_timeout": "attempt",
        "timeout": "call",
        "body_limit": "body",
    }
    for name in names:
        value = given.get(name, 1)
        if not new_error.is_number(value) or value < 0:
            raise new_error.invalid_input(f"{name} is {value!r}, and must be a number, 0 or more")
    limits = {limit: given[name] for name, limit in names.items() if name in given}
    for limit in limits.keys() - {"body"}:
        limits[limit] = min(limits[limit], _LONGEST)
    return Limits(**limits)


def _http(given: dict[str, Any]) -> HttpSettings:
    proxy, suffix = given.get("proxy"), given.get("user_agent_suffix")
    if "http_client" in given and (proxy is not None or suffix is not None):
        raise new_error.invalid_input(
            "an own http_client brings its own proxy and user agent: set them there"
        )
    if suffix is not None and not _PRINTABLE.fullmatch(suffix):
        raise new_error.invalid_input(
            "the user agent suffix has characters other than ASCII's printable ones"
        )
    user_agent = USER_AGENT if suffix is None else f"{USER_AGENT} {suffix}"
    return HttpSettings(user_agent, proxy, given.get("connect_timeout", Limits().connect))


class Variables:
    """The variables a client is configured by; none when it is not to look at any."""

    def __init__(self, environment: Environment | None) -> None:
        self._environment = environment

    def get(self, name: str) -> str | None:
        """Return a variable; `None` when it is not set or empty."""
        if self._environment is None:
            return None
        try:
            return self._environment.get(name)
        except ValueError as error:
            raise new_error.invalid_input(str(error)) from None

    def found(self, name: str) -> Found | None:
        """Return a variable, and that it comes from there."""
        value = self.get(name)
        return None if value is None else (value, Origin(OriginKind.VARIABLE, name))

    def token(self) -> Credentials | None:
        """Return the token."""
        token = self.get("HWTASKS_TOKEN")
        return None if token is None else Credentials.token(token)

    def region(self) -> Found | None:
        """Return the region's ID."""
        for name in ("HWTASKS_REGION", "HW_REGION_NAME"):
            found = self.found(name)
            if found is not None:
                try:
                    return region_id(found[0]), found[1]
                except HwtasksError as error:
                    raise error._with_context(name) from None
        return None

    def url(self, name: str, *, allow_plain_http: bool) -> str | None:
        """Return an endpoint, checked."""
        value = self.get(name)
        return None if value is None else self._checked(name, value, allow_plain_http)

    def endpoint(
        self, given: str | None, region: str | None, name: str, *, allow_plain_http: bool
    ) -> Found | None:
        """Return where a service answers: as given, as a variable says, or as the region has it."""
        if given is not None:
            return base_url(given, allow_plain_http=allow_plain_http), _TOLD
        variable = f"HWTASKS_{name}_ENDPOINT"
        url = self.url(variable, allow_plain_http=allow_plain_http)
        if url is not None:
            return url, Origin(OriginKind.VARIABLE, variable)
        if region is None:
            return None
        variable = f"HUAWEICLOUD_SDK_REGION_{name}_{region.upper().replace('-', '_')}"
        urls = self.get(variable)
        if urls is None:
            return endpoint_of(region, Service[name]), Origin(OriginKind.REGION)
        # The official SDKs take several, separated by commas, and try them in turn.
        url = self._checked(variable, urls.split(",")[0].strip(), allow_plain_http)
        return url, Origin(OriginKind.VARIABLE, variable)

    @staticmethod
    def _checked(name: str, url: str, allow_plain_http: bool) -> str:  # noqa: FBT001
        try:
            return base_url(url, allow_plain_http=allow_plain_http)
        except HwtasksError as error:
            raise error._with_context(name) from None
