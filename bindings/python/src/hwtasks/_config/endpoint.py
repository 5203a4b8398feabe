"""Endpoint URLs, regions and the endpoints of their services."""

from __future__ import annotations

import re
from enum import Enum
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx2

from hwtasks._core import new_error
from hwtasks._core.error_kinds import ErrorReason
from hwtasks._core.errors import InvalidInputError
from hwtasks._generated.regions import REGIONS

_MAX_PORT = 2**16 - 1
_REGION = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)
_IAM = "https://iam.myhuaweicloud.com"
"""The IAM endpoint of a region without one of its own."""


def base_url(endpoint: str, *, allow_plain_http: bool) -> str:
    """Return an endpoint without its trailing slash. Raises `InvalidInputError` for a bad URL."""
    # First, because every other message shows the endpoint, which may hold a secret here.
    if "@" in endpoint:
        raise _invalid_url("an endpoint with a user name or password is refused")
    if "?" in endpoint or "#" in endpoint:
        raise _invalid_url("an endpoint with a query or a fragment is refused")
    subject = f"the endpoint {endpoint!r}"
    try:
        url = httpx2.URL(endpoint)
        host = url.host
    except (httpx2.InvalidURL, ValueError) as error:
        raise _invalid_url(f"{subject} is not a URL: {error}") from None
    if url.port is not None and url.port > _MAX_PORT:
        raise _invalid_url(f"{subject} is not a URL: it has no port {url.port}")
    if url.scheme not in {"http", "https"} or not host:
        raise _invalid_url(f"{subject} is not an https URL, such as https://dcs.example")
    if url.scheme == "http" and not allow_plain_http and not is_loopback(host):
        raise _invalid_url(
            f"{subject} is plain http: use https, or allow_plain_http=True to send the token "
            "unencrypted"
        )
    if "%" in url.raw_path.decode("ascii"):
        raise _invalid_url(f"{subject} has a percent-encoded path")
    base = str(url).rstrip("/")
    # The published document's Kafka server ends so, for readers; the paths here begin with it.
    if base.endswith(("/v2", "/v1.0")):
        raise _invalid_url(f"{subject} ends with the API version, which the client adds: remove it")
    return base


def _invalid_url(line: str) -> InvalidInputError:
    return new_error.invalid_input(line, reason=ErrorReason.INVALID_URL)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, which needs no proxy and no TLS."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_local(url: str) -> bool:
    """Whether the host of a URL is this machine."""
    return is_loopback(urlsplit(url).hostname or "")


def region_id(name: str) -> str:
    """Return a region ID that is safe in a host name. Raises `InvalidInputError` otherwise."""
    if not isinstance(name, str) or not _REGION.fullmatch(name):
        raise new_error.invalid_input(
            f"{name!r} is not a region: give its ID, such as cn-north-4"
        )._with_reason(ErrorReason.INVALID_REGION)
    return name


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
