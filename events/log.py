"""Reads of the log: by position, by stream, and where it begins and ends."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select

from events.envelope import Envelope
from events.stamped import Stamped
from models.bus import event_log, log_counter
from models.database import Reads

ROW = event_log.c
_COLUMNS = [column for column in ROW if column.name != "stamped_at"]
_NAMES = [column.name for column in _COLUMNS[1:]]
IN_ORDER = select(*_COLUMNS).order_by(ROW.position)


async def after(
    db: Reads, position: int, limit: int, *, through: int | None = None
) -> list[Stamped]:
    """The next events of all streams, without gaps; those up to `through`, where it is given."""
    rows = IN_ORDER.where(ROW.position > position)
    if through is not None:
        rows = rows.where(ROW.position <= through)
    return [stamped(row) for row in await db.rows(rows.limit(limit))]


async def of_stream(
    db: Reads,
    agent: str,
    partition: int,
    position: int,
    limit: int,
    *,
    through: int | None = None,
) -> list[Stamped]:
    """The next events of one stream, in order."""
    rows = IN_ORDER.where(ROW.agent == agent, ROW.partition == partition, ROW.position > position)
    if through is not None:
        rows = rows.where(ROW.position <= through)
    return [stamped(row) for row in await db.rows(rows.limit(limit))]


async def before(db: Reads, agent: str, partition: int, position: int) -> int:
    """The position of the stream's last event before `position`; 0 where the log has none."""
    last = select(func.coalesce(func.max(ROW.position), 0)).where(
        ROW.agent == agent, ROW.partition == partition, ROW.position < position
    )
    [row] = await db.rows(last)
    return int(row[0])


async def last(db: Reads) -> int:
    """The last position that was given; 0 where none was."""
    [row] = await db.rows(select(log_counter.c.last))
    return int(row.last)


async def first(db: Reads) -> int | None:
    """The oldest position that the log still has."""
    rows = await db.rows(select(ROW.position).order_by(ROW.position).limit(1))
    return int(rows[0].position) if rows else None


async def incarnation(db: Reads) -> str:
    """Tells this log from any other: positions of another one mean nothing here."""
    [row] = await db.rows(select(log_counter.c.incarnation))
    return str(row.incarnation)


async def find(db: Reads, positions: Sequence[int]) -> list[Stamped]:
    rows = IN_ORDER.where(ROW.position.in_(positions))
    return [stamped(row) for row in await db.rows(rows)]


def stamped(row: Row[Any]) -> Stamped:
    """The row by its columns' order: by their names it would cost three times as much."""
    return Stamped(row[0], Envelope(**dict(zip(_NAMES, row[1:], strict=True))))
