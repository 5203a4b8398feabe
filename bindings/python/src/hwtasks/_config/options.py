"""The options of a client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypedDict

from hwtasks._core.clock import Clock
from hwtasks._core.retry import RetryPolicy
from hwtasks._credentials.types import AsyncCredentialsProvider, CredentialsProvider

if TYPE_CHECKING:
    import httpx2


class CommonOptions(TypedDict, total=False):
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
    environ: Mapping[str, str]
    """Environment variables for everything not set here; see `from_env`. None by default."""


class ClientOptions(CommonOptions, total=False):
    """What a `Client` can be told. Everything has a default; what is told wins over variables."""

    credentials: CredentialsProvider
    """What authorizes the requests: `Credentials`, or a provider that fetches them. Without it,
    requests are sent without authorization."""
    http_client: httpx2.Client
    """An own HTTP client, for TLS, proxies or connection pools of your own. It is not closed with the
    client."""


class AsyncClientOptions(CommonOptions, total=False):
    """What an `AsyncClient` can be told. Everything has a default; what is told wins over variables."""

    credentials: AsyncCredentialsProvider | CredentialsProvider
    """What authorizes the requests: `Credentials`, or a provider that fetches them. Without it,
    requests are sent without authorization."""
    http_client: httpx2.AsyncClient
    """An own HTTP client, for TLS, proxies or connection pools of your own. It is not closed with the
    client."""
