"""Finds the awaited task for each poll."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic

from hwtasks._async.pages import AsyncPager
from hwtasks._core.params import Moment, moment, path_segment
from hwtasks._core.request import L, T

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hwtasks._async.service import AsyncListRequest

_MAX_PAGES_SEARCHED = 20
"""The limit of pages in one search, each of the largest documented size."""
_START_TIME_MARGIN = timedelta(seconds=1)
"""The time window around the start of a task, in which it is searched once that is known."""


@dataclass(frozen=True, slots=True)
class ById:
    """The task with this ID."""

    id: str


@dataclass(frozen=True, slots=True)
class ByName:
    """The newest task with this name that started at this time or later."""

    name: str
    since: Moment


class AsyncFinder(Generic[L, T]):
    """Finds a task with the operation that shows one task, or else in the list."""

    def __init__(
        self,
        request: AsyncListRequest[L, T],
        target: ById | ByName,
        show: Callable[[str, float], Awaitable[T | None]] | None = None,
        shown_by: str = "",
    ) -> None:
        self._list = request
        self._target = target
        self._show = show
        self._shown_by = shown_by
        self._began: datetime | None = None
        """The start time of the task, once it is known."""
        self._wide = False
        """Whether the window around the start time failed to contain the task."""

    @property
    def operation(self) -> str:
        """The ID of the operation that finds the task."""
        if isinstance(self._target, ById) and self._show is not None:
            return self._shown_by
        return self._list.operation.operation.id

    @property
    def target_description(self) -> str:
        """The task in words, for messages."""
        if isinstance(self._target, ById):
            return f"task {self._target.id}"
        return f"a task {self._target.name} started since {self._target.since}"

    async def find(self, deadline: float) -> T | None:
        """Return the task with the response that holds it; `None` when it does not exist.

        The calls end at `deadline`, by the client's clock.
        """
        target = self._target
        if isinstance(target, ByName):
            return await self._named(target, deadline)
        path_segment("task ID", target.id)
        if self._show is not None:
            return await self._show(target.id, deadline)
        return await self._listed(target.id, deadline)

    async def _named(self, target: ByName, deadline: float) -> T | None:
        since = moment("since", target.since)
        # Bodies hold milliseconds: a task may have started later within the same one.
        since = since.replace(microsecond=since.microsecond // 1000 * 1000)
        newest: T | None = None
        newest_began = since

        def matches(task: T) -> bool:
            nonlocal newest, newest_began
            began = task.began.get() if task.began else None
            if task.name != target.name or began is None or began < since:
                return False
            if newest is None or began > newest_began:
                newest, newest_began = task, began
            return False

        await self._scan_pages(matches, deadline, since, None)
        # A task without an ID can only be found by name again.
        if newest is not None and newest.id:
            self._target = ById(newest.id)
            self._began = newest_began
        return newest

    async def _listed(self, task_id: str, deadline: float) -> T | None:
        def matches(task: T) -> bool:
            return task.id == task_id

        narrowed = None if self._wide else self._began
        if narrowed is not None:
            around = (narrowed - _START_TIME_MARGIN, narrowed + _START_TIME_MARGIN)
            found = await self._scan_pages(matches, deadline, *around)
            if found is not None:
                return found
        found = await self._scan_pages(matches, deadline, None, None)
        if found is not None:
            # The service's query then means other times than the task's fields.
            self._wide = self._wide or narrowed is not None
            self._began = found.began.get() if found.began else None
        return found

    async def _scan_pages(
        self,
        matches: Callable[[T], bool],
        deadline: float,
        since: datetime | None,
        until: datetime | None,
    ) -> T | None:
        """Return the first matching task of a bounded number of pages."""
        query = replace(self._list.query, since=since, until=until)
        pager = AsyncPager(replace(self._list, query=query, deadline=deadline))
        for _ in range(_MAX_PAGES_SEARCHED):
            page = await pager.next()
            if page is None:
                break
            for task in self._list.operation.tasks(page):
                if matches(task._with_http_response(page.response)):
                    return task
        return None
