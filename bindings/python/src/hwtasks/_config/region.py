"""Regions, and where their services answer."""

from __future__ import annotations

from enum import Enum

from hwtasks._generated.regions import REGIONS

_IAM = "https://iam.myhuaweicloud.com"
"""Where IAM answers for a region that has no IAM of its own."""


class Service(Enum):
    """A service whose endpoint depends on the region, by its part of the host name."""

    DCS = "dcs"
    KAFKA = "dms"
    IAM = "iam"


def endpoint_of(region: str, service: Service) -> str:
    """Return the endpoint by the table of the official SDKs, or else by the pattern they follow."""
    known = REGIONS.get(region)
    if known is None:
        return f"https://{service.value}.{region}.myhuaweicloud.com"
    match service:
        case Service.DCS:
            return known.dcs[0]
        case Service.KAFKA:
            return known.kafka[0]
        case Service.IAM:
            return known.iam or _IAM


def known_regions() -> tuple[str, ...]:
    """Return the IDs of the regions that the official SDKs know, in alphabetical order.

    A client takes any other region too, and builds its endpoints by the pattern
    `https://dcs.{region}.myhuaweicloud.com`.

    >>> "cn-north-4" in known_regions()
    True
    """
    return tuple(REGIONS)
