"""What consumers could not take: parked keys, the events that wait behind them, and replays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, insert, select

from models.bus import consumer_cursor, dead_letter, parked_key
from models.monitoring import replay, replay_key
from subgraphs.kit import Connection, Direction, Reads, UnitOfWork, keyset
from subgraphs.monitoring.letters import DeadLetter, DeadLetterWhere, ParkedKey, Replay

KEY = parked_key.c
LETTER = dead_letter.c
REPLAY = replay.c
ASKED = replay_key.c
OF_KEY = and_(LETTER.consumer == KEY.consumer, LETTER.aggregate_id == KEY.aggregate_id)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A parked key with how many events wait, up to which position."""

    key: str
    events: int
    last_position: int


async def dead_letters(
    db: Reads, where: DeadLetterWhere, first: int, after: str | None
) -> Connection[DeadLetter]:
    """In the order of their positions: each key's in the order in which a replay takes them."""
    rows = select(
        LETTER.position,
        LETTER.consumer,
        LETTER.aggregate_id.label("key"),
        LETTER.event_id,
        LETTER.event.label("stamped"),
        LETTER.reason,
        LETTER.attempts,
        LETTER.parked_at,
    ).where(*_matching(where, LETTER.consumer, LETTER.aggregate_id))
    return await keyset(
        db,
        rows,
        DeadLetter,
        by=LETTER.position,
        tiebreak=LETTER.consumer,
        direction=Direction.ASC,
        first=first,
        after=after,
    )


async def parked_keys(
    db: Reads, where: DeadLetterWhere, first: int, after: str | None
) -> Connection[ParkedKey]:
    """By key."""
    waiting = select(func.count()).where(OF_KEY).correlate(parked_key).scalar_subquery()
    rows = select(
        KEY.aggregate_id,
        KEY.consumer,
        KEY.reason,
        KEY.parked_at,
        KEY.replay_asked_at,
        waiting.label("waiting"),
    ).where(*_matching(where, KEY.consumer, KEY.aggregate_id))
    return await keyset(
        db,
        rows,
        ParkedKey,
        by=KEY.aggregate_id,
        tiebreak=KEY.consumer,
        direction=Direction.ASC,
        first=first,
        after=after,
    )


async def knows(db: Reads, consumer: str) -> bool:
    """Whether there is, or was, such a consumer."""
    listens = select(consumer_cursor.c.consumer).where(consumer_cursor.c.consumer == consumer)
    parks = select(KEY.consumer).where(KEY.consumer == consumer)
    return bool(await db.rows(listens.union(parks).limit(1)))


async def waiting(db: Reads, consumer: str, key: str | None) -> list[Waiting]:
    """The consumer's parked keys, or the one of them, in order; also such behind which none is."""
    rows = (
        select(
            KEY.aggregate_id.label("key"),
            func.count(LETTER.position).label("events"),
            func.coalesce(func.max(LETTER.position), 0).label("last_position"),
        )
        .select_from(parked_key.outerjoin(dead_letter, OF_KEY))
        .where(KEY.consumer == consumer, *([] if key is None else [KEY.aggregate_id == key]))
        .group_by(KEY.aggregate_id)
        .order_by(KEY.aggregate_id)
    )
    return await db.fetch(rows, Waiting)


async def add_replay(work: UnitOfWork, id: str, consumer: str, keys: Sequence[Waiting]) -> None:
    """Remember what was asked for, and what waited then."""
    await work.execute(
        insert(replay).values(id=id, consumer=consumer, actor=work.cause.actor, asked_at=work.now)
    )
    rows = [
        {
            "replay_id": id,
            "key": each.key,
            "events": each.events,
            "last_position": each.last_position,
        }
        for each in keys
    ]
    if rows:
        await work.execute(insert(replay_key), rows)


async def replays(db: Reads, ids: Sequence[str]) -> dict[str, Replay]:
    found = await db.fetch(select(REPLAY.id, REPLAY.consumer).where(REPLAY.id.in_(ids)), Replay)
    return {each.id: each for each in found}


async def under_way(db: Reads, asked: Replay) -> bool:
    """Whether a key of the replay still waits for who has its handlers."""
    pending = _keys_of(asked).where(KEY.replay_asked_at.is_not(None))
    return bool(await db.rows(pending.limit(1)))


async def progress(db: Reads, asked: Replay) -> tuple[int, int]:
    """How many events of those that waited have taken effect, and how many wait now."""
    [was] = await db.rows(
        select(func.coalesce(func.sum(ASKED.events), 0)).where(ASKED.replay_id == asked.id)
    )
    then = LETTER.position <= ASKED.last_position
    left = func.count().filter(then).label("left")
    [now] = await db.rows(
        select(left, func.count().label("all"))
        .select_from(dead_letter.join(replay_key, LETTER.aggregate_id == ASKED.key))
        .where(LETTER.consumer == asked.consumer, ASKED.replay_id == asked.id)
    )
    return int(was[0]) - now.left, now.all


def _keys_of(asked: Replay) -> Select[Any]:
    return (
        select(KEY.aggregate_id)
        .select_from(parked_key.join(replay_key, KEY.aggregate_id == ASKED.key))
        .where(KEY.consumer == asked.consumer, ASKED.replay_id == asked.id)
    )


def _matching(
    where: DeadLetterWhere, consumer: ColumnElement[str], key: ColumnElement[str]
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if where.consumer is not None:
        conditions.append(consumer == where.consumer)
    if where.key is not None:
        conditions.append(key == where.key)
    return conditions
