"""`requests.json`: a call, and what it sends, or that it is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx2
import pytest

from hwtasks import Credentials, ErrorKind, HwtasksError, RetryPolicy
from hwtasks.testing import ManualClock
from tests.conformance.corpus import Case, cases, make
from tests.halves import Half

_NAMES = {
    "instance_id": "instance ID",
    "task_id": "task ID",
    "project_id": "project ID",
    "ak": "access key",
    "sk": "secret key",
    "security_token": "security token|header|signature",
    "dcs_endpoint": "endpoint",
    "kafka_endpoint": "endpoint",
}


def credentials_of(given: dict[str, str] | None) -> dict[str, Any]:
    """Return the setting for credentials as the corpus writes them."""
    if given is None:
        return {"without_credentials": True}
    if "token" in given:
        return {"token": given["token"]}
    keys = Credentials.keys(given["ak"], given["sk"], security_token=given.get("security_token"))
    return {"credentials": keys}


@cases("requests", {"client", "call", "expect"})
async def test_requests(case: Case, half: Half) -> None:
    client, expect = dict(case["client"]), case["expect"]
    sent: list[httpx2.Request] = []

    def respond(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(200, content=b'{"tasks":[],"instances":[]}')

    http = httpx2.AsyncClient if half.is_async else httpx2.Client
    credentials = client.pop("credentials")
    settings: dict[str, Any] = {}
    settings["clock"] = ManualClock(datetime.fromisoformat(client.pop("now")))
    settings["http_client"] = http(transport=httpx2.MockTransport(respond))
    settings["retry_policy"] = RetryPolicy.disabled()
    settings |= client
    is_show = case["call"]["operation"] == "ShowKafkaTask"
    if "error" in expect:
        assert expect["error"].keys() == {"kind", "parameter"}
        with pytest.raises(HwtasksError) as caught:
            await make(half.client(**credentials_of(credentials), **settings), case["call"])
        assert caught.value.kind.value == expect["error"]["kind"]
        assert caught.value.attempts == 0
        assert sent == []
        parameter = expect["error"]["parameter"]
        names = _NAMES.get(parameter, parameter).split("|")
        assert any(name in str(caught.value) for name in names)
        for secret in (value for name, value in (credentials or {}).items() if name != "ak"):
            assert not secret or secret not in str(caught.value)
        return
    try:
        await make(half.client(**credentials_of(credentials), **settings), case["call"])
    except HwtasksError as error:
        assert is_show
        assert error.kind is ErrorKind.UNEXPECTED  # noqa: PT017
    [request] = sent
    assert not expect.keys() - {"method", "target", "headers", "absent"}
    assert request.method == expect["method"]
    assert request.url.raw_path.decode() == expect["target"]
    for name, value in expect.get("headers", {}).items():
        assert request.headers.get(name) == value, name
    for name in expect.get("absent", []):
        assert name not in request.headers, name
