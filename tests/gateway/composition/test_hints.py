"""Every hint code has a case."""

import pytest

from gateway.composition import HintCode as H
from tests.gateway.composition.test_compose import hints

_KEYED = 'type T @key(fields: "id") {{ id: ID {fields} }}'

CASES: list[tuple[H, str, dict[str, str]]] = [
    (
        H.FROM_SUBGRAPH_DOES_NOT_EXIST,
        "Query.a",
        {"one": 'type Query { a: Int @override(from: "gone") }'},
    ),
    (
        H.INCONSISTENT_ARGUMENT_PRESENCE,
        "Query.a(n:)",
        {
            "one": "type Query { a(n: Int): Int @shareable }",
            "two": "type Query { a: Int @shareable }",
        },
    ),
    (
        H.INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE,
        "Query.a(n:)",
        {
            "one": "type Query { a(n: Int): Int @shareable }",
            "two": "type Query { a(n: Int!): Int @shareable }",
        },
    ),
    (
        H.INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE,
        "Query.a",
        {"one": "type Query { a: Int @shareable }", "two": "type Query { a: Int! @shareable }"},
    ),
    (
        H.INCONSISTENT_DEFAULT_VALUE_PRESENCE,
        "Query.a(n:)",
        {
            "one": "type Query { a(n: Int = 1): Int @shareable }",
            "two": "type Query { a(n: Int): Int @shareable }",
        },
    ),
    (
        H.INCONSISTENT_DESCRIPTION,
        "Query",
        {"one": '"x" type Query { a: Int }', "two": '"y" type Query { b: Int }'},
    ),
    (
        H.INCONSISTENT_ENTITY,
        "T",
        {
            "one": "type Query { t: T } " + _KEYED.format(fields=""),
            "two": "type Query { u: T } type T { id: ID @shareable }",
        },
    ),
    (
        H.INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM,
        "En.B",
        {"one": "type Query { a(e: En): Int } enum En { A B }", "two": "enum En { A }"},
    ),
    (
        H.INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM,
        "En.B",
        {"one": "type Query { a: En } enum En { A B }", "two": "enum En { A }"},
    ),
    (
        H.INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS,
        "@d",
        {
            "one": "directive @d on FIELD type Query { a: Int }",
            "two": "directive @d on QUERY type Query { b: Int }",
        },
    ),
    (
        H.INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE,
        "@d",
        {"one": "directive @d on FIELD type Query { a: Int }", "two": "type Query { b: Int }"},
    ),
    (
        H.INCONSISTENT_INPUT_OBJECT_FIELD,
        "In.y",
        {
            "one": "type Query { a(i: In): Int } input In { x: Int y: Int }",
            "two": "input In { x: Int }",
        },
    ),
    (
        H.INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD,
        "I.y",
        {
            "one": "type Query { i: I } interface I { x: Int y: Int } "
            "type T implements I @shareable { x: Int y: Int }",
            "two": "interface I { x: Int } type T implements I @shareable { x: Int y: Int }",
        },
    ),
    (
        H.INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS,
        "Query.a",
        {
            "one": 'type Query { a: Int @shareable @deprecated(reason: "x") }',
            "two": 'type Query { a: Int @shareable @deprecated(reason: "y") }',
        },
    ),
    (
        H.INCONSISTENT_OBJECT_VALUE_TYPE_FIELD,
        "T.y",
        {
            "one": "type Query { t: T } type T @shareable { x: Int y: Int }",
            "two": "type T @shareable { x: Int }",
        },
    ),
    (
        H.INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN,
        "Query.u",
        {
            "one": "type Query { u: U @shareable } union U = A | B "
            "type A @shareable { x: Int } type B { y: Int }",
            "two": "type Query { u: U @shareable } union U = A type A @shareable { x: Int }",
        },
    ),
    (
        H.INCONSISTENT_UNION_MEMBER,
        "U",
        {
            "one": "type Query { u: U } union U = A | B type A @shareable { x: Int } "
            "type B { y: Int }",
            "two": "union U = A type A @shareable { x: Int }",
        },
    ),
    (
        H.MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS,
        "Query.a",
        {
            "one": "type Query { a: Int @shareable @cost(weight: 1) }",
            "two": "type Query { a: Int @shareable @cost(weight: 2) }",
        },
    ),
    (
        H.OVERRIDDEN_FIELD_CAN_BE_REMOVED,
        "T.a",
        {
            "one": "type Query { t: T } " + _KEYED.format(fields='a: Int @override(from: "two")'),
            "two": _KEYED.format(fields="a: Int"),
        },
    ),
    (
        H.OVERRIDE_DIRECTIVE_CAN_BE_REMOVED,
        "T.a",
        {
            "one": "type Query { t: T } " + _KEYED.format(fields='a: Int @override(from: "two")'),
            "two": _KEYED.format(fields="b: Int"),
        },
    ),
    (
        H.OVERRIDE_MIGRATION_IN_PROGRESS,
        "T.a",
        {
            "one": "type Query { t: T } "
            + _KEYED.format(fields='a: Int @override(from: "two", label: "soon")'),
            "two": _KEYED.format(fields="a: Int"),
        },
    ),
    (H.UNUSED_ENUM_TYPE, "En", {"one": "type Query { a: Int } enum En { A }"}),
]


@pytest.mark.parametrize(("code", "coordinate", "bodies"), CASES, ids=[c for c, _, _ in CASES])
def test_a_difference_gives_its_hint(code: H, coordinate: str, bodies: dict[str, str]) -> None:
    assert (code, coordinate) in hints(**bodies)


def test_every_hint_has_a_case() -> None:
    assert {code for code, _, _ in CASES} == set(H)


def test_subgraphs_in_harmony_give_no_hint() -> None:
    assert (
        hints(
            one="type Query { t: T } " + _KEYED.format(fields="a: Int"),
            two=_KEYED.format(fields="b: Int"),
        )
        == set()
    )
