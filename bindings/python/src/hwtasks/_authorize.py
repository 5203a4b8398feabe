"""What a request is authorized with: a token, or a signature over it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from hwtasks import _error
from hwtasks.signer import HeaderItems, SignError, sign

if TYPE_CHECKING:
    from datetime import datetime

    from hwtasks._credentials import Credentials

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
) -> tuple[dict[str, str], str | None]:
    """Return the headers that authorize a request, and the target that was signed, if one was."""
    if credentials.is_token:
        token = credentials._exposed_token()
        if not token:
            raise _error.invalid_input("the token is empty")
        return {"X-Auth-Token": secret(token, "token")}, None
    try:
        keys = credentials._exposed_keys()
        signed = sign(method, url, keys, now + skew, headers=headers, body=body)
    except (SignError, OverflowError) as error:
        raise _error.invalid_input(f"the request cannot be signed: {error}") from None
    return {name: secret(value, "signature") for name, value in signed.headers.items()}, (
        signed.request_target
    )


def secret(value: str, what: str) -> str:
    """Return a secret that a header can carry; the `Error` otherwise does not show it."""
    if not _HEADER.fullmatch(value):
        raise _error.invalid_input(f"the {what} has characters no header can carry")
    # No header has blanks around its value.
    return value.strip(" \t")
