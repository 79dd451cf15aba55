"""`@requires` and `@provides`: inputs arrive with the representation, or nothing is sent."""

from typing import Any

from tests.gateway.subgraphs import Federation, Subgraph, resolve_with


def chain() -> Federation:
    """shipping needs tax (b), tax needs price (a)."""
    return Federation(
        {
            "a": Subgraph(
                'type Item @key(fields: "id") { id: ID! price(currency: String = "EUR"): Int } '
                "type Query { items: [Item] }",
                {
                    "Query.items": resolve_with(
                        lambda: [{"id": "1", "price": 10}, {"id": "2", "price": None}]
                    ),
                    "Item.price": lambda item, _info, currency: (
                        item["price"] and item["price"] * (1 if currency == "EUR" else 2)
                    ),
                },
                {"Item": lambda found: {"id": found["id"], "price": int(found["id"]) * 10}},
            ),
            "b": Subgraph(
                'type Item @key(fields: "id") { id: ID! '
                'price(currency: String = "EUR"): Int @external '
                'tax: Int @requires(fields: "price") '
                'foreign: Int @requires(fields: "price(currency: \\"USD\\")") }',
                {
                    "Item.tax": lambda item, _info: item["price"] and item["price"] // 5,
                    "Item.foreign": lambda item, _info: item["price"],
                },
                {"Item": lambda found: found},
            ),
            "c": Subgraph(
                'type Item @key(fields: "id") { id: ID! tax: Int @external '
                'total: Int @requires(fields: "tax") }',
                {"Item.total": lambda item, _info: item["tax"] and item["tax"] + 100},
                {"Item": lambda found: found},
            ),
        }
    )


async def test_a_chain_of_requirements_runs_in_order_and_nulls_are_sent() -> None:
    federation = chain()
    assert await federation.data("{ items { total } }") == {
        "items": [{"total": 102}, {"total": None}]
    }
    assert federation.called() == {"a": 1, "b": 1, "c": 1}
    assert federation.subgraphs["c"].calls[0].variables["representations"] == [
        {"__typename": "Item", "id": "1", "tax": 2},
        {"__typename": "Item", "id": "2", "tax": None},
    ]


async def test_required_arguments_are_kept_apart_from_the_clients() -> None:
    federation = chain()
    query = '{ items { price(currency: "JPY") usd: price(currency: "USD") foreign tax } }'
    assert (await federation.data(query))["items"][0] == {
        "price": 20,
        "usd": 20,
        "foreign": 20,
        "tax": 2,
    }


async def test_one_name_with_two_arguments_needs_two_representations() -> None:
    federation = chain()
    assert (await federation.data("{ items { tax foreign } }"))["items"][0] == {
        "tax": 2,
        "foreign": 20,
    }
    sent = [call.variables for call in federation.subgraphs["b"].calls]
    assert [
        [item["price"] for item in representations]
        for variables in sent
        for representations in variables.values()
    ] in ([[10, None], [20, None]], [[20, None], [10, None]])


async def test_a_client_alias_for_a_required_name_does_not_change_the_input() -> None:
    federation = chain()
    assert await federation.data("{ items { price: id tax: total total: tax } }") == {
        "items": [
            {"price": "1", "tax": 102, "total": 2},
            {"price": "2", "tax": None, "total": None},
        ]
    }


async def test_a_lost_input_costs_only_what_needs_it() -> None:
    federation = chain()

    async def broken(_request: Any) -> dict[str, Any]:
        return {"data": None, "errors": [{"message": "down"}]}

    federation.subgraphs["b"].answer = broken
    response = await federation.response("{ items { id price tax total } }")
    assert response.data == {
        "items": [
            {"id": "1", "price": 10, "tax": None, "total": None},
            {"id": "2", "price": None, "tax": None, "total": None},
        ]
    }
    assert [error["path"] for error in response.errors] == [["items", 0], ["items", 1]]
    assert federation.called() == {"a": 1, "b": 1}


async def test_what_a_field_provides_is_taken_where_it_is() -> None:
    sdl = 'type User @key(fields: "id") { id: ID! name: String @shareable age: Int }'
    federation = Federation(
        {
            "users": Subgraph(
                sdl, {}, {"User": lambda found: {"id": found["id"], "name": "Ada", "age": 36}}
            ),
            "posts": Subgraph(
                'type User @key(fields: "id") { id: ID! name: String @external } '
                'type Post { author: User @provides(fields: "name") editor: User } '
                "type Query { post: Post }",
                {
                    "Query.post": resolve_with(
                        lambda: {"author": {"id": "u1", "name": "Ada"}, "editor": {"id": "u1"}}
                    )
                },
                {"User": lambda found: found},
            ),
        }
    )
    assert await federation.data("{ post { author { name } } }") == {
        "post": {"author": {"name": "Ada"}}
    }
    assert federation.called() == {"posts": 1}
    assert await federation.data("{ post { author { name age } editor { name } } }") == {
        "post": {"author": {"name": "Ada", "age": 36}, "editor": {"name": "Ada"}}
    }
    assert federation.called() == {"posts": 1, "users": 1}


async def test_requirements_through_lists_and_other_entities() -> None:
    federation = Federation(
        {
            "a": Subgraph(
                'type Cart @key(fields: "id") { id: ID! lines: [Line!] } '
                "type Line { product: Product count: Int } "
                'type Product @key(fields: "id") { id: ID! } type Query { cart: Cart }',
                {
                    "Query.cart": resolve_with(
                        lambda: {
                            "id": "c",
                            "lines": [
                                {"product": {"id": "1"}, "count": 2},
                                {"product": {"id": "2"}, "count": 1},
                            ],
                        }
                    )
                },
            ),
            "b": Subgraph(
                'type Product @key(fields: "id") { id: ID! price: Int }',
                {},
                {"Product": lambda found: {**found, "price": int(found["id"]) * 10}},
            ),
            "c": Subgraph(
                'type Cart @key(fields: "id") { id: ID! lines: [Line!] @external '
                'total: Int @requires(fields: "lines { count product { price } }") } '
                "type Line { product: Product @external count: Int @external } "
                'type Product @key(fields: "id") { id: ID! price: Int @external }',
                {
                    "Cart.total": lambda cart, _info: sum(
                        line["count"] * line["product"]["price"] for line in cart["lines"]
                    )
                },
                {"Cart": lambda found: found},
            ),
        }
    )
    assert await federation.data("{ cart { total } }") == {"cart": {"total": 40}}
    assert federation.called() == {"a": 1, "b": 1, "c": 1}
