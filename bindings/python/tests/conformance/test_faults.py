"""`faults.json`: a fault of the emulator, and what calls make of it."""

from __future__ import annotations

from typing import Any

import pytest

from hwtasks import HwtasksError
from hwtasks.testing import ManualClock
from tests.conformance import normal
from tests.conformance.corpus import Case, cases, make
from tests.conformance.test_retries import settings_of
from tests.emulator import Emulator
from tests.halves import Half

_CALL = {"instance_id": "5560df16-cebf-4473-95c4-d1b573c16e79"}
_CALLS = [
    {"operation": "ListDcsTasksV1", **_CALL},
    {"operation": "ListDcsTasks", **_CALL},
    {"operation": "ListKafkaTasks", **_CALL},
    {"operation": "ShowKafkaTask", **_CALL, "task_id": "8abfa7b272adc5b40172b73130065ae7"},
]


@cases("faults", {"client", "what", "fault", "expect"})
@pytest.mark.parametrize("call", _CALLS, ids=[call["operation"] for call in _CALLS])
async def test_faults(
    case: Case,
    call: dict[str, str],
    half: Half,
    emulator: Emulator,
    clock: ManualClock,
) -> None:
    expect = case["expect"]
    assert case["what"] in (HwtasksError.__doc__ or "")
    assert not expect.keys() - {"attempts", "error"}
    environ = emulator.environ(HWTASKS_TOKEN="")
    settings: dict[str, Any] = {"environ": environ, "clock": clock}
    whole = (await make(half.client(**settings), call)).response.raw_body
    emulator.control("DELETE", "requests")
    emulator.control("POST", "faults", case["fault"] | {"operation": call["operation"]})

    client = half.client(**settings | settings_of(case.get("client", {})))
    timed_out = False
    if "error" in expect:
        wanted = expect["error"]
        assert not wanted.keys() - {"kind", "status", "is"}
        with pytest.raises(HwtasksError) as caught:
            await make(client, call)
        error = caught.value
        assert error.kind.value == wanted["kind"]
        assert error.status == wanted.get("status")
        assert normal.error(error, wanted)["is"] == sorted(wanted["is"])
        timed_out = "timeout" in wanted["is"]
        assert error.attempts == expect["attempts"]
    else:
        assert (await make(client, call)).response.raw_body == whole
    if not timed_out:
        assert len(emulator.requests()) == expect["attempts"]
        assert emulator.control("GET", "faults") in ([], {"faults": []})
    emulator.control("DELETE", "faults")
