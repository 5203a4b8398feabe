"""Where credentials come from: variables, the profile file, the metadata service, IAM."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import hwtasks
from hwtasks import (
    Credentials,
    CredentialsError,
    CredentialsProvider,
    EnvironmentProvider,
    ErrorKind,
    ErrorReason,
    HwtasksError,
    ProfileProvider,
)
from hwtasks.testing import ManualClock
from tests.halves import Half
from tests.server import FakeResponse, SentRequest, Server

KEYS = {"HUAWEICLOUD_SDK_AK": "AK", "HUAWEICLOUD_SDK_SK": "the-secret"}


def profile(tmp_path: Path, text: str | bytes, **variables: str) -> ProfileProvider:
    file = tmp_path / ".huaweicloud" / "credentials"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return ProfileProvider(variables | {"HOME": str(tmp_path)})


def test_environment_provider_reads_all_variables() -> None:
    more = {
        "HUAWEICLOUD_SDK_SECURITY_TOKEN": "temporary",
        "HUAWEICLOUD_SDK_PROJECT_ID": "project",
    }
    keys = EnvironmentProvider(KEYS | more).provide()
    assert keys.access_key == "AK"
    assert keys.project_id == "project"
    assert keys._exposed_keys().security_token == "temporary"


@pytest.mark.parametrize(
    ("variables", "why", "is_not_configured"),
    [
        ({}, "HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set", True),
        ({"HUAWEICLOUD_SDK_AK": "", "HUAWEICLOUD_SDK_SK": ""}, "are not set", True),
        (
            {"HUAWEICLOUD_SDK_AK": "AK"},
            "HUAWEICLOUD_SDK_AK is set and HUAWEICLOUD_SDK_SK is not: set both, or neither",
            False,
        ),
        (
            {"HUAWEICLOUD_SDK_SK": "the-secret"},
            "HUAWEICLOUD_SDK_SK is set and HUAWEICLOUD_SDK_AK is not",
            False,
        ),
        (KEYS | {"HUAWEICLOUD_SDK_SK": "\udcff"}, "HUAWEICLOUD_SDK_SK is not valid Uni", False),
    ],
)
def test_environment_provider_without_keys_raises(
    variables: dict[str, str],
    why: str,
    is_not_configured: bool,  # noqa: FBT001
) -> None:
    with pytest.raises(CredentialsError, match=why) as caught:
        EnvironmentProvider(variables).provide()
    assert caught.value.is_not_configured is is_not_configured
    assert "the-secret" not in str(caught.value)


def test_profile_provider_reads_the_section(tmp_path: Path) -> None:
    text = (
        "\ufeff# comment\r\n[other]\nak=x\nsk=y\n[ basic ]\nAK = AK\nsk: the-secret\n"
        "security_token = t\nproject_id = p\niam_endpoint = https://iam.example\nidp_id =\n"
    )
    provider = profile(tmp_path, text)
    keys = provider.provide()
    assert (keys.access_key, keys.project_id) == ("AK", "p")
    assert keys.iam_endpoint == "https://iam.example"
    assert keys._exposed_keys().secret_key == "the-secret"
    other = profile(tmp_path, text, HWTASKS_PROFILE="other").provide()
    assert other.access_key == "x"

    # Read once, and again when the service refuses the keys.
    profile(tmp_path, "[basic]\nak = NEW\nsk = s\n")
    assert provider.provide() is keys
    provider.invalidate(Credentials.keys("another", "s"))
    assert provider.provide() is keys
    provider.invalidate(keys)
    assert provider.provide().access_key == "NEW"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[basic]\nak = AK\n", ":1: \\[basic\\] has no sk: add a line sk = ..."),
        ("[basic]\nak = AK\nsk =\n", ":1: \\[basic\\] has no sk"),
        ("[basic]\nak = AK\nnonsense\n", ":3: is invalid"),
        ("[basic\nak = AK\n", ":1: is invalid"),
        ("= the-secret\n", ":1: is invalid"),
        ("[basic]\nak = a\nak = b\nsk = the-secret", ":3: \\[basic\\] has more than one ak"),
        (
            "[basic]\nak = a\nsk = the-secret\n[basic]\n",
            ":4: \\[basic\\] is here a second time",
        ),
        (
            '[basic]\nak = a\nsk = "the-secret"\n',
            ":3: the sk of \\[basic\\] has a quote at its beginning",
        ),
        (
            "[basic]\nak = a\nsk = the-secret # mine\n",
            ":3: the sk of \\[basic\\] has a blank in it",
        ),
        (b"[basic]\nak = \xff\n", ":2: is not UTF-8 text"),
        (b"#" * (1024 * 1024 + 1), "is larger than 1 MiB"),
    ],
)
def test_profile_with_a_syntax_error_names_the_line(
    tmp_path: Path, text: str | bytes, why: str
) -> None:
    with pytest.raises(CredentialsError, match=why) as caught:
        profile(tmp_path, text).provide()
    assert not caught.value.is_not_configured
    assert "the-secret" not in str(caught.value)


def test_missing_profile_is_invalid_only_when_a_variable_names_it(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    for variables, home, why, not_configured in [
        ({}, tmp_path, "credentials does not exist$", True),
        ({}, None, "the home directory is not known", True),
        ({"HWTASKS_PROFILE": "x"}, tmp_path, "create it, or unset HWTASKS_PROFILE", False),
        (
            {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": missing},
            None,
            "create it, or fix HUAWEICLOUD_SDK_CREDENTIALS_FILE",
            False,
        ),
        ({"HUAWEICLOUD_SDK_CREDENTIALS_FILE": str(tmp_path)}, None, "cannot be read: ", False),
    ]:
        with pytest.raises(CredentialsError, match=why) as caught:
            ProfileProvider(variables | ({"HOME": str(home)} if home else {})).provide()
        assert caught.value.is_not_configured is not_configured
    with pytest.raises(CredentialsError, match=r"has no section \[basic\]$") as caught:
        profile(tmp_path, "[other]\nak = a\nsk = s\n").provide()
    assert caught.value.is_not_configured
    with pytest.raises(CredentialsError, match=r"has no section \[x\]") as caught:
        profile(tmp_path, "[other]\nak = a\nsk = s\n", HWTASKS_PROFILE="x").provide()
    assert not caught.value.is_not_configured


def securitykey(clock: ManualClock, hours: float = 24, access: str = "TEMP") -> dict[str, Any]:
    expiry = (clock.now() + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")
    return {
        "credential": {
            "access": access,
            "secret": "the-secret",
            "securitytoken": "the-token",
            "expires_at": expiry,
        }
    }


async def test_metadata_provider_fetches_and_refreshes_keys(
    half: Half, server: Server, clock: ManualClock
) -> None:
    server.responds(FakeResponse(b"metadata-token\n"), securitykey(clock))
    provider = half.the("MetadataProvider")(base_url=server.url, clock=clock)
    keys = await half.call(provider.provide)
    assert keys.access_key == "TEMP"
    assert [(asked.method, asked.path) for asked in server.requests] == [
        ("PUT", "/meta-data/latest/api/token"),
        ("GET", "/openstack/latest/securitykey"),
    ]
    assert server.requests[0].headers["x-metadata-token-ttl-seconds"] == "21600"
    assert server.requests[1].headers["x-metadata-token"] == "metadata-token"

    # Kept until 40 minutes before it expires.
    clock.advance(23.3 * 3600)
    assert await half.call(provider.provide) is keys
    clock.advance(60 * 5)
    server.responds(FakeResponse(b"", 404), securitykey(clock, access="NEW"))
    assert (await half.call(provider.provide)).access_key == "NEW"
    assert "x-metadata-token" not in server.requests[-1].headers


@pytest.mark.parametrize(
    ("responses", "why", "not_configured"),
    [
        ([FakeResponse(b"t"), FakeResponse(b"", 404)], "this machine has no agency", True),
        (
            [FakeResponse(b"", 404), FakeResponse(b"", 401)],
            "returned 401 Unauthorized without a token",
            False,
        ),
        ([FakeResponse(b"t"), FakeResponse(b"", 403)], "it returned 403 Forbidden$", False),
        (
            [FakeResponse(b"t"), FakeResponse(b'{"credential": the-secret')],
            r"\(line 1, column 16\)$",
            False,
        ),
        (
            [FakeResponse(b"t"), FakeResponse({"credential": {"secret": "the-secret"}})],
            "does not hold the keys",
            False,
        ),
    ],
)
async def test_metadata_response_without_keys_raises(
    half: Half,
    server: Server,
    clock: ManualClock,
    responses: list[FakeResponse],
    why: str,
    not_configured: bool,  # noqa: FBT001
) -> None:
    server.responds(*responses)
    provider = half.the("MetadataProvider")(base_url=server.url, clock=clock)
    with pytest.raises(CredentialsError, match=why) as caught:
        await half.call(provider.provide)
    assert caught.value.is_not_configured is not_configured
    assert "the-secret" not in str(caught.value)


async def test_missing_metadata_service_is_retried_after_a_minute(
    half: Half, server: Server, clock: ManualClock
) -> None:
    server.responds(FakeResponse(connection="reset"))
    provider = half.the("MetadataProvider")(base_url=server.url, clock=clock)
    for _ in range(2):
        with pytest.raises(CredentialsError, match="not reachable at http") as caught:
            await half.call(provider.provide)
        assert caught.value.is_not_configured
    assert len(server.requests) == 1
    clock.advance(61)
    with pytest.raises(CredentialsError):
        await half.call(provider.provide)
    assert len(server.requests) == 2


def iam_response(
    clock: ManualClock, token: str = "subject-token", status: int = 201
) -> FakeResponse:
    expiry = (clock.now() + timedelta(hours=24)).isoformat().replace("+00:00", "Z")
    body = {"token": {"expires_at": expiry, "project": {"id": "found", "name": "x"}}}
    return FakeResponse(body, status, {"X-Subject-Token": token})


async def test_iam_provider_fetches_a_token(half: Half, server: Server, clock: ManualClock) -> None:
    server.responds(iam_response(clock), {"tasks": []})
    provider = half.the("IamPasswordProvider")(
        "user", "the-password", "domain", project="p", endpoint=server.url, clock=clock
    )
    client = half.client(kafka_endpoint=server.url, credentials=provider, clock=clock)
    await client.kafka.list("i")
    login, listed = server.requests
    assert login.target == "/v3/auth/tokens?nocatalog=true"
    assert b'"password": "the-password"' in login.body
    assert listed.headers["x-auth-token"] == "subject-token"
    assert listed.path == "/v2/found/instances/i/tasks"
    assert client.project_id == "found"


async def test_expired_token_is_refreshed_once_for_concurrent_calls(
    half: Half, server: Server, clock: ManualClock
) -> None:
    tokens = iter(["old", "new", "third"])

    def respond(asked: SentRequest) -> FakeResponse:
        if asked.method == "POST":
            return iam_response(clock, next(tokens))
        if asked.headers["x-auth-token"] == "old":
            return FakeResponse({"error_code": "APIGW.0307"}, 401)
        return FakeResponse({"tasks": []})

    server.responds_by(respond)
    provider = half.the("IamPasswordProvider")(
        "user", "the-password", "domain", project="p", endpoint=server.url, clock=clock
    )
    client = half.client(kafka_endpoint=server.url, credentials=provider, clock=clock)
    await asyncio.gather(*(client.kafka.list("i") for _ in range(8)))
    assert sum(asked.method == "POST" for asked in server.requests) == 2


async def test_rejected_password_is_sent_again_after_five_minutes(
    half: Half, server: Server, clock: ManualClock
) -> None:
    server.responds(FakeResponse({"error": {"code": 401, "message": "wrong"}}, 401))
    provider = half.the("IamPasswordProvider")(
        "user", "the-password", "domain", project="p", endpoint=server.url, clock=clock
    )
    client = half.client(kafka_endpoint=server.url, credentials=provider, clock=clock)
    for _ in range(2):
        with pytest.raises(HwtasksError, match=r"no credentials: IAM password: .*wrong") as caught:
            await client.kafka.list("i")
        assert caught.value.is_credentials
    assert len(server.requests) == 1
    clock.advance(301)
    with pytest.raises(HwtasksError):
        await client.kafka.list("i")
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("arguments", "named", "why"),
    [
        (("", "p", "d"), {"region": "cn-north-4"}, "the user name for IAM is empty"),
        (("u", "", "d"), {"region": "cn-north-4"}, "the password for IAM is empty"),
        (("u", "p", ""), {"region": "cn-north-4"}, "the domain name for IAM is empty"),
        (("u", "p", "d"), {}, "no endpoint for IAM is set; set region or endpoint"),
        (("u", "p", "d"), {"endpoint": "https://iam.example"}, "no project for IAM is set"),
        (("u", "p", "d"), {"endpoint": "http://iam.example", "project": "x"}, "is plain http"),
    ],
)
def test_iam_provider_with_missing_argument_raises(
    arguments: tuple[str, str, str], named: dict[str, str], why: str
) -> None:
    for name in ("IamPasswordProvider", "AsyncIamPasswordProvider"):
        with pytest.raises(HwtasksError, match=why) as caught:
            getattr(hwtasks, name)(*arguments, **named)
        assert caught.value.kind is ErrorKind.INVALID_INPUT


class Given(CredentialsProvider):
    """A provider with scripted outcomes."""

    name = "given"

    def __init__(self, *outcomes: Credentials | CredentialsError) -> None:
        self.outcomes = list(outcomes)
        self.asked = 0

    def provide(self) -> Credentials:
        self.asked += 1
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, CredentialsError):
            raise outcome
        return outcome


async def test_official_chain_without_credentials_names_every_provider(
    half: Half, server: Server, clock: ManualClock, tmp_path: Path
) -> None:
    server.responds(FakeResponse(b"", 404))
    variables = {
        "HWTASKS_METADATA_ENDPOINT": server.url,
        "HWTASKS_REGION": "cn-north-4",
    }
    environ = variables | {"HOME": str(tmp_path)}
    with pytest.raises(HwtasksError) as caught:
        await half.from_env(environ, clock=clock)
    line = str(caught.value)
    assert caught.value.is_credentials
    assert caught.value.attempts == 0
    for part in (
        "no credentials: environment: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set",
        "profile file: ",
        "metadata service: this machine has no agency",
    ):
        assert part in line


async def test_failed_provider_ends_the_chain(half: Half) -> None:
    broken = Given(CredentialsError.invalid_configuration("half a key"))
    last = Given(Credentials.token("t"))
    chain = half.the("ProviderChain")(Given(CredentialsError.not_configured("none")), broken, last)
    why = "given: none; given: half a key; the providers after it were not tried"
    with pytest.raises(CredentialsError, match=why) as caught:
        await half.call(chain.provide)
    assert not caught.value.is_not_configured
    assert last.asked == 0


async def test_chain_keeps_the_first_provider_with_credentials(half: Half) -> None:
    first = Given(CredentialsError.not_configured("none"))
    second = Given(Credentials.token("t"))
    chain = half.the("ProviderChain")(first, second)
    for _ in range(3):
        assert (await half.call(chain.provide)).is_token
    assert (first.asked, second.asked) == (1, 3)
    with pytest.raises(CredentialsError, match="the provider chain is empty"):
        await half.call(half.the("ProviderChain")().provide)


async def test_failed_early_refresh_keeps_the_credentials(half: Half, clock: ManualClock) -> None:
    first = Credentials.token("t", expires_at=clock.now() + timedelta(hours=1))
    second = Credentials.token("u", expires_at=clock.now() + timedelta(hours=9))
    inner = Given(first, CredentialsError.invalid_configuration("down"), second)
    cached = half.the("CachedProvider")(inner, clock=clock)
    assert await half.call(cached.provide) is first
    clock.advance(46 * 60)
    assert await half.call(cached.provide) is first
    assert await half.call(cached.provide) is first
    assert inner.asked == 2
    clock.advance(61)
    assert await half.call(cached.provide) is second
    cached.invalidate(first)
    assert await half.call(cached.provide) is second
    assert inner.asked == 3


async def test_expired_credentials_raise(half: Half, clock: ManualClock) -> None:
    expired = Given(Credentials.token("t", expires_at=clock.now() - timedelta(seconds=1)))
    cached = half.the("CachedProvider")(expired, clock=clock)
    with pytest.raises(CredentialsError, match=r"its credentials expired at .*: check the clock"):
        await half.call(cached.provide)


async def test_project_id_is_looked_up_once_by_region_name(
    half: Half, server: Server, clock: ManualClock
) -> None:
    def respond(asked: SentRequest) -> FakeResponse:
        if asked.path == "/v3/projects":
            assert asked.query == {"name": "cn-north-4"}
            assert asked.headers["authorization"].startswith("SDK-HMAC-SHA256 Access=AK, ")
            return FakeResponse(
                {"projects": [{"id": "p1", "name": "cn-north-4"}, {"id": "p2", "name": "x"}]}
            )
        return FakeResponse({"tasks": []})

    server.responds_by(respond)
    client = half.client(
        region="cn-north-4",
        kafka_endpoint=server.url,
        iam_endpoint=server.url,
        credentials=Credentials.keys("AK", "SK"),
        clock=clock,
    )
    assert client.project_id is None
    await asyncio.gather(*(client.kafka.list("i") for _ in range(4)))
    assert client.project_id == "p1"
    assert sum(asked.path == "/v3/projects" for asked in server.requests) == 1


async def test_project_lookup_with_two_matches_raises(half: Half, server: Server) -> None:
    server.responds({"projects": [{"id": "a", "name": "r"}, {"id": "b", "name": "r"}]})
    client = half.client(region="r", kafka_endpoint=server.url, iam_endpoint=server.url, token="t")
    why = "the project ID cannot be looked up at IAM: IAM has 2 projects named 'r'"
    with pytest.raises(HwtasksError, match=why) as caught:
        await client.load()
    assert caught.value.kind is ErrorKind.UNEXPECTED
    assert caught.value.reason is ErrorReason.AMBIGUOUS_PROJECT
    assert caught.value.operation == "KeystoneListProjects"


def test_credentials_keep_their_expiry() -> None:
    keys = Credentials.keys("a", "s", expires_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert keys.expires_at == datetime(2026, 1, 1, tzinfo=UTC)


class Structural:
    """A provider by its methods alone."""

    name = "structural"

    def __init__(self) -> None:
        self.rejected: list[Credentials] = []

    def provide(self) -> Credentials:
        return Credentials.token("new" if self.rejected else "old")

    def invalidate(self, rejected: Credentials) -> None:
        self.rejected.append(rejected)


async def test_provider_that_inherits_from_nothing_is_called_and_invalidated(
    half: Half, server: Server
) -> None:
    server.responds(FakeResponse({"error_code": "APIGW.0307"}, 401), {"tasks": []})
    provider = Structural()
    client = half.client(kafka_endpoint=server.url, project_id="p", credentials=provider)
    await client.kafka.list("i")
    assert [asked.headers["x-auth-token"] for asked in server.requests] == ["old", "new"]
    assert len(provider.rejected) == 1


def test_provider_without_invalidate_is_refused(half: Half) -> None:
    class Partial:
        name = "partial"

        def provide(self) -> Credentials:
            raise AssertionError

    with pytest.raises(HwtasksError, match="credentials is of type Partial: give Credentials, or"):
        half.the("Client")(region="r", credentials=Partial())
