"""Calls per second and CPU per call beside Huawei's own Python SDK.

    cargo build --release -p hwtasks-emulator
    pip install -r requirements/dev.txt -r requirements/bench.txt
    HWTASKS_EMULATOR=../../target/release/hwtasks-emulator python benches/compare.py [ROUNDS]

Both sign each call and ask the same emulator, on the same machine, in turns: a round gives each of them as
many calls. The figures are medians of the rounds, and the ratios those of the same round. The home
directory is a temporary one, because importing the official SDK writes a file there.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[1]
sys.path[:0] = [str(HERE), str(HERE / "src")]
os.environ["HOME"] = tempfile.mkdtemp()

from huaweicloudsdkcore.auth.credentials import BasicCredentials  # noqa: E402
from huaweicloudsdkdcs.v2 import DcsClient, ListBackgroundTaskRequest  # noqa: E402

from hwtasks import AsyncClient, Client, Credentials  # noqa: E402
from tests.emulator import Emulator  # noqa: E402

INSTANCE = "big"
CONCURRENCY = 32
# How many tasks a page holds, how long the service takes in milliseconds, and the calls of a round.
CASES = [(2, 0, 320), (200, 0, 160), (2, 20, 96)]

Round = Callable[[int], None]


def check(page: Any, tasks: int) -> None:
    if len(page.tasks) != tasks:
        sys.exit(f"a page of {len(page.tasks)} tasks, not {tasks}")


class Contenders:
    """What each of them does in a round: the first is the official SDK's."""

    def __init__(self, emulator: Emulator, tasks: int) -> None:
        self._tasks = tasks
        self._settings: dict[str, Any] = {
            "dcs_endpoint": emulator.dcs,
            "project_id": emulator.project_id,
            "credentials": Credentials.keys(emulator.access_key, emulator.secret_key),
        }
        self._client = Client(**self._settings)
        keys = BasicCredentials(emulator.access_key, emulator.secret_key, emulator.project_id)
        builder = DcsClient.new_builder().with_credentials(keys).with_endpoint(emulator.dcs)
        self._official = builder.build()
        self._request = ListBackgroundTaskRequest(instance_id=INSTANCE, limit=tasks)

    def rounds(self) -> dict[str, Round]:
        return {
            "official SDK": self.official,
            "`Client`": self.sync,
            f"`AsyncClient`, {CONCURRENCY} at once": self.awaited,
            f"`AsyncClient` with aiohttp, {CONCURRENCY} at once": self.awaited_aiohttp,
        }

    def official(self, calls: int) -> None:
        for _ in range(calls):
            check(self._official.list_background_task(self._request), self._tasks)

    def sync(self, calls: int) -> None:
        for _ in range(calls):
            check(self._client.dcs.list(INSTANCE, limit=self._tasks), self._tasks)

    def awaited_aiohttp(self, calls: int) -> None:
        self.awaited(calls, transport="aiohttp")

    def awaited(self, calls: int, **options: Any) -> None:
        async def main() -> None:
            async with AsyncClient(**self._settings, **options) as client:

                async def some() -> None:
                    for _ in range(calls // CONCURRENCY):
                        check(await client.dcs.list(INSTANCE, limit=self._tasks), self._tasks)

                await asyncio.gather(*(some() for _ in range(CONCURRENCY)))

        asyncio.run(main())


def measured(work: Round, calls: int) -> tuple[float, float]:
    """Return calls per second, and microseconds of this process's CPU per call."""
    wall, cpu = time.perf_counter(), time.process_time()
    work(calls)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return calls / wall, cpu / calls * 1e6


def compare(emulator: Emulator, case: tuple[int, int, int], rounds: int) -> None:
    tasks, delay, calls = case
    works = Contenders(emulator, tasks).rounds()
    if delay:
        for _ in range(2):
            emulator.fault("delay", millis=delay, count=1_000_000)
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    for work in works.values():
        work(CONCURRENCY)
    for _ in range(rounds):
        for name, work in works.items():
            results[name].append(measured(work, calls))
    emulator.control("DELETE", "faults")
    first = next(iter(results.values()))
    for name, measures in results.items():
        pairs = list(zip(measures, first, strict=True))
        speed = statistics.median(own[0] / other[0] for own, other in pairs)
        cost = statistics.median(own[1] / other[1] for own, other in pairs)
        rate, cpu = (statistics.median(column) for column in zip(*measures, strict=True))
        what = f"{tasks} tasks, {delay} ms | {name}"
        print(f"| {what} | {rate:.0f} | {speed:.1f} | {cpu:.0f} | {cost:.2f} |", flush=True)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    emulator = Emulator("--log", "off")
    for number in range(200):
        task = {"name": "EXTEND", "details": {"old_capacity": "1"}, "params": str(number)}
        emulator.add("dcs", INSTANCE, task)
    print("| a page, the service takes | | calls/s | ratio | µs CPU a call | ratio |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for case in CASES:
        compare(emulator, case, rounds)
    emulator.stop()


if __name__ == "__main__":
    main()
