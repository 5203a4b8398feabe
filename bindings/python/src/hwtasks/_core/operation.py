"""An operation as data: how it is sent, paged and waited for.

The generated constants are of these types. The runtime knows operations by them alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import quote

from hwtasks._core import new_error
from hwtasks._core.arguments import Moment, check_range, lower, upper
from hwtasks._core.model import Item, Model

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

L = TypeVar("L", bound=Model)
T = TypeVar("T", bound=Item)

Value = int | str | bool | Moment | None
"""The value of a query parameter; `None` when it is not sent."""

_DEFAULT_PAGE_SIZE = 100
"""The page size of an operation without a documented one."""


@dataclass(frozen=True, slots=True)
class Integer:
    """A query parameter that holds a whole number."""

    name: str
    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Boolean:
    """A query parameter that holds `true` or `false`."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """A query parameter that holds text."""

    name: str


@dataclass(frozen=True, slots=True)
class Time:
    """A query parameter that bounds a time window."""

    name: str


QueryParameter = Integer | Boolean | Text | Time


@dataclass(frozen=True, slots=True)
class Paging:
    """How an operation lists items page by page."""

    position: int
    """The index of the query parameter for where a page starts."""
    first: int
    """The position of the first item."""
    size: int
    """The index of the query parameter for the size of a page."""
    largest: int | None
    """The largest documented size of a page."""

    @property
    def default_size(self) -> int:
        """The page size without a limit."""
        return self.largest or _DEFAULT_PAGE_SIZE


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """The indexes of the query parameters that bound the times of items."""

    lower: int
    upper: int


@dataclass(frozen=True, slots=True)
class Waiting(Generic[T]):
    """How an item is waited for."""

    success: frozenset[str]
    """The states in which an item has ended well."""
    failure: frozenset[str]
    """The other states in which an item has ended."""
    label: str
    """The ID of an item, in words: `task ID`."""
    show: Operation[Any, T] | None
    """The operation that shows one item, by the arguments of the list and the ID."""


@dataclass(frozen=True, slots=True)
class Operation(Generic[L, T]):
    """An operation of a service, with the types of its body and of the items in it."""

    id: str
    """The operationId."""
    method: str
    path: str
    """The path with its parameters in braces."""
    body: type[L]
    path_parameters: tuple[str | None, ...]
    """In the order of the path: the label of each argument, and `None` for the project."""
    query_parameters: tuple[QueryParameter, ...]
    paging: Paging | None = None
    time_window: TimeWindow | None = None
    waiting: Waiting[T] | None = None

    def path_with(self, segments: Iterable[str]) -> str:
        """Return the path with these segments in place of its parameters."""
        values = iter(segments)
        return "/".join(
            next(values) if part.startswith("{") else part for part in self.path.split("/")
        )

    def query_string(self, values: Sequence[Value]) -> str:
        """Return the query. Raises `InvalidInputError` for a value that cannot be sent."""
        pairs = [
            (self.query_parameters[index].name, self._encoded(index, value))
            for index, value in enumerate(values)
            if value is not None
        ]
        # In the order of a signature's canonical query.
        return "&".join(f"{name}={value}" for name, value in sorted(pairs))

    def _encoded(self, index: int, value: Any) -> str:
        parameter = self.query_parameters[index]
        match parameter:
            case Integer():
                return check_range(parameter.name, value, parameter.minimum, parameter.maximum)
            case Time():
                window = self.time_window
                if window is not None and index == window.upper:
                    return upper("until", value)
                return lower("since", value)
            case Boolean():
                if isinstance(value, bool):
                    return "true" if value else "false"
                kind = "True or False"
            case Text():
                if isinstance(value, str):
                    return quote(value, safe="~")
                kind = "a string"
        raise new_error.invalid_input(f"the {parameter.name} is {value!r}, and must be {kind}")
