"""Print what Python makes of the inputs of the comparison of the languages.

`python -m tests.differential FILE` prints a line for each line of the file; see
tests/src/differential.rs of the repository.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from hwtasks import DcsTaskList, DcsTaskListV1, ErrorResponse, KafkaTaskList, Model
from hwtasks._core import classify
from tests.conformance import scalar
from tests.conformance.normal import normal

BODIES: dict[str, type[Model]] = {
    "ListDcsTasks": DcsTaskList,
    "ListDcsTasksV1": DcsTaskListV1,
    "ListKafkaTasks": KafkaTaskList,
}


def outcome(kind: str, text: str) -> dict[str, Any]:
    """Return what a text is decoded as."""
    if kind in scalar.MEMBERS:
        decoded = scalar.decode(kind, text)
        made = {"value": decoded.value}
        return made if decoded.written is scalar.NOTHING else made | {"written": decoded.written}
    if kind == "error":
        error = ErrorResponse.model_validate_json(text)
        return {
            "value": {
                "code": classify.code_of(error),
                "message": classify.message_of(error),
                "request_id": classify.request_id_of(error),
            }
        }
    return {"value": normal(BODIES[kind].model_validate_json(text))}


def main() -> None:
    """Print a line for each line of the file."""
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        given = json.loads(line)
        try:
            made = outcome(given["kind"], given["json"])
        except ValueError:
            made = {"refused": True}
        sys.stdout.write(f"{json.dumps(made)}\n")


if __name__ == "__main__":
    main()
