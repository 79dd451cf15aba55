"""Unions, enums, input objects, scalars, and descriptions."""

from tests.gateway.composition.sdl import definition_of, supergraph_of


def test_a_union_has_all_members() -> None:
    sdl = supergraph_of(
        one="type Query { a: U } union U = A | B type A @shareable { x: Int } type B { y: Int }",
        two="type Query { b: U } union U = A | C type A @shareable { x: Int } type C { z: Int }",
    )
    assert definition_of(sdl, "U") == (
        "union U\n"
        "  @join__type(graph: ONE)\n"
        "  @join__type(graph: TWO)\n"
        '  @join__unionMember(graph: ONE, member: "A")\n'
        '  @join__unionMember(graph: TWO, member: "A")\n'
        '  @join__unionMember(graph: ONE, member: "B")\n'
        '  @join__unionMember(graph: TWO, member: "C")\n'
        " = A | B | C"
    )


def values(sdl: str, name: str) -> list[str]:
    rows = definition_of(sdl, name).split("{\n")[1].splitlines()
    return [row.split()[0] for row in rows if row != "}"]


def test_an_enum_that_is_only_answered_has_all_values() -> None:
    sdl = supergraph_of(
        one="type Query { a: En } enum En { A B }", two="type Query { b: En } enum En { B C }"
    )
    assert definition_of(sdl, "En") == (
        "enum En\n"
        "  @join__type(graph: ONE)\n"
        "  @join__type(graph: TWO)\n"
        "{\n"
        "  A @join__enumValue(graph: ONE)\n"
        "  B @join__enumValue(graph: ONE) @join__enumValue(graph: TWO)\n"
        "  C @join__enumValue(graph: TWO)\n"
        "}"
    )


def test_an_enum_that_is_only_asked_for_has_the_common_values() -> None:
    sdl = supergraph_of(one="type Query { a(e: En): Int } enum En { A B }", two="enum En { B C }")
    assert values(sdl, "En") == ["B"]


def test_a_field_that_the_intersection_drops_still_makes_the_enum_an_input() -> None:
    sdl = supergraph_of(
        one="type Query { a(i: In): Int } input In { x: Int e: En } enum En { A B }",
        two="input In { x: Int } enum En { B }",
    )
    assert values(sdl, "En") == ["B"]
    assert "e: En" not in sdl


def test_an_inaccessible_value_may_be_missing_elsewhere() -> None:
    sdl = supergraph_of(
        one="type Query { a(e: En): En } enum En { A B @inaccessible }", two="enum En { A }"
    )
    assert "  B @inaccessible @join__enumValue(graph: ONE)\n" in definition_of(sdl, "En")


def test_an_input_object_has_the_common_fields_with_the_narrowest_types() -> None:
    sdl = supergraph_of(
        one="type Query { a(i: In): Int } input In { x: Int! y: Int z: Int = 5 }",
        two="input In { x: Int z: Int = 5 }",
    )
    assert definition_of(sdl, "In") == (
        "input In\n"
        "  @join__type(graph: ONE)\n"
        "  @join__type(graph: TWO)\n"
        "{\n"
        '  x: Int! @join__field(graph: ONE, type: "Int!") @join__field(graph: TWO, type: "Int")\n'
        "  z: Int = 5\n"
        "}"
    )


def test_an_inaccessible_input_field_may_be_missing_elsewhere() -> None:
    sdl = supergraph_of(
        one="type Query { a(i: In): Int } input In { x: Int y: Int @inaccessible }",
        two="input In { x: Int }",
    )
    assert "  y: Int @inaccessible @join__field(graph: ONE)\n" in definition_of(sdl, "In")


def test_a_scalar_keeps_where_it_is_specified() -> None:
    url = "https://example.org/date"
    sdl = supergraph_of(
        one=f'type Query {{ a: Date }} scalar Date @specifiedBy(url: "{url}")',
        two="type Query { b: Date } scalar Date",
    )
    assert definition_of(sdl, "Date") == (
        "scalar Date\n"
        "  @join__type(graph: ONE)\n"
        "  @join__type(graph: TWO)\n"
        f'  @specifiedBy(url: "{url}")'
    )


def test_the_most_frequent_description_wins() -> None:
    sdl = supergraph_of(
        one='"Rare" type Query { "first line\\nsecond" a(n: Int): Int }',
        two='"Common" type Query { b: Int }',
        three='"Common" type Query { c("an argument" n: Int): Int }',
    )
    assert '"""Common"""\ntype Query' in sdl
    assert '  """\n  first line\n  second\n  """\n  a(n: Int): Int' in sdl
    assert '  c("an argument" n: Int): Int' in sdl


def test_the_schema_has_a_description_too() -> None:
    sdl = supergraph_of(
        one='"""A shop""" schema { query: Query } type Query { a: Int }',
        two="type Query { b: Int }",
    )
    assert sdl.startswith('"""A shop"""\nschema\n  @link(')
