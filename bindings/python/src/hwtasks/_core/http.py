"""Parts of the HTTP clients."""

from __future__ import annotations

from functools import cache, lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING

import httpx2

from hwtasks._core import logs

if TYPE_CHECKING:
    import ssl

logs.mask()


def no_cookies() -> CookieJar:
    """Return a cookie jar that stays empty."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


@lru_cache(maxsize=256)
def parsed(url: str) -> httpx2.URL:
    """Return a parsed URL, cached because a wait requests the same one repeatedly."""
    return httpx2.URL(url)


@cache
def tls() -> ssl.SSLContext:
    """Return the TLS context with the system's certificates, loaded once because that is slow."""
    return httpx2.create_ssl_context(trust_env=False)
