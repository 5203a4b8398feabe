"""Refused credentials while many calls are under way; one after the other is in the corpus."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from hwtasks import Credentials, CredentialsProvider, SystemClock, UnauthorizedError
from hwtasks.testing import ManualClock
from tests.halves import Half
from tests.server import FakeResponse, SentRequest, Server

CALLS, AT_ONCE = 100, 10
TOOK = 0.2
"""Long enough for ten requests to be under way before the first response."""


class Tokens(CredentialsProvider):
    """Gives another token at each fetch: `token-0`, `token-1`."""

    def __init__(self) -> None:
        self.fetches = 0
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return "tokens"

    def provide(self) -> Credentials:
        with self._lock:
            self.fetches += 1
            return Credentials.token(f"token-{self.fetches - 1}")


def accepting(server: Server, token: str) -> None:
    """Let the server refuse every other token, slowly."""

    def respond(request: SentRequest) -> FakeResponse:
        if request.headers["x-auth-token"] == token:
            return FakeResponse({"tasks": []})
        time.sleep(TOOK)
        return FakeResponse({"error_code": "APIGW.0301", "error_msg": "no"}, 401)

    server.responds_by(respond)


def refused(server: Server, accepted: str) -> int:
    return sum(request.headers["x-auth-token"] != accepted for request in server.requests)


def client_of(half: Half, server: Server, **settings: Any) -> Any:
    return half.client(kafka_endpoint=server.url, project_id="project", **settings)


async def call(client: Any) -> list[Any]:
    """Return the outcomes of a hundred calls, ten at a time."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one() -> Any:
        async with slots:
            return await client.kafka.list("instance")

    return await asyncio.gather(*(one() for _ in range(CALLS)), return_exceptions=True)


async def test_refused_credentials_stop_all_but_the_requests_under_way_and_one(
    half: Half, server: Server
) -> None:
    accepting(server, "none")
    tokens = Tokens()
    client = client_of(half, server, credentials=half.the("CachedProvider")(tokens))
    outcomes = await call(client)
    assert {type(outcome) for outcome in outcomes} == {UnauthorizedError}
    assert 2 <= refused(server, "none") <= AT_ONCE + 1
    assert tokens.fetches == 2


async def test_refused_given_token_stops_all_but_the_requests_under_way_and_one(
    half: Half, server: Server
) -> None:
    accepting(server, "none")
    outcomes = await call(client_of(half, server, token="given"))
    assert {type(outcome) for outcome in outcomes} == {UnauthorizedError}
    assert 2 <= refused(server, "none") <= AT_ONCE + 1


async def test_refetched_credentials_carry_on_every_call(half: Half, server: Server) -> None:
    accepting(server, "token-1")
    tokens = Tokens()
    client = client_of(half, server, credentials=half.the("CachedProvider")(tokens))
    outcomes = await call(client)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert 1 <= refused(server, "token-1") <= AT_ONCE
    assert tokens.fetches == 2


async def test_waiting_calls_end_at_their_timeout(half: Half, server: Server) -> None:
    accepting(server, "none")
    provider = half.the("CachedProvider")(Tokens())
    client = client_of(half, server, credentials=provider, timeout=TOOK * 1.5)
    leader = asyncio.ensure_future(client.kafka.list("instance"))
    await asyncio.sleep(TOOK * 1.25)
    started = time.monotonic()
    outcomes = await asyncio.gather(leader, client.kafka.list("instance"), return_exceptions=True)
    assert time.monotonic() - started < TOOK * 4
    assert all(isinstance(outcome, Exception) for outcome in outcomes)


async def test_cancelled_leader_hands_over_to_the_next_call(server: Server) -> None:
    accepting(server, "token-2")
    half = Half("async")
    client = client_of(half, server, credentials=half.the("CachedProvider")(Tokens()))
    # Cancelled while its second request, with the next token, is under way.
    leader = asyncio.ensure_future(client.kafka.list("instance"))
    for _ in range(1000):
        if refused(server, "token-2") == 2:
            break
        await asyncio.sleep(TOOK / 10)
    leader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leader
    assert refused(server, "token-2") == 2
    await client.kafka.list("instance")
    assert refused(server, "token-2") == 3
    await half.close()


class Equal(Tokens):
    """A provider that equals every other, and has no hash."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Equal)

    __hash__ = None  # type: ignore[assignment]


class Unreferable:
    """A provider that cannot be referred to weakly."""

    __slots__ = ()

    @property
    def name(self) -> str:
        return "unreferable"

    def provide(self) -> Credentials:
        return Credentials.token("same")

    def invalidate(self, rejected: Credentials) -> None:
        pass


PROVIDERS: dict[str, Callable[[Half], Any]] = {
    "keys": lambda _: Credentials.keys("AK", "SK"),
    "provider": lambda _: Tokens(),
    "equal": lambda _: Equal(),
    "cache": lambda half: half.the("CachedProvider")(Tokens()),
}
over_providers = pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS.keys())


def refusing(server: Server, took: float = 0) -> None:
    def respond(_: SentRequest) -> FakeResponse:
        time.sleep(took)
        return FakeResponse({"error_code": "APIGW.0301", "error_msg": "no"}, 401)

    server.responds_by(respond)


async def outcome_of(client: Any) -> Any:
    return (await asyncio.gather(client.kafka.list("instance"), return_exceptions=True))[0]


@over_providers
async def test_two_clients_one_call_after_the_other_send_two_refused_requests(
    half: Half, server: Server, provider: Any
) -> None:
    refusing(server)
    shared = provider(half)
    clients = [client_of(half, server, credentials=shared) for _ in range(2)]
    outcomes = [await outcome_of(clients[nth % 2]) for nth in range(50)]
    assert {type(outcome) for outcome in outcomes} == {UnauthorizedError}
    assert 1 <= len(server.requests) <= 2


@over_providers
async def test_two_clients_at_once_send_the_requests_under_way_and_one(
    half: Half, server: Server, provider: Any
) -> None:
    refusing(server, TOOK)
    shared = provider(half)
    clients = [client_of(half, server, credentials=shared) for _ in range(2)]
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(nth: int) -> Any:
        async with slots:
            return await outcome_of(clients[nth % 2])

    outcomes = await asyncio.gather(*(one(nth) for nth in range(50)))
    assert {type(outcome) for outcome in outcomes} == {UnauthorizedError}
    assert 2 <= len(server.requests) <= AT_ONCE + 1


async def test_one_client_after_the_other_sends_two_refused_requests(
    half: Half, server: Server
) -> None:
    refusing(server)
    shared = Credentials.keys("AK", "SK")
    for _ in range(10):
        once = Half(half.name)
        # The system's clock is the same, whichever object it is.
        client = client_of(once, server, credentials=shared, clock=SystemClock())
        assert isinstance(await outcome_of(client), UnauthorizedError)
        await once.close()
        del once, client
        gc.collect()
    assert 1 <= len(server.requests) <= 2


def ahead(server: Server, took: float = 0) -> list[bool]:
    """Let the clock of the server be an hour ahead; the list grows by what it accepts."""
    accepted = []

    def respond(request: SentRequest) -> FakeResponse:
        now = datetime.now(UTC) + timedelta(hours=1)
        signed = datetime.strptime(request.headers["x-sdk-date"], "%Y%m%dT%H%M%S%z")
        accepted.append(abs(signed - now) < timedelta(minutes=15))
        if accepted[-1]:
            return FakeResponse({"tasks": []})
        time.sleep(took)
        body = {"error_code": "APIGW.0301", "error_msg": "x-sdk-date is expired"}
        return FakeResponse(body, 401, {"Date": format_datetime(now, usegmt=True)})

    server.responds_by(respond)
    return accepted


async def test_clock_skew_that_one_client_finds_is_used_by_the_other(
    half: Half, server: Server
) -> None:
    accepted = ahead(server)
    shared = Credentials.keys("AK", "SK")
    clients = [client_of(half, server, credentials=shared) for _ in range(2)]
    for nth in (0, 1, 0):
        await clients[nth].kafka.list("instance")
    assert accepted == [False, True, True, True]


async def test_calls_of_two_clients_follow_the_one_that_finds_the_clock_skew(
    half: Half, server: Server
) -> None:
    accepted = ahead(server, TOOK)
    shared = Credentials.keys("AK", "SK")
    clients = [client_of(half, server, credentials=shared) for _ in range(2)]
    await asyncio.gather(*(clients[nth % 2].kafka.list("instance") for nth in range(AT_ONCE)))
    assert accepted.count(True) == AT_ONCE
    assert 1 <= accepted.count(False) <= AT_ONCE


@pytest.mark.parametrize("kind", ["other keys", "equal", "unreferable", "clocks", "none"])
async def test_clients_of_other_providers_or_clocks_share_nothing(
    half: Half, server: Server, kind: str
) -> None:
    refusing(server)
    unreferable, keys = Unreferable(), Credentials.keys("AK", "SK")
    for _ in range(2):
        server.requests.clear()
        kinds: dict[str, dict[str, Any]] = {
            "other keys": {"credentials": Credentials.keys("AK", "SK")},
            "equal": {"credentials": Equal()},
            "unreferable": {"credentials": unreferable},
            "clocks": {"credentials": keys, "clock": ManualClock(datetime.now(UTC))},
            "none": {"without_credentials": True},
        }
        outcome = await outcome_of(client_of(half, server, **kinds[kind]))
        assert isinstance(outcome, UnauthorizedError)
        assert server.requests


async def test_provider_that_no_client_uses_is_freed(half: Half, server: Server) -> None:
    refusing(server)
    shared = Credentials.keys("AK", "SK")
    freed = weakref.ref(shared)

    async def refused_twice(credentials: Credentials) -> None:
        once = Half(half.name)
        for _ in range(2):
            await outcome_of(client_of(once, server, credentials=credentials))
        await once.close()

    await refused_twice(shared)
    assert len(server.requests) == 2
    # The event loop holds the last result until its next turn.
    await asyncio.sleep(0)
    del shared
    gc.collect()
    assert freed() is None
