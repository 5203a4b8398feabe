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

    from hwtasks._config.endpoint import Moment

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

    No operation shows one task of DCS, so `wait` looks for it in the list: first in at most 20 pages
    of 1000, then, knowing when it began, in a window of time around that.
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

        `offset` is how many tasks to skip, 0 by default; `limit` how many tasks the page may hold:
        the service takes 1 to 1000, and 10 by default. `since` and `until` bound the time the tasks
        began; the query knows whole seconds in UTC, and is rounded so that no task is lost.

        Raises an `HwtasksError`; `is_not_found` when there is no such instance.

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

        A page holds the tasks that no earlier page held; `page.response` has what came. `items` says
        what is guaranteed when tasks come and go meanwhile.

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
        """Yield the tasks of a list, over as many pages as it takes.

        A page begins with the last task of the page before. When tasks vanished, so that a page holds
        no task met before, it is read again from nearer to the front, until it does. So, as long as
        the service keeps the tasks it has in one order, no task comes twice, by its ID, and every
        task that is there from the first request to the last comes once, whatever is added or removed
        meanwhile. The count that a list shows ends nothing.

        Without a limit, pages of 1000 are asked for; a limit of 1 is sent as 2, because a page of one
        cannot overlap with the next. The IDs of all tasks so far are remembered.

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

        The document was withdrawn in 2019, and whether the operation still answers is not known: use
        `list`. `start` counts from 1, and `limit` is 10 by default.

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

        A task with the ID `""`, as in the document's example, is known by its name and the time it
        was created. Such tasks that have both in common all come when they stand on one page; on
        later pages they are taken for those met.
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
