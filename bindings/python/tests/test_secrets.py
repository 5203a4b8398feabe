"""Secrets stand in no `repr`, text, log, error or pickle."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from hwtasks import (
    Credentials,
    CredentialsError,
    ErrorKind,
    HwtasksError,
    RetryPolicy,
)
from hwtasks._config.environment import Environment
from hwtasks.signer import Keys, sign
from hwtasks.testing import ManualClock
from tests.halves import Half
from tests.server import FakeResponse, Server

SECRETS = ["SK-hush", "TEMPORARY-hush", "TOKEN-hush", "PASSWORD-hush"]
KEYS = Credentials.keys("AK", "SK-hush", security_token="TEMPORARY-hush")
TOKEN = Credentials.token("TOKEN-hush")


_PACKAGES = "site-packages"


def check(text: str) -> None:
    for secret in SECRETS:
        assert secret not in text, text


@pytest.mark.parametrize("credentials", [KEYS, TOKEN])
def test_credentials_hide_their_secrets(credentials: Credentials) -> None:
    for text in (repr(credentials), str(credentials), f"{credentials}", repr(vars(credentials))):
        check(text)
    with pytest.raises(TypeError, match="credentials hold secrets, and cannot be pickled"):
        pickle.dumps(credentials)
    assert copy.deepcopy(credentials) is copy.copy(credentials) is credentials
    with pytest.raises(TypeError, match="make credentials with"):
        Credentials()


def test_keys_and_signatures_hide_their_secrets(clock: ManualClock) -> None:
    keys = Keys("AK", "SK-hush", "TEMPORARY-hush")
    check(repr(keys))
    check(repr(sign("GET", "https://a.example/", keys, clock.now())))
    for secret in (keys, Environment({"HWTASKS_TOKEN": "TOKEN-hush"})):
        with pytest.raises(TypeError):
            pickle.dumps(secret)


@pytest.mark.parametrize("credentials", [KEYS, TOKEN])
async def test_clients_logs_and_errors_hide_secrets(
    half: Half,
    server: Server,
    clock: ManualClock,
    credentials: Credentials,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    server.responds(
        FakeResponse({}, 429),
        FakeResponse(connection="reset"),
        FakeResponse({"error_code": "APIGW.0307"}, 401),
        FakeResponse({"error_msg": "no"}, 403),
    )
    client = half.client(
        kafka_endpoint=server.url,
        project_id="p",
        credentials=credentials,
        clock=clock,
    )
    check(repr(client.inner) + repr(client.inner.kafka) + repr(client.inner._transport))
    with pytest.raises(HwtasksError) as caught:
        await client.kafka.list("i")
    error = caught.value
    check(repr(error) + str(error) + "".join(traceback.format_exception(error)))
    check(repr(error.headers) + repr(error.__cause__))
    check(pickle.dumps(error).decode("latin-1"))
    assert "ListKafkaTasks: attempt 1 returned 429" in caplog.text
    assert "no such header" not in caplog.text
    check(caplog.text)
    with pytest.raises((TypeError, AttributeError)):
        pickle.dumps(client.inner)


def password_provider(half: Half, server: Server) -> Any:
    """A provider that has a password to hide."""
    return half.the("IamPasswordProvider")(
        "user",
        "PASSWORD-hush",
        "domain",
        project="p",
        endpoint=server.url,
        clock=ManualClock(),
    )


async def test_iam_provider_hides_its_password(half: Half, server: Server) -> None:
    server.responds(FakeResponse(b"<html>", 502))
    provider = password_provider(half, server)
    check(repr(provider) + repr(vars(provider)) + repr(vars(provider._inner)))
    with pytest.raises(Exception, match="502 Bad Gateway") as caught:
        await half.call(provider.provide)
    check("".join(traceback.format_exception(caught.value)))


@pytest.mark.parametrize("secret", ["TOKEN-hush\n", "TOKEN-hush\0", "TOKEN-hush\u00e9"])
async def test_token_invalid_in_a_header_is_hidden(half: Half, server: Server, secret: str) -> None:
    with pytest.raises(HwtasksError, match=r"the token has a .* at its end") as caught:
        half.client(kafka_endpoint=server.url, project_id="p", token=secret)
    check("".join(traceback.format_exception(caught.value)))
    assert server.requests == []


def test_proxy_hides_its_password(half: Half) -> None:
    settings: dict[str, Any] = {"region": "r", "token": "t"}
    password = SECRETS[-1]
    with pytest.raises(HwtasksError) as caught:
        half.the("Client")(proxy=f"http//u:{password}@proxy", **settings)
    check("".join(traceback.format_exception(caught.value)))
    client = half.client(proxy=f"http://u:{password}@proxy.example:3128", **settings)
    check(repr(client.inner._http._settings))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Credentials.keys(None, "SK-hush"), "the access key is of type NoneType"),  # type: ignore[arg-type]
        (lambda: Credentials.keys("", "SK-hush"), "the access key is empty"),
        (lambda: Credentials.keys("AK", ""), "the secret key is empty"),
        (lambda: Credentials.keys("AK", b"SK-hush"), "the secret key is of type bytes"),  # type: ignore[arg-type]
        (
            lambda: Credentials.keys("AK", "SK-hush", security_token=""),
            "the security token is empty",
        ),
        (lambda: Credentials.token(b"TOKEN-hush"), "the token is of type bytes"),  # type: ignore[arg-type]
        (lambda: Credentials.token(""), "the token is empty"),
    ],
)
def test_invalid_secret_raises_without_showing_it(
    make: Callable[[], Credentials], why: str
) -> None:
    with pytest.raises(HwtasksError, match=why) as caught:
        make()
    assert caught.value.kind is ErrorKind.INVALID_INPUT
    check(frames(caught.value))


def frames(error: BaseException) -> str:
    """Return a traceback as loggers write it that show what the frames of the package hold."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours: list[str] = []
    left: list[traceback.TracebackException | None] = [shown]
    while left:
        one = left.pop()
        if one is not None:
            left += [one.__cause__, one.__context__]
            # Not those of the caller, nor of the threads it calls in.
            found = [
                f for f in one.stack if "/src/hwtasks/" in f.filename or _PACKAGES in f.filename
            ]
            ours += [str(frame.locals) for frame in found]
            ours += one.format_exception_only()
    return "\n".join(ours)


@pytest.mark.parametrize("credentials", [KEYS, TOKEN])
@pytest.mark.parametrize(
    "response",
    [
        FakeResponse({"error_msg": "no"}, 403),
        FakeResponse(b"<html>"),
        FakeResponse({"tasks": []}, connection="cut"),
        FakeResponse(connection="reset"),
        FakeResponse(connection="slow_body"),
    ],
)
async def test_frames_of_a_failed_call_hide_secrets(
    half: Half, server: Server, credentials: Credentials, response: FakeResponse
) -> None:
    server.responds(response)
    client = half.client(
        kafka_endpoint=server.url,
        project_id="p",
        credentials=credentials,
        retry_policy=RetryPolicy.disabled(),
        timeout=0.3,
    )
    with pytest.raises(HwtasksError) as caught:
        await client.kafka.list("i")
    text = frames(caught.value)
    assert "transport" in text
    check(text)
    check(text.replace("\\", ""))


async def test_frames_of_invalid_input_hide_secrets(half: Half, server: Server) -> None:
    client = {"kafka_endpoint": server.url, "project_id": "p"}
    for make in (
        lambda: Credentials.keys("AK", "SK-hush", security_token="TEMPORARY-hush\u00e9"),
        lambda: Credentials.token("TOKEN-hush\0"),
        lambda: half.the("Client")(**client, token="TOKEN-hush\0"),
    ):
        with pytest.raises(
            HwtasksError, match=r"has a (control )?character.* at its end"
        ) as caught:
            make()
        check(frames(caught.value))
    for settings in (
        {"token": "TOKEN-hush", "region": "no/region"},
        {"token": "TOKEN-hush", "region": "r", "proxy": "nothing//u:PASSWORD-hush@x"},
        {"environ": {"HWTASKS_TOKEN": "TOKEN-hush", "HWTASKS_REGION": "?"}},
    ):
        with pytest.raises(HwtasksError) as caught:
            half.the("Client")(**settings)
        check(frames(caught.value))
    with pytest.raises(HwtasksError) as caught:
        await half.from_env({}, token="TOKEN-hush", region="no/region")
    check(frames(caught.value))
    with pytest.raises(HwtasksError, match="no endpoint for IAM") as caught:
        half.the("IamPasswordProvider")("user", "PASSWORD-hush", "domain")
    check(frames(caught.value))


async def test_frames_of_a_failed_login_hide_secrets(half: Half, server: Server) -> None:
    server.responds(FakeResponse(connection="reset"))
    provider = password_provider(half, server)
    with pytest.raises(CredentialsError) as caught:
        await half.call(provider.provide)
    check(frames(caught.value))


async def test_http_library_log_hides_secrets(
    half: Half, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    expiry = "2999-01-01T00:00:00Z"
    login = FakeResponse({"token": {"expires_at": expiry}}, 201, {"X-Subject-Token": "TOKEN-hush"})
    server.responds(login, FakeResponse({"tasks": []}, headers={"X-Request-Id": "shown"}))
    provider = half.the("IamPasswordProvider")(
        "user", "PASSWORD-hush", "domain", project="p", endpoint=server.url
    )
    client = half.client(kafka_endpoint=server.url, project_id="p", credentials=provider)
    await client.kafka.list("i")
    assert server.requests[1].headers["x-auth-token"] == "TOKEN-hush"
    assert "(b'X-Subject-Token', b'<hidden>')" in caplog.text
    assert "(b'X-Request-Id', b'shown')" in caplog.text
    check(caplog.text)


@pytest.mark.parametrize("header", ["X-Auth-Token", "x-security-token", "Authorization"])
@pytest.mark.parametrize("name", ["httpcore2.http11", "httpcore2.http2", "hpack.hpack"])
def test_header_log_hides_secrets(caplog: pytest.LogCaptureFixture, name: str, header: str) -> None:
    caplog.set_level(logging.DEBUG)
    pairs = [(header.encode(), b"it's TOKEN-hush"), (header, 'a "TOKEN-hush"'), (b"a", b"b")]
    logging.getLogger(name).debug("Adding %s", pairs)
    check(caplog.text)
    assert caplog.text.count("<hidden>") == 2
    assert "(b'a', b'b')" in caplog.text


@pytest.mark.parametrize("url", ["https://user:PASSWORD-hush@iam.example", "user:PASSWORD-hush@x"])
async def test_endpoint_with_password_is_hidden(half: Half, url: str) -> None:
    with pytest.raises(HwtasksError, match="an endpoint with a user name or password") as caught:
        half.the("IamPasswordProvider")("user", "p", "d", project="p", endpoint=url)
    check(str(caught.value) + repr(caught.value))
    provider = half.the("MetadataProvider")(base_url=url)
    check(repr(provider) + repr(provider._inner))
    with pytest.raises(CredentialsError, match="an endpoint with a user name") as broken:
        await half.call(provider.provide)
    check(str(broken.value) + repr(broken.value))


async def test_http_library_error_has_no_frames(half: Half) -> None:
    def respond(request: httpx2.Request) -> httpx2.Response:
        headers = dict(request.headers)
        raise httpx2.WriteError(f"{len(headers)} headers were not written")

    kind = httpx2.AsyncClient if half.is_async else httpx2.Client
    client = half.client(
        region="r",
        project_id="p",
        credentials=TOKEN,
        retry_policy=RetryPolicy.disabled(),
        http_client=kind(transport=httpx2.MockTransport(respond)),
    )
    with pytest.raises(HwtasksError) as caught:
        await client.kafka.list("i")
    assert "headers were not written" in str(caught.value.__cause__)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert shown.__cause__ is not None
    check("".join(shown.__cause__.format()))
