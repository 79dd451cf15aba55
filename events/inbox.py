"""Each event takes effect once per consumer, however often it arrives: SQL of the inbox."""

from collections.abc import Sequence

from sqlalchemy import select, text

from models.bus import inbox
from models.database import Reads, UnitOfWork

ROW = inbox.c
_TAKE = text("""
    INSERT INTO platform.inbox (consumer, event_id, taken_at)
    SELECT :consumer, unnest(CAST(:events AS text[])), :now
    ON CONFLICT DO NOTHING RETURNING event_id
""")


async def take(work: UnitOfWork, consumer: str, events: Sequence[str]) -> set[str]:
    """The ids among `events` that had not been taken yet; now they are, if `work` commits."""
    if not events:
        return set()
    values = {"consumer": consumer, "events": sorted(set(events)), "now": work.now}
    return {row.event_id for row in await work.rows(_TAKE, values)}


async def has(db: Reads, consumer: str, event: str) -> bool:
    found = select(ROW.event_id).where(ROW.consumer == consumer, ROW.event_id == event)
    return bool(await db.rows(found))
