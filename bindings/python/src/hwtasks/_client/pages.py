"""Reads a list page by page while tasks are added and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from hwtasks._client.operation import items_of
from hwtasks._core.error_kinds import ErrorKind
from hwtasks._core.errors import HwtasksError
from hwtasks._core.model import Item, ListBody
from hwtasks._core.operation import L, T

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from hwtasks._client.operation import AsyncOperationCall, OperationCall

_PROBE_OFFSET = 1_000_000
"""The distance of the probe past a repeated page: more than any instance has tasks."""
_MAX_PAGES_WITHOUT_NEW = 100
"""The limit of full pages in a row without a new task, beyond the pages of all seen tasks."""

Key = str | tuple[str, str]


def key_of(item: Item) -> Key:
    """Return the identity of an item in its list."""
    identity = item._identity()
    return identity or (item._label() or "", str(item._began() or ""))


async def async_pages(call: AsyncOperationCall[L, T]) -> AsyncGenerator[L]:
    """Yield the pages of a list, one request each."""
    pager = AsyncPager(call)
    while (page := await pager.next()) is not None:
        yield page


async def async_items(call: AsyncOperationCall[L, T]) -> AsyncGenerator[T]:
    """Yield the tasks of a list, one request for each page."""
    async for page in async_pages(call):
        for item in items_of(page):
            yield item


class AsyncPager(Generic[L, T]):
    """Reads a list page by page.

    Invariant: every task that existed throughout and precedes a seen task has been seen. A page at
    the start, or containing a seen task, extends this to its last task.
    """

    def __init__(self, call: AsyncOperationCall[L, T]) -> None:
        paging = call.paging
        self._call = call
        self._paging = paging
        self._first = paging.first
        size = call.value(paging.size)
        if size is None:
            size = paging.default_size
        # A page of one cannot overlap with the next.
        self._size = 2 if size == 1 else size
        position = call.value(paging.position)
        self._start = self._first if position is None else position
        self._position = self._start
        self._seen: set[Key] = set()
        self._rewind = 0
        """The length of the last rewind."""
        self._pages_without_new = 0
        """How many full pages in a row brought nothing new."""
        self._position_is_honored = False
        """Whether the service has shown that it honors the position."""
        self._started = False
        self._ended = False

    async def next(self) -> L | None:
        """Return the first page, or the next page with a new task; `None` at the end of the list."""
        while not self._ended:
            page = await self._fetch(self._position)
            found: list[T] = items_of(page)
            length = len(found)
            if self._position > self._start and not any(
                key_of(item) in self._seen for item in found
            ):
                self._rewind_to_seen()
                continue
            self._rewind = 0
            has_new = self._retain_new(found)
            if length >= self._size:
                if has_new:
                    self._pages_without_new = 0
                else:
                    await self._check_repeated(page)
            else:
                shown = max(self._position - self._first, 0) + length
                counted = page._count() if isinstance(page, ListBody) else None
                claims_more = counted is not None and counted > shown
                self._ended = not (has_new and claims_more and length > 1)
            self._position += max(length - 1, 0)
            if has_new or not self._started:
                self._started = True
                return page
        return None

    async def _fetch(self, position: int) -> L:
        paging = self._paging
        values = {paging.position: position, paging.size: self._size}
        page = await self._call.with_query(values).send()
        if isinstance(page, ListBody):
            page._fill_only_item()
        return page

    def _retain_new(self, found: list[T]) -> bool:
        """Remove the seen tasks from the list, and return whether new ones are left."""
        new = []
        without_id: set[Key] = set()
        for item in found:
            key = key_of(item)
            if key not in self._seen:
                new.append(item)
            # Equal tasks without an ID on one page are several tasks.
            (self._seen if isinstance(key, str) else without_id).add(key)
        self._seen |= without_id
        found[:] = new
        return bool(new)

    def _rewind_to_seen(self) -> None:
        """Rewind until a page contains a seen task: deleted tasks moved the others to the start."""
        self._position_is_honored = True
        self._rewind = max(self._rewind * 2, self._size - 1)
        self._position = max(self._position - self._rewind, self._start)

    async def _check_repeated(self, page: L) -> None:
        """Distinguish a page shifted by new tasks from a service that ignores the position."""
        self._pages_without_new += 1
        if self._pages_without_new > _MAX_PAGES_WITHOUT_NEW + len(self._seen) // max(
            self._size - 1, 1
        ):
            raise self._repeated(page)
        if self._position_is_honored:
            return
        try:
            far = items_of(await self._fetch(self._position + _PROBE_OFFSET))
        except HwtasksError as error:
            if not error._is_rejection:
                raise
            # A service that rejects the position honors it.
            far = []
        if far and all(key_of(item) in self._seen for item in far):
            raise self._repeated(page)
        self._position_is_honored = True

    def _repeated(self, page: L) -> HwtasksError:
        operation = self._call.operation
        parameter = operation.query_parameters[self._paging.position].name
        line = (
            f"the page at {parameter} {self._position} repeats tasks of the previous pages, and has no "
            "new one"
        )
        return HwtasksError(
            ErrorKind.UNEXPECTED, line, operation=operation.id, http_response=page.response
        )


# --- Generated by `cargo xtask gen python` from the definitions above; do not edit. ---
# fmt: off


def pages(call: OperationCall[L, T]) -> Generator[L]:
    """Yield the pages of a list, one request each."""
    pager = Pager(call)
    while (page := pager.next()) is not None:
        yield page


def items(call: OperationCall[L, T]) -> Generator[T]:
    """Yield the tasks of a list, one request for each page."""
    for page in pages(call):
        for item in items_of(page):
            yield item


class Pager(Generic[L, T]):
    """Reads a list page by page.

    Invariant: every task that existed throughout and precedes a seen task has been seen. A page at
    the start, or containing a seen task, extends this to its last task.
    """

    def __init__(self, call: OperationCall[L, T]) -> None:
        paging = call.paging
        self._call = call
        self._paging = paging
        self._first = paging.first
        size = call.value(paging.size)
        if size is None:
            size = paging.default_size
        # A page of one cannot overlap with the next.
        self._size = 2 if size == 1 else size
        position = call.value(paging.position)
        self._start = self._first if position is None else position
        self._position = self._start
        self._seen: set[Key] = set()
        self._rewind = 0
        """The length of the last rewind."""
        self._pages_without_new = 0
        """How many full pages in a row brought nothing new."""
        self._position_is_honored = False
        """Whether the service has shown that it honors the position."""
        self._started = False
        self._ended = False

    def next(self) -> L | None:
        """Return the first page, or the next page with a new task; `None` at the end of the list."""
        while not self._ended:
            page = self._fetch(self._position)
            found: list[T] = items_of(page)
            length = len(found)
            if self._position > self._start and not any(
                key_of(item) in self._seen for item in found
            ):
                self._rewind_to_seen()
                continue
            self._rewind = 0
            has_new = self._retain_new(found)
            if length >= self._size:
                if has_new:
                    self._pages_without_new = 0
                else:
                    self._check_repeated(page)
            else:
                shown = max(self._position - self._first, 0) + length
                counted = page._count() if isinstance(page, ListBody) else None
                claims_more = counted is not None and counted > shown
                self._ended = not (has_new and claims_more and length > 1)
            self._position += max(length - 1, 0)
            if has_new or not self._started:
                self._started = True
                return page
        return None

    def _fetch(self, position: int) -> L:
        paging = self._paging
        values = {paging.position: position, paging.size: self._size}
        page = self._call.with_query(values).send()
        if isinstance(page, ListBody):
            page._fill_only_item()
        return page

    def _retain_new(self, found: list[T]) -> bool:
        """Remove the seen tasks from the list, and return whether new ones are left."""
        new = []
        without_id: set[Key] = set()
        for item in found:
            key = key_of(item)
            if key not in self._seen:
                new.append(item)
            # Equal tasks without an ID on one page are several tasks.
            (self._seen if isinstance(key, str) else without_id).add(key)
        self._seen |= without_id
        found[:] = new
        return bool(new)

    def _rewind_to_seen(self) -> None:
        """Rewind until a page contains a seen task: deleted tasks moved the others to the start."""
        self._position_is_honored = True
        self._rewind = max(self._rewind * 2, self._size - 1)
        self._position = max(self._position - self._rewind, self._start)

    def _check_repeated(self, page: L) -> None:
        """Distinguish a page shifted by new tasks from a service that ignores the position."""
        self._pages_without_new += 1
        if self._pages_without_new > _MAX_PAGES_WITHOUT_NEW + len(self._seen) // max(
            self._size - 1, 1
        ):
            raise self._repeated(page)
        if self._position_is_honored:
            return
        try:
            far = items_of(self._fetch(self._position + _PROBE_OFFSET))
        except HwtasksError as error:
            if not error._is_rejection:
                raise
            # A service that rejects the position honors it.
            far = []
        if far and all(key_of(item) in self._seen for item in far):
            raise self._repeated(page)
        self._position_is_honored = True

    def _repeated(self, page: L) -> HwtasksError:
        operation = self._call.operation
        parameter = operation.query_parameters[self._paging.position].name
        line = (
            f"the page at {parameter} {self._position} repeats tasks of the previous pages, and has no "
            "new one"
        )
        return HwtasksError(
            ErrorKind.UNEXPECTED, line, operation=operation.id, http_response=page.response
        )
