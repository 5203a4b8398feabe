"""Lists read page by page, while tasks come and go."""

from __future__ import annotations

import random
from typing import Any

import pytest

from hwtasks import ErrorKind, HwtasksError, TaskStatus
from tests.conftest import Connect
from tests.emulator import ROOT
from tests.halves import collected
from tests.server import FakeResponse, SentRequest, Server

INSTANCE = "5560df16-cebf-4473-95c4-d1b573c16e79"


class Listing:
    """A service with these tasks; changes happen before each response."""

    def __init__(self, ids: list[str], *, cap: int = 1000, count: Any = None) -> None:
        self.ids = ids
        self.cap = cap
        self.count = count

    def change(self) -> None:
        pass

    def __call__(self, asked: SentRequest) -> FakeResponse:
        self.change()
        query = asked.query
        at = int(query["offset"]) if "offset" in query else int(query.get("start", "1")) - 1
        page = self.ids[at:][: min(int(query.get("limit", "10")), self.cap)]
        body: dict[str, Any] = {"tasks": [{"id": name} for name in page]}
        if self.count is not None:
            body["task_count"] = self.count
        return FakeResponse(body)


class Changing(Listing):
    """New tasks come at the front, and tasks vanish anywhere."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311
        super().__init__([f"old-{n}" for n in range(self.random.randrange(40))])
        self.lasting = set(self.ids)
        self.news = 0
        # A list that grows faster than it is read has no end.
        self.changes_left = 60

    def change(self) -> None:
        self.changes_left -= 1
        if self.changes_left < 0:
            return
        for _ in range(self.random.randrange(4)):
            self.ids.insert(0, f"new-{self.news}")
            self.news += 1
        for _ in range(self.random.randrange(3)):
            if self.ids:
                gone = self.ids.pop(self.random.randrange(len(self.ids)))
                self.lasting.discard(gone)


@pytest.mark.parametrize("seed", range(40))
async def test_items_of_a_changing_list_yields_lasting_tasks_once(
    connect: Connect, server: Server, seed: int
) -> None:
    listing = Changing(seed)
    server.responds_by(listing)
    limit = random.Random(seed).randrange(1, 9)  # noqa: S311
    service = connect().dcs if seed % 2 else connect().kafka
    ids = [task.id for task in await collected(service.items("i", limit=limit))]
    assert len(ids) == len(set(ids))
    assert listing.lasting <= set(ids)


async def test_pages_of_the_emulator_hold_all_tasks(signing: Any) -> None:
    all_at_once = (await signing.kafka.list(INSTANCE, limit=100)).tasks
    pages = await collected(signing.kafka.pages(INSTANCE, limit=3))
    assert [task.id for page in pages for task in page.tasks] == [t.id for t in all_at_once]
    assert all(page.response.status == 200 for page in pages)


@pytest.mark.parametrize(("service", "size"), [("dcs", "1000"), ("kafka", "100")])
async def test_items_requests_the_largest_documented_page(
    connect: Connect, server: Server, service: str, size: str
) -> None:
    server.responds_by(Listing(["a"]))
    await collected(getattr(connect(), service).items("i"))
    assert server.requests[0].query["limit"] == size


async def test_items_v1_requests_pages_of_a_hundred(connect: Connect, server: Server) -> None:
    server.responds_by(Listing(["a", "b"]))
    tasks = await collected(connect().dcs.items_v1("i"))
    assert [task.id for task in tasks] == ["a", "b"]
    assert server.requests[0].query == {"limit": "100", "start": "1"}
    assert [len(p.tasks) for p in await collected(connect().dcs.pages_v1("i", limit=2))] == [2]


async def test_items_with_offset_starts_there(connect: Connect, server: Server) -> None:
    server.responds_by(Listing(["a", "b", "c", "d"]))
    tasks = await collected(connect().dcs.items("i", offset=2, limit=2))
    assert [task.id for task in tasks] == ["c", "d"]


async def test_pages_of_an_empty_list_yields_one_page(connect: Connect, server: Server) -> None:
    server.responds_by(Listing([]))
    pages = await collected(connect().kafka.pages("i"))
    assert [page.tasks for page in pages] == [[]]


async def test_items_with_capped_pages_requests_the_rest(connect: Connect, server: Server) -> None:
    server.responds_by(Listing([str(n) for n in range(25)], cap=10, count="25"))
    tasks = await collected(connect().kafka.items("i", limit=100))
    assert [task.id for task in tasks] == [str(n) for n in range(25)]


async def test_items_with_too_high_count_ends(connect: Connect, server: Server) -> None:
    server.responds_by(Listing(["a", "b", "c"], count="99"))
    tasks = await collected(connect().kafka.items("i", limit=100))
    assert [task.id for task in tasks] == ["a", "b", "c"]
    assert len(server.requests) < 5


async def test_items_with_ignored_position_raises(connect: Connect, server: Server) -> None:
    server.responds({"tasks": [{"id": "a"}, {"id": "b"}]})
    client = connect()
    tasks = client.kafka.items("i", limit=2)
    seen = [(await anext(tasks)).id, (await anext(tasks)).id]
    with pytest.raises(HwtasksError, match="the page at start 2 repeats tasks") as caught:
        await anext(tasks)
    assert caught.value.kind is ErrorKind.UNEXPECTED
    assert caught.value.operation == "ListKafkaTasks"
    assert seen == ["a", "b"]


@pytest.mark.parametrize(
    ("status", "is_refusal"),
    [(400, True), (404, True), (416, True), (401, False), (403, False), (500, False)],
)
async def test_items_with_rejected_probe_continues(
    connect: Connect,
    server: Server,
    status: int,
    is_refusal: bool,  # noqa: FBT001
) -> None:
    """The page at 2 is pushed back by a new task; far behind it the service has no page."""
    pages = iter([["a", "b"], ["a", "b"], ["b", "c"], ["c"]])

    def respond(asked: SentRequest) -> FakeResponse:
        if int(asked.query["start"]) > 1000:
            return FakeResponse({"error_code": "DMS.1"}, status)
        return FakeResponse({"tasks": [{"id": name} for name in next(pages)]})

    server.responds_by(respond)
    items = connect().kafka.items("i", limit=2)
    if is_refusal:
        assert [task.id for task in await collected(items)] == ["a", "b", "c"]
    else:
        with pytest.raises(HwtasksError) as caught:
            await collected(items)
        assert caught.value.status == status


async def test_tasks_without_id_are_identified_by_name_and_time(
    connect: Connect, server: Server
) -> None:
    body = (ROOT / "crates/api/src/examples/dcs_v1_list.json").read_bytes()
    server.responds(body)
    assert len(await collected(connect().dcs.items_v1("i"))) == 1


async def test_state_beside_the_only_task_is_copied_into_it(
    connect: Connect, server: Server
) -> None:
    server.responds((ROOT / "crates/api/src/examples/dcs_list_zh.json").read_bytes())
    client = connect()
    [task] = await collected(client.dcs.items("i"))
    assert task.status == TaskStatus.SUCCESS
    assert str(task.created_at) == "2020-06-17T08:18:06.597Z"
    page = await client.dcs.list("i")
    assert page.tasks[0].status is None
    page._fill_only_item()
    assert page.tasks[0].status == "SUCCESS"


async def test_items_ends_at_the_first_error(connect: Connect, server: Server) -> None:
    server.responds({"tasks": [{"id": "a"}, {"id": "b"}]}, FakeResponse({"error_code": "X"}, 404))
    tasks = connect().kafka.items("i", limit=2)
    assert (await anext(tasks)).id == "a"
    assert (await anext(tasks)).id == "b"
    with pytest.raises(HwtasksError) as caught:
        await anext(tasks)
    assert caught.value.is_not_found
    assert await collected(tasks) == []
