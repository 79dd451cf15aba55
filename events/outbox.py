"""The outbox: events are written in the transaction of their effect, numbered per aggregate."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert

from events.bell import OUTBOX
from events.catalog import AGENT_OF
from events.envelope import Envelope
from events.event import Event
from events.topics import partition_of
from models.database import UnitOfWork
from models.platform import aggregate_sequence, outbox

_LAST = aggregate_sequence.c.last
_RISE = upsert(aggregate_sequence)
_RISE = _RISE.on_conflict_do_update(
    index_elements=["aggregate_id"], set_={"last": _LAST + _RISE.excluded.last}
)


def emit(work: UnitOfWork, *events: Event) -> None:
    """Have the events written when `work` commits; nothing leaves if it does not."""
    work.queue(_write).extend(events)


def emitted(work: UnitOfWork) -> Sequence[Event]:
    """What `work` would write, were it to commit now: a dry run shows it."""
    return work.queued(_write)


async def _write(work: UnitOfWork, events: list[Event]) -> None:
    """Two statements, however many events; sequence rows are locked in key order."""
    if not events:
        return
    numbers = await numbered(work, [event.aggregate_id for event in events])
    envelopes = [
        _envelope(work, event, number) for event, number in zip(events, numbers, strict=True)
    ]
    await work.execute(insert(outbox), [envelope.row() for envelope in envelopes])
    work.announce(OUTBOX)


async def numbered(work: UnitOfWork, aggregates: Sequence[str]) -> list[int]:
    """The next sequence number of each aggregate, in their order; one may be named repeatedly."""
    counts = Counter(aggregates)
    taken = await work.rows(
        _RISE.returning(aggregate_sequence.c.aggregate_id, _LAST),
        [{"aggregate_id": id, "last": count} for id, count in sorted(counts.items())],
    )
    last = {row.aggregate_id: row.last - counts[row.aggregate_id] for row in taken}
    numbers: list[int] = []
    for aggregate in aggregates:
        last[aggregate] += 1
        numbers.append(last[aggregate])
    return numbers


def _envelope(work: UnitOfWork, event: Event, sequence: int) -> Envelope:
    cause = work.cause
    return Envelope(
        id=work.new_id("evt"),
        agent=AGENT_OF[event.type.split(".")[0]],
        type=event.type,
        version=event.version,
        subject=event.subject,
        aggregate_id=event.aggregate_id,
        partition=partition_of(event.aggregate_id),
        sequence=sequence,
        occurred_at=work.now,
        actor=cause.actor,
        on_behalf_of=cause.on_behalf_of,
        correlation_id=cause.correlation_id,
        causation_id=cause.causation_id,
        data=data_of(event),
    )


def data_of(event: Event) -> dict[str, Any]:
    """The event's own fields; its aggregate stands in the envelope."""
    data = asdict(event)
    del data["aggregate_id"]
    return data
