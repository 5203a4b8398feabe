"""The option `transport="aiohttp"`: the tests of the transport, with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from hwtasks import AsyncClient, Client, ErrorKind, HwtasksError
from hwtasks._backends import async_ as backend
from hwtasks._backends.aiohttp_sender import AiohttpSender
from tests.conformance.test_faults import *  # noqa: F403
from tests.conformance.test_responses import *  # noqa: F403
from tests.conformance.test_retries import *  # noqa: F403
from tests.halves import Half
from tests.server import FakeResponse, Server
from tests.test_deadlines import *  # noqa: F403
from tests.test_transport import *  # noqa: F403

OPTIONS: dict[str, Any] = {"region": "cn-north-4", "project_id": "p", "token": "t"}


class AiohttpHalf(Half):
    def client(self, **settings: Any) -> Any:
        if "http_client" not in settings:
            settings["transport"] = "aiohttp"
        return super().client(**settings)


UNLIKE = {
    "content_length_twice_equal": "aiohttp refuses a header Content-Length that comes twice",
    "bytes_that_no_request_asked_for": "aiohttp takes them for the response to the next request",
}


@pytest.fixture
async def half(request: pytest.FixtureRequest) -> AsyncIterator[Half]:
    for name, why in UNLIKE.items():
        if name in request.node.name:
            pytest.skip(why)
    half = AiohttpHalf("async")
    yield half
    await half.close()


async def test_aiohttp_sends_the_requests(half: Half, server: Server) -> None:
    server.responds({"tasks": []})
    client = half.client(kafka_endpoint=server.url, project_id="p", token="t")
    await client.kafka.list("i")
    assert isinstance(client.inner._http.shared(f"{server.url}/").sender, AiohttpSender)


async def test_failure_holds_no_header_of_the_request(half: Half, server: Server) -> None:
    server.responds(FakeResponse(head=b"HTTP/1.1 what is this\r\n\r\n"))
    client = half.client(kafka_endpoint=server.url, project_id="p", token="TOKEN-hush", timeout=5)
    with pytest.raises(HwtasksError) as caught:
        await client.kafka.list("i")
    error: BaseException | None = caught.value
    while error is not None:
        assert "hush" not in repr(vars(error)) + repr(error)
        error = error.__cause__ or error.__context__


def test_transport_without_its_package_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backend, "find_spec", lambda _: None)
    with pytest.raises(HwtasksError, match="needs the package aiohttp") as caught:
        AsyncClient(**OPTIONS, transport="aiohttp")
    assert caught.value.help == "pip install 'hwtasks[aiohttp]'"
    assert caught.value.kind is ErrorKind.INVALID_INPUT


def test_transport_of_another_kind_of_client_is_refused() -> None:
    wrong: dict[str, Any] = {"transport": "aiohttp"}
    with pytest.raises(HwtasksError, match="transport='aiohttp' is an option of AsyncClient"):
        Client(**OPTIONS, **wrong)
    wrong = {"transport": "requests"}
    with pytest.raises(HwtasksError, match="must be one of httpx2, aiohttp"):
        AsyncClient(**OPTIONS, **wrong)
