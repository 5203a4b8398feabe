"""Waiting, locking and threads without `await`; `async_` is the twin with it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextvars import copy_context
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, Generic, Self, TypeVar

import httpcore2
import httpx2

from hwtasks._core import forks, new_error
from hwtasks._core.clock import SystemClock
from hwtasks._credentials.types import (
    Credentials,
    CredentialsProvider,
    checked_credentials,
    guarded_provider,
    is_blocking_provider,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Generator

    from hwtasks._client.sender import Sender
    from hwtasks._config.http_settings import HttpSettings
    from hwtasks._core.clock import Clock

K = TypeVar("K")
V = TypeVar("V")

# Seconds.
_SLICE = 0.1
_CLOSING = 1.0
_SOCKETS = httpcore2.SyncBackend()

Strings = Iterable[str]
"""The texts that a caller gives."""
_END: Any = object()

NO_BODY: tuple[bytes, ...] = ()
"""The body of a request without one."""

Lock = threading.Lock
Wakeup = threading.Event
HttpClient = httpx2.Client
ByteStream = httpx2.SyncByteStream
Provider = CredentialsProvider
is_provider = is_blocking_provider


def begin(work: Callable[[], V], name: str = "hwtasks") -> Future[V]:
    """Begin work in a daemon thread, so that slow work blocks neither a pool nor the exit."""
    future: Future[V] = Future()
    future.set_running_or_notify_cancel()
    context = copy_context()

    def run() -> None:
        try:
            future.set_result(context.run(work))
        except BaseException as error:  # noqa: BLE001
            future.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


class _Thread(threading.local):
    """The state of the calls of a thread."""

    cancelled: threading.Event | None = None
    """Set once nobody wants the results of the thread's calls any more."""


_THREAD = _Thread()


class _Cancelled(BaseException):
    """Ends the calls of a closed sweep."""


Opening = Annotated[V, "as it is opened"]
"""The client itself; the asynchronous twin is awaited or entered."""


def opening(client: V, load: Callable[[], None], close: Callable[[], None]) -> V:
    """Return a client that is loaded, or close it."""
    try:
        load()
    except BaseException:
        close()
        raise
    return client


class Deadline:
    """A limit on the real time of an attempt, checked between the chunks of a body."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def check(self) -> None:
        """Raise `TimeoutError` once the time is over."""
        if monotonic() >= self._end:
            raise TimeoutError


class PerLoop(Generic[V]):
    """A value made once; the asynchronous twin makes one for each event loop."""

    def __init__(self, make: Callable[[], V]) -> None:
        self._make = make
        self._value = make()
        forks.renew_in_child(self)

    def get(self) -> V:
        """Return the value."""
        return self._value

    def _after_fork(self) -> None:
        self._value = self._make()


def connect(
    host: str, port: int, context: ssl.SSLContext | None, timeout: float | None
) -> httpcore2.NetworkStream:
    """Return a new connection; with a context, one of TLS."""
    stream = _SOCKETS.connect_tcp(host, port, timeout, socket_options=())
    return stream if context is None else stream.start_tls(context, host, timeout)


def check_transport(name: str) -> None:
    """Raise `InvalidInputError` for a transport that only `AsyncClient` has."""
    if name != "httpx2":
        raise new_error.invalid_input(
            f"transport={name!r} is an option of AsyncClient", help="leave transport out for Client"
        )


def other_sender(settings: HttpSettings) -> Sender | None:
    """Return nothing: there is one transport."""
    del settings
    return None


def check_loop() -> None:
    """Do nothing: threads need no event loop."""


class Event(threading.Event):
    """Wakes the threads that wait for it."""

    def is_set_within(self, seconds: float) -> bool:
        """Wait, and return whether the event came in this time."""
        return self.wait(min(seconds, threading.TIMEOUT_MAX))


def is_done_within(begun: Future[Any], seconds: float) -> bool:
    """Wait for work that has begun, and return whether it ended in this time."""
    return bool(wait([begun], seconds).done)


def check_cancelled() -> None:
    """End a call whose sweep has been closed."""
    if _THREAD.cancelled is not None and _THREAD.cancelled.is_set():
        raise _Cancelled


def sleep(clock: Clock, seconds: float) -> None:
    """Block the thread; a closed sweep ends the sleep of the system's clock."""
    if _THREAD.cancelled is not None and isinstance(clock, SystemClock):
        _THREAD.cancelled.wait(seconds)
    else:
        clock.sleep(seconds)


def sleep_until(event: threading.Event, clock: Clock, seconds: float) -> None:
    """Block the thread; an event or a closed sweep ends the sleep of the system's clock."""
    if not isinstance(clock, SystemClock):
        clock.sleep(seconds)
        return
    end = monotonic() + seconds
    # In slices, because no wait is for two events.
    while (left := end - monotonic()) > 0 and not event.wait(min(left, _SLICE)):
        check_cancelled()


def provided(provider: Provider) -> Credentials:
    """Return the credentials of a provider; each of its exceptions becomes a `CredentialsError`."""
    with guarded_provider():
        return checked_credentials(provider.provide())


def each(
    keys: Iterable[K], work: Callable[[K], V], concurrency: int, is_over: Callable[[], bool]
) -> Generator[tuple[K, V | None, Exception | None]]:
    """Call `work` for each key, some at a time in threads, and yield the outcomes as they complete.

    Keys are taken only as calls begin, and none once it is over. After the generator is closed or
    interrupted, no other request is sent. Closing waits up to a second for the requests in progress; an
    interrupt (Ctrl-C) does not.
    """
    pending = iter(keys)
    running: dict[Future[V], K] = {}
    cancelled = threading.Event()

    def run(key: K) -> V:
        _THREAD.cancelled = cancelled
        return work(key)

    def start_more() -> None:
        while not is_over() and (key := next(pending, _END)) is not _END:
            running[begin(partial(run, key), name="hwtasks-sweep")] = key
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
    except GeneratorExit as closing:
        cancelled.set()
        # Threads do not run any more while the interpreter ends.
        if not (_is_interrupt(closing) or sys.is_finalizing()):
            wait(running, _CLOSING)
        raise
    finally:
        cancelled.set()


def _is_interrupt(error: BaseException | None) -> bool:
    """Whether an exception came during a `KeyboardInterrupt`."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def outcome(call: Future[V]) -> tuple[V | None, Exception | None]:
    """Return the value or the exception of a completed call."""
    try:
        return call.result(), None
    except Exception as error:  # noqa: BLE001
        return None, error
