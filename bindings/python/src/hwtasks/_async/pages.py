"""Reads a list page by page while tasks are added and deleted."""

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

_PROBE_OFFSET = 1_000_000
"""The distance of the probe past a repeated page: more than any instance has tasks."""
_MAX_PAGES_WITHOUT_NEW = 100
"""The limit of full pages in a row without a new task, beyond the pages of all seen tasks."""

Key = str | tuple[str, str]


def key_of(task: Task) -> Key:
    """Return the identity of a task in its list."""
    if task.id:
        return task.id
    return str(task.name or ""), str(task.began or "")


async def pages(request: AsyncListRequest[L, T]) -> AsyncGenerator[L]:
    """Yield the pages of a list, one request each."""
    pager = AsyncPager(request)
    while (page := await pager.next()) is not None:
        yield page


async def items(request: AsyncListRequest[L, T]) -> AsyncGenerator[T]:
    """Yield the tasks of a list, one request for each page."""
    async for page in pages(request):
        for task in request.operation.tasks(page):
            yield task


class AsyncPager(Generic[L, T]):
    """Reads a list page by page.

    Invariant: every task that existed throughout and precedes a seen task has been seen. A page at
    the start, or containing a seen task, extends this to its last task.
    """

    def __init__(self, request: AsyncListRequest[L, T]) -> None:
        query = request.query
        self._request = request
        self._first = request.operation.first
        limit = request.operation.page if query.limit is None else query.limit
        # A page of one cannot overlap with the next.
        self._limit = 2 if limit == 1 else limit
        self._start = self._first if query.position is None else query.position
        self._position = self._start
        self._seen: set[Key] = set()
        self._rewind = 0
        """The length of the last rewind."""
        self._pages_without_new = 0
        """How many full pages in a row has_new nothing new."""
        self._position_is_honored = False
        """Whether the service has shown that it honors the position."""
        self._started = False
        self._ended = False

    async def next(self) -> L | None:
        """Return the first page, or the next page with a new task; `None` at the end of the list."""
        while not self._ended:
            page = await self._fetch(self._position)
            tasks = self._request.operation.tasks(page)
            length = len(tasks)
            if self._position > self._start and not any(key_of(t) in self._seen for t in tasks):
                self._rewind_to_seen()
                continue
            self._rewind = 0
            has_new = self._retain_new(tasks)
            if length >= self._limit:
                if has_new:
                    self._pages_without_new = 0
                else:
                    await self._check_repeated(page)
            else:
                shown = max(self._position - self._first, 0) + length
                count = getattr(page, "task_count", None)
                counted = count.get() if isinstance(count, TaskCount) else None
                claims_more = counted is not None and counted > shown
                self._ended = not (has_new and claims_more and length > 1)
            self._position += max(length - 1, 0)
            if has_new or not self._started:
                self._started = True
                return page
        return None

    async def _fetch(self, position: int) -> L:
        query = replace(self._request.query, position=position, limit=self._limit)
        page = await replace(self._request, query=query).fetch()
        if isinstance(page, FilledList):
            page._fill_only_task()
        return page

    def _retain_new(self, tasks: list[T]) -> bool:
        """Remove the seen tasks from the list, and return whether new ones are left."""
        new = []
        without_id: set[Key] = set()
        for task in tasks:
            key = key_of(task)
            if key not in self._seen:
                new.append(task)
            # Equal tasks without an ID on one page are several tasks.
            (self._seen if task.id else without_id).add(key)
        self._seen |= without_id
        tasks[:] = new
        return bool(new)

    def _rewind_to_seen(self) -> None:
        """Rewind until a page contains a seen task: deleted tasks moved the others to the start."""
        self._position_is_honored = True
        self._rewind = max(self._rewind * 2, self._limit - 1)
        self._position = max(self._position - self._rewind, self._start)

    async def _check_repeated(self, page: L) -> None:
        """Distinguish a page shifted by new tasks from a service that ignores the position."""
        self._pages_without_new += 1
        if self._pages_without_new > _MAX_PAGES_WITHOUT_NEW + len(self._seen) // max(
            self._limit - 1, 1
        ):
            raise self._repeated(page)
        if self._position_is_honored:
            return
        try:
            far = self._request.operation.tasks(await self._fetch(self._position + _PROBE_OFFSET))
        except HwtasksError as error:
            if not error._is_rejection:
                raise
            # A service that rejects the position honors it.
            far = []
        if far and all(key_of(task) in self._seen for task in far):
            raise self._repeated(page)
        self._position_is_honored = True

    def _repeated(self, page: L) -> HwtasksError:
        line = (
            f"the page at {self._request.operation.position} {self._position} repeats tasks of the "
            "previous pages, and has no new one"
        )
        error = HwtasksError(ErrorKind.UNEXPECTED, line)._with_operation(
            self._request.operation.operation.id
        )
        return error._with_response(page.response)
