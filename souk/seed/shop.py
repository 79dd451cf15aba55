"""Gives a database the example shop, part by part.

Each agent has a module here with `async def seed(work)`, which writes what that agent owns of the
plan (catalogue.py, people.py, stock.py, sales.py). A new agent adds its module and a line in
PARTS; it reads the plan, and nobody else's module changes.
"""

from collections.abc import Awaitable, Callable

from sqlalchemy import insert, select

from models.database import SYSTEM, Database, UnitOfWork
from models.platform import seeded
from souk.seed import customer, inventory, order, product

Part = Callable[[UnitOfWork], Awaitable[str]]

PARTS: dict[str, Part] = {
    "product": product.seed,
    "customer": customer.seed,
    "inventory": inventory.seed,
    "order": order.seed,
}
"""By agent; each answers with what it has brought, in words."""


async def seed(url: str, progress: Callable[[str], None]) -> None:
    """Give the database each part that it has not been given yet, each in one transaction.

    What was given is never given again, even if somebody has changed or removed it since.
    """
    db = Database(url, connections=2)
    try:
        for part, bring in PARTS.items():
            if await db.rows(select(seeded.c.part).where(seeded.c.part == part)):
                continue
            async with db.unit_of_work(SYSTEM) as work:
                await work.execute(insert(seeded).values(part=part, seeded_at=work.now))
                progress(f"Seeded {await bring(work)}")
    finally:
        await db.close()
