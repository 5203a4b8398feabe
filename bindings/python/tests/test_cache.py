"""Credentials kept, renewed and shared; providers of somebody else's, and what they may do wrong."""

from __future__ import annotations

import asyncio
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hwtasks import Credentials, CredentialsError, CredentialsProvider, ErrorKind, HwtasksError
from hwtasks.testing import ManualClock
from tests.conftest import Connect
from tests.halves import Half
from tests.server import FakeResponse, SentRequest, Server


class Made(CredentialsProvider):
    """Gives what a function makes."""

    name = "made"

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make
        self.asked = 0

    def provide(self) -> Credentials:
        self.asked += 1
        made: Credentials = self.make()
        return made


async def test_valid_credentials_stay_in_use_during_a_refresh(
    half: Half, clock: ManualClock
) -> None:
    renewing, go = threading.Event(), threading.Event()
    go.set()
    names = iter(["first", "second", "third"])

    def make() -> Credentials:
        renewing.set()
        go.wait(30)
        return Credentials.token(next(names), expires_at=clock.now() + timedelta(hours=1))

    inner = Made(make)
    cached = half.the("CachedProvider")(inner, clock=clock)
    first = await half.call(cached.provide)
    clock.advance(50 * 60)
    go.clear()
    renewing.clear()
    renewal = asyncio.create_task(half.call(cached.provide))
    await asyncio.to_thread(renewing.wait, 30)
    assert await half.call(cached.provide) is first
    # Even when the next renewal would be due.
    clock.advance(2 * 60)
    assert await half.call(cached.provide) is first
    assert inner.asked == 2
    go.set()
    second = await renewal
    assert second._exposed_token() == "second"
    assert await half.call(cached.provide) is second


async def test_abandoned_refresh_is_retried_after_a_minute(
    half: Half, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The patience of an early renewal, of which nobody wants to wait for 5 seconds.
    module = sys.modules[half.the("CachedProvider").provide.__module__]
    monkeypatch.setattr(module, "_EARLY_REFRESH_TIMEOUT", 0.05)
    go = threading.Event()
    go.set()

    def make() -> Credentials:
        go.wait(30)
        return Credentials.token("t", expires_at=clock.now() + timedelta(hours=1))

    inner = Made(make)
    cached = half.the("CachedProvider")(inner, clock=clock)
    first = await half.call(cached.provide)
    clock.advance(50 * 60)
    go.clear()
    for _ in range(3):
        assert await half.call(cached.provide) is first
    assert inner.asked == 2
    go.set()
    clock.advance(61)
    assert await half.call(cached.provide) is not first
    assert inner.asked == 3


async def test_shared_failure_gives_each_caller_an_exception(
    half: Half, server: Server, clock: ManualClock
) -> None:
    server.responds(FakeResponse({"error": {"code": 401, "message": "wrong"}}, 401))
    provider = half.the("IamPasswordProvider")(
        "user", "the-password", "domain", project="p", endpoint=server.url, clock=clock
    )

    async def failure() -> CredentialsError:
        with pytest.raises(CredentialsError) as caught:
            await half.call(provider.provide)
        return caught.value

    errors = await asyncio.gather(*(failure() for _ in range(4)))
    held = [await failure() for _ in range(3)]
    assert len(server.requests) == 1
    assert len({id(error) for error in [*errors, *held]}) == 7
    assert len({str(error) for error in [*errors, *held]}) == 1
    # A held error that is raised again and again does not grow.
    depths = {len(traceback.extract_tb(error.__traceback__)) for error in held}
    assert len(depths) == 1
    held[0].add_note("mine")
    assert not hasattr(await failure(), "__notes__")


async def test_shared_project_lookup_gives_each_caller_an_error(half: Half, server: Server) -> None:
    asked, go = threading.Event(), threading.Event()

    def respond(_: SentRequest) -> FakeResponse:
        asked.set()
        go.wait(30)
        return FakeResponse({"projects": []})

    server.responds_by(respond)
    client = half.client(region="r", dcs_endpoint=server.url, iam_endpoint=server.url, token="t")

    async def failure() -> HwtasksError:
        with pytest.raises(HwtasksError) as caught:
            await client.dcs.list("i")
        return caught.value

    failures = [asyncio.create_task(failure()) for _ in range(4)]
    await asyncio.to_thread(asked.wait, 30)
    await asyncio.sleep(0.1)
    go.set()
    errors = await asyncio.gather(*failures)
    # Who came late on a busy machine began another.
    assert len(server.requests) < 4
    assert len({id(error) for error in errors}) == 4
    assert {error.operation for error in errors} == {"ListDcsTasks"}


class OddError(Exception):
    """What a provider may raise."""


def raised() -> Any:
    raise OddError("hush")


def stopped() -> Any:
    raise StopIteration


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (raised, "made: it failed with OddError$"),
        (stopped, "made: it failed with StopIteration$"),
        (lambda: None, "made: it gave a value of type NoneType, and no Credentials$"),
    ],
)
@pytest.mark.parametrize("wrapped", ["", "CachedProvider", "ProviderChain"])
async def test_provider_exception_becomes_a_credentials_error(
    half: Half, connect: Connect, server: Server, make: Any, why: str, wrapped: str
) -> None:
    provider: Any = Made(make)
    if wrapped:
        provider = half.the(wrapped)(provider)
    with pytest.raises(HwtasksError, match=why) as caught:
        await connect(credentials=provider).kafka.list("i")
    assert caught.value.is_credentials
    assert not caught.value.is_retryable
    assert "hush" not in str(caught.value)
    if make is raised:
        assert isinstance(caught.value.__cause__, OddError)
    assert server.requests == []


async def test_wait_continues_while_the_credentials_source_is_unreachable(
    half: Half, server: Server, clock: ManualClock
) -> None:
    logins = [201, 503, 503, 503, 201]
    states = iter(["EXECUTING", "SUCCESS"])

    def respond(asked: SentRequest) -> FakeResponse:
        if asked.method == "GET":
            return FakeResponse({"tasks": [{"id": "t", "status": next(states)}]})
        expiry = (clock.now() + timedelta(hours=24)).isoformat()
        body = {"token": {"expires_at": expiry}}
        return FakeResponse(body, logins.pop(0), {"X-Subject-Token": "token"})

    server.responds_by(respond)
    provider = half.the("IamPasswordProvider")(
        "user", "the-password", "domain", project="p", endpoint=server.url, clock=clock
    )
    client = half.client(
        kafka_endpoint=server.url, project_id="p", credentials=provider, clock=clock
    )
    seen = []
    async for task in client.kafka.watch("i", "t"):
        seen.append(task.status)
        provider.invalidate(Credentials.token("token"))
    assert seen == ["EXECUTING", "SUCCESS"]
    assert logins == []


async def test_unreachable_credentials_source_is_retryable(
    half: Half, server: Server, clock: ManualClock
) -> None:
    server.responds(FakeResponse(b"", 503))
    provider = half.the("IamPasswordProvider")(
        "user", "the-password", "domain", project="p", endpoint=server.url, clock=clock
    )
    for credentials in (provider, half.the("ProviderChain")(provider)):
        client = half.client(kafka_endpoint=server.url, project_id="p", credentials=credentials)
        with pytest.raises(HwtasksError) as caught:
            await client.kafka.list("i")
        assert caught.value.is_credentials
        assert caught.value.kind is ErrorKind.CREDENTIALS
        assert caught.value.is_retryable


async def test_rejected_login_is_not_retryable(half: Half, server: Server) -> None:
    server.responds(FakeResponse(b"", 403))
    provider = half.the("IamPasswordProvider")(
        "user", "the-password", "domain", project="p", endpoint=server.url
    )
    chain = half.the("ProviderChain")(provider)
    client = half.client(kafka_endpoint=server.url, project_id="p", credentials=chain)
    with pytest.raises(HwtasksError) as caught:
        await client.kafka.list("i")
    assert not caught.value.is_retryable
