"""Decodes the responses of the metadata service."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from hwtasks._core.errors import CredentialsError
from hwtasks._core.scalars import parse_time
from hwtasks._credentials.check import secret_flaw
from hwtasks._credentials.types import Credentials

if TYPE_CHECKING:
    from hwtasks._core.response import Response

_OK, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 200, 401, 403, 404
_GRAPHIC = re.compile(rb"[!-~]+")


def token_of(response: Response) -> str | None:
    """Return the metadata token; `None` for a response that holds none."""
    text = response.raw_body.strip()
    fits = response.status == _OK and _GRAPHIC.fullmatch(text)
    return text.decode("ascii") if fits else None


def keys_of(response: Response, token: str | None, *, absent: float) -> Credentials:
    """Return the keys in a response; `absent` is the retry delay of a machine without an agency."""
    if response.status == _OK:
        return _keys(response)
    if response.status == _NOT_FOUND:
        why = "this machine has no agency, so there are no keys for it"
        raise CredentialsError.not_configured(why)._retry_after(absent)
    if response.status in {_UNAUTHORIZED, _FORBIDDEN} and token is None:
        raise CredentialsError.invalid_configuration(
            f"it returned {response.status_line} without a token, and issued no token: allow this machine or "
            "container to call the metadata service"
        )
    raise CredentialsError.invalid_configuration(f"it returned {response.status_line}")


def _keys(response: Response) -> Credentials:
    where = ""
    try:
        keys = json.loads(response.raw_body)["credential"]
        names = ("access", "secret", "securitytoken", "expires_at")
        access, secret, token, expires_at = (keys[name] for name in names)
        texts = all(isinstance(text, str) for text in (access, secret, token, expires_at))
    except json.JSONDecodeError as error:
        # The parser's message may show secrets, so only the position is used.
        where = f" (line {error.lineno}, column {error.colno})"
        texts = False
    except (KeyError, TypeError, ValueError):
        texts = False
    if not texts:
        raise CredentialsError.invalid_configuration(
            f"its response does not hold the keys that the document describes{where}"
        )
    named = {"access key": access, "secret key": secret, "security token": token}
    for what, value in named.items():
        flaw = secret_flaw(value)
        if flaw is not None:
            raise CredentialsError.invalid_configuration(f"in its response, the {what} {flaw}")
    try:
        expiry = parse_time(expires_at)
    except ValueError:
        raise CredentialsError.invalid_configuration(
            "its response does not say when the keys expire"
        ) from None
    return Credentials.keys(access, secret, security_token=token, expires_at=expiry)
