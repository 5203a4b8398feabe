"""How requests are sent: limits, connections, proxies, and what is never followed or kept."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from hwtasks import (
    AsyncClient,
    AttemptEvent,
    Credentials,
    ErrorKind,
    HwtasksError,
    RetryPolicy,
    SystemClock,
)
from hwtasks.testing import ManualClock
from tests.conftest import Connect
from tests.emulator import Emulator
from tests.halves import Half
from tests.server import FakeResponse, SentRequest, Server
from tests.test_refusals import Tokens

INSTANCE = "5560df16-cebf-4473-95c4-d1b573c16e79"


async def test_redirects_are_not_followed(connect: Connect, server: Server) -> None:
    server.responds(FakeResponse(b"", 302, {"Location": f"{server.url}/elsewhere"}))
    with pytest.raises(HwtasksError, match="302 Found, which is neither") as caught:
        await connect().kafka.list("i")
    assert caught.value.kind is ErrorKind.UNEXPECTED
    assert len(server.requests) == 1


async def test_cookies_are_not_kept(connect: Connect, server: Server) -> None:
    server.responds(FakeResponse({"tasks": []}, headers={"Set-Cookie": "a=b"}))
    client = connect()
    await client.kafka.list("i")
    await client.kafka.list("i")
    assert "cookie" not in server.requests[1].headers
    assert "cookie" not in server.requests[0].headers


async def test_error_keeps_the_first_64_kib_of_the_body(connect: Connect, server: Server) -> None:
    begin = b'{"error_code": "DMS.1", "error_msg": "no"}'
    server.responds(FakeResponse(begin + b" " * 100_000, 400))
    with pytest.raises(HwtasksError) as caught:
        await connect().kafka.list("i")
    assert caught.value.body is not None
    assert len(caught.value.body) == 64 * 1024
    assert caught.value.body.startswith(begin)
    assert caught.value.code == "DMS.1"


async def test_compressed_body_over_the_limit_raises(connect: Connect, server: Server) -> None:
    packed = FakeResponse(gzip.compress(b'{"tasks":[]}'), headers={"Content-Encoding": "gzip"})
    server.responds(packed)
    page = await connect().kafka.list("i")
    assert page.response.raw_body == b'{"tasks":[]}'
    bomb = gzip.compress(b" " * (64 * 1024 * 1024))
    server.responds(FakeResponse(bomb, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(HwtasksError, match="the body limit of 16777216 bytes") as caught:
        await connect().kafka.list("i")
    assert caught.value.kind is ErrorKind.BODY_TOO_LARGE
    assert caught.value.attempts == 1


async def test_body_at_the_limit_is_read(connect: Connect, server: Server) -> None:
    server.responds({"tasks": []})
    page = await connect(body_limit=len(b'{"tasks": []}')).kafka.list("i")
    assert page.tasks == []
    with pytest.raises(HwtasksError) as caught:
        await connect(body_limit=len(b'{"tasks": []}') - 1).kafka.list("i")
    assert caught.value.kind is ErrorKind.BODY_TOO_LARGE


async def test_attempt_without_response_ends_at_its_timeout(half: Half, server: Server) -> None:
    server.responds(FakeResponse(connection="silent"))
    client = half.client(
        kafka_endpoint=server.url,
        project_id="p",
        token="t",
        attempt_timeout=0.05,
        retry_policy=RetryPolicy.disabled(),
    )
    started = time.monotonic()
    with pytest.raises(HwtasksError, match="no response in time") as caught:
        await client.kafka.list("i")
    assert caught.value.is_timeout
    assert not caught.value.is_connection_error
    assert time.monotonic() - started < 5


async def test_retry_past_the_call_timeout_is_not_made(
    connect: Connect, server: Server, clock: Any
) -> None:
    server.responds(FakeResponse({}, 429, {"Retry-After": "60"}))
    with pytest.raises(HwtasksError) as caught:
        await connect(timeout=100).kafka.list("i")
    assert caught.value.is_throttled
    assert [60 <= slept <= 66 for slept in clock.sleeps] == [True]
    assert caught.value.attempts == 2


async def test_closed_client_opens_new_connections(connect: Connect, server: Server) -> None:
    server.responds({"tasks": []})
    client = connect()
    await asyncio.gather(*(client.dcs.list(f"i{n}") for n in range(20)))
    await (client.inner.aclose() if hasattr(client.inner, "aclose") else half_close(client.inner))
    # What is closed opens again.
    await client.dcs.list("again")
    assert len(server.requests) == 21


async def half_close(client: Any) -> None:
    client.close()


async def test_http_client_option_is_used_and_not_closed(half: Half) -> None:
    def respond(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"tasks": [{"id": request.headers["user-agent"]}]})

    kind = httpx2.AsyncClient if half.is_async else httpx2.Client
    own = kind(transport=httpx2.MockTransport(respond), headers={"User-Agent": "mine"})
    client = half.client(region="r", project_id="p", token="t", http_client=own)
    assert (await client.kafka.list("i")).tasks[0].id == "mine"
    await half.close()
    assert not own.is_closed


async def test_user_agent_holds_version_and_suffix(connect: Connect, server: Server) -> None:
    server.responds({"tasks": []})
    await connect(user_agent_suffix="inventory/1.2").dcs.list("i")
    assert server.requests[0].headers["user-agent"] == "hwtasks/0.1.0 inventory/1.2"


async def test_proxy_option_is_used_and_system_proxy_skips_loopback(
    half: Half, server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.responds({"tasks": []})
    told = half.client(
        kafka_endpoint="http://dms.hwtasks.invalid",
        allow_plain_http=True,
        project_id="p",
        token="t",
        proxy=server.url,
    )
    await told.kafka.list("i")
    assert server.requests[0].target == "http://dms.hwtasks.invalid/v2/p/instances/i/tasks"
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    await connect().kafka.list("i")
    assert len(server.requests) == 2


async def test_log_at_info_level_is_empty(
    connect: Connect, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="hwtasks")
    server.responds({"tasks": []})
    await connect().kafka.list("i")
    assert not [record for record in caplog.records if record.name == "hwtasks"]


async def test_concurrent_calls_with_wrong_clock_all_recover(
    half: Half, emulator: Emulator
) -> None:
    client = half.client(
        kafka_endpoint=emulator.kafka,
        project_id=emulator.project_id,
        credentials=Credentials.keys(emulator.access_key, emulator.secret_key),
        clock=ManualClock(datetime.now(UTC) - timedelta(hours=2)),
    )
    pages = await asyncio.gather(*(client.kafka.list(INSTANCE) for _ in range(20)))
    assert len(pages) == 20


async def test_timeout_after_refreshed_credentials_is_a_timeout(half: Half, server: Server) -> None:
    old = FakeResponse({"error_code": "APIGW.0307"}, status=401)
    server.responds(old, FakeResponse(connection="silent"))
    client = half.client(
        dcs_endpoint=server.url,
        project_id="p",
        credentials=half.the("CachedProvider")(Tokens()),
        timeout=0.3,
        clock=SystemClock(),
    )
    with pytest.raises(HwtasksError) as raised:
        await client.dcs.list("i")
    assert raised.value.is_timeout


async def test_concurrent_calls_get_their_own_responses(half: Half, server: Server) -> None:
    def respond(asked: SentRequest) -> FakeResponse:
        return FakeResponse({"tasks": [{"id": asked.path.split("/")[4]}]})

    server.responds_by(respond)
    client = half.client(dcs_endpoint=server.url, project_id="p", token="t", clock=SystemClock())
    pages = await asyncio.gather(*(client.dcs.list(f"i{n}") for n in range(50)))
    assert [page.tasks[0].id for page in pages] == [f"i{n}" for n in range(50)]


def _listening() -> tuple[socket.socket, dict[str, Any]]:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(30)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    return listener, {"kafka_endpoint": url, "project_id": "p", "token": "t", "timeout": 20}


async def test_bytes_that_no_request_asked_for_are_no_response(half: Half) -> None:
    listener, options = _listening()
    page = b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"tasks":[]}'
    sent, asked = threading.Event(), threading.Event()

    def serve() -> None:
        first, _ = listener.accept()
        first.recv(65536)
        first.sendall(page)
        asked.wait(10)
        # As load balancers say that they close an idle connection.
        first.sendall(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
        sent.set()
        second, _ = listener.accept()
        second.recv(65536)
        second.sendall(page)
        second.close()
        first.close()

    with listener, ThreadPoolExecutor() as pool:
        serving = pool.submit(serve)
        client = half.client(**options, retry_policy=RetryPolicy.disabled())
        await client.kafka.list("i")
        asked.set()
        await asyncio.to_thread(sent.wait, 10)
        for _ in range(3):  # turns of the event loop, which then has read it
            await asyncio.sleep(0)
        assert (await client.kafka.list("i")).tasks == []
        await asyncio.wrap_future(serving)


async def test_requests_in_turn_share_a_connection(connect: Connect, server: Server) -> None:
    server.responds({"tasks": []})
    client = connect()
    for _ in range(3):
        await client.kafka.list("i")
    assert len({request.connection for request in server.requests}) == 1


async def test_concurrent_requests_keep_their_connections(connect: Connect, server: Server) -> None:
    server.responds({"tasks": []})
    together = threading.Barrier(5)

    def respond(_: SentRequest) -> FakeResponse:
        together.wait(10)
        return FakeResponse({"tasks": []})

    client = connect()
    server.responds_by(respond)
    for _ in range(2):
        await asyncio.gather(*(client.kafka.list("i") for _ in range(5)))
    assert len({request.connection for request in server.requests}) == 5


async def test_on_attempt_receives_the_end_of_each_attempt(
    connect: Connect, server: Server
) -> None:
    events: list[AttemptEvent] = []
    server.responds(
        FakeResponse({}, 503, {"X-Request-Id": "r"}),
        FakeResponse(connection="reset"),
        {"tasks": []},
    )
    await connect(on_attempt=events.append).kafka.list("i")
    shown = [(e.attempt, e.status, e.request_id, e.error, e.will_retry) for e in events]
    assert shown == [
        (1, 503, "r", None, True),
        (2, None, None, ErrorKind.TRANSPORT, True),
        (3, 200, None, None, False),
    ]
    assert {event.operation for event in events} == {"ListKafkaTasks"}
    assert all(event.duration >= 0 for event in events)


async def test_on_attempt_knows_the_last_attempt(connect: Connect, server: Server) -> None:
    events: list[AttemptEvent] = []
    server.responds(FakeResponse({}, 429, {"Retry-After": "60"}))
    with pytest.raises(HwtasksError):
        await connect(on_attempt=events.append, timeout=100).kafka.list("i")
    assert [event.will_retry for event in events] == [True, False]


async def test_exception_of_on_attempt_does_not_end_the_call(
    connect: Connect, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: AttemptEvent) -> None:
        raise RuntimeError("mine")

    server.responds({"tasks": []})
    assert (await connect(on_attempt=fail).kafka.list("i")).tasks == []
    assert "on_attempt failed" in caplog.text


async def _listen(_: AttemptEvent) -> None:
    pass


@pytest.mark.parametrize("listener", [_listen, 5])
def test_on_attempt_that_is_no_function_raises(connect: Connect, listener: Any) -> None:
    with pytest.raises(HwtasksError, match="must be a function without async that takes"):
        connect(on_attempt=listener)


async def test_silent_address_does_not_delay_the_others(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = urlsplit(server.url).port
    server.responds({"tasks": []})
    loop = asyncio.get_running_loop()
    tried: list[str] = []

    async def addresses(*_: Any, **__: Any) -> list[Any]:
        found = [("127.0.0.2", port), ("127.0.0.1", port)]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in found]

    connect = loop.sock_connect

    async def sock_connect(sock: socket.socket, address: Any) -> None:
        tried.append(address[0])
        if address[0] == "127.0.0.2":
            await asyncio.Event().wait()
        await connect(sock, address)

    monkeypatch.setattr(loop, "getaddrinfo", addresses)
    monkeypatch.setattr(loop, "sock_connect", sock_connect)
    url = f"http://localhost:{port}"
    async with AsyncClient(kafka_endpoint=url, project_id="p", token="t", timeout=20) as client:
        assert (await client.kafka.list("i")).tasks == []
    assert tried == ["127.0.0.2", "127.0.0.1"]
