"""The four operations against the emulator, signed and with a token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

import hwtasks
from hwtasks import ErrorKind, HwtasksError, TaskName, TaskStatus
from tests.conftest import Connect
from tests.emulator import Emulator
from tests.halves import Half
from tests.server import Server

INSTANCE = "5560df16-cebf-4473-95c4-d1b573c16e79"


async def test_kafka_list_with_keys_decodes_the_documented_page(
    signing: Any, emulator: Emulator
) -> None:
    page = await signing.kafka.list(INSTANCE, start=1, limit=2)
    assert page.task_count.get() == 4
    assert [task.id for task in page.tasks] == [
        "8abfa7b272adc5b40172b73130065ae7",
        "8abfa7b372160bfd0172165864064079",
    ]
    assert page.tasks[0].name is not None
    assert page.tasks[0].name == TaskName.BIND_INSTANCE_PUBLIC_IP
    assert page.tasks[1].status == TaskStatus.EXECUTING
    assert not page.tasks[1].status.is_terminal
    assert page.tasks[0].created_at.get() == datetime(2020, 6, 15, 8, 55, 53, 606000, tzinfo=UTC)
    assert page.response.status == 200
    assert page.response.request_id
    [request] = emulator.requests()
    assert request["operation"] == "ListKafkaTasks"
    assert request["target"].endswith("/tasks?limit=2&start=1")


async def test_kafka_show_returns_the_task(signing: Any, emulator: Emulator) -> None:
    task = await signing.kafka.show(INSTANCE, "8abfa7b272adc5b40172b73130065ae7")
    assert task.status == "SUCCESS"
    assert task.response.status == 200
    assert [request["operation"] for request in emulator.requests()] == ["ShowKafkaTask"]


async def test_dcs_list_with_keys_decodes_the_documented_page(signing: Any) -> None:
    page = await signing.dcs.list(INSTANCE)
    assert page.tasks[0].id == "8abf6e1e72c12e7c0172c15b508500aa"
    assert page.tasks[0].details.new_capacity.gigabytes == 0.25


async def test_dcs_list_v1_with_keys_decodes_the_page(signing: Any, emulator: Emulator) -> None:
    page = await signing.dcs.list_v1(INSTANCE, start=1, limit=5)
    assert page.tasks
    [request] = emulator.requests()
    assert request["target"].startswith("/v1.0/")


async def test_from_env_with_token_sends_the_token(half: Half, emulator: Emulator) -> None:
    client = await half.from_env(emulator.environ())
    assert client.project_id == emulator.project_id
    assert (await client.kafka.list(INSTANCE)).tasks
    headers = dict(emulator.requests()[-1]["headers"])
    assert "x-auth-token" in headers
    assert "authorization" not in headers


async def test_wrong_keys_raise_unauthorized(half: Half, emulator: Emulator) -> None:
    environ = emulator.environ(HWTASKS_TOKEN="", HUAWEICLOUD_SDK_SK="another")
    client = await half.from_env(environ)
    with pytest.raises(HwtasksError) as caught:
        await client.kafka.list(INSTANCE)
    assert caught.value.is_unauthorized
    assert caught.value.operation == "ListKafkaTasks"
    assert caught.value.request_id


@pytest.mark.parametrize(
    ("instance", "why"),
    [
        ("", "is empty"),
        (".", "would name another path"),
        ("..", "would name another path"),
        ("a\nb", "holds a control character"),
        ("a\x85b", "holds a control character"),
        (None, "of type NoneType"),
    ],
)
async def test_id_that_changes_the_path_raises(
    connect: Connect, server: Server, instance: Any, why: str
) -> None:
    with pytest.raises(HwtasksError, match=why) as caught:
        await connect().kafka.list(instance)
    assert caught.value.kind is ErrorKind.INVALID_INPUT
    assert caught.value.operation == "ListKafkaTasks"
    assert caught.value.attempts == 0
    with pytest.raises(
        HwtasksError, match=f"the task ID .* {why}|the task ID {why}|task ID is {why}"
    ):
        await connect().kafka.show("i", instance)
    assert server.requests == []


async def test_id_is_encoded_as_one_path_segment(connect: Connect, server: Server) -> None:
    server.responds({"tasks": []})
    await connect(project_id="a/b").dcs.list("c d/..\\%2F~é")
    assert server.requests[0].target == "/v2/a%2Fb/instances/c%20d%2F..%5C%252F~%C3%A9/tasks"


@pytest.mark.parametrize(
    ("service", "query", "sent"),
    [
        ("dcs", {"offset": 0, "limit": 1000}, {"offset": "0", "limit": "1000"}),
        ("kafka", {"start": 1, "limit": 2**31 - 1}, {"start": "1", "limit": "2147483647"}),
    ],
)
async def test_position_is_sent_with_the_name_of_the_service(
    connect: Connect, server: Server, service: str, query: dict[str, int], sent: dict[str, str]
) -> None:
    server.responds({"tasks": []})
    await getattr(connect(), service).list("i", **query)
    assert server.requests[0].query == sent


@pytest.mark.parametrize(
    ("service", "query", "why"),
    [
        ("dcs", {"offset": -1}, "the offset is -1, and must be 0 to 2147483647"),
        ("dcs", {"limit": 0}, "the limit is 0, and must be 1 to 2147483647"),
        ("kafka", {"start": 0}, "the start is 0, and must be 1 to 2147483647"),
        ("kafka", {"limit": 2**31}, "the limit is 2147483648"),
        ("kafka", {"limit": "ten"}, "the limit is 'ten', and must be a whole number"),
        ("kafka", {"limit": True}, "the limit is True"),
        ("kafka", {"since": datetime(2026, 1, 1)}, "since: 2026-01-01T00:00:00 has no time zone"),  # noqa: DTZ001
        ("dcs", {"until": "yesterday"}, "until: 'yesterday' is not a time"),
        ("dcs", {"since": 7}, "since is of type int"),
        ("dcs", {"until": datetime.max.replace(tzinfo=UTC)}, "until: "),
    ],
)
async def test_query_with_invalid_value_raises(
    connect: Connect, server: Server, service: str, query: dict[str, Any], why: str
) -> None:
    with pytest.raises(HwtasksError, match=why) as caught:
        await getattr(connect(), service).list("i", **query)
    assert caught.value.kind is ErrorKind.INVALID_INPUT
    assert server.requests == []


async def test_time_bounds_are_rounded_outwards(connect: Connect, server: Server) -> None:
    server.responds({"tasks": []})
    client = connect()
    since = datetime(2020, 6, 10, 0, 0, 0, 1, tzinfo=timezone(timedelta(hours=8)))
    await client.dcs.list("i", since=since, until="2020-06-17T15:59:58.001Z")
    assert server.requests[0].query == {
        "start_time": "20200609160000",
        "end_time": "20200617155959",
    }
    await client.kafka.list("i", since=since, until="2020-06-17T15:59:59Z")
    assert server.requests[1].query == {
        "begin_time": "20200609160000",
        "end_time": "20200617155959",
    }
    await client.dcs.list_v1("i", since=since, until=since)
    assert server.requests[2].query == {"beginTime": "20200609160000", "endTime": "20200609160001"}


@pytest.mark.parametrize(
    ("tasks", "why"),
    [
        ([], "the response holds 0"),
        ([{"id": "other"}], "the response holds another task, 'other'"),
        ([{"id": "an\nother"}], "the response holds another task, 'an other'"),
        ([{"id": "t"}, {"id": "u"}], "the response holds 2"),
    ],
)
async def test_kafka_show_of_another_task_raises(
    connect: Connect, server: Server, tasks: list[dict[str, str]], why: str
) -> None:
    server.responds({"tasks": tasks})
    with pytest.raises(HwtasksError, match=why) as caught:
        await connect().kafka.show("i", "t")
    assert caught.value.kind is ErrorKind.UNEXPECTED
    assert caught.value.body


async def test_withdrawn_operation_warns(connect: Connect, server: Server) -> None:
    server.responds({"tasks": []})
    for name in ("list_v1", "pages_v1", "items_v1"):
        for kind in (hwtasks.Dcs, hwtasks.AsyncDcs):
            message = getattr(kind, name).__deprecated__
            assert message == "ListDcsTasksV1 is deprecated: use ListDcsTasks"
    with pytest.warns(DeprecationWarning, match="use ListDcsTasks"):
        await connect().dcs.list_v1("i")
