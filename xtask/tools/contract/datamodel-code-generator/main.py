"""Reports what the generated models make of each case."""

import json
from pathlib import Path
from types import ModuleType

from pydantic import BaseModel, ValidationError

import dcs
import kafka

MODULES: dict[str, ModuleType] = {"dcs": dcs, "kafka": kafka}


def decode(document: str, schema: str, body: object) -> dict[str, object]:
    """The body, written again from the model of its schema."""
    model: object = getattr(MODULES[document], schema)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return {"error": f"{schema} is no model"}
    try:
        decoded = model.model_validate_json(json.dumps(body), strict=True)
    except ValidationError as error:
        return {"error": str(error)}
    return {"decoded": decoded.model_dump(mode="json", by_alias=True)}


def main() -> None:
    report = ""
    for case in json.loads(Path("cases.json").read_text(encoding="utf-8")):
        line = {"name": case["name"]} | decode(case["document"], case["schema"], case["body"])
        report += json.dumps(line) + "\n"
    Path("decoded.jsonl").write_text(report, encoding="utf-8")


if __name__ == "__main__":
    main()
