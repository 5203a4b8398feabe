"""What the models are like to use; how they read is in the corpus."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

import hwtasks
from hwtasks import (
    Capacity,
    DcsTask,
    DcsTaskList,
    DcsTaskV1,
    ErrorKind,
    HwtasksError,
    KafkaTask,
    KafkaTaskList,
    RetryPolicy,
    TaskCount,
    TaskName,
    TaskStatus,
    Timestamp,
)
from tests.conftest import Connect
from tests.server import FakeResponse, Server


def test_undocumented_fields_are_kept_and_written_back() -> None:
    came = {
        "task_count": "2",
        "tasks": [{"id": "a", "status": "PAUSED", "created_at": 1592379522503, "new": {"x": [1]}}],
        "more": None,
    }
    page = KafkaTaskList.model_validate(came)
    assert page.tasks[0].status == "PAUSED"
    assert not page.tasks[0].status.is_known
    assert (page.tasks[0].model_extra or {})["new"] == {"x": [1]}
    assert page.model_dump(exclude_unset=True) == came
    assert KafkaTaskList.model_validate_json(page.model_dump_json()) == page


def test_known_names_are_constants_with_a_meaning() -> None:
    assert TaskName.BIND_EIP == "BindEip"
    assert TaskName("BindEip") == TaskName.BIND_EIP
    assert hash(TaskName.BIND_EIP) == hash("BindEip")
    assert TaskStatus.KNOWN["FAILED"] == "the task failed"
    terminal = [name for name in TaskStatus.KNOWN if TaskStatus(name).is_terminal]
    assert terminal == ["SUCCESS", "FAILED", "CANCELLED", "DELETED"]
    assert TaskStatus("success").is_terminal
    assert not TaskStatus("\u017fuccess").is_terminal
    assert f"{TaskStatus.SUCCESS}" == "SUCCESS"
    match KafkaTask(id="a", status=TaskStatus("SUCCESS")).status:
        case TaskStatus.SUCCESS:
            pass
        case other:
            pytest.fail(f"{other!r}")


def test_model_is_constructed_from_fields() -> None:
    task = DcsTask(id="a", status=TaskStatus.CREATED, created_at=Timestamp(7))
    assert task.model_dump(exclude_none=True) == {"id": "a", "status": "CREATED", "created_at": 7}
    with pytest.raises(ValidationError):
        DcsTask(id=["a"])  # type: ignore[arg-type]


ODD_MEMBERS: list[dict[str, Any]] = [
    {"details": ""},
    {"details": []},
    {"params": {"a": 1}},
    {"enable_show": 1},
    {"status": {"code": 1}},
    {"created_at": True},
    {"name": ["EXTEND"]},
]


@pytest.mark.parametrize("odd", ODD_MEMBERS)
def test_odd_member_is_set_aside_and_written_back(odd: dict[str, Any]) -> None:
    body = {"tasks": [{"id": "a", "user_id": "u"} | odd, {"id": "b"}]}
    page = DcsTaskList.model_validate(body)
    [task, other] = page.tasks
    [name] = odd
    assert getattr(task, name) is None
    assert task.model_extra == odd
    assert (task.id, task.user_id, other.id) == ("a", "u", "b")
    assert page.model_dump(exclude_none=True) == body
    assert json.loads(page.model_dump_json(exclude_none=True)) == body
    assert json.loads(page.model_dump_json()) == json.loads(json.dumps(page.model_dump()))
    again = DcsTaskList.model_validate_json(page.model_dump_json())
    assert again == page
    assert again.tasks[0].model_extra == odd
    assert copy.deepcopy(page).tasks[0].model_extra == odd


def test_odd_member_takes_no_part_in_equality() -> None:
    plain = DcsTask.model_validate({"id": "a", "status": "CREATED"})
    odd = DcsTask.model_validate({"id": "a", "status": "CREATED", "details": "", "new": 1})
    other = DcsTask.model_validate({"id": "a", "status": "CREATED", "details": 7, "new": 2})
    assert plain == odd == other
    assert odd != DcsTask.model_validate({"id": "a", "details": "", "new": 1})
    assert odd != DcsTask.model_validate({"id": "b", "status": "CREATED", "details": ""})
    assert plain != KafkaTask.model_validate({"id": "a", "status": "CREATED"})


@pytest.mark.parametrize("odd", [{"id": None}, {"id": ["a"]}, {}])
def test_task_without_a_usable_id_has_the_empty_one(odd: dict[str, Any]) -> None:
    page = KafkaTaskList.model_validate({"tasks": [odd | {"status": "CREATED"}, {"id": "b"}]})
    assert [task.id for task in page.tasks] == ["", "b"]
    assert page.tasks[0].status == "CREATED"
    assert page.tasks[0].model_extra == odd
    assert page.tasks[0].model_dump(exclude_unset=True) == odd | {"status": "CREATED"}


def test_odd_member_deep_in_a_body_is_set_aside_whole() -> None:
    details = {"rename_commands": ["a", {"b": 1}, [2]], "old_port": 6379.5, "new_port": "6380"}
    task = DcsTask.model_validate({"id": "a", "details": details})
    assert task.details is not None
    assert (task.details.rename_commands, task.details.old_port) == (None, None)
    assert task.details.new_port == 6380
    assert task.details.model_extra == {
        "rename_commands": ["a", {"b": 1}, [2]],
        "old_port": 6379.5,
    }


def test_odd_member_in_two_spellings_is_set_aside_in_both() -> None:
    details = {"new_cahce_mode": [1], "new_cache_mode": {"a": 2}}
    task = DcsTask.model_validate({"id": "a", "details": details})
    assert task.details is not None
    assert task.details.new_cache_mode is None
    assert task.details.model_extra == details


def test_field_that_is_set_replaces_the_odd_member() -> None:
    task = DcsTask.model_validate({"id": "a", "params": {"b": 1}})
    task.params = "text"
    assert json.loads(task.model_dump_json(exclude_none=True)) == {"id": "a", "params": "text"}


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({}, ("tasks",)),
        ({"tasks": None}, ("tasks",)),
        ({"tasks": "", "task_count": []}, ("tasks",)),
        ({"tasks": {"id": "a"}}, ("tasks",)),
        ({"tasks": [{"id": "a", "details": ""}, "b"]}, ("tasks", 1)),
        ([], ()),
    ],
)
def test_body_that_is_no_list_of_objects_is_refused(body: Any, loc: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        DcsTaskList.model_validate(body)
    assert [error["loc"] for error in caught.value.errors()] == [loc]


@pytest.mark.parametrize(
    ("raw", "text"),
    [(1.0, "1"), (1e-7, "0.0000001"), (0.125, "0.125"), (7, "7"), ("x", "x"), (-2.5, "-2.5")],
)
def test_scalar_number_has_its_shortest_text(raw: Any, text: str) -> None:
    assert str(Capacity(raw)) == text
    assert Capacity(raw) == raw
    assert Capacity(raw) == Capacity(raw)
    assert Capacity(raw) != TaskCount(raw)
    assert repr(Capacity(raw)) == f"Capacity({raw!r})"
    assert {Capacity(raw)} == {Capacity(raw)}


def test_scalar_of_another_type_raises() -> None:
    for odd in (True, None, [1]):
        with pytest.raises(TypeError):
            Capacity(odd)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "time"),
    [
        ("2020-06-17T07:38:42.503Z", datetime(2020, 6, 17, 7, 38, 42, 503000, UTC)),
        ("2020-06-17t07:38:42.123456789+08:00", datetime(2020, 6, 16, 23, 38, 42, 123456, UTC)),
        (1592379522503, datetime(2020, 6, 17, 7, 38, 42, 503000, UTC)),
        (-1, datetime(1969, 12, 31, 23, 59, 59, 999000, UTC)),
        ("", None),
        ("2020-06-17", None),
        ("2020-06-17T07:38:42", None),
        ("2020-13-17T07:38:42Z", None),
        ("0001-01-01T00:00:00+01:00", None),
        (1.5, None),
        (10**30, None),
    ],
)
def test_timestamp_is_parsed_on_demand(raw: Any, time: datetime | None) -> None:
    assert Timestamp(raw).get() == time
    if time is None:
        with pytest.raises(ValueError, match=r"is not a time like 2020-06-17T07:38:42\.503Z: "):
            Timestamp(raw).parse()


def test_timestamp_of_datetime_has_the_documented_form() -> None:
    time = datetime(2020, 6, 17, 15, 38, 42, 503999, timezone(timedelta(hours=8)))
    assert Timestamp.of(time) == "2020-06-17T07:38:42.503Z"
    with pytest.raises(ValueError, match="has no time zone"):
        Timestamp.of(datetime(2020, 6, 17))  # noqa: DTZ001


@pytest.mark.parametrize("model", [DcsTask, DcsTaskList, KafkaTask, KafkaTaskList])
def test_json_schema_of_serialization_lists_all_forms(model: type[hwtasks.Model]) -> None:
    schema = TypeAdapter(list[model]).json_schema(mode="serialization")  # type: ignore[valid-type]
    text = json.dumps(schema)
    assert '"created_at"' in text
    task = next(value for name, value in schema["$defs"].items() if name.endswith("Task"))
    forms = task["properties"]["created_at"]["anyOf"]
    assert {form.get("type") for form in forms} >= {"string", "integer", "number", "null"}
    assert {"type": "string"} in task["properties"]["status"]["anyOf"]


@pytest.mark.parametrize(
    ("details", "mode"),
    [
        ({"new_cahce_mode": 1, "new_cache_mode": None}, "1"),
        ({"new_cache_mode": 1, "new_cahce_mode": None}, "1"),
        ({"new_cahce_mode": 1, "new_cache_mode": 2}, "1"),
        ({"new_cahce_mode": "ha", "new_cache_mode": 2}, "ha"),
        ({"new_cahce_mode": True}, "true"),
    ],
)
def test_mistyped_field_in_two_spellings_is_converted(details: dict[str, Any], mode: str) -> None:
    page = DcsTaskList.model_validate({"tasks": [{"id": "a", "details": details}, {"id": "b"}]})
    assert [task.id for task in page.tasks] == ["a", "b"]
    found = page.tasks[0].details
    assert found is not None
    assert found.new_cache_mode == mode


async def test_response_of_a_copied_model_raises(connect: Connect, server: Server) -> None:
    server.responds({"tasks": [{"id": "a", "response": "extra"}]})
    page = await connect().kafka.list("i")
    assert page.response.status == 200
    assert page.response.attempts == 1
    why = "this KafkaTaskList is not what a call returned"
    with pytest.raises(AttributeError, match=why):
        _ = copy.deepcopy(page).response
    with pytest.raises(AttributeError, match="this KafkaTask is not what a call returned"):
        _ = page.tasks[0].response
    assert hasattr(page, "response")
    assert not hasattr(page.tasks[0], "response")
    assert not hasattr(hwtasks.KafkaTask(id="a"), "response")
    assert getattr(copy.copy(page), "response", None) is None


def status_of(page: KafkaTaskList) -> int:
    """Read the response of a page, as type checkers see it."""
    return page.response.status


class Bind(BaseModel):
    """The parameters of a task."""

    public_ip_id: str


@pytest.mark.parametrize("kind", [DcsTask, DcsTaskV1, KafkaTask])
def test_parse_params_returns_the_given_kind(kind: type[hwtasks.Task]) -> None:
    task = kind(id="t", params='{"public_ip_id":"a"}')
    assert task.parse_params() == {"public_ip_id": "a"}
    assert task.parse_params(dict[str, str]) == {"public_ip_id": "a"}
    assert task.parse_params(Bind) == Bind(public_ip_id="a")
    for none in ("", None):
        assert kind(id="t", params=none).parse_params(Bind) is None
    for odd in ("a text", "[", '{"public_ip_id":5}'):
        with pytest.raises(ValueError, match="validation error"):
            kind(id="t", params=odd).parse_params(Bind)


def test_json_schema_holds_the_descriptions() -> None:
    schema = DcsTaskList.model_json_schema()
    assert schema["properties"]["tasks"]["description"] == "The tasks of this page."


async def test_results_and_errors_survive_copy_and_pickle(connect: Connect, server: Server) -> None:
    server.responds(
        {"tasks": [{"id": "a", "created_at": "x"}]}, FakeResponse({"error_msg": "no"}, 403)
    )
    client = connect()
    page = await client.kafka.list("i")
    assert pickle.loads(pickle.dumps(page)) == page  # noqa: S301
    assert copy.deepcopy(page) == page
    with pytest.raises(HwtasksError) as caught:
        await client.kafka.list("i")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert (again.kind, again.status, again.message) == (ErrorKind.API, 403, "no")
    assert str(again) == str(caught.value)
    assert repr(again) == repr(caught.value)


async def test_pickled_connection_error_keeps_its_predicates(
    connect: Connect, server: Server
) -> None:
    once = RetryPolicy.disabled()
    with pytest.raises(HwtasksError) as caught:
        await connect(kafka_endpoint="http://127.0.0.1:1", retry_policy=once).kafka.list("i")
    assert caught.value.is_connection_error
    server.responds(FakeResponse(connection="silent"))
    with pytest.raises(HwtasksError) as late:
        await connect(attempt_timeout=0.05, retry_policy=once).kafka.list("i")
    for error, connects in ((caught.value, True), (late.value, False)):
        again = pickle.loads(pickle.dumps(error))  # noqa: S301
        assert again.is_connection_error is connects
        assert again.is_timeout is not connects
        assert again.is_retryable


def test_public_names_exist_and_have_docstrings() -> None:
    for name in hwtasks.__all__:
        public = getattr(hwtasks, name)
        assert name == "__version__" or (public.__doc__ or "").strip(), name
    pairs = [name for name in hwtasks.__all__ if name.startswith("Async")]
    assert all(name.removeprefix("Async") in hwtasks.__all__ for name in pairs)


def test_timestamps_order_with_each_other_and_with_datetimes() -> None:
    first, later = Timestamp("2020-06-17T07:38:42.503Z"), Timestamp(1592379523000)
    elsewhere = Timestamp("2020-06-17T09:38:42.503+02:00")
    time = datetime(2020, 6, 17, 7, 38, 42, 503000, UTC)
    assert sorted([later, first]) == [first, later]
    assert first < later
    assert later > first
    assert first <= elsewhere <= first
    assert first >= elsewhere >= first
    assert first != elsewhere
    assert first == time == elsewhere
    assert first != time + timedelta(milliseconds=1)
    assert time - timedelta(1) < first < time + timedelta(1)
    assert first <= time <= first
    assert Timestamp("") != time
    assert hash(first) == hash(str(first))


def test_timestamps_without_an_order_raise() -> None:
    time = Timestamp("2020-06-17T07:38:42.503Z")
    with pytest.raises(ValueError, match=r"'' is not a time .* it is unset"):
        _ = time < Timestamp("")
    with pytest.raises(ValueError, match=r"'' is not a time .* it is unset"):
        _ = Timestamp("") < time
    with pytest.raises(ValueError, match=r"has no time zone: add one, such as datetime\.UTC"):
        _ = time < datetime(2020, 6, 17)  # noqa: DTZ001
    with pytest.raises(TypeError, match="'<' not supported"):
        _ = time < "2021"  # type: ignore[operator]


def test_timestamp_formats_as_its_point_in_time() -> None:
    time = Timestamp("2020-06-17T07:38:42.503Z")
    assert f"{time:%H:%M on %Y-%m-%d}" == "07:38 on 2020-06-17"
    assert f"{time}" == "2020-06-17T07:38:42.503Z"
    assert f"{time:>26}" == "  2020-06-17T07:38:42.503Z"
    with pytest.raises(ValueError, match="it is unset"):
        _ = f"{Timestamp(''):%Y}"


def test_task_count_converts_to_int() -> None:
    assert int(TaskCount("4")) == int(TaskCount(4)) == 4
    with pytest.raises(ValueError, match="'many' is not a number of tasks: `get` returns None"):
        int(TaskCount("many"))


async def test_page_iterates_over_its_tasks_and_has_their_number(
    connect: Connect, server: Server
) -> None:
    server.responds({"tasks": [{"id": "a"}, {"id": "b"}]}, {"instances": []})
    page = await connect().kafka.list("i")
    assert [task.id for task in page] == ["a", "b"]
    assert len(page) == 2
    assert page.tasks[1] in page
    assert list(await connect().dcs.instances()) == []


def test_known_returns_every_known_value() -> None:
    known = TaskStatus.known()
    assert known[0] == TaskStatus("CREATED")
    assert [str(status) for status in known] == list(TaskStatus.KNOWN)
    assert all(isinstance(status, TaskStatus) and status.is_known for status in known)
    assert {type(name) for name in TaskName.known()} == {TaskName}


def test_scalars_in_a_dump_are_json_values() -> None:
    task = hwtasks.KafkaTask(id="a", created_at=Timestamp("2020-06-17T07:38:42.503Z"))
    assert task.model_dump(mode="json")["created_at"] == "2020-06-17T07:38:42.503Z"
