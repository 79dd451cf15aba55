"""One process of the bus: `python -m tests.faults.bus.node` is told on standard input which.

JSON: the database's URL, the role (producer, sequencer, relay, consumer), a broker's address where
there is one, the events per second of a producer.
"""

import asyncio
import json
import random
import sys
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any
from zlib import crc32

from sqlalchemy import text

from events.defects import Defects
from events.event import Event
from events.kafka.bus import KafkaBus
from events.kafka.relay import Relay
from events.outbox import emit
from events.postgres_bus import PostgresBus
from events.received import Received
from events.sequencer import Sequencer
from models.database import Database, UnitOfWork
from models.transience import Unreachable, is_transient
from tests.events.traffic import CAUSE, Captured, Counting, Wires, updated

KEYS = 200
KEEP = timedelta(days=1)
MENDED = text("SELECT mended FROM platform.fault")


def poisonous(key: str) -> bool:
    """One key in twenty-five cannot be handled until the handler is mended."""
    return crc32(key.encode()) % 25 == 0


class Unsteady(Counting):
    """Its dependency is away now and then; some events are poison until it is mended."""

    async def prepare(self, event: Received[Event]) -> str:
        if random.random() < 0.003:
            raise Unreachable("for a moment")
        return await super().prepare(event)

    async def apply(self, work: UnitOfWork, event: Received[Event], prepared: Any) -> None:
        envelope = event.envelope
        if poisonous(envelope.aggregate_id) and envelope.sequence % 5 == 3:
            [row] = await work.rows(MENDED)
            if not row.mended:
                raise ValueError("not yet")
        await super().apply(work, event, prepared)


async def produce(db: Database, rate: float) -> None:
    """Until it is killed: one to three events in a transaction, of which some are rolled back."""
    writers = 4

    async def write() -> None:
        while True:
            keys = random.sample(range(KEYS), random.randint(1, 3))
            await asyncio.sleep(random.expovariate(rate / writers / 2))
            try:
                async with db.unit_of_work(CAUSE) as work:
                    emit(work, *(updated(f"cus_{key}") for key in keys))
                    if random.random() < 0.05:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                pass
            except Exception as error:  # boundary: the database comes back
                if not is_transient(error):
                    raise

    await asyncio.gather(*(write() for _ in range(writers)))


def loops(job: dict[str, Any], wires: Wires) -> list[Coroutine[Any, Any, None]]:
    """What the role does."""
    db, bell, defects, servers = wires.db, wires.bell, wires.defects, job["servers"]
    consumers = [Unsteady()]
    match job["role"]:
        case "producer":
            return [produce(db, job["rate"])]
        case "sequencer":
            return [bell.run(), Sequencer(db, bell, defects).run()]
        case "relay":
            return [bell.run(), Relay(db, bell, servers, defects, keep=KEEP).run()]
        case "consumer" if servers is None:
            return [bell.run(), PostgresBus(db, bell, consumers, defects).run()]
        case "consumer":
            bus = KafkaBus(db, bell, consumers, defects, servers, keep=KEEP)
            return [bell.run(), bus.run()]
        case role:
            raise ValueError(role)


async def run(job: dict[str, Any]) -> None:
    """Until it is killed; says on standard output when it begins."""
    print("ready", flush=True)  # noqa: T201 told to who started it
    db = Database(job["url"])
    wires = Wires(db, Captured())
    wires.defects = Defects(wires.captured)
    await asyncio.gather(*loops(job, wires))


if __name__ == "__main__":
    asyncio.run(run(json.load(sys.stdin)))
