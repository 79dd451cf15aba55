"""Events with positions: what the sequencer does to the outbox, done when a test wants it."""

from collections.abc import Sequence

from sqlalchemy import text

from events.catalog.inventory import StockLow
from events.event import Event
from events.outbox import emit
from models.database import Cause, Database

CAUSE = Cause("usr_1", "req_1")
BATCH = 1000
TAKE = text("SELECT platform.take_lease('sequencer', 'test', 3600) AS epoch")
STAMP = text("SELECT moved FROM platform.stamp('test', :epoch, :batch, NULL, NULL)")
RING = text("NOTIFY souk_log")


async def stamp(db: Database) -> int:
    """Give a position to whatever lies in the outbox; how many have got one."""
    [lease] = await db.rows(TAKE)
    total: int = 0
    while True:
        async with db.unit_of_work() as work:
            [row] = await work.rows(STAMP, {"epoch": lease.epoch, "batch": BATCH})
        moved: int = row.moved
        total += moved
        if moved < BATCH:
            break
    async with db.unit_of_work() as work:
        await work.execute(RING)
    return total


async def publish(db: Database, *events: Event) -> int:
    """Write the events and stamp them, in their order."""
    async with db.unit_of_work(CAUSE) as work:
        emit(work, *events)
    return await stamp(db)


def low(available: int, level: str = "stk_1", variant: str = "var_1") -> StockLow:
    """An event that can be told from others by its number."""
    return StockLow(
        aggregate_id=level,
        variant_id=variant,
        warehouse_id="whs_1",
        available=available,
        reorder_point=0,
    )


def lows(numbers: Sequence[int]) -> list[StockLow]:
    return [low(number) for number in numbers]
