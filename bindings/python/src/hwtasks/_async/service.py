"""Sends the operations of a service."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic

from hwtasks._core import new_error
from hwtasks._core.decode import M, success_of
from hwtasks._core.error_kinds import ErrorReason
from hwtasks._core.errors import HwtasksError
from hwtasks._core.params import path_segment
from hwtasks._core.request import L, ListOperation, ListQuery, Request, T, segments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hwtasks._async.project import AsyncProject
    from hwtasks._async.transport import AsyncTransport
    from hwtasks._generated.operations import Operation


@dataclass(frozen=True, slots=True)
class AsyncService:
    """A service of a client, with its endpoint and its transport."""

    label: str
    """Its part of the option names: `dcs`."""
    endpoint: str | None
    """Its endpoint; `None` when neither region nor endpoint is set."""
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
        """Send an operation and decode its response; every operation uses this method."""
        call = self.transport.call(operation.id, deadline)
        try:
            if self.endpoint is None:
                raise new_error.invalid_input(
                    f"no {self.label} endpoint is set",
                    help=f"set {self.label}_endpoint, or the region",
                )._with_reason(ErrorReason.NO_ENDPOINT)
            checked = segments(ids)
            query = listed[1].checked(listed[0]) if listed else ""
            # Last, because it may need a request to IAM.
            project_id = path_segment("project ID", await self.project.id(call))
        except HwtasksError as error:
            raise error._with_operation(operation.id) from error.__cause__
        path = operation.path.format(project_id=project_id, **checked)
        url = f"{self.endpoint}{path}?{query}" if query else f"{self.endpoint}{path}"
        return await call.send(Request(operation.method, url), partial(success_of, model))


@dataclass(frozen=True, slots=True)
class AsyncListRequest(Generic[L, T]):
    """A list operation of an instance, for any page."""

    service: AsyncService
    operation: ListOperation[L, T]
    instance_id: str
    query: ListQuery
    deadline: float | None = None
    """The deadline of each call, by the client's clock."""

    async def fetch(self) -> L:
        """Send the request, and return the page."""
        return await self.service.get(
            self.operation.operation,
            self.operation.model,
            {"instance_id": self.instance_id},
            listed=(self.operation, self.query),
            deadline=self.deadline,
        )
