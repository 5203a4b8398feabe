"""A pytest plugin with the fixture `emulator`: `pytest_plugins = ["hwtasks.testing.emulator"]`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hwtasks.testing import Emulator

__all__ = ["emulator", "hwtasks_emulator_process"]


@pytest.fixture(scope="session")
def hwtasks_emulator_process() -> Iterator[Emulator]:
    """Return the emulator of all tests."""
    with Emulator() as process:
        yield process


@pytest.fixture
def emulator(hwtasks_emulator_process: Emulator) -> Emulator:
    """Return an emulator in the state in which it starts."""
    hwtasks_emulator_process.reset()
    return hwtasks_emulator_process
