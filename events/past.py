"""Events with a past time, flagged as seed: the example shop's history, written all at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert

from events.bell import OUTBOX
from events.catalog import AGENT_OF, aggregate_word
from events.envelope import Envelope
from events.event import Event
from events.outbox import data_of, numbered
from events.topics import partition_of
from models.database import Cause, UnitOfWork
from models.platform import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One thing that happened at `at`; projections remember it, nobody acts on it any more."""

    id: str
    at: datetime
    cause: Cause
    event: Event


async def write_past(work: UnitOfWork, happenings: Sequence[Past]) -> None:
    """Into the outbox, in their order, which is that in which they will be delivered."""
    if not happenings:
        return
    numbers = await numbered(work, [past.event.aggregate_id for past in happenings])
    rows = [_envelope(*each).row() for each in zip(happenings, numbers, strict=True)]
    await work.execute(insert(outbox), rows)
    work.announce(OUTBOX)


def _envelope(past: Past, sequence: int) -> Envelope:
    event, cause = past.event, past.cause
    return Envelope(
        id=past.id,
        agent=AGENT_OF[aggregate_word(event.type)],
        type=event.type,
        version=event.version,
        subject=event.subject,
        aggregate_id=event.aggregate_id,
        partition=partition_of(event.aggregate_id),
        sequence=sequence,
        occurred_at=past.at,
        actor=cause.actor,
        on_behalf_of=cause.on_behalf_of,
        correlation_id=cause.correlation_id,
        causation_id=cause.causation_id,
        seed=True,
        data=data_of(event),
    )
