"""Calls per second and CPU per call beside Huawei's own Python SDK.

    pip install -r requirements/dev.txt -r requirements/bench.txt
    python benches/compare.py [ROUNDS]

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
from huaweicloudsdkkafka.v2 import (  # noqa: E402
    KafkaAsyncClient,
    KafkaClient,
    ListBackgroundTasksRequest,
)

from hwtasks import AsyncClient, Client, Credentials  # noqa: E402
from tests.emulator import Emulator  # noqa: E402

SMALL = "5560df16-cebf-4473-95c4-d1b573c16e79"
CALLS = 300
CONCURRENCY = 32

Round = Callable[[], None]


def contenders(emulator: Emulator, page: int) -> dict[str, Round]:
    """Return what each of them does in a round: the first is the official SDK's."""
    service, instance = ("kafka", SMALL) if page < 10 else ("dcs", "big")
    keys = (emulator.access_key, emulator.secret_key, emulator.project_id)

    def build(client: Any) -> Any:
        endpoint = emulator.kafka if service == "kafka" else emulator.dcs
        made = client.new_builder().with_credentials(BasicCredentials(*keys))
        return made.with_endpoint(endpoint).build()

    if service == "kafka":
        official, call = build(KafkaClient), "list_background_tasks"
        request: Any = ListBackgroundTasksRequest(instance_id=instance, limit=page)
    else:
        official, call = build(DcsClient), "list_background_task"
        request = ListBackgroundTaskRequest(instance_id=instance, limit=page)
    ask = getattr(official, call)

    settings: dict[str, Any] = {
        "dcs_endpoint": emulator.dcs,
        "kafka_endpoint": emulator.kafka,
        "project_id": emulator.project_id,
        "credentials": Credentials.keys(*keys[:2]),
    }
    client = Client(**settings)
    ours = getattr(client, service)

    def official_sync() -> None:
        for _ in range(CALLS):
            assert len(ask(request).tasks) == page

    def our_sync() -> None:
        for _ in range(CALLS):
            assert len(ours.list(instance, limit=page).tasks) == page

    def our_async() -> None:
        async def main() -> None:
            async with AsyncClient(**settings) as client:
                ours = getattr(client, service)

                async def ask_some() -> None:
                    for _ in range(CALLS // CONCURRENCY):
                        assert len((await ours.list(instance, limit=page)).tasks) == page

                await asyncio.gather(*(ask_some() for _ in range(CONCURRENCY)))

        asyncio.run(main())

    rounds = {"official, sync": official_sync, "hwtasks, sync": our_sync}
    if service == "kafka":
        pool = build(KafkaAsyncClient)

        def official_async() -> None:
            waiting = [pool.list_background_tasks_async(request) for _ in range(CALLS)]
            assert all(len(one.result().tasks) == page for one in waiting)

        rounds["official, its threads"] = official_async
    rounds["hwtasks, async"] = our_async
    return rounds


def measured(work: Round) -> tuple[float, float]:
    """Return calls per second, and microseconds of this process's CPU per call."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return CALLS / wall, cpu / CALLS * 1e6


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    emulator = Emulator("--log", "off")
    for n in range(200):
        emulator.add("dcs", "big", {"name": "EXTEND", "details": {"old_capacity": "1"}, "params": str(n)})
    print("| | calls/s | CPU/call | speed | CPU |\n| --- | ---: | ---: | ---: | ---: |")
    for page in (2, 200):
        works = contenders(emulator, page)
        results: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
        for work in works.values():
            work()
        for _ in range(rounds):
            for name, work in works.items():
                results[name].append(measured(work))
        first = next(iter(results.values()))
        for name, measures in results.items():
            pairs = list(zip(measures, first, strict=True))
            speed = statistics.median(own[0] / other[0] for own, other in pairs)
            cost = statistics.median(own[1] / other[1] for own, other in pairs)
            calls, cpu = (statistics.median(column) for column in zip(*measures, strict=True))
            row = f"{name}, {page} tasks | {calls:.0f} | {cpu:.0f} µs | {speed:.1f}x | {cost:.2f}x"
            print(f"| {row} |")
    emulator.stop()


if __name__ == "__main__":
    main()
