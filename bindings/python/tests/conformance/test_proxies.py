"""`proxies.json`: the proxy of a URL, by environment variables."""

from __future__ import annotations

import pytest

from hwtasks import InvalidInputError
from hwtasks._config.environment import Environment
from hwtasks._config.proxy import Proxies
from tests.conformance.corpus import Case, cases


@cases("proxies", {"environment", "url", "expect"})
def test_proxies(case: Case) -> None:
    proxies = Proxies(Environment(case["environment"]))
    expect = case["expect"]
    if "error" in expect:
        with pytest.raises(InvalidInputError) as caught:
            proxies.for_url(case["url"])
        line = str(caught.value)
        assert expect["error"]["variable"] in line
        assert expect["error"]["message"] in line
        assert "SECRET" not in line + repr(caught.value)
        return
    found = proxies.for_url(case["url"])
    assert (None if found is None else found.get_secret_value()) == expect["proxy"]
