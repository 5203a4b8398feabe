"""The certificates that a client trusts, against a server with TLS and an authority of its own."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hwtasks import ConnectionError as HwtasksConnectionError
from hwtasks import ErrorKind, ErrorReason, HwtasksError, InvalidInputError
from tests.halves import Half
from tests.server import Server

_SOURCES = Path(__file__).parents[1] / "src"
_DATA = Path(__file__).parents[3] / "tests" / "data" / "tls"
AUTHORITY = _DATA / "authority.pem"


@pytest.fixture
def secure() -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_DATA / "server.pem")
    server = Server(context)
    server.responds({"tasks": [{"id": "trusted"}]})
    with server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of certificates as `openssl rehash` makes it."""
    (tmp_path / "62b785d8.0").write_bytes(AUTHORITY.read_bytes())
    return tmp_path


def options(server: Server, **given: Any) -> dict[str, Any]:
    return {"kafka_endpoint": server.url, "project_id": "p", "token": "t", **given}


async def read(client: Any) -> str | None:
    tasks = (await client.kafka.list("i")).tasks
    return str(tasks[0].id)


async def test_certificate_of_unknown_authority_is_named(half: Half, secure: Server) -> None:
    client = half.client(**options(secure, environ={}))
    with pytest.raises(HwtasksConnectionError) as caught:
        await client.kafka.list("i")
    line = str(caught.value)
    assert "its certificate is not trusted: unable to get local issuer certificate" in line
    assert "SSL_CERT_FILE" in (caught.value.help or "")
    assert secure.requests == []


async def test_certificate_of_ssl_cert_file_is_trusted(half: Half, secure: Server) -> None:
    environ = {"SSL_CERT_FILE": str(AUTHORITY)}
    assert await read(half.client(**options(secure, environ=environ))) == "trusted"


async def test_certificate_of_ssl_cert_dir_is_trusted(
    half: Half, secure: Server, folder: Path
) -> None:
    folders = os.pathsep.join(["/nowhere", str(folder)])
    environ = {"SSL_CERT_DIR": folders}
    assert await read(half.client(**options(secure, environ=environ))) == "trusted"


async def test_certificate_of_verify_is_trusted(half: Half, secure: Server, folder: Path) -> None:
    context = ssl.create_default_context(cafile=str(AUTHORITY))
    for verify in (AUTHORITY, str(AUTHORITY), folder, context):
        assert await read(half.client(**options(secure, verify=verify))) == "trusted"


async def test_verify_precedes_the_variables(half: Half, secure: Server) -> None:
    environ = {"SSL_CERT_FILE": "/nowhere"}
    client = half.client(**options(secure, environ=environ, verify=AUTHORITY))
    assert await read(client) == "trusted"


async def test_verify_true_trusts_the_system_only(half: Half, secure: Server) -> None:
    client = half.client(**options(secure, environ={}, verify=True))
    with pytest.raises(HwtasksConnectionError, match="not trusted"):
        await client.kafka.list("i")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SSL_CERT_FILE", "/nowhere/authority.pem"),
        ("SSL_CERT_FILE", __file__),
        ("SSL_CERT_DIR", "/nowhere"),
    ],
)
async def test_unreadable_certificates_of_a_variable_are_named(
    half: Half, secure: Server, variable: str, value: str
) -> None:
    client = half.client(**options(secure, environ={variable: value}))
    with pytest.raises(
        InvalidInputError, match=f"{variable}: no certificates can be read"
    ) as caught:
        await client.kafka.list("i")
    assert caught.value.kind == ErrorKind.INVALID_INPUT
    assert value in str(caught.value)


@pytest.mark.parametrize(
    ("verify", "line"),
    [
        (False, "verify is False, and must be a file or a folder of certificates"),
        (7, "verify is of type int, and must be a file"),
        ("/nowhere.pem", r"verify: no certificates can be read from '/nowhere.pem'"),
    ],
)
def test_invalid_verify_fails_at_once(half: Half, verify: Any, line: str) -> None:
    with pytest.raises(InvalidInputError, match=line):
        half.the("Client")(region="r", token="t", project_id="p", verify=verify)


def test_verify_beside_http_client_fails(half: Half) -> None:
    with pytest.raises(InvalidInputError, match="verify does not apply to http_client"):
        half.the("Client")(
            region="r", token="t", project_id="p", verify=AUTHORITY, http_client=object()
        )


async def test_proxy_of_a_variable_is_used_and_no_proxy_excludes(
    half: Half, server: Server
) -> None:
    server.responds({"tasks": []})
    given = options(server, kafka_endpoint="http://dms.hwtasks.invalid", allow_plain_http=True)
    client = half.client(**given, environ={"HTTP_PROXY": server.url, "NO_PROXY": "other.invalid"})
    await client.kafka.list("i")
    assert server.requests[0].target == "http://dms.hwtasks.invalid/v2/p/instances/i/tasks"
    client = half.client(**given, environ={"HTTP_PROXY": server.url, "NO_PROXY": ".invalid"})
    with pytest.raises(HwtasksConnectionError):
        await client.kafka.list("i")
    assert len(server.requests) == 1


def test_invalid_proxy_of_a_variable_fails_at_once_and_hides_its_password(half: Half) -> None:
    environ = {"HTTPS_PROXY": "http://user:PASSWORD-hush@proxy.example:3128\n"}
    with pytest.raises(HwtasksError) as caught:
        half.the("Client")(region="r", token="t", project_id="p", environ=environ)
    line = "HTTPS_PROXY: the URL of the proxy has a line break at its end"
    assert str(caught.value).startswith(line)
    assert caught.value.reason == ErrorReason.INVALID_URL
    assert "hush" not in repr(caught.value)
    half.the("Client")(
        kafka_endpoint="http://127.0.0.1:1", token="t", project_id="p", environ=environ
    )


def test_variables_of_the_process_count_without_environ(secure: Server) -> None:
    program = """
import sys
from hwtasks import Client
with Client(kafka_endpoint=sys.argv[1], project_id="p", token="t") as client:
    print(client.kafka.list("i").tasks[0].id)
try:
    Client(region="r", project_id="p", token="t")
except Exception as error:
    print(str(error).split(":")[0])
"""
    ran = subprocess.run(
        [sys.executable, "-c", program, secure.url],
        env={
            **os.environ,
            "PYTHONPATH": str(_SOURCES),
            "SSL_CERT_FILE": str(AUTHORITY),
            "HTTPS_PROXY": "ftp://proxy",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == ["trusted", "HTTPS_PROXY"]
