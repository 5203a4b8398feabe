"""The Python clients of `cargo xtask soak`: call the emulator, check every result, print a tally.

Arguments: `sync` or `async`, the number of threads or tasks, and the duration in seconds. The
environment configures the client. The tally is one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TYPE_CHECKING

from hwtasks import AsyncClient, Client, HwtasksError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTANCE = "soak"
"""The instance of both services. Its tasks are `t24` to `t00`, newest first."""
ALL = [f"t{i:02}" for i in reversed(range(25))]
CALLS = 5


class Tally:
    """What the calls of one program became."""

    def __init__(self) -> None:
        self.right: Counter[bool] = Counter()
        self.errors: Counter[str] = Counter()
        self.wrong: list[str] = []

    def result(self, number: int, found: object, expected: object) -> None:
        """Count a result."""
        if found == expected:
            self.right[True] += 1
        else:
            self.wrong.append(f"call {number % CALLS}: {found!r}")

    def error(self, number: int, error: Exception) -> None:
        """Count an error: right where one is expected, wrong if it is not the client's own."""
        if number % CALLS == CALLS - 1 and isinstance(error, NotFoundError):
            self.right[True] += 1
        elif isinstance(error, HwtasksError):
            self.errors[type(error).__name__] += 1
        else:
            self.wrong.append(f"call {number % CALLS}: {error!r}")

    def show(self) -> None:
        """Print the tally."""
        shown = {"right": self.right[True], "errors": self.errors, "wrong": self.wrong}
        print(json.dumps(shown), flush=True)  # noqa: T201


def numbers(first: int, end: float) -> Iterator[int]:
    """Yield the numbers of a worker's calls until its time is over."""
    for number in count(first, 7):
        if time.monotonic() >= end:
            return
        yield number


def call(client: Client, number: int) -> tuple[object, object]:
    """Make one call; return the found and the expected value."""
    match number % CALLS:
        case 0:
            return [task.id for task in client.kafka.list(INSTANCE, limit=10).tasks], ALL[:10]
        case 1:
            return client.kafka.show(INSTANCE, ALL[number % len(ALL)]).id, ALL[number % len(ALL)]
        case 2:
            return [task.id for task in client.dcs.items(INSTANCE, limit=7)], ALL
        case 3:
            return [found.instance_id for found in client.dcs.instances().instances], [INSTANCE]
    return client.dcs.list("no-such-instance"), "an error"


async def call_async(client: AsyncClient, number: int) -> tuple[object, object]:
    """Make one call; return the found and the expected value."""
    match number % CALLS:
        case 0:
            page = await client.kafka.list(INSTANCE, limit=10)
            return [task.id for task in page.tasks], ALL[:10]
        case 1:
            expected = ALL[number % len(ALL)]
            return (await client.kafka.show(INSTANCE, expected)).id, expected
        case 2:
            return [task.id async for task in client.dcs.items(INSTANCE, limit=7)], ALL
        case 3:
            instances = await client.dcs.instances()
            return [found.instance_id for found in instances.instances], [INSTANCE]
    return await client.dcs.list("no-such-instance"), "an error"


def run_sync(workers: int, end: float) -> Tally:
    """Call from threads that share a client."""
    tally = Tally()

    def work(client: Client, first: int) -> None:
        for number in numbers(first, end):
            try:
                tally.result(number, *call(client, number))
            except Exception as error:  # noqa: BLE001 - any other error is a finding
                tally.error(number, error)

    with Client.from_env() as client, ThreadPoolExecutor(workers) as threads:
        for future in [threads.submit(work, client, first) for first in range(workers)]:
            future.result()
    return tally


async def run_async(workers: int, end: float) -> Tally:
    """Call from tasks that share a client."""
    tally = Tally()

    async def work(client: AsyncClient, first: int) -> None:
        for number in numbers(first, end):
            try:
                tally.result(number, *await call_async(client, number))
            except Exception as error:  # noqa: BLE001 - any other error is a finding
                tally.error(number, error)

    async with AsyncClient.from_env() as client:
        await asyncio.gather(*(work(client, first) for first in range(workers)))
    return tally


def main() -> None:
    """Run as the arguments say."""
    half, workers, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    end = time.monotonic() + seconds
    if half == "sync":
        run_sync(workers, end).show()
    else:
        asyncio.run(run_async(workers, end)).show()


if __name__ == "__main__":
    main()
