"""Every file of the corpus is run."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.corpus import files


def test_every_file_has_a_runner() -> None:
    runners = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert runners - {"files"} == set(files())
