"""What orders need of other agents: asked through the graph, answered as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from subgraphs.kit import ID, CurrencyCode, Info, Money, Refused, documents
from subgraphs.kit.graph import GraphRefused, GraphUnavailable
from subgraphs.order.enums import TaxClass
from subgraphs.order.errors import InsufficientStockError

DOCUMENTS = documents("subgraphs.order")
SHORTEST_LIFE = timedelta(minutes=1)
"""A reservation must outlive the transaction that places the order."""
SPENT = {"IDEMPOTENCY_KEY_REUSED", "STEP_CANCELED"}
"""Answers after which a generation's key will never make a reservation for this basket."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What can be bought, as the product agent describes it now."""

    id: ID
    sku: str
    name: str
    sellable: bool
    tax_class: TaxClass
    price: Money | None


class Spent(Exception):
    """There is no living reservation under this generation's key, nor will there be one."""


async def variants(info: Info, ids: Sequence[ID], currency: str) -> dict[ID, Variant]:
    """Those that exist; at most a hundred ids."""
    if not ids:
        return {}
    document = DOCUMENTS["product", "variants"]
    data = await info.graph.send(document, {"ids": [*ids], "currency": currency})
    nodes = [edge["node"] for edge in data["productVariants"]["edges"]]
    return {node["id"]: _variant(node) for node in nodes}


async def takes_orders(info: Info, customer: ID) -> bool | None:
    """None where there is no such customer."""
    data = await info.graph.send(DOCUMENTS["customer", "customer"], {"id": customer})
    found = data["customer"]
    return None if found is None else found["status"] in ("GUEST", "ACTIVE")


async def reserve(
    info: Info, order: ID, generation: int, customer: ID, demand: Mapping[ID, int]
) -> ID:
    """The reservation of all of `demand`.

    Raises Refused where stock is short, and Spent where the next generation has to be tried.
    """
    lines = [{"variantId": id, "quantity": count} for id, count in sorted(demand.items())]
    key = f"saga:reserve:{order}:{generation}"
    input = {
        "orderId": order,
        "customerId": customer,
        "lines": lines,
        "idempotencyKey": key,
    }
    data = await info.graph.send(DOCUMENTS["inventory", "reserve"], {"input": input})
    answer = data["createReservation"]
    if answer["errors"]:
        raise refusal(answer["errors"])
    made = answer["reservation"]
    left = datetime.fromisoformat(made["expiresAt"]) - info.database.clock()
    if made["status"] != "ACTIVE" or left < SHORTEST_LIFE:
        raise Spent
    return ID(made["id"])


async def release(info: Info, reservation: ID, order: ID, generation: int) -> None:
    """Give back what nothing was placed with; a repeat, or one that came too late, does no harm."""
    key = f"saga:release:{order}:{generation}"
    input = {"reservationId": reservation, "idempotencyKey": key}
    await info.graph.send(DOCUMENTS["inventory", "release"], {"input": input})


def _variant(node: Mapping[str, Any]) -> Variant:
    price = node["price"]
    return Variant(
        id=node["id"],
        sku=node["sku"],
        name=node["displayName"],
        sellable=node["sellable"],
        tax_class=TaxClass[node["taxClass"]],
        price=price
        and Money(
            amount=Decimal(price["amount"]), currency_code=CurrencyCode(price["currencyCode"])
        ),
    )


def refusal(errors: Sequence[Mapping[str, Any]]) -> Exception:
    """What inventory's errors mean to who wanted to reserve."""
    codes = {error["code"] for error in errors}
    if codes == {"INSUFFICIENT_STOCK"}:
        first, *more = map(_shortage, errors)
        return Refused(first, *more)
    if codes & SPENT:
        return Spent()
    if "UNAVAILABLE" in codes:
        return GraphUnavailable("inventory could not answer")
    return GraphRefused(f"inventory would not reserve: {errors}")


def _shortage(error: Mapping[str, Any]) -> InsufficientStockError:
    return InsufficientStockError(
        variant_id=error["variantId"],
        warehouse_id=error["warehouseId"],
        requested=error["requested"],
        available=error["available"],
    )
