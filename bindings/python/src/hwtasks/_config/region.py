"""Regions and the endpoints of their services."""

from __future__ import annotations

from enum import Enum

from hwtasks._generated.regions import REGIONS

_IAM = "https://iam.myhuaweicloud.com"
"""The IAM endpoint of a region without one of its own."""


class Service(Enum):
    """A service whose endpoint depends on the region, by its part of the host name."""

    DCS = "dcs"
    KAFKA = "dms"
    IAM = "iam"


def endpoint_of(region: str, service: Service) -> str:
    """Return the endpoint in the table of the official SDKs, or else by the common pattern."""
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

    A client accepts any other region, too. Its endpoints then follow the pattern
    `https://dcs.{region}.myhuaweicloud.com`.

    >>> "cn-north-4" in known_regions()
    True
    """
    return tuple(REGIONS)
