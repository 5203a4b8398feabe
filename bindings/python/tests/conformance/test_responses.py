"""`responses.json`: a response, and the result or the error it becomes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hwtasks import HwtasksError, RetryPolicy
from tests.conformance import normal
from tests.conformance.corpus import Case, body_of, cases, make, response_of
from tests.conftest import Connect
from tests.server import Server


@cases("responses", {"call", "response", "expect"})
async def test_responses(case: Case, connect: Connect, server: Server) -> None:
    expect = case["expect"]
    assert not expect.keys() - {"list", "task", "error", "request_id", "written", "requests"}
    server.responds(response_of(case["response"]))
    client = connect(retry_policy=RetryPolicy.disabled())
    if "error" in expect:
        with pytest.raises(HwtasksError) as caught:
            await make(client, case["call"])
        assert normal.error(caught.value, expect["error"]) == expect["error"]
        if caught.value.status is not None:
            check_body(caught.value.body, case["response"])
    else:
        result = await make(client, case["call"])
        check_result(result, expect)
        check_body(result.response.raw_body, case["response"])
        body = json.loads(result.response.raw_body)
        if "task" in expect:
            body = body["tasks"][0]
        written = json.loads(result.model_dump_json(exclude_none=True))
        normal.check_written(written, expect.get("written", body), body)
        assert result.response.request_id == expect.get("request_id")
    assert len(server.requests) == expect.get("requests", 1)


def check_result(result: Any, expect: dict[str, Any]) -> None:
    wanted = expect["list"] if "list" in expect else expect["task"]
    assert normal.normal(result) == wanted


def check_body(body: bytes | None, response: dict[str, Any]) -> None:
    encoding = {name.lower(): value for name, value in response.get("headers", {}).items()}
    if response.get("connection") == "cut":
        assert body is not None
        assert body_of(response).startswith(body)
    elif "content-encoding" not in encoding:
        assert body == body_of(response)[: 64 * 1024]
