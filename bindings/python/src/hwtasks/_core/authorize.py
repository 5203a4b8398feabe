"""The headers that authorize a request: a token, or a signature."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from hwtasks._core import new_error
from hwtasks._core.secrets import Secrets
from hwtasks.signer import HeaderItems, SignError, sign

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hwtasks._credentials.types import Credentials

_HEADER = re.compile(r"[\t -~]*", re.ASCII)


def authorization(
    credentials: Credentials,
    now: datetime,
    method: str,
    url: str,
    *,
    skew: timedelta = timedelta(0),
    headers: HeaderItems = (),
    body: bytes = b"",
) -> tuple[Secrets, str | None]:
    """Return the headers that authorize a request, and the signed target of a signature."""
    if credentials.is_token:
        return _carried({"X-Auth-Token": credentials._exposed_token()}, "token"), None
    try:
        keys = credentials._exposed_keys()
        signed = sign(method, url, keys, now + skew, headers=headers, body=body)
    except (SignError, OverflowError) as error:
        raise new_error.invalid_input(f"the request cannot be signed: {error}") from None
    return _carried(signed.headers, "signature"), signed.request_target


def _carried(secrets: Mapping[str, str], what: str) -> Secrets:
    """Return secrets as header values. Raises `InvalidInputError`, which does not show them."""
    # Header values have no blanks around them.
    made = Secrets((name, value.strip(" \t")) for name, value in secrets.items())
    # Loggers may show the locals of a frame.
    del secrets
    if not all(map(_HEADER.fullmatch, made.values())):
        raise new_error.invalid_input(f"the {what} has characters no header can carry")
    return made
