"""The names, defaults and types of the client options."""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import Any, get_type_hints
from unittest import mock

import pytest

import hwtasks
from hwtasks._config.options import DEFAULTS
from hwtasks._config.settings import Limits
from tests.halves import Half


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
