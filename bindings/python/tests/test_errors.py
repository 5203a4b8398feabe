"""The classes of errors, their reasons and their help."""

from __future__ import annotations

import builtins
import pickle
from typing import Any

import pytest

import hwtasks
from hwtasks import ErrorReason, HwtasksError, RetryPolicy
from tests.conftest import Connect
from tests.halves import Half
from tests.server import FakeResponse, Server

ONCE = RetryPolicy.disabled()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {}, hwtasks.BadRequestError),
        (401, {}, hwtasks.UnauthorizedError),
        (403, {}, hwtasks.ForbiddenError),
        (404, {}, hwtasks.NotFoundError),
        (429, {}, hwtasks.ThrottledError),
        (418, {"error_code": "APIGW.0308"}, hwtasks.ThrottledError),
        (500, {}, hwtasks.ServerError),
        (501, {}, hwtasks.ServerError),
        (418, {}, HwtasksError),
        (302, {}, HwtasksError),
        (200, {"tasks": 5}, hwtasks.DecodeError),
    ],
)
async def test_error_of_a_response_has_the_class_of_its_status(
    connect: Connect, server: Server, status: int, body: Any, kind: type[HwtasksError]
) -> None:
    server.responds(FakeResponse(body, status))
    with pytest.raises(HwtasksError) as caught:
        await connect(retry_policy=ONCE).kafka.list("i")
    assert type(caught.value) is kind


async def test_refused_connection_raises_connection_error(connect: Connect) -> None:
    client = connect(kafka_endpoint="http://127.0.0.1:1", retry_policy=ONCE)
    with pytest.raises(hwtasks.ConnectionError) as caught:
        await client.kafka.list("i")
    assert isinstance(caught.value, builtins.ConnectionError)
    assert caught.value.is_connection_error


async def test_invalid_argument_raises_invalid_input_error(connect: Connect) -> None:
    with pytest.raises(ValueError, match="the instance ID '' is empty") as caught:
        await connect().kafka.list("")
    assert isinstance(caught.value, hwtasks.InvalidInputError)


@pytest.mark.parametrize(
    ("states", "kind"),
    [
        (["FAILED"], hwtasks.TaskFailedError),
        (["EXECUTING"], hwtasks.WaitTimeoutError),
        ([], hwtasks.NotFoundError),
    ],
)
async def test_wait_without_success_raises_the_class_of_its_end(
    connect: Connect, server: Server, states: list[str], kind: type[HwtasksError]
) -> None:
    server.responds({"tasks": [{"id": "t", "status": state} for state in states]})
    with pytest.raises(HwtasksError) as caught:
        await connect().kafka.wait("i", "t", timeout=100)
    assert type(caught.value) is kind
    assert isinstance(caught.value, TimeoutError) is (kind is hwtasks.WaitTimeoutError)


@pytest.mark.parametrize(
    ("settings", "reason", "help_text"),
    [
        ({"token": "t"}, ErrorReason.NO_REGION, "set one with region, dcs_endpoint or"),
        ({"region": "r"}, ErrorReason.NO_PROJECT, "set project_id"),
        ({"region": "?", "token": "t"}, ErrorReason.INVALID_REGION, None),
        ({"dcs_endpoint": "x", "token": "t"}, ErrorReason.INVALID_URL, None),
        ({"proxy": "x", "region": "r", "token": "t"}, ErrorReason.INVALID_URL, None),
    ],
)
def test_configuration_error_has_a_reason_and_help(
    half: Half, settings: dict[str, Any], reason: ErrorReason, help_text: str | None
) -> None:
    with pytest.raises(hwtasks.InvalidInputError) as caught:
        half.the("Client")(**settings)
    error = caught.value
    assert error.reason is reason
    if help_text is None:
        assert error.help is None
    else:
        assert error.help is not None
        assert error.help.startswith(help_text)
        assert str(error).endswith(f"; {error.help}")


async def test_service_without_endpoint_has_reason_no_endpoint(half: Half, server: Server) -> None:
    client = half.client(dcs_endpoint=server.url, project_id="p", token="t")
    with pytest.raises(hwtasks.InvalidInputError) as caught:
        await client.kafka.list("i")
    assert caught.value.reason is ErrorReason.NO_ENDPOINT


async def test_project_lookup_without_region_has_reason_no_project(
    half: Half, server: Server
) -> None:
    client = half.client(dcs_endpoint=server.url, token="t")
    with pytest.raises(hwtasks.InvalidInputError) as caught:
        await client.dcs.list("i")
    assert caught.value.reason is ErrorReason.NO_PROJECT


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (hwtasks.CredentialsError.not_configured("none"), ErrorReason.NO_CREDENTIALS),
        (hwtasks.CredentialsError.invalid_configuration("bad"), ErrorReason.PROVIDER_FAILED),
    ],
)
async def test_call_without_credentials_has_the_reason_of_its_provider(
    half: Half, server: Server, raised: hwtasks.CredentialsError, reason: ErrorReason
) -> None:
    class Raising(hwtasks.CredentialsProvider):
        name = "raising"

        def provide(self) -> hwtasks.Credentials:
            raise raised

    client = half.client(dcs_endpoint=server.url, project_id="p", credentials=Raising())
    with pytest.raises(hwtasks.CredentialsError, match="no credentials: raising: ") as caught:
        await client.dcs.list("i")
    assert caught.value.reason is reason
    assert caught.value.operation == "ListDcsTasks"


@pytest.mark.parametrize(
    "error",
    [
        hwtasks.CredentialsError.not_configured("none"),
        hwtasks.WaitTimeoutError(hwtasks.ErrorKind.WAIT_TIMED_OUT, "late"),
        hwtasks.ConnectionError(hwtasks.ErrorKind.TRANSPORT, "broken"),
        hwtasks.InvalidInputError(hwtasks.ErrorKind.INVALID_INPUT, "bad", "do better"),
    ],
)
def test_pickled_error_keeps_its_class_and_text(error: HwtasksError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)
