"""The operations that both services have: wait, watch and sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from hwtasks._async.find import AsyncFinder, ById, ByName
from hwtasks._async.pages import items
from hwtasks._async.service import AsyncListRequest, AsyncService
from hwtasks._async.sweep import sweep
from hwtasks._async.wait import checked_name, wait, watch
from hwtasks._core.params import Moment
from hwtasks._core.request import L, ListOperation, ListQuery, T
from hwtasks._core.sweep_result import CONCURRENCY, SweepResult
from hwtasks._core.wait_options import (
    INITIAL_INTERVAL,
    MAX_INTERVAL,
    NOT_FOUND_GRACE,
    TIMEOUT,
    PollOptions,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable


class AsyncTasks(Generic[L, T]):
    """The operations on the tasks of a service."""

    def __init__(self, service: AsyncService, operation: ListOperation[L, T]) -> None:
        self._service = service
        self._operation = operation

    async def wait(
        self,
        instance_id: str,
        task_id: str,
        *,
        timeout: float = TIMEOUT,
        initial_interval: float = INITIAL_INTERVAL,
        max_interval: float = MAX_INTERVAL,
        not_found_grace: float = NOT_FOUND_GRACE,
        on_change: Callable[[T], object] | None = None,
    ) -> T:
        """Poll a task of an instance until it ends, and return it in the state SUCCESS.

        `timeout` limits the wait. `initial_interval` is the first pause between two polls, and
        `max_interval` the longest. `not_found_grace` limits how long the task may be missing. All are
        in seconds. `on_change` is called with the task each time it has changed, the last time in
        the state SUCCESS.

        Unknown or missing states count as still running. The interval grows by half with each poll,
        without jitter. The final poll starts shortly before the timeout, so that its response can
        arrive: 2 seconds before, or a tenth of the timeout, or the initial interval, whichever is
        least. No poll continues past the timeout. Cancelling the wait does not affect the task.

        If the task is not found, polling continues for the grace period, measured from the start or
        from when the task was last seen. Transient errors are tolerated for the same period once the
        service has responded. Any other error ends the wait.

        Raises `TaskFailedError` when the task ended as FAILED, CANCELLED or DELETED. Raises
        `WaitTimeoutError` at the timeout, and `NotFoundError` at the end of the grace period.
        Otherwise it raises the error of the poll. `error.task` holds the task as it was last seen;
        request ID, status, headers and body are those of the response that held it.

        ```python
        task = await client.kafka.wait(
            instance,
            "8abfa7b272adc5b40172b73130065ae7",
            timeout=600,
            on_change=lambda task: print(task.status),
        )
        print(task.id, "ended at", task.updated_at)
        ```
        """
        options = PollOptions.checked(timeout, initial_interval, max_interval, not_found_grace)
        finder = self._finder(instance_id, ById(task_id))
        return await wait(self._service.transport.clock, finder, options, on_change)

    def watch(
        self,
        instance_id: str,
        task_id: str,
        *,
        timeout: float = TIMEOUT,
        initial_interval: float = INITIAL_INTERVAL,
        max_interval: float = MAX_INTERVAL,
        not_found_grace: float = NOT_FOUND_GRACE,
    ) -> AsyncGenerator[T]:
        """Poll as `wait` does, and yield the task each time it has changed.

        The last task yielded is in the state SUCCESS. Arguments and errors are those of `wait`.

        ```python
        async for task in client.dcs.watch(instance, "8abf6e1e72c12e7c0172c15b508500aa"):
            print(task.status)
        ```
        """
        options = PollOptions.checked(timeout, initial_interval, max_interval, not_found_grace)
        finder = self._finder(instance_id, ById(task_id))
        return watch(self._service.transport.clock, finder, options)

    async def wait_by_name(
        self,
        instance_id: str,
        name: str,
        *,
        since: Moment,
        timeout: float = TIMEOUT,
        initial_interval: float = INITIAL_INTERVAL,
        max_interval: float = MAX_INTERVAL,
        not_found_grace: float = NOT_FOUND_GRACE,
        on_change: Callable[[T], object] | None = None,
    ) -> T:
        """Wait for the newest task of a name that started at `since` or later.

        Take `since` before you call the operation that starts the task; it is compared with the
        service's times. The task has the grace period to appear. Once found, the wait stays with that
        task, even if another of the name starts. A task without a start time is ignored, because it
        may be an old one. Other arguments and errors are those of `wait`. Raises `InvalidInputError`
        for an empty name, or a `since` that is not a time.

        ```python
        before = datetime.now(UTC)
        # ... ask DCS to resize the instance ...
        task = await client.dcs.wait_by_name(instance, "EXTEND", since=before)
        print(task.id, "ended at", task.updated_at)
        ```
        """
        options = PollOptions.checked(timeout, initial_interval, max_interval, not_found_grace)
        finder = self._finder(instance_id, ByName(checked_name(name), since))
        return await wait(self._service.transport.clock, finder, options, on_change)

    def watch_by_name(
        self,
        instance_id: str,
        name: str,
        *,
        since: Moment,
        timeout: float = TIMEOUT,
        initial_interval: float = INITIAL_INTERVAL,
        max_interval: float = MAX_INTERVAL,
        not_found_grace: float = NOT_FOUND_GRACE,
    ) -> AsyncGenerator[T]:
        """Poll as `wait_by_name` does, and yield the task each time it has changed."""
        options = PollOptions.checked(timeout, initial_interval, max_interval, not_found_grace)
        finder = self._finder(instance_id, ByName(checked_name(name), since))
        return watch(self._service.transport.clock, finder, options)

    def sweep(
        self,
        instance_ids: Iterable[str],
        *,
        concurrency: int = CONCURRENCY,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> AsyncGenerator[SweepResult[T]]:
        """List the tasks of many instances, and yield the result of each as it completes.

        `concurrency` is how many instances are listed at the same time. `since` and `until` bound the
        start times of the tasks. Results come in the order in which the lists complete. The error of
        one instance does not end the sweep. Instances are taken from the iterable only as their calls
        begin, and only the calls in progress are kept in memory. Each list has the guarantees of
        `items`. Close the generator if you stop early (`contextlib.aclosing`); that ends its calls.

        Raises `InvalidInputError` for a string in place of instances, and for a concurrency that is
        not a whole number.

        ```python
        async for instance_id, tasks, error in client.kafka.sweep([instance], concurrency=64):
            print(instance_id, error if tasks is None else len(tasks))
        ```
        """

        async def list_tasks(instance_id: str) -> list[T]:
            query = ListQuery(since=since, until=until)
            request = self._request(self._operation, instance_id, query)
            return [task async for task in items(request)]

        return sweep(instance_ids, list_tasks, concurrency)

    def _request(
        self, operation: ListOperation[L, T], instance_id: str, query: ListQuery
    ) -> AsyncListRequest[L, T]:
        return AsyncListRequest(self._service, operation, instance_id, query)

    def _finder(self, instance_id: str, target: ById | ByName) -> AsyncFinder[L, T]:
        """Return the finder of an awaited task, which searches the list."""
        return AsyncFinder(self._request(self._operation, instance_id, ListQuery()), target)
