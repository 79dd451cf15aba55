"""Defects within one subgraph."""

from gateway.composition.errors import ErrorCode as E
from tests.gateway.composition.scenarios.model import broken, raw
from tests.gateway.composition.sdl import federated, linked

_ONE = ("one",)

FIELD_SETS = (
    broken(
        E.KEY_INVALID_FIELDS,
        "T",
        _ONE,
        one='type Query { t: T } type T @key(fields: "nope") { id: ID }',
        case="unknown-field",
    ),
    broken(
        E.KEY_INVALID_FIELDS,
        "T",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id {") { id: ID }',
        case="syntax",
    ),
    broken(
        E.KEY_INVALID_FIELDS,
        "T",
        _ONE,
        one='type Query { t: T } type T @key(fields: "alias: id") { id: ID }',
        case="alias",
    ),
    broken(
        E.KEY_INVALID_FIELDS,
        "T",
        _ONE,
        one='type Query { t: T } type T @key(fields: "u") { u: U } type U { id: ID }',
        case="object-without-selection",
    ),
    broken(
        E.KEY_INVALID_FIELDS,
        "T",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id { x }") { id: ID }',
        case="selection-on-leaf",
    ),
    broken(
        E.KEY_INVALID_FIELDS,
        "T",
        _ONE,
        one='type Query { t: T } type T @key(fields: "... on Nope { id }") { id: ID }',
        case="unknown-type-condition",
    ),
    raw(
        E.KEY_INVALID_FIELDS_TYPE,
        "T",
        _ONE,
        {
            "one": federated(
                "directive @key(fields: [String!]!) repeatable on OBJECT "
                'type Query { t: T } type T @key(fields: ["id"]) { id: ID }'
            )
        },
    ),
    broken(
        E.KEY_DIRECTIVE_IN_FIELDS_ARG,
        "T",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id @include(if: true)") { id: ID }',
    ),
    broken(
        E.KEY_FIELDS_HAS_ARGS,
        "T",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id") { id(n: Int): ID }',
    ),
    broken(
        E.KEY_FIELDS_SELECT_INVALID_TYPE,
        "T",
        _ONE,
        one='type Query { t: T } type T @key(fields: "u { id }") { u: U } '
        "interface U { id: ID } type V implements U { id: ID }",
    ),
    broken(
        E.REQUIRES_INVALID_FIELDS,
        "T.x",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id") '
        '{ id: ID x: Int @requires(fields: "nope") }',
        case="unknown-field",
    ),
    broken(
        E.REQUIRES_INVALID_FIELDS,
        "T.x",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id") '
        '{ id: ID p(n: Int!): Int @external x: Int @requires(fields: "p") }',
        case="missing-argument",
    ),
    broken(
        E.REQUIRES_INVALID_FIELDS,
        "T.x",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id") '
        '{ id: ID p(n: Int): Int @external x: Int @requires(fields: "p(m: 1)") }',
        case="unknown-argument",
    ),
    broken(
        E.REQUIRES_INVALID_FIELDS,
        "T.x",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id") { id: ID '
        'p(n: [Unit!], r: Range): Int @external x: Int @requires(fields: "p(n: [M, NOPE])") } '
        "enum Unit { M } input Range { from: Int! }",
        case="argument-of-wrong-type",
    ),
    broken(
        E.REQUIRES_INVALID_FIELDS,
        "T.x",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id") { id: ID '
        'p(r: Range): Int @external x: Int @requires(fields: "p(r: {till: 1})") } '
        "input Range { from: Int! till: Int }",
        case="argument-lacks-input-field",
    ),
    broken(
        E.REQUIRES_INVALID_FIELDS_TYPE,
        "T.x",
        _ONE,
        one="directive @requires(fields: [String!]!) on FIELD_DEFINITION "
        'type Query { t: T } type T @key(fields: "id") '
        '{ id: ID p: Int @external x: Int @requires(fields: ["p"]) }',
        also=((E.EXTERNAL_UNUSED, "T.p", _ONE),),
    ),
    broken(
        E.REQUIRES_DIRECTIVE_IN_FIELDS_ARG,
        "T.x",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id") '
        '{ id: ID p: Int @external x: Int @requires(fields: "p @skip(if: true)") }',
    ),
    broken(
        E.REQUIRES_FIELDS_MISSING_EXTERNAL,
        "T.x",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id") '
        '{ id: ID p: Int x: Int @requires(fields: "p") }',
    ),
    broken(
        E.PROVIDES_INVALID_FIELDS,
        "Query.t",
        _ONE,
        one='type Query { t: T @provides(fields: "nope") } type T @key(fields: "id") { id: ID }',
    ),
    broken(
        E.PROVIDES_INVALID_FIELDS_TYPE,
        "Query.t",
        _ONE,
        one="directive @provides(fields: [String!]!) on FIELD_DEFINITION "
        'type Query { t: T @provides(fields: ["p"]) } '
        'type T @key(fields: "id") { id: ID p: Int @external }',
        also=((E.EXTERNAL_UNUSED, "T.p", _ONE),),
    ),
    broken(
        E.PROVIDES_DIRECTIVE_IN_FIELDS_ARG,
        "Query.t",
        _ONE,
        one='type Query { t: T @provides(fields: "p @skip(if: true)") } '
        'type T @key(fields: "id") { id: ID p: Int @external }',
    ),
    broken(
        E.PROVIDES_FIELDS_HAS_ARGS,
        "Query.t",
        _ONE,
        one='type Query { t: T @provides(fields: "p") } '
        'type T @key(fields: "id") { id: ID p(n: Int): Int @external }',
    ),
    broken(
        E.PROVIDES_FIELDS_MISSING_EXTERNAL,
        "Query.t",
        _ONE,
        one='type Query { t: T @provides(fields: "p") } '
        'type T @key(fields: "id") { id: ID p: Int }',
    ),
    broken(
        E.PROVIDES_ON_NON_OBJECT_FIELD,
        "Query.n",
        _ONE,
        one='type Query { n: Int @provides(fields: "p") }',
    ),
)

INTERFACES = (
    broken(
        E.EXTERNAL_ON_INTERFACE,
        "I.x",
        _ONE,
        one="type Query { i: I } interface I { x: Int @external } type T implements I { x: Int }",
    ),
    broken(
        E.REQUIRES_UNSUPPORTED_ON_INTERFACE,
        "I.x",
        _ONE,
        one='type Query { i: I } interface I { x: Int @requires(fields: "y") y: Int } '
        'type T implements I @key(fields: "id") { id: ID x: Int y: Int @external }',
    ),
    broken(
        E.PROVIDES_UNSUPPORTED_ON_INTERFACE,
        "I.u",
        _ONE,
        one='type Query { i: I } interface I { u: U @provides(fields: "p") } '
        'type T implements I { u: U @provides(fields: "p") } '
        'type U @key(fields: "id") { id: ID p: Int @external }',
    ),
    broken(
        E.INVALID_SHAREABLE_USAGE,
        "I.x",
        _ONE,
        one="type Query { i: I } interface I { x: Int @shareable } type T implements I { x: Int }",
        case="interface",
    ),
    broken(
        E.OVERRIDE_ON_INTERFACE,
        "I.x",
        _ONE,
        one='type Query { i: I } interface I { x: Int @override(from: "b") } '
        "type T implements I { x: Int }",
    ),
    broken(
        E.COST_APPLIED_TO_INTERFACE_FIELD,
        "I.x",
        _ONE,
        one="type Query { i: I } interface I { x: Int @cost(weight: 3) } "
        "type T implements I { x: Int }",
    ),
    broken(
        E.AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE,
        "I",
        _ONE,
        one="type Query { i: I } interface I @authenticated { x: Int } "
        "type T implements I { x: Int }",
        case="type",
    ),
    broken(
        E.AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE,
        "I.x",
        _ONE,
        one='type Query { i: I } interface I { x: Int @policy(policies: [["p"]]) } '
        "type T implements I { x: Int }",
        case="field",
    ),
    raw(
        E.KEY_UNSUPPORTED_ON_INTERFACE,
        "I",
        _ONE,
        {
            "one": linked(
                "v2.2",
                '"@key"',
                'type Query { i: I } interface I @key(fields: "id") { id: ID } '
                'type T implements I @key(fields: "id") { id: ID }',
            )
        },
    ),
    broken(
        E.INTERFACE_KEY_NOT_ON_IMPLEMENTATION,
        "I",
        _ONE,
        one='type Query { i: I } interface I @key(fields: "id") { id: ID } '
        "type T implements I { id: ID }",
    ),
    broken(
        E.INTERFACE_KEY_NOT_ON_IMPLEMENTATION,
        "I",
        _ONE,
        one='type Query { i: I } interface I @key(fields: "id") { id: ID } '
        'type T implements I @key(fields: "id", resolvable: false) { id: ID }',
        case="not-resolvable-there",
    ),
    broken(
        E.INTERFACE_OBJECT_USAGE_ERROR,
        "I",
        _ONE,
        one="type Query { i: I } type I @interfaceObject { id: ID }",
        case="no-key",
    ),
)

FIELDS = (
    broken(
        E.INVALID_SHAREABLE_USAGE,
        "Query.a",
        _ONE,
        one="type Query { a: Int @shareable @shareable }",
        case="field-twice",
    ),
    broken(
        E.INVALID_SHAREABLE_USAGE,
        "T",
        _ONE,
        one="type Query { t: T } type T @shareable @shareable { a: Int }",
        case="type-twice",
    ),
    broken(
        E.INVALID_FIELD_SHARING,
        "Subscription.a",
        _ONE,
        one="type Query { a: Int } type Subscription { a: Int @shareable }",
        case="subscription",
    ),
    broken(
        E.OVERRIDE_FROM_SELF_ERROR,
        "Query.a",
        _ONE,
        one='type Query { a: Int @override(from: "one") }',
    ),
    broken(
        E.OVERRIDE_LABEL_INVALID,
        "Query.a",
        _ONE,
        one='type Query { a: Int @override(from: "b", label: "percent(101)") }',
        case="percent",
    ),
    broken(
        E.OVERRIDE_LABEL_INVALID,
        "Query.a",
        _ONE,
        one='type Query { a: Int @override(from: "b", label: "1st") }',
        case="name",
    ),
    broken(
        E.EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE,
        "T.u",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id") '
        '{ id: ID u: U @external @provides(fields: "p") } '
        'type U @key(fields: "id") { id: ID p: Int @external }',
    ),
    broken(
        E.MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL,
        "T.p",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id") '
        '{ id: ID p: Int @external @tag(name: "x") x: Int @requires(fields: "p") }',
    ),
    broken(
        E.EXTERNAL_UNUSED,
        "T.p",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id") { id: ID p: Int @external }',
    ),
    broken(
        E.LIST_SIZE_APPLIED_TO_NON_LIST,
        "Query.a",
        _ONE,
        one="type Query { a: Int @listSize(assumedSize: 3) }",
    ),
    broken(
        E.LIST_SIZE_APPLIED_TO_NON_LIST,
        "Query.a",
        _ONE,
        one='type Query { a: A @listSize(assumedSize: 3, sizedFields: ["x"]) } type A { x: Int }',
        case="sized-field",
    ),
    broken(
        E.LIST_SIZE_INVALID_ASSUMED_SIZE,
        "Query.a",
        _ONE,
        one="type Query { a: [Int] @listSize(assumedSize: -3) }",
    ),
    broken(
        E.LIST_SIZE_INVALID_SIZED_FIELD,
        "Query.a",
        _ONE,
        one='type Query { a: A @listSize(assumedSize: 3, sizedFields: ["y"]) } type A { x: [Int] }',
    ),
    broken(
        E.LIST_SIZE_INVALID_SLICING_ARGUMENT,
        "Query.a",
        _ONE,
        one='type Query { a: [Int] @listSize(slicingArguments: ["first"]) }',
        case="unknown",
    ),
    broken(
        E.LIST_SIZE_INVALID_SLICING_ARGUMENT,
        "Query.a",
        _ONE,
        one='type Query { a(first: String): [Int] @listSize(slicingArguments: ["first"]) }',
        case="no-int",
    ),
    broken(
        E.DIRECTIVE_DEFINITION_INVALID,
        "@shareable",
        _ONE,
        one="directive @shareable(why: String) on FIELD_DEFINITION type Query { a: Int }",
        case="argument",
    ),
    broken(
        E.DIRECTIVE_DEFINITION_INVALID,
        "@override",
        _ONE,
        one="directive @override on FIELD_DEFINITION type Query { a: Int }",
        case="missing-argument",
    ),
    broken(
        E.DIRECTIVE_DEFINITION_INVALID,
        "@interfaceObject",
        _ONE,
        one="directive @interfaceObject repeatable on OBJECT type Query { a: Int }",
        case="repeatable",
    ),
    broken(
        E.DIRECTIVE_DEFINITION_INVALID,
        "@shareable",
        _ONE,
        one="directive @shareable on FIELD_DEFINITION | ENUM type Query { a: Int }",
        case="location",
    ),
    raw(
        E.UNSUPPORTED_FEATURE,
        "T",
        _ONE,
        {
            "one": linked(
                "v2.8",
                '"@context"',
                'type Query { t: T } type T @context(name: "c") { a: Int }',
            )
        },
        case="context",
    ),
    raw(
        E.UNSUPPORTED_FEATURE,
        "Query.a",
        _ONE,
        {"one": linked("v2.12", '"@cacheTag"', 'type Query { a: Int @cacheTag(format: "x") }')},
        case="cache-tag",
    ),
)

FEDERATION_1 = (
    raw(
        E.TYPE_WITH_ONLY_UNUSED_EXTERNAL,
        "T",
        _ONE,
        {
            "one": "type Query { t: T } extend type T { x: Int @external }",
            "two": "type T { x: Int }",
        },
    ),
    raw(
        E.EXTENSION_WITH_NO_BASE,
        "T",
        _ONE,
        {"one": 'type Query { t: T } extend type T @key(fields: "id") { id: ID }'},
        case="federation-1",
    ),
    raw(
        E.INTERFACE_OBJECT_USAGE_ERROR,
        "I",
        _ONE,
        {
            "one": 'type Query { i: I } interface I @key(fields: "id") { id: ID } '
            'type T implements I @key(fields: "id") { id: ID }',
            "two": federated('type I @interfaceObject @key(fields: "id") { id: ID x: Int }'),
        },
        case="federation-1-interface-key",
    ),
)
