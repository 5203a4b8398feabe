"""A scalar in its member of a body, as tests/conformance/README.md defines it."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any, NamedTuple

from hwtasks import DcsTaskList, DcsTaskListV1, Model, Timestamp

# The member that holds a scalar of each kind, and the model of its body.
MEMBERS: dict[str, tuple[type[Model], tuple[str | int, ...]]] = {
    "time": (DcsTaskList, ("tasks", 0, "created_at")),
    "count": (DcsTaskList, ("task_count",)),
    "capacity": (DcsTaskList, ("tasks", 0, "details", "old_capacity")),
    "integer": (DcsTaskList, ("tasks", 0, "details", "old_port")),
    "boolean": (DcsTaskList, ("tasks", 0, "enable_show")),
    "text": (DcsTaskList, ("tasks", 0, "user_name")),
    "code": (DcsTaskListV1, ("tasks", 0, "error_code")),
}
# The kinds that are written as they were converted.
CONVERTED = {"integer", "boolean", "text"}
NOTHING = object()


class Decoded(NamedTuple):
    """A scalar that was decoded."""

    value: Any
    """`None` where the scalar stands for none."""
    written: Any
    """The member as it is written back; `NOTHING` where it is not written."""


def body(kind: str, text: str) -> str:
    """Return a body that has a scalar."""
    _, at = MEMBERS[kind]
    if at[0] != "tasks":
        return f'{{"{at[0]}":{text},"tasks":[]}}'
    inner = text
    for name in reversed(at[2:]):
        inner = f'{{"{name}":{inner}}}'
    return f'{{"tasks":[{{"id":"a",{inner[1:-1]}}}]}}'


def decode(kind: str, text: str) -> Decoded:
    """Decode a scalar in its body. Raises `ValueError` where the body is refused."""
    model, at = MEMBERS[kind]
    decoded = model.model_validate_json(body(kind, text))
    found: Any = decoded
    for step in at:
        found = found[step] if isinstance(step, int) else getattr(found, step)
    written: Any = json.loads(decoded.model_dump_json(exclude_none=True))
    for step in at:
        if isinstance(step, str) and step not in written:
            return Decoded(_value(kind, found), NOTHING)
        written = written[step]
    return Decoded(_value(kind, found), written)


def _value(kind: str, found: Any) -> Any:
    if found is None:
        return None
    match kind:
        case "time":
            return written_time(found)
        case "count":
            return None if found.get() is None else str(found.get())
        case "capacity":
            return found.gigabytes
        case "boolean":
            return found
        case _:
            return str(found)


def written_time(time: Timestamp) -> str | None:
    """Return a time as the corpus writes it."""
    found = time.get()
    if found is None:
        return None
    text = found.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
