"""Replays: asked for here, run by a process that has the consumer's handlers, watched from here."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from events.parked import ask_for_replay
from models.database import Database
from subgraphs.kit import NotFoundError, Reads, Refused, UnitOfWork
from subgraphs.monitoring.letters import Replay, Replayed
from subgraphs.monitoring.repository import letters

PAUSE = timedelta(milliseconds=50)
"""Between two looks at a replay."""


async def ask(work: UnitOfWork, consumer: str, key: str | None) -> Replay:
    """Have the consumer's parked keys replayed, or one of them."""
    if not await letters.knows(work, consumer):
        raise Refused(NotFoundError(field=["consumer"]))
    waiting = await letters.waiting(work, consumer, key)
    if key is not None and not waiting:
        raise Refused(NotFoundError(field=["key"]))
    asked = Replay(work.new_id("rpl"), consumer)
    await letters.add_replay(work, asked.id, consumer, waiting)
    await ask_for_replay(work, consumer, *(each.key for each in waiting))
    return asked


async def found(db: Reads, ids: Sequence[str]) -> list[Replay | None]:
    known = await letters.replays(db, ids)
    return [known.get(id) for id in ids]


async def outcome(db: Database, asked: Replay, patience: timedelta) -> Replayed:
    """How far it has come, once it is over or patience is."""
    for _ in range(round(patience / PAUSE)):
        if not await letters.under_way(db, asked):
            break
        await asyncio.sleep(PAUSE.total_seconds())
    replayed, remaining = await letters.progress(db, asked)
    return Replayed(replayed, remaining)
