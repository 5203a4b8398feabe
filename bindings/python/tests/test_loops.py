"""One `AsyncClient` in several event loops, one after the other and at once."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator

import httpx2
import pytest

from hwtasks import AsyncCachedProvider, AsyncClient, Client, Credentials, ErrorKind, HwtasksError
from tests.server import Server


@pytest.fixture(autouse=True)
def _no_leak() -> Iterator[None]:
    yield
    # What is not closed would warn, which fails the tests.
    gc.collect()


def client_of(server: Server) -> AsyncClient:
    return AsyncClient(
        dcs_endpoint=server.url,
        region="r",
        iam_endpoint=server.url,
        credentials=AsyncCachedProvider(Credentials.token("t")),
    )


def test_client_works_in_consecutive_event_loops(server: Server) -> None:
    server.responds({"projects": [{"id": "p", "name": "r"}], "tasks": []})
    client = client_of(server)

    async def ask() -> None:
        # At once, so that they wait for each other.
        pages = await asyncio.gather(*(client.dcs.list("i") for _ in range(5)))
        assert [page.tasks for page in pages] == [[]] * 5
        await client.aclose()

    for _ in range(3):
        asyncio.run(ask())
    assert sum(asked.path == "/v3/projects" for asked in server.requests) == 1


# What a loop leaves open when it ends is its own to warn of.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_unclosed_client_works_in_the_next_event_loop(server: Server) -> None:
    server.responds({"projects": [{"id": "p", "name": "r"}], "tasks": []})
    client = client_of(server)

    async def ask() -> None:
        assert (await client.dcs.list("i")).tasks == []

    for _ in range(3):
        asyncio.run(ask())
    gc.collect()


def test_client_works_in_concurrent_event_loops(server: Server) -> None:
    server.responds({"projects": [{"id": "p", "name": "r"}], "tasks": []})
    client = client_of(server)
    failures: list[BaseException] = []
    together = threading.Barrier(3)

    async def ask() -> None:
        await asyncio.to_thread(together.wait, 30)
        await asyncio.gather(*(client.dcs.list("i") for _ in range(10)))
        await client.aclose()

    def run() -> None:
        try:
            asyncio.run(ask())
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []


def test_closed_http_client_option_raises(server: Server) -> None:
    own = httpx2.Client()
    own.close()
    client = Client(dcs_endpoint=server.url, project_id="p", token="t", http_client=own)
    with pytest.raises(
        HwtasksError, match="ListDcsTasks: the http_client option is closed"
    ) as caught:
        client.dcs.list("i")
    assert caught.value.kind is ErrorKind.INVALID_INPUT
    assert caught.value.attempts == 0


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_http_client_of_another_event_loop_raises(server: Server) -> None:
    server.responds({"tasks": []})
    own = httpx2.AsyncClient(trust_env=False)
    client = AsyncClient(dcs_endpoint=server.url, project_id="p", token="t", http_client=own)

    async def ask() -> None:
        await client.dcs.list("i")

    asyncio.run(ask())
    with pytest.raises(
        HwtasksError, match="the HTTP client cannot send: Event loop is closed"
    ) as caught:
        asyncio.run(ask())
    assert caught.value.kind is ErrorKind.INVALID_INPUT
    gc.collect()
