"""The sources of a client's configuration."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ConfigSourceKind(StrEnum):
    """The kind of a configuration source; new kinds may be added."""

    OPTIONS = "options"
    """An option passed to the client."""
    VARIABLE = "variable"
    """An environment variable; `ConfigSource.variable` names it."""
    PROFILE = "profile"
    """A section of the credentials file; `ConfigSource.profile` names it."""
    REGION = "region"
    """The region: its entry in the table of the official SDKs, or the common URL pattern."""
    CREDENTIALS = "credentials"
    """The credentials, which hold the value."""
    IAM = "iam"
    """A lookup at IAM."""


@dataclass(frozen=True, slots=True)
class ConfigSource:
    """The source of one configured value; `str` describes it.

    >>> region = ConfigSource(ConfigSourceKind.VARIABLE, "HWTASKS_REGION")
    >>> str(region), str(ConfigSource(ConfigSourceKind.REGION))
    ('HWTASKS_REGION', 'the region')
    """

    kind: ConfigSourceKind
    """The kind of the source."""
    variable: str | None = None
    """The name of the environment variable, for a source of the kind `VARIABLE`."""

    profile: str | None = None
    """The path and the section of the credentials file, for a source of the kind `PROFILE`."""

    def __str__(self) -> str:
        named = self.variable or self.profile
        if named is not None:
            return named
        return "IAM" if self.kind is ConfigSourceKind.IAM else f"the {self.kind.value}"


@dataclass(frozen=True, slots=True)
class ConfigSources:
    """The source of each configured value of a client: `client.config_sources`."""

    region: ConfigSource | None
    """The source of the region; `None` when there is none."""
    dcs_endpoint: ConfigSource | None
    """The source of the DCS endpoint; `None` when there is none."""
    kafka_endpoint: ConfigSource | None
    """The source of the Kafka endpoint; `None` when there is none."""
    project_id: ConfigSource | None
    """The source of the project ID; `None` until the ID has been looked up."""
