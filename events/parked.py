"""Keys that are parked, and their events: SQL of the park, and of what was no event at all."""

from collections.abc import Sequence, Set
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Delete,
    Text,
    and_,
    any_,
    delete,
    func,
    literal,
    null,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from events.stamped import Stamped, to_json
from models.bus import dead_letter, inbox, malformed_event, parked_key
from models.database import Reads, UnitOfWork
from models.unquoted import without_values

KEY = parked_key.c
LETTER = dead_letter.c
LONGEST_REASON = 500
# These run for every batch.
_HELD = text("""
    SELECT aggregate_id FROM platform.parked_key
    WHERE consumer = :consumer AND aggregate_id = ANY (:keys)
""")
_HOLD = text("""
    SELECT aggregate_id FROM platform.parked_key
    WHERE consumer = :consumer AND aggregate_id = ANY (:keys)
    ORDER BY aggregate_id FOR SHARE
""")


def reason_of(error: BaseException) -> str:
    """For people: what was raised, and the first line of what it said, without quoted values."""
    said = without_values(str(error)).partition("\n")[0]
    return f"{type(error).__name__}: {said}"[:LONGEST_REASON]


async def held(db: Reads, consumer: str, keys: Set[str]) -> set[str]:
    """Those of the keys that are parked now."""
    values = {"consumer": consumer, "keys": sorted(keys)}
    return {row.aggregate_id for row in await db.rows(_HELD, values)} if keys else set()


async def hold(work: UnitOfWork, consumer: str, keys: Set[str]) -> set[str]:
    """Those of the keys that are parked, and stay so until `work` ends."""
    values = {"consumer": consumer, "keys": sorted(keys)}
    return {row.aggregate_id for row in await work.rows(_HOLD, values)} if keys else set()


async def park(work: UnitOfWork, consumer: str, key: str, reason: str) -> bool:
    """Whether it was not parked before; either way it stays so until `work` ends, or a replay
    could un-park it before it sees what is appended.
    """
    row = {"consumer": consumer, "aggregate_id": key, "reason": reason, "parked_at": work.now}
    while True:
        if await work.execute(upsert(parked_key).values(row).on_conflict_do_nothing()) == 1:
            return True
        if await lock(work, consumer, key):
            return False


async def append(
    work: UnitOfWork, consumer: str, events: Sequence[Stamped], reason: str | None = None
) -> None:
    """Behind what waits already; but not what a replay has let take effect."""
    if not events:
        return
    ids = [event.envelope.id for event in events]
    done = select(inbox.c.event_id).where(inbox.c.consumer == consumer, inbox.c.event_id.in_(ids))
    taken = {row.event_id for row in await work.rows(done)}
    rows = [
        _letter(work, consumer, event, reason) for event in events if event.envelope.id not in taken
    ]
    if rows:
        await work.execute(upsert(dead_letter).on_conflict_do_nothing(), rows)


async def next_letter(db: Reads, consumer: str, key: str) -> tuple[int, dict[str, Any]] | None:
    """The position and the event of the oldest one that waits."""
    oldest = select(LETTER.position, LETTER.event).where(_letters(consumer, key))
    rows = await db.rows(oldest.order_by(LETTER.position).limit(1))
    return (rows[0].position, rows[0].event) if rows else None


async def lock(work: UnitOfWork, consumer: str, key: str) -> bool:
    """Keep everybody else from the key; False where it is not parked."""
    row = select(KEY.aggregate_id).where(_key(consumer, key)).with_for_update()
    return bool(await work.rows(row))


async def take_out(work: UnitOfWork, consumer: str, position: int) -> None:
    gone: Delete = delete(dead_letter).where(
        LETTER.consumer == consumer, LETTER.position == position
    )
    await work.execute(gone)


async def unpark(work: UnitOfWork, consumer: str, key: str) -> None:
    """From here on its events take effect as they come."""
    await work.execute(delete(parked_key).where(_key(consumer, key)))


async def failed_again(work: UnitOfWork, consumer: str, key: str, position: int, why: str) -> None:
    """The replay ended here, and nobody need ask for it in vain again and again."""
    letter = and_(LETTER.consumer == consumer, LETTER.position == position)
    again = {"attempts": LETTER.attempts + 1, "reason": why}
    await work.execute(update(dead_letter).where(letter).values(again))
    asked = update(parked_key).where(_key(consumer, key))
    await work.execute(asked.values(reason=why, replay_asked_at=null()))


async def waiting(db: Reads, consumer: str, key: str) -> int:
    [row] = await db.rows(select(func.count()).where(_letters(consumer, key)))
    return int(row[0])


async def ask_for_replay(work: UnitOfWork, consumer: str, *keys: str) -> int:
    """Have a process that has the consumer's handlers replay the keys; how many of them are parked.

    Locked in order, for somebody else may ask for the same.
    """
    these = KEY.aggregate_id == any_(literal(keys, ARRAY(Text)))
    rows = select(KEY.aggregate_id).where(KEY.consumer == consumer, these)
    locked = rows.order_by(KEY.aggregate_id).with_for_update().cte("locked")
    asked = update(parked_key).where(_key(consumer, locked.c.aggregate_id))
    return await work.execute(asked.values(replay_asked_at=work.now))


async def asked_for(db: Reads, consumers: Sequence[str]) -> list[tuple[str, str]]:
    """Consumers and keys whose replay somebody wants; who asked first, first."""
    rows = select(KEY.consumer, KEY.aggregate_id).where(
        KEY.consumer.in_(consumers), KEY.replay_asked_at.is_not(None)
    )
    asked = await db.rows(rows.order_by(KEY.replay_asked_at, KEY.consumer, KEY.aggregate_id))
    return [(row.consumer, row.aggregate_id) for row in asked]


async def note_malformed(
    work: UnitOfWork, consumer: str, source: str, raw: str, reason: str
) -> None:
    """Kept for people to see; `source` says where it lies, and it is kept once."""
    row = {
        "consumer": consumer,
        "source": source,
        "raw": raw.replace("\0", "\ufffd"),
        "reason": reason[:LONGEST_REASON],
        "received_at": work.now,
    }
    await work.execute(upsert(malformed_event).values(row).on_conflict_do_nothing())


def _key(consumer: str, key: str | ColumnElement[str]) -> ColumnElement[bool]:
    return and_(KEY.consumer == consumer, KEY.aggregate_id == key)


def _letters(consumer: str, key: str) -> ColumnElement[bool]:
    return and_(LETTER.consumer == consumer, LETTER.aggregate_id == key)


def _letter(work: UnitOfWork, consumer: str, event: Stamped, reason: str | None) -> dict[str, Any]:
    return {
        "consumer": consumer,
        "position": event.position,
        "event_id": event.envelope.id,
        "agent": event.envelope.agent,
        "aggregate_id": event.key,
        "event": to_json(event),
        "reason": reason,
        "parked_at": work.now,
    }
