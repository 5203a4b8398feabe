"""The same question to many instances."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, TypeVar

from hwtasks._backends import async_ as backend
from hwtasks._core.errors import invalid_input
from hwtasks._core.sweep_result import CONCURRENCY, Swept

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

K = TypeVar("K")
V = TypeVar("V")


def sweep(
    instances: Iterable[K], call: Callable[[K], Awaitable[V]], *, concurrency: int = CONCURRENCY
) -> AsyncGenerator[Swept[K, V]]:
    """Ask many instances the same, some at a time: any call of a client, or a function of your own.

    `concurrency` is how many calls are under way at once; 16 by default. Each instance comes with the
    result of its call as that finishes, in no other order; an exception is that instance's, and the
    sweep goes on. Instances are taken only as calls begin, and no more is kept than the calls under
    way. Whoever leaves the sweep ends its calls. Raises an `Error` for a concurrency that is none, and
    for a string in place of instances.

    ```python
    def newest(instance_id):
        return client.kafka.list(instance_id, limit=1)


    async for name, page, error in sweep([instance], newest, concurrency=64):
        print(name, error if page is None else page.tasks[:1])
    ```
    """
    if isinstance(instances, str):
        raise invalid_input(f"the instances are a string, {instances!r}: give a list of IDs")
    if isinstance(concurrency, bool) or not isinstance(concurrency, int):
        raise invalid_input(f"the concurrency is {concurrency!r}, and must be a whole number")
    return _swept(instances, call, max(concurrency, 1))


async def _swept(
    instances: Iterable[K], call: Callable[[K], Awaitable[V]], concurrency: int
) -> AsyncGenerator[Swept[K, V]]:
    # Closed at once when the sweep is left, so that no call goes on unseen.
    async with aclosing(backend.each(instances, call, concurrency)) as answers:
        async for instance, value, error in answers:
            yield Swept(instance, value, error)
