"""The names, defaults and types of the client options."""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import Any, get_type_hints
from unittest import mock

import pytest

import hwtasks
from hwtasks import AsyncClient, Client, HwtasksError
from hwtasks._config.options import DEFAULTS
from hwtasks._config.settings import Limits
from tests.halves import Half
from tests.server import Server


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("regoin", ": did you mean region?"),
        ("project", ": did you mean project_id?"),
        ("time_out", ": did you mean timeout?"),
        ("credential", ": did you mean credentials?"),
        ("ak", ": use credentials=Credentials.keys(access_key, secret_key)"),
        ("max_retries", ": use retry_policy=RetryPolicy(max_attempts=...)"),
        ("endpoint", ": use dcs_endpoint and kafka_endpoint"),
        ("xyzzy", ""),
    ],
)
async def test_unknown_option_names_the_one_that_is_meant(half: Half, name: str, hint: str) -> None:
    with pytest.raises(TypeError) as caught:
        half.the("Client")(region="cn-north-4", **{name: "hush"})
    assert str(caught.value) == f"a client has no option {name}{hint}"
    with pytest.raises(TypeError, match=f"a client has no option {name}"):
        await half.from_env({}, **{name: "hush"})


def test_signatures_show_every_option(half: Half) -> None:
    options = get_type_hints(getattr(hwtasks, half.the("Client").__name__ + "Options"))
    for function in (half.the("Client"), half.the("Client").from_env):
        parameters = inspect.signature(function).parameters
        assert list(parameters) == list(options)
        assert {parameter.kind for parameter in parameters.values()} == {
            inspect.Parameter.KEYWORD_ONLY
        }
        assert parameters["timeout"].default == 120.0
        assert parameters["timeout"].annotation == float | timedelta | None
        assert parameters["region"].annotation == str | None
        assert parameters["region"].default is None
    with pytest.raises(TypeError, match="unexpected keyword argument 'regoin'"):
        mock.create_autospec(half.the("Client"))(regoin="r")


def test_defaults_in_signatures_are_those_of_the_client() -> None:
    assert Limits() == Limits(
        connect=DEFAULTS["connect_timeout"],
        attempt=DEFAULTS["attempt_timeout"],
        call=DEFAULTS["timeout"],
        body=int(DEFAULTS["body_limit"]),
    )


@pytest.mark.parametrize("name", ["timeout", "attempt_timeout", "connect_timeout"])
@pytest.mark.parametrize(
    ("given", "seconds"), [(timedelta(minutes=1), 60), (None, 1e6), (float("inf"), 1e6), (5, 5)]
)
def test_time_limit_is_seconds_or_timedelta_or_none(
    half: Half, name: str, given: Any, seconds: float
) -> None:
    client = half.the("Client")(region="cn-north-4", project_id="p", token="t", **{name: given})
    limits = client._transport.limits
    found = {
        "timeout": limits.call,
        "attempt_timeout": limits.attempt,
        "connect_timeout": limits.connect,
    }
    assert found[name] == seconds


ENVIRON = {
    "HWTASKS_TOKEN": "t",
    "HUAWEICLOUD_SDK_PROJECT_ID": "p",
    "HWTASKS_REGION": "cn-north-4",
}


async def test_async_client_from_env_is_awaited_or_entered(server: Server) -> None:
    server.responds({"tasks": [{"id": "t"}]})
    environ = ENVIRON | {"HWTASKS_KAFKA_ENDPOINT": server.url}
    async with AsyncClient.from_env(environ=environ) as client:
        assert isinstance(client, AsyncClient)
        assert [task.id for task in await client.kafka.list("i")] == ["t"]
    client = await AsyncClient.from_env(environ=environ)
    async with client:
        assert len(await client.kafka.list("i")) == 1
    async with await AsyncClient.from_env(environ=environ) as client:
        assert client.region == "cn-north-4"
    with Client.from_env(environ=environ) as blocking:
        assert isinstance(blocking, Client)


async def test_async_client_from_env_without_await_says_what_to_write() -> None:
    opening = AsyncClient.from_env(environ=ENVIRON)
    with pytest.raises(
        AttributeError, match="no attribute 'kafka' before it is awaited: write `await"
    ):
        _ = opening.kafka  # type: ignore[attr-defined]
    assert repr(opening) == "<AsyncClient to be awaited, or entered by async with>"
    assert not hasattr(opening, "kafka")


async def test_async_client_from_env_without_credentials_raises_at_the_entrance() -> None:
    environ = {
        "HWTASKS_REGION": "cn-north-4",
        "HWTASKS_METADATA_ENDPOINT": "http://127.0.0.1:1",
        "HUAWEICLOUD_SDK_PROJECT_ID": "p",
    }
    opening = AsyncClient.from_env(environ=environ)
    with pytest.raises(HwtasksError, match="no credentials"):
        async with opening:
            pytest.fail("it was entered")
    with pytest.raises(HwtasksError, match="no credentials"):
        await opening
