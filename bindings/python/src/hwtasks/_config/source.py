"""Where the settings of a client come from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OriginKind(StrEnum):
    """Where a setting comes from; new ones may be added."""

    SETTINGS = "settings"
    """What the client was told."""
    VARIABLE = "variable"
    """A variable of the environment; `Origin.variable` names it."""
    REGION = "region"
    """The region: what the official SDKs know of it, or the pattern they all follow."""
    CREDENTIALS = "credentials"
    """The credentials, which were configured with it."""
    IAM = "iam"
    """IAM, which was asked."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a setting of a client comes from; `str` says it in words.

    >>> str(Origin(OriginKind.VARIABLE, "HWTASKS_REGION")), str(Origin(OriginKind.REGION))
    ('HWTASKS_REGION', 'the region')
    """

    kind: OriginKind
    """Where it comes from."""
    variable: str | None = None
    """The name of the variable, where it comes from one."""

    def __str__(self) -> str:
        if self.variable is not None:
            return self.variable
        return "IAM" if self.kind is OriginKind.IAM else f"the {self.kind.value}"


@dataclass(frozen=True, slots=True)
class Origins:
    """Where the settings of a client come from; made by `Client.origins`."""

    region: Origin | None
    """Of the region; `None` when there is none."""
    dcs_endpoint: Origin | None
    """Of the endpoint of DCS; `None` when there is none."""
    kafka_endpoint: Origin | None
    """Of the endpoint of Kafka; `None` when there is none."""
    project_id: Origin | None
    """Of the project's ID; `None` until the credentials or IAM have named it."""
