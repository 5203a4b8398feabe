"""Authorization of `httpx2` requests to any service of Huawei Cloud."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from datetime import UTC, datetime
from typing import cast

import httpx2

from hwtasks._backends import async_, sync
from hwtasks._core.authorize import authorization
from hwtasks._credentials.types import (
    AsyncCredentialsProvider,
    Credentials,
    CredentialsProvider,
    is_async_provider,
)


class HuaweiCloudAuth(httpx2.Auth):
    """Signs requests with keys, or adds a token, for any service of Huawei Cloud.

    ```python
    auth = HuaweiCloudAuth(Credentials.keys("AK...", "SK..."))
    httpx2.get("https://ecs.cn-north-4.myhuaweicloud.com/v1/a4d31cb6/cloudservers/detail", auth=auth)
    ```

    The signature covers the method, the path, the query, the body, the host, the content type and
    every header that begins with `X-`; other headers a proxy may change. The query is sent in the
    order and spelling that was signed. Raises `InvalidInputError` for a request that cannot be signed, and
    `CredentialsError` without credentials.

    Leave `follow_redirects` of the client off, as it is by default: httpx2 sends the headers of a
    request, and so its tokens, to the target of a redirect, also to another host.
    """

    requires_request_body = True

    def __init__(self, credentials: CredentialsProvider | AsyncCredentialsProvider) -> None:
        self._provider = credentials

    def sync_auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Authorize a request of an `httpx2.Client`."""
        if is_async_provider(self._provider):
            raise TypeError(f"{self._provider.name} has to be awaited: use an httpx2.AsyncClient")
        credentials = sync.provided(cast("CredentialsProvider", self._provider))
        request.read()
        yield authorized(request, credentials)

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Authorize a request of an `httpx2.AsyncClient`."""
        credentials = await async_.provided(self._provider)
        await request.aread()
        yield authorized(request, credentials)


def authorized(request: httpx2.Request, credentials: Credentials) -> httpx2.Request:
    """Return the request with the headers that authorize it now."""
    signed = [
        (name, value)
        for name, value in request.headers.multi_items()
        if name in {"host", "content-type"} or name.startswith("x-")
    ]
    made, target = authorization(
        credentials,
        datetime.now(UTC),
        request.method,
        str(request.url),
        headers=signed,
        body=request.content,
    )
    request.headers.update(made)
    if target is not None:
        request.url = request.url.copy_with(raw_path=target.encode("ascii"))
    return request
