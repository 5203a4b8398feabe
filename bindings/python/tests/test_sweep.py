"""The same question to many instances."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, closing
from typing import Any

import pytest

import hwtasks
from hwtasks import ErrorKind, HwtasksError, SystemClock
from tests.conftest import Connect
from tests.halves import Half, collected
from tests.server import FakeResponse, SentRequest, Server

INSTANCE = "5560df16-cebf-4473-95c4-d1b573c16e79"


async def test_sweep_yields_each_instance_with_tasks_or_error(
    signing: Any,
) -> None:
    results = await collected(
        signing.kafka.sweep([INSTANCE, "nobody", "..", INSTANCE], concurrency=2)
    )
    by_id = {instance_id: (tasks, error) for instance_id, tasks, error in results}
    assert len(results) == 4
    assert len(by_id[INSTANCE][0]) == 4
    assert by_id["nobody"][1].is_not_found
    assert by_id[".."][1].kind is ErrorKind.INVALID_INPUT


async def test_sweep_result_returns_the_tasks_or_raises_the_error(signing: Any) -> None:
    results = await collected(signing.kafka.sweep([INSTANCE, "nobody"], concurrency=0))
    good, bad = sorted(results, key=lambda one: one.error is not None)
    assert good.instance_id == INSTANCE
    assert good.result() == good.tasks
    assert bad.instance_id == "nobody"
    with pytest.raises(HwtasksError) as caught:
        bad.result()
    assert caught.value is bad.error


async def test_sweep_takes_instances_only_as_calls_begin(connect: Connect, server: Server) -> None:
    server.responds({"tasks": [{"id": "a"}]})
    taken = []

    def instances() -> Any:
        for n in range(100):
            taken.append(n)
            yield f"i{n}"

    sweep = connect().dcs.sweep(instances(), concurrency=3)
    await anext(sweep)
    assert len(taken) <= 7
    await sweep.aclose()


def endless(asked: SentRequest) -> FakeResponse:
    """Respond with a page that is never the last."""
    position = int(asked.query["offset"])
    return FakeResponse(
        {"tasks": [{"id": str(position + n)} for n in range(int(asked.query["limit"]))]}
    )


async def test_closed_sweep_requests_no_further_page(connect: Connect, server: Server) -> None:
    def respond(asked: SentRequest) -> FakeResponse:
        return FakeResponse({"tasks": []}) if "first" in asked.path else endless(asked)

    server.responds_by(respond)
    sweeping = connect().dcs.sweep(["long", "first", "longer"], concurrency=2)
    assert (await anext(sweeping)).instance_id == "first"
    await sweeping.aclose()
    asked = len(server.requests)
    await asyncio.sleep(0.1)
    # But what was on its way to the server when the sweep was left.
    assert len(server.requests) <= asked + 2
    assert not [thread for thread in threading.enumerate() if "hwtasks-sweep" in thread.name]
    assert not [task for task in asyncio.all_tasks() if "each" in repr(task.get_coro())]


async def test_closed_sweep_makes_no_further_attempt(half: Half, server: Server) -> None:
    busy, first = threading.Event(), threading.Event()

    def respond(asked: SentRequest) -> FakeResponse:
        if "first" in asked.path:
            first.set()
            busy.wait(30)
            return FakeResponse({"tasks": []})
        # The pause would hold back a request that has not been sent.
        first.wait(30)
        busy.set()
        return FakeResponse({}, 429, {"Retry-After": "60"})

    server.responds_by(respond)
    client = half.client(dcs_endpoint=server.url, project_id="p", token="t", clock=SystemClock())
    began = time.monotonic()
    sweeping = client.dcs.sweep(["busy", "first"], concurrency=2)
    assert (await anext(sweeping)).instance_id == "first"
    await sweeping.aclose()
    assert time.monotonic() - began < 20
    assert len(server.requests) == 2


async def test_closed_async_sweep_cancels_its_calls(server: Server) -> None:
    half = Half("async")
    server.responds_by(lambda asked: FakeResponse({"tasks": []}, connection=silent(asked)))
    client = half.client(dcs_endpoint=server.url, project_id="p", token="t")
    tasks = client.dcs.sweep(["first", "second", "third"], concurrency=3)
    assert (await anext(tasks)).instance_id == "first"
    await tasks.aclose()
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
    await half.close()


def silent(asked: SentRequest) -> str:
    return "" if "first" in asked.path else "silent"


async def test_sweep_lists_as_many_instances_at_once_as_the_concurrency(
    connect: Connect, server: Server
) -> None:
    together = threading.Barrier(3)

    def respond(_: SentRequest) -> FakeResponse:
        together.wait(30)
        return FakeResponse({"tasks": []})

    server.responds_by(respond)
    instances = [f"i{n}" for n in range(6)]
    results = await asyncio.wait_for(
        collected(connect().dcs.sweep(instances, concurrency=3)), timeout=30
    )
    assert [one.error for one in results] == [None] * 6


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Ctrl-C raises `KeyboardInterrupt`; what starts in the background of a shell ignores it."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


@pytest.mark.usefixtures("interrupts")
def test_interrupted_sync_sweep_does_not_wait_for_its_requests(server: Server) -> None:
    server.responds(FakeResponse({}, connection="silent"))
    client = hwtasks.Client(dcs_endpoint=server.url, project_id="p", token="t")
    sweeping = client.dcs.sweep(["a", "b", "c"], concurrency=2)
    main = threading.get_ident()
    threading.Timer(0.3, signal.pthread_kill, [main, signal.SIGINT]).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), closing(sweeping):
        next(sweeping)
    assert time.monotonic() - began < 5
    assert len(server.requests) == 2
    client.close()


def test_interrupted_loop_over_a_sync_sweep_does_not_wait_for_its_requests(server: Server) -> None:
    server.responds_by(lambda asked: FakeResponse({"tasks": []}, connection=silent(asked)))
    client = hwtasks.Client(dcs_endpoint=server.url, project_id="p", token="t")

    def interrupted() -> None:
        with closing(client.dcs.sweep(["a", "first", "b"], concurrency=2)) as sweeping:
            for found in sweeping:
                assert found.instance_id == "first"
                raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert time.monotonic() - began < 0.9
    client.close()


async def test_closed_sweep_ends_a_pause(half: Half, server: Server) -> None:
    sent, limited = threading.Event(), threading.Event()

    def respond(asked: SentRequest) -> FakeResponse:
        if "first" in asked.path:
            sent.set()
            limited.wait(30)
            return FakeResponse({"tasks": []})
        # Otherwise the pause may begin before the other request is sent.
        sent.wait(30)
        limited.set()
        return FakeResponse({}, 429, {"Retry-After": "60"})

    server.responds_by(respond)
    client = half.client(dcs_endpoint=server.url, project_id="p", token="t", clock=SystemClock())
    began = time.monotonic()
    sweeping = client.dcs.sweep(["busy", "first", "later", "last"], concurrency=2)
    assert (await anext(sweeping)).instance_id == "first"
    await sweeping.aclose()
    assert time.monotonic() - began < 20
    assert len(server.requests) == 2
    assert not [task for task in asyncio.all_tasks() if "each" in repr(task.get_coro())]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("abc",), "the instances are a string, 'abc': give a list of IDs"),
        ((["abc"], {"concurrency": 1.5}), "the concurrency is 1.5, and must be a whole number"),
    ],
)
async def test_sweep_with_invalid_argument_raises_at_once(
    connect: Connect, arguments: Any, why: str
) -> None:
    instances, named = arguments[0], dict(*arguments[1:])
    with pytest.raises(HwtasksError, match=why) as caught:
        connect().inner.kafka.sweep(instances, **named)
    assert caught.value.kind is ErrorKind.INVALID_INPUT


async def test_asynchronous_instances_are_taken_as_calls_begin(server: Server) -> None:
    server.responds({"tasks": []})
    taken: list[str] = []

    async def instances() -> AsyncIterator[str]:
        for number in range(5):
            await asyncio.sleep(0)
            taken.append(f"i{number}")
            yield taken[-1]

    async with hwtasks.AsyncClient(kafka_endpoint=server.url, project_id="p", token="t") as client:
        found = [one.instance_id async for one in client.kafka.sweep(instances(), concurrency=2)]
        assert sorted(found) == taken == [f"i{number}" for number in range(5)]
        taken.clear()
        async with aclosing(client.kafka.sweep(instances(), concurrency=1)) as sweep:
            await anext(sweep)
        assert len(taken) <= 2


async def test_failure_of_asynchronous_instances_ends_the_sweep(server: Server) -> None:
    server.responds({"tasks": []})

    async def instances() -> AsyncIterator[str]:
        yield "a"
        raise OSError("the list broke")

    async with hwtasks.AsyncClient(kafka_endpoint=server.url, project_id="p", token="t") as client:
        with pytest.raises(OSError, match="the list broke"):
            async for _ in client.kafka.sweep(instances()):
                pass


async def test_instances_that_keep_waiting_delay_no_result(server: Server) -> None:
    server.responds({"tasks": []})
    more = asyncio.Event()

    async def instances() -> AsyncIterator[str]:
        yield "a"
        await more.wait()
        yield "b"

    async with hwtasks.AsyncClient(kafka_endpoint=server.url, project_id="p", token="t") as client:
        found = []
        async for one in client.kafka.sweep(instances(), concurrency=8):
            found.append(one.instance_id)
            more.set()
    assert found == ["a", "b"]
