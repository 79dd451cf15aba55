"""How far each consumer is in each stream, and which process works on it: SQL of the cursors.

A claim is an epoch and a time, never a row lock that is held during work: a process that was
frozen in the middle finds its epoch gone and changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    and_,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from events.topics import PARTITIONS
from models.bus import consumer_cursor, log_head
from models.database import Reads, UnitOfWork

ROW = consumer_cursor.c
_NOW = func.clock_timestamp()
_FREE = or_(ROW.until.is_(None), ROW.until < _NOW)
_LONGEST_REASON = 500

# These run for every batch. A claim that a crash of the server takes back harms nobody, because
# what moves a cursor names its position as well: so claims need not wait for the disk.
_CLAIM = text("""
    WITH free AS (
        SELECT c.agent, c.partition FROM platform.consumer_cursor c
        JOIN unnest(CAST(:agents AS text[]), CAST(:partitions AS int[])) AS g(agent, partition)
            ON c.consumer = :consumer AND (c.agent, c.partition) = (g.agent, g.partition)
        WHERE c.until IS NULL OR c.until < clock_timestamp()
        FOR UPDATE OF c SKIP LOCKED)
    UPDATE platform.consumer_cursor c
    SET owner = :owner, epoch = c.epoch + 1, until = clock_timestamp() + CAST(:life AS interval)
    FROM free
    WHERE c.consumer = :consumer AND (c.agent, c.partition) = (free.agent, free.partition)
        AND set_config('synchronous_commit', 'off', true) = 'off'
    RETURNING c.agent, c.partition, c.position, c.epoch, c.attempts
""")
_MOVE = text("""
    UPDATE platform.consumer_cursor c
    SET position = g.ends, until = clock_timestamp() + CAST(:life AS interval),
        attempts = 0, failure = NULL, failing_since = NULL
    FROM unnest(CAST(:agents AS text[]), CAST(:partitions AS int[]), CAST(:epochs AS bigint[]),
                CAST(:starts AS bigint[]), CAST(:ends AS bigint[]))
        AS g(agent, partition, epoch, start, ends)
    WHERE c.consumer = :consumer AND (c.agent, c.partition) = (g.agent, g.partition)
        AND c.epoch = g.epoch AND c.position = g.start
""")
_ADVANCE = text("""
    UPDATE platform.consumer_cursor c
    SET position = g.ends, attempts = 0, failure = NULL, failing_since = NULL
    FROM unnest(CAST(:agents AS text[]), CAST(:partitions AS int[]),
                CAST(:starts AS bigint[]), CAST(:ends AS bigint[]))
        AS g(agent, partition, start, ends)
    WHERE c.consumer = :consumer AND (c.agent, c.partition) = (g.agent, g.partition)
        AND c.position = g.start
""")
_RELEASE = text("""
    UPDATE platform.consumer_cursor c SET until = NULL, owner = NULL
    FROM unnest(CAST(:agents AS text[]), CAST(:partitions AS int[]), CAST(:epochs AS bigint[]))
        AS g(agent, partition, epoch)
    WHERE c.consumer = :consumer AND (c.agent, c.partition) = (g.agent, g.partition)
        AND c.epoch = g.epoch AND set_config('synchronous_commit', 'off', true) = 'off'
    RETURNING 1
""")
_PLACES = text("""
    SELECT c.agent, c.partition, c.position, c.attempts,
        c.attempts > 0 AND c.until > clock_timestamp() AS resting,
        log.incarnation::text, log.last
    FROM platform.consumer_cursor c
    JOIN unnest(CAST(:agents AS text[]), CAST(:partitions AS int[])) AS g(agent, partition)
        ON c.consumer = :consumer AND (c.agent, c.partition) = (g.agent, g.partition)
    CROSS JOIN platform.log_counter log
""")


@dataclass(frozen=True, slots=True)
class Stream:
    """One partition of an agent's topic, as one consumer reads it."""

    consumer: str
    agent: str
    partition: int


class Held(Protocol):
    """A stream that this process has claimed, and how far it is there."""

    @property
    def stream(self) -> Stream: ...
    @property
    def epoch(self) -> int: ...
    @property
    def position(self) -> int: ...


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


async def claim(
    db: Reads, streams: Sequence[Stream], owner: str, life: timedelta
) -> dict[Stream, Claimed]:
    """Those of these, all of one consumer, on which no other process works and that do not rest."""
    values = {**_names(streams), "owner": owner, "life": life}
    return {
        Stream(streams[0].consumer, row.agent, row.partition): Claimed(
            row.position, row.epoch, row.attempts
        )
        for row in await db.rows(_CLAIM, values)
    }


async def renew(db: Reads, claims: Sequence[tuple[Stream, int]], life: timedelta) -> None:
    """Keep what is claimed in these epochs."""
    held = [(s.consumer, s.agent, s.partition, epoch) for s, epoch in claims]
    mine = tuple_(ROW.consumer, ROW.agent, ROW.partition, ROW.epoch).in_(held)
    longer = update(consumer_cursor).where(mine, ROW.owner.is_not(None))
    await db.rows(longer.values(until=_NOW + literal(life)).returning(ROW.epoch))


async def move(
    work: UnitOfWork, held: Sequence[Held], ends: Mapping[Stream, int], life: timedelta
) -> bool:
    """From where they are held to these ends, and what failed is forgotten; of one consumer all.

    False where one of the claims is lost: then roll back.
    """
    values = {
        **_names([each.stream for each in held]),
        "epochs": [each.epoch for each in held],
        "starts": [each.position for each in held],
        "ends": [ends[each.stream] for each in held],
        "life": life,
    }
    return await work.execute(_MOVE, values) == len(held)


async def advance(
    work: UnitOfWork, starts: Mapping[Stream, int], ends: Mapping[Stream, int]
) -> bool:
    """As `move`, for who reads without a claim; False where one is no more where it started."""
    streams = list(starts)
    values = {
        **_names(streams),
        "starts": [starts[stream] for stream in streams],
        "ends": [ends[stream] for stream in streams],
    }
    return await work.execute(_ADVANCE, values) == len(streams)


async def places(db: Reads, streams: Sequence[Stream]) -> dict[Stream, Place]:
    """Where their consumer is in these streams; without those that it has not begun to read."""
    return {
        Stream(streams[0].consumer, row.agent, row.partition): Place(
            row.position, row.attempts, row.resting, row.incarnation, row.last
        )
        for row in await db.rows(_PLACES, _names(streams))
    }


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


async def release(db: Reads, held: Sequence[Held]) -> None:
    """Whoever comes next may claim them; all are of one consumer."""
    epochs = [each.epoch for each in held]
    await db.rows(_RELEASE, {**_names([each.stream for each in held]), "epochs": epochs})


def _names(streams: Sequence[Stream]) -> dict[str, Any]:
    return {
        "consumer": streams[0].consumer,
        "agents": [stream.agent for stream in streams],
        "partitions": [stream.partition for stream in streams],
    }


def _of(stream: Stream) -> ColumnElement[bool]:
    return and_(
        ROW.consumer == stream.consumer,
        ROW.agent == stream.agent,
        ROW.partition == stream.partition,
    )
