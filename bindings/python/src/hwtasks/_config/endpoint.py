"""Which URLs a client sends to, and how IDs and times stand in them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

import httpx2

from hwtasks._core import new_error
from hwtasks._core.error_kinds import ErrorReason
from hwtasks._core.errors import InvalidInputError
from hwtasks._core.scalars import Timestamp, aware, compact, parse_time

Moment = datetime | str | Timestamp
"""A point in time: a `datetime` with a time zone, RFC 3339 text, or a task's `Timestamp`."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MOST = 2**31 - 1
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
        raise _invalid_url(f"{subject} is not an https URL")
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
    return new_error.invalid_input(line)._with_reason(ErrorReason.INVALID_URL)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: no proxy may come between, and plain `http` is safe."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_local(url: str) -> bool:
    """Whether a URL is one of this machine."""
    return is_loopback(urlsplit(url).hostname or "")


def segment(what: str, name: str) -> str:
    """An ID as one segment of a path, or the `HwtasksError` that it cannot be one."""
    if not isinstance(name, str):
        raise new_error.invalid_input(f"the {what} is of type {type(name).__name__}, not a string")
    if not name:
        why = "is empty"
    elif name in {".", ".."}:
        why = "would name another path"
    elif _CONTROL.search(name):
        why = "holds a control character"
    else:
        try:
            return quote(name, safe="~")
        except UnicodeEncodeError:
            why = "is not valid Unicode"
    raise new_error.invalid_input(f"the {what} {name!r} {why}")


def number(what: str, value: int, least: int) -> str:
    """A number in the range of the document's 32-bit integers; narrower ranges are the service's."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise new_error.invalid_input(f"the {what} is {value!r}, and must be a whole number")
    if not least <= value <= _MOST:
        raise new_error.invalid_input(f"the {what} is {value}, and must be {least} to {_MOST}")
    return str(value)


def moment(what: str, time: Moment) -> datetime:
    """Return a point in time of any kind, or the `HwtasksError` that it is none."""
    try:
        if isinstance(time, str):
            return parse_time(time)
        if isinstance(time, Timestamp):
            return time.parse()
        if isinstance(time, datetime):
            return aware(time).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise new_error.invalid_input(f"{what}: {error}") from None
    raise new_error.invalid_input(
        f"{what} is of type {type(time).__name__}: give a datetime with a time zone"
    )


def lower(what: str, time: Moment) -> str:
    """Return the whole second at or before: no task at the lower edge is lost."""
    return compact(moment(what, time))


def upper(what: str, time: Moment) -> str:
    """Return the whole second at or after: no task at the upper edge is lost."""
    at = moment(what, time)
    try:
        return compact(at + timedelta(seconds=1) if at.microsecond else at)
    except OverflowError as error:
        raise new_error.invalid_input(f"{what}: {error}") from None


_REGION = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)


def region_id(name: str) -> str:
    """Return a region's ID, fit to stand in a host name; anything else could make another host."""
    if not isinstance(name, str) or not _REGION.fullmatch(name):
        raise new_error.invalid_input(
            f"{name!r} is not a region: give its ID, such as cn-north-4"
        )._with_reason(ErrorReason.INVALID_REGION)
    return name
