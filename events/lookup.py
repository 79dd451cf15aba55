"""One event, wherever it is: stamped in the log, or waiting in the outbox."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Table, select

from events.envelope import Envelope
from models.bus import event_log
from models.database import Reads
from models.platform import outbox

NAMES = [field.name for field in fields(Envelope)]


@dataclass(frozen=True, slots=True)
class Told:
    """`position` is None as long as the event waits for its stamp."""

    position: int | None
    envelope: Envelope


async def find(db: Reads, id: str) -> Told | None:
    """The event of this id; the log is looked through, for it is ordered by position alone."""
    stamped = await _envelope(db, event_log, id, event_log.c.position)
    if stamped is None:
        waiting = await _envelope(db, outbox, id)
        # It may have been stamped between the two looks.
        stamped = waiting or await _envelope(db, event_log, id, event_log.c.position)
    return stamped


async def _envelope(db: Reads, table: Table, id: str, *position: Any) -> Told | None:
    columns = [table.c[name] for name in NAMES]
    for row in await db.rows(select(*columns, *position).where(table.c.id == id)):
        values = dict(row._mapping)
        return Told(values.pop("position", None), Envelope(**values))
    return None
