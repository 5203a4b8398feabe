"""What is on the other side of paging and waiting: responses, or a script played on the emulator."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hwtasks import Credentials
from hwtasks.testing import ManualClock
from tests.conformance.corpus import response_of
from tests.emulator import Emulator
from tests.halves import Half
from tests.server import Server

_FIRST = datetime(2026, 1, 1, tzinfo=UTC)


class Other:
    """The other side of a case, and a client of it."""

    def __init__(
        self, script: dict[str, Any], service: str, emulator: Emulator, server: Server, half: Half
    ) -> None:
        self.clock = ManualClock(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
        self._server = server if "responses" in script else None
        self._emulator = emulator
        if self._server:
            assert script.keys() == {"responses"}
            server.requests.clear()
            server.responds(*map(response_of, script["responses"]))
            settings: dict[str, Any] = {"project_id": "project", "token": "token"}
            urls = (server.url, server.url)
        else:
            self._play(script, service)
            # Its clock does not show the time of day, so it does not sign.
            token = Credentials.token(emulator.token)
            settings = {"project_id": emulator.project_id, "credentials": token}
            urls = (emulator.dcs, emulator.kafka)
        self.client = half.client(
            dcs_endpoint=urls[0], kafka_endpoint=urls[1], clock=self.clock, **settings
        )

    def _play(self, script: dict[str, Any], service: str) -> None:
        known = {"instances", "tasks", "quirks", "progress", "schedule", "faults"}
        assert not script.keys() - known, f"unknown members of a script: {script.keys() - known}"
        emulator, instance = self._emulator, "instance"
        emulator.reset()
        for n in range(1, script.get("instances", 0) + 1):
            name = f"case-{n:03}"
            emulator.control("PUT", f"instances/{service}/{name}", {"name": name})
        tasks = script.get("tasks", [])
        if isinstance(tasks, int):
            tasks = [numbered(n) for n in range(1, tasks + 1)]
        for task in tasks:
            emulator.add(service, instance, task)
        for name in ("quirks", "progress"):
            if name in script:
                emulator.control("PUT", name, script[name])
        for change in script.get("schedule", []):
            where = {"service": service, "instance_id": instance}
            emulator.control("POST", "schedule", change | where)
        for fault in script.get("faults", []):
            emulator.control("POST", "faults", fault)
        emulator.control("DELETE", "requests")

    @property
    def requests(self) -> int:
        """How many requests there were."""
        return len(self._server.requests if self._server else self._emulator.requests())

    def check_played(self) -> None:
        """Fail unless the script was played to its end."""
        if self._server is None:
            for name in ("schedule", "faults"):
                left = self._emulator.control("GET", name)
                assert left in ([], {name: []}), left


def numbered(number: int) -> dict[str, Any]:
    created = _FIRST - timedelta(minutes=number - 1)
    text = created.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"id": f"task-{number:03}", "status": "SUCCESS", "created_at": text}
