"""Roots, keys, overrides: which subgraph is asked, how often, and with what."""

from typing import Any

import pytest

from tests.gateway.subgraphs import Federation, Subgraph, resolve_with


def stock() -> Federation:
    products = [
        {"id": "p1", "name": "Pen"},
        {"id": "p2", "name": "Ink"},
        {"id": "p1", "name": "Pen"},
    ]
    return Federation(
        {
            "catalog": Subgraph(
                'type Product @key(fields: "id") { id: ID! name: String! }'
                "type Query { products: [Product!]! }",
                {"Query.products": resolve_with(lambda: products)},
                {"Product": lambda found: {"id": found["id"], "name": "?"}},
            ),
            "inventory": Subgraph(
                'type Product @key(fields: "id") { id: ID! stock: Int! }',
                {},
                {"Product": lambda found: {**found, "stock": int(found["id"][1:])}},
            ),
        }
    )


async def test_an_entity_is_asked_for_once_however_often_it_occurs() -> None:
    federation = stock()
    assert await federation.data("{ products { name stock } }") == {
        "products": [
            {"name": "Pen", "stock": 1},
            {"name": "Ink", "stock": 2},
            {"name": "Pen", "stock": 1},
        ]
    }
    assert federation.called() == {"catalog": 1, "inventory": 1}
    assert federation.subgraphs["inventory"].calls[0].variables == {
        "representations": [
            {"__typename": "Product", "id": "p1"},
            {"__typename": "Product", "id": "p2"},
        ]
    }


async def test_no_subgraph_is_asked_for_what_the_first_one_has() -> None:
    federation = stock()
    assert await federation.data("{ products { id name } }") == {
        "products": [
            {"id": "p1", "name": "Pen"},
            {"id": "p2", "name": "Ink"},
            {"id": "p1", "name": "Pen"},
        ]
    }
    assert federation.called() == {"catalog": 1}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ products { id: name stock } }", {"id": "Ink", "stock": 2}),
        ("{ products { id: name stock n: id } }", {"id": "Ink", "stock": 2, "n": "p2"}),
        ("{ products { stock id: name } }", {"stock": 2, "id": "Ink"}),
        ("{ products { __typename: name stock } }", {"__typename": "Ink", "stock": 2}),
        ("{ products { _g_id: name id: name stock } }", {"_g_id": "Ink", "id": "Ink", "stock": 2}),
        ("{ products { id: stock name: id } }", {"id": 2, "name": "p2"}),
        ("{ products { id name: stock } }", {"id": "p2", "name": 2}),
    ],
)
async def test_an_alias_never_becomes_a_key(query: str, expected: dict[str, Any]) -> None:
    """A client may call another field by the name of the key."""
    federation = stock()
    assert (await federation.data(query))["products"][1] == expected
    assert federation.subgraphs["inventory"].calls[0].variables["representations"] == [
        {"__typename": "Product", "id": "p1"},
        {"__typename": "Product", "id": "p2"},
    ]


async def test_an_entity_without_key_values_is_not_asked_for() -> None:
    """The subgraph could only guess; an empty list of representations is never sent."""
    rows = [{"id": None, "sku": None}, {"id": "p2", "sku": None}]
    federation = Federation(
        {
            "a": Subgraph(
                'type Product @key(fields: "id sku") { id: ID sku: ID } '
                "type Query { products(last: Boolean = false): [Product] }",
                {"Query.products": resolve_with(lambda last: rows[1:] if last else rows[:1])},
            ),
            "b": Subgraph(
                'type Product @key(fields: "id sku") { id: ID sku: ID stock: Int }',
                {},
                {"Product": lambda found: {**found, "stock": 3}},
            ),
        }
    )
    assert await federation.data("{ products { stock } }") == {"products": [{"stock": None}]}
    assert federation.called() == {"a": 1}
    assert await federation.data("{ products(last: true) { stock } }") == {
        "products": [{"stock": 3}]
    }
    assert federation.subgraphs["b"].calls[0].variables["representations"] == [
        {"__typename": "Product", "id": "p2", "sku": None}
    ]


async def test_keys_are_translated_through_a_third_subgraph() -> None:
    federation = Federation(
        {
            "a": Subgraph(
                'type Product @key(fields: "id") { id: ID! } type Query { product: Product }',
                {"Query.product": resolve_with(lambda: {"id": "p1"})},
            ),
            "b": Subgraph(
                'type Product @key(fields: "id") @key(fields: "code { text }") '
                "{ id: ID! code: Code! } type Code @shareable { text: String! }",
                {},
                {"Product": lambda found: {"id": found["id"], "code": {"text": "c1"}}},
            ),
            "c": Subgraph(
                'type Product @key(fields: "code { text }") { code: Code! price: Int! } '
                "type Code @shareable { text: String! }",
                {},
                {"Product": lambda found: {**found, "price": len(found["code"]["text"])}},
            ),
        }
    )
    assert await federation.data("{ product { price } }") == {"product": {"price": 2}}
    assert federation.called() == {"a": 1, "b": 1, "c": 1}
    assert federation.subgraphs["c"].calls[0].variables["representations"] == [
        {"__typename": "Product", "code": {"text": "c1"}}
    ]


async def test_fields_of_two_subgraphs_at_one_shared_value() -> None:
    federation = Federation(
        {
            "a": Subgraph(
                "type Query { page: Page @shareable } type Page { head: Part @shareable a: Int } "
                "type Part { a: Int both: Int @shareable }",
                {"Query.page": resolve_with(lambda: {"a": 1, "head": {"a": 3, "both": 5}})},
            ),
            "b": Subgraph(
                "type Query { page: Page @shareable } type Page { head: Part @shareable b: Int } "
                "type Part { b: Int both: Int @shareable }",
                {"Query.page": resolve_with(lambda: {"b": 2, "head": {"b": 4, "both": 5}})},
            ),
        }
    )
    assert await federation.data("{ page { a b head { a b both } } }") == {
        "page": {"a": 1, "b": 2, "head": {"a": 3, "b": 4, "both": 5}}
    }
    assert federation.called() == {"a": 1, "b": 1}


async def test_an_overridden_field_comes_from_the_overriding_subgraph() -> None:
    federation = Federation(
        {
            "new": Subgraph(
                'type Product @key(fields: "id") { id: ID! price: Int @override(from: "old") }',
                {},
                {"Product": lambda found: {**found, "price": 2}},
            ),
            "old": Subgraph(
                'type Product @key(fields: "id") { id: ID! price: Int } '
                "type Query { product: Product }",
                {"Query.product": resolve_with(lambda: {"id": "p1", "price": 1})},
            ),
        }
    )
    assert await federation.data("{ product { price } }") == {"product": {"price": 2}}
    assert "price" not in federation.subgraphs["old"].calls[0].document


async def test_an_overridden_field_that_still_is_a_key_is_not_read_where_it_was() -> None:
    federation = Federation(
        {
            "new": Subgraph(
                'type Product @key(fields: "id") { id: ID! code: ID! @override(from: "old") }',
                {},
                {"Product": lambda found: {**found, "code": "fresh"}},
            ),
            "old": Subgraph(
                'type Product @key(fields: "id") @key(fields: "code") { id: ID! code: ID! } '
                "type Query { product: Product }",
                {"Query.product": resolve_with(lambda: {"id": "p1", "code": "stale"})},
            ),
        }
    )
    assert "usedOverridden" in federation.sdl
    assert await federation.data("{ product { code } }") == {"product": {"code": "fresh"}}


async def test_inaccessible_fields_serve_as_keys_but_are_not_shown() -> None:
    federation = Federation(
        {
            "a": Subgraph(
                'type Product @key(fields: "hidden") { hidden: ID! @inaccessible name: String } '
                "type Query { product: Product }",
                {"Query.product": resolve_with(lambda: {"hidden": "h", "name": "Pen"})},
            ),
            "b": Subgraph(
                'type Product @key(fields: "hidden") { hidden: ID! @inaccessible size: Int }',
                {},
                {"Product": lambda found: {**found, "size": len(found["hidden"])}},
            ),
        }
    )
    assert await federation.data("{ product { name size } }") == {
        "product": {"name": "Pen", "size": 1}
    }
    response = await federation.response("{ product { hidden } }")
    assert response.errors[0]["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}
    assert federation.called() == {}


async def test_two_entity_fetches_of_one_subgraph_share_a_request() -> None:
    federation = Federation(
        {
            "a": Subgraph(
                'type User @key(fields: "id") { id: ID! } type Shop @key(fields: "id") { id: ID! } '
                "type Query { user: User shop: Shop }",
                {
                    "Query.user": resolve_with(lambda: {"id": "u"}),
                    "Query.shop": resolve_with(lambda: None),
                },
            ),
            "b": Subgraph(
                'type User @key(fields: "id") { id: ID! name(max: Int): String } '
                'type Shop @key(fields: "id") { id: ID! name(max: Int): String }',
                {"User.name": lambda user, _info, max: user["id"] * max},
                {"User": lambda found: found, "Shop": lambda found: found},
            ),
        }
    )
    query = "query ($a: Int, $b: Int) { user { name(max: $a) } shop { name(max: $b) } }"
    assert await federation.data(query, a=3, b=4) == {"user": {"name": "uuu"}, "shop": None}
    call = federation.subgraphs["b"].calls[0]
    assert federation.called() == {"a": 1, "b": 1}
    assert call.variables == {"_e0representations": [{"__typename": "User", "id": "u"}], "a": 3}
    assert "Shop" not in call.document


async def test_a_field_that_returns_the_query_type_reaches_every_subgraph() -> None:
    federation = Federation(
        {
            "a": Subgraph(
                "type Query { a: Int @shareable again: Query }",
                {
                    "Query.a": resolve_with(lambda: 1),
                    "Query.again": resolve_with(dict),
                },
            ),
            "b": Subgraph("type Query { b: Int }", {"Query.b": resolve_with(lambda: 2)}),
        }
    )
    assert await federation.data("{ again { a b inner: again { b } } }") == {
        "again": {"a": 1, "b": 2, "inner": {"b": 2}}
    }
