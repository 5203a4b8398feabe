"""Authorization for httpx2, of any request."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from hwtasks import (
    AsyncCachedProvider,
    CachedProvider,
    Credentials,
    CredentialsError,
    EnvironmentProvider,
    HuaweiCloudAuth,
    HwtasksError,
)
from tests.emulator import Emulator

INSTANCE = "5560df16-cebf-4473-95c4-d1b573c16e79"


def path(emulator: Emulator) -> str:
    return f"{emulator.kafka}/v2/{emulator.project_id}/instances/{INSTANCE}/tasks"


def keys(emulator: Emulator) -> Credentials:
    return Credentials.keys(emulator.access_key, emulator.secret_key)


def get(emulator: Emulator, auth: HuaweiCloudAuth, **settings: Any) -> httpx2.Response:
    query = {"start": "1", "limit": "2", "begin_time": "20200101000000"}
    with httpx2.Client(auth=auth, trust_env=False) as http:
        return http.get(path(emulator), params=query, **settings)


def test_auth_with_keys_signs_the_query_as_sent(emulator: Emulator) -> None:
    headers = {"X-Project-Id": emulator.project_id, "X-A": "b", "X_Under": "score"}
    response = get(emulator, HuaweiCloudAuth(keys(emulator)), headers=headers)
    assert response.status_code == 200, response.text
    assert len(response.json()["tasks"]) == 2
    sent = response.request.headers["authorization"]
    assert "SignedHeaders=host;x-a;x-project-id;x-sdk-date," in sent
    assert response.request.url.query == b"begin_time=20200101000000&limit=2&start=1"


def test_auth_with_token_sends_the_header(emulator: Emulator) -> None:
    response = get(emulator, HuaweiCloudAuth(Credentials.token(emulator.token)))
    assert response.status_code == 200
    assert response.request.headers["x-auth-token"] == emulator.token


async def test_auth_with_async_provider_works_only_with_async_clients(emulator: Emulator) -> None:
    provider = AsyncCachedProvider(EnvironmentProvider(emulator.environ()))
    async with httpx2.AsyncClient(auth=HuaweiCloudAuth(provider), trust_env=False) as http:
        response = await http.get(path(emulator))
    assert response.status_code == 200
    with pytest.raises(TypeError, match="environment has to be awaited"):
        get(emulator, HuaweiCloudAuth(provider))
    assert get(emulator, HuaweiCloudAuth(CachedProvider(keys(emulator)))).status_code == 200


def test_auth_signature_covers_the_body() -> None:
    bodies: list[httpx2.Request] = []

    def respond(request: httpx2.Request) -> httpx2.Response:
        bodies.append(request)
        return httpx2.Response(200)

    auth = HuaweiCloudAuth(Credentials.keys("AK", "SK"))
    with httpx2.Client(auth=auth, transport=httpx2.MockTransport(respond)) as http:
        for json in ({"a": 1}, {"a": 2}):
            http.post("https://ecs.cn-north-4.myhuaweicloud.com/v1/x", json=json)
        http.post("https://ecs.cn-north-4.myhuaweicloud.com/v1/x", content=iter([b"a", b"b"]))
    first, second, _ = (request.headers["authorization"] for request in bodies)
    assert "SignedHeaders=content-type;host;x-sdk-date," in first
    assert first != second


def test_auth_with_missing_or_invalid_keys_raises() -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200))
    with httpx2.Client(transport=transport) as http:
        with pytest.raises(CredentialsError):
            http.get("https://a.example", auth=HuaweiCloudAuth(EnvironmentProvider({})))
        with pytest.raises(HwtasksError, match="the access key 'A,K' cannot stand in a header"):
            http.get("https://a.example", auth=HuaweiCloudAuth(Credentials.keys("A,K", "SK")))
