"""Both clients under one interface, so that every test is written once and holds for each."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

import hwtasks

HALVES = ["sync", "async"]
_END = object()


class Half:
    """The names of one half: `half.Client` is `Client` or `AsyncClient`, awaited alike."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_async = name == "async"
        self._opened: list[Any] = []

    def the(self, name: str) -> Any:
        """Return this half's class of a name: `CachedProvider` or `AsyncCachedProvider`."""
        return getattr(hwtasks, f"Async{name}" if self.is_async else name)

    def client(self, **settings: Any) -> Any:
        return self.opened(self.the("Client")(**settings))

    async def from_env(self, environ: Mapping[str, str], **settings: Any) -> Any:
        make = self.the("Client").from_env
        return self.opened(await _called(make, environ=environ, **settings))

    def opened(self, client: Any) -> Any:
        self._opened.append(client)
        return Awaited(client)

    async def close(self) -> None:
        for client in self._opened:
            await _called(client.aclose if self.is_async else client.close)

    async def call(self, function: Any, *arguments: Any, **named: Any) -> Any:
        return await _called(function, *arguments, **named)


async def _called(function: Any, *arguments: Any, **named: Any) -> Any:
    """Call and await; what blocks does so in a thread."""
    if inspect.iscoroutinefunction(function):
        return await function(*arguments, **named)
    result = await asyncio.to_thread(function, *arguments, **named)
    return await result if inspect.isawaitable(result) else result


class Awaited:
    """An object whose methods are awaited, and whose iterators are iterated with `async for`."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.inner, name)
        if name in {"dcs", "kafka"}:
            return Awaited(value)
        if not callable(value):
            return value

        def call(*arguments: Any, **named: Any) -> Any:
            if inspect.iscoroutinefunction(value):
                return value(*arguments, **named)
            if {"pages", "items", "watch", "sweep"}.intersection(name.split("_")):
                return _iterated(value(*arguments, **named))
            return _called(value, *arguments, **named)

        return call


async def _iterated(generator: Any) -> AsyncGenerator[Any]:
    if isinstance(generator, AsyncGenerator):
        async with aclosing(generator):
            async for value in generator:
                yield value
    else:
        try:
            while (value := await asyncio.to_thread(next, generator, _END)) is not _END:
                yield value
        finally:
            await asyncio.to_thread(generator.close)


async def collected(iterator: AsyncIterator[Any]) -> list[Any]:
    return [value async for value in iterator]
