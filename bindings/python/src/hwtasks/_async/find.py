"""Finds the task that is waited for, again and again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic

from hwtasks._async.pages import AsyncPager
from hwtasks._config.endpoint import Moment, moment, segment
from hwtasks._core.request import L, T

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hwtasks._async.service import AsyncListRequest

_PAGES = 20
"""How many pages are looked through for a task, of the size each operation allows."""
_MARGIN = timedelta(seconds=1)
"""How far around its start a task is looked for, once that is known."""


@dataclass(frozen=True, slots=True)
class ById:
    """The task of this ID."""

    id: str


@dataclass(frozen=True, slots=True)
class ByName:
    """The newest task of this name that began at this time or later."""

    name: str
    since: Moment


class AsyncFinder(Generic[L, T]):
    """Looks for a task by the operation that shows it, or else in the list."""

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
        """When the task began, while a narrow window around that shows it."""
        self._wide = False
        """Whether such a window failed to show it."""

    @property
    def operation(self) -> str:
        """The operation that looks."""
        if isinstance(self._target, ById) and self._show is not None:
            return self._shown_by
        return self._list.operation.operation.id

    @property
    def target_description(self) -> str:
        """The task, in words."""
        if isinstance(self._target, ById):
            return f"task {self._target.id}"
        return f"a task {self._target.name} begun since {self._target.since}"

    async def find(self, deadline: float) -> T | None:
        """Return the task as it is now, with the answer that shows it.

        `None` when it is not there. Ends before `deadline`.
        """
        target = self._target
        if isinstance(target, ByName):
            return await self._named(target, deadline)
        segment("task ID", target.id)
        if self._show is not None:
            return await self._show(target.id, deadline)
        return await self._listed(target.id, deadline)

    async def _named(self, target: ByName, deadline: float) -> T | None:
        since = moment("since", target.since)
        # Bodies show milliseconds: a task may have begun later in the one they show.
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
        # One without an ID can only be found by its name again.
        if newest is not None and newest.id:
            self._target = ById(newest.id)
            self._began = newest_began
        return newest

    async def _listed(self, task_id: str, deadline: float) -> T | None:
        def matches(task: T) -> bool:
            return task.id == task_id

        narrowed = None if self._wide else self._began
        if narrowed is not None:
            around = (narrowed - _MARGIN, narrowed + _MARGIN)
            found = await self._scan_pages(matches, deadline, *around)
            if found is not None:
                return found
        found = await self._scan_pages(matches, deadline, None, None)
        if found is not None:
            # Times then mean something else to the service than to the task.
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
        """Return the first task that is wanted, in a bounded number of pages."""
        query = replace(self._list.query, since=since, until=until)
        pager = AsyncPager(replace(self._list, query=query, deadline=deadline))
        for _ in range(_PAGES):
            page = await pager.next()
            if page is None:
                break
            for task in self._list.operation.tasks(page):
                if matches(task.came_in(page.response)):
                    return task
        return None
