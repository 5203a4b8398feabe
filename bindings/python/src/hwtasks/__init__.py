"""Client for the background tasks of Huawei Cloud DCS (Redis) and DMS for Kafka.

Long operations on an instance (resize, bind a public IP, change configuration) run as background
tasks. This package lists those tasks, shows one, and waits for one to finish.

```python
from hwtasks import Client

with Client.from_env() as client:
    for task in client.kafka.items("5560df16-cebf-4473-95c4-d1b573c16e79"):
        print(task.id, task.name, task.status)
```

`AsyncClient` is the same with `await`. Models and operations are generated from the OpenAPI
documents of hwtasks.
"""

from inspect import get_annotations

from hwtasks._client.client import AsyncClient, Client
from hwtasks._config.endpoint import known_regions
from hwtasks._config.http_settings import __version__
from hwtasks._config.options import AsyncClientOptions, ClientOptions
from hwtasks._config.source import ConfigSource, ConfigSourceKind, ConfigSources
from hwtasks._core.attempt_event import AttemptEvent
from hwtasks._core.clock import Clock, SystemClock
from hwtasks._core.error_kinds import ErrorKind, ErrorReason
from hwtasks._core.errors import (
    BadRequestError,
    ConnectionError,  # noqa: A004
    CredentialsError,
    DecodeError,
    ForbiddenError,
    HwtasksError,
    InvalidInputError,
    NotFoundError,
    ServerError,
    TaskFailedError,
    ThrottledError,
    UnauthorizedError,
    WaitTimeoutError,
)
from hwtasks._core.model import Model
from hwtasks._core.response import Response
from hwtasks._core.retry import RetryPolicy
from hwtasks._core.scalars import Capacity, ErrorCode, Scalar, TaskCount, Timestamp
from hwtasks._core.sweep_result import SweepResult
from hwtasks._credentials.cache import AsyncCachedProvider, CachedProvider
from hwtasks._credentials.chain import AsyncProviderChain, ProviderChain
from hwtasks._credentials.iam import AsyncIamPasswordProvider, IamPasswordProvider
from hwtasks._credentials.metadata import AsyncMetadataProvider, MetadataProvider
from hwtasks._credentials.profile import EnvironmentProvider, ProfileProvider
from hwtasks._credentials.types import (
    AsyncCredentialsProvider,
    Credentials,
    CredentialsProvider,
)
from hwtasks._generated import models as _models
from hwtasks._generated import names as _names
from hwtasks._generated.dcs import AsyncDcs, Dcs
from hwtasks._generated.kafka import AsyncKafka, Kafka
from hwtasks._generated.models import *  # noqa: F403
from hwtasks._generated.names import *  # noqa: F403
from hwtasks.auth import HuaweiCloudAuth

__all__ = [
    "AsyncCachedProvider",
    "AsyncClient",
    "AsyncClientOptions",
    "AsyncCredentialsProvider",
    "AsyncDcs",
    "AsyncIamPasswordProvider",
    "AsyncKafka",
    "AsyncMetadataProvider",
    "AsyncProviderChain",
    "AttemptEvent",
    "BadRequestError",
    "CachedProvider",
    "Capacity",
    "Client",
    "ClientOptions",
    "Clock",
    "ConfigSource",
    "ConfigSourceKind",
    "ConfigSources",
    "ConnectionError",
    "Credentials",
    "CredentialsError",
    "CredentialsProvider",
    "Dcs",
    "DecodeError",
    "EnvironmentProvider",
    "ErrorCode",
    "ErrorKind",
    "ErrorReason",
    "ForbiddenError",
    "HuaweiCloudAuth",
    "HwtasksError",
    "IamPasswordProvider",
    "InvalidInputError",
    "Kafka",
    "MetadataProvider",
    "Model",
    "NotFoundError",
    "ProfileProvider",
    "ProviderChain",
    "Response",
    "RetryPolicy",
    "Scalar",
    "ServerError",
    "SweepResult",
    "SystemClock",
    "TaskCount",
    "TaskFailedError",
    "ThrottledError",
    "Timestamp",
    "UnauthorizedError",
    "WaitTimeoutError",
    "__version__",
    "known_regions",
]
__all__ += _models.__all__
__all__ += _names.__all__

# Tracebacks show the module that users import from.
for _name in __all__:
    _public = globals()[_name]
    if isinstance(_public, type):
        # `typing.get_type_hints` would resolve them in the module that is named below.
        _annotations = get_annotations(_public, eval_str=True)
        if _annotations:
            _public.__annotations__ = _annotations
        _public.__module__ = __name__
del _annotations, _name, _public, get_annotations
