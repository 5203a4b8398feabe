"""The asynchronous context manager of objects with `aclose`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from hwtasks._backends import async_ as backend


class AsyncClosing(ABC):
    """Calls `aclose` at the end of its `async with`."""

    @abstractmethod
    async def aclose(self) -> None:
        """Release the resources."""

    async def __aenter__(self) -> Self:
        backend.check_loop()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()
