"""Lists read page by page, while tasks come and go."""

from __future__ import annotations

import random
from typing import Any

import pytest

from hwtasks import ErrorKind, HwtasksError, TaskStatus
from tests.conftest import Connect
from tests.emulator import ROOT
from tests.halves import collected
from tests.server import Answer, Asked, Server

INSTANCE = "5560df16-cebf-4473-95c4-d1b573c16e79"


class Listing:
    """A service with these tasks; changes happen before each answer."""

    def __init__(self, ids: list[str], *, cap: int = 1000, count: Any = None) -> None:
        self.ids = ids
        self.cap = cap
        self.count = count

    def change(self) -> None:
        pass

    def __call__(self, asked: Asked) -> Answer:
        self.change()
        query = asked.query
        at = int(query["offset"]) if "offset" in query else int(query.get("start", "1")) - 1
        page = self.ids[at:][: min(int(query.get("limit", "10")), self.cap)]
        body: dict[str, Any] = {"tasks": [{"id": name} for name in page]}
        if self.count is not None:
            body["task_count"] = self.count
        return Answer(body)


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
async def test_every_task_that_stays_comes_once(
    connect: Connect, server: Server, seed: int
) -> None:
    listing = Changing(seed)
    server.answers_by(listing)
    limit = random.Random(seed).randrange(1, 9)  # noqa: S311
    service = connect().dcs if seed % 2 else connect().kafka
    ids = [task.id for task in await collected(service.items("i", limit=limit))]
    assert len(ids) == len(set(ids))
    assert listing.lasting <= set(ids)


async def test_all_tasks_of_the_emulator_come_in_pages_of_seven(signing: Any) -> None:
    all_at_once = (await signing.kafka.list(INSTANCE, limit=100)).tasks
    pages = await collected(signing.kafka.pages(INSTANCE, limit=3))
    assert [task.id for page in pages for task in page.tasks] == [t.id for t in all_at_once]
    assert all(page.response.status == 200 for page in pages)


@pytest.mark.parametrize(("service", "size"), [("dcs", "1000"), ("kafka", "100")])
async def test_the_largest_documented_pages_are_asked_for(
    connect: Connect, server: Server, service: str, size: str
) -> None:
    server.answers_by(Listing(["a"]))
    await collected(getattr(connect(), service).items("i"))
    assert server.asked[0].query["limit"] == size


async def test_v1_asks_for_pages_of_a_hundred(connect: Connect, server: Server) -> None:
    server.answers_by(Listing(["a", "b"]))
    tasks = await collected(connect().dcs.items_v1("i"))
    assert [task.id for task in tasks] == ["a", "b"]
    assert server.asked[0].query == {"limit": "100", "start": "1"}
    assert [len(p.tasks) for p in await collected(connect().dcs.pages_v1("i", limit=2))] == [2]


async def test_a_position_is_where_the_list_starts(connect: Connect, server: Server) -> None:
    server.answers_by(Listing(["a", "b", "c", "d"]))
    tasks = await collected(connect().dcs.items("i", offset=2, limit=2))
    assert [task.id for task in tasks] == ["c", "d"]


async def test_an_empty_list_is_one_page(connect: Connect, server: Server) -> None:
    server.answers_by(Listing([]))
    pages = await collected(connect().kafka.pages("i"))
    assert [page.tasks for page in pages] == [[]]


async def test_a_service_that_hands_out_less_is_asked_for_the_rest(
    connect: Connect, server: Server
) -> None:
    server.answers_by(Listing([str(n) for n in range(25)], cap=10, count="25"))
    tasks = await collected(connect().kafka.items("i", limit=100))
    assert [task.id for task in tasks] == [str(n) for n in range(25)]


async def test_a_count_that_is_too_high_ends_nothing(connect: Connect, server: Server) -> None:
    server.answers_by(Listing(["a", "b", "c"], count="99"))
    tasks = await collected(connect().kafka.items("i", limit=100))
    assert [task.id for task in tasks] == ["a", "b", "c"]
    assert len(server.asked) < 5


async def test_a_position_that_is_not_heeded_is_an_error(connect: Connect, server: Server) -> None:
    server.answers({"tasks": [{"id": "a"}, {"id": "b"}]})
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
async def test_a_position_that_is_refused_is_heeded(
    connect: Connect,
    server: Server,
    status: int,
    is_refusal: bool,  # noqa: FBT001
) -> None:
    """The page at 2 is pushed back by a new task; far behind it the service has no page."""
    pages = iter([["a", "b"], ["a", "b"], ["b", "c"], ["c"]])

    def answer(asked: Asked) -> Answer:
        if int(asked.query["start"]) > 1000:
            return Answer({"error_code": "DMS.1"}, status)
        return Answer({"tasks": [{"id": name} for name in next(pages)]})

    server.answers_by(answer)
    items = connect().kafka.items("i", limit=2)
    if is_refusal:
        assert [task.id for task in await collected(items)] == ["a", "b", "c"]
    else:
        with pytest.raises(HwtasksError) as caught:
            await collected(items)
        assert caught.value.status == status


async def test_tasks_without_an_id_are_told_apart_by_name_and_time(
    connect: Connect, server: Server
) -> None:
    body = (ROOT / "crates/api/src/examples/dcs_v1_list.json").read_bytes()
    server.answers(body)
    assert len(await collected(connect().dcs.items_v1("i"))) == 1


async def test_the_state_beside_an_only_task_is_its_own(connect: Connect, server: Server) -> None:
    server.answers((ROOT / "crates/api/src/examples/dcs_list_zh.json").read_bytes())
    client = connect()
    [task] = await collected(client.dcs.items("i"))
    assert task.status == TaskStatus.SUCCESS
    assert str(task.created_at) == "2020-06-17T08:18:06.597Z"
    page = await client.dcs.list("i")
    assert page.tasks[0].status is None
    page._fill_only_task()
    assert page.tasks[0].status == "SUCCESS"


async def test_the_first_error_ends_the_list(connect: Connect, server: Server) -> None:
    server.answers({"tasks": [{"id": "a"}, {"id": "b"}]}, Answer({"error_code": "X"}, 404))
    tasks = connect().kafka.items("i", limit=2)
    assert (await anext(tasks)).id == "a"
    assert (await anext(tasks)).id == "b"
    with pytest.raises(HwtasksError) as caught:
        await anext(tasks)
    assert caught.value.is_not_found
    assert await collected(tasks) == []
