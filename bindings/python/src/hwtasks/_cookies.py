"""A jar that takes no cookies: no service here sets any, and a proxy's are not to come back."""

from __future__ import annotations

from http.cookiejar import CookieJar, DefaultCookiePolicy


def no_cookies() -> CookieJar:
    """Return a jar that stays empty."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))
