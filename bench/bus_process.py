"""A process of `bench.bus`: one that says facts at a rate, or one that carries and applies them."""

import asyncio
import json
import sys
from datetime import timedelta
from typing import Any

import uvloop
from sqlalchemy import text

from bench.saying import say
from events.bell import Bell
from events.catalog.customer import CustomerUpdated
from events.defects import Defects
from events.event import Event
from events.kafka.bus import KafkaBus
from events.postgres_bus import PostgresBus
from events.received import Received
from events.sequencer import Sequencer
from models.database import Database, UnitOfWork
from tests.events.traffic import Captured

CREATE = text("""
    CREATE TABLE platform.bench_effect (
        event_id text PRIMARY KEY, said_at timestamptz NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp())
""")
GRANT = text("GRANT ALL ON platform.bench_effect TO PUBLIC")
EFFECT = text("INSERT INTO platform.bench_effect (event_id, said_at) VALUES (:id, :said_at)")


class Timing:
    """Its effect is a row with the time of the fact and its own."""

    name = "timing"
    types = frozenset({CustomerUpdated.type})
    prepares: frozenset[str] = frozenset()

    async def prepare(self, event: Received[Event]) -> None:
        """Nothing is needed."""

    async def apply(self, work: UnitOfWork, event: Received[Event], prepared: Any) -> None:
        envelope = event.envelope
        await work.execute(EFFECT, {"id": envelope.id, "said_at": envelope.occurred_at})


async def carry(db: Database, servers: str | None) -> None:
    """Until it is ended."""
    bell, defects = Bell(db), Defects(Captured())
    bus = (
        PostgresBus(db, bell, [Timing()], defects)
        if servers is None
        else KafkaBus(db, bell, [Timing()], defects, servers, keep=timedelta(days=1))
    )
    await asyncio.gather(bell.run(), Sequencer(db, bell, defects).run(), bus.run())


async def run(job: dict[str, Any]) -> None:
    if job["role"] == "sayer":
        await say(job["url"], job["rate"], int(job["rate"] * job["seconds"]))
    else:
        await carry(Database(job["url"]), job["servers"])


if __name__ == "__main__":
    uvloop.run(run(json.load(sys.stdin)))
