"""Defects that keep a subgraph from being loaded."""

from gateway.composition.errors import ErrorCode as E
from tests.gateway.composition.scenarios.model import broken, raw
from tests.gateway.composition.sdl import federated, linked

_QUERY = "type Query { a: Int }"

LOADING = (
    raw(E.NO_QUERIES, None, (), {}, case="no-subgraphs"),
    raw(E.INVALID_SUBGRAPH_NAME, None, ("_",), {"_": federated(_QUERY)}),
    broken(E.INVALID_GRAPHQL, None, ("one",), one="type Query { a: }", case="syntax"),
    broken(E.INVALID_GRAPHQL, None, ("one",), one="type Query { a: Nope }", case="unknown-type"),
    broken(
        E.INVALID_GRAPHQL,
        None,
        ("one",),
        one=f"{_QUERY} interface I {{ x: Int }} type T implements I {{ y: Int }}",
        case="interface-not-implemented",
    ),
    broken(
        E.INVALID_GRAPHQL,
        None,
        ("one",),
        one='type Query { a: Int @override(from: ["b", "c"]) }',
        case="directive-argument-of-wrong-type",
    ),
    broken(
        E.INVALID_GRAPHQL,
        None,
        ("one",),
        one='type Query { a(n: Int = "many"): Int }',
        case="default-of-wrong-type",
    ),
    broken(
        E.INVALID_GRAPHQL,
        None,
        ("one",),
        one=f"{_QUERY} type Mutation",
        case="empty-root-type",
    ),
    raw(
        E.INVALID_GRAPHQL,
        None,
        ("one",),
        {
            "one": linked(
                "v2.6", '"@override"', 'type Query { a: Int @override(from: "b", label: "l") }'
            )
        },
        case="label-before-2.7",
    ),
    broken(
        E.ROOT_QUERY_USED,
        "Query",
        ("one",),
        one="schema { query: Root } type Root { a: Int } type Query { b: Int }",
    ),
    broken(
        E.ROOT_MUTATION_USED,
        "Mutation",
        ("one",),
        one=f"schema {{ query: Query mutation: Root }} {_QUERY} "
        "type Root { a: Int } type Mutation { b: Int }",
    ),
    broken(
        E.ROOT_SUBSCRIPTION_USED,
        "Subscription",
        ("one",),
        one=f"schema {{ query: Query subscription: Root }} {_QUERY} "
        "type Root { a: Int } type Subscription { b: Int }",
    ),
    raw(
        E.UNKNOWN_FEDERATION_LINK_VERSION,
        None,
        ("one",),
        {"one": linked("v2.99", '"@key"', _QUERY)},
    ),
    raw(
        E.INVALID_LINK_DIRECTIVE_USAGE,
        None,
        ("one",),
        {"one": linked("v2.3", '"@kee"', _QUERY)},
        case="unknown-import",
    ),
    raw(
        E.INVALID_LINK_DIRECTIVE_USAGE,
        None,
        ("one",),
        {"one": linked("v2.2", '"@interfaceObject"', _QUERY)},
        case="import-of-a-newer-version",
    ),
    raw(
        E.INVALID_LINK_DIRECTIVE_USAGE,
        None,
        ("one",),
        {"one": linked("v2.3", '{name: "@key", as: "entity"}', _QUERY)},
        case="rename-without-at",
    ),
    raw(
        E.INVALID_LINK_DIRECTIVE_USAGE,
        None,
        ("one",),
        {"one": linked("v2.3", "17", _QUERY)},
        case="import-of-a-number",
    ),
    raw(
        E.INVALID_LINK_DIRECTIVE_USAGE,
        None,
        ("one",),
        {"one": federated(_QUERY, '@link(url: "https://specs.apollo.dev/federation/v2.3")')},
        case="linked-twice",
    ),
    raw(
        E.INVALID_LINK_DIRECTIVE_USAGE,
        None,
        ("one",),
        {"one": federated(_QUERY, '@link(as: "nothing")')},
        case="no-url",
    ),
    raw(
        E.UNSUPPORTED_FEATURE,
        None,
        ("one",),
        {"one": federated(_QUERY, '@link(url: "https://specs.apollo.dev/connect/v0.1")')},
        case="connectors",
    ),
)
