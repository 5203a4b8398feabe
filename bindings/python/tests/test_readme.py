"""The README's examples, run with the variables that the emulator prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.emulator import ROOT, Emulator
from tests.readme import README, examples

PRINTED = [
    "8abfa7b272adc5b40172b73130065ae7 ended at 2020-06-15T08:55:56.600Z\n",
    (
        "8abf6e1e72c12e7c0172c15b508500aa ChangeInstanceSpec SUCCESS\n"
        "5560df16-cebf-4473-95c4-d1b573c16e79 4 tasks\n"
    ),
    "DMS.",
    "",
]


@pytest.mark.parametrize(("number", "printed"), list(enumerate(PRINTED)))
def test_readme_example_prints_its_result(emulator: Emulator, number: int, printed: str) -> None:
    assert len(examples()) == len(PRINTED)
    source = Path(__file__).parents[1] / "src"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", examples()[number]],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(source)} | emulator.variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(printed), done.stdout


def test_readme_links_are_absolute_and_resolve() -> None:
    links = re.findall(r"\]\(([^)]*)\)", README.read_text(encoding="utf-8"))
    assert links
    for link in links:
        path = link.removeprefix("https://github.com/hwtasks/hwtasks/blob/main/")
        assert path != link, f"{link} resolves only in the repository"
        assert (ROOT / path).is_file(), link
