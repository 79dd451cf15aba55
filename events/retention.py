"""How long events are kept: the log by partitions, and what must outlive it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, exists, func, select, text

from events import cursors
from models.bus import dead_letter, event_log, inbox, lease, malformed_event, relay_cursor
from models.database import UnitOfWork

AT_ONCE = 10_000
"""Rows that one call removes at most: the next removes more."""

_PRUNE = text("SELECT platform.log_prune(:older_than) AS dropped")


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many partitions of the log, and rows of inbox and malformed events, are gone."""

    partitions: int
    inbox: int
    malformed: int


async def prune(work: UnitOfWork, keep: timedelta) -> Pruned:
    """Remove what is older than `keep` and that nobody needs any more.

    The log keeps what a consumer or the relay has not passed. An inbox row is kept for as long as
    its event may come again: from the log, from the park, or from a broker that keeps as much.
    """
    older_than = work.now - keep
    await cursors.move_idle(work)
    await _forget_relay(work, older_than)
    rows = await _remove(work, inbox, inbox.c.taken_at, func.least(older_than, *_OLDEST))
    bad = await _remove(work, malformed_event, malformed_event.c.received_at, older_than)
    # Last, for it locks out whoever reads the log until the commit.
    [row] = await work.rows(_PRUNE, {"older_than": older_than})
    return Pruned(row.dropped, rows, bad)


async def _forget_relay(work: UnitOfWork, older_than: datetime) -> None:
    """An installation that has given its broker up keeps nothing for it. Should it come back, it
    gets what the log has then.
    """
    led = exists().where(lease.c.name == "relay", lease.c.until >= older_than)
    await work.execute(delete(relay_cursor).where(~led))


_OLDEST = (
    select(event_log.c.stamped_at).order_by(event_log.c.position).limit(1).scalar_subquery(),
    select(func.min(dead_letter.c.parked_at)).scalar_subquery(),
)
"""When what may come again was stamped or parked; an inbox row is never older than its event."""


async def _remove(work: UnitOfWork, table: Table, at: ColumnElement[Any], older_than: Any) -> int:
    key = list(table.primary_key)
    oldest = select(*key).where(at < older_than).order_by(at).limit(AT_ONCE).subquery()
    same = [column == oldest.c[column.name] for column in key]
    return await work.execute(delete(table).where(*same))
