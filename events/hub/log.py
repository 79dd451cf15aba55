"""What the hub reads of the log: pages of it, where it begins, where it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select

from events.envelope import Envelope
from events.event import Event
from events.hub.cursor import Cursor
from events.received import Received
from models.bus import event_log, log_counter
from models.database import Reads

WINDOW = 100_000
"""Positions that one statement looks at, so that it ends also where little of the log is wanted."""
ROW = event_log.c
ENVELOPE = tuple(Envelope.__dataclass_fields__)
RECORDS = select(ROW.position, *(ROW[name] for name in ENVELOPE)).order_by(ROW.position)
FIRST = select(ROW.position).order_by(ROW.position).limit(1).scalar_subquery()
STATE = select(log_counter.c.incarnation, log_counter.c.last, FIRST.label("first"))


@dataclass(frozen=True, slots=True)
class Record:
    """An event as it lies in the log: not yet decoded."""

    position: int
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Page:
    """Typed events, and the position up to which the log has been looked through for them."""

    events: Sequence[Received[Event]]
    reached: int


async def end(db: Reads) -> Cursor:
    """The last position that has been given to an event."""
    [row] = await db.rows(STATE)
    return Cursor(row.incarnation, row.last)


async def holds(db: Reads, cursor: Cursor) -> bool:
    """Whether all that followed `cursor` is there."""
    [row] = await db.rows(STATE)
    last: int = row.last
    first: int = last + 1 if row.first is None else row.first
    return bool(row.incarnation == cursor.incarnation) and first - 1 <= cursor.position <= last


async def following(db: Reads, after: int, limit: int, before: int | None = None) -> list[Record]:
    """The records after a position, at most `limit`, without a gap among them."""
    rows = RECORDS.where(ROW.position > after).limit(limit)
    if before is not None:
        rows = rows.where(ROW.position < before)
    return await _records(db, rows)


async def window(
    db: Reads, types: frozenset[str] | None, after: int, to: int, limit: int
) -> tuple[list[Record], int]:
    """Records of these types, and how far the log has been looked through: at most up to `to`."""
    to = min(to, after + WINDOW)
    rows = RECORDS.where(ROW.position > after, ROW.position <= to).limit(limit)
    if types is not None:
        rows = rows.where(ROW.type.in_(sorted(types)))
    found = await _records(db, rows)
    return found, found[-1].position if len(found) == limit else to


async def _records(db: Reads, rows: Select[Any]) -> list[Record]:
    return [_record(row) for row in await db.rows(rows)]


def _record(row: Row[Any]) -> Record:
    return Record(row[0], Envelope(**dict(zip(ENVELOPE, row[1:], strict=True))))
