"""Gives a database the example shop, part by part.

Each agent has a module here with `async def seed(work)`, which writes what that agent owns of the
plan (catalogue.py, people.py, stock.py, sales.py). A new agent adds its module and a line in
PARTS; it reads the plan, and nobody else's module changes.
"""

from collections.abc import Awaitable, Callable

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from models.database import SYSTEM, Database, UnitOfWork
from models.platform import seeded
from souk.seed import customer, history, inventory, order, product

Part = Callable[[UnitOfWork], Awaitable[str]]

PARTS: dict[str, Part] = {
    "product": product.seed,
    "customer": customer.seed,
    "inventory": inventory.seed,
    "order": order.seed,
    "history": history.seed,
}
"""By agent, and at last all their past; each answers with what it has brought, in words."""


async def seed(url: str, progress: Callable[[str], None]) -> None:
    """Give the database each part that it has not been given yet, each in one transaction.

    What was given is never given again, even if somebody has changed or removed it since.
    """
    db = Database(url, connections=2)
    try:
        for part, bring in PARTS.items():
            async with db.unit_of_work(SYSTEM) as work:
                # Of two that seed at once the second waits here, as long as it takes the first.
                await work.execute(text("SET LOCAL lock_timeout = 0"))
                await work.execute(text("SET LOCAL statement_timeout = 0"))
                mark = insert(seeded).values(part=part, seeded_at=work.now)
                if await work.execute(mark.on_conflict_do_nothing()):
                    progress(f"Seeded {await bring(work)}")
    finally:
        await db.close()
