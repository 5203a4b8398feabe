"""`paging.json`: a list read page by page while tasks come and go."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hwtasks import HwtasksError
from tests.conformance import normal
from tests.conformance.corpus import Case, arguments, cases
from tests.conformance.script import Other
from tests.emulator import Emulator
from tests.halves import Half
from tests.server import Server

_ITEMS = {
    "ListDcsTasksV1": ("dcs", "items_v1", "pages_v1"),
    "ListDcsTasks": ("dcs", "items", "pages"),
    "ListKafkaTasks": ("kafka", "items", "pages"),
    "ListDcsInstances": ("dcs", "instances_items", "instances_pages"),
    "ListDmsInstances": ("kafka", "instances_items", "instances_pages"),
}


@cases("paging", {"script", "call", "as", "take", "expect"})
async def test_paging(case: Case, half: Half, emulator: Emulator, server: Server) -> None:
    call, expect = case["call"], case["expect"]
    known = {"ids", "all", "maybe", "tasks", "error", "requests", "requests_at_most"}
    assert not expect.keys() - known
    assert case.get("as", "items") in {"items", "pages"}
    service, items, pages = _ITEMS[call["operation"]]
    other = Other(case["script"], service, emulator, server, half)
    as_pages = case.get("as") == "pages"
    stream = getattr(getattr(other.client, service), pages if as_pages else items)(
        **arguments(call)
    )

    tasks, error = await taken(stream, case.get("take"), as_pages=as_pages)
    check_tasks(tasks, expect)
    if "error" in expect:
        assert error is not None
        assert normal.error(error, expect["error"]) == expect["error"]
    elif error is not None:
        raise error
    if "requests" in expect:
        assert other.requests == expect["requests"]
    if "requests_at_most" in expect:
        assert other.requests <= expect["requests_at_most"]
    other.check_played()


async def taken(
    stream: Any, most: int | None, *, as_pages: bool
) -> tuple[list[Any], HwtasksError | None]:
    """Return the tasks of a stream, no more than asked for, and the error that ended it."""
    tasks: list[Any] = []
    try:
        while most is None or len(tasks) < most:
            one = await anext(stream)
            tasks += one._items() if as_pages else [one]
    except StopAsyncIteration:
        pass
    except HwtasksError as error:
        return tasks, error
    finally:
        await stream.aclose()
    return tasks, None


def check_tasks(tasks: list[Any], expect: dict[str, Any]) -> None:
    ids = [task._identity() for task in tasks]
    if "ids" in expect:
        assert ids == expect["ids"]
    if "tasks" in expect:
        assert [normal.normal(task) for task in tasks] == expect["tasks"]
    if "all" in expect or "maybe" in expect:
        every, maybe = set(expect.get("all", [])), set(expect.get("maybe", []))
        assert not [name for name, times in Counter(ids).items() if times > 1]
        assert every <= set(ids) <= every | maybe
