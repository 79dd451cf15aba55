"""A reservation in any state, as rows."""

from datetime import timedelta

from sqlalchemy import insert

from models import inventory as tables
from models.database import Database
from models.inventory import ReservationStatus as S
from subgraphs.inventory.reservations import EXPIRY
from subgraphs.kit import schedule
from tests.inventory.stock import level, made_id, stock, variant, warehouse

QUANTITIES = {
    S.ACTIVE: (5, 0, 0, 0),
    S.COMMITTED: (0, 5, 0, 0),
    S.PARTIALLY_CONSUMED: (0, 2, 3, 0),
    S.CONSUMED: (0, 0, 5, 0),
    S.RELEASED: (0, 0, 0, 5),
    S.EXPIRED: (0, 0, 0, 5),
}
"""Reserved, committed, consumed and released units of the one line, by state."""
NAMES = ("reserved", "committed", "consumed", "released")
ID_1 = made_id("rsv", 1)


async def reservation_in(db: Database, state: S) -> None:
    """A reservation of five units of variant 1, ten of which are still available."""
    units = dict(zip(NAMES, QUANTITIES[state], strict=True))
    held = units["reserved"] + units["committed"]
    await stock(db, (1, 1, 10), reserved=held)
    async with db.unit_of_work() as work:
        times = {
            "created_at": work.now,
            "updated_at": work.now,
            "expires_at": work.now + timedelta(minutes=15),
        }
        owner = {"order_id": made_id("ord", 1), "customer_id": made_id("cus", 1)}
        row = {"id": ID_1, "status": state, **owner, **times}
        await work.execute(insert(tables.reservation).values(row))
        place = {"variant_id": variant(1), "warehouse_id": warehouse(1)}
        line = {"reservation_id": ID_1, "stock_level_id": level(1), **place, **units}
        await work.execute(insert(tables.reservation_line).values(line))
        if state is S.ACTIVE:
            await schedule.at(work, EXPIRY, ID_1, times["expires_at"])
