"""Refused credentials while many calls are under way; one after the other is in the corpus."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from hwtasks import Credentials, CredentialsProvider, UnauthorizedError
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
