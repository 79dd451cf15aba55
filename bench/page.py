"""The page that every server is asked for: one query, its variables, and the same as a path."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

QUERY = """\
query Page($products: Int!, $customer: ID!, $orders: Int!) {
  products(first: $products, orderBy: { field: NAME, direction: ASC }) {
    edges {
      node {
        id
        name
        brand
        variants {
          id
          sku
          displayName
          stockLevels { warehouse { id } available reserved onHand }
        }
      }
    }
  }
  customer(id: $customer) {
    id
    displayName
    orders(first: $orders) {
      id
      number
      status
      lines {
        id
        name
        quantity
        unitPrice { amount currencyCode }
        variant { id sku displayName availability { available inStock } }
      }
    }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Page:
    """How many `products` and `orders` are on it, and whose orders."""

    products: int
    orders: int
    customer: str

    def body(self) -> dict[str, Any]:
        """The GraphQL request."""
        variables = {"products": self.products, "orders": self.orders, "customer": self.customer}
        return {"query": QUERY, "variables": variables}

    def path(self) -> str:
        """The same for a server without GraphQL."""
        numbers = {"products": self.products, "orders": self.orders, "customer": self.customer}
        return f"/page?{urlencode(numbers)}"


def sizes(answer: dict[str, Any]) -> dict[str, int]:
    """How many of what are in an answer, for people."""
    nodes = [edge["node"] for edge in answer["data"]["products"]["edges"]]
    variants = [variant for node in nodes for variant in node["variants"]]
    orders = answer["data"]["customer"]["orders"]
    return {
        "products": len(nodes),
        "variants": len(variants),
        "stock levels": sum(len(variant["stockLevels"]) for variant in variants),
        "orders": len(orders),
        "lines": sum(len(order["lines"]) for order in orders),
    }
