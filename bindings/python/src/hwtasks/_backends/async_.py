"""What waiting is made of with `await`: `sync` has the same without."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast
from weakref import WeakKeyDictionary

import httpx2

from hwtasks._backends import provider_guard, threads
from hwtasks._credentials.types import (
    AsyncCredentialsProvider,
    Credentials,
    CredentialsProvider,
    cached_credentials,
    is_async_provider,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable

    from hwtasks._core.clock import Clock

K = TypeVar("K")
V = TypeVar("V")

Lock = asyncio.Lock
HttpClient = httpx2.AsyncClient
Provider = AsyncCredentialsProvider | CredentialsProvider

EXTENSIONS: dict[str, Any] = {}
"""What every request tells the HTTP client besides."""


class Here(Generic[V]):
    """A value made once for each event loop: what waits in one cannot be woken by another."""

    def __init__(self, make: Callable[[], V]) -> None:
        self._make = make
        self._values: WeakKeyDictionary[asyncio.AbstractEventLoop, V] = WeakKeyDictionary()

    def get(self) -> V:
        """Return the value of the event loop that runs."""
        loop = asyncio.get_running_loop()
        value = self._values.get(loop)
        if value is None:
            value = self._values[loop] = self._make()
        return value


def is_provider(value: object) -> bool:
    """Whether a value is a provider of either kind."""
    return isinstance(value, Provider)


def within(seconds: float) -> asyncio.Timeout:
    """End what is done in it by `TimeoutError` after this time."""
    return asyncio.timeout(seconds)


def begin(work: Callable[[], Coroutine[Any, Any, V]]) -> asyncio.Task[V]:
    """Begin work, which goes on until it is cancelled or ends."""
    return asyncio.create_task(work())


async def ended(begun: asyncio.Task[Any], seconds: float) -> bool:
    """Whether what has begun ends in this time."""
    done, _ = await asyncio.wait([begun], timeout=seconds)
    return bool(done)


async def go_on() -> None:
    """Do nothing: a call that nobody wants the result of any more is cancelled."""


async def sleep(clock: Clock, seconds: float) -> None:
    """Wait, letting other tasks run."""
    await clock.sleep_async(seconds)


async def provided(provider: Provider) -> Credentials:
    """Return the credentials of a provider; whatever it raises is a `CredentialsError`.

    One that cannot be awaited is asked in a thread, unless it has them at once.
    """
    with provider_guard.named():
        if is_async_provider(provider):
            return provider_guard.checked(await provider.provide())
        provider = cast("CredentialsProvider", provider)
        credentials = cached_credentials(provider, allow_stale=False)
        if credentials is None:
            credentials = await asyncio.wrap_future(threads.begin(partial(_asked, provider)))
        return provider_guard.checked(credentials)


def _asked(provider: CredentialsProvider) -> Credentials:
    # In the thread, because no future takes a StopIteration.
    with provider_guard.named():
        return provider.provide()


async def each(
    keys: Iterable[K], work: Callable[[K], Awaitable[V]], concurrency: int
) -> AsyncGenerator[tuple[K, V | None, Exception | None]]:
    """Call `work` for each key, some at a time, and yield the outcomes as they complete.

    Keys are taken only as calls begin. Closing the generator cancels the calls in progress.
    """
    pending = iter(keys)
    running: dict[asyncio.Task[V], K] = {}

    async def run(key: K) -> V:
        return await work(key)

    def start_more() -> None:
        for key in pending:
            running[asyncio.create_task(run(key))] = key
            if len(running) >= concurrency:
                break

    try:
        start_more()
        while running:
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                key = running.pop(task)
                yield key, *outcome(task)
                if len(running) < concurrency:
                    start_more()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def outcome(call: asyncio.Task[V]) -> tuple[V | None, Exception | None]:
    """Return what a call that has ended returned or raised."""
    try:
        return call.result(), None
    except Exception as error:  # noqa: BLE001
        return None, error
