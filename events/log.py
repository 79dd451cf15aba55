"""Reads of the log: by position, by stream, and where it begins and ends."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Row, column, func, select, text

from events.catalog import EVENTS
from events.envelope import Envelope
from events.stamped import Stamped
from models.bus import event_log, log_counter
from models.database import Reads

ROW = event_log.c
_COLUMNS = [each for each in ROW if each.name != "stamped_at"]
_NAMES = [each.name for each in _COLUMNS[1:]]
_KNOWN = sorted(EVENTS)
_EVER = 2**62
WINDOW = 100_000
"""Positions that one statement looks at, so that it ends also where little of the log is wanted."""
IN_ORDER = select(*_COLUMNS).order_by(ROW.position)


_FOLLOWING = text("""
    WITH state AS (
        SELECT least(last, CAST(:furthest AS bigint)) AS last,
            least(last, :furthest, CAST(:upto AS bigint)) AS upto
        FROM platform.log_counter)
    SELECT state.last, state.upto, found.*
    FROM state LEFT JOIN LATERAL (
        SELECT l.position, l.id, l.agent, l.partition, l.type, l.version, l.subject,
            l.aggregate_id, l.sequence, l.occurred_at, l.actor, l.on_behalf_of, l.correlation_id,
            l.causation_id, l.trace_id, l.seed, l.data
        FROM unnest(CAST(:agents AS text[]), CAST(:partitions AS int[]),
                    CAST(:starts AS bigint[]), CAST(:throughs AS bigint[]))
            AS g(agent, partition, start, through)
        CROSS JOIN LATERAL (
            SELECT * FROM platform.event_log
            WHERE agent = g.agent AND partition = g.partition
                AND position > g.start AND position <= least(g.through, state.upto)
                AND (CAST(:types AS text[]) IS NULL OR type = ANY (:types)
                     OR type <> ALL (CAST(:known AS text[])))
            ORDER BY position LIMIT :limit) l
        ORDER BY l.position LIMIT :limit) found ON true
    ORDER BY found.position
""").columns(column("last", BigInteger), column("upto", BigInteger), *_COLUMNS)


async def after(
    db: Reads, position: int, limit: int, *, through: int | None = None
) -> list[Stamped]:
    """The next events of all streams, without gaps; those up to `through`, where it is given."""
    rows = IN_ORDER.where(ROW.position > position)
    if through is not None:
        rows = rows.where(ROW.position <= through)
    return [stamped(row) for row in await db.rows(rows.limit(limit))]


@dataclass(frozen=True, slots=True)
class Part:
    """Of one stream what follows `after`, no further than `through`."""

    agent: str
    partition: int
    after: int
    through: int = _EVER


@dataclass(frozen=True, slots=True)
class Reach:
    """What follows in some streams: everything that was asked for up to `end`, which is the log's
    end, or the furthest that was asked for, where there is no `more`.
    """

    events: list[Stamped]
    end: int
    more: bool


async def following(
    db: Reads,
    parts: Sequence[Part],
    types: Collection[str] | None,
    limit: int,
) -> Reach:
    """The next events in these parts of the log, at most `limit`.

    With `types` only of these, and of those that no catalog knows.
    """
    values = {
        "agents": [part.agent for part in parts],
        "partitions": [part.partition for part in parts],
        "starts": [part.after for part in parts],
        "throughs": [part.through for part in parts],
        "types": None if types is None else sorted(types),
        "known": _KNOWN,
        "upto": min(part.after for part in parts) + WINDOW,
        "furthest": max(part.through for part in parts),
        "limit": limit,
    }
    rows = await db.rows(_FOLLOWING, values)
    events = [stamped(tuple(row)[2:]) for row in rows if row.position is not None]
    last, upto = rows[0].last, rows[0].upto
    if len(events) == limit:
        return Reach(events, events[-1].position, more=True)
    return Reach(events, upto, more=upto < last)


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


def stamped(row: Row[Any] | Sequence[Any]) -> Stamped:
    """The row by its columns' order: by their names it would cost three times as much."""
    return Stamped(row[0], Envelope(**dict(zip(_NAMES, row[1:], strict=True))))
