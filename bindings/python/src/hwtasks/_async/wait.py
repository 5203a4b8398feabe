"""Waiting for a task to end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from hwtasks._backends import async_ as backend
from hwtasks._core.errors import Error, invalid_input
from hwtasks._core.request import L, T
from hwtasks._core.wait_options import Looks, task_failed, task_not_found, wait_timed_out

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from hwtasks._async.find import AsyncFinder
    from hwtasks._core.clock import TimeSource


async def watch(time: TimeSource, finder: AsyncFinder[L, T], looks: Looks) -> AsyncGenerator[T]:
    """Yield the task each time it is seen changed, the last time as SUCCESS."""
    watching = AsyncWatch(time, finder, looks)
    while not watching.ended:
        yield await watching.change()


async def wait(
    time: TimeSource,
    finder: AsyncFinder[L, T],
    looks: Looks,
    on_change: Callable[[T], object] | None,
) -> T:
    """Return the task that ended as SUCCESS."""
    watching = AsyncWatch(time, finder, looks)
    while True:
        task = await watching.change()
        if on_change is not None:
            on_change(task)
        if watching.ended:
            return task


class AsyncWatch(Generic[L, T]):
    """A wait that has begun."""

    def __init__(self, time: TimeSource, finder: AsyncFinder[L, T], looks: Looks) -> None:
        now = time.elapsed()
        self.ended = False
        """Whether the task has ended well."""
        self._time = time
        self._finder = finder
        self._looks = looks
        self._deadline = now + looks.timeout
        self._pause_next = looks.first
        self._seen_at = now
        """When the task was last seen, or the wait began."""
        self._missing = False
        self._answered = False
        """Whether the service has answered at all."""
        self._looked = False
        self._last_look = False
        self._last: T | None = None
        """The task as it was last seen, with the answer that showed it."""

    async def change(self) -> T:
        """Look until the task has changed, and return it."""
        while True:
            await self._pause()
            # By the operation that looked, which finding the task may have changed.
            operation = self._finder.operation
            task = await self._look()
            if task is None:
                continue
            if task.status is not None and task.status.is_terminal:
                if task.status != "SUCCESS":
                    raise task_failed(task)._with_answer(task.response)._of(operation)
                self.ended = True
                self._last = task
                return task
            is_same = task == self._last
            self._last = task
            if not is_same:
                return task

    async def _pause(self) -> None:
        """Wait until the next look is due; an error when there is none."""
        if not self._looked:
            self._looked = True
            return
        now = self._time.elapsed()
        left = self._deadline - now
        if self._last_look or left <= 0:
            raise self._timed_out()
        pause = self._pause_next
        self._pause_next = min(pause * 1.5, self._looks.most)
        if self._missing:
            # Not past the end of the grace period, which is a look's to notice.
            pause = min(pause, max(self._seen_at + self._looks.grace - now, 0.0))
        # The last look needs time of its own to be answered before the deadline.
        reserve = self._looks.reserve
        if pause + reserve >= left:
            self._last_look = True
            pause = left - reserve if left >= reserve else left / 2
        await backend.sleep(self._time, pause)

    async def _look(self) -> T | None:
        """Return the task, or `None` when that is no reason to end the wait."""
        try:
            task = await self._finder.find(self._deadline)
            error = None
        except Error as raised:
            task, error = None, raised
        now = self._time.elapsed()
        over = now - self._seen_at >= self._looks.grace
        self._missing = task is None
        if task is not None:
            self._seen_at, self._answered = now, True
            return task
        if error is None:
            self._answered = True
            error = self._not_found(None)
        elif error._is_not_there:
            self._answered = True
            error = self._not_found(error)
        elif error.is_transient:
            if now >= self._deadline or (self._last_look and self._answered):
                timed_out = self._timed_out()
                timed_out.attempts = error.attempts
                raise timed_out from error
            if not self._answered:
                raise error
        else:
            over = True
        if over:
            raise error._with_task(self._last) from error.__cause__
        return None

    def _not_found(self, cause: Error | None) -> Error:
        error = task_not_found(self._finder.wanted, self._looks.grace)
        error.attempts = cause.attempts if cause else 0
        return error._because(cause)._of(self._finder.operation)

    def _timed_out(self) -> Error:
        error = wait_timed_out(self._finder.wanted, self._looks.timeout, self._last)
        if self._last is not None:
            error._with_answer(self._last.response)
        return error._of(self._finder.operation)


def named(name: str) -> str:
    """Return the name of a task to wait for. Raises an `Error` for one that no task has."""
    if not isinstance(name, str) or not name:
        raise invalid_input(f"the task name {name!r} is empty, or no string")
    return name
