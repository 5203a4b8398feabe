"""What the tasks of both services can be asked alike: to end, and those of many instances."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Generic

from hwtasks._async.find import AsyncFinder, ById, ByName
from hwtasks._async.pages import items
from hwtasks._async.service import AsyncListRequest, AsyncService
from hwtasks._async.sweep import sweep
from hwtasks._async.wait import named, wait, watch
from hwtasks._config.endpoint import Moment
from hwtasks._core.errors import Error
from hwtasks._core.request import L, ListOperation, ListQuery, T
from hwtasks._core.sweep_result import CONCURRENCY, SweptTasks
from hwtasks._core.wait_options import Looks

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable

    from hwtasks._core.sweep_result import Swept

TIMEOUT = 30 * 60.0
INTERVAL = (2.0, 30.0)
GRACE = 60.0


class AsyncTasks(Generic[L, T]):
    """The tasks of a service."""

    def __init__(self, service: AsyncService, operation: ListOperation[L, T]) -> None:
        self._service = service
        self._operation = operation

    async def wait(
        self,
        instance_id: str,
        task_id: str,
        *,
        timeout: float = TIMEOUT,
        interval: tuple[float, float] = INTERVAL,
        grace: float = GRACE,
        on_change: Callable[[T], object] | None = None,
    ) -> T:
        """Wait for a task of an instance to end, and return it as it ended: as SUCCESS.

        `timeout` is how long to wait at most, `interval` the first pause between two looks and the
        one they grow to, and `grace` how long the task may be missing before the wait ends; all in
        seconds. `on_change` is called with the task each time it is seen changed, the last time as
        SUCCESS.

        A task without a state, or in one that no document lists, is waited for. The pauses grow by
        half, without jitter. The last look is made shortly before the timeout, so that it can be
        answered by then: 2 seconds, or a tenth of the timeout, or the first interval, whichever is
        least. No look goes on past the timeout. Leaving the wait ends only the wait; the task goes
        on.

        A task that is not there, not yet or no more, is looked for during the grace period: from the
        beginning, or from when it was last seen. So are failures that pass, such as no connection,
        once the service has answered at all. Before that, and for any other failure, a look that
        fails after its attempts ends the wait.

        Raises an `Error`: `is_task_failed` when the task ended as FAILED, CANCELLED or DELETED,
        `is_wait_timed_out`, `is_not_found` when the grace period was over; or that of a look.
        `Error.task` has the task as it was last seen, and `Error.request_id`, status, headers and body
        are of the answer that showed it.

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
        looks = Looks.of(timeout, interval, grace)
        finder = self._finder(instance_id, ById(task_id))
        return await wait(self._service.transport.time, finder, looks, on_change)

    def watch(
        self,
        instance_id: str,
        task_id: str,
        *,
        timeout: float = TIMEOUT,
        interval: tuple[float, float] = INTERVAL,
        grace: float = GRACE,
    ) -> AsyncGenerator[T]:
        """Wait as `wait` does, and yield the task each time it is seen changed.

        The last time it has ended as SUCCESS.

        ```python
        async for task in client.dcs.watch(instance, "8abf6e1e72c12e7c0172c15b508500aa"):
            print(task.status)
        ```
        """
        looks = Looks.of(timeout, interval, grace)
        finder = self._finder(instance_id, ById(task_id))
        return watch(self._service.transport.time, finder, looks)

    async def wait_by_name(
        self,
        instance_id: str,
        name: str,
        *,
        since: Moment,
        timeout: float = TIMEOUT,
        interval: tuple[float, float] = INTERVAL,
        grace: float = GRACE,
        on_change: Callable[[T], object] | None = None,
    ) -> T:
        """Wait for the newest task of a name that began at `since` or later, by the service's clock.

        Take the time before the operation that starts the task is called. The task may take the grace
        period to appear. Once one was found, it is the one waited for, even if another of the name
        begins. A task of which the service does not say when it began is not taken, because it may be
        an old one. The rest is as for `wait`.

        ```python
        before = datetime.now(UTC)
        # ... ask DCS to resize the instance ...
        task = await client.dcs.wait_by_name(instance, "EXTEND", since=before)
        print(task.id, "ended at", task.updated_at)
        ```
        """
        looks = Looks.of(timeout, interval, grace)
        finder = self._finder(instance_id, ByName(named(name), since))
        return await wait(self._service.transport.time, finder, looks, on_change)

    def watch_by_name(
        self,
        instance_id: str,
        name: str,
        *,
        since: Moment,
        timeout: float = TIMEOUT,
        interval: tuple[float, float] = INTERVAL,
        grace: float = GRACE,
    ) -> AsyncGenerator[T]:
        """Wait as `wait_by_name` does, and yield the task each time it is seen changed."""
        looks = Looks.of(timeout, interval, grace)
        finder = self._finder(instance_id, ByName(named(name), since))
        return watch(self._service.transport.time, finder, looks)

    def sweep(
        self,
        instances: Iterable[str],
        *,
        concurrency: int = CONCURRENCY,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> AsyncGenerator[SweptTasks[T]]:
        """Yield each of many instances with all its tasks, or with the error that kept them away.

        `concurrency` is how many instances are asked at once. They come as they finish, in no other
        order; a failure is that instance's, and the sweep goes on. Instances are taken only as their
        calls begin, and no more is kept than the calls under way. What `items` says of a list holds
        for each. Whoever leaves the sweep ends its calls; `sweep` of this package asks anything else
        of many instances.

        ```python
        async for name, tasks, error in client.kafka.sweep([instance], concurrency=64):
            print(name, error if tasks is None else len(tasks))
        ```
        """

        async def ask(instance_id: str) -> list[T]:
            query = ListQuery(since=since, until=until)
            request = self._request(self._operation, instance_id, query)
            return [task async for task in items(request)]

        return _tasks_of(sweep(instances, ask, concurrency=concurrency))

    def _request(
        self, operation: ListOperation[L, T], instance_id: str, query: ListQuery
    ) -> AsyncListRequest[L, T]:
        return AsyncListRequest(self._service, operation, instance_id, query)

    def _finder(self, instance_id: str, target: ById | ByName) -> AsyncFinder[L, T]:
        """No operation shows one task, so it is looked for in the list.

        First in at most 20 pages, then, knowing when it began, in a window of time around that.
        """
        return AsyncFinder(self._request(self._operation, instance_id, ListQuery()), target)


async def _tasks_of(
    sweeping: AsyncGenerator[Swept[str, list[T]]],
) -> AsyncGenerator[SweptTasks[T]]:
    # Closed at once when the sweep is left, so that no call goes on unseen.
    async with aclosing(sweeping) as all_swept:
        async for instance, tasks, error in all_swept:
            if error is not None and not isinstance(error, Error):
                raise error
            yield SweptTasks(instance, tasks, error)
