"""Waiting, locking and threads with `await`; `sync` is the twin without it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast
from weakref import WeakKeyDictionary

import httpx2

from hwtasks._backends import asyncio_stream, sync
from hwtasks._core import forks, new_error
from hwtasks._core.clock import SystemClock
from hwtasks._credentials.types import (
    AsyncCredentialsProvider,
    Credentials,
    CredentialsProvider,
    cached_credentials,
    checked_credentials,
    guarded_provider,
    is_async_provider,
)

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        Awaitable,
        Callable,
        Coroutine,
        Generator,
    )
    from types import TracebackType

    from hwtasks._client.sender import AsyncSender
    from hwtasks._config.http_settings import HttpSettings
    from hwtasks._core.clock import Clock

K = TypeVar("K")
V = TypeVar("V")

Lock = asyncio.Lock
Wakeup = asyncio.Event
HttpClient = httpx2.AsyncClient
ByteStream = httpx2.AsyncByteStream
connect = asyncio_stream.connect
Provider = AsyncCredentialsProvider | CredentialsProvider


Strings = Iterable[str] | AsyncIterable[str]
"""The texts that a caller gives."""
_END: Any = object()


class _NoBody:
    """The body of a request without one."""

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        nothing: tuple[bytes, ...] = ()
        for chunk in nothing:
            yield chunk


NO_BODY = _NoBody()


class PerLoop(Generic[V]):
    """A value made once for each event loop, because a lock of one cannot wake a task of another."""

    def __init__(self, make: Callable[[], V]) -> None:
        self._make = make
        self._values: WeakKeyDictionary[asyncio.AbstractEventLoop, V] = WeakKeyDictionary()
        forks.renew_in_child(self)

    def get(self) -> V:
        """Return the value of the running event loop."""
        loop = running_loop()
        value = self._values.get(loop)
        if value is None:
            value = self._values[loop] = self._make()
        return value

    def _after_fork(self) -> None:
        self._values = WeakKeyDictionary()


def check_transport(name: str) -> None:
    """Raise `InvalidInputError` for a transport that is not installed."""
    if name == "aiohttp" and find_spec("aiohttp") is None:
        raise new_error.invalid_input(
            "transport='aiohttp' needs the package aiohttp", help="pip install 'hwtasks[aiohttp]'"
        )


def other_sender(settings: HttpSettings) -> AsyncSender | None:
    """Return the sender of the option `transport`; `None` for the default."""
    if settings.transport != "aiohttp":
        return None
    # Only with the extra.
    from hwtasks._backends.aiohttp_sender import AiohttpSender  # noqa: PLC0415

    return AiohttpSender(settings)


def running_loop() -> asyncio.AbstractEventLoop:
    """Return the running event loop. Raises `InvalidInputError` without one, as under trio."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        pass
    raise new_error.invalid_input(
        "AsyncClient needs a running event loop of asyncio",
        help="call it within asyncio.run, or under trio use Client with trio.to_thread.run_sync",
    )


def check_loop() -> None:
    """Raise `InvalidInputError` without a running event loop of asyncio."""
    running_loop()


class Event:
    """Wakes the tasks that wait for it, of any event loop."""

    def __init__(self) -> None:
        self._is_set = False
        self._waiting: list[asyncio.Future[None]] = []

    def set(self) -> None:
        """Wake every waiting task."""
        self._is_set = True
        for future in tuple(self._waiting):
            # A loop that is closed has no task left to wake.
            with suppress(RuntimeError):
                future.get_loop().call_soon_threadsafe(_complete, future)

    async def is_set_within(self, seconds: float) -> bool:
        """Wait, and return whether the event came in this time."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        # After the future has been added, for `set` may run in another thread.
        try:
            if not self._is_set:
                await asyncio.wait([future], timeout=seconds)
        finally:
            # A future keeps its event loop.
            self._waiting.remove(future)
        return self._is_set


def _complete(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def is_provider(value: object) -> bool:
    """Whether a value is a provider of either kind."""
    return isinstance(value, Provider)


class Opening(Generic[V]):
    """A client that loads its configuration when it is awaited, or entered by `async with`."""

    __slots__ = ("_client", "_close", "_load")

    def __init__(
        self,
        client: V,
        load: Callable[[], Awaitable[None]],
        close: Callable[[], Awaitable[None]],
    ) -> None:
        self._client = client
        self._load = load
        self._close = close

    def __await__(self) -> Generator[Any, Any, V]:
        return self._open().__await__()

    async def _open(self) -> V:
        check_loop()
        try:
            await self._load()
        except BaseException:
            await self._close()
            raise
        return self._client

    async def __aenter__(self) -> V:
        return await self._open()

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    def __repr__(self) -> str:
        return f"<{type(self._client).__name__} to be awaited, or entered by async with>"

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            kind = type(self._client).__name__
            raise AttributeError(
                f"{kind}.from_env() has no attribute {name!r} before it is awaited: write "
                f"`await {kind}.from_env()`, or `async with {kind}.from_env() as client`"
            )


opening = Opening


class Deadline:
    """A limit on the real time of an attempt, which the event loop cancels with `TimeoutError`."""

    def __init__(self, seconds: float) -> None:
        self._timeout = asyncio.timeout(seconds)

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._timeout.__aexit__(kind, error, trace)

    def check(self) -> None:
        """Do nothing: the event loop enforces the deadline."""


def begin(work: Callable[[], Coroutine[Any, Any, V]]) -> asyncio.Task[V]:
    """Begin work in a task of its own."""
    return asyncio.create_task(work())


async def is_done_within(begun: asyncio.Task[Any], seconds: float) -> bool:
    """Wait for work that has begun, and return whether it ended in this time."""
    done, _ = await asyncio.wait([begun], timeout=seconds)
    return bool(done)


async def check_cancelled() -> None:
    """Do nothing: closing a sweep cancels the tasks of its calls."""


async def sleep(clock: Clock, seconds: float) -> None:
    """Suspend the task."""
    await clock.sleep_async(seconds)


async def sleep_until(event: asyncio.Event, clock: Clock, seconds: float) -> None:
    """Suspend the task; an event ends the sleep of the system's clock."""
    if isinstance(clock, SystemClock):
        with suppress(TimeoutError):
            # Not `wait_for`, which can lose a cancellation in Python 3.11.
            async with asyncio.timeout(seconds):
                await event.wait()
    else:
        await clock.sleep_async(seconds)


async def provided(provider: Provider) -> Credentials:
    """Return the credentials of a provider; each of its exceptions becomes a `CredentialsError`.

    A provider that cannot be awaited runs in a thread, unless it has credentials without waiting.
    """
    with guarded_provider():
        if is_async_provider(provider):
            return checked_credentials(await provider.provide())
        provider = cast("CredentialsProvider", provider)
        credentials = cached_credentials(provider, allow_stale=False)
        if credentials is None:
            check_loop()
            credentials = await asyncio.wrap_future(sync.begin(partial(_provide, provider)))
        return checked_credentials(credentials)


def _provide(provider: CredentialsProvider) -> Credentials:
    # Guarded in the thread, because no future takes a StopIteration.
    with guarded_provider():
        return provider.provide()


async def each(
    keys: Iterable[K] | AsyncIterable[K],
    work: Callable[[K], Awaitable[V]],
    concurrency: int,
    is_over: Callable[[], bool],
) -> AsyncGenerator[tuple[K, V | None, Exception | None]]:
    """Call `work` for each key, some at a time, and yield the outcomes as they complete.

    Keys are taken only as calls begin, and none once it is over. Closing the generator cancels the
    calls in progress.
    """
    check_loop()
    calls = _Calls(keys, work, concurrency, is_over)
    try:
        calls.start_more()
        while calls.running or calls.taking is not None:
            for task in await calls.completed():
                yield calls.running.pop(task), *outcome(task)
                calls.start_more()
    finally:
        await calls.cancel()


class _Calls(Generic[K, V]):
    """The calls in progress for keys, which may have to be waited for."""

    def __init__(
        self,
        keys: Iterable[K] | AsyncIterable[K],
        work: Callable[[K], Awaitable[V]],
        concurrency: int,
        is_over: Callable[[], bool],
    ) -> None:
        self._work = work
        self._concurrency = concurrency
        self._is_over = is_over
        self._pending = aiter(keys) if isinstance(keys, AsyncIterable) else iter(keys)
        self.running: dict[asyncio.Task[V], K] = {}
        self.taking: asyncio.Task[Any] | None = None
        """The wait for the next key."""

    async def _run(self, key: K) -> V:
        return await self._work(key)

    def _start(self, key: K) -> None:
        self.running[asyncio.create_task(self._run(key))] = key

    def start_more(self) -> None:
        """Begin calls for the next keys; a key that is not there yet is waited for beside them."""
        while self.taking is None and len(self.running) < self._concurrency:
            if self._is_over():
                return
            if isinstance(self._pending, AsyncIterator):
                self.taking = asyncio.create_task(_next(self._pending))
                return
            key: Any = next(self._pending, _END)
            if key is _END:
                return
            self._start(key)

    async def completed(self) -> list[asyncio.Task[V]]:
        """Wait until something happens, and return the completed calls."""
        waited: set[asyncio.Task[Any]] = {*self.running}
        if self.taking is not None:
            waited.add(self.taking)
        done, _ = await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        taken = self.taking
        if taken is not None and (taken in done or self._is_over()):
            self.taking = None
            taken.cancel()
            self._take(taken if taken in done else None)
        return [task for task in done if task is not taken]

    def _take(self, taken: asyncio.Task[Any] | None) -> None:
        key: Any = _END if taken is None else taken.result()
        if key is _END:
            self._pending = iter(())
        elif not self._is_over():
            self._start(key)
            self.start_more()

    async def cancel(self) -> None:
        """Cancel the calls in progress."""
        left = [*self.running, *([] if self.taking is None else [self.taking])]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def _next(source: AsyncIterator[Any]) -> Any:
    return await anext(source, _END)


def outcome(call: asyncio.Task[V]) -> tuple[V | None, Exception | None]:
    """Return the value or the exception of a completed call."""
    try:
        return call.result(), None
    except Exception as error:  # noqa: BLE001
        return None, error
