"""What waiting is made of without `await`: `async_` has the same with it."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import httpx2

from hwtasks._backends import provider_guard, threads
from hwtasks._core.clock import SystemClock
from hwtasks._credentials.types import Credentials, CredentialsProvider, is_blocking_provider

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from hwtasks._core.clock import Clock

K = TypeVar("K")
V = TypeVar("V")

Lock = threading.Lock
HttpClient = httpx2.Client
Provider = CredentialsProvider
is_provider = is_blocking_provider
begin = threads.begin


class _Thread(threading.local):
    """What holds for the calls of a thread."""

    end: float | None = None
    """When what it does must have ended, by the monotonic clock."""
    left: threading.Event | None = None
    """Set once whoever wanted the results of its calls has gone away."""


_THREAD = _Thread()


class _Left(BaseException):
    """Ends the calls of a sweep that was left."""


class Here(Generic[V]):
    """A value made once; with `await`, once for each event loop."""

    def __init__(self, make: Callable[[], V]) -> None:
        self._value = make()

    def get(self) -> V:
        """Return the value."""
        return self._value


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """End the reading of an answer by `TimeoutError` after this time."""
    former = _THREAD.end
    _THREAD.end = monotonic() + seconds
    try:
        yield
    finally:
        _THREAD.end = former


def ended(begun: Future[Any], seconds: float) -> bool:
    """Whether what has begun ends in this time."""
    return bool(wait([begun], seconds).done)


def _traced(event: str, facts: dict[str, Any]) -> None:
    """Let each read of a new connection end when the call that reads must have ended.

    The client's own timeouts are for one read, of which an answer may take thousands.
    """
    if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
        stream = facts["return_value"]
        read = stream.read

        def read_in_time(most: int, timeout: float | None = None) -> bytes:
            end = _THREAD.end
            if end is not None:
                left = end - monotonic()
                if left <= 0:
                    raise TimeoutError
                timeout = left if timeout is None else min(timeout, left)
            data: bytes = read(most, timeout)
            return data

        stream.read = read_in_time


EXTENSIONS: dict[str, Any] = {"trace": _traced}
"""What every request tells the HTTP client besides."""


def go_on() -> None:
    """End a call that nobody wants the result of any more."""
    if _THREAD.left is not None and _THREAD.left.is_set():
        raise _Left


def sleep(clock: Clock, seconds: float) -> None:
    """Wait, blocking the thread."""
    if _THREAD.left is not None and isinstance(clock, SystemClock):
        _THREAD.left.wait(seconds)
    else:
        clock.sleep(seconds)


def provided(provider: Provider) -> Credentials:
    """Return the credentials of a provider; whatever it raises is a `CredentialsError`."""
    with provider_guard.named():
        return provider_guard.checked(provider.provide())


def each(
    keys: Iterable[K], work: Callable[[K], V], concurrency: int
) -> Generator[tuple[K, V | None, Exception | None]]:
    """Call `work` for each key, some at a time in threads, and yield the outcomes as they complete.

    Keys are taken only as calls begin. Closing the generator waits for the requests in progress, and
    no other request is sent.
    """
    pending = iter(keys)
    running: dict[Future[V], K] = {}
    threads = ThreadPoolExecutor(concurrency, thread_name_prefix="hwtasks-sweep")
    left = threading.Event()

    def run(key: K) -> V:
        _THREAD.left = left
        return work(key)

    def start_more() -> None:
        for key in pending:
            running[threads.submit(run, key)] = key
            if len(running) >= concurrency:
                break

    try:
        start_more()
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for call in done:
                key = running.pop(call)
                yield key, *outcome(call)
                if len(running) < concurrency:
                    start_more()
    finally:
        left.set()
        threads.shutdown(cancel_futures=True)


def outcome(call: Future[V]) -> tuple[V | None, Exception | None]:
    """Return what a call that has ended returned or raised."""
    try:
        return call.result(), None
    except Exception as error:  # noqa: BLE001
        return None, error
