"""How an operation's data becomes a request; the corpus has the requests of the real operations."""

from __future__ import annotations

from typing import Any

import pytest

from hwtasks import InvalidInputError
from hwtasks._client.operation import AsyncOperationCall
from hwtasks._core.model import Item, ListBody
from hwtasks._core.operation import (
    Boolean,
    Integer,
    Operation,
    Paging,
    Text,
    Time,
    TimeWindow,
    Value,
)

WIDGETS: Operation[ListBody, Item] = Operation(
    id="ListWidgets",
    method="GET",
    path="/v2/{project}/shelves/{shelf}/widgets",
    body=ListBody,
    path_parameters=(None, "shelf ID"),
    query_parameters=(
        Integer("size", 1, 50),
        Text("colour"),
        Boolean("broken"),
        Time("to"),
        Time("from"),
    ),
    paging=Paging(position=0, first=0, size=0, largest=None),
    time_window=TimeWindow(lower=4, upper=3),
)


def test_query_is_encoded_by_kind_and_sorted_by_name() -> None:
    values = (7, "a b&ü", False, "2020-06-17T07:38:42.5Z", "2020-06-17T07:38:42.5Z")
    assert WIDGETS.query_string(values) == (
        "broken=false&colour=a%20b%26%C3%BC&from=20200617073842&size=7&to=20200617073843"
    )
    assert WIDGETS.query_string(()) == ""
    assert WIDGETS.query_string((None, "", True)) == "broken=true&colour="


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ((51,), "the size is 51, and must be 1 to 50"),
        ((True,), "the size is True, and must be a whole number"),
        ((None, 5), "the colour is 5, and must be a string"),
        ((None, None, "true"), "the broken is 'true', and must be True or False"),
        ((None, None, None, "noon"), "until: 'noon' is not a time"),
        ((None, None, None, None, "noon"), "since: 'noon' is not a time"),
    ],
)
def test_value_of_another_kind_is_refused(values: Any, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        WIDGETS.query_string(values)


def test_path_parameters_are_replaced_in_their_order() -> None:
    assert WIDGETS.path_with(["p", "a%2Fb"]) == "/v2/p/shelves/a%2Fb/widgets"


def test_page_size_without_a_documented_one_is_100() -> None:
    assert WIDGETS.paging is not None
    assert WIDGETS.paging.default_size == 100


def test_call_keeps_the_other_values_of_its_query() -> None:
    query: tuple[Value, ...] = (7, "blue")
    call = AsyncOperationCall(None, WIDGETS, ("s",), query)  # type: ignore[arg-type]  # not sent
    changed = call.with_query({0: 8}).within("2020-06-17T07:38:42Z", None)
    assert changed.query == (8, "blue", None, None, "2020-06-17T07:38:42Z")
    assert call.query == query
