"""However a schema is split, the gateway answers as the whole schema would.

Each world is asked some operations. `make fuzz` makes more worlds: SOUK_FUZZ_WORLDS says how many.
"""

import asyncio
import os
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    Visitor,
    execute_sync,
    parse,
    print_ast,
    visit,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis_graphql import queries

from tests.gateway.random_splits.data import Data, federation, monolith
from tests.gateway.random_splits.world import World
from tests.gateway.subgraphs import Federation

WORLDS = int(os.environ.get("SOUK_FUZZ_WORLDS", "40"))
OPERATIONS = 8


@pytest.mark.parametrize("seed", range(WORLDS))
def test_a_split_schema_answers_as_a_whole_one(seed: int) -> None:
    data = Data(World(seed))
    split = federation(data, quick=seed % 2 == 1)
    whole = monolith(data, split.gateway.schema)

    @settings(
        max_examples=OPERATIONS,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(queries(split.gateway.schema))
    def compare(query: object) -> None:
        text = str(query)
        assert answered(split, text) == expected(whole, text), text
        text = with_conditions(text, Random(seed))
        for on in (True, False):
            assert answered(split, text, on=on) == expected(whole, text, on=on), (on, text)

    compare()
    everything = everything_in(data.world)
    assert answered(split, everything) == expected(whole, everything), everything


Answer = tuple[Any, set[tuple[str | int, ...]]]
"""Data and the places of errors."""


def expected(whole: GraphQLSchema, query: str, **variables: Any) -> Answer:
    result = execute_sync(whole, parse(query), variable_values=variables)
    return result.data, {tuple(error.path or ()) for error in result.errors or ()}


def answered(split: Federation, query: str, **variables: Any) -> Answer:
    response = asyncio.run(split.response(query, **variables))
    return response.data, {tuple(error.get("path", ())) for error in response.errors}


class Conditions(Visitor):
    """Makes some fields depend on `$on`."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random

    def leave_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        if self._random.random() > 0.25:
            return None
        condition = parse(f"{{ x @{self._random.choice(('skip', 'include'))}(if: $on) }}")
        return replace(node, directives=(*(node.directives or ()), *_directives(condition)))


def _directives(document: DocumentNode) -> tuple[DirectiveNode, ...]:
    [definition] = document.definitions
    assert isinstance(definition, OperationDefinitionNode)
    return definition.selection_set.selections[0].directives or ()


def with_conditions(query: str, random: Random) -> str:
    """The query with `$on` on some of its fields; `__typename` keeps every selection used."""
    text = print_ast(visit(parse(query), Conditions(random)))
    body = text.removeprefix("query").lstrip()
    return f"query ($on: Boolean!) {{ __typename @include(if: $on) {body.removeprefix('{')}"


def everything_in(world: World) -> str:
    """Every field of every entity, two links deep."""
    roots = " ".join(f"all{name} {{ {_of(world, name, 2)} }}" for name in world.entities)
    either = _members(world, "Either", 1)
    return f"{{ {roots} things {{ {_of(world, 'Thing', 1)} }} eithers {{ {either} }} }}"


def _of(world: World, target: str, links: int, prefix: str = "") -> str:
    if target in world.members:
        return _members(world, target, links)
    selected = ["__typename id"]
    for field in world.entities[target].fields.values():
        name = f"{prefix}{field.name}: {field.name}"
        if field.type == "Value":
            selected.append(f"{name} {{ x y }}")
        elif field.target is None:
            selected.append(name)
        elif links:
            selected.append(f"{name} {{ {_of(world, field.target, links - 1)} }}")
    return " ".join(selected)


def _members(world: World, target: str, links: int) -> str:
    """With names of each member's own: the same field may be of another type in the next."""
    return "__typename " + " ".join(
        f"... on {name} {{ {_of(world, name, links, f'{name}_')} }}"
        for name in world.members[target]
    )


def test_the_worlds_are_worth_comparing() -> None:
    """They have every feature, and asking for everything takes requests and meets errors."""
    worlds = [World(seed) for seed in range(20)]
    fields = [
        field
        for world in worlds
        for entity in world.entities.values()
        for field in entity.fields.values()
    ]
    for feature in ("requires", "provides", "overridden", "argument"):
        assert sum(bool(getattr(field, feature)) for field in fields) >= 10, feature
    assert sum(bool(entity.stubs) for world in worlds for entity in world.entities.values()) >= 5
    split = federation(Data(worlds[0]))
    _data, errors = answered(split, everything_in(worlds[0]))
    assert errors
    assert sum(split.called().values()) > len(worlds[0].subgraphs)


def test_a_wrong_value_is_seen() -> None:
    one, other = Data(World(0)), Data(World(0))
    found = other.objects["T0"][0]
    found["common"] = "wrong"
    split = federation(one)
    whole = monolith(other, split.gateway.schema)
    query = "{ allT0 { common } }"
    assert answered(split, query) != expected(whole, query)
