"""The four subgraphs as executable schemas of graphql-core, over the data in memory."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLSchema, build_schema, graphql_sync

from bench.guild.data import Json, products, reviews, shipping_estimate, users

_USERS = {user["id"]: user for user in users}
_PRODUCTS = {product["upc"]: product for product in products}

_ENTITIES = """
    scalar _Any
    union _Entity = {entities}
    {extend} type Query {{ _entities(representations: [_Any!]!): [_Entity]! }}
"""
_TYPES = {
    "accounts": """
        type Query { me: User user(id: ID!): User users: [User] }
        type User { id: ID! name: String username: String birthday: Int }
    """,
    "inventory": "type Product { upc: String! inStock: Boolean shippingEstimate: Int }",
    "products": """
        type Query { topProducts(first: Int = 5): [Product] }
        type Product { upc: String! name: String price: Int weight: Int }
    """,
    "reviews": """
        type Review { id: ID! body: String author: User product: Product }
        type User { id: ID! username: String reviews: [Review] }
        type Product { upc: String! reviews: [Review] }
    """,
}
_KEYED = {
    "accounts": "User",
    "inventory": "Product",
    "products": "Product",
    "reviews": "User | Product | Review",
}


def _schema(name: str) -> GraphQLSchema:
    extend = "extend" if "type Query" in _TYPES[name] else ""
    return build_schema(_TYPES[name] + _ENTITIES.format(entities=_KEYED[name], extend=extend))


def _user(user: Json) -> Json:
    return {
        **user,
        "__typename": "User",
        "reviews": lambda _info: [_review(each) for each in reviews if each["author"] is user],
    }


def _product(product: Json) -> Json:
    return {
        **product,
        "__typename": "Product",
        "reviews": lambda _info: [_review(each) for each in reviews if each["product"] is product],
    }


def _review(review: Json) -> Json:
    return {
        **review,
        "__typename": "Review",
        "author": lambda _info: _user(review["author"]),
        "product": lambda _info: _product(review["product"]),
    }


def _entity(representation: Json) -> Json | None:
    if representation["__typename"] == "User":
        found = _USERS.get(representation["id"])
        return None if found is None else _user(found)
    if representation["__typename"] == "Review":
        return next((_review(each) for each in reviews if each["id"] == representation["id"]), None)
    found = _PRODUCTS.get(representation["upc"])
    if found is None:
        return None
    product = _product(found)
    if "price" in representation and "weight" in representation:
        # Of what was sent, as @requires promises: a gateway that sends none gets null.
        estimate = shipping_estimate(representation["price"], representation["weight"])
        product["shippingEstimate"] = estimate
    return product


_ROOT: dict[str, Callable[..., Any]] = {
    "me": lambda _info: _user(users[0]),
    "user": lambda _info, id: _user(_USERS[id]) if id in _USERS else None,
    "users": lambda _info: [_user(each) for each in users],
    "topProducts": lambda _info, first: [_product(each) for each in products[:first]],
    "_entities": lambda _info, representations: [_entity(each) for each in representations],
}


class Subgraphs:
    """All four. `answer` executes one request for one of them."""

    def __init__(self) -> None:
        self._schemas = {name: _schema(name) for name in _TYPES}

    def answer(self, name: str, request: Json) -> Json:
        """A GraphQL response."""
        result = graphql_sync(
            self._schemas[name],
            request["query"],
            _ROOT,
            variable_values=request.get("variables") or {},
            operation_name=request.get("operationName"),
        )
        return dict(result.formatted)
