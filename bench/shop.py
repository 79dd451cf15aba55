"""The database of a measurement: a throw-away embedded PostgreSQL with the example shop.

It runs as the embedded server always does (fsync on); only its folder is temporary.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from models.migrations import run
from souk.embedded.postgres import EmbeddedPostgres
from souk.seed import seed
from souk.seed.people import customers

# The example shop's customers have two orders each; the page wants as many as it is told.
_GIVE_ORDERS = text("""
    UPDATE "order".orders SET customer_id = :customer WHERE id IN (
        SELECT id FROM "order".orders WHERE status <> 'DRAFT'
        ORDER BY created_at DESC, id DESC LIMIT :orders
    )
""")
_GIVE_LINES = text("""
    UPDATE "order".order_line AS line SET customer_id = orders.customer_id
    FROM "order".orders WHERE orders.id = line.order_id
""")
# So that autovacuum does not change plans in the middle of a measurement.
_SETTLE = text("VACUUM ANALYZE")


@contextmanager
def shop(folder: Path, orders: int, progress: Callable[[str], None]) -> Iterator[tuple[str, str]]:
    """The URL of a seeded database in `folder`, and a customer of `orders` orders or more."""
    progress("Starting PostgreSQL")
    with EmbeddedPostgres(folder) as server:
        customer = customers()[0].id
        asyncio.run(_fill(server.url(), customer, orders, progress))
        yield server.url(), customer


async def _fill(url: str, customer: str, orders: int, progress: Callable[[str], None]) -> None:
    progress("Creating the schema")
    await run.upgrade(url)
    await seed(url, progress)
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(_GIVE_ORDERS, {"customer": customer, "orders": orders})
            await connection.execute(_GIVE_LINES)
            await connection.execute(_SETTLE)
    finally:
        await engine.dispose()
