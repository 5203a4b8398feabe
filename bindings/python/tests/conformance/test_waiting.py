"""`waiting.json`: a task that goes its way, and how the wait for it ends."""

from __future__ import annotations

from typing import Any

import pytest

from hwtasks import HwtasksError
from tests.conformance import normal
from tests.conformance.corpus import Case, parameters
from tests.conformance.script import Other
from tests.conformance.test_retries import check_waits
from tests.emulator import Emulator
from tests.halves import Half
from tests.server import Server

_KNOWN = {
    "services",
    "instance_id",
    "task_id",
    "name",
    "since",
    "initial_interval_ms",
    "max_interval_ms",
    "timeout_ms",
    "not_found_grace_ms",
}


def of_each_service() -> list[Any]:
    """Return the cases, each once for every service it is of."""
    found = []
    for parameter in parameters("waiting", {"script", "wait", "expect"}):
        [case] = parameter.values
        services = case["wait"]["services"]
        assert services
        assert set(services) <= {"dcs", "kafka"}
        for service in services:
            name = f"{parameter.id}-{service}"
            found.append(pytest.param(case, service, id=name, marks=parameter.marks))
    return found


@pytest.mark.parametrize(("case", "service"), of_each_service())
async def test_waiting(
    case: Case, service: str, half: Half, emulator: Emulator, server: Server
) -> None:
    given, expect = dict(case["wait"]), case["expect"]
    assert not given.keys() - _KNOWN
    assert not expect.keys() - {"task", "states", "error", "waits_ms", "requests"}
    other = Other(case["script"], service, emulator, server, half)
    states, result = await waited(getattr(other.client, service), given, "states" in expect)

    if "task" in expect:
        if isinstance(result, HwtasksError):
            raise result
        check_task(result, expect["task"])
    else:
        assert isinstance(result, HwtasksError)
        wanted = dict(expect["error"])
        task = wanted.pop("task", None)
        assert normal.error(result, wanted) == wanted
        if task is None:
            assert result.task is None
        else:
            check_task(result.task, task)
    if "states" in expect:
        assert states == expect["states"]
    if "waits_ms" in expect:
        # Cut off, and what a double lost on the way given back.
        waits = [int(seconds * 1000 + 1e-6) for seconds in other.clock.sleeps if seconds]
        check_waits(waits, expect["waits_ms"])
    if "requests" in expect:
        assert other.requests == expect["requests"]
    other.check_played()


async def waited(service: Any, given: dict[str, Any], as_stream: bool) -> tuple[list[Any], Any]:  # noqa: FBT001
    """Return the states that were seen, and the task or the error."""
    settings: dict[str, Any] = {}
    for name in ("timeout", "initial_interval", "max_interval", "not_found_grace"):
        if given.get(f"{name}_ms") is not None:
            settings[name] = given[f"{name}_ms"] / 1000
    suffix, arguments = "", [given["instance_id"], given.get("task_id")]
    if "name" in given:
        suffix, arguments = "_by_name", [given["instance_id"], given["name"]]
        settings["since"] = given["since"]
    states: list[Any] = []
    result: Any = None
    try:
        if as_stream:
            async for seen in getattr(service, f"watch{suffix}")(*arguments, **settings):
                result = seen
                states += [seen.status]
        else:
            result = await getattr(service, f"wait{suffix}")(*arguments, **settings)
    except HwtasksError as error:
        result = error
    return states, result


def check_task(task: Any, wanted: dict[str, Any]) -> None:
    found = normal.normal(task)
    assert {name: found.get(name) for name in wanted} == wanted
