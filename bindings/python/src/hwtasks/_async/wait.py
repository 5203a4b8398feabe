"""Waiting for a task to end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from hwtasks._backends import async_ as backend
from hwtasks._core.errors import HwtasksError
from hwtasks._core.new_error import invalid_input
from hwtasks._core.operation import L, T
from hwtasks._core.retry import with_jitter
from hwtasks._core.retry_after import retry_after
from hwtasks._core.scalars import upper_ascii
from hwtasks._core.wait_options import PollOptions, task_failed, task_not_found, wait_timed_out

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from hwtasks._async.find import AsyncFinder

_INTERVAL_GROWTH = 1.5


async def watch(finder: AsyncFinder[L, T], options: PollOptions) -> AsyncGenerator[T]:
    """Yield the task each time it has changed, the last time in a state of success."""
    poller = AsyncPoller(finder, options)
    while not poller.succeeded:
        yield await poller.next_change()


async def wait(
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
        await backend.sleep(self._clock, pause)
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
