"""orderChanged: whoever may see an order hears of it, and nobody else of anything."""

import pytest

from models.order import OrderStatus
from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, approver, reader, staff
from tests.events.stamped import stamp
from tests.order.desk import Desk
from tests.order.ledger import write
from tests.order.shop import ANNA, BEN, Shop, as_anna, as_ben
from tests.platform import Platform
from tests.watching import cursors, watching

S = OrderStatus
DOCUMENT = """subscription ($id: ID, $after: String) { orderChanged(id: $id, after: $after) {
  cursor type occurredAt order { id status customer { id } } } }"""
UNKNOWN = "ord_00000000000000000000000000"


async def test_staff_hears_of_every_order(platform: Platform, shop: Shop, desk: Desk) -> None:
    annas, bens = await write(shop, S.PLACED), await write(shop, S.PLACED, customer_id=BEN)
    async with (
        platform.listening() as hub,
        watching(platform, "order", DOCUMENT, reader("order")) as seen,
    ):
        await desk.do("holdOrder", approver("order"), orderId=annas, reason="PAYMENT")
        await desk.do("cancelOrder", orderId=bens, reason="DUPLICATE", idempotencyKey="k")
        held, canceled = await seen.data(2)
        assert (held["type"], held["order"]["status"]) == ("order.held", "ON_HOLD")
        assert held["order"] == {"id": annas, "status": "ON_HOLD", "customer": {"id": ANNA}}
        assert canceled["type"] == "order.canceled"
        assert canceled["order"] == {"id": bens, "status": "CANCELED", "customer": {"id": BEN}}
        assert cursors([held, canceled]) == [1, 2]
        assert held["cursor"] == f"{hub.cursor.incarnation}:1"
    assert hub.subscribers == 0
