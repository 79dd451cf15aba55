"""Generated from states.py: every state against every mutation; only listed edges are walked."""

from itertools import product
from typing import Any

import pytest

from models.order import OrderStatus
from subgraphs.kit import Principal
from subgraphs.order.states import BEFORE_FULFILLING, ORDER
from tests.callers import ADMIN
from tests.order.desk import Desk, basket
from tests.order.ledger import HELD_FROM, write
from tests.order.shop import Shop, as_anna

S = OrderStatus
WALKS: dict[str, dict[str, Any]] = {
    "placeOrder": {"idempotencyKey": "k"},
    "cancelOrder": {"idempotencyKey": "k"},
    "holdOrder": {"reason": "OTHER"},
    "releaseOrder": {},
    "updateOrder": {"shippingAddress": None},
    "updateOrderLines": {"lines": basket({2: 1})},
}
STATES = [*((state, None) for state in S if state is not S.ON_HOLD)] + [
    (S.ON_HOLD, before) for before in HELD_FROM
]


def target(state: OrderStatus, before: OrderStatus | None, walk: str) -> OrderStatus | None:
    """Where the mutation leads, by the machine; None where it may not be."""
    to = {
        "placeOrder": S.PLACED,
        "cancelOrder": S.CANCELED,
        "holdOrder": S.ON_HOLD,
        "releaseOrder": before,
    }.get(walk)
    if walk in ("updateOrder", "updateOrderLines"):
        return S.DRAFT if state is S.DRAFT else None
    if walk == "holdOrder" and state is S.ON_HOLD:
        return S.ON_HOLD  # one more reason
    if walk == "cancelOrder" and before is S.PARTIALLY_SHIPPED:
        return None
    return to if to is not None and walk in ORDER.edges.get(state, {}).get(to, ()) else None


@pytest.mark.parametrize(
    ("state", "before", "walk"), [(*state, walk) for state, walk in product(STATES, WALKS)]
)
async def test_only_the_listed_edges(
    shop: Shop, desk: Desk, state: OrderStatus, before: OrderStatus | None, walk: str
) -> None:
    id = await write(shop, state, held_from=before)
    untouched = await shop.everything()
    payload = await desk.do(walk, ADMIN, orderId=id, **WALKS[walk])
    to = target(state, before, walk)
    if to is None:
        [error] = payload["errors"]
        assert error["code"] in ("INVALID_TRANSITION", "ORDER_NOT_EDITABLE")
        if error["code"] == "INVALID_TRANSITION":
            assert error["from"] == state.name
        assert await shop.everything() == untouched
    else:
        assert payload["errors"] == []
        assert (payload["order"]["status"], payload["order"]["version"]) == (to.name, 2)
        assert (await shop.row(id)).status is to


@pytest.mark.parametrize(("state", "before"), STATES)
async def test_a_customer_cancels_until_it_is_being_packed(
    shop: Shop, desk: Desk, state: OrderStatus, before: OrderStatus | None
) -> None:
    id = await write(shop, state, held_from=before)
    untouched = await shop.everything()
    payload = await desk.cancel(id, as_anna)
    if (before or state) in BEFORE_FULFILLING:
        assert payload["order"]["status"] == "CANCELED"
    else:
        [error] = payload["errors"]
        assert (error["code"], error["to"]) == ("INVALID_TRANSITION", "CANCELED")
        assert state in (S.SHIPPED, S.DELIVERED) or "CANCELED" not in error["allowed"]
        assert await shop.everything() == untouched


@pytest.mark.parametrize(("state", "before"), STATES)
async def test_allowed_transitions_are_those_of_the_machine(
    shop: Shop, desk: Desk, state: OrderStatus, before: OrderStatus | None
) -> None:
    id = await write(shop, state, held_from=before)
    data = await desk.ask("query ($id: ID!) { order(id: $id) { allowedTransitions } }", id=id)
    expected = [to.name for to in ORDER.allowed(state)]
    if before is not None:
        canceled = [] if before is S.PARTIALLY_SHIPPED else ["CANCELED"]
        expected = [before.name, *canceled]
    assert data["order"]["allowedTransitions"] == expected


async def test_nothing_is_canceled_once_a_unit_has_left(shop: Shop, desk: Desk) -> None:
    """Quantities decide: the state may lag behind the parcel."""
    id = await write(shop, S.ON_HOLD, held_from=S.FULFILLING, shipped=1)
    untouched = await shop.everything()
    [error] = (await desk.cancel(id, ADMIN))["errors"]
    assert (error["code"], error["from"], error["allowed"]) == (
        "INVALID_TRANSITION",
        "ON_HOLD",
        ["FULFILLING"],
    )
    assert await shop.everything() == untouched


def test_every_walker_of_ours_is_a_mutation() -> None:
    walkers = {by for _, _, by in ORDER.walks() if by.endswith("Order")}
    assert walkers == {
        "placeOrder",
        "createOrder",
        "cancelOrder",
        "holdOrder",
        "releaseOrder",
        "confirmOrder",
    }


def test_every_state_is_reached_and_two_are_final() -> None:
    reached = {to for _, to, _ in ORDER.walks()}
    assert reached == set(S) - {S.DRAFT}
    assert [state for state in S if not ORDER.allowed(state)] == [S.COMPLETED, S.CANCELED]


@pytest.mark.parametrize("principal", [ADMIN, as_anna])
async def test_a_canceled_order_keeps_nothing_open(
    shop: Shop, desk: Desk, principal: Principal
) -> None:
    id = await write(shop, S.ON_HOLD, held_from=S.CONFIRMED)
    payload = await desk.cancel(id, principal, reason="PAYMENT", expectedVersion=1)
    order = payload["order"]
    assert [(line["quantity"], line["canceled"]) for line in order["lines"]] == [(3, 3)]
    assert order["cancelReason"] == "PAYMENT"
    row = await shop.row(id)
    assert (row.held_from, row.total) == (None, 3595)
    assert (await shop.everything())["order_hold"] == []
    data = {"customer_id": row.customer_id, "reservation_id": row.reservation_id}
    assert await shop.facts() == [("order.canceled", id, 1, {**data, "reason": "PAYMENT"})]


async def test_a_draft_is_canceled_without_a_reservation(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft()
    assert (await desk.cancel(draft["id"]))["order"]["allowedTransitions"] == []
    [(type, _, _, data)] = await shop.facts()
    assert (type, data["reservation_id"]) == ("order.canceled", None)
