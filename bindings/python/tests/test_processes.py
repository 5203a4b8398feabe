"""Clients across `fork`, under foreign event loops, and closed during calls."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest

from hwtasks import (
    AsyncCachedProvider,
    AsyncClient,
    AsyncProviderChain,
    Credentials,
    HwtasksError,
    InvalidInputError,
)
from tests.conftest import Connect
from tests.halves import Half
from tests.server import FakeResponse, SentRequest, Server

SOURCES = Path(__file__).parents[1] / "src"
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")

PROGRAM = """
import asyncio, os, sys, threading, time, httpx2, hwtasks
from hwtasks import *

url = sys.argv[1]
options = dict(dcs_endpoint=url, region="r", iam_endpoint=url, attempt_timeout=20, timeout=20)

def check(client, name):
    for _ in range(30):
        [task] = client.dcs.list(name).tasks
        assert task.id == name, (task.id, name)

def forked(parent, child):
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            child()
            status = 0
        finally:
            os._exit(status)
    parent()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
"""


def run(server: Server, program: str) -> None:
    program = PROGRAM + program
    environ = os.environ | {"PYTHONPATH": str(SOURCES)}
    made = subprocess.run(
        [sys.executable, "-c", program, server.url],
        env=environ,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert made.returncode == 0, made.stderr


def own_task(request: SentRequest) -> FakeResponse:
    """Respond with a task named after the instance."""
    if request.path == "/v3/projects":
        return FakeResponse({"projects": [{"id": "p", "name": "r"}]})
    return FakeResponse({"tasks": [{"id": request.path.split("/")[-2]}]})


def connections(server: Server, instance_id: str) -> set[int]:
    return {sent.connection for sent in server.requests if f"/{instance_id}/" in sent.path}


@forks
def test_forked_child_uses_connections_of_its_own(server: Server) -> None:
    server.responds_by(own_task)
    run(
        server,
        """
client = Client(token="t", **options)
check(client, "before")
forked(lambda: check(client, "parent"), lambda: check(client, "child"))
check(client, "after")
""",
    )
    assert connections(server, "parent") == connections(server, "before")
    assert connections(server, "after") == connections(server, "before")
    assert len(connections(server, "child")) == 1
    assert not connections(server, "child") & connections(server, "before")


@forks
def test_forked_child_of_a_child_uses_connections_of_its_own(server: Server) -> None:
    server.responds_by(own_task)
    run(
        server,
        """
client = Client(token="t", **options)
check(client, "before")
def child():
    check(client, "child")
    forked(lambda: check(client, "child"), lambda: check(client, "grandchild"))
forked(lambda: check(client, "parent"), child)
""",
    )
    own = [connections(server, name) for name in ("parent", "child", "grandchild")]
    assert [len(ports) for ports in own] == [1, 1, 1]
    assert len(set.union(*own)) == 3


@forks
def test_event_loop_of_a_forked_child_uses_connections_of_its_own(server: Server) -> None:
    server.responds_by(own_task)
    run(
        server,
        """
client = AsyncClient(token="t", **options)
async def check_async(name):
    for _ in range(30):
        [task] = (await client.dcs.list(name)).tasks
        assert task.id == name, (task.id, name)
loop = asyncio.new_event_loop()
loop.run_until_complete(check_async("before"))
def child():
    # The number of a made value says whether the parent's was dropped.
    assert len(client._http._made._values) == 0
    asyncio.run(check_async("child"))
forked(lambda: loop.run_until_complete(check_async("parent")), child)
loop.run_until_complete(client.aclose())
loop.close()
""",
    )
    assert connections(server, "parent") == connections(server, "before")
    assert not connections(server, "child") & connections(server, "before")


@forks
def test_fork_during_a_refresh_does_not_block_the_child(server: Server) -> None:
    server.responds_by(own_task)
    run(
        server,
        """
begun, ended = threading.Event(), threading.Event()
class Slow(CredentialsProvider):
    name = "slow"
    pid = os.getpid()
    def provide(self):
        if os.getpid() == self.pid:
            begun.set()
            ended.wait(20)
        return Credentials.token("t")
    def invalidate(self, rejected):
        pass
client = Client(credentials=CachedProvider(Slow()), **options)
thread = threading.Thread(target=check, args=(client, "parent"))
thread.start()
begun.wait(20)
forked(ended.set, lambda: check(client, "child"))
thread.join()
""",
    )
    assert len(connections(server, "child")) == 1


@forks
def test_fork_during_the_lookup_of_the_project_does_not_block_the_child(server: Server) -> None:
    looked_up: list[SentRequest] = []
    in_child = threading.Event()

    def responding(request: SentRequest) -> FakeResponse:
        if request.path == "/v3/projects":
            looked_up.append(request)
            if len(looked_up) == 1:
                # The lookup of the parent ends after that of the child.
                in_child.wait(20)
        elif "/child/" in request.path:
            in_child.set()
        return own_task(request)

    server.responds_by(responding)
    run(
        server,
        """
client = Client(token="t", **options)
thread = threading.Thread(target=check, args=(client, "parent"))
thread.start()
time.sleep(1)
forked(lambda: None, lambda: check(client, "child"))
thread.join()
""",
    )
    assert len(looked_up) == 2


@forks
def test_fork_during_a_recovery_does_not_block_the_child(server: Server) -> None:
    def responding(request: SentRequest) -> FakeResponse:
        if request.headers["x-auth-token"] == "old":
            body = {"error_code": "APIGW.0307", "error_msg": "the token must be updated"}
            return FakeResponse(body, status=401)
        return own_task(request)

    server.responds_by(responding)
    run(
        server,
        """
begun, ended = threading.Event(), threading.Event()
class Rotating(CredentialsProvider):
    name = "rotating"
    pid = os.getpid()
    is_old = True
    def provide(self):
        if self.is_old:
            return Credentials.token("old")
        if os.getpid() == self.pid:
            begun.set()
            ended.wait(20)
        return Credentials.token("new")
    def invalidate(self, rejected):
        self.is_old = False
client = Client(credentials=Rotating(), **options | {"project_id": "p"})
thread = threading.Thread(target=check, args=(client, "parent"))
thread.start()
assert begun.wait(20)
forked(ended.set, lambda: check(client, "child"))
thread.join()
""",
    )
    assert len(connections(server, "child")) == 1


@forks
def test_http_client_option_that_the_parent_used_raises_in_the_child(server: Server) -> None:
    server.responds_by(own_task)
    run(
        server,
        """
http = httpx2.Client(trust_env=False)
client = Client(token="t", http_client=http, **options)
unused = Client(token="t", http_client=httpx2.Client(trust_env=False), **options)
check(client, "before")
def child():
    check(unused, "child")
    try:
        client.dcs.list("child")
    except InvalidInputError as error:
        assert str(error) == (
            "ListDcsTasks: the http_client option shares its connections with the parent process; "
            "make the HTTP client and the client after the fork"
        ), error
    else:
        raise AssertionError
forked(lambda: check(client, "parent"), child)
""",
    )


def in_no_loop(coroutine: Any) -> BaseException:
    """Run a coroutine as a foreign event loop does, and return its error."""
    with pytest.raises(HwtasksError) as caught:
        copy_context().run(coroutine.send, None)
    return caught.value


FOREIGN: dict[str, Callable[[AsyncClient], Any]] = {
    "call": lambda client: client.dcs.list("i"),
    "load": lambda client: client.load(),
    "credentials": lambda client: client.credentials(),
    "aclose": lambda client: client.aclose(),
    "enter": lambda client: client.__aenter__(),
    "wait": lambda client: client.kafka.wait("i", "t"),
    "items": lambda client: anext(client.dcs.items("i")),
    "sweep": lambda client: anext(client.dcs.sweep(["i"])),
    "watch": lambda client: anext(client.kafka.watch("i", "t")),
}


@pytest.mark.parametrize("act", FOREIGN.values(), ids=FOREIGN.keys())
def test_call_under_another_event_loop_says_what_to_do(act: Callable[[Any], Any]) -> None:
    client = AsyncClient(region="cn-north-4", project_id="p", token="t")
    awaitable = act(client)
    error = in_no_loop(awaitable if asyncio.iscoroutine(awaitable) else awaited(awaitable))
    assert isinstance(error, InvalidInputError)
    assert str(error).removeprefix("ListDcsTasks: ").removeprefix("ShowKafkaTask: ") == (
        "AsyncClient needs a running event loop of asyncio; call it within asyncio.run, or under trio "
        "use Client with trio.to_thread.run_sync"
    )


async def awaited(awaitable: Any) -> Any:
    return await awaitable


@pytest.mark.parametrize(
    "provider",
    [AsyncCachedProvider(Credentials.token("t")), AsyncProviderChain.official({})],
    ids=["cache", "chain"],
)
def test_provider_under_another_event_loop_says_what_to_do(provider: Any) -> None:
    error = in_no_loop(provider.provide())
    assert "AsyncClient needs a running event loop of asyncio" in str(error)


async def is_eventually(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + 5
    while not condition() and time.monotonic() < end:  # noqa: ASYNC110  # of another thread
        await asyncio.sleep(0.01)
    return condition()


async def test_close_during_calls_leaves_no_connection_open(
    connect: Connect, server: Server, half: Half
) -> None:
    may_end = threading.Event()

    def responding(request: SentRequest) -> FakeResponse:
        may_end.wait(10)
        return own_task(request)

    server.responds_by(responding)
    client = connect()
    calls = [asyncio.ensure_future(client.dcs.list(f"i{index}")) for index in range(5)]
    assert await is_eventually(lambda: len(server.requests) == 5)
    await half.call(client.inner.aclose if half.is_async else client.inner.close)
    # A later call opens a connection of its own, which stays open.
    calls.append(asyncio.ensure_future(client.dcs.list("later")))
    assert await is_eventually(lambda: len(server.requests) == 6)
    may_end.set()
    pages = await asyncio.gather(*calls)
    assert [page.tasks[0].id for page in pages] == ["i0", "i1", "i2", "i3", "i4", "later"]
    assert await is_eventually(lambda: server.open_connections == connections(server, "later"))
    await half.call(client.inner.aclose if half.is_async else client.inner.close)
    assert await is_eventually(lambda: not server.open_connections)


async def test_close_again_and_again_during_calls_fails_none(
    connect: Connect, server: Server, half: Half
) -> None:
    server.responds_by(own_task)
    client = connect()

    async def call(name: str) -> None:
        for _ in range(20):
            assert [task.id for task in (await client.dcs.list(name)).tasks] == [name]

    calls = asyncio.gather(*(call(f"i{index}") for index in range(4)))
    while not calls.done():
        await half.call(client.inner.aclose if half.is_async else client.inner.close)
        await asyncio.sleep(0.001)
    await calls
    await half.call(client.inner.aclose if half.is_async else client.inner.close)
    assert await is_eventually(lambda: not server.open_connections)


async def test_cancelled_call_of_a_closed_client_leaves_no_connection_open(
    connect: Connect, server: Server, half: Half
) -> None:
    if not half.is_async:
        pytest.skip("a thread cannot be cancelled")
    over = threading.Event()
    server.responds_by(lambda request: (over.wait(10), own_task(request))[1])
    client = connect()
    call = asyncio.ensure_future(client.dcs.list("i"))
    assert await is_eventually(lambda: len(server.requests) == 1)
    await client.inner.aclose()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    over.set()
    assert await is_eventually(lambda: not server.open_connections)
