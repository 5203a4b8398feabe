"""The client."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import NoReturn, Self, Unpack, cast

from hwtasks._backends import async_, sync
from hwtasks._client.gate import AsyncGate, Gate
from hwtasks._client.http import AsyncHttp, Http
from hwtasks._client.operation import AsyncService, Service
from hwtasks._client.project import AsyncProject, Project
from hwtasks._client.sender import AsyncClosing, Closing
from hwtasks._client.transport import AsyncTransport, Transport
from hwtasks._config.options import AsyncClientOptions, ClientOptions, shows
from hwtasks._config.settings import configure
from hwtasks._config.source import ConfigSources
from hwtasks._core.arguments import path_segment
from hwtasks._core.new_error import invalid_input
from hwtasks._core.secrets import Secrets
from hwtasks._credentials.chain import AsyncProviderChain, ProviderChain
from hwtasks._credentials.types import Credentials
from hwtasks._generated.dcs import AsyncDcs, Dcs
from hwtasks._generated.kafka import AsyncKafka, Kafka


class AsyncClient(AsyncClosing):
    """A client of both services. Concurrent calls share its connections.

    Use it with `async with`, or close it with `aclose`. `AsyncClientOptions` lists its options. The
    constructor sends nothing. Raises an `HwtasksError` of the kind `INVALID_INPUT` when the
    project ID is missing and nothing could find it, is a region's ID or has a blank or another
    character that no project ID has, no credentials are set, no region and no endpoint is set, the
    region is not the ID of one, or an endpoint is not a URL of `https` (or of `http` to loopback).

    >>> client = AsyncClient(region="cn-north-4", project_id="a4d31cb6", token="MIIF...")
    >>> client.dcs_endpoint
    'https://dcs.cn-north-4.myhuaweicloud.com'
    """

    dcs: AsyncDcs
    """The operations of Distributed Cache Service (DCS)."""
    kafka: AsyncKafka
    """The operations of Distributed Message Service (DMS) for Kafka."""

    @shows(AsyncClientOptions)
    def __init__(self, **options: Unpack[AsyncClientOptions]) -> None:
        # Loggers may show the locals of a frame.
        options = cast("AsyncClientOptions", Secrets(options))
        config = configure(options)
        provider: async_.Provider | None = options.get("credentials") or config.token
        if provider is None and config.environ is not None:
            provider = AsyncProviderChain._official(
                config.environ, config.clock, config.profile_file
            )
        if provider is not None and not async_.is_provider(provider):
            raise invalid_input(
                f"credentials is of type {type(provider).__name__}: give Credentials, or a provider "
                f"for {type(self).__name__}, such as Credentials.keys(access_key, secret_key)"
            )
        self._http = AsyncHttp(config.http, options.get("http_client"))
        self._project = AsyncProject(config)
        self._region = config.region
        self._config_sources = config.config_sources
        self._dcs = config.dcs
        self._kafka = config.kafka
        transport = AsyncTransport(
            self._http,
            config.clock,
            config.retry,
            config.limits,
            provider,
            AsyncGate.of(provider, config.clock),
            on_attempt=config.on_attempt,
        )
        self._transport = transport
        self.dcs = AsyncDcs(AsyncService("dcs", config.dcs, self._project, transport))
        self.kafka = AsyncKafka(AsyncService("kafka", config.kafka, self._project, transport))

    @classmethod
    @shows(AsyncClientOptions)
    def from_env(cls, **options: Unpack[AsyncClientOptions]) -> async_.Opening[Self]:
        """Return a client configured by environment variables and the home directory.

        Options override variables. The names are those of the official SDKs where these have one:

        | what | from |
        | --- | --- |
        | region | `HWTASKS_REGION`, else `HW_REGION_NAME`, else the one in the profile file |
        | endpoints | `HWTASKS_DCS_ENDPOINT` and `HWTASKS_KAFKA_ENDPOINT`, else \
`HUAWEICLOUD_SDK_REGION_DCS_CN_NORTH_4` and `HUAWEICLOUD_SDK_REGION_KAFKA_CN_NORTH_4`, named after the \
region, else the region's own |
        | credentials | a token in `HWTASKS_TOKEN`, else the official chain: environment, profile \
file, metadata service |
        | project ID | `HUAWEICLOUD_SDK_PROJECT_ID`, else what the credentials were configured with, \
else the one project of IAM named like the region |
        | metadata service | `HWTASKS_METADATA_ENDPOINT`, else `http://169.254.169.254`; none with \
`HWTASKS_METADATA_DISABLED=1` |
        | IAM | `HUAWEICLOUD_SDK_IAM_ENDPOINT`, else what the credentials were configured with, else \
the region's own |

        An empty variable counts as not set. Nothing is written. `environ` replaces the variables of
        the process; its `HOME` is then the home directory.

        Fetches credentials and project ID at once, so that a wrong configuration fails here and not in
        the first call. Raises an `HwtasksError`: `is_credentials`, with each provider and its reason,
        when none has credentials.
        """
        # Loggers may show the locals of a frame.
        options = cast("AsyncClientOptions", Secrets(options))
        options.setdefault("environ", os.environ)
        client = cls(**options)
        return async_.opening(client, client.load, client.aclose)

    async def load(self) -> None:
        """Fetch credentials and project ID now, and not in the first call. Raises as a call does."""
        call = self._transport.call("load")
        await call.credentials()
        path_segment("project ID", await self._project.id(call))

    async def credentials(self) -> Credentials | None:
        """Return the credentials of the client; `None` when it has no provider.

        `Credentials.provider` names their source. Raises an
        `HwtasksError`: `is_credentials`, with each provider and its reason.
        """
        return await self._transport.call("credentials").credentials()

    @property
    def region(self) -> str | None:
        """The region ID; `None` when none is set."""
        return self._region

    @property
    def dcs_endpoint(self) -> str | None:
        """The DCS endpoint; `None` when neither region nor endpoint is set."""
        return self._dcs

    @property
    def kafka_endpoint(self) -> str | None:
        """The Kafka endpoint; `None` when neither region nor endpoint is set."""
        return self._kafka

    @property
    def project_id(self) -> str | None:
        """The project ID; `None` until it has been taken from the credentials or looked up."""
        return self._project.known

    @property
    def config_sources(self) -> ConfigSources:
        """The sources of region, endpoints and project ID.

        >>> client = AsyncClient(region="cn-north-4", project_id="a4d31cb6", token="MIIF...")
        >>> str(client.config_sources.region), str(client.config_sources.kafka_endpoint)
        ('the options', 'the region')
        """
        return replace(self._config_sources, project_id=self._project.source)

    async def aclose(self) -> None:
        """Close the connections; a later call opens new ones.

        Calls in progress end normally; the connections that they use close with the last of them.
        """
        await self._http.aclose()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    def __reduce_ex__(self, _: object) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} holds connections and secrets, and cannot be pickled: make one in "
            "each process"
        )

    def __repr__(self) -> str:
        if "_project" not in vars(self):
            # Shown with the frames of a failed configuration.
            return f"{type(self).__name__}(not configured)"
        facts = f"dcs={self._dcs!r}, kafka={self._kafka!r}, project_id={self.project_id!r}"
        return f"{type(self).__name__}({facts})"


# --- Generated by `cargo xtask gen python` from the definitions above; do not edit. ---
# fmt: off


class Client(Closing):
    """A client of both services. Concurrent calls share its connections.

    Use it with `with`, or close it with `close`. `ClientOptions` lists its options. The
    constructor sends nothing. Raises an `HwtasksError` of the kind `INVALID_INPUT` when the
    project ID is missing and nothing could find it, is a region's ID or has a blank or another
    character that no project ID has, no credentials are set, no region and no endpoint is set, the
    region is not the ID of one, or an endpoint is not a URL of `https` (or of `http` to loopback).

    >>> client = Client(region="cn-north-4", project_id="a4d31cb6", token="MIIF...")
    >>> client.dcs_endpoint
    'https://dcs.cn-north-4.myhuaweicloud.com'
    """

    dcs: Dcs
    """The operations of Distributed Cache Service (DCS)."""
    kafka: Kafka
    """The operations of Distributed Message Service (DMS) for Kafka."""

    @shows(ClientOptions)
    def __init__(self, **options: Unpack[ClientOptions]) -> None:
        # Loggers may show the locals of a frame.
        options = cast("ClientOptions", Secrets(options))
        config = configure(options)
        provider: sync.Provider | None = options.get("credentials") or config.token
        if provider is None and config.environ is not None:
            provider = ProviderChain._official(
                config.environ, config.clock, config.profile_file
            )
        if provider is not None and not sync.is_provider(provider):
            raise invalid_input(
                f"credentials is of type {type(provider).__name__}: give Credentials, or a provider "
                f"for {type(self).__name__}, such as Credentials.keys(access_key, secret_key)"
            )
        self._http = Http(config.http, options.get("http_client"))
        self._project = Project(config)
        self._region = config.region
        self._config_sources = config.config_sources
        self._dcs = config.dcs
        self._kafka = config.kafka
        transport = Transport(
            self._http,
            config.clock,
            config.retry,
            config.limits,
            provider,
            Gate.of(provider, config.clock),
            on_attempt=config.on_attempt,
        )
        self._transport = transport
        self.dcs = Dcs(Service("dcs", config.dcs, self._project, transport))
        self.kafka = Kafka(Service("kafka", config.kafka, self._project, transport))

    @classmethod
    @shows(ClientOptions)
    def from_env(cls, **options: Unpack[ClientOptions]) -> sync.Opening[Self]:
        """Return a client configured by environment variables and the home directory.

        Options override variables. The names are those of the official SDKs where these have one:

        | what | from |
        | --- | --- |
        | region | `HWTASKS_REGION`, else `HW_REGION_NAME`, else the one in the profile file |
        | endpoints | `HWTASKS_DCS_ENDPOINT` and `HWTASKS_KAFKA_ENDPOINT`, else \
`HUAWEICLOUD_SDK_REGION_DCS_CN_NORTH_4` and `HUAWEICLOUD_SDK_REGION_KAFKA_CN_NORTH_4`, named after the \
region, else the region's own |
        | credentials | a token in `HWTASKS_TOKEN`, else the official chain: environment, profile \
file, metadata service |
        | project ID | `HUAWEICLOUD_SDK_PROJECT_ID`, else what the credentials were configured with, \
else the one project of IAM named like the region |
        | metadata service | `HWTASKS_METADATA_ENDPOINT`, else `http://169.254.169.254`; none with \
`HWTASKS_METADATA_DISABLED=1` |
        | IAM | `HUAWEICLOUD_SDK_IAM_ENDPOINT`, else what the credentials were configured with, else \
the region's own |

        An empty variable counts as not set. Nothing is written. `environ` replaces the variables of
        the process; its `HOME` is then the home directory.

        Fetches credentials and project ID at once, so that a wrong configuration fails here and not in
        the first call. Raises an `HwtasksError`: `is_credentials`, with each provider and its reason,
        when none has credentials.
        """
        # Loggers may show the locals of a frame.
        options = cast("ClientOptions", Secrets(options))
        options.setdefault("environ", os.environ)
        client = cls(**options)
        return sync.opening(client, client.load, client.close)

    def load(self) -> None:
        """Fetch credentials and project ID now, and not in the first call. Raises as a call does."""
        call = self._transport.call("load")
        call.credentials()
        path_segment("project ID", self._project.id(call))

    def credentials(self) -> Credentials | None:
        """Return the credentials of the client; `None` when it has no provider.

        `Credentials.provider` names their source. Raises an
        `HwtasksError`: `is_credentials`, with each provider and its reason.
        """
        return self._transport.call("credentials").credentials()

    @property
    def region(self) -> str | None:
        """The region ID; `None` when none is set."""
        return self._region

    @property
    def dcs_endpoint(self) -> str | None:
        """The DCS endpoint; `None` when neither region nor endpoint is set."""
        return self._dcs

    @property
    def kafka_endpoint(self) -> str | None:
        """The Kafka endpoint; `None` when neither region nor endpoint is set."""
        return self._kafka

    @property
    def project_id(self) -> str | None:
        """The project ID; `None` until it has been taken from the credentials or looked up."""
        return self._project.known

    @property
    def config_sources(self) -> ConfigSources:
        """The sources of region, endpoints and project ID.

        >>> client = Client(region="cn-north-4", project_id="a4d31cb6", token="MIIF...")
        >>> str(client.config_sources.region), str(client.config_sources.kafka_endpoint)
        ('the options', 'the region')
        """
        return replace(self._config_sources, project_id=self._project.source)

    def close(self) -> None:
        """Close the connections; a later call opens new ones.

        Calls in progress end normally; the connections that they use close with the last of them.
        """
        self._http.close()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    def __reduce_ex__(self, _: object) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} holds connections and secrets, and cannot be pickled: make one in "
            "each process"
        )

    def __repr__(self) -> str:
        if "_project" not in vars(self):
            # Shown with the frames of a failed configuration.
            return f"{type(self).__name__}(not configured)"
        facts = f"dcs={self._dcs!r}, kafka={self._kafka!r}, project_id={self.project_id!r}"
        return f"{type(self).__name__}({facts})"
