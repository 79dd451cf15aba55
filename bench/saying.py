"""Says facts at a rate: one event in a transaction, in as few round trips as can be.

What says them shares the machine with what is measured, so it must cost little: the rows and the
announcements are those of `events.outbox` and `models.announcing`, written by one statement.
"""

import asyncio
import json
import random
import time
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from events.bell import OUTBOX
from events.envelope import Envelope
from models.ids import new_id
from tests.events.examples import envelope_of
from tests.events.traffic import updated

KEYS = 500
SAYERS = 12
PAUSE = 0.002
"""Seconds in which announcements join the next one."""

_COLUMNS = [field.name for field in fields(Envelope)]
_OCCURRED_AT = _COLUMNS.index("occurred_at")
_VALUES = ", ".join(
    "numbered.last" if name == "sequence" else f"${place}" for place, name in enumerate(_COLUMNS, 1)
)
SAY = f"""
    WITH numbered AS (
        INSERT INTO platform.aggregate_sequence AS known (aggregate_id, last)
        VALUES (${_COLUMNS.index("aggregate_id") + 1}, 1)
        ON CONFLICT (aggregate_id) DO UPDATE SET last = known.last + 1 RETURNING last)
    INSERT INTO platform.outbox ({", ".join(_COLUMNS)})
    SELECT {_VALUES} FROM numbered WHERE ${_COLUMNS.index("sequence") + 1}::bigint IS NOT NULL
"""  # noqa: S608  # names of our own columns


async def say(url: str, rate: float, count: int, correlation: str = "bench-") -> list[float]:
    """At even distances. Unix times, by number, just before each event was written and committed;
    the events bear their numbers in their correlation ids.
    """
    pool = await asyncpg.create_pool(
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False),
        min_size=SAYERS,
        max_size=SAYERS + 1,
        init=_typed,
    )
    rows = [_row(f"{correlation}{number}") for number in range(count)]
    loop = asyncio.get_running_loop()
    begin = loop.time()
    committed = [0.0] * count
    news = asyncio.Event()

    async def one(sayer: int) -> None:
        async with pool.acquire() as connection:
            statement = await connection.prepare(SAY)
            for number in range(sayer, count, SAYERS):
                await asyncio.sleep(begin + number / rate - loop.time())
                row = rows[number]
                row[_OCCURRED_AT] = datetime.now(UTC)
                committed[number] = time.time()
                await statement.fetch(*row)
                news.set()

    async def announce() -> None:
        async with pool.acquire() as connection:
            while True:
                await news.wait()
                news.clear()
                await connection.execute(f"NOTIFY {OUTBOX}")
                await asyncio.sleep(PAUSE)

    announcing = asyncio.create_task(announce())
    try:
        await asyncio.gather(*(one(sayer) for sayer in range(SAYERS)))
        await asyncio.sleep(2 * PAUSE)
    finally:
        announcing.cancel()
        await asyncio.gather(announcing, return_exceptions=True)
    await pool.close()
    return committed


def _row(correlation: str) -> list[Any]:
    """One event, about one of the customers."""
    event = updated(f"cus_{random.randrange(KEYS)}")
    row = envelope_of(event, id=new_id("evt"), correlation_id=correlation).row()
    return list({**row, "data": json.dumps(row["data"])}.values())


async def _typed(connection: Any) -> None:
    await connection.set_type_codec("jsonb", encoder=str, decoder=str, schema="pg_catalog")
