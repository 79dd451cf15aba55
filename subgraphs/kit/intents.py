"""Intents: what must happen outside, written in the transaction that decides it.

A worker (intent_worker.py) runs each at least once outside any transaction, always under the same
key, and records its outcome once, in the transaction that also ends it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from models.database import Reads, UnitOfWork
from models.work import intent as intents
from subgraphs.kit.context import Info

O = TypeVar("O")  # noqa: E741  # the outcome
Payload = Mapping[str, Any]
BELL = "intents"


@dataclass(frozen=True, slots=True)
class Intent(Generic[O]):
    """`run` does it: it holds no transaction, may use `info.graph`, and repeats with the same key.

    `record` writes the outcome. In both the agent acts by itself, on behalf of whoever set off
    what wrote the intent. What `run` raises is tried again, ever more seldom, without an end: an
    outcome that is final is returned. `name` is unique in the whole platform.
    """

    name: str
    run: Callable[[Info, str, Payload], Awaitable[O]]
    record: Callable[[Info, UnitOfWork, str, Payload, O], Awaitable[None]]


async def add(
    work: UnitOfWork,
    intent: Intent[Any],
    key: str,
    payload: Payload,
    due: datetime | None = None,
) -> None:
    """Have it done for `key` after the commit, or from `due` on.

    `payload` is JSON without personal data. One that waits under the same key already stays as it
    is: the key says what is to be done.
    """
    cause = work.cause
    row = upsert(intents).values(
        intent=intent.name,
        key=key,
        payload=dict(payload),
        on_behalf_of=cause.on_behalf_of or cause.actor,
        correlation_id=cause.correlation_id,
        causation_id=cause.causation_id,
        created_at=work.now,
        due_at=due or work.now,
    )
    await work.execute(row.on_conflict_do_nothing())
    work.ring(BELL)


async def waits(db: Reads, intent: Intent[Any], key: str) -> bool:
    """Whether its outcome has not been recorded yet: it may be running at this moment."""
    row = select(intents.c.key).where(intents.c.intent == intent.name, intents.c.key == key)
    return bool(await db.rows(row))


LONGEST_PAUSE = timedelta(minutes=5)
DOUBLINGS = 9


def pause_after(attempts: int) -> timedelta:
    """How long to leave something alone that has failed so often."""
    return min(timedelta(seconds=2 ** min(attempts, DOUBLINGS) / 4), LONGEST_PAUSE)
