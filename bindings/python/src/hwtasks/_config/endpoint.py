"""Endpoint URLs and region IDs."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx2

from hwtasks._core import new_error
from hwtasks._core.error_kinds import ErrorReason
from hwtasks._core.errors import InvalidInputError

_MAX_PORT = 2**16 - 1


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


_REGION = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)


def region_id(name: str) -> str:
    """Return a region ID that is safe in a host name. Raises `InvalidInputError` otherwise."""
    if not isinstance(name, str) or not _REGION.fullmatch(name):
        raise new_error.invalid_input(
            f"{name!r} is not a region: give its ID, such as cn-north-4"
        )._with_reason(ErrorReason.INVALID_REGION)
    return name
