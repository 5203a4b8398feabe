"""The README's examples, run with the variables that the emulator prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hwtasks import testing
from hwtasks.testing._emulator import emulator_command
from tests.emulator import ROOT, Emulator, binary
from tests.readme import README, examples, programs_for_pytest

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


def test_readme_test_passes_under_pytest(tmp_path: Path) -> None:
    [test] = programs_for_pytest()
    (tmp_path / "test_it.py").write_text(test, encoding="utf-8")
    plugins = 'pytest_plugins = ["hwtasks.testing.emulator"]\n'
    (tmp_path / "conftest.py").write_text(plugins, encoding="utf-8")
    source = Path(__file__).parents[1] / "src"
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:asyncio",
            "-p",
            "no:cacheprovider",
        ],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(source),
            "HWTASKS_EMULATOR": str(binary()),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_emulator_that_is_not_installed_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("HWTASKS_EMULATOR", raising=False)
    with pytest.raises(FileNotFoundError) as caught:
        testing.Emulator()
    assert str(caught.value) == (
        "the emulator is not installed: put hwtasks-emulator or hwtasks on the PATH, or name the "
        "program in HWTASKS_EMULATOR"
    )
    monkeypatch.setenv("HWTASKS_EMULATOR", str(tmp_path / "none"))
    with pytest.raises(FileNotFoundError, match="which is not a file: build it there"):
        testing.Emulator()


def test_emulator_that_does_not_start_raises() -> None:
    with pytest.raises(RuntimeError, match="the emulator ended with exit code 2"):
        Emulator("--no-such-flag")


def test_emulator_is_found_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HWTASKS_EMULATOR", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    for name, command in (("hwtasks", ["emulator"]), ("hwtasks-emulator", [])):
        program = tmp_path / name
        program.touch(0o755)
        assert emulator_command() == [str(program), *command]


def test_readme_links_are_absolute_and_resolve() -> None:
    links = re.findall(r"\]\(([^)]*)\)", README.read_text(encoding="utf-8"))
    assert links
    for link in links:
        path = link.removeprefix("https://github.com/hwtasks/hwtasks/blob/main/")
        assert path != link, f"{link} resolves only in the repository"
        assert (ROOT / path).is_file(), link
