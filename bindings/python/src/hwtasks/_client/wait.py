"""Waits for a task: finds it for each poll, until it ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic

from hwtasks._backends import async_, sync
from hwtasks._client.operation import AsyncOperationCall, OperationCall, items_of
from hwtasks._client.pages import AsyncPager, Pager
from hwtasks._core.arguments import Moment, moment, path_segment
from hwtasks._core.errors import HwtasksError
from hwtasks._core.new_error import invalid_input
from hwtasks._core.operation import L, T, Waiting
from hwtasks._core.response import retry_after
from hwtasks._core.retry import with_jitter
from hwtasks._core.scalars import upper_ascii
from hwtasks._core.wait_options import PollOptions, task_failed, task_not_found, wait_timed_out

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from hwtasks._core.clock import Clock

_INTERVAL_GROWTH = 1.5
_MAX_PAGES_SEARCHED = 20
"""The limit of pages in one search, each of the largest documented size."""
_START_TIME_MARGIN = timedelta(seconds=1)
"""The time window around the start of a task, in which it is searched once that is known."""


async def async_watch(finder: AsyncFinder[L, T], options: PollOptions) -> AsyncGenerator[T]:
    """Yield the task each time it has changed, the last time in a state of success."""
    poller = AsyncPoller(finder, options)
    while not poller.succeeded:
        yield await poller.next_change()


async def async_wait(
    finder: AsyncFinder[L, T],
    options: PollOptions,
    on_change: Callable[[T], object] | None,
) -> T:
    """Return the task once it has ended well."""
    poller = AsyncPoller(finder, options)
    while True:
        task = await poller.next_change()
        if on_change is not None:
            on_change(task)
        if poller.succeeded:
            return task


class AsyncPoller(Generic[L, T]):
    """Polls a task until it ends."""

    def __init__(self, finder: AsyncFinder[L, T], options: PollOptions) -> None:
        clock = finder.clock
        now = clock.elapsed()
        self.succeeded = False
        """Whether the task has ended well."""
        self._clock = clock
        self._finder = finder
        self._options = options
        self._deadline = now + options.timeout
        self._next_interval = options.initial_interval
        self._seen_at = now
        """When the task was last seen, or the wait began."""
        self._missing = False
        self._responded = False
        """Whether the service has responded at all."""
        self._throttled = False
        """Whether the last poll was throttled, which says nothing about the task."""
        self._requested = 0.0
        """The least pause before the next poll, as the service has requested it."""
        self._polled = False
        self._is_final_poll = False
        self._last: T | None = None
        """The task as it was last seen, with the response that held it."""

    async def next_change(self) -> T:
        """Poll until the task has changed, and return it."""
        waiting = self._finder.waiting
        while True:
            await self._sleep_until_next_poll()
            # Finding the task may change which operation polls it next.
            operation = self._finder.operation
            task = await self._poll_once()
            if task is None:
                continue
            state = upper_ascii(task._state() or "")
            if state in waiting.failure:
                raise task_failed(task)._with_response(task.response)._with_operation(operation)
            if state in waiting.success:
                self.succeeded = True
                self._last = task
                return task
            is_same = task == self._last
            self._last = task
            if not is_same:
                return task

    async def _sleep_until_next_poll(self) -> None:
        """Sleep until the next poll is due. Raises `WaitTimeoutError` when none is left."""
        if not self._polled:
            self._polled = True
            return
        now = self._clock.elapsed()
        remaining = self._deadline - now
        if self._is_final_poll or remaining <= 0:
            raise self._timed_out()
        pause = self._next_interval
        self._next_interval = min(pause * _INTERVAL_GROWTH, self._options.max_interval)
        if self._requested > 0:
            pause = with_jitter(max(pause, self._requested), remaining)
            self._requested = 0.0
        if self._missing:
            # Not past the end of the grace period, which the next poll has to notice.
            pause = min(pause, max(self._seen_at + self._options.not_found_grace - now, 0.0))
        # The final poll needs time for its response before the deadline.
        margin = self._options.final_poll_margin
        if pause + margin >= remaining:
            self._is_final_poll = True
            pause = remaining - margin if remaining >= margin else remaining / 2
        await async_.sleep(self._clock, pause)
        if self._throttled:
            self._seen_at = self._clock.elapsed()
            self._throttled = False

    async def _poll_once(self) -> T | None:
        """Return the task, or `None` when the wait goes on without it."""
        try:
            task = await self._finder.find(self._deadline)
            error = None
        except HwtasksError as raised:
            task, error = None, raised
        now = self._clock.elapsed()
        is_over = now - self._seen_at >= self._options.not_found_grace
        self._missing = task is None
        if task is not None:
            self._seen_at, self._responded = now, True
            return task
        if error is None:
            self._responded = True
            error = self._not_found(None)
        elif error._is_missing_task:
            self._responded = True
            error = self._not_found(error)
        elif error.is_retryable:
            self._check_tolerated(error, now)
            is_over = is_over and not self._throttled
        else:
            is_over = True
        if is_over:
            raise error._with_task(self._last) from error.__cause__
        return None

    def _check_tolerated(self, error: HwtasksError, now: float) -> None:
        """Note what a transient error says about the next poll. Raises it when there is none."""
        self._responded = self._responded or error.status is not None
        self._throttled = error.is_throttled
        self._missing = not self._throttled
        if error.headers is not None:
            self._requested = retry_after(error.headers, self._clock.now()) or 0.0
        if now >= self._deadline or (self._is_final_poll and self._responded):
            timed_out = self._timed_out()
            timed_out.attempts = error.attempts
            raise timed_out from error
        if not self._responded:
            raise error

    def _not_found(self, cause: HwtasksError | None) -> HwtasksError:
        error = task_not_found(self._finder.target_description, self._options.not_found_grace)
        error.attempts = cause.attempts if cause else 0
        return error._with_cause(cause)._with_operation(self._finder.operation)

    def _timed_out(self) -> HwtasksError:
        error = wait_timed_out(self._finder.target_description, self._options.timeout, self._last)
        if self._last is not None:
            error._with_response(self._last.response)
        return error._with_operation(self._finder.operation)


def checked_name(name: str) -> str:
    """Return the task name. Raises `InvalidInputError` when it is empty or not a string."""
    if not isinstance(name, str) or not name:
        raise invalid_input(f"the task name {name!r} is empty, or no string")
    return name


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


# --- Generated by `cargo xtask gen python` from the definitions above; do not edit. ---
# fmt: off


def watch(finder: Finder[L, T], options: PollOptions) -> Generator[T]:
    """Yield the task each time it has changed, the last time in a state of success."""
    poller = Poller(finder, options)
    while not poller.succeeded:
        yield poller.next_change()


def wait(
    finder: Finder[L, T],
    options: PollOptions,
    on_change: Callable[[T], object] | None,
) -> T:
    """Return the task once it has ended well."""
    poller = Poller(finder, options)
    while True:
        task = poller.next_change()
        if on_change is not None:
            on_change(task)
        if poller.succeeded:
            return task


class Poller(Generic[L, T]):
    """Polls a task until it ends."""

    def __init__(self, finder: Finder[L, T], options: PollOptions) -> None:
        clock = finder.clock
        now = clock.elapsed()
        self.succeeded = False
        """Whether the task has ended well."""
        self._clock = clock
        self._finder = finder
        self._options = options
        self._deadline = now + options.timeout
        self._next_interval = options.initial_interval
        self._seen_at = now
        """When the task was last seen, or the wait began."""
        self._missing = False
        self._responded = False
        """Whether the service has responded at all."""
        self._throttled = False
        """Whether the last poll was throttled, which says nothing about the task."""
        self._requested = 0.0
        """The least pause before the next poll, as the service has requested it."""
        self._polled = False
        self._is_final_poll = False
        self._last: T | None = None
        """The task as it was last seen, with the response that held it."""

    def next_change(self) -> T:
        """Poll until the task has changed, and return it."""
        waiting = self._finder.waiting
        while True:
            self._sleep_until_next_poll()
            # Finding the task may change which operation polls it next.
            operation = self._finder.operation
            task = self._poll_once()
            if task is None:
                continue
            state = upper_ascii(task._state() or "")
            if state in waiting.failure:
                raise task_failed(task)._with_response(task.response)._with_operation(operation)
            if state in waiting.success:
                self.succeeded = True
                self._last = task
                return task
            is_same = task == self._last
            self._last = task
            if not is_same:
                return task

    def _sleep_until_next_poll(self) -> None:
        """Sleep until the next poll is due. Raises `WaitTimeoutError` when none is left."""
        if not self._polled:
            self._polled = True
            return
        now = self._clock.elapsed()
        remaining = self._deadline - now
        if self._is_final_poll or remaining <= 0:
            raise self._timed_out()
        pause = self._next_interval
        self._next_interval = min(pause * _INTERVAL_GROWTH, self._options.max_interval)
        if self._requested > 0:
            pause = with_jitter(max(pause, self._requested), remaining)
            self._requested = 0.0
        if self._missing:
            # Not past the end of the grace period, which the next poll has to notice.
            pause = min(pause, max(self._seen_at + self._options.not_found_grace - now, 0.0))
        # The final poll needs time for its response before the deadline.
        margin = self._options.final_poll_margin
        if pause + margin >= remaining:
            self._is_final_poll = True
            pause = remaining - margin if remaining >= margin else remaining / 2
        sync.sleep(self._clock, pause)
        if self._throttled:
            self._seen_at = self._clock.elapsed()
            self._throttled = False

    def _poll_once(self) -> T | None:
        """Return the task, or `None` when the wait goes on without it."""
        try:
            task = self._finder.find(self._deadline)
            error = None
        except HwtasksError as raised:
            task, error = None, raised
        now = self._clock.elapsed()
        is_over = now - self._seen_at >= self._options.not_found_grace
        self._missing = task is None
        if task is not None:
            self._seen_at, self._responded = now, True
            return task
        if error is None:
            self._responded = True
            error = self._not_found(None)
        elif error._is_missing_task:
            self._responded = True
            error = self._not_found(error)
        elif error.is_retryable:
            self._check_tolerated(error, now)
            is_over = is_over and not self._throttled
        else:
            is_over = True
        if is_over:
            raise error._with_task(self._last) from error.__cause__
        return None

    def _check_tolerated(self, error: HwtasksError, now: float) -> None:
        """Note what a transient error says about the next poll. Raises it when there is none."""
        self._responded = self._responded or error.status is not None
        self._throttled = error.is_throttled
        self._missing = not self._throttled
        if error.headers is not None:
            self._requested = retry_after(error.headers, self._clock.now()) or 0.0
        if now >= self._deadline or (self._is_final_poll and self._responded):
            timed_out = self._timed_out()
            timed_out.attempts = error.attempts
            raise timed_out from error
        if not self._responded:
            raise error

    def _not_found(self, cause: HwtasksError | None) -> HwtasksError:
        error = task_not_found(self._finder.target_description, self._options.not_found_grace)
        error.attempts = cause.attempts if cause else 0
        return error._with_cause(cause)._with_operation(self._finder.operation)

    def _timed_out(self) -> HwtasksError:
        error = wait_timed_out(self._finder.target_description, self._options.timeout, self._last)
        if self._last is not None:
            error._with_response(self._last.response)
        return error._with_operation(self._finder.operation)


class Finder(Generic[L, T]):
    """Finds a task with the operation that shows one task, or else in the list."""

    def __init__(self, call: OperationCall[L, T], target: ById | ByName) -> None:
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

    def find(self, deadline: float) -> T | None:
        """Return the task with the response that holds it; `None` when it does not exist.

        The calls end at `deadline`, by the client's clock.
        """
        target = self._target
        if isinstance(target, ByName):
            return self._named(target, deadline)
        path_segment(self.waiting.label, target.id)
        if self.waiting.show is not None:
            arguments = (*self._list.arguments, target.id)
            return OperationCall(
                self._list.service, self.waiting.show, arguments, deadline=deadline
            ).find_one()
        return self._listed(target.id, deadline)

    def _named(self, target: ByName, deadline: float) -> T | None:
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

        self._scan_pages(matches, deadline, since, None)
        # A task without an ID can only be found by name again.
        if newest is not None and newest._identity():
            self._target = ById(newest._identity())
            self._began = newest_began
        return newest

    def _listed(self, identity: str, deadline: float) -> T | None:
        def matches(task: T) -> bool:
            return task._identity() == identity

        narrowed = None if self._wide else self._began
        if narrowed is not None:
            around = (narrowed - _START_TIME_MARGIN, narrowed + _START_TIME_MARGIN)
            found = self._scan_pages(matches, deadline, *around)
            if found is not None:
                return found
        found = self._scan_pages(matches, deadline, None, None)
        if found is not None:
            # The service's query then means other times than the task's fields.
            self._wide = self._wide or narrowed is not None
            started = found._began()
            self._began = started.get() if started else None
        return found

    def _scan_pages(
        self,
        matches: Callable[[T], bool],
        deadline: float,
        since: datetime | None,
        until: datetime | None,
    ) -> T | None:
        """Return the first matching task of a bounded number of pages."""
        pager = Pager(replace(self._list.within(since, until), deadline=deadline))
        for _ in range(_MAX_PAGES_SEARCHED):
            page = pager.next()
            if page is None:
                break
            found: list[T] = items_of(page)
            for task in found:
                if matches(task._with_http_response(page.response)):
                    return task
        return None
