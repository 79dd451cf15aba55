"""How far each consumer is in each stream, and which process works on it: SQL of the cursors.

A claim is an epoch and a time, never a row lock that is held during work: a process that was
frozen in the middle finds its epoch gone and changes nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from events.topics import PARTITIONS
from models.bus import consumer_cursor, log_counter, log_head
from models.database import Reads, UnitOfWork

ROW = consumer_cursor.c
_NOW = func.clock_timestamp()
_FREE = or_(ROW.until.is_(None), ROW.until < _NOW)
_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Stream:
    """One partition of an agent's topic, as one consumer reads it."""

    consumer: str
    agent: str
    partition: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """`attempts` is how often what comes next has failed in passing."""

    position: int
    epoch: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Behind:
    """A stream in which something waits after `position`."""

    stream: Stream
    position: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Place:
    """`resting`: what comes next has failed in passing, and it is too early to try again.

    `last` is the last position of the whole log: beyond it there is no event of ours.
    """

    position: int
    attempts: int
    resting: bool | None
    incarnation: str
    last: int


async def begin(work: UnitOfWork, consumer: str, agents: Collection[str]) -> None:
    """Cursors for what the consumer has never read: it begins with the oldest event there is."""
    rows = [
        {"consumer": consumer, "agent": agent, "partition": partition}
        for agent in sorted(agents)
        for partition in range(PARTITIONS)
    ]
    if rows:
        await work.execute(upsert(consumer_cursor).on_conflict_do_nothing(), rows)


async def forget(work: UnitOfWork, consumer: str, agents: Collection[str]) -> None:
    """Those for what it does not read any more go, or they would hold the log for ever."""
    gone = delete(consumer_cursor).where(ROW.consumer == consumer, ROW.agent.not_in(sorted(agents)))
    await work.execute(gone)


async def move_idle(work: UnitOfWork) -> int:
    """Cursors of streams in which nothing comes go on with the log, which they would hold else.

    Up to the highest head, the heads are complete: no event lies there that they do not tell of.
    """
    head = log_head.c
    highest = select(func.max(head.position)).scalar_subquery()
    later = select(head.position).where(
        head.agent == ROW.agent, head.partition == ROW.partition, head.position > ROW.position
    )
    moved = update(consumer_cursor).where(ROW.position < highest, _FREE, ~later.exists())
    return await work.execute(moved.values(position=highest))


async def behind(db: Reads, consumers: Sequence[str]) -> list[Behind]:
    """The streams in which something waits and nobody works, the longest waiting first."""
    head = log_head.c
    rows = (
        select(ROW.consumer, ROW.agent, ROW.partition, ROW.position, ROW.attempts)
        .join(log_head, and_(head.agent == ROW.agent, head.partition == ROW.partition))
        .where(ROW.consumer.in_(consumers), head.position > ROW.position, _FREE)
        .order_by(ROW.position)
    )
    return [
        Behind(Stream(row.consumer, row.agent, row.partition), row.position, row.attempts)
        for row in await db.rows(rows)
    ]


async def claim(db: Reads, stream: Stream, owner: str, life: timedelta) -> Claimed | None:
    """None where another process works on it, or it is to rest."""
    taken = (
        update(consumer_cursor)
        .where(_of(stream), _FREE)
        .values(owner=owner, epoch=ROW.epoch + 1, until=_NOW + literal(life))
        .returning(ROW.position, ROW.epoch, ROW.attempts)
    )
    found = await db.fetch(taken, Claimed)
    return found[0] if found else None


async def renew(db: Reads, claims: Sequence[tuple[Stream, int]], life: timedelta) -> None:
    """Keep what is claimed in these epochs."""
    held = [(s.consumer, s.agent, s.partition, epoch) for s, epoch in claims]
    mine = tuple_(ROW.consumer, ROW.agent, ROW.partition, ROW.epoch).in_(held)
    longer = update(consumer_cursor).where(mine, ROW.owner.is_not(None))
    await db.rows(longer.values(until=_NOW + literal(life)).returning(ROW.epoch))


async def move(
    work: UnitOfWork, stream: Stream, epoch: int, start: int, end: int, life: timedelta
) -> bool:
    """From `start` to `end`, and what failed is forgotten; False where the claim is lost."""
    moved = (
        update(consumer_cursor)
        .where(_of(stream), ROW.epoch == epoch, ROW.position == start)
        .values(position=end, until=_NOW + literal(life), **_FINE)
    )
    return await work.execute(moved) == 1


async def advance(work: UnitOfWork, stream: Stream, start: int, end: int) -> bool:
    """As `move`, for who reads without a claim; False where the cursor is at `start` no more."""
    moved = update(consumer_cursor).where(_of(stream), ROW.position == start)
    return await work.execute(moved.values(position=end, **_FINE)) == 1


async def place(db: Reads, stream: Stream) -> Place | None:
    """Where the consumer is in the stream; None where it has not begun to read it."""
    rows = select(
        ROW.position,
        ROW.attempts,
        and_(ROW.attempts > 0, ROW.until > _NOW).label("resting"),
        select(log_counter.c.incarnation).scalar_subquery().label("incarnation"),
        select(log_counter.c.last).scalar_subquery().label("last"),
    ).where(_of(stream))
    found = await db.fetch(rows, Place)
    return found[0] if found else None


async def failed(
    db: Reads, stream: Stream, reason: str, rest: timedelta, epoch: int | None = None
) -> None:
    """It will pass: nobody tries again before `rest` is over; since when is kept for people."""
    noted = update(consumer_cursor).where(_of(stream))
    if epoch is not None:
        noted = noted.where(ROW.epoch == epoch)
    noted = noted.values(
        attempts=ROW.attempts + 1,
        failure=reason[:_LONGEST_REASON],
        failing_since=func.coalesce(ROW.failing_since, _NOW),
        until=_NOW + literal(rest),
        owner=null(),
    )
    await db.rows(noted.returning(ROW.epoch))


async def release(db: Reads, stream: Stream, epoch: int) -> None:
    """Whoever comes next may claim it."""
    free = update(consumer_cursor).where(_of(stream), ROW.epoch == epoch)
    await db.rows(free.values(until=null(), owner=null()).returning(ROW.epoch))


_FINE: dict[str, Any] = {"attempts": 0, "failure": null(), "failing_since": null()}


def _of(stream: Stream) -> ColumnElement[bool]:
    return and_(
        ROW.consumer == stream.consumer,
        ROW.agent == stream.agent,
        ROW.partition == stream.partition,
    )
