"""The quick way to decode a body: as the thorough way does, or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hwtasks import (
    DcsInstanceList,
    DcsTaskList,
    DcsTaskListV1,
    DmsInstanceList,
    KafkaTaskList,
)
from hwtasks._core.decode import ordinary_body
from hwtasks._core.json_text import parse_json
from tests.conformance.corpus import body_of, parameters

LISTS: dict[str, Any] = {
    "ListDcsTasks": DcsTaskList,
    "ListDcsTasksV1": DcsTaskListV1,
    "ListKafkaTasks": KafkaTaskList,
    "ShowKafkaTask": KafkaTaskList,
    "ListDcsInstances": DcsInstanceList,
    "ListDmsInstances": DmsInstanceList,
}


def shown(model: Any) -> Any:
    """Return everything that a model holds, with its types."""
    if isinstance(model, list):
        return [shown(part) for part in model]
    if hasattr(model, "model_extra"):
        held = {name: shown(getattr(model, name)) for name in type(model).model_fields}
        return type(model), held, model.model_extra, model.model_fields_set
    return type(model), repr(model)


def test_ordinary_bodies_of_the_corpus_decode_as_the_thorough_way_does() -> None:
    count = 0
    for parameter in parameters("responses", {"call", "response", "expect"}):
        case = parameter.values[0]
        model = LISTS[case["call"]["operation"]]
        text = body_of(case["response"])
        found = ordinary_body(model, text)
        if found is not None:
            count += 1
            thorough = model.model_validate(parse_json(text))
            assert shown(found) == shown(thorough), case["name"]
            assert found.model_dump_json() == thorough.model_dump_json(), case["name"]
            assert repr(found) == repr(thorough), case["name"]
    assert count > 100


@pytest.mark.parametrize(
    "text",
    [
        '{"tasks": [], "x": 1e999}',
        '{"tasks": [], "x": NaN}',
        '{"tasks": [], "x": [{"y": -1e999}]}',
        '{"tasks": [], "task_count": 1e999}',
        '{"tasks": [], "task_count": Infinity}',
        '{"tasks": [{"id": "a", "details": {"old_capacity": 1e999}}]}',
        '{"tasks": [{"id": "a", "details": {"new_cahce_mode": "x"}}]}',
        '{"tasks": [{"id": "a", "status": 1}]}',
        '{"tasks": [{"id": "a", "created_at": 1592379522503}]}',
        '{"tasks": [{"id": "a", "details": {"enable_ssl": "true"}}]}',
        '{"tasks": [], "x": ' + "[" * 126 + "]" * 126 + "}",
        '{"tasks": [], "x": ' + "[" * 127 + "]" * 127 + "}",
        '\ufeff{"tasks": []}',
        "[]",
        "",
    ],
)
def test_unusual_body_is_left_to_the_thorough_way(text: str) -> None:
    assert ordinary_body(DcsTaskList, text.encode()) is None


def test_page_of_an_ordinary_service_is_ordinary() -> None:
    details = {"old_capacity": 0.125, "new_capacity": "0.25", "new_port": None}
    task = {"id": "a", "name": "EXTEND", "status": "PAUSED", "details": details, "new": {"x": [1]}}
    page = ordinary_body(DcsTaskList, json.dumps({"task_count": 1, "tasks": [task]}).encode())
    assert page is not None
    assert page.tasks[0].model_extra == {"new": {"x": [1]}}
    assert page.model_dump(exclude_none=True)["tasks"][0]["details"]["old_capacity"] == 0.125
