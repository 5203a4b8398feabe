"""What the HTTP clients are made of."""

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
    """Return a jar that stays empty: no service sets any, and a proxy's are not to come back."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


@lru_cache(maxsize=256)
def parsed(url: str) -> httpx2.URL:
    """Return a URL; a wait asks for the same again and again."""
    return httpx2.URL(url)


@cache
def tls() -> ssl.SSLContext:
    """Return the system's certificates, which take longer to read than a request to answer."""
    return httpx2.create_ssl_context(trust_env=False)
