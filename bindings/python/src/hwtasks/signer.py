r"""SDK-HMAC-SHA256, the signature of requests with access keys (AK/SK) to Huawei Cloud.

`sign` returns the headers for a request, keys and a time. It does no I/O and reads no clock.

```text
canonical request = METHOD \n URI \n QUERY \n HEADERS \n SIGNED-HEADERS \n BODY-HASH
string to sign    = "SDK-HMAC-SHA256" \n X-Sdk-Date \n hex(sha256(canonical request))
signature         = hex(hmac_sha256(secret key, string to sign))
```

- `URI`: the path, percent-decoded and encoded again with upper-case hex, a `/` added at the end if
  there is none. A `%2F` is therefore signed as a separator, as the official signers do; the path
  that is sent keeps it.
- `QUERY`: pairs decoded, sorted by name and then value, and encoded; a name without a value gets its
  `=`. `+` means a plus. The same string goes on the wire: send `Signed.request_target`.
- `HEADERS`: every header given whose name has no `_`, lower case, trimmed, sorted. Among them always
  `host`, with the port if it is not the scheme's own, and `x-sdk-date` (`YYYYMMDDTHHMMSSZ`, UTC).
- `BODY-HASH`: SHA-256 of the body in hex; of a body that is neither JSON nor BSON,
  `UNSIGNED-PAYLOAD`.

Not supported: the derived variant V11-HMAC-SHA256, and the SM2, SM3 and ECDSA variants.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import NoReturn, Self
from urllib.parse import quote, unquote_to_bytes

from hwtasks._core.scalars import aware

ALGORITHM = "SDK-HMAC-SHA256"
"""The first word of the `Authorization` header and the first line of the string to sign."""

_UNSIGNED = "UNSIGNED-PAYLOAD"
_EMPTY = sha256(b"").hexdigest()
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)
_GRAPHIC = re.compile(r"[!-~]+", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_URI = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*)://([^/?]*))?([^?]*)(?:\?(.*))?", re.DOTALL)
# What HTTP does not allow in a path, and a percent sign that begins no escape.
_ILLEGAL = re.compile(rb"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9%\-._~!$&'()*+,;=:@/]")
_OWN_PORTS = {"http": ":80", "https": ":443"}
# Texts that their encoding does not change, as those of nearly all requests.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9\-._~/]*", re.ASCII)
_PLAIN_PAIR = re.compile(r"[A-Za-z0-9\-._~]+=[A-Za-z0-9\-._~]*", re.ASCII)
_LOWER = {
    "Host": "host",
    "X-Sdk-Date": "x-sdk-date",
    "X-Security-Token": "x-security-token",
    "X-Project-Id": "x-project-id",
    "X-Sdk-Content-Sha256": "x-sdk-content-sha256",
}
"""The headers the signer makes, in lower case."""

HeaderItems = Mapping[str, str] | Iterable[tuple[str, str]]


class SignError(ValueError):
    """A request or keys that cannot be sent or signed; the message says what and where."""


@dataclass(frozen=True, slots=True)
class Keys:
    """An access key (AK) with its secret key (SK), and what a signature may carry with it."""

    access_key: str
    secret_key: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)
    """Of temporary keys; sent and signed as `X-Security-Token`."""
    project_id: str | None = None
    """Sent and signed as `X-Project-Id`."""

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    def __reduce_ex__(self, _: object) -> NoReturn:
        raise TypeError("keys hold secrets, and cannot be pickled")


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature: the headers to set, the target to send, and the hashed texts."""

    headers: dict[str, str] = field(repr=False)
    """The headers to set, replacing any of the same name. Two of them are secrets."""
    request_target: str
    """The path as given, and the query in the canonical order and spelling that was signed."""
    signed_headers: str
    """The names of the signed headers, lower case, sorted, joined with `;`."""
    canonical_request: str = field(repr=False)
    """Holds the value of every signed header, with temporary keys the security token: not for logs."""
    string_to_sign: str
    """The text whose keyed hash is the signature. Holds no secret."""

    @property
    def authorization(self) -> str:
        """The value of the `Authorization` header."""
        return self.headers["Authorization"]


def sign(
    method: str,
    url: str,
    keys: Keys,
    time: datetime,
    *,
    headers: HeaderItems = (),
    body: bytes = b"",
) -> Signed:
    """Return the signature of a request at `time`, normally now.

    The gateway rejects a difference of more than 15 minutes, so sign each attempt separately. `url` is
    `http(s)://host[:port]/path?query`, or `/path?query` together with a `Host` header. Every header
    given is signed, except names with `_`, so give only those that reach the server unchanged. An
    existing `Host` is kept; `Authorization` and `X-Sdk-Date` are replaced.

    Raises `SignError` for a request that cannot be sent or signed.

    >>> keys = Keys("QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc")
    >>> url = "https://service.region.example.com/v1/77b6a44c/vpcs?limit=2&marker=1355"
    >>> signed = sign("GET", url, keys, datetime(2019, 11, 15, 3, 36, 55, tzinfo=UTC))
    >>> signed.signed_headers
    'host;x-sdk-date'
    """
    if not _GRAPHIC.fullmatch(keys.access_key) or "," in keys.access_key:
        raise SignError(f"the access key {keys.access_key!r} cannot stand in a header")
    if not keys.secret_key:
        raise SignError("the secret key is empty")
    if not _TOKEN.fullmatch(method):
        raise SignError(f"{method!r} is not a method of HTTP")
    given = list(headers.items() if isinstance(headers, Mapping) else headers)
    authority, path, query = _target(url)
    made = _made(given, keys, authority, time)
    lines = _to_sign(given, made)
    names = ";".join(dict.fromkeys(name for name, _ in lines))
    canonical_query = _query(query)
    canonical = "\n".join(
        (
            method.upper(),
            _path(path),
            canonical_query,
            "".join(f"{name}:{value}\n" for name, value in lines),
            names,
            _body_hash(body, lines),
        )
    )
    digest = sha256(canonical.encode()).hexdigest()
    to_sign = f"{ALGORITHM}\n{made['X-Sdk-Date']}\n{digest}"
    signature = hmac.digest(keys.secret_key.encode(), to_sign.encode(), "sha256").hex()
    made["Authorization"] = (
        f"{ALGORITHM} Access={keys.access_key}, SignedHeaders={names}, Signature={signature}"
    )
    wire = path
    if not _PLAIN_PATH.fullmatch(path):
        wire = _ILLEGAL.sub(lambda found: b"%%%02X" % found[0][0], path.encode()).decode("ascii")
    target = f"{wire}?{canonical_query}" if canonical_query else wire
    return Signed(made, target, names, canonical, to_sign)


def _target(url: str) -> tuple[str | None, str, str]:
    """Authority as HTTP clients send it, path and query."""
    # A password may stand before the '@': the error repeats only what follows.
    invalid = SignError(f"{url.rpartition('@')[2]!r} is not a URL of http or https")
    found = _URI.fullmatch(url.partition("#")[0])
    if found is None:
        raise invalid
    scheme, authority, path, query = found.groups()
    if scheme is None:
        if not path.startswith("/"):
            raise invalid
        return None, path, query or ""
    port = _OWN_PORTS.get(scheme.lower())
    host = authority.rpartition("@")[2].removesuffix(port or "")
    if port is None or not _GRAPHIC.fullmatch(host) or host.startswith(":"):
        raise invalid
    return host.lower(), path or "/", query or ""


def _made(
    given: list[tuple[str, str]], keys: Keys, authority: str | None, time: datetime
) -> dict[str, str]:
    """Return the headers the signer adds or replaces, without `Authorization`."""
    host = next((_trim(value) for name, value in given if name.lower() == "host"), "") or authority
    if not host:
        raise SignError("the URL names no host, and there is no Host header")
    try:
        date = aware(time).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise SignError(f"the time cannot be signed: {error}") from None
    day = f"{date.year:04}{date.month:02}{date.day:02}"
    made = {"Host": host, "X-Sdk-Date": f"{day}T{date.hour:02}{date.minute:02}{date.second:02}Z"}
    if keys.security_token is not None:
        made["X-Security-Token"] = _trim(keys.security_token)
    if keys.project_id is not None:
        made["X-Project-Id"] = _trim(keys.project_id)
    kinds = (_trim(value) for name, value in given if name.lower() == "content-type")
    if any(k and not k.startswith(("application/json", "application/bson")) for k in kinds):
        made["X-Sdk-Content-Sha256"] = _UNSIGNED
    return made


def _to_sign(given: list[tuple[str, str]], made: dict[str, str]) -> list[tuple[str, str]]:
    """Return the headers that will be on the wire, those with `_` left out, sorted."""
    lines = []
    if given:
        replaced = {"authorization", *(_LOWER[name] for name in made)}
        for name, value in given:
            if name.lower() in replaced:
                continue
            if not _TOKEN.fullmatch(name):
                raise _unsendable(name)
            _check_value(name, value)
            if "_" not in name:
                lines.append((name.lower(), _trim(value)))
    for name, value in made.items():
        _check_value(name, value)
        lines.append((_LOWER[name], _trim(value)))
    # Texts are in the order of their bytes in UTF-8.
    return sorted(lines)


def _check_value(name: str, value: str) -> None:
    if _CONTROL.search(value):
        raise _unsendable(name)


def _unsendable(name: str) -> SignError:
    return SignError(f"the header {name!r} cannot be sent")


def _trim(value: str) -> str:
    return value.strip(" \t")


def _path(path: str) -> str:
    encoded = path
    if not _PLAIN_PATH.fullmatch(path):
        encoded = quote(unquote_to_bytes(path), safe="/~")
    return encoded if encoded.endswith("/") else f"{encoded}/"


def _query(query: str) -> str:
    """Pairs decoded, sorted by name and then value, encoded again."""
    if not query or _PLAIN_PAIR.fullmatch(query):
        return query
    pairs = []
    for piece in query.split("&"):
        if piece:
            name, _, value = piece.partition("=")
            pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    pairs.sort()
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)


def _body_hash(body: bytes, lines: list[tuple[str, str]]) -> str:
    # An empty body is always its hash, as in the official Python signer.
    if not body:
        return _EMPTY
    content_sha256 = next((v for name, v in lines if name == "x-sdk-content-sha256"), None)
    return sha256(body).hexdigest() if content_sha256 is None else content_sha256
