"""A request before it is authorized."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from hwtasks._core.model import Model, Task
from hwtasks._core.params import Moment, check_range, lower, path_segment, upper

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hwtasks._generated.operations import Operation

_PAGE = 100
"""The page size of an operation without a documented one."""

L = TypeVar("L", bound=Model)
T = TypeVar("T", bound=Task)


@dataclass(frozen=True, slots=True)
class Request:
    """A request before it is authorized."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class ListOperation(Generic[L, T]):
    """An operation that lists tasks, with its own parameter names."""

    operation: Operation
    model: type[L]
    tasks: Callable[[L], list[T]]
    position: str
    """The parameter for the start of a page."""
    since: str
    until: str

    def __post_init__(self) -> None:
        names = (self.position, "limit", self.since, self.until)
        if names != tuple(self.operation.query):
            raise TypeError(f"the query of {self.operation.id} is {tuple(self.operation.query)}")

    @property
    def first(self) -> int:
        """The position of the first task."""
        return self.operation.query[self.position].minimum or 0

    @property
    def page(self) -> int:
        """The default page size: the largest documented one."""
        return self.operation.query["limit"].maximum or _PAGE


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A page and a time window."""

    position: int | None = None
    limit: int | None = None
    since: Moment | None = None
    until: Moment | None = None

    def checked(self, operation: ListOperation[L, T]) -> str:
        """Return the query string. Raises `InvalidInputError` for a value out of range."""
        pairs = (
            (operation.position, _number(operation.position, self.position, operation.first)),
            ("limit", _number("limit", self.limit, 1)),
            (operation.since, None if self.since is None else lower("since", self.since)),
            (operation.until, None if self.until is None else upper("until", self.until)),
        )
        # In the order of a signature's canonical query.
        return "&".join(f"{name}={value}" for name, value in sorted(pairs) if value is not None)


def _number(what: str, value: int | None, least: int) -> str | None:
    return None if value is None else check_range(what, value, least)


def segments(ids: Mapping[str, str]) -> dict[str, str]:
    """Return IDs as path segments. Raises `InvalidInputError` for an invalid one."""
    return {name: path_segment(name.replace("_id", " ID"), given) for name, given in ids.items()}
