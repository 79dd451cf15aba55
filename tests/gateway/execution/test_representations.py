"""Which representations are sent for which objects."""

from typing import Any

import pytest

from gateway.execution.representations import batch, path_of, targets
from gateway.planning.fetch import InputCast, InputField
from gateway.planning.plan import Call
from gateway.planning.selection import Cast


def call(*keys: Any, inputs: tuple[Any, ...] = (), kind: str | None = "T") -> Call:
    return Call("_entities", ((),), "{ a }", frozenset(), {}, "T", kind, keys, inputs)


def field(name: str, *below: Any, key: str = "") -> InputField:
    return InputField(name, key or name, below)


def test_targets_go_through_lists_casts_and_nulls() -> None:
    data = {
        "l": [[{"__typename": "A", "x": {"n": 1}}, None], [{"__typename": "B", "x": {"n": 2}}]],
    }
    found = targets(data, ("l", Cast("A"), "x"), {"l": {"x": {"deep": {}}}})
    assert [(value, path_of(link), writable) for value, link, writable in found] == [
        ({"n": 1}, ["l", 0, 0, "x"], {"deep": {}})
    ]
    assert targets({"l": "text"}, ("l", "x"), {}) == []


@pytest.mark.parametrize(
    ("values", "distinct"),
    [
        ([1, 1], 1),
        ([1, True], 2),
        ([1, 1.0], 2),
        (["1", 1], 2),
        ([{"a": 1}, {"a": True}], 2),
        ([[1, 2], [1, 2]], 1),
        ([[], {}], 2),
        (["a", "a", "b"], 2),
    ],
)
def test_only_equal_json_is_the_same_entity(values: list[Any], distinct: int) -> None:
    objects: list[Any] = [({"id": value}, None, {}) for value in values]
    made = batch(call(field("id")), objects)
    assert len(made.representations) == distinct
    assert sum(map(len, made.targets)) == len(values)


def test_objects_that_cannot_be_identified_are_left_out() -> None:
    objects: list[Any] = [
        ({"id": None}, None, {}),
        ({}, None, {}),
        ({"id": "1"}, None, {}),
        ({"id": "2", "price": None}, None, {}),
    ]
    made = batch(call(field("id"), inputs=(field("price"),)), objects)
    assert made.representations == [{"__typename": "T", "id": "2", "price": None}]
    assert made.leftovers == [({"id": "1"}, None, {})]


def test_the_objects_own_type_where_the_call_names_none() -> None:
    objects: list[Any] = [({"id": "1", "__typename": "A"}, None, {}), ({"id": "2"}, None, {})]
    made = batch(call(field("id"), kind=None), objects)
    assert made.representations == [{"__typename": "A", "id": "1"}]


def test_nested_inputs_from_aliases_lists_and_casts() -> None:
    wanted = (
        field("lines", field("product", field("sku"))),
        field("lines", field("count", key="_g0_count")),
        InputCast("A", (field("only"),)),
        InputCast("B", (field("never"),)),
    )
    value = {
        "__typename": "A",
        "id": "1",
        "only": 5,
        "lines": [{"product": {"sku": "s", "__typename": "P", "extra": 1}, "_g0_count": 2}, None],
    }
    made = batch(call(field("id"), inputs=wanted), [(value, None, {})])
    assert made.representations == [
        {
            "__typename": "T",
            "id": "1",
            "lines": [{"product": {"sku": "s", "__typename": "P"}, "count": 2}, None],
            "only": 5,
        }
    ]
