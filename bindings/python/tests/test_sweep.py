"""The same question to many instances."""

from __future__ import annotations

import asyncio
import threading
import time
from functools import partial
from typing import Any

import pytest

import hwtasks
from hwtasks import Error, ErrorKind, SystemTimeSource
from tests.conftest import Connect
from tests.halves import Awaited, Half, collected
from tests.server import Answer, Asked, Server

INSTANCE = "5560df16-cebf-4473-95c4-d1b573c16e79"


def sweep(half: Half, *arguments: Any, **named: Any) -> Any:
    """Sweep by the function of this half, iterated with `async for`."""
    module = type("Module", (), {"sweep": hwtasks.async_sweep if half.is_async else hwtasks.sweep})
    return Awaited(module).sweep(*arguments, **named)


async def test_a_sweep_yields_every_instance_with_its_tasks_or_error(
    signing: Any,
) -> None:
    swept = await collected(
        signing.kafka.sweep([INSTANCE, "nobody", "..", INSTANCE], concurrency=2)
    )
    by_id = {instance: (tasks, error) for instance, tasks, error in swept}
    assert len(swept) == 4
    assert len(by_id[INSTANCE][0]) == 4
    assert by_id["nobody"][1].is_not_found
    assert by_id[".."][1].kind is ErrorKind.INVALID_INPUT
    good = next(one for one in swept if one.error is None)
    assert good.result() == good.tasks
    with pytest.raises(Error):
        next(one for one in swept if one.instance == "nobody").result()


async def test_a_sweep_takes_instances_only_as_it_asks(connect: Connect, server: Server) -> None:
    server.answers({"tasks": [{"id": "a"}]})
    taken = []

    def instances() -> Any:
        for n in range(100):
            taken.append(n)
            yield f"i{n}"

    sweep = connect().dcs.sweep(instances(), concurrency=3)
    await anext(sweep)
    assert len(taken) <= 7
    await sweep.aclose()


def endless(asked: Asked) -> Answer:
    """Answer with a page that is never the last."""
    position = int(asked.query["offset"])
    return Answer({"tasks": [{"id": str(position + n)} for n in range(int(asked.query["limit"]))]})


async def test_a_sweep_that_is_left_asks_for_no_further_page(
    connect: Connect, server: Server
) -> None:
    def answer(asked: Asked) -> Answer:
        return Answer({"tasks": []}) if "first" in asked.path else endless(asked)

    server.answers_by(answer)
    sweeping = connect().dcs.sweep(["long", "first", "longer"], concurrency=2)
    assert (await anext(sweeping)).instance == "first"
    await sweeping.aclose()
    asked = len(server.asked)
    await asyncio.sleep(0.1)
    # But what was on its way to the server when the sweep was left.
    assert len(server.asked) <= asked + 2
    assert not [thread for thread in threading.enumerate() if "hwtasks-sweep" in thread.name]
    assert not [task for task in asyncio.all_tasks() if "asked" in repr(task.get_coro())]


async def test_a_sweep_that_is_left_makes_no_further_attempt(half: Half, server: Server) -> None:
    busy = threading.Event()

    def answer(asked: Asked) -> Answer:
        if "first" in asked.path:
            busy.wait(30)
            return Answer({"tasks": []})
        busy.set()
        return Answer({}, 429, {"Retry-After": "60"})

    server.answers_by(answer)
    client = half.client(
        dcs_endpoint=server.url, project_id="p", token="t", time_source=SystemTimeSource()
    )
    began = time.monotonic()
    sweeping = client.dcs.sweep(["busy", "first"], concurrency=2)
    assert (await anext(sweeping)).instance == "first"
    await sweeping.aclose()
    assert time.monotonic() - began < 20
    assert len(server.asked) == 2


async def test_a_sweep_that_is_left_cancels_what_is_awaited(server: Server) -> None:
    half, cancelled = Half("async"), []

    async def ask(instance: str) -> str:
        if instance != "first":
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.append(instance)
                raise
        return instance

    sweeping = hwtasks.async_sweep(["a", "first", "b"], ask)
    assert (await anext(sweeping)).value == "first"
    assert cancelled == []
    await sweeping.aclose()
    assert sorted(cancelled) == ["a", "b"]

    server.answers_by(lambda asked: Answer({"tasks": []}, connection=silent(asked)))
    client = half.client(dcs_endpoint=server.url, project_id="p", token="t")
    tasks = client.dcs.sweep(["first", "second", "third"], concurrency=3)
    assert (await anext(tasks)).instance == "first"
    await tasks.aclose()
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
    await half.close()


def silent(asked: Asked) -> str:
    return "" if "first" in asked.path else "silent"


async def test_anything_can_be_asked_of_many_instances(signing: Any, half: Half) -> None:
    client = signing.inner

    def newest(instance: str) -> Any:
        return client.kafka.list(instance, limit=1)

    swept = await collected(sweep(half, iter([INSTANCE, "nobody"]), newest, concurrency=0))
    by_id = {one.instance: one for one in swept}
    assert len(by_id[INSTANCE].result().tasks) == 1
    error = by_id["nobody"].error
    assert isinstance(error, Error)
    assert error.is_not_found
    with pytest.raises(Error):
        by_id["nobody"].result()


async def test_what_a_function_raises_is_its_instances(half: Half) -> None:
    def ask(number: int) -> Any:
        async def asked() -> float:
            return 1 / number

        return asked() if half.is_async else 1 / number

    swept = await collected(sweep(half, [0, 2, None], ask, concurrency=1))
    assert [one.value for one in swept] == [None, 0.5, None]
    assert [type(one.error) for one in swept] == [ZeroDivisionError, type(None), TypeError]


async def test_calls_overlap_up_to_the_concurrency(half: Half) -> None:
    together = threading.Barrier(3)
    arrived = asyncio.Condition()
    count = 0

    async def awaited() -> None:
        nonlocal count
        async with arrived:
            count += 1
            arrived.notify_all()
            await arrived.wait_for(lambda: count % 3 == 0)

    def ask(_: int) -> Any:
        return awaited() if half.is_async else together.wait(30)

    swept = await asyncio.wait_for(collected(sweep(half, range(6), ask, concurrency=3)), 30)
    assert [one.error for one in swept] == [None] * 6


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("abc",), "the instances are a string, 'abc': give a list of IDs"),
        ((["abc"], {"concurrency": 1.5}), "the concurrency is 1.5, and must be a whole number"),
    ],
)
async def test_what_is_no_sweep_is_refused_at_once(
    half: Half, connect: Connect, arguments: Any, why: str
) -> None:
    instances, named = arguments[0], dict(*arguments[1:])
    function: Any = hwtasks.async_sweep if half.is_async else hwtasks.sweep
    for begin in (connect().inner.kafka.sweep, partial(function, call=print)):
        with pytest.raises(Error, match=why) as caught:
            begin(instances, **named)
        assert caught.value.kind is ErrorKind.INVALID_INPUT
