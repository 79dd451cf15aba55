"""What the database itself does not let through, and what its schedule forgets."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from models import order as tables
from models.database import Database
from models.order import OrderStatus
from models.tables import metadata
from subgraphs.order.schema import schema
from subgraphs.order.timers import placement_expiry
from tests.order.ledger import write
from tests.order.shop import ANNA, Shop

S = OrderStatus


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("orders", {"total": 1}),
        ("orders", {"reservation_id": None}),
        ("orders", {"status": S.DRAFT}),
        ("orders", {"status": S.ON_HOLD}),
        ("orders", {"status": S.CANCELED}),
        ("orders", {"status": S.ON_HOLD, "held_from": S.SHIPPED}),
        ("orders", {"generation": 0}),
        ("order_line", {"quantity": 0, "shipped": 0}),
        ("order_line", {"quantity": 1001}),
        ("order_line", {"canceled": 3}),
        ("order_line", {"shipped": 4}),
        ("order_line", {"delivered": 2}),
        ("order_line", {"shipped": 2, "delivered": 1, "returned": 2}),
        ("order_line", {"shipped": -1}),
        ("order_line", {"tax": None}),
        ("order_line", {"discount": 100000}),
        ("tax_rate", {"rate": "1.1"}),
        ("shipping_method", {"countries": []}),
        ("shipping_method", {"price": -1}),
    ],
)
async def test_rows_that_cannot_be(shop: Shop, table: str, values: dict[str, Any]) -> None:
    await write(shop, S.PARTIALLY_SHIPPED)
    changed = update(metadata.tables[f"order.{table}"]).values(**values)
    with pytest.raises(IntegrityError):
        async with shop.db.unit_of_work() as work:
            await work.execute(changed)


async def test_numbers_are_given_out_in_turn(shop: Shop) -> None:
    first, second = [await shop.row(await write(shop, number=n)) for n in (1, 2)]
    assert first.number == f"SO-{first.ordinal}"
    assert second.ordinal == first.ordinal + 1 > 100001


async def test_tries_that_nobody_took_up_are_forgotten(db: Database) -> None:
    assert placement_expiry in schema.timers
    row = {"principal": ANNA, "demand": "", "customer_id": ANNA}
    async with db.unit_of_work() as work:
        for hours in (47, 49):
            at = work.now - timedelta(hours=hours)
            each = {"key": str(hours), "order_id": f"ord_{hours}", "created_at": at}
            await work.execute(insert(tables.placement).values(**row, **each))
        await placement_expiry.run(work, "")
    assert [row.key for row in await db.rows(select(tables.placement.c.key))] == ["47"]
