"""Lists read page by page, while tasks come and go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Generic

from hwtasks._core.error_kinds import ErrorKind
from hwtasks._core.errors import HwtasksError
from hwtasks._core.model import FilledList, Task
from hwtasks._core.request import L, T
from hwtasks._core.scalars import TaskCount

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from hwtasks._async.service import AsyncListRequest

_FAR = 1_000_000
"""How far past a page that repeats itself it is asked whether the position matters at all.

Further than any instance has tasks."""
_FRUITLESS = 100
"""How many full pages in a row may bring nothing new, beyond those all tasks met would fill."""

Key = str | tuple[str, str]


def key_of(task: Task) -> Key:
    """Return what tells a task from the others."""
    if task.id:
        return task.id
    return str(task.name or ""), str(task.began or "")


async def pages(request: AsyncListRequest[L, T]) -> AsyncGenerator[L]:
    """Yield the pages of a list, one request each."""
    pager = AsyncPager(request)
    while (page := await pager.next()) is not None:
        yield page


async def items(request: AsyncListRequest[L, T]) -> AsyncGenerator[T]:
    """Yield the tasks of a list, over as many pages as it takes."""
    async for page in pages(request):
        for task in request.operation.tasks(page):
            yield task


class AsyncPager(Generic[L, T]):
    """Reads a list page by page.

    What holds between requests: every task that was there throughout and stands before some task
    met, was met. A page that starts at the front, or holds a task met, carries that to its end.
    """

    def __init__(self, request: AsyncListRequest[L, T]) -> None:
        query = request.query
        self._request = request
        self._first = request.operation.first
        limit = request.operation.page if query.limit is None else query.limit
        # A page of one cannot overlap with the next.
        self._limit = 2 if limit == 1 else limit
        self._front = self._first if query.position is None else query.position
        self._position = self._front
        self._met: set[Key] = set()
        self._back = 0
        """How far the last step back went."""
        self._fruitless = 0
        """How many full pages in a row brought nothing new."""
        self._heeded = False
        """Whether the service has shown that the position matters to it."""
        self._started = False
        self._ended = False

    async def next(self) -> L | None:
        """Return the next page that holds a task not met before; the first whatever it holds."""
        while not self._ended:
            page = await self._fetch(self._position)
            tasks = self._request.operation.tasks(page)
            length = len(tasks)
            if self._position > self._front and not any(key_of(t) in self._met for t in tasks):
                self._step_back()
                continue
            self._back = 0
            brought = self._retain_new(tasks)
            if length >= self._limit:
                if brought:
                    self._fruitless = 0
                else:
                    await self._check_repeated(page)
            else:
                shown = max(self._position - self._first, 0) + length
                count = getattr(page, "task_count", None)
                counted = count.get() if isinstance(count, TaskCount) else None
                claims_more = counted is not None and counted > shown
                self._ended = not (brought and claims_more and length > 1)
            self._position += max(length - 1, 0)
            if brought or not self._started:
                self._started = True
                return page
        return None

    async def _fetch(self, position: int) -> L:
        query = replace(self._request.query, position=position, limit=self._limit)
        page = await replace(self._request, query=query).fetch()
        if isinstance(page, FilledList):
            page.fill_only_task()
        return page

    def _retain_new(self, tasks: list[T]) -> bool:
        """Leave the list the tasks not met before; whether there are any."""
        new = []
        nameless: set[Key] = set()
        for task in tasks:
            key = key_of(task)
            if key not in self._met:
                new.append(task)
            # Those without an ID on one page are several tasks, however alike they look.
            (self._met if task.id else nameless).add(key)
        self._met |= nameless
        tasks[:] = new
        return bool(new)

    def _step_back(self) -> None:
        """Go back to find a task that was met: those that vanished moved others to the front."""
        self._heeded = True
        self._back = max(self._back * 2, self._limit - 1)
        self._position = max(self._position - self._back, self._front)

    async def _check_repeated(self, page: L) -> None:
        """Tell a page pushed back by as many new tasks from one that comes whatever is asked."""
        self._fruitless += 1
        if self._fruitless > _FRUITLESS + len(self._met) // max(self._limit - 1, 1):
            raise self._repeated(page)
        if self._heeded:
            return
        try:
            far = self._request.operation.tasks(await self._fetch(self._position + _FAR))
        except HwtasksError as error:
            if not error._is_rejection:
                raise
            # The service refuses the position, so it heeds it.
            far = []
        if far and all(key_of(task) in self._met for task in far):
            raise self._repeated(page)
        self._heeded = True

    def _repeated(self, page: L) -> HwtasksError:
        line = (
            f"the page at {self._request.operation.position} {self._position} repeats tasks of the "
            "pages before and has no other"
        )
        error = HwtasksError(ErrorKind.UNEXPECTED, line)._with_operation(
            self._request.operation.operation.id
        )
        return error._with_response(page.response)
