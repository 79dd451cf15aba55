"""Each limit, at its bound and one past it; bombs and cycles of fragments."""

import pytest
from graphql import GraphQLError, GraphQLSyntaxError, get_introspection_query, parse

from gateway.policy.limits import Limits


def exceeded(source: str, limits: Limits | None = None) -> list[str]:
    errors = (limits or Limits()).check(parse(source))
    assert [error.extensions["code"] for error in errors] == ["LIMIT_EXCEEDED"] * len(errors)  # type: ignore[index] # ours have them
    return [str(error.extensions["limit"]) for error in errors]  # type: ignore[index] # as above


def nested(fields: int) -> str:
    return "{a" * fields + "}" * fields


@pytest.mark.parametrize(("fields", "limits"), [(15, []), (16, ["depth"])])
@pytest.mark.parametrize(
    "form",
    [
        "{body}",
        "mutation {body}",
        "query A {body} query B {{ a }}",
        "query B {{ a }} query A {body}",
        "{{ ...F }} fragment F on Query {body}",
        "{{ ... on Query {body} }}",
        "{{ ... @include(if: true) {body} }}",
    ],
)
def test_depth(form: str, fields: int, limits: list[str]) -> None:
    assert exceeded(form.format(body=nested(fields))) == limits


@pytest.mark.parametrize(("inner", "limits"), [(10, []), (11, ["depth"])])
def test_depth_adds_up_through_fragments(inner: int, limits: list[str]) -> None:
    # 5 fields, then F: none of its own, then G: `inner`
    source = "{a{a{a{a{a{...F}}}}}} fragment F on T {...G} fragment G on T " + nested(inner)
    assert exceeded(source) == limits


@pytest.mark.parametrize(("levels", "limits"), [(15, []), (16, ["depth"])])
@pytest.mark.parametrize(
    "form",
    [
        "{{ a(x: {list}) }}",
        "{{ a(x: {object}) }}",
        "{{ a @d(x: {list}) }}",
        "query($v: T = {list}) {{ a }}",
        "query($v: {type}) {{ a }}",
    ],
)
def test_depth_of_values_and_types(form: str, levels: int, limits: list[str]) -> None:
    filled = form.format(
        list="[" * levels + "1" + "]" * levels,
        object="{x:" * levels + "1" + "}" * levels,
        type="[" * levels + "T!" + "]!" * levels,
    )
    assert exceeded(filled) == limits


@pytest.mark.parametrize(("count", "limits"), [(100, []), (101, ["aliases"])])
def test_aliases(count: int, limits: list[str]) -> None:
    assert exceeded("{r{" + " ".join(f"a{i}: a" for i in range(count)) + "}}") == limits


@pytest.mark.parametrize(("spreads", "limits"), [(10, []), (11, ["aliases"])])
def test_aliases_count_as_often_as_they_are_spread(spreads: int, limits: list[str]) -> None:
    fragment = "fragment F on T {" + " ".join(f"a{i}: a" for i in range(10)) + "}"
    assert exceeded("{r{" + "r{...F}" * spreads + "}}" + fragment) == limits


@pytest.mark.parametrize(("count", "limits"), [(20, []), (21, ["root_fields"])])
@pytest.mark.parametrize(
    "form",
    ["{{ {fields} }}", "{{ ... {{ {fields} }} }}", "{{ ...F }} fragment F on Q {{ {fields} }}"],
)
def test_root_fields(form: str, count: int, limits: list[str]) -> None:
    fields = " ".join(f"f{i}" for i in range(count))
    assert exceeded(form.format(fields=fields)) == limits


def test_fields_below_the_root_are_not_root_fields() -> None:
    fields = " ".join(f"f{i}" for i in range(50))
    assert exceeded("{ r { ...F " + fields + "} } fragment F on T {" + fields + "}") == []


@pytest.mark.parametrize(("count", "limits"), [(50, []), (51, ["directives"])])
@pytest.mark.parametrize(
    "form",
    [
        "{{ a {d} }}",
        "query {d} {{ a }}",
        "query($v: T {d}) {{ a }}",
        "{{ ... {d} {{ a }} }}",
        "{{ ...F {d} }} fragment F on T {{ a }}",
        "{{ ...F }} fragment F on T {d} {{ a }}",
        "{{ ...F }} fragment F on T {{ a {d} }}",
    ],
)
def test_directives(form: str, count: int, limits: list[str]) -> None:
    assert exceeded(form.format(d="@d " * count)) == limits


@pytest.mark.parametrize(("chain", "limits"), [(99, []), (100, ["nesting"])])
def test_nesting_of_fragments(chain: int, limits: list[str]) -> None:
    links = "".join(f"fragment F{i} on T {{ ...F{i + 1} }}" for i in range(chain - 1))
    source = "{ ...F0 }" + links + f"fragment F{chain - 1} on T {{ a }}"
    assert exceeded(source) == limits


@pytest.mark.parametrize(("levels", "limits"), [(99, []), (100, ["nesting"])])
def test_nesting_of_inline_fragments(levels: int, limits: list[str]) -> None:
    assert exceeded("{" + "...{" * levels + "a" + "}" * levels + "}") == limits


def test_long_chain_of_fragments_needs_no_recursion() -> None:
    links = "".join(f"fragment F{i} on T {{ ...F{i + 1} }}" for i in range(3_000))
    assert exceeded("{ ...F0 }" + links + "fragment F3000 on T { a }") == ["nesting"]


def test_fragment_bomb_is_counted_without_expanding_it() -> None:
    # Doubles 2,000 times: by expansion this would never end.
    bomb = "".join(f"fragment F{i} on T {{ ...F{i + 1} ...F{i + 1} }}" for i in range(2_000))
    last = "fragment F2000 on T { x: a @d }"
    assert exceeded("{ ...F0 }" + bomb + last) == [
        "aliases",
        "root_fields",
        "directives",
        "nesting",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "{ ...F } fragment F on T { a ...F }",
        "{ ...F } fragment F on T { a { ...G } } fragment G on T { a { ...F } }",
        "{ ...Unknown }",
        "{ ...F } fragment F on T { a } fragment F on T { ...F }",
        "fragment F on T { a }",
        "type T { a: Int }",
    ],
)
def test_what_validation_reports_is_let_through(source: str) -> None:
    assert exceeded(source) == []


@pytest.mark.parametrize(
    "form",
    [
        "{{ ...F }} fragment F on T {{ ...F {deep} }}",
        "{{ ...F }} fragment F on T {{ ...G }} fragment G on T {{ ...F {deep} }}",
    ],
)
def test_limits_hold_beside_a_cycle(form: str) -> None:
    assert exceeded(form.format(deep=nested(16)[1:-1])) == ["depth"]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {
            "input_value_deprecation": True,
            "schema_description": True,
            "specified_by_url": True,
            "directive_is_repeatable": True,
        },
    ],
)
def test_introspection_passes(options: dict[str, bool]) -> None:
    assert exceeded(get_introspection_query(**options)) == []


def test_only_the_depth_of_introspection_is_free() -> None:
    aliases = " ".join(f"a{i}: name" for i in range(101))
    assert exceeded("{ __schema { types { " + aliases + " } } }") == ["aliases"]
    assert exceeded("{ __schema { types { name } } " + nested(16)[1:-1] + " }") == ["depth"]


def test_every_limit_that_is_exceeded_is_named() -> None:
    errors = Limits(depth=1, aliases=0, root_fields=1, directives=0).check(
        parse("{ x: a { b } c @d }")
    )
    assert [error.message for error in errors] == [
        "The operation's depth exceeds the limit of 1.",
        "The operation's number of aliases exceeds the limit of 0.",
        "The operation's number of root fields exceeds the limit of 1.",
        "The operation's number of directives exceeds the limit of 0.",
    ]


def test_tokens() -> None:
    assert Limits(tokens=4).parse("{ a b }").definitions
    with pytest.raises(GraphQLError) as caught:
        Limits(tokens=4).parse("{ a b c }")
    assert caught.value.message == "The document has more tokens than the limit of 4."
    assert caught.value.extensions == {"code": "LIMIT_EXCEEDED", "limit": "tokens"}


def test_ten_thousand_tokens_by_default() -> None:
    assert Limits().parse("{" + " a" * 9_998 + "}").definitions
    with pytest.raises(GraphQLError, match="more tokens than the limit of 10000"):
        Limits().parse("{" + " a" * 9_999 + "}")


@pytest.mark.parametrize(
    "source", ["{", "{ a", "{ \x00 }", '{ a(x: "', "", "{ }", "{ a }" + "#\n" * 2_001]
)
def test_what_does_not_parse_is_a_syntax_error(source: str) -> None:
    with pytest.raises(GraphQLSyntaxError):
        Limits().parse(source)


def test_nesting_too_deep_for_the_parser_is_an_error_of_the_document() -> None:
    with pytest.raises(GraphQLSyntaxError, match="nested too deeply"):
        Limits().parse("{a" * 4_000)
