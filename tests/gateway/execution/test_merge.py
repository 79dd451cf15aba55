"""Merging writes only into containers of its own."""

from typing import Any

import pytest

from gateway.execution.merge import merge_into, merged, owned, renamed
from gateway.planning.plan import Rename


def test_what_is_written_to_is_copied_and_the_rest_is_shared() -> None:
    first: Any = {"a": {"b": {"x": 1}, "c": {"y": 2}}, "l": [{"m": {"n": 1}}, None]}
    second = {"a": {"b": {"z": 3}}, "l": [{"m": {"o": 2}}, None]}
    writable: Any = {"a": {"b": {}}, "l": {"m": {}}}
    data: dict[str, Any] = {}
    merge_into(data, first, writable)
    merge_into(data, second, writable)
    assert data == {
        "a": {"b": {"x": 1, "z": 3}, "c": {"y": 2}},
        "l": [{"m": {"n": 1, "o": 2}}, None],
    }
    assert first == {"a": {"b": {"x": 1}, "c": {"y": 2}}, "l": [{"m": {"n": 1}}, None]}
    assert second == {"a": {"b": {"z": 3}}, "l": [{"m": {"o": 2}}, None]}
    assert data["a"]["c"] is first["a"]["c"]


def test_unexpected_overlap_is_merged_into_a_new_value() -> None:
    first, second = {"a": {"x": [1]}}, {"a": {"y": 2}}
    data: dict[str, Any] = {}
    merge_into(data, first, {})
    merge_into(data, second, {})
    assert data == {"a": {"x": [1], "y": 2}}
    assert (first, second) == ({"a": {"x": [1]}}, {"a": {"y": 2}})


@pytest.mark.parametrize(
    ("known", "value", "expected"),
    [
        ({"a": 1}, {"a": None}, {"a": 1}),
        ({"a": None}, {"a": 1}, {"a": 1}),
        ({}, {"a": None}, {"a": None}),
        ({"a": [1]}, {"a": None}, {"a": [1]}),
        ({"a": [None]}, {"a": [{"b": 1}]}, {"a": [{"b": 1}]}),
        ({"a": [{"b": 1}]}, {"a": [{"c": 1}, {"c": 2}]}, {"a": [{"b": 1}]}),
        ({"a": [[{"b": 1}]]}, {"a": [[{"c": 2}]]}, {"a": [[{"b": 1, "c": 2}]]}),
    ],
)
@pytest.mark.parametrize("writable", [{}, {"a": {}}])
def test_null_never_replaces_a_value(known: Any, value: Any, expected: Any, writable: Any) -> None:
    target = owned(known, writable)
    merge_into(target, value, writable)
    assert target == expected


def test_renaming_merges_what_shares_a_key() -> None:
    answer = {"r1": {"x": {"p": 1}}, "r2": [1], "k": {"x": {"q": 2}}, "deep": [{"r3": 5}]}
    renames = {
        "r1": Rename("k"),
        "r2": Rename("l"),
        "deep": Rename("deep", {"r3": Rename("m")}),
    }
    assert renamed(answer, renames) == {
        "k": {"x": {"p": 1, "q": 2}},
        "l": [1],
        "deep": [{"m": 5}],
    }
    assert answer["r1"] == {"x": {"p": 1}}


def test_merged_keeps_what_it_had_where_kinds_differ() -> None:
    assert merged({"a": 1}, [1]) == {"a": 1}
    assert merged([{"a": 1}, None], [{"b": 2}, 3]) == [{"a": 1, "b": 2}, 3]
