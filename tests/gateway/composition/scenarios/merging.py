"""Defects that show when subgraphs are merged."""

from gateway.composition.errors import ErrorCode as E
from tests.gateway.composition.scenarios.model import broken, raw
from tests.gateway.composition.sdl import federated, linked

_BOTH = ("one", "two")
_SPEC = '@link(url: "https://example.org/paint/v1.0", import: ["@paint"])'

MERGING = (
    broken(
        E.NO_QUERIES,
        "Query",
        _BOTH,
        one='type T @key(fields: "id") { id: ID }',
        two="type Mutation { a: Int }",
    ),
    broken(
        E.TYPE_KIND_MISMATCH,
        "T",
        _BOTH,
        one="type Query { t: T } type T { a: Int }",
        two="enum T { A }",
    ),
    broken(
        E.EXTENSION_WITH_NO_BASE,
        "T",
        ("one",),
        one='type Query { t: T } extend type T @key(fields: "id") { id: ID }',
        case="federation-2",
    ),
    broken(
        E.FIELD_TYPE_MISMATCH,
        "T.a",
        _BOTH,
        one="type Query { t: T } type T @shareable { a: Int }",
        two="type T @shareable { a: String }",
        case="object",
    ),
    broken(
        E.FIELD_TYPE_MISMATCH,
        "T.a",
        _BOTH,
        one="type Query { t: T } type T @shareable { a: [Int] }",
        two="type T @shareable { a: Int }",
        case="list",
    ),
    broken(
        E.FIELD_TYPE_MISMATCH,
        "In.a",
        _BOTH,
        one="type Query { q(i: In): Int } input In { a: Int }",
        two="input In { a: String }",
        case="input",
    ),
    broken(
        E.FIELD_ARGUMENT_TYPE_MISMATCH,
        "Query.q(n:)",
        _BOTH,
        one="type Query { q(n: Int): Int @shareable }",
        two="type Query { q(n: String): Int @shareable }",
    ),
    broken(
        E.FIELD_ARGUMENT_DEFAULT_MISMATCH,
        "Query.q(n:)",
        _BOTH,
        one="type Query { q(n: Int = 1): Int @shareable }",
        two="type Query { q(n: Int = 2): Int @shareable }",
    ),
    broken(
        E.INPUT_FIELD_DEFAULT_MISMATCH,
        "In.a",
        _BOTH,
        one="type Query { q(i: In): Int } input In { a: Int = 1 }",
        two="input In { a: Int = 2 }",
    ),
    broken(
        E.REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH,
        "Query.q(n:)",
        _BOTH,
        one="type Query { q(n: Int!): Int @shareable }",
        two="type Query { q: Int @shareable }",
    ),
    broken(
        E.REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH,
        "In.b",
        _BOTH,
        one="type Query { q(i: In): Int } input In { a: Int b: Int! }",
        two="input In { a: Int }",
    ),
    broken(
        E.EMPTY_MERGED_INPUT_TYPE,
        "In",
        _BOTH,
        one="type Query { q(i: In): Int } input In { a: Int }",
        two="input In { b: Int }",
    ),
    broken(
        E.EMPTY_MERGED_ENUM_TYPE,
        "En",
        _BOTH,
        one="type Query { q(e: En): Int } enum En { A }",
        two="enum En { B }",
    ),
    broken(
        E.ENUM_VALUE_MISMATCH,
        "En.B",
        _BOTH,
        one="type Query { q(e: En): En } enum En { A B }",
        two="enum En { A }",
    ),
    broken(
        E.INVALID_FIELD_SHARING,
        "Query.a",
        _BOTH,
        one="type Query { a: Int }",
        two="type Query { a: Int @shareable }",
        case="one-side-only",
    ),
    broken(
        E.INVALID_FIELD_SHARING,
        "Subscription.a",
        _BOTH,
        one="type Query { a: Int } type Subscription { a: Int }",
        two="type Subscription { a: Int }",
        case="two-subscriptions",
    ),
    broken(
        E.INVALID_FIELD_SHARING,
        "T.x",
        _BOTH,
        one='type Query { i: I } interface I @key(fields: "id") { id: ID } '
        'type T implements I @key(fields: "id") { id: ID x: Int }',
        two='type I @interfaceObject @key(fields: "id") { id: ID x: Int }',
        case="interface-object",
    ),
    broken(
        E.EXTERNAL_MISSING_ON_BASE,
        "T.p",
        ("one",),
        one='type Query { t: T } type T @key(fields: "id") '
        '{ id: ID p: Int @external x: Int @requires(fields: "p") }',
        two='type T @key(fields: "id") { id: ID }',
    ),
    broken(
        E.EXTERNAL_TYPE_MISMATCH,
        "T.p",
        ("one",),
        one='type Query { t: T } type T @key(fields: "id") '
        '{ id: ID p: String @external x: Int @requires(fields: "p") }',
        two='type T @key(fields: "id") { id: ID p: Int }',
    ),
    broken(
        E.EXTERNAL_ARGUMENT_MISSING,
        "T.p(n:)",
        ("one",),
        one='type Query { t: T } type T @key(fields: "id") '
        '{ id: ID p: Int @external x: Int @requires(fields: "p") }',
        two='type T @key(fields: "id") { id: ID p(n: Int): Int }',
    ),
    broken(
        E.EXTERNAL_ARGUMENT_TYPE_MISMATCH,
        "T.p(n:)",
        ("one",),
        one='type Query { t: T } type T @key(fields: "id") '
        '{ id: ID p(n: String): Int @external x: Int @requires(fields: "p") }',
        two='type T @key(fields: "id") { id: ID p(n: Int): Int }',
    ),
    broken(
        E.EXTERNAL_ARGUMENT_DEFAULT_MISMATCH,
        "T.p(n:)",
        ("one",),
        one='type Query { t: T } type T @key(fields: "id") '
        '{ id: ID p(n: Int = 1): Int @external x: Int @requires(fields: "p") }',
        two='type T @key(fields: "id") { id: ID p(n: Int = 2): Int }',
    ),
    broken(
        E.INTERFACE_OBJECT_USAGE_ERROR,
        "I",
        ("one",),
        one='type Query { i: I } type I @interfaceObject @key(fields: "id") { id: ID }',
        case="no-interface",
    ),
    broken(
        E.INTERFACE_OBJECT_USAGE_ERROR,
        "T",
        ("two",),
        one='type Query { i: I } interface I @key(fields: "id") { id: ID } '
        'type T implements I @key(fields: "id") { id: ID }',
        two='type I @interfaceObject @key(fields: "id") { id: ID x: Int } '
        'type T @key(fields: "id") { id: ID }',
        case="implementation-beside-it",
    ),
    broken(
        E.INVALID_GRAPHQL,
        "U",
        ("two",),
        one='type Query { i: I } interface I @key(fields: "id") { id: ID } '
        'type T implements I @key(fields: "id") { id: ID }',
        two='type I @interfaceObject @key(fields: "id") { id: ID } union U = I',
        case="union-of-an-interface-object",
    ),
)

OVERRIDES = (
    broken(
        E.OVERRIDE_SOURCE_HAS_OVERRIDE,
        "T.a",
        _BOTH,
        one="type Query { t: T } "
        'type T @key(fields: "id") { id: ID a: Int @override(from: "two") }',
        two='type T @key(fields: "id") { id: ID a: Int @override(from: "one") }',
        also=(
            (E.OVERRIDE_SOURCE_HAS_OVERRIDE, "T.a", ("two", "one")),
            (E.INVALID_FIELD_SHARING, "T.a", _BOTH),
        ),
    ),
    broken(
        E.OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE,
        "T.a",
        _BOTH,
        one='type Query { t: T } type T @key(fields: "id") '
        '{ id: ID a: Int @override(from: "two") @external b: Int @requires(fields: "a") }',
        two='type T @key(fields: "id") { id: ID a: Int }',
        case="external",
    ),
    broken(
        E.OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE,
        "T.a",
        _BOTH,
        one='type Query { t: T } type T @key(fields: "id") '
        '{ id: ID a: Int @override(from: "two") p: Int }',
        two='type T @key(fields: "id") { id: ID p: Int @external a: Int @requires(fields: "p") }',
        also=((E.INVALID_FIELD_SHARING, "T.a", _BOTH),),
        case="requires-in-source",
    ),
    broken(
        E.OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE,
        "I.x",
        ("three", "two"),
        one='type Query { i: I } interface I @key(fields: "id") { id: ID } '
        'type T implements I @key(fields: "id") { id: ID }',
        two='type I @interfaceObject @key(fields: "id") { id: ID x: Int }',
        three='type I @interfaceObject @key(fields: "id") { id: ID x: Int @override(from: "two") }',
        also=((E.INVALID_FIELD_SHARING, "T.x", ("three", "two")),),
        case="interface-object",
    ),
)

DIRECTIVES = (
    raw(
        E.LINK_IMPORT_NAME_MISMATCH,
        "@tag",
        _BOTH,
        {
            "one": linked("v2.3", '"@tag"', 'type Query { a: Int @tag(name: "x") }'),
            "two": linked(
                "v2.3", '{name: "@tag", as: "@label"}', 'type Query { b: Int @label(name: "x") }'
            ),
        },
    ),
    raw(
        E.DIRECTIVE_COMPOSITION_ERROR,
        "@paint",
        ("one",),
        {
            "one": federated(
                "directive @paint on FIELD_DEFINITION type Query { a: Int }",
                f'{_SPEC} @composeDirective(name: "paint")',
            )
        },
        case="name-without-at",
    ),
    raw(
        E.DIRECTIVE_COMPOSITION_ERROR,
        "@shareable",
        ("one",),
        {"one": federated("type Query { a: Int }", '@composeDirective(name: "@shareable")')},
        case="federation-directive",
    ),
    raw(
        E.DIRECTIVE_COMPOSITION_ERROR,
        "@paint",
        ("one",),
        {"one": federated("type Query { a: Int }", f'{_SPEC} @composeDirective(name: "@paint")')},
        case="undefined",
    ),
    raw(
        E.DIRECTIVE_COMPOSITION_ERROR,
        "@paint",
        ("one",),
        {
            "one": federated(
                "directive @paint on FIELD_DEFINITION type Query { a: Int }",
                '@composeDirective(name: "@paint")',
            )
        },
        case="not-linked",
    ),
    raw(
        E.DIRECTIVE_COMPOSITION_ERROR,
        "@paint",
        ("two",),
        {
            "one": federated(
                "directive @paint on FIELD_DEFINITION type Query { a: Int }",
                f'{_SPEC} @composeDirective(name: "@paint")',
            ),
            "two": federated(
                "directive @paint on FIELD_DEFINITION type Query { b: Int }",
                '@link(url: "https://example.org/paint/v2.0", import: ["@paint"]) '
                '@composeDirective(name: "@paint")',
            ),
        },
        case="major-versions",
    ),
    raw(
        E.DIRECTIVE_COMPOSITION_ERROR,
        "@paint",
        ("two",),
        {
            "one": federated(
                "directive @paint on FIELD_DEFINITION type Query { a: Int }",
                f'{_SPEC} @composeDirective(name: "@paint")',
            ),
            "two": federated(
                "directive @paint on FIELD_DEFINITION type Query { b: Int }",
                '@link(url: "https://example.org/colour/v1.0", import: ["@paint"]) '
                '@composeDirective(name: "@paint")',
            ),
        },
        case="other-specification",
    ),
    raw(
        E.DIRECTIVE_COMPOSITION_ERROR,
        "@colour",
        ("two",),
        {
            "one": federated(
                "directive @paint on FIELD_DEFINITION type Query { a: Int }",
                f'{_SPEC} @composeDirective(name: "@paint")',
            ),
            "two": federated(
                "directive @colour on FIELD_DEFINITION type Query { b: Int }",
                '@link(url: "https://example.org/paint/v1.0", '
                'import: [{name: "@paint", as: "@colour"}]) @composeDirective(name: "@colour")',
            ),
        },
        case="two-names",
    ),
)
