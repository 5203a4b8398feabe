"""Finds the awaited task for each poll."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic

from hwtasks._async.operation import AsyncOperationCall, items_of
from hwtasks._async.pages import AsyncPager
from hwtasks._core.arguments import Moment, moment, path_segment
from hwtasks._core.operation import L, T, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwtasks._core.clock import Clock

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

    def __init__(self, call: AsyncOperationCall[L, T], target: ById | ByName) -> None:
        if call.operation.waiting is None:
            raise TypeError(f"the items of {call.operation.id} cannot be waited for")
        self._list = call
        self._target = target
        self.waiting: Waiting[T] = call.operation.waiting
        """How the task is waited for."""
        self._began: datetime | None = None
        """The start time of the task, once it is known."""
        self._wide = False
        """Whether the window around the start time failed to contain the task."""

    @property
    def clock(self) -> Clock:
        """The clock of the client."""
        return self._list.service.transport.clock

    @property
    def operation(self) -> str:
        """The ID of the operation that finds the task."""
        show = self.waiting.show
        return show.id if show and isinstance(self._target, ById) else self._list.operation.id

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
        path_segment(self.waiting.label, target.id)
        if self.waiting.show is not None:
            arguments = (*self._list.arguments, target.id)
            return await AsyncOperationCall(
                self._list.service, self.waiting.show, arguments, deadline=deadline
            ).find_one()
        return await self._listed(target.id, deadline)

    async def _named(self, target: ByName, deadline: float) -> T | None:
        since = moment("since", target.since)
        # Bodies hold milliseconds: a task may have started later within the same one.
        since = since.replace(microsecond=since.microsecond // 1000 * 1000)
        newest: T | None = None
        newest_began = since

        def matches(task: T) -> bool:
            nonlocal newest, newest_began
            started = task._began()
            began = started.get() if started else None
            if task._label() != target.name or began is None or began < since:
                return False
            if newest is None or began > newest_began:
                newest, newest_began = task, began
            return False

        await self._scan_pages(matches, deadline, since, None)
        # A task without an ID can only be found by name again.
        if newest is not None and newest._identity():
            self._target = ById(newest._identity())
            self._began = newest_began
        return newest

    async def _listed(self, identity: str, deadline: float) -> T | None:
        def matches(task: T) -> bool:
            return task._identity() == identity

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
            started = found._began()
            self._began = started.get() if started else None
        return found

    async def _scan_pages(
        self,
        matches: Callable[[T], bool],
        deadline: float,
        since: datetime | None,
        until: datetime | None,
    ) -> T | None:
        """Return the first matching task of a bounded number of pages."""
        pager = AsyncPager(replace(self._list.within(since, until), deadline=deadline))
        for _ in range(_MAX_PAGES_SEARCHED):
            page = await pager.next()
            if page is None:
                break
            found: list[T] = items_of(page)
            for task in found:
                if matches(task._with_http_response(page.response)):
                    return task
        return None
