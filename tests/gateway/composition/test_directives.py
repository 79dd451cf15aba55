"""Directives that reach the supergraph: federation's own, standard ones, and composed ones."""

import pytest

from tests.gateway.composition.sdl import (
    composed,
    definition_of,
    federated,
    linked,
    supergraph_of,
)

_PAINT = '@link(url: "https://example.org/paint/v1.{minor}", import: ["@paint"])'


def test_tags_of_all_subgraphs_are_carried_once_each() -> None:
    sdl = supergraph_of(
        one='type Query { a: Int @shareable @tag(name: "x") @tag(name: "y") }',
        two='type Query { a: Int @shareable @tag(name: "x") @tag(name: "z") }',
    )
    assert '  a: Int @tag(name: "x") @tag(name: "y") @tag(name: "z")\n' in definition_of(
        sdl, "Query"
    )
    assert '@link(url: "https://specs.apollo.dev/tag/v0.3")' in sdl
    assert "directive @tag(name: String!) repeatable on FIELD_DEFINITION" in sdl


def test_one_inaccessible_hides_for_all() -> None:
    sdl = supergraph_of(
        one="type Query { a: Int b: Int @shareable @inaccessible }",
        two="type Query { b: Int @shareable }",
    )
    assert "  b: Int @inaccessible\n" in definition_of(sdl, "Query")
    assert '@link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)' in sdl


def test_a_renamed_directive_keeps_its_name() -> None:
    imports = '{name: "@tag", as: "@label"}, {name: "@key", as: "@entity"}'
    sdl = composed(
        {
            "one": linked(
                "v2.3",
                imports,
                'type Query { t: T @label(name: "x") } type T @entity(fields: "id") { id: ID }',
            )
        }
    )
    assert '@join__type(graph: ONE, key: "id")' in definition_of(sdl, "T")
    assert '  t: T @label(name: "x")\n' in definition_of(sdl, "Query")
    assert (
        '@link(url: "https://specs.apollo.dev/tag/v0.3", '
        'import: [{name: "@tag", as: "@label"}])' in sdl
    )
    assert "directive @label(name: String!) repeatable on " in sdl


def test_prefixed_names_and_a_renamed_link_are_understood() -> None:
    sdl = composed(
        {
            "one": "extend schema "
            '@core(url: "https://specs.apollo.dev/link/v1.0", as: "core") '
            '@core(url: "https://specs.apollo.dev/federation/v2.3", as: "fed") '
            'type Query { t: T } type T @fed__key(fields: "id") { id: ID @fed__shareable }'
        }
    )
    assert '@join__type(graph: ONE, key: "id")' in definition_of(sdl, "T")
    assert "fed__" not in sdl


def test_a_directive_linked_from_its_own_specification() -> None:
    sdl = composed(
        {
            "one": linked("v2.3", '"@key"', "type Query { a: Int b: Int @hide }").replace(
                "extend schema",
                'extend schema @link(url: "https://specs.apollo.dev/inaccessible/v0.2", '
                'as: "hide")',
            )
        }
    )
    assert "  b: Int @hide\n" in definition_of(sdl, "Query")


@pytest.mark.parametrize(
    ("one", "two", "merged"),
    [
        (
            '@requiresScopes(scopes: [["b"]])',
            '@requiresScopes(scopes: [["a"]])',
            '@requiresScopes(scopes: [["a", "b"]])',
        ),
        (
            '@policy(policies: [["a"], ["c"]])',
            '@policy(policies: [["b"]])',
            '@policy(policies: [["a", "b"], ["b", "c"]])',
        ),
        (
            '@policy(policies: [["a"]])',
            '@policy(policies: [["a"], ["b"]])',
            '@policy(policies: [["a"]])',
        ),
        ("@authenticated", "@authenticated", "@authenticated"),
        ("@authenticated", "", "@authenticated"),
        ("@cost(weight: 3)", "@cost(weight: 10)", "@cost(weight: 10)"),
        (
            '@listSize(assumedSize: 3, sizedFields: ["x"], requireOneSlicingArgument: false)',
            '@listSize(assumedSize: 5, sizedFields: ["y"])',
            '@listSize(assumedSize: 5, sizedFields: ["x", "y"], requireOneSlicingArgument: false)',
        ),
        ('@deprecated(reason: "old")', "", '@deprecated(reason: "old")'),
    ],
)
def test_what_is_not_repeatable_is_merged(one: str, two: str, merged: str) -> None:
    parts = "type Parts @shareable { x: [Int] y: [Int] }"
    sdl = supergraph_of(
        one=f"type Query {{ q: Parts @shareable {one} }} {parts}",
        two=f"type Query {{ q: Parts @shareable {two} }} {parts}",
    )
    assert f"\n  q: Parts {merged}\n" in definition_of(sdl, "Query")


def test_an_interface_needs_what_its_implementations_need() -> None:
    sdl = supergraph_of(
        one="type Query { i: I } interface I { x: Int } "
        'type A implements I @authenticated { x: Int @requiresScopes(scopes: [["a"]]) } '
        'type B implements I { x: Int @requiresScopes(scopes: [["b"], ["c"]]) }'
    )
    interface = definition_of(sdl, "I")
    assert "\n  @authenticated\n" in interface
    assert '\n  x: Int @requiresScopes(scopes: [["a", "b"], ["a", "c"]])\n' in interface
    assert "scalar requiresScopes__Scope" in sdl


def test_a_field_may_require_a_protected_one_if_it_is_as_protected() -> None:
    supergraph_of(
        one='type Query { t: T } type T @key(fields: "id") { id: ID p: Int @external '
        'x: Int @requires(fields: "p") @requiresScopes(scopes: [["a", "b"]]) }',
        two='type T @key(fields: "id") { id: ID p: Int @requiresScopes(scopes: [["a"], ["c"]]) }',
    )


def test_custom_directives_are_left_out_unless_composed() -> None:
    sdl = supergraph_of(one="directive @mine on FIELD_DEFINITION type Query { a: Int @mine }")
    assert "@mine" not in sdl


def test_a_composed_directive_is_carried_from_every_subgraph() -> None:
    definition = "directive @paint(colour: String!) repeatable on FIELD_DEFINITION"
    sdl = composed(
        {
            "one": federated(
                f'{definition} type Query {{ a: Int @paint(colour: "red") }}',
                _PAINT.format(minor=0) + ' @composeDirective(name: "@paint")',
            ),
            "two": federated(
                f'{definition} | OBJECT type Query {{ b: Int @paint(colour: "blue") }}',
                _PAINT.format(minor=1) + ' @composeDirective(name: "@paint")',
            ),
            "three": federated(
                f'{definition} type Query {{ c: Int @paint(colour: "green") }}',
                _PAINT.format(minor=0),
            ),
        }
    )
    query = definition_of(sdl, "Query")
    assert [line.count("@paint") for line in query.splitlines() if ": Int" in line] == [1, 1, 1]
    assert _PAINT.format(minor=1) in sdl
    assert _PAINT.format(minor=0) not in sdl
    assert f"{definition} | OBJECT" in sdl


def test_executable_directives_need_every_subgraph() -> None:
    sdl = supergraph_of(
        one="directive @both(n: Int) on QUERY | FIELD directive @single on FIELD "
        "type Query { a: Int }",
        two="directive @both(n: Int) on FIELD | FRAGMENT_SPREAD type Query { b: Int }",
    )
    assert "directive @both(n: Int) on FIELD\n" in sdl
    assert "@single" not in sdl


def test_one_of_is_kept() -> None:
    sdl = supergraph_of(one="type Query { a(i: In): Int } input In @oneOf { x: Int y: Int }")
    assert "  @oneOf\n" in definition_of(sdl, "In")
