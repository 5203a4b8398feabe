"""The configuration of a client by options and environment variables."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from hwtasks import (
    AsyncCachedProvider,
    AsyncClient,
    Client,
    ConfigSource,
    ConfigSourceKind,
    Credentials,
    ErrorKind,
    HwtasksError,
    RetryPolicy,
    __version__,
    known_regions,
)
from hwtasks._config.endpoint import Service, endpoint_of
from hwtasks._config.environment import Environment
from hwtasks._generated.regions import REGIONS
from tests.emulator import ROOT, Emulator
from tests.halves import Half
from tests.server import Server

TOKEN = {"HWTASKS_TOKEN": "t", "HUAWEICLOUD_SDK_PROJECT_ID": "p"}


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize(
    ("variables", "dcs", "kafka"),
    [
        (
            {"HWTASKS_REGION": "cn-north-4", "HW_REGION_NAME": "cn-east-3"},
            "https://dcs.cn-north-4.myhuaweicloud.com",
            "https://dms.cn-north-4.myhuaweicloud.com",
        ),
        (
            {"HW_REGION_NAME": "eu-west-101", "HWTASKS_REGION": ""},
            "https://dcs.eu-west-101.myhuaweicloud.com",
            "https://dms.eu-west-101.myhuaweicloud.eu",
        ),
        (
            {
                "HWTASKS_REGION": "xx-new-9",
                "HUAWEICLOUD_SDK_REGION_DCS_XX_NEW_9": "https://one.example/, https://two.example",
                "HWTASKS_KAFKA_ENDPOINT": "http://localhost:1/base/",
                "HUAWEICLOUD_SDK_REGION_KAFKA_XX_NEW_9": "ignored",
            },
            "https://one.example",
            "http://localhost:1/base",
        ),
        ({"HWTASKS_DCS_ENDPOINT": "https://[::1]:8443"}, "https://[::1]:8443", None),
    ],
)
def test_endpoints_come_from_variables(
    client: type[Client | AsyncClient],
    variables: dict[str, str],
    dcs: str,
    kafka: str | None,
) -> None:
    made = client(environ=TOKEN | variables)
    assert (made.dcs_endpoint, made.kafka_endpoint) == (dcs, kafka)
    assert made.project_id == "p"


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({}, "no endpoint is set"),
        ({"region": "r"}, "no credentials are set"),
        ({"region": "r", "without_credentials": True}, "no project ID is set"),
        ({"token": "t"}, "no endpoint is set"),
        ({"environ": TOKEN}, "no region is set; set HWTASKS_REGION, region, or region in"),
        ({"token": "t", "region": "not/a region"}, "'not/a region' is not a region"),
        ({"token": "t", "region": "-cn"}, "is not a region"),
        ({"token": "t", "region": "x" * 64}, "is not a region"),
        ({"token": "t", "region": "r", "project_id": ".."}, "project ID '..' would name another"),
        ({"token": "t", "dcs_endpoint": "http://dcs.example"}, "is plain http: use https"),
        ({"token": "t", "dcs_endpoint": "ftp://dcs.example"}, "is not an https URL"),
        ({"token": "t", "dcs_endpoint": "dcs.example"}, "is not an https URL"),
        ({"token": "t", "dcs_endpoint": "https://"}, "is not an https URL"),
        ({"token": "t", "dcs_endpoint": "https://a.example:99999"}, "is not a URL"),
        ({"token": "t", "dcs_endpoint": "https://a.example/%2e"}, "has a percent-encoded path"),
        ({"token": "t", "kafka_endpoint": "https://a.example/v2/"}, "ends with the API version"),
        (
            {"token": "t", "dcs_endpoint": "https://u:hush@a.example"},
            "an endpoint with a user name",
        ),
        ({"token": "t", "dcs_endpoint": "https://a.example/?x=hush"}, "with a query or a fragment"),
        ({"token": "t", "region": "r", "timeout": -1}, "timeout is -1, and must be a number, 0 or"),
        ({"token": "t", "region": "r", "timeout": float("nan")}, "timeout is nan, and must be a"),
        ({"token": 5, "region": "r"}, "token is of type int, and must be a string"),
        ({"token": "", "region": "r"}, "the token is empty"),
        ({"token": "t", "region": 5}, "region is of type int, and must be a string"),
        ({"token": "t", "kafka_endpoint": 5}, "kafka_endpoint is of type int, and must be a str"),
        ({"token": "t", "region": "r", "proxy": 5}, "proxy is of type int, and must be a string"),
        ({"token": "t", "region": "r", "user_agent_suffix": 5}, "user_agent_suffix is of type int"),
        ({"token": "t", "region": "r", "retry_policy": 3}, "retry_policy is of type int, and must"),
        ({"token": "t", "region": "r", "clock": 3}, "clock is of type int, and must"),
        ({"token": "t", "region": "r", "environ": 5}, "environ is of type int, and must"),
        ({"token": "t", "region": "r", "body_limit": "big"}, "body_limit is 'big'"),
        ({"token": "t", "region": "r", "proxy": "hush://x y"}, "the proxy is not a URL"),
        (
            {"token": "t", "region": "r", "user_agent_suffix": "a\nb"},
            "not printable ASCII",
        ),
        ({"token": "t", "region": "r", "http_client": 7}, "http_client is of type int"),
        ({"credentials": "t", "region": "r"}, "credentials is of type str: give Credentials, or a"),
        (
            {"token": "t", "region": "r", "http_client": 7, "proxy": "http://proxy.example"},
            "proxy and user_agent_suffix do not apply to http_client",
        ),
        (
            {"environ": TOKEN | {"HWTASKS_REGION": "?"}},
            "HWTASKS_REGION: '\\?' is not a region",
        ),
        (
            {"environ": TOKEN | {"HWTASKS_DCS_ENDPOINT": "x"}},
            "HWTASKS_DCS_ENDPOINT: the endpoint 'x' is not an https URL",
        ),
    ],
)
def test_invalid_option_raises_in_the_constructor(
    half: Half, settings: dict[str, Any], why: str
) -> None:
    with pytest.raises(HwtasksError, match=why) as caught:
        half.the("Client")(**settings)
    assert caught.value.kind is ErrorKind.INVALID_INPUT
    assert "hush" not in str(caught.value)


def test_unknown_option_raises_type_error(half: Half) -> None:
    with pytest.raises(TypeError, match="a client has no option regoin"):
        half.the("Client")(regoin="cn-north-4")


async def test_call_without_endpoint_names_the_option(half: Half, server: Server) -> None:
    client = half.client(dcs_endpoint=server.url, project_id="p", token="t")
    why = "ListKafkaTasks: no kafka endpoint is set; set kafka_endpoint, or the region"
    with pytest.raises(HwtasksError, match=why):
        await client.kafka.list("i")


async def test_options_override_variables(half: Half, emulator: Emulator) -> None:
    environ = emulator.environ(HWTASKS_TOKEN="another")
    client = await half.from_env(environ, token=emulator.token, project_id=emulator.project_id)
    assert (await client.kafka.list("5560df16-cebf-4473-95c4-d1b573c16e79")).tasks


def test_sync_client_with_async_provider_raises() -> None:
    provider = AsyncCachedProvider(Credentials.token("t"))
    AsyncClient(region="r", credentials=provider)
    why = "credentials is of type AsyncCachedProvider: give Credentials, or a provider for Client"
    with pytest.raises(HwtasksError, match=why):
        Client(region="r", credentials=provider)  # type: ignore[arg-type]


def test_version_equals_that_of_package_and_crates() -> None:
    package = tomllib.loads((ROOT / "bindings/python/pyproject.toml").read_text(encoding="utf-8"))
    crates = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))
    assert package["project"]["dynamic"] == ["version"]
    written = ROOT / "bindings/python" / package["tool"]["hatch"]["version"]["path"]
    assert f'__version__ = "{__version__}"\n' in written.read_text(encoding="utf-8")
    assert crates["workspace"]["package"]["version"] == __version__


def test_known_regions_are_sorted() -> None:
    regions = known_regions()
    assert list(regions) == sorted(set(regions))
    assert len(regions) == 34


def test_environment_repr_shows_names_without_values() -> None:
    shown = repr(Environment({"HWTASKS_TOKEN": "hush"}))
    assert shown == "Environment(names=['HWTASKS_TOKEN'])"


def test_environment_without_a_mapping_reads_the_process_at_each_use(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment = Environment()
    monkeypatch.setenv("HWTASKS_REGION", "one")
    assert environment.variable("HWTASKS_REGION") == "one"
    monkeypatch.setenv("HWTASKS_REGION", "two")
    assert environment.variable("HWTASKS_REGION") == "two"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert environment.home == tmp_path


@pytest.mark.parametrize("name", ["HOME", "USERPROFILE"])
def test_environment_of_a_mapping_takes_the_home_directory_from_it(name: str) -> None:
    assert Environment({name: "/home/tester"}).home == Path("/home/tester")
    assert Environment({}).home is None


def words(client: Any) -> list[str | None]:
    origins = client.config_sources
    found = [origins.region, origins.dcs_endpoint, origins.kafka_endpoint, origins.project_id]
    return [None if origin is None else str(origin) for origin in found]


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_config_sources_name_option_variable_and_region(client: type[Client | AsyncClient]) -> None:
    environ = TOKEN | {"HW_REGION_NAME": "cn-north-4"}
    one = client(environ=environ)
    assert words(one) == [
        "HW_REGION_NAME",
        "the region",
        "the region",
        "HUAWEICLOUD_SDK_PROJECT_ID",
    ]
    assert one.config_sources.region == ConfigSource(ConfigSourceKind.VARIABLE, "HW_REGION_NAME")
    variable = "HUAWEICLOUD_SDK_REGION_DCS_CN_NORTH_4"
    more = {variable: "https://a.example", "HWTASKS_KAFKA_ENDPOINT": "https://b.example"}
    several = client(environ=TOKEN | more, region="cn-north-4", project_id="p")
    expected = ["the options", variable, "HWTASKS_KAFKA_ENDPOINT", "the options"]
    assert words(several) == expected
    bare = client(dcs_endpoint="https://a.example", token="t")
    assert words(bare) == [None, "the options", None, None]


async def test_project_id_source_is_set_after_the_lookup(half: Half, server: Server) -> None:
    server.responds({"tasks": [], "projects": [{"id": "found", "name": "r"}]})
    settings: dict[str, Any] = {"dcs_endpoint": server.url, "region": "r"}
    settings["iam_endpoint"] = server.url
    for credentials, origin in (
        (Credentials.token("t"), ConfigSourceKind.IAM),
        (Credentials.token("t", project_id="p"), ConfigSourceKind.CREDENTIALS),
    ):
        client = half.client(credentials=credentials, **settings)
        assert client.config_sources.project_id is None
        await client.dcs.list("i")
        assert client.config_sources.project_id == ConfigSource(origin)
    assert [
        str(ConfigSource(kind))
        for kind in ConfigSourceKind
        if kind not in {ConfigSourceKind.VARIABLE, ConfigSourceKind.PROFILE}
    ] == [
        "the options",
        "the region",
        "the credentials",
        "IAM",
    ]


def test_region_without_iam_uses_the_common_endpoint() -> None:
    lacking = [name for name, known in REGIONS.items() if known.iam is None]
    assert lacking
    for name in lacking:
        assert endpoint_of(name, Service.IAM) == "https://iam.myhuaweicloud.com"
    own = next(known for known in REGIONS.values() if known.iam)
    assert own.iam != "https://iam.myhuaweicloud.com"
    assert endpoint_of("xx-new-9", Service.IAM) == "https://iam.xx-new-9.myhuaweicloud.com"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"max_attempts": "3"}, "max_attempts is '3', and must be a whole number"),
        ({"initial_backoff": -1}, "initial_backoff is -1, and must be seconds"),
        ({"max_backoff": float("nan")}, "max_backoff is nan, and must be seconds"),
    ],
)
def test_retry_policy_with_invalid_value_raises(given: dict[str, Any], why: str) -> None:
    with pytest.raises(HwtasksError, match=why) as caught:
        RetryPolicy(**given)
    assert caught.value.kind is ErrorKind.INVALID_INPUT


def test_backoff_is_at_most_a_day() -> None:
    for_ever = float("inf")
    for policy in (
        RetryPolicy(initial_backoff=for_ever, max_backoff=for_ever),
        RetryPolicy(initial_backoff=1e9),
    ):
        waits = [policy.backoff(1) or 0 for _ in range(50)]
        assert max(waits) <= 24 * 3600
        assert max(waits) > 3600
