"""Satisfiability: what can be reached, how it is explained, and its limits."""

import pytest

from gateway.composition.errors import ErrorCode, Report
from gateway.composition.merge import merge
from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.satisfiability.graph import Graph
from gateway.composition.satisfiability.walk import Walk
from gateway.composition.subgraph.federation1 import upgrade_federation_1
from gateway.composition.subgraph.load import SubgraphSource, load_subgraphs
from tests.gateway.composition.sdl import compose_sdl, federated, supergraph_of


def merged(bodies: dict[str, str]) -> Supergraph:
    report = Report()
    sources = {name: SubgraphSource(name, federated(body)) for name, body in bodies.items()}
    subgraphs = load_subgraphs(sources, report)
    upgrade_federation_1(subgraphs, report)
    supergraph = merge(subgraphs, report)
    assert report.errors == ()
    return supergraph


def layered(subgraphs: int, layers: int) -> dict[str, str]:
    """Entities in layers; each subgraph has a field of its own in every layer."""
    bodies = {}
    for number in range(subgraphs):
        types = " ".join(
            f'type L{layer} @key(fields: "id") {{ id: ID next: L{layer + 1} @shareable '
            f"own{number}: Int }}"
            for layer in range(layers)
        )
        last = f"type L{layers} @shareable {{ x: Int }}"
        bodies[f"s{number}"] = f"type Query {{ first{number}: L0 }} {types} {last}"
    return bodies


def test_a_key_can_be_fetched_on_the_way() -> None:
    supergraph_of(
        one='type Query { t: T } type T @key(fields: "id") { id: ID }',
        two='type T @key(fields: "id") @key(fields: "sku") { id: ID sku: ID }',
        three='type T @key(fields: "sku") { sku: ID x: Int }',
    )


def test_a_nested_key_may_come_from_elsewhere() -> None:
    supergraph_of(
        one='type Query { t: T } type T @key(fields: "id") { id: ID owner: U @shareable } '
        'type U @key(fields: "id") { id: ID }',
        two='type T @key(fields: "owner { name }") { owner: U @shareable x: Int } '
        "type U { name: String @shareable }",
        three='type U @key(fields: "id") { id: ID name: String @shareable }',
    )


def test_requirements_may_need_each_other_in_a_chain() -> None:
    supergraph_of(
        one='type Query { t: T } type T @key(fields: "id") { id: ID a: Int }',
        two='type T @key(fields: "id") { id: ID a: Int @external b: Int @requires(fields: "a") }',
        three='type T @key(fields: "id") { id: ID b: Int @external c: Int @requires(fields: "b") }',
    )


def test_requirements_in_a_circle_cannot_be_met() -> None:
    composition = compose_sdl(
        {
            "one": federated(
                'type Query { t: T } type T @key(fields: "id") '
                '{ id: ID b: Int @external a: Int @requires(fields: "b") }'
            ),
            "two": federated(
                'type T @key(fields: "id") '
                '{ id: ID a: Int @external b: Int @requires(fields: "a") }'
            ),
        }
    )
    assert {(e.code, e.coordinate) for e in composition.errors} == {
        (ErrorCode.SATISFIABILITY_ERROR, "T.a"),
        (ErrorCode.SATISFIABILITY_ERROR, "T.b"),
    }


@pytest.mark.parametrize(
    ("provides", "missing"), [('@provides(fields: "name")', []), ("", ["T.name"])]
)
def test_provided_fields_can_be_had_where_they_are_provided(
    provides: str, missing: list[str]
) -> None:
    composition = compose_sdl(
        {
            "one": federated(
                f"type Query {{ plain: Int t: T {provides} }} "
                f"type T {{ id: ID @shareable {'name: String @external' if provides else ''} }}"
            ),
            "two": federated("type Query { u: T } type T @shareable { id: ID name: String }"),
        }
    )
    assert [e.coordinate for e in composition.errors] == missing


def test_what_is_inaccessible_need_not_be_reachable() -> None:
    supergraph_of(
        one="type Query { t: T } type T @shareable { a: Int }",
        two="type T @shareable { a: Int b: Int @inaccessible }",
    )


def test_a_type_that_only_some_answer_with_is_not_walked() -> None:
    supergraph_of(
        one="type Query { u: U @shareable } union U = A | B type A @shareable { x: Int } "
        "type B { only: Int }",
        two="type Query { u: U @shareable } union U = A type A @shareable { x: Int }",
    )


def test_each_state_of_a_label_is_checked() -> None:
    composition = compose_sdl(
        {
            "new": federated(
                'type Query { v: T } type T @key(fields: "id") { id: ID } '
                'type S { n: Int @override(from: "old", label: "move") }'
            ),
            "old": federated(
                'type Query { s: S } type T @key(fields: "id") { id: ID } type S { n: Int }'
            ),
        }
    )
    assert [(e.code, e.coordinate) for e in composition.errors] == [
        (ErrorCode.SATISFIABILITY_ERROR, "S.n")
    ]
    assert "active override labels: move" in composition.errors[0].message


def test_the_error_shows_the_query_and_the_way_out() -> None:
    composition = compose_sdl(
        {
            "one": federated(
                "type Query { t(n: Int!): [Holder] } type Holder { t: T } "
                "type T @shareable { a: Int }"
            ),
            "two": federated("type T @shareable { a: Int b: B } type B { c: Int }"),
        }
    )
    assert [e.message for e in composition.errors] == [
        "[one, two] T.b: query { t(n: ...) { t { b { ... } } } } cannot be answered: two has "
        "T.b, but no resolvable @key of T by which one could ask it: add one there"
    ]


def test_runtime_types_are_compared_also_where_nothing_else_is_left_to_walk() -> None:
    composition = compose_sdl(
        {
            "one": federated(
                "type Query { v: V @shareable w: V } type V @shareable { u: U } "
                "union U = A type A { x: Int }"
            ),
            "two": federated(
                "type Query { v: V @shareable } type V @shareable { u: U } "
                "union U = B type B { y: Int }"
            ),
        }
    )
    assert [(e.code, e.coordinate) for e in composition.errors] == [
        (ErrorCode.SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES, "V.u")
    ]


def test_the_walk_stops_at_its_limit() -> None:
    supergraph = merged(layered(subgraphs=3, layers=3))
    walk = Walk(Graph(supergraph, frozenset()), state_limit=4)
    walk.run()
    assert walk.states == 4
    assert [e.code for e in supergraph.report.errors] == [
        ErrorCode.MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED
    ]


@pytest.mark.parametrize("broken", [False, True])
def test_safe_nodes_shorten_the_walk_and_change_no_verdict(broken: bool) -> None:
    bodies = layered(subgraphs=3, layers=3)
    if broken:
        bodies["lost"] = "type Query { u: L1 } type L1 @shareable { more: Int }"
    full, short = merged(bodies), merged(bodies)
    long_walk = Walk(Graph(full, frozenset()))
    short_walk = Walk(Graph(short, frozenset()), safe_nodes_after=1)
    long_walk.run()
    short_walk.run()
    errors = [{(e.code, e.coordinate) for e in s.report.errors} for s in (full, short)]
    assert errors[0] == errors[1]
    assert bool(errors[0]) is broken
    if not broken:
        assert short_walk.states == 1
        assert long_walk.states > 1
