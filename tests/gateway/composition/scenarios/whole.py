"""Defects of the merged schema, and fields that no plan can reach."""

from gateway.composition.errors import ErrorCode as E
from tests.gateway.composition.scenarios.model import broken

_ONE = ("one",)
_BOTH = ("one", "two")

INTERFACES = (
    broken(
        E.INTERFACE_FIELD_NO_IMPLEM,
        "T.x",
        ("two",),
        one="type Query { i: I } interface I { id: ID } type T implements I { id: ID }",
        two="interface I { id: ID x: Int } type V implements I { id: ID x: Int } "
        "type Query { v: V }",
    ),
    broken(
        E.INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE,
        "I",
        _ONE,
        one='type Query { i: I } interface I @key(fields: "id") { id: ID } '
        'type T implements I @key(fields: "id") { id: ID }',
        two="type Query { j: I } interface I { id: ID } "
        'type V implements I @key(fields: "id") { id: ID }',
    ),
    broken(
        E.INVALID_GRAPHQL,
        "T.x",
        _BOTH,
        one="type Query { i: I } interface I { x: Int! } "
        "type T implements I @shareable { x: Int! }",
        two="interface I { x: Int! } type T @shareable { x: Int } type Query { t: T }",
        case="implementation-merges-wider",
    ),
    broken(
        E.INVALID_GRAPHQL,
        "T.x",
        _ONE,
        one="type Query { i: I } interface I { x(n: Int): Int } "
        "type T implements I @shareable { x(n: Int): Int }",
        two="type T @shareable { x: Int } type Query { t: T }",
        case="implementation-loses-argument",
    ),
)

INACCESSIBLE = (
    broken(
        E.QUERY_ROOT_TYPE_INACCESSIBLE, "Query", _ONE, one="type Query @inaccessible { a: Int }"
    ),
    broken(
        E.ONLY_INACCESSIBLE_CHILDREN,
        "T",
        _ONE,
        one="type Query { a: Int t: T } type T { x: Int @inaccessible }",
        case="object",
    ),
    broken(
        E.ONLY_INACCESSIBLE_CHILDREN,
        "U",
        _ONE,
        one="type Query { a: Int u: U } union U = T type T @inaccessible { x: Int }",
        case="union",
    ),
    broken(
        E.REFERENCED_INACCESSIBLE,
        "Query.t",
        _ONE,
        one="type Query { a: Int t: T } type T @inaccessible { x: Int }",
        case="field",
    ),
    broken(
        E.REFERENCED_INACCESSIBLE,
        "Query.a(i:)",
        _ONE,
        one="type Query { a(i: In): Int } input In @inaccessible { x: Int }",
        case="argument",
    ),
    broken(
        E.REFERENCED_INACCESSIBLE,
        "In.j",
        _ONE,
        one="type Query { a(i: In): Int } input In { x: Int j: Jn } "
        "input Jn @inaccessible { x: Int }",
        case="input-field",
    ),
    broken(
        E.REQUIRED_INACCESSIBLE,
        "Query.a(n:)",
        _ONE,
        one="type Query { a(n: Int! @inaccessible): Int }",
        case="argument",
    ),
    broken(
        E.REQUIRED_INACCESSIBLE,
        "In.x",
        _ONE,
        one="type Query { a(i: In): Int } input In { x: Int! @inaccessible y: Int }",
        case="input-field",
    ),
    broken(
        E.IMPLEMENTED_BY_INACCESSIBLE,
        "T.x",
        _ONE,
        one="type Query { i: I } interface I { x: Int y: Int } "
        "type T implements I { x: Int @inaccessible y: Int }",
        case="field",
    ),
    broken(
        E.IMPLEMENTED_BY_INACCESSIBLE,
        "T.x(n:)",
        _ONE,
        one="type Query { i: I } interface I { x(n: Int): Int } "
        "type T implements I { x(n: Int @inaccessible): Int }",
        case="argument",
    ),
    broken(
        E.DEFAULT_VALUE_USES_INACCESSIBLE,
        "Query.a(e:)",
        _ONE,
        one="type Query { a(e: [En] = [B]): Int } enum En { A B @inaccessible }",
        case="enum",
    ),
    broken(
        E.DEFAULT_VALUE_USES_INACCESSIBLE,
        "Query.a(i:)",
        _ONE,
        one="type Query { a(i: In = {y: 1}): Int } input In { x: Int y: Int @inaccessible }",
        case="input",
    ),
    broken(
        E.INVALID_GRAPHQL,
        "Query.a(e:)",
        _ONE,
        one="type Query { a(e: En = B): Int } enum En { A B }",
        two="enum En { A }",
        case="default-uses-removed-value",
    ),
    broken(
        E.INVALID_GRAPHQL,
        "In.j",
        _ONE,
        one="type Query { a(i: In): Int } input In { j: Jn = {y: 1} } input Jn { x: Int y: Int }",
        two="input Jn { x: Int }",
        case="default-uses-removed-field",
    ),
)

AUTHORIZATION = (
    broken(
        E.MISSING_TRANSITIVE_AUTH_REQUIREMENTS,
        "T.x",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id") '
        '{ id: ID p: Int @external x: Int @requires(fields: "p") }',
        two='type T @key(fields: "id") { id: ID p: Int @authenticated }',
        case="authenticated",
    ),
    broken(
        E.MISSING_TRANSITIVE_AUTH_REQUIREMENTS,
        "T.x",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id") { id: ID p: Int @external '
        'x: Int @requires(fields: "p") @requiresScopes(scopes: [["a"], ["b"]]) }',
        two='type T @key(fields: "id") { id: ID p: Int @requiresScopes(scopes: [["a"]]) }',
        case="weaker",
    ),
    broken(
        E.MISSING_TRANSITIVE_AUTH_REQUIREMENTS,
        "T.x",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id") { id: ID i: I @external '
        'x: Int @requires(fields: "i { p }") } interface I { p: Int } '
        "type J implements I { p: Int @external }",
        two='type T @key(fields: "id") { id: ID i: I } interface I { p: Int } '
        'type J implements I { p: Int @policy(policies: [["pol"]]) }',
        also=((E.MISSING_TRANSITIVE_AUTH_REQUIREMENTS, "T.x", _ONE),),
        case="through-an-interface",
    ),
)

REACHABILITY = (
    broken(
        E.SATISFIABILITY_ERROR,
        "T.b",
        _BOTH,
        one="type Query { t: T } type T @shareable { a: Int }",
        two="type T @shareable { a: Int b: Int }",
        case="no-key",
    ),
    broken(
        E.SATISFIABILITY_ERROR,
        "T.b",
        _BOTH,
        one='type Query { t: T } type T @key(fields: "id") { id: ID }',
        two='type T @key(fields: "sku") { sku: ID b: Int }',
        also=((E.SATISFIABILITY_ERROR, "T.sku", _BOTH),),
        case="other-key",
    ),
    broken(
        E.SATISFIABILITY_ERROR,
        "T.b",
        _BOTH,
        one='type Query { t: T } type T @key(fields: "id") { id: ID }',
        two='type T @key(fields: "id", resolvable: false) { id: ID b: Int }',
        case="key-not-resolvable",
    ),
    broken(
        E.SATISFIABILITY_ERROR,
        "T.x",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id") '
        '{ id: ID p: Int @external x: Int @requires(fields: "p") }',
        two='type T @key(fields: "other") { other: ID p: Int } type Query { u: T }',
        also=(
            (E.SATISFIABILITY_ERROR, "T.other", _BOTH),
            (E.SATISFIABILITY_ERROR, "T.p", _BOTH),
            (E.SATISFIABILITY_ERROR, "T.id", ("two", "one")),
        ),
        case="requires-out-of-reach",
    ),
    broken(
        E.SATISFIABILITY_ERROR,
        "T.x",
        _ONE,
        one="type Query { t: T } "
        'type T { id: ID @shareable p: Int @external x: Int @requires(fields: "p") }',
        two='type T @key(fields: "id") { id: ID p: Int }',
        case="requires-without-a-key",
    ),
    broken(
        E.SATISFIABILITY_ERROR,
        "T.x",
        _ONE,
        one='type Query { t: T } type T @key(fields: "id", resolvable: false) '
        '{ id: ID p: Int @external x: Int @requires(fields: "p") }',
        two='type T @key(fields: "id") { id: ID p: Int }',
        case="requires-without-a-resolvable-key",
    ),
    broken(
        E.SATISFIABILITY_ERROR,
        "T",
        ("two",),
        one='type Query { a: Int } interface I @key(fields: "id", resolvable: false) { id: ID } '
        'type T implements I @key(fields: "id") { id: ID }',
        two='type Query { i: I } type I @interfaceObject @key(fields: "id") { id: ID x: Int }',
        case="interface-object-of-unknown-type",
    ),
    broken(
        E.SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES,
        "Query.u",
        _BOTH,
        one="type Query { u: U @shareable } union U = A type A { a: Int }",
        two="type Query { u: U @shareable } union U = B type B { b: Int }",
    ),
)
