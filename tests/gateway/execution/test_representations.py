"""Which representations are sent for which objects."""

from typing import Any

import pytest

from gateway.execution.levels import Levels
from gateway.execution.representations import (
    Batch,
    batch,
    compile_identify,
    path_of,
    positions_at,
)
from gateway.planning.fetch import InputCast, InputField
from gateway.planning.plan import Call
from gateway.planning.selection import Cast


def call(*keys: Any, inputs: tuple[Any, ...] = (), kind: str | None = "T") -> Call:
    return Call("_entities", ((),), "{ a }", frozenset(), {}, "T", kind, keys, inputs)


def field(name: str, *below: Any, key: str = "") -> InputField:
    return InputField(name, key or name, below)


def both(wanted: Call, objects: list[Any]) -> Batch:
    """By comparison of everything; and by the compiled one, which must say the same."""
    made = batch(wanted, [objects])
    compiled = batch(wanted, [objects], compile_identify(wanted))

    def said(of: Batch) -> Any:
        groups = [(repr(of.representations[index]), same) for index, same in of.groups[0].items()]
        return sorted(groups, key=repr), of.leftovers

    assert said(made) == said(compiled)
    return compiled


def test_objects_are_found_through_lists_casts_and_nulls() -> None:
    data = {
        "l": [[{"__typename": "A", "x": {"n": 1}}, None], [{"__typename": "B", "x": {"n": 2}}]],
    }
    path = ("l", Cast("A"), "x")
    assert Levels(data, {}).at(path) == [{"n": 1}]
    found = [(value, path_of(link)) for value, link in positions_at(data, path)]
    assert found == [({"n": 1}, ["l", 0, 0, "x"])]
    assert Levels({"l": "text"}, {}).at(("l", "x")) == []
    assert positions_at({"l": "text"}, ("l", "x")) == []


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
    made = both(call(field("id")), [{"id": value} for value in values])
    assert len(made.representations) == distinct
    assert [len(groups) for groups in made.groups] == [distinct]
    assert sum(map(len, made.groups[0].values())) == len(values)
    for index, objects in made.groups[0].items():
        sent = made.representations[index]["id"]
        assert all(repr(each["id"]) == repr(sent) for each in objects)


def test_objects_that_cannot_be_identified_are_left_out() -> None:
    objects: list[Any] = [{"id": None}, {}, {"id": "1"}, {"id": "2", "price": None}]
    made = both(call(field("id"), inputs=(field("price"),)), objects)
    assert made.representations == [{"__typename": "T", "id": "2", "price": None}]
    assert made.leftovers == [[{"id": "1"}]]


def test_the_objects_own_type_where_the_call_names_none() -> None:
    made = both(call(field("id"), kind=None), [{"id": "1", "__typename": "A"}, {"id": "2"}])
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
    made = both(call(field("id"), inputs=wanted), [value])
    assert made.representations == [
        {
            "__typename": "T",
            "id": "1",
            "lines": [{"product": {"sku": "s", "__typename": "P"}, "count": 2}, None],
            "only": 5,
        }
    ]


def test_objects_of_several_paths_share_their_representation_but_not_their_group() -> None:
    wanted = call(field("id"), field("sku"))
    one, two, three = {"id": 1, "sku": "a"}, {"id": 1, "sku": "a"}, {"id": 1, "sku": None}
    made = batch(wanted, [[one, three], [two]], compile_identify(wanted))
    assert made.representations == [
        {"__typename": "T", "id": 1, "sku": "a"},
        {"__typename": "T", "id": 1, "sku": None},
    ]
    assert made.groups == [{0: [one], 1: [three]}, {0: [two]}]
    assert made.groups[1][0][0] is two


def test_nested_fields_and_casts_are_compared_exactly() -> None:
    assert compile_identify(call(field("id", field("part")))) is None
    assert compile_identify(call(field("id"), InputCast("A", (field("only"),)))) is None
    assert compile_identify(call(field("id"), field("id", key="other"))) is None
