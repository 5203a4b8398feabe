"""How long a page of 200 tasks takes to decode, beside a plain pydantic model of the same fields.

    python benches/decode.py

The plain model converts nothing, ignores other members, and accepts no other form than the one here.
"""

from __future__ import annotations

import json
import sys
import time
import types
import typing
from collections.abc import Callable
from pathlib import Path
from timeit import timeit
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1] / "src")]

import httpx2  # noqa: E402
from pydantic import BaseModel, ConfigDict, create_model  # noqa: E402

from hwtasks import DcsTaskList, KafkaTaskList, Response  # noqa: E402
from hwtasks._core.decode import body_of  # noqa: E402
from hwtasks._core.scalars import Scalar  # noqa: E402

TASKS = 200
DCS_TASK = {
    "name": "EXTEND",
    "details": {"old_capacity": "0.125", "new_capacity": "0.25"},
    "user_name": "dcs",
    "user_id": "d53977d1adfb49c5b025ba7d33a13fd7",
    "params": "",
    "status": "SUCCESS",
    "created_at": "2020-06-17T07:38:42.503Z",
    "updated_at": "2020-06-17T07:39:42.503Z",
    "enable_show": False,
}
KAFKA_TASK = {name: DCS_TASK[name] for name in DCS_TASK if name not in {"details", "enable_show"}}


def plain(kind: Any) -> Any:
    """Return a type without what is this package's own: text, numbers, and models of such fields."""
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        return plain(typing.get_args(kind)[0])
    if origin is types.UnionType or origin is typing.Union:
        made = [plain(part) for part in typing.get_args(kind)]
        return typing.Union[tuple(made)]  # noqa: UP007
    if origin is list:
        return list[plain(typing.get_args(kind)[0])]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields: dict[str, Any] = {
            name: (plain(field.annotation), ... if field.is_required() else None)
            for name, field in kind.model_fields.items()
        }
        return create_model(kind.__name__, __config__=ConfigDict(extra="ignore"), **fields)
    return str if isinstance(kind, type) and issubclass(kind, Scalar | str) else kind


def body(task: dict[str, Any]) -> bytes:
    """Return a page of tasks, each with an ID of its own."""
    tasks = [{"id": f"8abf6e1e72c12e7c0172c15b50{number:06}"} | task for number in range(TASKS)]
    return json.dumps({"task_count": str(TASKS), "tasks": tasks}).encode()


def once(work: Callable[[], object]) -> float:
    """Return the microseconds of this process's CPU that a piece of work takes."""
    return timeit(work, number=5, timer=time.process_time) / 5 * 1e6


def main() -> None:
    """Measure both in turns, and print the least time of each and their ratio."""
    for model, task in ((DcsTaskList, DCS_TASK), (KafkaTaskList, KAFKA_TASK)):
        text = body(task)
        response = Response(200, httpx2.Headers(), text)
        other = plain(model)
        pairs = []
        for _ in range(100):
            ours = once(lambda: body_of(model, response))  # noqa: B023
            pairs.append((ours, once(lambda: other.model_validate_json(text))))  # noqa: B023
        # The least of each: what another program takes of the machine is none of the decoding.
        mine, theirs = (min(column) for column in zip(*pairs, strict=True))
        ratio = mine / theirs
        print(f"{model.__name__}: {mine:.0f} us, plain {theirs:.0f} us, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
