"""`sweep.json`: the results of the instances of a sweep, its pace, and its early end."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from hwtasks import HwtasksError
from hwtasks.testing import ManualClock
from tests.conformance import normal
from tests.conformance.corpus import Case, cases, response_of
from tests.conformance.test_retries import settings_of
from tests.halves import Half
from tests.server import FakeResponse, SentRequest, Server

MEMBERS = {"client", "instances", "concurrency", "barrier", "first", "responses", "expect"}
EXPECTED = {
    "results",
    "listed",
    "failed",
    "failure",
    "error",
    "requests",
    "together",
    "together_after_first",
    "pauses_ms",
}


class Service:
    """The fake service: its script, and how many requests it has at the same time."""

    def __init__(self, case: Case) -> None:
        self.first = [
            response_of(first["response"])
            for first in case.get("first", [])
            for _ in range(first.get("times", 1))
        ]
        self.scripts = {
            instance: list(map(response_of, script))
            for instance, script in case["responses"].items()
        }
        self.barrier = case.get("barrier", 0)
        self.requests = self.most = self.most_after_first = 0
        self._together = 0
        self._of: Counter[str] = Counter()
        self._arrived = threading.Condition()

    def respond(self, request: SentRequest) -> FakeResponse:
        segments = request.path.split("/")
        instance = segments[segments.index("instances") + 1]
        with self._arrived:
            self.requests += 1
            self._together += 1
            self.most = max(self.most, self._together)
            if self.requests > len(self.first):
                self.most_after_first = max(self.most_after_first, self._together)
            response = self._next(instance)
            self._arrived.notify_all()
            self._arrived.wait_for(lambda: self.requests >= self.barrier, 30)
        # Lets others arrive.
        time.sleep(0.002)
        with self._arrived:
            self._together -= 1
        return response

    def _next(self, instance: str) -> FakeResponse:
        if self.requests <= len(self.first):
            return self.first[self.requests - 1]
        script = self.scripts.get(instance) or self.scripts["*"]
        self._of[instance] += 1
        return script[min(self._of[instance], len(script)) - 1]


@cases("sweep", MEMBERS)
@pytest.mark.parametrize("service", ["dcs", "kafka"])
async def test_sweep(case: Case, service: str, half: Half, server: Server) -> None:
    expect, given = case["expect"], dict(case["client"])
    assert not expect.keys() - EXPECTED
    clock = ManualClock(datetime.fromisoformat(given.pop("now")))
    script = Service(case)
    server.responds_by(script.respond)
    settings: dict[str, Any] = {"token": "token"} if "credentials" not in given else {}
    client = half.client(
        dcs_endpoint=server.url,
        kafka_endpoint=server.url,
        project_id="project",
        clock=clock,
        **settings,
        **settings_of(given),
    )
    instances = case["instances"]
    if isinstance(instances, int):
        instances = [f"i-{number}" for number in range(instances)]
    results, end = await read(
        getattr(client, service).sweep(instances, concurrency=case["concurrency"])
    )
    check_results(results, end, expect, len(instances))
    check_amount("requests", script.requests, expect["requests"])
    if "together" in expect:
        check_amount("together", script.most, expect["together"])
    if "together_after_first" in expect:
        amount = expect["together_after_first"]
        check_amount("together_after_first", script.most_after_first, amount)
    if "pauses_ms" in expect:
        for slept, amount in zip(clock.sleeps, expect["pauses_ms"], strict=True):
            check_amount("pause", slept * 1000, amount)


def check_results(
    results: list[Any], end: HwtasksError | None, expect: dict[str, Any], given: int
) -> None:
    for instance_id, tasks, error in results:
        expected = expect.get("results", {}).get(instance_id)
        if expected is None:
            if error is not None and "failure" in expect:
                check_error(error, expect["failure"])
        elif "error" in expected:
            check_error(error, expected["error"])
        else:
            assert [task.id for task in tasks] == expected["tasks"]
    listed = sum(error is None for _, _, error in results)
    check_amount("listed", listed, expect["listed"])
    check_amount("failed", len(results) - listed, expect.get("failed", 0))
    if "error" in expect:
        check_error(end, expect["error"])
    else:
        assert end is None
        assert len(results) == given


async def read(sweep: Any) -> tuple[list[Any], HwtasksError | None]:
    """Return the results of a sweep, and the error that ended it early."""
    results = []
    try:
        async for result in sweep:
            results.append(result)  # noqa: PERF401
    except HwtasksError as error:
        return results, error
    return results, None


def check_error(error: HwtasksError | None, expected: dict[str, Any]) -> None:
    assert error is not None
    assert normal.error(error, expected) == expected


def check_amount(what: str, found: float, amount: Any) -> None:
    if isinstance(amount, int):
        amount = {"at_least": amount, "at_most": amount}
    least, most = amount.get("at_least", 0), amount.get("at_most", float("inf"))
    # Clocks of floats may lose a part of a millisecond.
    assert least - 0.001 <= found <= most + 0.001, (what, found, amount)
