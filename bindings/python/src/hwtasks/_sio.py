"""What waiting is made of without `await`: `_aio` has the same with it."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, TypeVar

import httpx2

from hwtasks._credentials import Credentials, ProvideCredentials

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from hwtasks._clock import TimeSource

K = TypeVar("K")
V = TypeVar("V")

Lock = threading.Lock
HttpClient = httpx2.Client
Provider = ProvideCredentials

_NOTHING: AbstractContextManager[None] = nullcontext()


def within(_: float) -> AbstractContextManager[None]:
    """Nothing can end what blocks; the sockets have timeouts of their own."""
    return _NOTHING


def sleep(time: TimeSource, seconds: float) -> None:
    """Wait, blocking the thread."""
    time.sleep(seconds)


def provided(provider: Provider) -> Credentials:
    """Return the credentials of a provider."""
    return provider.provide()


def each(keys: Iterable[K], ask: Callable[[K], V], concurrency: int) -> Generator[tuple[K, V]]:
    """Ask for each key, some at a time in threads, and yield the answers as they come.

    Keys are taken only as calls begin. Whoever stops early waits for the calls under way.
    """
    waiting = iter(keys)
    running: dict[Future[V], K] = {}
    threads = ThreadPoolExecutor(concurrency, thread_name_prefix="hwtasks-sweep")

    def begin() -> None:
        for key in waiting:
            running[threads.submit(ask, key)] = key
            if len(running) >= concurrency:
                break

    try:
        begin()
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for call in done:
                key = running.pop(call)
                yield key, call.result()
                if len(running) < concurrency:
                    begin()
    finally:
        threads.shutdown(cancel_futures=True)
