"""The corpus of tests/conformance, which holds for the clients of every language."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.emulator import ROOT
from tests.server import FakeResponse

FOLDER = ROOT / "tests" / "conformance"
# The JSON Schema of the files: `$defs` has one for each of them, by its name.
SCHEMA = "cases.schema.json"
# Cases that this language cannot run, each with its reason.
SKIPPED: dict[tuple[str, str], str] = {}


@dataclass(frozen=True)
class Case:
    """A case with the defaults of its file."""

    file: str
    members: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.members[name]

    def get(self, name: str, otherwise: Any = None) -> Any:
        return self.members.get(name, otherwise)


def files() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json") if path.name != SCHEMA)


def schema_errors(file: str, content: Any) -> list[str]:
    """Return what the schema finds wrong with the content of a file."""
    schema = json.loads((FOLDER / SCHEMA).read_text(encoding="utf-8"))
    validator = Draft202012Validator(schema | {"$ref": f"#/$defs/{file}"})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(content)]


def cases(file: str, known: set[str]) -> pytest.MarkDecorator:
    """Parametrize a test by the cases of a file, whose members must be known."""
    return pytest.mark.parametrize("case", parameters(file, known))


def parameters(file: str, known: set[str]) -> list[Any]:
    """Return the cases of a file, whose members must be known, as parameters of a test."""
    path = FOLDER / f"{file}.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    errors = schema_errors(file, content)
    assert not errors, f"{path}: {errors}"
    defaults = content.get("defaults", {})
    made = []
    for case in content["cases"]:
        merged = dict(case)
        for name, value in defaults.items():
            if name not in merged:
                merged[name] = value
            elif isinstance(value, dict) and isinstance(merged[name], dict):
                merged[name] = value | merged[name]
        unknown = merged.keys() - known - {"name", "source", "skip"}
        assert not unknown, f"{path}: {case['name']} has members that are not known: {unknown}"
        reason = case.get("skip", {}).get("python") or SKIPPED.get((file, case["name"]))
        marks = [pytest.mark.skip(reason=reason)] if reason else []
        made.append(pytest.param(Case(file, merged), id=case["name"], marks=marks))
    return made


def body_of(response: dict[str, Any]) -> bytes:
    """Return the body of a response."""
    if "body" in response:
        return str(response["body"]).encode()
    if "body_json" in response:
        return json.dumps(response["body_json"]).encode()
    if "body_base64" in response:
        return base64.b64decode(response["body_base64"])
    if "body_file" in response:
        return Path(ROOT, response["body_file"]).read_bytes()
    return b""


def response_of(response: dict[str, Any]) -> FakeResponse:
    """Return a response for the server."""
    known = {"status", "headers", "header_count", "head", "connection"}
    known |= {"body", "body_json", "body_base64", "body_file"}
    assert not response.keys() - known, f"unknown members of a response: {response}"
    more = {f"x-{n}": str(n) for n in range(1, response.get("header_count", 0) + 1)}
    return FakeResponse(
        body_of(response),
        response.get("status", 200),
        more | response.get("headers", {}),
        connection=response.get("connection", ""),
        close=True,
        head=response.get("head", "").encode(),
    )


_METHODS = {
    "ListDcsTasksV1": ("dcs", "list_v1"),
    "ListDcsTasks": ("dcs", "list"),
    "ListKafkaTasks": ("kafka", "list"),
    "ShowKafkaTask": ("kafka", "show"),
    "ListDcsInstances": ("dcs", "instances"),
    "ListDmsInstances": ("kafka", "instances"),
}


async def make(client: Any, call: dict[str, Any]) -> Any:
    """Make a call."""
    service, method = _METHODS[call["operation"]]
    return await getattr(getattr(client, service), method)(**arguments(call))


def arguments(call: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call; without an instance ID where it is null."""
    named = {name: value for name, value in call.items() if name != "operation"}
    if named.get("instance_id", "") is None:
        del named["instance_id"]
    return named
