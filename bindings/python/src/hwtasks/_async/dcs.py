"""The operations of Distributed Cache Service (DCS)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwtasks._async.pages import items, pages
from hwtasks._async.service import AsyncListRequest, AsyncService
from hwtasks._async.tasks import AsyncTasks
from hwtasks._core.request import ListOperation, ListQuery
from hwtasks._generated.models import DcsTask, DcsTaskList, DcsTaskListV1, DcsTaskV1
from hwtasks._generated.operations import LIST_DCS_TASKS, LIST_DCS_TASKS_V1

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from hwtasks._core.params import Moment

_LIST = ListOperation(
    LIST_DCS_TASKS,
    DcsTaskList,
    lambda page: page.tasks,
    position="offset",
    since="start_time",
    until="end_time",
)
_LIST_V1 = ListOperation(
    LIST_DCS_TASKS_V1,
    DcsTaskListV1,
    lambda page: page.tasks,
    position="start",
    since="beginTime",
    until="endTime",
)


class AsyncDcs(AsyncTasks[DcsTaskList, DcsTask]):
    """The operations of DCS; `client.dcs`.

    DCS has no operation for a single task, so `wait` searches the list: at most 20 pages of 1000, and
    later only the tasks that started within a second of the found one.
    """

    def __init__(self, service: AsyncService) -> None:
        super().__init__(service, _LIST)

    async def list(
        self,
        instance_id: str,
        *,
        offset: int | None = None,
        limit: int | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> DcsTaskList:
        """List the background tasks of an instance (`ListDcsTasks`, V2): one page.

        `offset` is how many tasks to skip, 0 by default. `limit` is the largest size of the page, 1 to
        1000; the service's default is 10. `since` and `until` bound the
        start times of the tasks. The query holds whole seconds in UTC, rounded so that no task is
        lost.

        Raises `NotFoundError` when the instance does not exist, and the errors of any call.

        ```python
        page = await client.dcs.list(instance, limit=50)
        print(len(page.tasks), "tasks, request", page.response.request_id)
        ```
        """
        return await self._listed(instance_id, offset, limit, since, until).fetch()

    def pages(
        self,
        instance_id: str,
        *,
        offset: int | None = None,
        limit: int | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> AsyncGenerator[DcsTaskList]:
        """Yield the pages of a list, one request each.

        A page holds only tasks that no earlier page held; `page.response` is its HTTP response. `items`
        describes the guarantees while tasks are added and deleted.

        ```python
        async for page in client.dcs.pages(instance):
            print(len(page.tasks), page.response.request_id)
        ```
        """
        return pages(self._listed(instance_id, offset, limit, since, until))

    def items(
        self,
        instance_id: str,
        *,
        offset: int | None = None,
        limit: int | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> AsyncGenerator[DcsTask]:
        """Yield the tasks of a list, one request for each page.

        Each page starts at the last task of the previous page. If a page contains no task already
        seen, tasks were deleted in between, so the client rewinds and reads again. As long as the
        service keeps the order of the tasks, each task that exists throughout is yielded exactly once,
        whatever is added or deleted meanwhile. `task_count` does not end the list.

        The default `limit` is 1000. A limit of 1 is sent as 2, because pages of one task cannot
        overlap. The IDs of all tasks so far are kept in memory.

        ```python
        async for task in client.dcs.items(instance, since="2018-06-01T00:00:00Z"):
            print(task.id, task.name, task.details and task.details.new_capacity)
        ```
        """
        return items(self._listed(instance_id, offset, limit, since, until))

    async def list_v1(
        self,
        instance_id: str,
        *,
        start: int | None = None,
        limit: int | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> DcsTaskListV1:
        """List the background tasks of an instance by the withdrawn V1.0 (`ListDcsTasksV1`).

        The document was withdrawn in 2019, and the operation may no longer exist: use `list`. `start`
        counts from 1, and `limit` is 10 by default.

        ```python
        page = await client.dcs.list_v1(instance, start=1, limit=10)
        print([task.id for task in page.tasks])
        ```
        """
        return await self._listed_v1(instance_id, start, limit, since, until).fetch()

    def pages_v1(
        self,
        instance_id: str,
        *,
        start: int | None = None,
        limit: int | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> AsyncGenerator[DcsTaskListV1]:
        """Yield the pages of a V1.0 list, as `pages` does; without a limit, pages of 100."""
        return pages(self._listed_v1(instance_id, start, limit, since, until))

    def items_v1(
        self,
        instance_id: str,
        *,
        start: int | None = None,
        limit: int | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> AsyncGenerator[DcsTaskV1]:
        """Yield the tasks of a V1.0 list, as `items` does.

        Tasks with the ID `""`, as in the document's example, are identified by name and creation time.
        Several equal ones are all yielded from one page, and count as seen on later pages.
        """
        return items(self._listed_v1(instance_id, start, limit, since, until))

    def _listed(
        self,
        instance_id: str,
        offset: int | None,
        limit: int | None,
        since: Moment | None,
        until: Moment | None,
    ) -> AsyncListRequest[DcsTaskList, DcsTask]:
        return self._request(_LIST, instance_id, ListQuery(offset, limit, since, until))

    def _listed_v1(
        self,
        instance_id: str,
        start: int | None,
        limit: int | None,
        since: Moment | None,
        until: Moment | None,
    ) -> AsyncListRequest[DcsTaskListV1, DcsTaskV1]:
        query = ListQuery(start, limit, since, until)
        return AsyncListRequest(self._service, _LIST_V1, instance_id, query)
