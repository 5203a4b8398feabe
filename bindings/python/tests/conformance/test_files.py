"""Every file of the corpus is run, and matches the schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conformance.corpus import FOLDER, files, schema_errors


def test_every_file_has_a_runner() -> None:
    runners = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert runners - {"files"} == set(files())


@pytest.mark.parametrize("file", files())
def test_schema_unknown_member_fails(file: str) -> None:
    content = json.loads((FOLDER / f"{file}.json").read_text(encoding="utf-8"))
    assert schema_errors(file, content) == []
    content["cases"][0]["expect"]["planted"] = 1
    assert schema_errors(file, content)
