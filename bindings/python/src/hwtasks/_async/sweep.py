"""The tasks of many instances, listed concurrently."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from hwtasks._async.pace import AsyncPace
from hwtasks._async.pages import items
from hwtasks._backends import async_ as backend
from hwtasks._core.errors import HwtasksError
from hwtasks._core.new_error import invalid_input
from hwtasks._core.operation import L, T
from hwtasks._core.sweep_result import SweepResult

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from hwtasks._async.operation import AsyncOperationCall


def sweep(
    call: AsyncOperationCall[L, T], instance_ids: backend.Strings, concurrency: int
) -> AsyncGenerator[SweepResult[T]]:
    """List the tasks of many instances, and yield each result as it completes.

    The call has no argument yet; each instance takes its place.

    Raises `InvalidInputError` at once for a concurrency that is not a whole number, and for a string
    in place of instances.
    """
    if isinstance(instance_ids, str):
        raise invalid_input(f"the instances are a string, {instance_ids!r}: give a list of IDs")
    if isinstance(concurrency, bool) or not isinstance(concurrency, int):
        raise invalid_input(f"the concurrency is {concurrency!r}, and must be a whole number")

    return _results(call, instance_ids, max(concurrency, 1))


async def _results(
    call: AsyncOperationCall[L, T], instance_ids: backend.Strings, concurrency: int
) -> AsyncGenerator[SweepResult[T]]:
    pace = AsyncPace(call.service.transport, concurrency)

    async def list_tasks(argument: str) -> list[T]:
        return [task async for task in items(replace(call, arguments=(argument,), pace=pace))]

    def is_over() -> bool:
        return pace.state.is_ended

    # Closed with this generator, so that no call continues in the background.
    async with aclosing(backend.each(instance_ids, list_tasks, concurrency, is_over)) as outcomes:
        async for argument, found, error in outcomes:
            if error is None:
                yield SweepResult(argument, found, None)
            elif not isinstance(error, HwtasksError):
                raise error
            elif not pace.state.is_unsent(error):
                yield SweepResult(argument, None, error)
    end = pace.state.end
    if end is not None:
        raise end
