"""What waiting is made of with `await`: `_sio` has the same without."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, TypeVar

import httpx2

from hwtasks._credentials import AsyncProvideCredentials, Credentials, ProvideCredentials

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

    from hwtasks._clock import TimeSource

K = TypeVar("K")
V = TypeVar("V")

Lock = asyncio.Lock
HttpClient = httpx2.AsyncClient
Provider = AsyncProvideCredentials | ProvideCredentials


def within(seconds: float) -> asyncio.Timeout:
    """End what is done in it by `TimeoutError` after this time."""
    return asyncio.timeout(seconds)


async def sleep(time: TimeSource, seconds: float) -> None:
    """Wait, letting other tasks run."""
    await time.sleep_async(seconds)


async def provided(provider: Provider) -> Credentials:
    """Return the credentials of a provider, which may have to be awaited."""
    credentials = provider.provide()
    return await credentials if inspect.isawaitable(credentials) else credentials


async def each(
    keys: Iterable[K], ask: Callable[[K], Awaitable[V]], concurrency: int
) -> AsyncGenerator[tuple[K, V]]:
    """Ask for each key, some at a time, and yield the answers as they come.

    Keys are taken only as calls begin. Whoever stops early cancels the calls under way.
    """
    waiting = iter(keys)
    running: dict[asyncio.Task[V], K] = {}

    async def asked(key: K) -> V:
        return await ask(key)

    def begin() -> None:
        for key in waiting:
            running[asyncio.create_task(asked(key))] = key
            if len(running) >= concurrency:
                break

    try:
        begin()
        while running:
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                key = running.pop(task)
                yield key, task.result()
                if len(running) < concurrency:
                    begin()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
