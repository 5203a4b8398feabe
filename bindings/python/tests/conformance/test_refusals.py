"""`refusals.json`: a script of refused requests, and what a client makes of it."""

from __future__ import annotations

from tests.conformance.corpus import Case, cases
from tests.conformance.test_retries import MEMBERS, check_script
from tests.halves import Half
from tests.server import Server


@cases("refusals", MEMBERS)
async def test_refusals(case: Case, half: Half, server: Server) -> None:
    await check_script(case, half, server)
