"""The options of a client: their names, types and defaults, and the mistakes in their names."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from inspect import Parameter, Signature
from typing import Any, Literal, TypedDict, TypeVar, get_type_hints

import httpx2

from hwtasks._core.arguments import Duration
from hwtasks._core.attempt_event import AttemptEvent
from hwtasks._core.clock import Clock
from hwtasks._core.retry import RetryPolicy
from hwtasks._credentials.types import AsyncCredentialsProvider, CredentialsProvider

DEFAULTS: dict[str, float | bool] = {
    "connect_timeout": 10.0,
    "attempt_timeout": 30.0,
    "timeout": 120.0,
    "body_limit": 16 * 1024 * 1024,
    "allow_plain_http": False,
    "without_credentials": False,
}
"""The defaults of the options that have a value by default."""
F = TypeVar("F", bound=Callable[..., Any])
_KEYS = "credentials=Credentials.keys(access_key, secret_key)"
_INSTEAD = {
    "ak": _KEYS,
    "sk": _KEYS,
    "access_key": _KEYS,
    "secret_key": _KEYS,
    "retries": "retry_policy=RetryPolicy(max_attempts=...)",
    "max_retries": "retry_policy=RetryPolicy(max_attempts=...)",
    "ca_certs": "verify",
    "ssl_context": "verify",
    "cert": "verify=ssl_context, with its load_cert_chain",
    "proxies": "proxy",
    "endpoint": "dcs_endpoint and kafka_endpoint",
    "base_url": "dcs_endpoint and kafka_endpoint",
}
"""The options for names of other packages."""


class CommonOptions(TypedDict, total=False):
    """The client options that `Client` and `AsyncClient` have in common."""

    region: str
    """The region ID, such as `cn-north-4`. Required, unless the endpoints and the project ID are set.

    Its endpoints are those of the official SDKs (`known_regions`). Those of any other region follow
    the pattern `https://dcs.{region}.myhuaweicloud.com`."""
    dcs_endpoint: str
    """The DCS endpoint, such as `https://dcs.cn-north-4.myhuaweicloud.com`. Default: that of the
    region."""
    kafka_endpoint: str
    """The Kafka (DMS) endpoint, such as `https://dms.cn-north-4.myhuaweicloud.com`. Default: that of
    the region."""
    iam_endpoint: str
    """The IAM endpoint, for the lookup of the project ID. Default: that of the region."""
    project_id: str
    """The project ID of the instances. Default: that of the credentials, or else the ID of the IAM
    project with the region's name, looked up in the first call."""
    token: str
    """An IAM token, sent as `X-Auth-Token`: short for `credentials=Credentials.token(...)`."""
    without_credentials: bool
    """Whether to send requests without authorization, such as to a proxy that adds it. Neither
    variables nor files are then read for credentials. Default: false. Not allowed with `credentials`
    or `token`."""
    retry_policy: RetryPolicy
    """How many attempts a call makes, and the backoff between them. Default: 3 attempts."""
    connect_timeout: Duration | None
    """The time limit for connecting: seconds or a `timedelta`, `None` for none. Default: 10. Ignored
    when `http_client` is set; configure it there."""
    attempt_timeout: Duration | None
    """The time limit for an attempt, from connecting to the last byte: seconds or a `timedelta`, `None`
    for none. Default: 30.

    `Client` checks it between the reads of a response. A name lookup, each step of a TLS handshake,
    and headers that arrive byte by byte may exceed it."""
    timeout: Duration | None
    """The time limit for a call, with all attempts and backoffs: seconds or a `timedelta`, `None` for
    none. Default: 120."""
    body_limit: int
    """The size limit of a response body, in bytes after decompression. Default: 16 MiB."""
    allow_plain_http: bool
    """Whether to allow plain `http` to hosts other than loopback, which sends tokens unencrypted.
    Default: false."""
    proxy: str
    """The proxy of all requests, such as `http://proxy.example:3128`. Default: that of the variables
    (`HTTPS_PROXY` or `ALL_PROXY`, without the hosts of `NO_PROXY`), else that of the operating system,
    and none for endpoints on loopback. The variables are those of `environ`, or of the process. Not
    allowed with `http_client`; configure it there."""
    verify: ssl.SSLContext | str | os.PathLike[str] | bool
    """The certificates that TLS trusts: a file in PEM, a folder, or a TLS context. Default: the file
    and the folders of `SSL_CERT_FILE` and `SSL_CERT_DIR`, else the certificates of the system. `False`
    is refused. Not allowed with `http_client`; configure it there."""
    user_agent_suffix: str
    """A suffix of the `User-Agent`: the name and version of your program, `inventory/1.2`. Not allowed
    with `http_client`; configure it there."""
    on_attempt: Callable[[AttemptEvent], object]
    """A function called after each attempt, such as for metrics. It must return quickly; an exception
    of it is logged and ends nothing. Default: none."""
    clock: Clock
    """The clock, for tests. Default: that of the system."""
    environ: Mapping[str, str]
    """Environment variables, for each option that is not set; see `from_env`. Default: none."""


class ClientOptions(CommonOptions, total=False):
    """Client options of `Client`. Each has a default; options override environment variables."""

    credentials: CredentialsProvider
    """`Credentials`, or a provider that fetches them. Required, unless `token`, `environ` or
    `without_credentials` is set."""
    http_client: httpx2.Client
    """The HTTP client, to configure TLS, proxies or connection pools. It is not closed with the
    client. Default: one that the client makes."""


class AsyncClientOptions(CommonOptions, total=False):
    """Client options of `AsyncClient`. Each has a default; options override environment variables."""

    credentials: AsyncCredentialsProvider | CredentialsProvider
    """`Credentials`, or a provider that fetches them. Required, unless `token`, `environ` or
    `without_credentials` is set."""
    transport: Literal["httpx2", "aiohttp"]
    """What sends the requests: `httpx2`, or `aiohttp`, which is as fast and needs the extra
    `hwtasks[aiohttp]`. Requests through a proxy use `httpx2`. Default: `httpx2`. Not allowed with
    `http_client`."""
    http_client: httpx2.AsyncClient
    """The HTTP client, to configure TLS, proxies or connection pools. It is not closed with the
    client. Default: one that the client makes."""


def check_names(given: Iterable[str]) -> None:
    """Raise `TypeError` for a name that is none of an option, with the option that may be meant."""
    known = get_type_hints(AsyncClientOptions)
    for name in given:
        if name not in known:
            close = get_close_matches(name, known, 1)
            meant = _INSTEAD.get(name) or (close[0] if close else None)
            hint = (
                f": use {meant}"
                if name in _INSTEAD
                else f": did you mean {meant}?"
                if meant
                else ""
            )
            raise TypeError(f"a client has no option {name}{hint}")


def shows(options: type) -> Callable[[F], F]:
    """Show the options as keyword parameters in the signature of a function."""
    parameters = []
    for name, kind in get_type_hints(options).items():
        default = DEFAULTS.get(name)
        annotation = kind if default is not None else kind | None
        parameters.append(
            Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        )

    def decorate(function: F) -> F:
        own = Parameter(
            "cls" if function.__name__ == "from_env" else "self", Parameter.POSITIONAL_ONLY
        )
        function.__signature__ = Signature([own, *parameters])  # type: ignore[attr-defined]
        return function

    return decorate
