"""When a call ends that gets no response, or not in time; the deadlines are real, and short."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from hwtasks import (
    AsyncCredentialsProvider,
    Credentials,
    CredentialsProvider,
    ErrorKind,
    HwtasksError,
    InvalidInputError,
    RetryPolicy,
    SystemClock,
    WaitTimeoutError,
)
from tests.conftest import Connect
from tests.halves import Half, collected
from tests.server import FakeResponse, SentRequest, Server

SOON = 10.0
"""No deadline here is that long; without one, what is tested would take longer."""


@pytest.fixture(autouse=True)
def _soon() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < SOON


@pytest.fixture
def hang() -> Iterator[threading.Event]:
    """Not set before the test is over."""
    event = threading.Event()
    yield event
    event.set()


class Slow(CredentialsProvider):
    """A provider that blocks until it is let go."""

    name = "slow"

    def __init__(self, go: threading.Event) -> None:
        self.go = go
        self.asked = 0

    def provide(self) -> Credentials:
        self.asked += 1
        self.go.wait(30)
        return Credentials.token("t")


@pytest.mark.parametrize("connection", ["silent", "slow_body"])
async def test_attempt_with_slow_response_ends_at_its_timeout(
    connect: Connect, server: Server, connection: str
) -> None:
    server.responds(FakeResponse(connection=connection))
    client = connect(clock=SystemClock(), attempt_timeout=0.2, retry_policy=RetryPolicy.disabled())
    with pytest.raises(HwtasksError, match="no response in time") as caught:
        await client.kafka.list("i")
    assert caught.value.is_timeout
    assert not caught.value.is_connection_error


@pytest.mark.parametrize("connection", ["silent", "slow_body"])
async def test_attempt_on_a_reused_connection_ends_at_its_timeout(
    connect: Connect, server: Server, connection: str
) -> None:
    server.responds({"tasks": []}, FakeResponse(connection=connection))
    client = connect(clock=SystemClock(), attempt_timeout=1.0, retry_policy=RetryPolicy.disabled())
    await client.kafka.list("i")
    with pytest.raises(HwtasksError) as caught:
        await client.kafka.list("i")
    assert caught.value.is_timeout


async def test_awaited_attempt_with_slow_headers_ends_at_its_timeout(server: Server) -> None:
    """Without `await`, the timeout is checked between reads and chunks, not between header bytes."""
    server.responds(FakeResponse(connection="slow_head"))
    half = Half("async")
    client = half.client(
        dcs_endpoint=server.url,
        project_id="p",
        token="t",
        attempt_timeout=0.2,
        retry_policy=RetryPolicy.disabled(),
    )
    with pytest.raises(HwtasksError, match="no response in time") as caught:
        await client.dcs.list("i")
    assert caught.value.is_timeout
    await half.close()


async def test_call_with_http_client_option_ends_at_its_timeout(half: Half, server: Server) -> None:
    server.responds(FakeResponse(connection="slow_body"))
    kind = httpx2.AsyncClient if half.is_async else httpx2.Client
    own = kind(trust_env=False)
    client = half.client(
        dcs_endpoint=server.url, project_id="p", token="t", http_client=own, timeout=0.2
    )
    with pytest.raises(HwtasksError) as caught:
        await client.dcs.list("i")
    assert caught.value.is_timeout
    await half.call(own.aclose if isinstance(own, httpx2.AsyncClient) else own.close)


async def test_call_with_many_attempts_ends_at_its_timeout(
    connect: Connect, server: Server
) -> None:
    server.responds(FakeResponse(connection="slow_body"))
    policy = RetryPolicy(max_attempts=9, initial_backoff=0)
    client = connect(clock=SystemClock(), attempt_timeout=0.15, timeout=0.4, retry_policy=policy)
    with pytest.raises(HwtasksError) as caught:
        await client.kafka.list("i")
    assert caught.value.is_timeout
    assert 3 <= caught.value.attempts <= 4


async def test_timeout_of_zero_sends_nothing(connect: Connect, server: Server) -> None:
    server.responds({"tasks": []})
    for setting in ("timeout", "attempt_timeout"):
        with pytest.raises(HwtasksError, match="ListKafkaTasks: no response in time") as caught:
            await connect(**{setting: 0, "retry_policy": RetryPolicy.disabled()}).kafka.list("i")
        assert caught.value.is_timeout
        assert not caught.value.is_connection_error
        assert caught.value.kind is ErrorKind.TRANSPORT
    assert server.requests == []
    page = await connect(timeout=float("inf"), attempt_timeout=float("inf")).kafka.list("i")
    assert page.tasks == []


async def test_timeout_after_a_retried_response_raises_that_response(
    connect: Connect, server: Server
) -> None:
    server.responds(FakeResponse({"error_code": "DMS.1"}, 503), FakeResponse(connection="silent"))
    client = connect(clock=SystemClock(), timeout=0.3, retry_policy=RetryPolicy(initial_backoff=0))
    with pytest.raises(HwtasksError) as caught:
        await client.kafka.list("i")
    assert (caught.value.status, caught.value.code, caught.value.attempts) == (503, "DMS.1", 2)


async def test_hanging_provider_ends_at_the_call_timeout(
    connect: Connect, server: Server, hang: threading.Event
) -> None:
    with pytest.raises(
        HwtasksError, match=r"no credentials: slow: no credentials within 0\."
    ) as caught:
        await connect(credentials=Slow(hang), clock=SystemClock(), timeout=0.2).kafka.list("i")
    assert caught.value.is_credentials
    assert caught.value.is_retryable
    assert caught.value.attempts == 0
    assert server.requests == []


async def test_hanging_refresh_keeps_valid_credentials(
    half: Half, connect: Connect, server: Server, clock: Any, hang: threading.Event
) -> None:
    server.responds({"tasks": []})
    slow = Slow(threading.Event())
    slow.go.set()
    cached = half.the("CachedProvider")(Expiring(slow, clock), clock=clock)
    client = connect(credentials=cached, timeout=0.4)
    await client.kafka.list("i")
    slow.go = hang
    clock.advance(50 * 60)
    await client.kafka.list("i")
    await client.kafka.list("i")
    assert slow.asked == 2
    assert [asked.headers["x-auth-token"] for asked in server.requests] == ["t"] * 3


class Expiring(CredentialsProvider):
    """Gives tokens that live for an hour."""

    name = "expiring"

    def __init__(self, inner: Slow, clock: Any) -> None:
        self.inner = inner
        self.clock = clock

    def provide(self) -> Credentials:
        self.inner.provide()
        return Credentials.token("t", expires_at=self.clock.now() + timedelta(hours=1))


async def test_blocking_provider_does_not_block_the_event_loop(
    server: Server, hang: threading.Event
) -> None:
    server.responds({"tasks": []})
    half = Half("async")
    client = half.client(dcs_endpoint=server.url, project_id="p", credentials=Slow(hang))
    other = half.client(dcs_endpoint=server.url, project_id="p", token="t")
    waiting = asyncio.create_task(client.dcs.list("i"))
    await asyncio.sleep(0)
    await other.dcs.list("i")
    assert not waiting.done()
    hang.set()
    assert (await waiting).tasks == []
    await half.close()


async def test_shared_project_lookup_ends_at_the_deadline_of_each_call(
    half: Half, server: Server
) -> None:
    asked = threading.Event()
    response = threading.Event()

    def respond(request: SentRequest) -> FakeResponse:
        if request.path == "/v3/projects":
            asked.set()
            response.wait(30)
            return FakeResponse({"projects": [{"id": "found", "name": "r"}]})
        return FakeResponse({"tasks": []})

    server.responds_by(respond)
    client = half.client(region="r", dcs_endpoint=server.url, iam_endpoint=server.url, token="t")
    dcs = client.inner.dcs
    patient = asyncio.create_task(half.call(dcs.list, "i"))
    await asyncio.to_thread(asked.wait, 30)
    # Another caller, with less time, shares the lookup, and leaves before it ends.
    service = client.inner._transport
    why = "the project ID cannot be looked up at IAM: no response in time"
    with pytest.raises(HwtasksError, match=why) as caught:
        await half.call(client.inner._project.id, service.call("x", service.clock.elapsed() + 0.1))
    assert caught.value.is_timeout
    response.set()
    assert (await patient).tasks == []
    assert client.project_id == "found"
    assert [request.path for request in server.requests].count("/v3/projects") == 1


async def test_project_lookup_continues_after_its_first_caller_times_out(
    half: Half, server: Server
) -> None:
    response = threading.Event()

    def respond(_: SentRequest) -> FakeResponse:
        response.wait(30)
        return FakeResponse({"projects": [{"id": "found", "name": "r"}], "tasks": []})

    server.responds_by(respond)
    client = half.client(region="r", dcs_endpoint=server.url, iam_endpoint=server.url, token="t")
    transport, project = client.inner._transport, client.inner._project
    hasty = half.call(project.id, transport.call("x", transport.clock.elapsed() + 0.1))
    began = asyncio.create_task(hasty)
    await asyncio.sleep(0.02)
    patient = asyncio.create_task(half.call(client.inner.dcs.list, "i"))
    with pytest.raises(HwtasksError) as caught:
        await began
    assert caught.value.is_timeout
    response.set()
    assert (await patient).tasks == []


class Awaited(AsyncCredentialsProvider):
    """Hangs while it is awaited."""

    name = "awaited"
    cancelled = False

    async def provide(self) -> Credentials:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        raise AssertionError


async def test_hanging_async_provider_is_cancelled(server: Server) -> None:
    half, provider = Half("async"), Awaited()
    client = half.client(dcs_endpoint=server.url, project_id="p", credentials=provider, timeout=0.1)
    with pytest.raises(HwtasksError, match="awaited: no credentials within"):
        await client.dcs.list("i")
    await asyncio.sleep(0)
    assert provider.cancelled
    await half.close()


@pytest.mark.parametrize("timeout", [0, 0.0, timedelta(0)])
async def test_timeout_of_a_call_replaces_that_of_the_client(
    connect: Connect, server: Server, timeout: Any
) -> None:
    server.responds({"tasks": [{"id": "t"}]})
    client = connect()
    for act in (
        client.kafka.list("i", timeout=timeout),
        client.kafka.show("i", "t", timeout=timeout),
        collected(client.kafka.pages("i", timeout=timeout)),
        collected(client.kafka.items("i", timeout=timeout)),
    ):
        with pytest.raises(HwtasksError, match="no response in time") as caught:
            await act
        assert caught.value.is_timeout
    assert server.requests == []
    assert len(await client.kafka.list("i")) == 1


async def test_call_without_timeout_outlives_that_of_the_client(
    connect: Connect, server: Server
) -> None:
    server.responds({"tasks": [{"id": "t"}]})
    client = connect(timeout=0)
    assert len(await client.kafka.list("i", timeout=None)) == 1
    assert [task.id for task in await collected(client.kafka.items("i", timeout=60))] == ["t"]
    assert (await client.kafka.show("i", "t", timeout=timedelta(seconds=60))).id == "t"
    with pytest.raises(HwtasksError, match="no response in time"):
        await client.kafka.list("i")


@pytest.mark.parametrize("timeout", ["soon", -1, timedelta(-1), True, float("nan")])
async def test_invalid_timeout_of_a_call_raises(
    connect: Connect, server: Server, timeout: Any
) -> None:
    with pytest.raises(InvalidInputError, match=r"timeout is .* or more, or a timedelta"):
        await connect().kafka.list("i", timeout=timeout)
    assert server.requests == []


async def test_wait_takes_timedeltas_and_no_timeout(connect: Connect, server: Server) -> None:
    server.responds({"tasks": [{"id": "t", "status": "EXECUTING"}]})
    client = connect()
    with pytest.raises(WaitTimeoutError, match="after waiting for 5s"):
        await client.kafka.wait("i", "t", timeout=timedelta(seconds=5))
    waits = [{"tasks": [{"id": "t", "status": "EXECUTING"}]}] * 200
    server.responds(*waits, {"tasks": [{"id": "t", "status": "SUCCESS"}]})
    task = await client.kafka.wait(
        "i", "t", timeout=None, not_found_grace=None, max_interval=timedelta(hours=1)
    )
    assert task.status == "SUCCESS"
    with pytest.raises(InvalidInputError, match="max_interval is None, and must be seconds"):
        await client.kafka.wait("i", "t", max_interval=None)
