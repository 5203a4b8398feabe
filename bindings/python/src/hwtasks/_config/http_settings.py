"""How the HTTP client of a client connects: proxies, certificates and User-Agent."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import SecretStr

from hwtasks._config.endpoint import is_local
from hwtasks._config.environment import Environment
from hwtasks._config.proxy import Proxies, has_system_proxies, is_proxy
from hwtasks._core import new_error
from hwtasks._core.error_kinds import ErrorReason
from hwtasks._core.http import certificates, system_tls

__version__ = "0.1.0"
USER_AGENT = f"hwtasks/{__version__}"
"""The User-Agent of every client."""

_PRINTABLE = re.compile("[ -~]*", re.ASCII)
TRANSPORTS = ("httpx2", "aiohttp")
"""The values of the option `transport`."""
SYSTEM: Final = SecretStr("system")
"""The proxies of the operating system, where no variable decides."""
Route = SecretStr | None
"""The URL of a proxy, which may hold a password; `None` for a direct connection."""


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """The settings of the HTTP client, unless one is passed."""

    user_agent: str = USER_AGENT
    proxy: SecretStr | None = None
    """The proxy of all requests."""
    uses_proxies: bool = True
    """Whether the proxies of the variables are used for hosts other than loopback."""
    environ: Environment = field(default_factory=Environment)
    """The variables of the proxies and of the certificates."""
    transport: str = TRANSPORTS[0]
    """What sends the requests without a proxy."""
    verify: ssl.SSLContext | None = None
    """TLS, in place of the certificates of the variables or of the system."""

    def route(self, url: str) -> Route:
        """Return the proxy of a URL. Raises `InvalidInputError` for an invalid variable."""
        if self.proxy is not None:
            return self.proxy
        if not self.uses_proxies or is_local(url):
            return None
        proxies = Proxies(self.environ)
        if not proxies.are_set and self.environ.is_of_process and has_system_proxies():
            return SYSTEM
        return proxies.for_url(url)

    def tls(self) -> ssl.SSLContext:
        """Return the TLS context. Raises `InvalidInputError` for certificates that cannot be read."""
        if self.verify is not None:
            return self.verify
        file, folder = self.environ.path("SSL_CERT_FILE"), self.environ.path("SSL_CERT_DIR")
        if file is not None:
            return certificates("SSL_CERT_FILE", file=file, folder=folder)
        if folder is not None:
            return certificates("SSL_CERT_DIR", folder=folder)
        return system_tls()


def http_settings(given: dict[str, Any], endpoints: Sequence[str]) -> HttpSettings:
    """Return the settings of these options. Raises `InvalidInputError` for an invalid one."""
    suffix = given.get("user_agent_suffix")
    proxy = SecretStr(given["proxy"]) if "proxy" in given else None
    if "http_client" in given and (proxy is not None or suffix is not None):
        raise new_error.invalid_input(
            "proxy and user_agent_suffix do not apply to http_client: configure them there"
        )
    if "http_client" in given and "verify" in given:
        raise new_error.invalid_input("verify does not apply to http_client: configure it there")
    transport = given.get("transport", TRANSPORTS[0])
    if transport not in TRANSPORTS:
        raise new_error.invalid_input(
            f"transport is {transport!r}, and must be one of {', '.join(TRANSPORTS)}"
        )
    if "http_client" in given and "transport" in given:
        raise new_error.invalid_input("transport does not apply to http_client: set one of them")
    if suffix is not None and not _PRINTABLE.fullmatch(suffix):
        raise new_error.invalid_input("the user agent suffix is not printable ASCII")
    if proxy is not None and not is_proxy(proxy):
        raise new_error.invalid_input(
            "the proxy is not a URL, such as http://proxy.example:3128",
            reason=ErrorReason.INVALID_URL,
        )
    settings = HttpSettings(
        user_agent=USER_AGENT if suffix is None else f"{USER_AGENT} {suffix}",
        proxy=proxy,
        transport=transport,
        environ=given.get("environ") or Environment(),
        verify=_verify(given.get("verify")),
    )
    if "http_client" not in given:
        # At once, so that an invalid variable fails before the first call.
        for url in endpoints:
            settings.route(url)
    return settings


def _verify(verify: object) -> ssl.SSLContext | None:
    """Return the TLS context of the option `verify`; `None` for the default."""
    if verify is None or verify is True:
        return None
    if isinstance(verify, ssl.SSLContext):
        return verify
    if isinstance(verify, str | os.PathLike):
        path = os.fspath(verify)
        if isinstance(path, str):
            if os.path.isdir(path):  # noqa: PTH112
                return certificates("verify", folder=path)
            return certificates("verify", file=path)
    found = "False" if verify is False else f"of type {type(verify).__name__}"
    raise new_error.invalid_input(
        f"verify is {found}, and must be a file or a folder of certificates, or an ssl.SSLContext"
    )
