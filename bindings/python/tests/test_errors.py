"""The classes of errors, their reasons and their help."""

from __future__ import annotations

import builtins
import copy
import pickle
from datetime import timedelta
from typing import Any

import httpx2
import pytest

import hwtasks
from hwtasks import ErrorKind, ErrorReason, HwtasksError, RetryPolicy
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
    assert str(caught.value) == (
        "ListKafkaTasks: cannot connect to the endpoint; "
        "check the endpoint http://127.0.0.1:1, its region, the proxy and DNS"
    )


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
        ({"region": "r"}, ErrorReason.NO_CREDENTIALS, "set credentials or token"),
        ({"region": "r", "without_credentials": True}, ErrorReason.NO_PROJECT, "set project_id"),
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


@pytest.mark.parametrize("kind", [HwtasksError, hwtasks.NotFoundError, hwtasks.WaitTimeoutError])
def test_error_is_constructed_in_one_go(kind: type[HwtasksError]) -> None:
    body = hwtasks.ErrorResponse.model_validate({"error_code": "DCS.4001", "error_msg": "no"})
    headers = httpx2.Headers({"X-Request-Id": "r", "Retry-After": "5"})
    task = hwtasks.KafkaTask(id="t")
    error = kind(
        ErrorKind.API,
        "it is gone",
        "check the ID",
        reason=ErrorReason.NO_PROJECT,
        operation="ShowKafkaTask",
        clock_skew=timedelta(minutes=10),
        path="tasks[0]",
        response=body,
        task=task,
        http_response=hwtasks.Response(404, headers, b"{}" * 40_000, attempts=3),
    )
    for made in (error, pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301
        assert type(made) is kind
        assert (made.status, made.code, made.message) == (404, "DCS.4001", "no")
        assert (made.request_id, made.reason, made.path) == (
            "r",
            ErrorReason.NO_PROJECT,
            "tasks[0]",
        )
        assert made.is_not_found
        assert made.task == task
        assert made.attempts == 3
        assert made.body is not None
        assert len(made.body) == 64 * 1024
        assert made.headers is not None
        assert made.headers["retry-after"] == "5"
        assert str(made) == (
            "ShowKafkaTask: it is gone; check the ID; this machine's clock is behind the service's by "
            "0:10:00 (after 3 attempts)"
        )
    assert kind(ErrorKind.API, "x", attempts=2).attempts == 2
    assert kind(ErrorKind.API, "x").attempts == 0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "2.5"}, 2.5),
        ({"Retry-After": "5, 7"}, 7.0),
        (
            {
                "Date": "Fri, 02 Jan 2026 03:04:05 GMT",
                "Retry-After": "Fri, 02 Jan 2026 03:05:05 GMT",
            },
            60.0,
        ),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_of_an_error_is_in_seconds(
    headers: dict[str, str], seconds: float | None
) -> None:
    response = hwtasks.Response(429, httpx2.Headers(headers), b"")
    error = hwtasks.ThrottledError(hwtasks.ErrorKind.API, "busy", http_response=response)
    assert error.retry_after == seconds


def test_retry_after_without_a_response_is_none() -> None:
    assert hwtasks.ThrottledError(hwtasks.ErrorKind.API, "busy").retry_after is None
