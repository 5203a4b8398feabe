"""Tools that read the public objects: type hints, mocks, debuggers, documentation."""

from __future__ import annotations

import copy
import inspect
import pickle
import typing
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import FunctionType, ModuleType
from typing import Any
from unittest import mock

import httpx2
import pytest

import hwtasks
from hwtasks import auth, signer, testing

MODULES = [hwtasks, auth, signer, testing]


def public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield the public objects of a module, by their names."""
    for name in getattr(module, "__all__", None) or vars(module):
        value = getattr(module, name)
        is_own = module is hwtasks or getattr(value, "__module__", None) == module.__name__
        if is_own and not name.startswith("_"):
            yield f"{module.__name__}.{name}", value


def functions(of: type) -> Iterator[tuple[str, FunctionType]]:
    """Yield the functions of a class, those of its bases in this package included."""
    for base in of.__mro__:
        for name, value in vars(base).items():
            function = value.fget if isinstance(value, property) else value
            function = getattr(function, "__func__", function)
            if isinstance(function, FunctionType) and function.__module__.startswith("hwtasks"):
                yield name, function


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301


def annotated() -> Iterator[Any]:
    """Return everything public that has annotations."""
    for module in MODULES:
        for name, value in public(module):
            if inspect.isclass(value):
                yield pytest.param(value, id=name)
                for method, function in functions(value):
                    yield pytest.param(function, id=f"{name}.{method}")
            elif inspect.isfunction(value):
                yield pytest.param(value, id=name)


@pytest.mark.parametrize("value", list(annotated()))
def test_type_hints_of_everything_public_resolve(value: Any) -> None:
    hints = typing.get_type_hints(value, include_extras=True)
    assert not [hint for hint in hints.values() if isinstance(hint, str)]


def instances() -> Iterator[Any]:
    """Return an object of every public kind."""
    time = datetime(2026, 1, 2, tzinfo=UTC)
    client = hwtasks.Client(region="cn-north-4", project_id="p", token="MIIF")
    client_async = hwtasks.AsyncClient(region="cn-north-4", project_id="p", token="MIIF")
    response = hwtasks.Response(200, httpx2.Headers({"a": "b"}), b"{}")
    yield from (client, client_async, client.dcs, client.kafka, client_async.dcs)
    yield from (client_async.kafka, client.config_sources, response)
    yield from (hwtasks.Credentials.keys("AK", "SK"), hwtasks.Credentials.token("MIIF"))
    yield from (hwtasks.RetryPolicy(), hwtasks.SystemClock(), testing.ManualClock(time))
    yield from (hwtasks.Capacity("0.5"), hwtasks.ErrorCode(401), hwtasks.TaskCount("4"))
    yield from (
        hwtasks.Timestamp.of(time),
        hwtasks.TaskName("EXTEND"),
        hwtasks.TaskStatus("SUCCESS"),
    )
    yield from (
        hwtasks.ConfigSourceKind.OPTIONS,
        hwtasks.ErrorKind.API,
        hwtasks.ErrorReason.NO_REGION,
    )
    yield hwtasks.AttemptEvent("ListDcsTasks", 1, 0.5, 200, "r", None, will_retry=False)
    yield hwtasks.SweepResult("i", [hwtasks.KafkaTask(id="a")], None)
    yield hwtasks.KafkaTaskList(tasks=[hwtasks.KafkaTask(id="a", created_at=hwtasks.Timestamp(""))])
    yield from (hwtasks.EnvironmentProvider({}), hwtasks.ProfileProvider({}))
    for prefix in ("", "Async"):
        credentials = hwtasks.Credentials.token("MIIF")
        yield getattr(hwtasks, f"{prefix}CachedProvider")(credentials)
        yield getattr(hwtasks, f"{prefix}ProviderChain")(credentials)
        yield getattr(hwtasks, f"{prefix}MetadataProvider")()
        yield getattr(hwtasks, f"{prefix}IamPasswordProvider")("u", "pw", "d", region="cn-north-4")
    yield auth.HuaweiCloudAuth(hwtasks.Credentials.token("MIIF"))
    yield signer.Keys("AK", "SK")
    yield hwtasks.HwtasksError(hwtasks.ErrorKind.TRANSPORT, "broken")
    yield hwtasks.CredentialsError.not_configured("nothing is set")


INSTANCES = [pytest.param(value, id=type(value).__name__) for value in instances()]
VALUES = [
    param
    for param in INSTANCES
    if not str(param.id).endswith(("Dcs", "Kafka", "Provider", "Chain", "Clock", "Auth"))
]


@pytest.mark.parametrize("value", INSTANCES)
@pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince20")
@pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince211")
def test_members_of_everything_public_can_be_read(value: Any) -> None:
    names = {name for name, _ in inspect.getmembers(value)}
    assert names >= {"__class__", "__doc__"}
    assert all(hasattr(value, name) for name in names)
    assert repr(value)


@pytest.mark.parametrize("value", INSTANCES)
@pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince20")
@pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince211")
def test_everything_public_can_be_mocked(value: Any) -> None:
    for spec in (value, type(value)):
        made = mock.create_autospec(spec)
        assert isinstance(made, type(value)) or spec is type(value)


SECRETS = (hwtasks.Client, hwtasks.AsyncClient, hwtasks.Credentials, signer.Keys)


@pytest.mark.parametrize("make", [pickled, copy.copy, copy.deepcopy])
@pytest.mark.parametrize("value", VALUES)
def test_copies_of_a_value_are_equal(value: Any, make: Callable[[Any], Any]) -> None:
    if isinstance(value, SECRETS) and make is pickled:
        with pytest.raises(TypeError, match="secrets, and cannot be pickled"):
            make(value)
        return
    made = make(value)
    assert type(made) is type(value)
    if isinstance(value, hwtasks.HwtasksError):
        assert (str(made), made.kind, made.reason) == (str(value), value.kind, value.reason)
    else:
        assert made == value


@pytest.mark.parametrize("half", ["Client", "AsyncClient"])
def test_mock_of_a_client_knows_its_methods(half: str) -> None:
    made = mock.create_autospec(getattr(hwtasks, half), instance=True)
    assert callable(made.load)
    with pytest.raises(TypeError, match="too many positional arguments"):
        made.load("i")
    with pytest.raises(AttributeError):
        _ = made.lode
