"""The messages of typical mistakes: each says what to do."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx2
import pytest

import hwtasks
from hwtasks import AsyncMetadataProvider, Credentials, Timestamp
from tests.conftest import Connect
from tests.halves import Half
from tests.server import Server

SYNC_OPTIONS: list[tuple[dict[str, Any], str]] = [
    ({"region": 5}, "region is of type int, and must be a string"),
    (
        {"region": "cn_north_4"},
        "'cn_north_4' is not a region: give its ID, such as cn-north-4",
    ),
    ({"regoin": "cn-north-4"}, "a client has no option regoin: did you mean region?"),
    (
        {"ak": "AK"},
        "a client has no option ak: use credentials=Credentials.keys(access_key, secret_key)",
    ),
    (
        {"max_retries": 5},
        "a client has no option max_retries: use retry_policy=RetryPolicy(max_attempts=...)",
    ),
    (
        {"dcs_endpoint": "dcs.example"},
        "the endpoint 'dcs.example' is not an https URL, such as https://dcs.example",
    ),
    (
        {"dcs_endpoint": "http://dcs.example"},
        (
            "the endpoint 'http://dcs.example' is plain http: use https, or allow_plain_http=True to send "
            "the token unencrypted"
        ),
    ),
    (
        {"dcs_endpoint": "https://dcs.example/v2"},
        (
            "the endpoint 'https://dcs.example/v2' ends with the API version, which the client adds: "
            "remove it"
        ),
    ),
    (
        {"credentials": Credentials.token("t")},
        "token and credentials are both set: set one of them",
    ),
    (
        {"token": None, "credentials": ("AK", "SK")},
        (
            "credentials is of type tuple: give Credentials, or a provider for Client, such "
            "as Credentials.keys(access_key, secret_key)"
        ),
    ),
    (
        {"token": None, "credentials": AsyncMetadataProvider()},
        (
            "credentials is of type AsyncMetadataProvider: give Credentials, or a provider for Client, such "
            "as Credentials.keys(access_key, secret_key)"
        ),
    ),
    (
        {"http_client": httpx2.AsyncClient()},
        "http_client is of type AsyncClient: give an httpx2.Client",
    ),
    ({"retry_policy": 3}, "retry_policy is of type int, and must be a RetryPolicy"),
    ({"timeout": "60"}, "timeout is '60', and must be a number, 0 or more, or a timedelta"),
    ({"timeout": -1}, "timeout is -1, and must be a number, 0 or more, or a timedelta"),
    ({"proxy": "proxy:3128"}, "the proxy is not a URL, such as http://proxy.example:3128"),
]


@pytest.mark.parametrize(("options", "message"), SYNC_OPTIONS)
def test_mistaken_option_says_what_to_do(options: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"region": "cn-north-4", "project_id": "p", "token": "t"}
    with pytest.raises((ValueError, TypeError)) as caught:
        hwtasks.Client(**given | options)
    assert str(caught.value) == message


CALLS: list[tuple[Callable[[Any], Any], str]] = [
    (
        lambda client: client.kafka.list("i", since=datetime(2026, 1, 1)),  # noqa: DTZ001
        "ListKafkaTasks: since: 2026-01-01T00:00:00 has no time zone: add one, such as datetime.UTC",
    ),
    (
        lambda client: client.kafka.list("i", since="2026-01-01"),
        (
            "ListKafkaTasks: since: '2026-01-01' is not a time like 2020-06-17T07:38:42.503Z: it is not "
            "RFC 3339 with an offset from UTC"
        ),
    ),
    (
        lambda client: client.kafka.list("i", limit="5"),
        "ListKafkaTasks: the limit is '5', and must be a whole number",
    ),
    (
        lambda client: client.dcs.list("i", limit=0),
        "ListDcsTasks: the limit is 0, and must be 1 to 2147483647",
    ),
    (lambda client: client.kafka.list(""), "ListKafkaTasks: the instance ID '' is empty"),
    (
        lambda client: client.kafka.list(5),
        "ListKafkaTasks: the instance ID is of type int, not a string",
    ),
    (
        lambda client: client.kafka.list("i", timeout="soon"),
        "timeout is 'soon', and must be a number, 0 or more, or a timedelta",
    ),
    (
        lambda client: client.kafka.wait("i", "t", timeout="soon"),
        "timeout is 'soon', and must be seconds or a timedelta",
    ),
    (
        lambda client: client.inner.kafka.sweep("i"),
        "the instances are a string, 'i': give a list of IDs",
    ),
    (
        lambda client: client.inner.kafka.sweep(["i"], concurrency="5"),
        "the concurrency is '5', and must be a whole number",
    ),
]


@pytest.mark.parametrize(("act", "message"), CALLS)
async def test_mistaken_argument_says_what_to_do(
    connect: Connect, server: Server, act: Callable[[Any], Any], message: str
) -> None:
    with pytest.raises(hwtasks.InvalidInputError) as caught:
        await act(connect())
    assert str(caught.value) == message
    assert server.requests == []


async def test_closed_http_client_says_what_to_do(half: Half, server: Server) -> None:
    closed = httpx2.AsyncClient() if half.is_async else httpx2.Client()
    await half.call(closed.aclose if isinstance(closed, httpx2.AsyncClient) else closed.close)
    client = half.client(dcs_endpoint=server.url, project_id="p", token="t", http_client=closed)
    with pytest.raises(hwtasks.InvalidInputError) as caught:
        await client.dcs.list("i")
    assert str(caught.value) == (
        "ListDcsTasks: the http_client option is closed; make a client with an open one"
    )


async def test_service_without_endpoint_says_what_to_do(half: Half) -> None:
    client = half.client(kafka_endpoint="https://dms.example", project_id="p", token="t")
    with pytest.raises(hwtasks.InvalidInputError) as caught:
        await client.dcs.list("i")
    assert str(caught.value) == (
        "ListDcsTasks: no dcs endpoint is set; set dcs_endpoint, or the region"
    )


def test_pickled_client_says_what_to_do(half: Half) -> None:
    client = half.client(region="cn-north-4", project_id="p", token="t").inner
    with pytest.raises(TypeError) as caught:
        pickle.dumps(client)
    assert str(caught.value) == (
        f"a {half.the('Client').__name__} holds connections and secrets, and cannot be pickled: make "
        "one in each process"
    )


def test_time_that_cannot_be_read_says_what_it_should_be() -> None:
    with pytest.raises(ValueError, match="soon") as caught:
        Timestamp("soon").parse()
    assert str(caught.value) == (
        "'soon' is not a time like 2020-06-17T07:38:42.503Z: it is not RFC 3339 with an offset from UTC"
    )
    with pytest.raises(ValueError, match="zone") as naive:
        Timestamp.of(datetime(2026, 1, 1))  # noqa: DTZ001
    assert str(naive.value) == (
        "2026-01-01T00:00:00 has no time zone: add one, such as datetime.UTC"
    )
