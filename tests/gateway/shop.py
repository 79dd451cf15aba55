"""A shop over four subgraphs, and the same shop as one schema: the reference to compare with."""

from typing import Any

from graphql import GraphQLSchema

from tests.gateway.subgraphs import Federation, Resolver, Subgraph, executable

USERS: dict[str, dict[str, Any]] = {
    "u1": {"id": "u1", "name": "Ada", "email": "ada@example.org", "role": "ADMIN"},
    "u2": {"id": "u2", "name": "Bob", "email": None, "role": "CUSTOMER"},
}
ITEMS: dict[str, dict[str, Any]] = {
    "b1": {"__typename": "Book", "id": "b1", "title": "Sets", "price": 30, "weight": 2, "pages": 9},
    "b2": {"__typename": "Book", "id": "b2", "title": "Maps", "price": 5, "weight": 7, "pages": 8},
    "f1": {"__typename": "Film", "id": "f1", "title": "Rope", "price": 12, "minutes": 80},
}
REVIEWS: dict[str, dict[str, Any]] = {
    "r1": {"id": "r1", "body": "good", "stars": 5, "author": "u1", "about": "b1"},
    "r2": {"id": "r2", "body": "bad", "stars": 1, "author": "u2", "about": "b1"},
    "r3": {"id": "r3", "body": None, "stars": 3, "author": "u1", "about": "f1"},
}

ACCOUNTS = """
enum Role { ADMIN CUSTOMER }
type User @key(fields: "id") { id: ID! name: String! email: String role: Role! }
type Query { me: User users(first: Int): [User!]! user(id: ID!): User }
"""
CATALOG = """
interface Item { id: ID! title: String! price(discount: Int = 0): Int! }
type Book implements Item @key(fields: "id") {
  id: ID! title: String! price(discount: Int = 0): Int! weight: Int! pages: Int!
}
type Film implements Item @key(fields: "id") {
  id: ID! title: String! price(discount: Int = 0): Int! minutes: Int!
}
union Hit = Book | Film
input Filter { longer: Int titles: [String!] }
type Query { items(first: Int): [Item!]! item(id: ID!): Item search(filter: Filter): [Hit] }
"""
REVIEWING = """
type Review @key(fields: "id") { id: ID! body: String stars(scale: Int = 5): Float! author: User!
  about: Reviewed }
union Reviewed = Book | Film
type User @key(fields: "id") { id: ID! reviews(first: Int): [Review!]! }
type Book @key(fields: "id") { id: ID! reviews: [Review!]! }
type Film @key(fields: "id") { id: ID! reviews: [Review!]! }
type Query { reviews: [Review!]! review(id: ID!): Review }
"""
SHIPPING = """
type Book @key(fields: "id") {
  id: ID! price(discount: Int = 0): Int! @external weight: Int! @external
  shipping(express: Boolean = false): Int! @requires(fields: "price(discount: 1) weight")
}
type Review @key(fields: "id") { id: ID! helpful: Int! }
"""
WHOLE = """
enum Role { ADMIN CUSTOMER }
interface Item { id: ID! title: String! price(discount: Int = 0): Int! }
type User { id: ID! name: String! email: String role: Role! reviews(first: Int): [Review!]! }
type Book implements Item {
  id: ID! title: String! price(discount: Int = 0): Int! weight: Int! pages: Int!
  reviews: [Review!]! shipping(express: Boolean = false): Int!
}
type Film implements Item {
  id: ID! title: String! price(discount: Int = 0): Int! minutes: Int! reviews: [Review!]!
}
type Review { id: ID! body: String stars(scale: Int = 5): Float! author: User! about: Reviewed
  helpful: Int! }
union Hit = Book | Film
union Reviewed = Book | Film
input Filter { longer: Int titles: [String!] }
type Query {
  me: User users(first: Int): [User!]! user(id: ID!): User
  items(first: Int): [Item!]! item(id: ID!): Item search(filter: Filter): [Hit]
  reviews: [Review!]! review(id: ID!): Review
}
"""


def _first(values: list[Any], first: int | None) -> list[Any]:
    return values if first is None else values[: max(first, 0)]


def _pick(table: dict[str, dict[str, Any]], id: str) -> dict[str, Any] | None:
    """Any id finds something two times out of three, so that generated ones are of use."""
    if id in table:
        return table[id]
    return list(table.values())[len(id) % len(table)] if len(id) % 3 else None


def _search(_root: Any, _info: Any, filter: dict[str, Any] | None = None) -> list[Any]:
    wanted = filter or {}
    length = wanted.get("longer") or 0
    titles = wanted.get("titles")
    return [
        item if (item.get("pages") or item["minutes"]) > length else None
        for item in ITEMS.values()
        if titles is None or item["title"] in titles
    ]


def _price(item: dict[str, Any], _info: Any, discount: int | None = 0) -> int:
    price: int = item["price"]
    return price - (discount or 0)


def _stars(review: dict[str, Any], _info: Any, scale: int | None = 5) -> float:
    stars: int = review["stars"]
    return stars / 5 * (scale or 1)


def _shipping(price: int, weight: int, express: bool | None) -> int:
    return price * 10 + weight + (1000 if express else 0)


def _reviews_of(kind: str) -> Any:
    def resolve(source: dict[str, Any], _info: Any, first: int | None = None) -> list[Any]:
        found = [r for r in REVIEWS.values() if r[kind] == source["id"]]
        return _first(found, first)

    return resolve


QUERIES_OF_ACCOUNTS: dict[str, Resolver] = {
    "Query.me": lambda _root, _info: USERS["u1"],
    "Query.users": lambda _root, _info, first=None: _first(list(USERS.values()), first),
    "Query.user": lambda _root, _info, id: _pick(USERS, id),
}
QUERIES_OF_CATALOG: dict[str, Resolver] = {
    "Query.items": lambda _root, _info, first=None: _first(list(ITEMS.values()), first),
    "Query.item": lambda _root, _info, id: _pick(ITEMS, id),
    "Query.search": _search,
    "Book.price": _price,
    "Film.price": _price,
}
QUERIES_OF_REVIEWS: dict[str, Resolver] = {
    "Query.reviews": lambda _root, _info: list(REVIEWS.values()),
    "Query.review": lambda _root, _info, id: _pick(REVIEWS, id),
    "Review.stars": _stars,
    "User.reviews": _reviews_of("author"),
    "Book.reviews": _reviews_of("about"),
    "Film.reviews": _reviews_of("about"),
}


def monolith() -> GraphQLSchema:
    resolvers: dict[str, Resolver] = {
        **QUERIES_OF_ACCOUNTS,
        **QUERIES_OF_CATALOG,
        **QUERIES_OF_REVIEWS,
        "Review.author": lambda review, _info: USERS[review["author"]],
        "Review.about": lambda review, _info: ITEMS[review["about"]],
        "Review.helpful": lambda review, _info: len(review["id"]),
        "Book.shipping": lambda book, _info, express=False: _shipping(
            book["price"] - 1, book["weight"], express
        ),
    }
    return executable(WHOLE, resolvers, {})


def shop(**arguments: Any) -> Federation:
    return Federation(
        {
            "accounts": Subgraph(
                ACCOUNTS, QUERIES_OF_ACCOUNTS, {"User": lambda found: USERS[found["id"]]}
            ),
            "catalog": Subgraph(
                CATALOG,
                QUERIES_OF_CATALOG,
                {
                    "Book": lambda found: ITEMS[found["id"]],
                    "Film": lambda found: ITEMS[found["id"]],
                },
            ),
            "reviewing": Subgraph(
                REVIEWING,
                {
                    **QUERIES_OF_REVIEWS,
                    "Review.author": lambda review, _info: {"id": review["author"]},
                    "Review.about": lambda review, _info: {
                        "__typename": ITEMS[review["about"]]["__typename"],
                        "id": review["about"],
                    },
                },
                {
                    "Review": lambda found: REVIEWS[found["id"]],
                    "User": lambda found: {"id": found["id"]},
                    "Book": lambda found: {"id": found["id"]},
                    "Film": lambda found: {"id": found["id"]},
                },
            ),
            "shipping": Subgraph(
                SHIPPING,
                {
                    "Book.shipping": lambda book, _info, express=False: _shipping(
                        book["price"], book["weight"], express
                    )
                },
                {
                    "Book": lambda found: found,
                    "Review": lambda found: {"id": found["id"], "helpful": len(found["id"])},
                },
            ),
        },
        **arguments,
    )
