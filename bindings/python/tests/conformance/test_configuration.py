"""`configuration.json`: the settings of a client and where each comes from, or the error."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hwtasks import ConfigSourceKind, Credentials, HwtasksError
from hwtasks.testing import ManualClock
from tests.conformance.corpus import Case, cases, response_of
from tests.conformance.test_retries import nobody_listens
from tests.halves import Half
from tests.server import Server

_NOW = "2026-01-02T03:04:05+00:00"
_MEMBERS = {"environment", "files", "client", "iam", "metadata", "expect"}
_SETTINGS = ("region", "dcs_endpoint", "kafka_endpoint", "project_id")


class _Places:
    """The values of the placeholders of a case."""

    def __init__(self, **values: str) -> None:
        self._values = values

    def fill(self, text: str) -> str:
        for name, value in self._values.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def normal(self, text: str) -> str:
        """Put the placeholders back."""
        for name, value in self._values.items():
            text = text.replace(value, f"{{{name}}}")
        return text


@cases("configuration", _MEMBERS)
async def test_configuration(case: Case, half: Half, tmp_path: Path) -> None:
    with ExitStack() as stack:
        servers: dict[str, Server] = {}
        for name in ("iam", "metadata"):
            if name in case.members:
                servers[name] = stack.enter_context(Server())
                servers[name].responds(*map(response_of, case[name]))
        urls = {name: server.url for name, server in servers.items()}
        for name in {"iam", "metadata"} - urls.keys():
            urls[name] = nobody_listens()
        places = _Places(home=str(tmp_path), **urls)
        for path, text in case.get("files", {}).items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(places.fill(text).encode())
        await check(case, half, places)
        for name, server in servers.items():
            if name in case["expect"]:
                check_sent(server, case["expect"][name])


async def check(case: Case, half: Half, places: _Places) -> None:
    expect = case["expect"]
    if "error" in expect:
        assert expect["error"].keys() == {"kind", "names"}
        with pytest.raises(HwtasksError) as caught:
            await make(case, half, places)
        assert caught.value.kind.value == expect["error"]["kind"], caught.value
        line = places.normal(str(caught.value))
        for name in expect["error"]["names"]:
            assert name in line, line
        assert "SECRET" not in line + repr(caught.value)
        return
    client = await make(case, half, places)
    found = {name: setting(client, name, places) for name in _SETTINGS}
    given = await client.credentials()
    if given is not None:
        account = {
            "kind": "token" if given.is_token else "keys",
            "access_key": given.access_key,
            "provider": given.provider and places.normal(given.provider),
        }
        found["credentials"] = {k: v for k, v in account.items() if v is not None}
    found = {name: value for name, value in found.items() if value is not None}
    assert found == {n: v for n, v in expect.items() if n not in {"iam", "metadata"}}
    assert "SECRET" not in repr(client.inner) + repr(given)


def setting(client: Any, name: str, places: _Places) -> dict[str, str] | None:
    """Return a setting of the client as the corpus writes it."""
    value, source = getattr(client, name), getattr(client.config_sources, name)
    assert (value is None) == (source is None)
    if source is None:
        return None
    named = {ConfigSourceKind.VARIABLE: source.variable, ConfigSourceKind.PROFILE: source.profile}
    origin = named.get(source.kind, source.kind.value)
    return {"value": places.normal(value), "origin": places.normal(origin)}


async def make(case: Case, half: Half, places: _Places) -> Any:
    """Return a client, configured and with its credentials and its project."""
    clock = ManualClock(datetime.fromisoformat(_NOW))
    options = dict(case.get("client", {}))
    for name in ("dcs_endpoint", "kafka_endpoint", "iam_endpoint"):
        if name in options:
            options[name] = places.fill(options[name])
    given = options.pop("credentials", {})
    if "token" in given:
        assert given.keys() == {"token"}
        options |= given
    elif "user" in given:
        filled = {name: places.fill(value) for name, value in given.items()}
        options["credentials"] = half.the("IamPasswordProvider")(**filled, clock=clock)
    elif given:
        keys = dict(given)
        options["credentials"] = Credentials.keys(keys.pop("ak"), keys.pop("sk"), **keys)
    if "environment" not in case.members:
        client = half.client(**options, clock=clock)
        await client.load()
        return client
    environ = {"HOME": places.fill("{home}"), "HWTASKS_METADATA_ENDPOINT": "{metadata}"}
    environ |= case["environment"]
    environ = {name: places.fill(value) for name, value in environ.items()}
    return await half.from_env(environ, **options, clock=clock)


def check_sent(server: Server, expected: list[dict[str, Any]]) -> None:
    lines = [f"{sent.method} {sent.target}" for sent in server.requests]
    assert lines == [f"{sent['method']} {sent['target']}" for sent in expected]
    for received, sent in zip(server.requests, expected, strict=True):
        assert not sent.keys() - {"method", "target", "headers", "absent"}
        for name, value in sent.get("headers", {}).items():
            assert received.headers.get(name) == value, name
        for name in sent.get("absent", []):
            assert name not in received.headers, name
