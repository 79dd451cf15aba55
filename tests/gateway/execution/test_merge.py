"""Merging writes only into containers of its own."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from gateway.execution.copying import compile_copiers
from gateway.execution.merge import (
    Writable,
    merge_all,
    merge_groups,
    merge_into,
    merged,
    owned,
    renamed,
)
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


VALUES: list[Any] = [
    None,
    "text",
    5,
    {},
    [],
    {"a": None, "b": {"c": 1}},
    {"a": {"x": 1}, "z": {"y": 2}},
    {"a": [{"x": {"n": 1}}, None, "odd"], "b": [[{"c": {}}], []]},
    [{"a": {"x": {"n": 1}}}, [{"b": 3}]],
]
SHAPE: dict[str, Any] = {"a": {"x": {}}, "b": {}}


@pytest.mark.parametrize("value", VALUES)
def test_a_compiled_copy_is_the_same_as_the_plain_one(value: Any) -> None:
    before = deepcopy(value)
    [copier] = compile_copiers({"any": SHAPE}).values()
    copy, plain = copier(value), owned(value, SHAPE)
    assert copy == plain == before

    def containers(of: Any, shape: dict[str, Any] | None) -> Iterator[Any]:
        if shape is not None and isinstance(of, dict | list):
            yield of
            below = of.items() if isinstance(of, dict) else ((None, each) for each in of)
            for key, each in below:
                yield from containers(each, shape if key is None else shape.get(key))

    originals = {id(each) for each in containers(value, SHAPE)}
    assert originals.isdisjoint(map(id, containers(copy, SHAPE)))


def test_an_answer_for_several_objects_is_copied_for_each_where_it_is_written_to() -> None:
    answer = {"a": {"x": {"n": 1}}, "kept": {"k": 1}}
    one: dict[str, Any] = {"id": 1}
    two: dict[str, Any] = {"id": 1, "a": {"old": 1}}
    merge_all([one, two], answer, Writable.of(SHAPE))
    assert one == {"id": 1, **answer}
    assert two == {"id": 1, "a": {"old": 1, "x": {"n": 1}}, "kept": {"k": 1}}
    one["a"]["x"]["more"] = two["a"]["x"]["other"] = 1
    assert answer == {"a": {"x": {"n": 1}}, "kept": {"k": 1}}
    assert one["kept"] is answer["kept"]


def test_an_answer_of_ours_is_handed_to_one_object_and_copied_for_the_others() -> None:
    answer: Any = {"a": {"x": {"n": 1}}, "b": [{"m": 1}]}
    one, two, three = ({"id": 1} for _ in range(3))
    groups: Any = [{0: [one, two]}, {0: [three]}]
    merge_groups(groups, [answer], [Writable.of(SHAPE)] * 2, ours=True)
    assert one["a"] is answer["a"]
    targets: list[dict[str, Any]] = [one, two, three]
    for number, target in enumerate(targets):
        target["a"]["x"]["own"] = target["b"][0]["own"] = number
    assert targets == [
        {"id": 1, "a": {"x": {"n": 1, "own": number}}, "b": [{"m": 1, "own": number}]}
        for number in range(3)
    ]


def test_an_object_that_is_met_twice_gets_an_answer_of_ours_once() -> None:
    answer: Any = {"a": {"x": {"n": 1}}}
    one: dict[str, Any] = {"id": 1}
    merge_groups([{0: [one, one]}], [answer], [Writable.of(SHAPE)], ours=True)
    assert one == {"id": 1, "a": {"x": {"n": 1}}}
    assert one["a"] is answer["a"]
