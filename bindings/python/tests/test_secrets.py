"""Secrets stand in no `repr`, text, log, error or pickle."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from typing import Any

import pytest

from hwtasks import Credentials, Environment, Error
from hwtasks.signer import Keys, sign
from hwtasks.testing import ManualTimeSource
from tests.halves import Half
from tests.server import Answer, Server

SECRETS = ["SK-hush", "TEMPORARY-hush", "TOKEN-hush", "PASSWORD-hush"]
KEYS = Credentials.keys("AK", "SK-hush", security_token="TEMPORARY-hush")
TOKEN = Credentials.token("TOKEN-hush")


def check(text: str) -> None:
    for secret in SECRETS:
        assert secret not in text, text


@pytest.mark.parametrize("credentials", [KEYS, TOKEN])
def test_credentials_show_and_give_away_nothing(credentials: Credentials) -> None:
    for text in (repr(credentials), str(credentials), f"{credentials}", repr(vars(credentials))):
        check(text)
    with pytest.raises(TypeError, match="credentials hold secrets, and are not pickled"):
        pickle.dumps(credentials)
    assert copy.deepcopy(credentials) is copy.copy(credentials) is credentials
    with pytest.raises(TypeError, match="make credentials with"):
        Credentials()


def test_keys_and_signatures_show_nothing(clock: ManualTimeSource) -> None:
    keys = Keys("AK", "SK-hush", "TEMPORARY-hush")
    check(repr(keys))
    check(repr(sign("GET", "https://a.example/", keys, clock.now())))
    for secret in (keys, Environment({"HWTASKS_TOKEN": "TOKEN-hush"})):
        with pytest.raises(TypeError):
            pickle.dumps(secret)


@pytest.mark.parametrize("credentials", [KEYS, TOKEN])
async def test_clients_logs_and_errors_show_nothing(
    half: Half,
    server: Server,
    clock: ManualTimeSource,
    credentials: Credentials,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answers(
        Answer({}, 429),
        Answer(connection="reset"),
        Answer({"error_code": "APIGW.0307"}, 401),
        Answer({"error_msg": "no"}, 403),
    )
    client = half.client(
        kafka_endpoint=server.url,
        project_id="p",
        credentials=credentials,
        time_source=clock,
    )
    check(repr(client.inner) + repr(client.inner.kafka) + repr(client.inner._transport))
    with pytest.raises(Error) as caught:
        await client.kafka.list("i")
    error = caught.value
    check(repr(error) + str(error) + "".join(traceback.format_exception(error)))
    check(repr(error.headers) + repr(error.__cause__))
    check(pickle.dumps(error).decode("latin-1"))
    assert "ListKafkaTasks: attempt 1 answered 429" in caplog.text
    assert "no such header" not in caplog.text
    check(caplog.text)
    with pytest.raises((TypeError, AttributeError)):
        pickle.dumps(client.inner)


async def test_a_password_shows_nowhere(half: Half, server: Server) -> None:
    server.answers(Answer(b"<html>", 502))
    provider = half.the("IamPasswordProvider")(
        "user",
        "PASSWORD-hush",
        "domain",
        project="p",
        endpoint=server.url,
        time_source=ManualTimeSource(),
    )
    check(repr(provider) + repr(vars(provider)) + repr(vars(provider._inner)))
    with pytest.raises(Exception, match="502 Bad Gateway") as caught:
        await half.call(provider.provide)
    check("".join(traceback.format_exception(caught.value)))


@pytest.mark.parametrize("secret", ["TOKEN-hush\n", "TOKEN-hush\0", "TOKEN-hush\u00e9"])
async def test_a_token_that_no_header_carries_is_not_shown(
    half: Half, server: Server, secret: str
) -> None:
    client = half.client(kafka_endpoint=server.url, project_id="p", token=secret)
    with pytest.raises(Error, match="the token has characters no header can carry") as caught:
        await client.kafka.list("i")
    check("".join(traceback.format_exception(caught.value)))
    assert server.asked == []


def test_a_proxy_keeps_its_password(half: Half) -> None:
    settings: dict[str, Any] = {"region": "r", "token": "t"}
    password = SECRETS[-1]
    with pytest.raises(Error) as caught:
        half.the("Client")(proxy=f"http//u:{password}@proxy", **settings)
    check("".join(traceback.format_exception(caught.value)))
    client = half.client(proxy=f"http://u:{password}@proxy.example:3128", **settings)
    check(repr(client.inner._http._settings))
