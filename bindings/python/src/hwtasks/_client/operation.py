"""A call of an operation of a service, as data until it is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Self, cast

from hwtasks._client.project import AsyncProject, Project
from hwtasks._client.transport import AsyncTransport, Transport
from hwtasks._core import new_error
from hwtasks._core.arguments import Moment, path_segment
from hwtasks._core.decode import success_of
from hwtasks._core.error_kinds import ErrorReason
from hwtasks._core.errors import HwtasksError
from hwtasks._core.http import Request
from hwtasks._core.model import ListBody
from hwtasks._core.new_error import one_line
from hwtasks._core.operation import L, Operation, Paging, T, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hwtasks._client.sweep import AsyncPace, Pace


@dataclass(frozen=True, slots=True)
class AsyncService:
    """A service of a client, with its endpoint and its transport."""

    label: str
    """Its part of the option names: `dcs`."""
    endpoint: str | None
    """Its endpoint; `None` when neither region nor endpoint is set."""
    project: AsyncProject
    transport: AsyncTransport


@dataclass(frozen=True, slots=True)
class AsyncOperationCall(Generic[L, T]):
    """A call of an operation, which can be changed and sent many times."""

    service: AsyncService
    operation: Operation[L, T]
    arguments: tuple[str, ...] = ()
    """The arguments in the path, in its order."""
    query: tuple[Value, ...] = ()
    """The values of the query parameters, in the order of the operation's; those left out are `None`."""
    deadline: float | None = None
    """When the call ends at the latest, by the client's clock."""
    timeout: float | None = None
    """The time limit of the call in seconds; `None` for that of the client."""
    pace: AsyncPace | None = None
    """The pace of the sweep that the call is part of."""

    @property
    def paging(self) -> Paging:
        """How the operation lists items. Raises `TypeError` when it does not."""
        if self.operation.paging is None:
            raise TypeError(f"{self.operation.id} lists nothing page by page")
        return self.operation.paging

    def value(self, index: int) -> Any:
        """Return the value of a query parameter."""
        return self.query[index] if index < len(self.query) else None

    def with_query(self, values: Mapping[int, Value]) -> Self:
        """Return the call with other values of these query parameters, by their indexes."""
        indexes = range(len(self.operation.query_parameters))
        query = tuple(values[index] if index in values else self.value(index) for index in indexes)
        return replace(self, query=query)

    def within(self, since: Moment | None, until: Moment | None) -> Self:
        """Return the call with this time window; unchanged when the operation has none."""
        window = self.operation.time_window
        if window is None:
            return self
        return self.with_query({window.lower: since, window.upper: until})

    async def send(self) -> L:
        """Send the request, and decode the response."""
        if self.pace is None:
            return await self._send_once()
        return await self.pace.run(self._send_once)

    async def _send_once(self) -> L:
        operation, service = self.operation, self.service
        call = service.transport.call(operation.id, self.deadline, self.timeout)
        if self.pace is not None:
            call.retries_throttled = False
        try:
            if service.endpoint is None:
                raise new_error.invalid_input(
                    f"no {service.label} endpoint is set",
                    help=f"set {service.label}_endpoint, or the region",
                    reason=ErrorReason.NO_ENDPOINT,
                )
            labels = [label for label in operation.path_parameters if label is not None]
            checked = iter(
                [path_segment(*pair) for pair in zip(labels, self.arguments, strict=True)]
            )
            query = operation.query_string(self.query)
            # Last, because it may need a request to IAM.
            project = path_segment("project ID", await service.project.id(call))
        except HwtasksError as error:
            raise error._with_operation(operation.id) from error.__cause__
        segments = [
            project if label is None else next(checked) for label in operation.path_parameters
        ]
        target = operation.path_with(segments)
        url = f"{service.endpoint}{target}?{query}" if query else f"{service.endpoint}{target}"
        return await call.send(Request(operation.method, url), partial(success_of, operation.body))

    async def send_one(self) -> T:
        """Send the request, and return the only item of the response.

        Raises an error of the kind `UNEXPECTED` when the response holds anything but the item whose
        ID is the last argument.
        """
        body = await self.send()
        return self._only_item(body)

    async def find_one(self) -> T | None:
        """Send the request as `send_one` does; `None` when the list in the response is empty."""
        body = await self.send()
        return self._only_item(body) if items_of(body) else None

    def _only_item(self, body: L) -> T:
        match items_of(body):
            case [item] if item._identity() == self.arguments[-1]:
                return cast("T", item._with_http_response(body.response))
            case [item]:
                why = f"the response holds another task, {one_line(item._identity())!r}"
            case items:
                why = f"expected one task, and the response holds {len(items)}"
        raise new_error.unexpected(body.response, why)._with_operation(self.operation.id)


def items_of(body: L) -> list[Any]:
    """Return the items of a body. Raises `TypeError` when it is no list."""
    if not isinstance(body, ListBody):
        raise TypeError(f"a {type(body).__name__} holds no items")
    return body._items()


# --- Generated by `cargo xtask gen python` from the definitions above; do not edit. ---
# fmt: off


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a client, with its endpoint and its transport."""

    label: str
    """Its part of the option names: `dcs`."""
    endpoint: str | None
    """Its endpoint; `None` when neither region nor endpoint is set."""
    project: Project
    transport: Transport


@dataclass(frozen=True, slots=True)
class OperationCall(Generic[L, T]):
    """A call of an operation, which can be changed and sent many times."""

    service: Service
    operation: Operation[L, T]
    arguments: tuple[str, ...] = ()
    """The arguments in the path, in its order."""
    query: tuple[Value, ...] = ()
    """The values of the query parameters, in the order of the operation's; those left out are `None`."""
    deadline: float | None = None
    """When the call ends at the latest, by the client's clock."""
    timeout: float | None = None
    """The time limit of the call in seconds; `None` for that of the client."""
    pace: Pace | None = None
    """The pace of the sweep that the call is part of."""

    @property
    def paging(self) -> Paging:
        """How the operation lists items. Raises `TypeError` when it does not."""
        if self.operation.paging is None:
            raise TypeError(f"{self.operation.id} lists nothing page by page")
        return self.operation.paging

    def value(self, index: int) -> Any:
        """Return the value of a query parameter."""
        return self.query[index] if index < len(self.query) else None

    def with_query(self, values: Mapping[int, Value]) -> Self:
        """Return the call with other values of these query parameters, by their indexes."""
        indexes = range(len(self.operation.query_parameters))
        query = tuple(values[index] if index in values else self.value(index) for index in indexes)
        return replace(self, query=query)

    def within(self, since: Moment | None, until: Moment | None) -> Self:
        """Return the call with this time window; unchanged when the operation has none."""
        window = self.operation.time_window
        if window is None:
            return self
        return self.with_query({window.lower: since, window.upper: until})

    def send(self) -> L:
        """Send the request, and decode the response."""
        if self.pace is None:
            return self._send_once()
        return self.pace.run(self._send_once)

    def _send_once(self) -> L:
        operation, service = self.operation, self.service
        call = service.transport.call(operation.id, self.deadline, self.timeout)
        if self.pace is not None:
            call.retries_throttled = False
        try:
            if service.endpoint is None:
                raise new_error.invalid_input(
                    f"no {service.label} endpoint is set",
                    help=f"set {service.label}_endpoint, or the region",
                    reason=ErrorReason.NO_ENDPOINT,
                )
            labels = [label for label in operation.path_parameters if label is not None]
            checked = iter(
                [path_segment(*pair) for pair in zip(labels, self.arguments, strict=True)]
            )
            query = operation.query_string(self.query)
            # Last, because it may need a request to IAM.
            project = path_segment("project ID", service.project.id(call))
        except HwtasksError as error:
            raise error._with_operation(operation.id) from error.__cause__
        segments = [
            project if label is None else next(checked) for label in operation.path_parameters
        ]
        target = operation.path_with(segments)
        url = f"{service.endpoint}{target}?{query}" if query else f"{service.endpoint}{target}"
        return call.send(Request(operation.method, url), partial(success_of, operation.body))

    def send_one(self) -> T:
        """Send the request, and return the only item of the response.

        Raises an error of the kind `UNEXPECTED` when the response holds anything but the item whose
        ID is the last argument.
        """
        body = self.send()
        return self._only_item(body)

    def find_one(self) -> T | None:
        """Send the request as `send_one` does; `None` when the list in the response is empty."""
        body = self.send()
        return self._only_item(body) if items_of(body) else None

    def _only_item(self, body: L) -> T:
        match items_of(body):
            case [item] if item._identity() == self.arguments[-1]:
                return cast("T", item._with_http_response(body.response))
            case [item]:
                why = f"the response holds another task, {one_line(item._identity())!r}"
            case items:
                why = f"expected one task, and the response holds {len(items)}"
        raise new_error.unexpected(body.response, why)._with_operation(self.operation.id)
