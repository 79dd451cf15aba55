"""Three small subgraphs; the third is added and removed while the gateway runs."""

from tests.gateway.subgraphs import Subgraph, resolve_with


def users(name: str = "Ada") -> Subgraph:
    return Subgraph(
        'type User @key(fields: "id") { id: ID! name: String } type Query { me: User }',
        {"Query.me": resolve_with(lambda: {"id": "u1"}), "User.name": lambda _user, _info: name},
        {"User": lambda found: found},
    )


def reviews() -> Subgraph:
    return Subgraph(
        'type User @key(fields: "id") { id: ID! reviews: [String!] } type Query { count: Int }',
        {
            "Query.count": resolve_with(lambda: 2),
            "User.reviews": lambda user, _info: [f"of {user['id']}"],
        },
        {"User": lambda found: found},
    )


def stock() -> Subgraph:
    return Subgraph("type Query { left: Int }", {"Query.left": resolve_with(lambda: 5)})
