"""The operations of Distributed Message Service (DMS) for Kafka."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hwtasks._async.find import AsyncFinder, ById, ByName
from hwtasks._async.pages import items, pages
from hwtasks._async.service import AsyncListRequest, AsyncService
from hwtasks._async.tasks import AsyncTasks
from hwtasks._core import new_error
from hwtasks._core.new_error import one_line
from hwtasks._core.request import ListOperation, ListQuery
from hwtasks._generated.models import KafkaTask, KafkaTaskList
from hwtasks._generated.operations import LIST_KAFKA_TASKS, SHOW_KAFKA_TASK

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from hwtasks._core.params import Moment

_LIST = ListOperation(
    LIST_KAFKA_TASKS,
    KafkaTaskList,
    lambda page: page.tasks,
    position="start",
    since="begin_time",
    until="end_time",
)


class AsyncKafka(AsyncTasks[KafkaTaskList, KafkaTask]):
    """The operations of Kafka; `client.kafka`.

    The same paths serve RabbitMQ and RocketMQ instances in the same form.
    """

    def __init__(self, service: AsyncService) -> None:
        super().__init__(service, _LIST)

    async def list(
        self,
        instance_id: str,
        *,
        start: int | None = None,
        limit: int | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> KafkaTaskList:
        """List the background tasks of an instance (`ListKafkaTasks`): one page.

        `start` is the number of the first task of the page, counted from 1. `limit` is the largest
        size of the page, at least 1: the documents give no range; that of RabbitMQ says 1
        to 100. `since` and `until` bound the start times of the tasks. The query holds whole seconds in
        UTC, rounded so that no task is lost.

        Raises `NotFoundError` when the instance does not exist, and the errors of any call.

        ```python
        page = await client.kafka.list(instance, limit=50)
        print(len(page.tasks), "tasks, request", page.response.request_id)
        ```
        """
        return await self._listed(instance_id, start, limit, since, until).fetch()

    def pages(
        self,
        instance_id: str,
        *,
        start: int | None = None,
        limit: int | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> AsyncGenerator[KafkaTaskList]:
        """Yield the pages of a list, one request each.

        A page holds only tasks that no earlier page held; `page.response` is its HTTP response. `items`
        describes the guarantees while tasks are added and deleted.

        ```python
        async for page in client.kafka.pages(instance):
            print(len(page.tasks), page.response.request_id)
        ```
        """
        return pages(self._listed(instance_id, start, limit, since, until))

    def items(
        self,
        instance_id: str,
        *,
        start: int | None = None,
        limit: int | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> AsyncGenerator[KafkaTask]:
        """Yield the tasks of a list, one request for each page.

        Each page starts at the last task of the previous page. If a page contains no task already
        seen, tasks were deleted in between, so the client rewinds and reads again. As long as the
        service keeps the order of the tasks, each task that exists throughout is yielded exactly once,
        whatever is added or deleted meanwhile. `task_count` does not end the list.

        The default `limit` is 100. A limit of 1 is sent as 2, because pages of one task cannot
        overlap. The IDs of all tasks so far are kept in memory.

        ```python
        async for task in client.kafka.items(instance, since="2020-06-01T00:00:00Z"):
            print(task.id, task.name, task.status)
        ```
        """
        return items(self._listed(instance_id, start, limit, since, until))

    async def show(self, instance_id: str, task_id: str) -> KafkaTask:
        """Show one background task of an instance (`ShowKafkaTask`).

        The service returns a list of one task. Raises `NotFoundError` when the instance or the task
        does not exist, and an error of the kind `UNEXPECTED` when the response holds another task.
        For an invalid ID, Kafka returns 400 with `DMS.00400070` (`BadRequestError`).

        ```python
        task = await client.kafka.show(instance, "8abfa7b272adc5b40172b73130065ae7")
        print(task.status, task.updated_at)
        ```
        """
        shown = await self._shown(instance_id, task_id, None)
        return _one(shown, task_id)

    async def _shown(self, instance_id: str, task_id: str, deadline: float | None) -> KafkaTaskList:
        ids = {"instance_id": instance_id, "task_id": task_id}
        return await self._service.get(SHOW_KAFKA_TASK, KafkaTaskList, ids, deadline=deadline)

    async def _find(self, instance_id: str, task_id: str, deadline: float) -> KafkaTask | None:
        """Return the task, or `None` when the list in the response is empty."""
        shown = await self._shown(instance_id, task_id, deadline)
        return _one(shown, task_id) if shown.tasks else None

    def _finder(
        self, instance_id: str, target: ById | ByName
    ) -> AsyncFinder[KafkaTaskList, KafkaTask]:
        """Search the list for a name, and show the task of an ID."""
        request = self._request(_LIST, instance_id, ListQuery())
        return AsyncFinder(request, target, partial(self._find, instance_id), SHOW_KAFKA_TASK.id)

    def _listed(
        self,
        instance_id: str,
        start: int | None,
        limit: int | None,
        since: Moment | None,
        until: Moment | None,
    ) -> AsyncListRequest[KafkaTaskList, KafkaTask]:
        return self._request(_LIST, instance_id, ListQuery(start, limit, since, until))


def _one(shown: KafkaTaskList, task_id: str) -> KafkaTask:
    match shown.tasks:
        case [task] if task.id == task_id:
            return task._with_http_response(shown.response)
        case [task]:
            why = f"the response holds another task, {one_line(task.id)!r}"
        case tasks:
            why = f"expected one task, and the response holds {len(tasks)}"
    raise new_error.unexpected(shown.response, why)._with_operation(SHOW_KAFKA_TASK.id)
