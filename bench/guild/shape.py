"""Four subgraphs and the query: the shape of The Guild's gateway benchmark."""

from gateway.composition import SubgraphSource, compose

_LINK = """
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",
        import: ["@key", "@external", "@requires", "@provides", "@shareable"])
"""

SUBGRAPHS = {
    "accounts": """
        type Query { me: User user(id: ID!): User users: [User] }
        type User @key(fields: "id") {
          id: ID! name: String username: String @shareable birthday: Int
        }
    """,
    "inventory": """
        type Product @key(fields: "upc") {
          upc: String! weight: Int @external price: Int @external
          inStock: Boolean shippingEstimate: Int @requires(fields: "price weight")
        }
    """,
    "products": """
        type Query { topProducts(first: Int = 5): [Product] }
        type Product @key(fields: "upc") { upc: String! name: String price: Int weight: Int }
    """,
    "reviews": """
        type Review @key(fields: "id") {
          id: ID! body: String author: User @provides(fields: "username") product: Product
        }
        type User @key(fields: "id") {
          id: ID! username: String @external reviews: [Review]
        }
        type Product @key(fields: "upc") { upc: String! reviews: [Review] }
    """,
}

QUERY = """\
fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }
query TestQuery {
  users {
    ...User
    reviews {
      ...Review
      product {
        ...Product
        reviews {
          ...Review
          author { ...User reviews { ...Review product { ...Product } } }
        }
      }
    }
  }
  topProducts {
    ...Product
    reviews {
      ...Review
      author { ...User reviews { ...Review product { ...Product } } }
    }
  }
}
"""


def supergraph(origin: str) -> str:
    """The supergraph SDL, by our own composition; every gateway loads the same."""
    sources = {
        name: SubgraphSource(f"{origin}/{name}", _LINK + sdl) for name, sdl in SUBGRAPHS.items()
    }
    composed = compose(sources)
    assert composed.supergraph_sdl is not None, composed.errors
    return composed.supergraph_sdl
