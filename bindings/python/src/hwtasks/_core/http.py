"""Requests, and parts of the HTTP clients."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, NamedTuple

import httpcore2
import httpx2

from hwtasks._core import new_error
from hwtasks._core.secrets import mask_logs

if TYPE_CHECKING:
    from hwtasks._core.errors import InvalidInputError
    from hwtasks._core.secrets import Secrets

mask_logs()

IDLE_SECONDS = 5.0
"""How long an unused connection is kept: services close theirs after longer."""

ACCEPTED_ENCODINGS = b"gzip, deflate"
"""The compressions of a body that every installation can undo."""

FAILURES = (
    TimeoutError,
    OSError,
    httpx2.RequestError,
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
)
"""The exceptions of a request without a complete response."""


@dataclass(slots=True)
class Outgoing:
    """A request with everything that is sent."""

    method: str
    url: str
    headers: Secrets
    body: bytes = field(repr=False)
    timeouts: dict[str, float]
    """Seconds for `connect`, `read`, `write` and `pool`, as httpx2 takes them."""


class Target(NamedTuple):
    """Where a request goes."""

    url: httpcore2.URL
    origin: httpcore2.Origin
    key: tuple[bytes, bytes, int]
    """The origin as a key."""
    host: bytes
    """The header `Host`."""

    @property
    def is_tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.origin.scheme == b"https"

    @property
    def address(self) -> tuple[str, int]:
        """The host name and the port."""
        return self.origin.host.decode("ascii"), self.origin.port


def no_cookies() -> CookieJar:
    """Return a cookie jar that stays empty."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


@lru_cache(maxsize=256)
def parsed(url: str) -> httpx2.URL:
    """Return a parsed URL, cached because a wait requests the same one repeatedly."""
    return httpx2.URL(url)


@lru_cache(maxsize=256)
def target_of(url: str) -> Target:
    """Return where the requests of a URL go, cached as `parsed` is."""
    whole = parsed(url)
    parts = httpcore2.URL(
        scheme=whole.raw_scheme, host=whole.raw_host, port=whole.port, target=whole.raw_path
    )
    origin = parts.origin
    return Target(parts, origin, (origin.scheme, origin.host, origin.port), whole.netloc)


def is_success(status: int) -> bool:
    """Whether a status is that of a success."""
    return status // 100 == 2  # noqa: PLR2004


def as_httpx(error: Exception) -> Exception:
    """Return a failure as the error of httpx2 that has the name of httpcore2's."""
    if not type(error).__module__.startswith("httpcore2"):
        return error
    made: Exception = getattr(httpx2, type(error).__name__)(str(error))
    made.__cause__ = error
    return made


@cache
def system_tls() -> ssl.SSLContext:
    """Return the TLS context with the system's certificates, loaded once because that is slow."""
    context = httpx2.create_ssl_context(trust_env=False)
    context.set_alpn_protocols(["http/1.1"])
    return context


@lru_cache(maxsize=16)
def certificates(
    source: str, *, file: str | None = None, folder: str | None = None
) -> ssl.SSLContext:
    """Return the TLS context with the certificates of a PEM file and of folders, and no others.

    Raises `InvalidInputError`, which names the source, when none can be read.
    """
    folders = [] if folder is None else folder.split(os.pathsep)
    if file is None and not any(map(os.path.isdir, folders)):
        raise _unreadable(source, folder or "", "it is no folder")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=file, capath=folder)
    except OSError as error:
        reason = error.strerror or getattr(error, "reason", None) or "it holds no certificate"
        raise _unreadable(source, file or "", reason) from None
    context.set_alpn_protocols(["http/1.1"])
    return context


def _unreadable(source: str, path: str, why: str) -> InvalidInputError:
    return new_error.invalid_input(
        f"{source}: no certificates can be read from {path!r}: {why}",
        help="give a file of certificates in PEM, or a folder made by openssl rehash",
    )


@dataclass(frozen=True, slots=True)
class Request:
    """A request before it is authorized."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
