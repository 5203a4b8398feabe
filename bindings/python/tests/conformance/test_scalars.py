"""`scalars.json`: the value that each JSON text has in a member of a body."""

from __future__ import annotations

import json

from tests.conformance.corpus import Case, cases
from tests.conformance.scalar import CONVERTED, NOTHING, decode


@cases("scalars", {"kind", "json", "expect"})
def test_scalars(case: Case) -> None:
    value = case["expect"]["value"]
    found = decode(case["kind"], case["json"])
    assert (found.value, type(found.value) is bool) == (value, type(value) is bool)
    came = json.loads(case["json"])
    if came is None:
        assert found.written is NOTHING
    elif value is not None and (case["kind"] in CONVERTED or isinstance(came, bool)):
        assert found.written == (int(value) if case["kind"] == "integer" else value)
    else:
        assert found.written == came
