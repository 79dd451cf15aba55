"""Each event takes effect once per consumer, however often it arrives: SQL of the inbox."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, Text, func, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert

from models.bus import inbox
from models.database import Reads, UnitOfWork

ROW = inbox.c


async def take(work: UnitOfWork, consumer: str, events: Sequence[str]) -> set[str]:
    """The ids among `events` that had not been taken yet; now they are, if `work` commits."""
    if not events:
        return set()
    ids = func.unnest(literal(sorted(set(events)), ARRAY(Text)))
    rows = select(literal(consumer), ids, literal(work.now))
    taken = upsert(inbox).from_select(["consumer", "event_id", "taken_at"], rows)
    new = taken.on_conflict_do_nothing().returning(ROW.event_id)
    return {row.event_id for row in await work.rows(new)}


async def has(db: Reads, consumer: str, event: str) -> bool:
    found = select(ROW.event_id).where(ROW.consumer == consumer, ROW.event_id == event)
    return bool(await db.rows(found))
