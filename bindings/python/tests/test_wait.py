"""Waiting for a task to end, by a clock that takes no time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hwtasks import ErrorKind, HwtasksError
from hwtasks.testing import ManualClock
from tests.conftest import Connect
from tests.emulator import Emulator
from tests.halves import collected
from tests.server import FakeResponse, Server

INSTANCE = "5560df16-cebf-4473-95c4-d1b573c16e79"
AT = "2026-01-02T03:04:05.678Z"


def task(status: str | None = None, name: str = "t", **fields: Any) -> dict[str, Any]:
    return {"id": name, "status": status, **fields}


def listed(*tasks: dict[str, Any]) -> dict[str, Any]:
    return {"tasks": list(tasks)}


async def test_wait_returns_the_succeeded_task(
    connect: Connect, server: Server, clock: ManualClock
) -> None:
    states = ["CREATED", "EXECUTING", None, "PAUSED", "EXECUTING", "EXECUTING", "SUCCESS"]
    server.responds(*(listed(task(state)) for state in states))
    seen: list[Any] = []
    done = await connect().kafka.wait("i", "t", on_change=lambda task: seen.append(task.status))
    assert done.status == "SUCCESS"
    assert seen == ["CREATED", "EXECUTING", None, "PAUSED", "EXECUTING", "SUCCESS"]
    assert clock.sleeps == [2, 3, 4.5, 6.75, 10.125, 15.1875]
    assert {asked.path for asked in server.requests} == {"/v2/project/instances/i/tasks/t"}


async def test_wait_interval_grows_to_thirty_seconds(
    connect: Connect, server: Server, clock: ManualClock
) -> None:
    server.responds(*[listed(task("EXECUTING"))] * 12, listed(task("SUCCESS")))
    await connect().kafka.wait("i", "t")
    assert clock.sleeps[-3:] == [30, 30, 30]


async def test_watch_yields_each_change(connect: Connect, server: Server) -> None:
    server.responds(*(listed(task(s)) for s in ["CREATED", "CREATED", "EXECUTING", "SUCCESS"]))
    seen = await collected(connect().kafka.watch("i", "t", initial_interval=1, max_interval=1))
    assert [task.status for task in seen] == ["CREATED", "EXECUTING", "SUCCESS"]


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED", "DELETED"])
async def test_wait_for_failed_task_raises_with_the_task(
    connect: Connect, server: Server, state: str
) -> None:
    server.responds(listed(task("EXECUTING")), listed(task(state, name="t")))
    with pytest.raises(HwtasksError, match=f"ShowKafkaTask: task t has ended as {state}") as caught:
        await connect().kafka.wait("i", "t")
    assert caught.value.is_task_failed
    assert caught.value.task is not None
    assert caught.value.task.status == state


async def test_wait_times_out_after_a_final_poll(
    connect: Connect, server: Server, clock: ManualClock
) -> None:
    server.responds(listed(task("EXECUTING", name="t") | {"name": "bind"}))
    line = r"after waiting for 20s, task t \(bind\) is EXECUTING"
    with pytest.raises(HwtasksError, match=line) as caught:
        await connect().kafka.wait("i", "t", timeout=20)
    assert caught.value.is_wait_timed_out
    assert caught.value.task is not None
    # The final poll has a tenth of the time for its response.
    assert clock.sleeps == [2, 3, 4.5, 6.75, 1.75]
    assert sum(clock.sleeps) == 18


async def test_wait_with_infinite_timeout_polls(
    connect: Connect, server: Server, clock: ManualClock
) -> None:
    server.responds(listed(task("EXECUTING")), listed(task("SUCCESS")))
    for_ever = float("inf")
    wait = connect().kafka.wait
    await wait(
        "i",
        "t",
        timeout=for_ever,
        initial_interval=for_ever,
        max_interval=for_ever,
        not_found_grace=for_ever,
    )
    assert clock.sleeps == [1e6]


async def test_wait_for_missing_task_polls_during_the_grace_period(
    connect: Connect, server: Server, clock: ManualClock
) -> None:
    missing = FakeResponse({"error_code": "DMS.00400070", "error_msg": "no"}, 400)
    server.responds(missing, listed(), FakeResponse({}, 404), listed(task("SUCCESS")))
    assert (await connect().kafka.wait("i", "t")).id == "t"
    assert clock.sleeps == [2, 3, 4.5]


async def test_wait_after_the_grace_period_raises_not_found(
    connect: Connect, server: Server, clock: ManualClock
) -> None:
    server.responds(listed())
    with pytest.raises(HwtasksError, match="task t was not found for 10s") as caught:
        await connect().kafka.wait("i", "t", not_found_grace=10)
    assert caught.value.is_not_found
    assert caught.value.kind is ErrorKind.TASK_NOT_FOUND
    assert sum(clock.sleeps) == 10


async def test_wait_tolerates_transient_errors_after_a_response(
    connect: Connect, server: Server
) -> None:
    busy = FakeResponse({}, 503)
    server.responds(listed(task("CREATED")), busy, busy, busy, listed(task("SUCCESS")))
    assert (await connect().kafka.wait("i", "t")).status == "SUCCESS"


async def test_wait_before_any_response_raises_the_error(connect: Connect, server: Server) -> None:
    server.responds(FakeResponse(connection="reset"))
    with pytest.raises(HwtasksError) as caught:
        await connect().kafka.wait("i", "t")
    assert caught.value.status is None
    assert len(server.requests) == 3


async def test_wait_raises_other_errors_with_the_task(connect: Connect, server: Server) -> None:
    server.responds(listed(task("CREATED")), FakeResponse({}, 403))
    with pytest.raises(HwtasksError) as caught:
        await connect().kafka.wait("i", "t")
    assert caught.value.is_forbidden
    assert caught.value.task is not None
    assert caught.value.task.status == "CREATED"


async def test_dcs_wait_searches_around_the_start_time(connect: Connect, server: Server) -> None:
    other = task("EXECUTING", name="other", created_at=AT)
    mine = task("EXECUTING", name="t", created_at=AT)
    server.responds(listed(other, mine), listed(mine), listed(mine | {"status": "SUCCESS"}))
    assert (await connect().dcs.wait("i", "t")).id == "t"
    assert [asked.query for asked in server.requests] == [
        {"offset": "0", "limit": "1000"},
        {
            "offset": "0",
            "limit": "1000",
            "start_time": "20260102030404",
            "end_time": "20260102030407",
        },
        {
            "offset": "0",
            "limit": "1000",
            "start_time": "20260102030404",
            "end_time": "20260102030407",
        },
    ]


async def test_dcs_wait_drops_a_window_without_the_task(connect: Connect, server: Server) -> None:
    mine = task("EXECUTING", created_at=AT)
    done = mine | {"status": "SUCCESS"}
    server.responds(listed(mine), listed(), listed(mine), listed(done))
    await connect().dcs.wait("i", "t")
    windows = ["start_time" in asked.query for asked in server.requests]
    assert windows == [False, True, False, False]


async def test_wait_by_name_takes_the_newest_task(connect: Connect, server: Server) -> None:
    def named(name: str, at: str, status: str = "EXECUTING") -> dict[str, Any]:
        return {"id": name, "name": "EXTEND", "created_at": at, "status": status}

    old = named("old", "2026-01-02T03:04:05.677Z", "SUCCESS")
    mine = named("mine", AT)
    other = named("other", "2026-01-02T03:04:09Z") | {"name": "BindEip"}
    undated = named("undated", "")
    server.responds(
        listed(old, undated, other),
        listed(other, undated, mine, old),
        listed(mine | {"status": "SUCCESS"}),
    )
    since = datetime(2026, 1, 2, 3, 4, 5, 678999, tzinfo=UTC)
    done = await connect().dcs.wait_by_name("i", "EXTEND", since=since)
    assert done.id == "mine"
    assert server.requests[0].query["start_time"] == "20260102030405"


async def test_kafka_watch_by_name_shows_the_found_task(connect: Connect, server: Server) -> None:
    mine = {"id": "mine", "name": "bind", "created_at": AT, "status": "EXECUTING"}
    server.responds(listed(mine), listed(mine | {"status": "SUCCESS"}))
    seen = await collected(connect().kafka.watch_by_name("i", "bind", since=AT))
    assert [task.status for task in seen] == ["EXECUTING", "SUCCESS"]
    assert server.requests[1].path.endswith("/tasks/mine")


async def test_wait_succeeds_against_the_emulator(
    signing: Any, emulator: Emulator, clock: ManualClock
) -> None:
    emulator.control("PUT", "progress", {"when": "after_polls", "polls": 3})
    name = emulator.add("kafka", INSTANCE, {"name": "bindInstancePublicIp"})
    done = await signing.kafka.wait(INSTANCE, name)
    assert done.status == "SUCCESS"
    assert clock.sleeps
    before = datetime.now(UTC) - timedelta(minutes=1)
    emulator.add("dcs", INSTANCE, {"name": "EXTEND"})
    assert (await signing.dcs.wait_by_name(INSTANCE, "EXTEND", since=before)).status == "SUCCESS"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"timeout": "soon"}, "timeout is 'soon'"),
        ({"initial_interval": float("nan")}, "initial_interval is nan, and must be seconds"),
        ({"initial_interval": (1, 2)}, "initial_interval is .1, 2., and must be seconds"),
        ({"max_interval": "long"}, "max_interval is 'long', and must be seconds"),
        ({"not_found_grace": True}, "not_found_grace is True"),
    ],
)
async def test_wait_with_invalid_option_raises(
    connect: Connect, server: Server, arguments: dict[str, Any], why: str
) -> None:
    with pytest.raises(HwtasksError, match=why):
        await connect().kafka.wait("i", "t", **arguments)
    with pytest.raises(HwtasksError, match="the task name '' is empty"):
        await connect().kafka.wait_by_name("i", "", since=AT)
    with pytest.raises(HwtasksError, match="since: "):
        await connect().kafka.wait_by_name("i", "n", since="never")
    assert server.requests == []
