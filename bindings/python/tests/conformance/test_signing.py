"""`signing.json`: a request and keys, and the signed request."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from hwtasks.signer import Keys, SignError, sign
from tests.conformance.corpus import Case, cases

_REFUSALS = {
    "ak": "access key",
    "sk": "secret key",
    "url": "URL",
    "method": "method",
    "headers": "header",
}


@cases("signing", {"request", "credentials", "now", "expect"})
def test_signing(case: Case) -> None:
    request, keys, expect = case["request"], case["credentials"], case["expect"]

    def signed() -> Any:
        return sign(
            request["method"],
            request["url"],
            Keys(keys["ak"], keys["sk"], keys.get("security_token"), keys.get("project_id")),
            datetime.fromisoformat(case["now"]),
            headers=request.get("headers", {}),
            body=request.get("body", "").encode(),
        )

    if "error" in expect:
        assert expect["error"]["kind"] == "invalid_input"
        with pytest.raises(SignError, match=_REFUSALS[expect["error"]["parameter"]]) as caught:
            signed()
        assert not keys["sk"] or keys["sk"] not in str(caught.value)
        return
    made = signed()
    known = {"authorization", "signed_headers", "canonical_request", "target", "headers"}
    assert not expect.keys() - known - {"published_signature"}
    assert made.authorization == expect["authorization"]
    assert made.request_target == expect["target"]
    if "signed_headers" in expect:
        assert made.signed_headers == expect["signed_headers"]
    if "canonical_request" in expect:
        assert made.canonical_request == expect["canonical_request"]
    if "headers" in expect:
        sent = {k.lower(): value for k, value in request.get("headers", {}).items()}
        sent |= {name.lower(): value for name, value in made.headers.items()}
        assert sent == {name.lower(): value for name, value in expect["headers"].items()}
    if "published_signature" in expect:
        assert made.authorization.endswith(f"Signature={expect['published_signature']}")
    assert keys["sk"] not in repr(made)
