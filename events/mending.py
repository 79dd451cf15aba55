"""What waits for somebody to mend it, for people to read: parked keys, dead letters, malformed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from models.bus import consumer_cursor, dead_letter, malformed_event, parked_key
from models.database import Reads

KEY = parked_key.c
LETTER = dead_letter.c
CURSOR = consumer_cursor.c
BAD = malformed_event.c


@dataclass(frozen=True, slots=True)
class ParkedKey:
    """`waiting` events take effect, in order, when the key is replayed."""

    consumer: str
    key: str
    waiting: int
    reason: str
    parked_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One event of a parked key; only those that failed themselves have a reason."""

    consumer: str
    key: str
    position: int
    id: str
    type: str
    attempts: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class MalformedEvent:
    """`source` says where it lies: `log:<position>`, or topic, partition and offset of a broker."""

    consumer: str
    source: str
    reason: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Failing:
    """A stream whose next event has been failing in passing since then."""

    consumer: str
    agent: str
    partition: int
    position: int
    attempts: int
    failure: str
    failing_since: datetime


async def parked_keys(db: Reads, consumer: str | None = None) -> list[ParkedKey]:
    """Those parked longest first."""
    waiting = (
        select(func.count())
        .where(LETTER.consumer == KEY.consumer, LETTER.aggregate_id == KEY.aggregate_id)
        .scalar_subquery()
    )
    rows = (
        select(
            KEY.consumer,
            KEY.aggregate_id.label("key"),
            waiting.label("waiting"),
            KEY.reason,
            KEY.parked_at,
        )
        .where(*_of(KEY.consumer, consumer))
        .order_by(KEY.parked_at, KEY.consumer, KEY.aggregate_id)
    )
    return await db.fetch(rows, ParkedKey)


async def dead_letters(
    db: Reads, consumer: str | None = None, key: str | None = None, limit: int = 1000
) -> list[DeadLetter]:
    """In the order in which a replay takes them."""
    rows = (
        select(
            LETTER.consumer,
            LETTER.aggregate_id.label("key"),
            LETTER.position,
            LETTER.event_id.label("id"),
            LETTER.event["envelope"]["type"].astext.label("type"),
            LETTER.attempts,
            LETTER.reason,
        )
        .where(*_of(LETTER.consumer, consumer), *_of(LETTER.aggregate_id, key))
        .order_by(LETTER.consumer, LETTER.position)
        .limit(limit)
    )
    return await db.fetch(rows, DeadLetter)


async def malformed_events(
    db: Reads, consumer: str | None = None, limit: int = 1000
) -> list[MalformedEvent]:
    """The newest first."""
    rows = select(BAD.consumer, BAD.source, BAD.reason, BAD.received_at)
    rows = rows.where(*_of(BAD.consumer, consumer)).order_by(BAD.received_at.desc()).limit(limit)
    return await db.fetch(rows, MalformedEvent)


async def failing(db: Reads, consumer: str | None = None) -> list[Failing]:
    """What is tried again and again; those that fail longest first."""
    rows = select(
        CURSOR.consumer,
        CURSOR.agent,
        CURSOR.partition,
        CURSOR.position,
        CURSOR.attempts,
        CURSOR.failure,
        CURSOR.failing_since,
    ).where(CURSOR.failing_since.is_not(None), *_of(CURSOR.consumer, consumer))
    return await db.fetch(rows.order_by(CURSOR.failing_since), Failing)


def _of(column: ColumnElement[Any], value: str | None) -> Sequence[ColumnElement[bool]]:
    return () if value is None else (column == value,)
