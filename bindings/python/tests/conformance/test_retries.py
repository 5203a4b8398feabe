"""`retries.json`: a script of responses, and what a client makes of it."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from hwtasks import Credentials, CredentialsProvider, HwtasksError, RetryPolicy, SystemClock
from hwtasks.testing import ManualClock
from tests.conformance import normal
from tests.conformance.corpus import Case, cases, make, response_of
from tests.conformance.test_requests import credentials_of
from tests.conformance.test_responses import check_result
from tests.halves import Half
from tests.server import Server

_TIMES = {"timeout_ms": "timeout", "attempt_timeout_ms": "attempt_timeout"}


def settings_of(given: dict[str, Any]) -> dict[str, Any]:
    """Return a client's settings as the corpus writes them, but its endpoints, keys and clock."""
    given = dict(given)
    settings: dict[str, Any] = {}
    if given.keys() & {"max_attempts", "initial_backoff_ms", "max_backoff_ms"}:
        settings["retry_policy"] = RetryPolicy(
            given.pop("max_attempts", 3),
            given.pop("initial_backoff_ms", 200) / 1000,
            given.pop("max_backoff_ms", 10_000) / 1000,
        )
    for name, setting in _TIMES.items():
        if name in given:
            settings[setting] = given.pop(name) / 1000
    if "body_limit" in given:
        settings["body_limit"] = given.pop("body_limit")
    if "credentials" in given:
        settings |= credentials_of(given.pop("credentials"))
    assert not given, f"unknown members of a client: {given}"
    return settings


def nobody_listens() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


MEMBERS = {"client", "call", "calls", "pause_ms", "responses", "real_time", "expect"}


class Fetching(CredentialsProvider):
    """A provider that fetches the credentials of a case in turn, and counts."""

    def __init__(self, given: list[dict[str, str]]) -> None:
        self.given = given
        self.fetches = 0

    @property
    def name(self) -> str:
        return "corpus"

    def provide(self) -> Credentials:
        keys = self.given[min(self.fetches, len(self.given) - 1)]
        self.fetches += 1
        if "token" in keys:
            return Credentials.token(keys["token"])
        return Credentials.keys(keys["ak"], keys["sk"], security_token=keys.get("security_token"))


@cases("retries", MEMBERS)
async def test_retries(case: Case, half: Half, server: Server) -> None:
    await check_script(case, half, server)


def provider_of(given: dict[str, Any]) -> Fetching | None:
    """Take the provider out of a client's settings."""
    if "provider" not in (given.get("credentials") or {}):
        return None
    return Fetching(given.pop("credentials")["provider"])


async def last_result(client: Any, case: Case, clock: ManualClock) -> Any:
    """Make the calls of a case, and return what the last one came to."""
    result: Any = None
    for n in range(case.get("calls", 1)):
        if n > 0:
            clock.advance(case.get("pause_ms", 0) / 1000)
        try:
            result = await make(client, case["call"])
        except HwtasksError as error:
            result = error
    return result


async def check_script(case: Case, half: Half, server: Server) -> None:
    expect, given = case["expect"], dict(case["client"])
    known = {"list", "task", "error", "requests", "fetches", "waits_ms", "sent"}
    assert not expect.keys() - known
    clock = ManualClock(datetime.fromisoformat(given.pop("now")))
    server.responds(*map(response_of, case["responses"]))
    endpoint = server.url if case["responses"] else nobody_listens()
    settings: dict[str, Any] = {"token": "token"} if "credentials" not in given else {}
    provider = provider_of(given)
    if provider is not None:
        settings["credentials"] = half.the("CachedProvider")(provider, clock=clock)
    settings |= settings_of(given)
    settings["clock"] = SystemClock() if case.get("real_time") else clock
    client = half.client(
        dcs_endpoint=endpoint, kafka_endpoint=endpoint, project_id="project", **settings
    )

    result = await last_result(client, case, clock)
    if "error" in expect:
        assert isinstance(result, HwtasksError)
        assert normal.error(result, expect["error"]) == expect["error"]
    elif isinstance(result, HwtasksError):
        raise result
    else:
        check_result(result, expect)
    # Where nobody listens nobody counts.
    if case["responses"]:
        assert len(server.requests) == expect.get("requests", 1)
    if "fetches" in expect:
        assert getattr(provider, "fetches", None) == expect["fetches"]
    if "waits_ms" in expect and not case.get("real_time"):
        check_waits([seconds * 1000 for seconds in clock.sleeps], expect["waits_ms"])
    for asked, sent in zip(server.requests, expect.get("sent", server.requests), strict=True):
        if "sent" in expect:
            check_sent(asked.headers, sent)


def check_waits(waits: Sequence[float], expected: list[Any]) -> None:
    assert len(waits) == len(expected), (waits, expected)
    for wait, wanted in zip(waits, expected, strict=True):
        if isinstance(wanted, dict):
            assert wanted.get("at_least", 0) - 1e-6 <= wait <= wanted["at_most"] + 1e-6
        else:
            assert wait == pytest.approx(wanted)


def check_sent(headers: dict[str, str], sent: dict[str, Any]) -> None:
    for name, value in sent.get("headers", {}).items():
        # The host is the runner's.
        assert headers.get(name) == value, name
    for name in sent.get("absent", []):
        assert name not in headers, name
