"""What the tests share: an emulator, and both clients of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from hwtasks import Credentials
from hwtasks.testing import ManualClock
from tests.emulator import Emulator
from tests.halves import HALVES, Half
from tests.server import Server


@pytest.fixture(scope="session")
def _emulator() -> Iterator[Emulator]:
    emulator = Emulator()
    yield emulator
    emulator.stop()


@pytest.fixture
def emulator(_emulator: Emulator) -> Emulator:
    """An emulator as it starts."""
    _emulator.reset()
    return _emulator


@pytest.fixture
def server() -> Iterator[Server]:
    """A fake service with scripted responses."""
    with Server() as server:
        yield server


@pytest.fixture(params=HALVES)
async def half(request: pytest.FixtureRequest) -> AsyncIterator[Half]:
    half = Half(request.param)
    yield half
    await half.close()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still, as of now: the emulator checks the dates of signatures."""
    return ManualClock(datetime.now(UTC))


@pytest.fixture
def signing(half: Half, emulator: Emulator, clock: ManualClock) -> Any:
    """A client that signs with the emulator's keys."""
    return half.client(
        dcs_endpoint=emulator.dcs,
        kafka_endpoint=emulator.kafka,
        project_id=emulator.project_id,
        credentials=Credentials.keys(emulator.access_key, emulator.secret_key),
        clock=clock,
    )


Connect = Callable[..., Any]


@pytest.fixture
def connect(half: Half, server: Server, clock: ManualClock) -> Connect:
    """Make clients of the server, with a token unless told otherwise."""

    def connect(**settings: Any) -> Any:
        defaults: dict[str, Any] = {
            "dcs_endpoint": server.url,
            "kafka_endpoint": server.url,
            "project_id": "project",
            "clock": clock,
        }
        if "credentials" not in settings:
            defaults["token"] = "token"
        return half.client(**defaults | settings)

    return connect
