"""The event that is measured: an order that has changed, with a product of another subgraph."""

from typing import Any, Final

QUERY: Final = (
    "subscription { orderChanged { kind cursor order { id number status total currency } "
    "product { id name price } } }"
)


def changed(number: int) -> dict[str, Any]:
    """Without the product's name and price."""
    return {
        "kind": "PLACED",
        "cursor": f"c{number}",
        "order": {
            "id": f"ord_{number}",
            "number": f"SO-{number}",
            "status": "PLACED",
            "total": "129.90",
            "currency": "EUR",
        },
        "product": {"id": "p1"},
    }


PRODUCT: Final = {"id": "p1", "name": "Porcelain Teapot", "price": "42.90"}
