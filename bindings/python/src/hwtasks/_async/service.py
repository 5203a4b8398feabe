"""What both services do alike: lists and the tasks in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic

from hwtasks._config.endpoint import segment
from hwtasks._core import new_error
from hwtasks._core.decode import M, answer_of
from hwtasks._core.error_kinds import ErrorReason
from hwtasks._core.errors import HwtasksError
from hwtasks._core.request import L, ListOperation, ListQuery, Request, T, segments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hwtasks._async.project import AsyncProject
    from hwtasks._async.transport import AsyncTransport
    from hwtasks._generated.operations import Operation


@dataclass(frozen=True, slots=True)
class AsyncService:
    """A service of a client: where it answers, and how it is asked."""

    label: str
    """Its part of the names of settings: `dcs`."""
    endpoint: str | None
    """Where it answers; `None` when neither region nor endpoint was set."""
    project: AsyncProject
    transport: AsyncTransport

    async def get(
        self,
        operation: Operation,
        model: type[M],
        ids: Mapping[str, str],
        *,
        listed: tuple[ListOperation[L, T], ListQuery] | None = None,
        deadline: float | None = None,
    ) -> M:
        """Ask one thing of the service; every operation goes through here."""
        call = self.transport.call(operation.id, deadline)
        try:
            if self.endpoint is None:
                raise new_error.invalid_input(
                    f"no {self.label} endpoint is set",
                    help=f"set {self.label}_endpoint, or the region",
                )._with_reason(ErrorReason.NO_ENDPOINT)
            checked = segments(ids)
            query = listed[1].checked(listed[0]) if listed else ""
            # Last, because it may have to be looked up.
            project_id = segment("project ID", await self.project.id(call))
        except HwtasksError as error:
            raise error._with_operation(operation.id) from error.__cause__
        path = operation.path.format(project_id=project_id, **checked)
        url = f"{self.endpoint}{path}?{query}" if query else f"{self.endpoint}{path}"
        return await call.send(Request(operation.method, url), partial(answer_of, model))


@dataclass(frozen=True, slots=True)
class AsyncListRequest(Generic[L, T]):
    """A list operation of an instance, which can be sent for any page."""

    service: AsyncService
    operation: ListOperation[L, T]
    instance_id: str
    query: ListQuery
    deadline: float | None = None
    """When each call must have ended, by the client's clock."""

    async def fetch(self) -> L:
        """Send it."""
        return await self.service.get(
            self.operation.operation,
            self.operation.model,
            {"instance_id": self.instance_id},
            listed=(self.operation, self.query),
            deadline=self.deadline,
        )
