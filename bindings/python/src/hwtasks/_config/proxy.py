"""The proxies that environment variables name, and the hosts that use none."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies

from pydantic import SecretStr

from hwtasks._config.endpoint import is_loopback
from hwtasks._core import new_error
from hwtasks._core.error_kinds import ErrorReason
from hwtasks._credentials.check import secret_flaw

if TYPE_CHECKING:
    from hwtasks._config.environment import Environment
    from hwtasks._core.errors import InvalidInputError

_ALL = ("ALL_PROXY", "all_proxy")
_VARIABLES = {
    "https": ("HTTPS_PROXY", "https_proxy", *_ALL),
    "http": ("HTTP_PROXY", "http_proxy", *_ALL),
}
_CGI = "REQUEST_METHOD"
"""Set for a CGI program, whose `HTTP_PROXY` is the header `Proxy` of a request."""
_SCHEMES = {"http", "https"}
_MAX_PORT = 2**16 - 1
_HOST = re.compile(r"(?P<host>\[[^\]@]*\]|[A-Za-z0-9._-]+)(:(?P<port>[0-9]+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Proxy:
    """The proxy of a variable, or what is wrong with it."""

    variable: str
    url: SecretStr | None
    flaw: str | None


@dataclass(frozen=True, slots=True)
class _Exclusion:
    """An entry of `NO_PROXY`."""

    network: IPv4Network | IPv6Network | None
    domain: str | None
    port: int | None

    def has(self, host: str, port: int | None) -> bool:
        if self.port is not None and self.port != port:
            return False
        try:
            address = ip_address(host)
        except ValueError:
            return self.domain is not None and f".{host}".endswith(f".{self.domain}")
        return self.network is not None and address in self.network


class Proxies:
    """The proxies of the variables of an environment."""

    def __init__(self, environ: Environment) -> None:
        is_cgi = environ.path(_CGI) is not None
        self._of: dict[str, _Proxy | None] = {}
        for scheme, names in _VARIABLES.items():
            read = names[1:] if is_cgi and scheme == "http" else names
            self._of[scheme] = _first(environ, read)
        excluded = environ.path("NO_PROXY") or environ.path("no_proxy") or ""
        entries = excluded.replace(",", " ").split()
        self._excludes_all = "*" in entries
        self._exclusions = [made for made in map(_exclusion, entries) if made is not None]

    @property
    def are_set(self) -> bool:
        """Whether variables decide about proxies, so that the operating system does not."""
        return self._excludes_all or any(self._of.values())

    def for_url(self, url: str) -> SecretStr | None:
        """Return the URL of the proxy for a URL; `None` for none.

        Raises `InvalidInputError`, which names the variable, when it is not the URL of a proxy.
        """
        target = urlsplit(url)
        host = (target.hostname or "").rstrip(".")
        if is_loopback(host) or self._excludes_all:
            return None
        proxy = self._of[target.scheme]
        if proxy is None:
            return None
        if proxy.flaw is not None:
            raise _invalid(proxy.flaw, proxy.variable)
        port = _port(target)
        return None if any(one.has(host, port) for one in self._exclusions) else proxy.url


def has_system_proxies() -> bool:
    """Whether the operating system has proxies, as macOS and Windows may."""
    return sys.platform in {"darwin", "win32"} and bool(getproxies())


def _invalid(flaw: str, variable: str) -> InvalidInputError:
    """Return the error of a variable that is not the URL of a proxy, which may hold a password."""
    return new_error.invalid_input(
        f"{variable}: the URL of the proxy {flaw}",
        help="set it to a URL such as http://proxy.example:3128",
        reason=ErrorReason.INVALID_URL,
    )


def is_proxy(value: SecretStr) -> bool:
    """Whether an option is the URL of a proxy."""
    url = value.get_secret_value()
    return "://" in url and _flaw(url) is None


def _flaw(value: str) -> str | None:
    """Return what is wrong with the URL of a proxy; `None` for a valid one. Shows no part of it."""
    flaw = secret_flaw(value)
    if flaw is not None:
        return flaw
    scheme, rest = _split(value)
    if scheme not in _SCHEMES:
        return "has a scheme other than http and https"
    _, _, host = rest.removesuffix("/").rpartition("@")
    found = None if re.search("[/?#]", rest.removesuffix("/")) else _HOST.fullmatch(host)
    if found is None or not _is_valid(found):
        return "is not a host with a port, after the scheme"
    return None


def _is_valid(found: re.Match[str]) -> bool:
    port = found["port"]
    if port is not None and not 0 < int(port[:6]) <= _MAX_PORT:
        return False
    try:
        if found["host"].startswith("["):
            IPv6Address(found["host"][1:-1])
    except ValueError:
        return False
    return True


def _first(environ: Environment, names: tuple[str, ...]) -> _Proxy | None:
    for name in names:
        try:
            value = environ.variable(name)
        except ValueError:
            return _Proxy(name, None, "is not valid Unicode")
        if value is not None:
            flaw = _flaw(value)
            if flaw is not None:
                return _Proxy(name, None, flaw)
            scheme, rest = _split(value)
            return _Proxy(name, SecretStr(f"{scheme}://{rest.removesuffix('/')}"), None)
    return None


def _split(value: str) -> tuple[str, str]:
    scheme, found, rest = value.partition("://")
    return (scheme.lower(), rest) if found else ("http", value)


def _port(url: SplitResult) -> int | None:
    return url.port if url.port is not None else {"https": 443, "http": 80}.get(url.scheme)


def _exclusion(entry: str) -> _Exclusion | None:
    """Return an entry; `None` for one that is no host, address or network."""
    network = _network(entry)
    if network is not None:
        return _Exclusion(network, None, None)
    host, colon, digits = entry.rpartition(":")
    port = None
    if colon:
        if not digits.isascii() or not digits.isdigit() or not 0 < int(digits[:6]) <= _MAX_PORT:
            return None
        port = int(digits)
        network = _network(host)
        if network is not None:
            return _Exclusion(network, None, port)
    else:
        host = entry
    domain = host.removeprefix("*").strip(".").lower()
    return _Exclusion(None, domain, port) if domain and "/" not in domain else None


def _network(text: str) -> IPv4Network | IPv6Network | None:
    address, slash, bits = text.partition("/")
    if slash and not (bits.isascii() and bits.isdigit()):
        return None
    bare = address[1:-1] if address.startswith("[") and address.endswith("]") else address
    try:
        return ip_network(f"{bare}{slash}{bits}", strict=False)
    except ValueError:
        return None
