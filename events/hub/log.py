"""What the hub asks the log besides its events: where it begins and ends; a window of it."""

from dataclasses import dataclass

from sqlalchemy import select

from events.hub.cursor import Cursor
from events.log import IN_ORDER, ROW, WINDOW, stamped
from events.stamped import Stamped
from models.bus import log_counter
from models.database import Reads

_FIRST = select(ROW.position).order_by(ROW.position).limit(1).scalar_subquery()
_STATE = select(log_counter.c.incarnation, log_counter.c.last, _FIRST.label("first"))


@dataclass(frozen=True, slots=True)
class Window:
    """Events of the wanted types, and the position up to which the log was looked through."""

    events: list[Stamped]
    reached: int


async def end(db: Reads) -> Cursor:
    """The last position that has been given to an event."""
    [row] = await db.rows(_STATE)
    return Cursor(row.incarnation, row.last)


async def holds(db: Reads, cursor: Cursor) -> bool:
    """Whether all that followed `cursor` is there."""
    [row] = await db.rows(_STATE)
    last: int = row.last
    first: int = last + 1 if row.first is None else row.first
    return bool(row.incarnation == cursor.incarnation) and first - 1 <= cursor.position <= last


async def window(
    db: Reads, types: frozenset[str] | None, after: int, to: int, limit: int
) -> Window:
    """What follows `after`, at most `limit` events and no further than `to`."""
    to = min(to, after + WINDOW)
    rows = IN_ORDER.where(ROW.position > after, ROW.position <= to).limit(limit)
    if types is not None:
        rows = rows.where(ROW.type.in_(sorted(types)))
    found = [stamped(row) for row in await db.rows(rows)]
    return Window(found, found[-1].position if len(found) == limit else to)
