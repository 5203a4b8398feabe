"""The checked configuration of a client, from its options and environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any, cast

from hwtasks._config.endpoint import base_url, region_id
from hwtasks._config.env_settings import OPTIONS, EnvSettings, Found
from hwtasks._config.environment import Environment
from hwtasks._config.http_settings import HttpSettings, http_settings
from hwtasks._config.options import AsyncClientOptions, ClientOptions, check_names
from hwtasks._config.source import ConfigSource, ConfigSources
from hwtasks._core import arguments, new_error
from hwtasks._core.arguments import path_segment
from hwtasks._core.attempt_event import OnAttempt
from hwtasks._core.clock import Clock, SystemClock
from hwtasks._core.error_kinds import ErrorReason
from hwtasks._core.errors import HwtasksError
from hwtasks._core.retry import RetryPolicy
from hwtasks._core.secrets import Secrets
from hwtasks._credentials.check import project_flaw
from hwtasks._credentials.profile import ProfileFile
from hwtasks._credentials.types import Credentials

_LIMITS = {"connect_timeout": "connect", "attempt_timeout": "attempt", "timeout": "call"}
"""The options of time limits, with the limits that they set."""
_A = {
    str: "a string",
    RetryPolicy: "a RetryPolicy",
    Clock: "a Clock",
    Mapping: "a mapping of variables",
}
"""The types of options in words."""
_KINDS: dict[str, type] = {
    **dict.fromkeys(("region", "project_id", "token", "proxy", "user_agent_suffix"), str),
    **dict.fromkeys(("dcs_endpoint", "kafka_endpoint", "iam_endpoint"), str),
    "retry_policy": RetryPolicy,
    "clock": Clock,
    "environ": Mapping,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a call."""

    connect: float = 10.0
    """The time limit for connecting, in seconds."""
    attempt: float = 30.0
    """The time limit for an attempt, in seconds."""
    call: float = 120.0
    """The time limit for a call with all attempts, in seconds."""
    body: int = 16 * 1024 * 1024
    """The size limit of a body, in bytes."""


@dataclass(frozen=True, slots=True)
class Config:
    """The checked configuration of a client."""

    region: str | None
    dcs: str | None
    kafka: str | None
    iam: str | None
    project_id: Found | None
    config_sources: ConfigSources
    """The sources of the values, except for the project ID, which may be looked up later."""
    token: Credentials | None
    """The token of the options or of the variables."""
    environ: Environment | None
    """The variables of the provider chain; `None` without a chain."""
    profile_file: ProfileFile | None
    """The credentials file, if it has been read for its region."""
    allow_plain_http: bool
    clock: Clock
    retry: RetryPolicy
    limits: Limits
    http: HttpSettings
    on_attempt: OnAttempt | None = None


def configure(settings: ClientOptions | AsyncClientOptions) -> Config:
    """Return the configuration of these options. Raises `InvalidInputError` for an invalid one."""
    given = _checked(settings)
    environ: Environment | None = given.get("environ")
    variables = EnvSettings(environ)
    allow = bool(given.get("allow_plain_http", False))
    region = (region_id(given["region"]), OPTIONS) if "region" in given else variables.region()
    project_id = variables.found("HUAWEICLOUD_SDK_PROJECT_ID")
    if "project_id" in given:
        project_id = given["project_id"], OPTIONS
    if project_id is not None:
        _check_project(*project_id)
    # The file is read only for a region that is needed.
    has_dcs = "dcs_endpoint" in given or variables.has_endpoint("DCS")
    has_kafka = "kafka_endpoint" in given or variables.has_endpoint("KAFKA")
    file = None
    if region is None and not (has_dcs and has_kafka and project_id is not None):
        region, file = variables.region_of_profile()
    without = bool(given.get("without_credentials", False))
    token = None
    if "credentials" not in given and not without:
        token = Credentials.token(given["token"]) if "token" in given else variables.token()
    authorized = token is not None or "credentials" in given or environ is not None
    authorized = authorized and not without
    if project_id is None and without:
        raise new_error.invalid_input("no project ID is set", help="set project_id")._with_reason(
            ErrorReason.NO_PROJECT
        )
    known = region[0] if region else None
    dcs = variables.endpoint(given.get("dcs_endpoint"), known, "DCS", allow_plain_http=allow)
    kafka = variables.endpoint(given.get("kafka_endpoint"), known, "KAFKA", allow_plain_http=allow)
    if dcs is None and kafka is None:
        if environ is not None:
            raise new_error.invalid_input(
                "no region is set", help="set HWTASKS_REGION, region, or region in the profile file"
            )._with_reason(ErrorReason.NO_REGION)
        raise new_error.invalid_input(
            "no endpoint is set", help="set one with region, dcs_endpoint or kafka_endpoint"
        )._with_reason(ErrorReason.NO_REGION)
    if not authorized and not without:
        raise new_error.invalid_input(
            "no credentials are set",
            help="set credentials or token, or call Client.from_env(), or set "
            "without_credentials=True to send requests without authorization",
        )._with_reason(ErrorReason.NO_CREDENTIALS)
    iam = given.get("iam_endpoint")
    return Config(
        region=known,
        dcs=dcs[0] if dcs else None,
        kafka=kafka[0] if kafka else None,
        config_sources=ConfigSources(
            region=region[1] if region else None,
            dcs_endpoint=dcs[1] if dcs else None,
            kafka_endpoint=kafka[1] if kafka else None,
            project_id=None,
        ),
        iam=base_url(iam, allow_plain_http=allow)
        if iam is not None
        else variables.url("HUAWEICLOUD_SDK_IAM_ENDPOINT", allow_plain_http=allow),
        project_id=project_id,
        token=token,
        environ=None if without else environ,
        profile_file=file,
        allow_plain_http=allow,
        clock=given.get("clock") or SystemClock(),
        retry=given.get("retry_policy") or RetryPolicy(),
        on_attempt=given.get("on_attempt"),
        limits=_limits(given),
        http=http_settings(given, [url[0] for url in (dcs, kafka) if url is not None]),
    )


def _check_project(name: object, source: ConfigSource) -> None:
    """Raise `InvalidInputError` for a project ID that is not valid."""
    flaw = project_flaw(name) if isinstance(name, str) else None
    try:
        if flaw is not None:
            raise new_error.invalid_input(f"the project ID {flaw}")
        path_segment("project ID", cast("str", name))
    except HwtasksError as error:
        if source.variable is not None:
            raise error._with_context(source.variable) from None
        raise


def _checked(settings: ClientOptions | AsyncClientOptions) -> Secrets:
    """Return the given options. Raises `InvalidInputError` for a value of another type."""
    given = Secrets(
        # A time limit that is None is no limit.
        {name: value for name, value in settings.items() if value is not None or name in _LIMITS}
    )
    check_names(given)
    for name, kind in _KINDS.items():
        if name in given and not isinstance(given[name], kind):
            found = type(given[name]).__name__
            raise new_error.invalid_input(f"{name} is of type {found}, and must be {_A[kind]}")
    if "token" in given and "credentials" in given:
        raise new_error.invalid_input("token and credentials are both set: set one of them")
    for name in ("token", "credentials"):
        if name in given and given.get("without_credentials"):
            raise new_error.invalid_input(
                f"{name} and without_credentials are both set: set one of them"
            )
    listener = given.get("on_attempt")
    if listener is not None and (not callable(listener) or iscoroutinefunction(listener)):
        found = (
            "a coroutine function" if callable(listener) else f"of type {type(listener).__name__}"
        )
        raise new_error.invalid_input(
            f"on_attempt is {found}, and must be a function without async that takes an AttemptEvent"
        )
    if "environ" in given:
        # Loggers may show the locals of a frame; an Environment shows no value.
        given["environ"] = Environment(given["environ"])
    return given


def _limits(given: dict[str, Any]) -> Limits:
    limits = {
        field: arguments.time_limit(name, given[name])
        for name, field in _LIMITS.items()
        if name in given
    }
    body = given.get("body_limit", Limits().body)
    if not new_error.is_number(body) or body < 0:
        raise new_error.invalid_input(f"body_limit is {body!r}, and must be a number, 0 or more")
    return Limits(**limits, body=body)
