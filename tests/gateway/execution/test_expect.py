"""The expecting projection answers as the exact one does, or gives up."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse
from hypothesis import given
from hypothesis import strategies as st

from gateway.composition import SubgraphSource, compose
from gateway.execution.collect import Collector
from gateway.execution.errors import Violation
from gateway.execution.expect import GIVES_UP, compile_expectation
from gateway.execution.project import compile_exact
from gateway.planning.model import Supergraph

SDL = """
scalar Any
enum Size { S M }
interface Named { name: String }
type Cat implements Named { name: String lives: Int! }
type Dog implements Named { name: String friends: [Named] }
union Pet = Cat | Dog
type Query {
  text: String! number: Float flag: Boolean size: Size any: Any
  tags: [String!] sizes: [[Size]!] named: Named cat: Cat! pets: [Pet]! dogs: [Dog!]
}
"""
QUERY = """
{
  text number flag size any tags sizes kind: __typename
  named { __typename name ... on Cat { lives } }
  cat { lives name }
  pets { __typename ... on Dog { n: name friends { name } } ... on Cat { lives } }
  dogs { name }
}
"""
GOOD: dict[str, Any] = {
    "text": "t",
    "number": 1.5,
    "flag": True,
    "size": "S",
    "any": {"a": 1},
    "tags": ["x"],
    "sizes": [["S", None]],
    "named": {"__typename": "Cat", "name": "Tom", "lives": 9, "secret": 1},
    "cat": {"name": None, "lives": 1},
    "pets": [{"__typename": "Dog", "n": "Rex", "friends": [None, {"name": "Tom"}]}, None],
    "dogs": [{"name": "Rex"}],
}


def _compiled() -> Any:
    composed = compose({"a": SubgraphSource("http://a.invalid", SDL)})
    assert composed.supergraph_sdl is not None
    supergraph = Supergraph(composed.supergraph_sdl)
    [operation] = parse(QUERY).definitions
    assert isinstance(operation, OperationDefinitionNode)
    root = supergraph.schema.query_type
    assert root is not None
    selection = operation.selection_set
    collector = Collector(supergraph.schema, {}, {})
    return (
        compile_expectation(supergraph.schema, collector, root, selection),
        compile_exact(supergraph, collector, root, selection),
    )


EXPECT, PROJECT = _compiled()
LEAVES = st.sampled_from([None, "S", "text", 1, 1.5, True, "Cat", "Dog", "Named"])
KEYS = st.sampled_from(["__typename", "name", "n", "lives", "friends", "other"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4)
)


def compare(data: dict[str, Any]) -> bool:
    """Whether the expecting one answered; then it answered the same, and nothing was wrong."""
    violations: list[Violation] = []
    exact = PROJECT(data, violations)
    try:
        expected = EXPECT(data)
    except GIVES_UP:
        return False
    assert repr(expected) == repr(exact)
    assert violations == []
    return True


def test_what_is_as_declared_is_answered_at_once() -> None:
    assert compare(GOOD)
    assert list(EXPECT(GOOD)["named"].items()) == [
        ("__typename", "Cat"),
        ("name", "Tom"),
        ("lives", 9),
    ]


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), VALUES, max_size=4))
def test_the_two_never_differ(odd: dict[str, Any]) -> None:
    compare(GOOD | odd)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", None),
        ("text", 5),
        ("flag", 1),
        ("size", "L"),
        ("tags", [None]),
        ("tags", "text"),
        ("sizes", [None]),
        ("named", {"name": "x"}),
        ("cat", None),
        ("cat", {"lives": None, "name": "x"}),
        ("cat", []),
        ("pets", [{"name": "x"}]),
        ("pets", [{"__typename": "Horse"}]),
        ("named", {"__typename": []}),
        ("dogs", [None]),
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_the_exact_one(name: str, value: Any) -> None:
    answered = compare(GOOD | {name: value})
    assert answered is (
        value == {"name": "x"} and name == "named"
    )  # an interface's object needs no type


def test_a_missing_field_is_left_to_the_exact_one() -> None:
    assert not compare({key: value for key, value in GOOD.items() if key != "number"})
