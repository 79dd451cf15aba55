"""What becomes of a reservation beside its order's saga: kept for longer, or in part given back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from subgraphs.kit import ID, Document, Info, Intent, UnitOfWork, intents
from subgraphs.kit.graph import GraphRefused, GraphUnavailable
from subgraphs.kit.intents import Payload
from subgraphs.order.neighbours import DOCUMENTS
from subgraphs.order.types import Order

ENDED = {"INVALID_TRANSITION", "NOT_FOUND"}
"""Answers of a reservation that is no longer there to be changed: sold for good, or gone."""


async def _send(info: Info, document: Document, input: Mapping[str, Any]) -> None:
    [payload] = (await info.graph.send(document, {"input": input})).values()
    if any(error["retryable"] for error in payload["errors"]):
        raise GraphUnavailable(payload["errors"][0]["message"])
    if {error["code"] for error in payload["errors"]} - ENDED:
        raise GraphRefused(f"inventory would not run {document.name}: {payload['errors']}")


async def _extend(info: Info, key: str, payload: Payload) -> None:
    input = {**payload, "idempotencyKey": f"extend:{key}"}
    await _send(info, DOCUMENTS["inventory", "extend"], input)


async def _give_back(info: Info, key: str, payload: Payload) -> None:
    input = {**payload, "idempotencyKey": f"saga:surplus:{key}"}
    await _send(info, DOCUMENTS["inventory", "adjust"], input)


async def _noted(info: Info, work: UnitOfWork, key: str, payload: Payload, _: None) -> None:
    """The reservation itself says how it is: nothing of that is the order's to remember."""


EXTEND = Intent("reservation_extension", _extend, _noted)
GIVE_BACK = Intent("reservation_surplus", _give_back, _noted)


async def keep(work: UnitOfWork, order: Order, until: datetime) -> None:
    """While somebody decides, or pays, nobody else may buy the order's units."""
    payload = {"reservationId": order.reservation_id, "until": until.isoformat()}
    key = f"{order.id}:{order.reservation_id}:{until.isoformat()}"
    await intents.add(work, EXTEND, key, payload)


async def give_back(work: UnitOfWork, order: Order, surplus: Mapping[ID, int]) -> None:
    """The units that the order, at its new version, does not need any more."""
    lines = [{"variantId": id, "by": -units} for id, units in sorted(surplus.items())]
    payload = {"reservationId": order.reservation_id, "lines": lines}
    await intents.add(work, GIVE_BACK, f"{order.id}:{order.version}", payload)
