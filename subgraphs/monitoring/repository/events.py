"""Events, kept for good: written once each, read within the caller's scope and audience."""

from collections.abc import Sequence, Set
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from events.envelope import Envelope
from models.bus import log_counter
from models.monitoring import platform_event, timeline
from subgraphs.kit import (
    ID,
    Connection,
    Reads,
    Scope,
    UnitOfWork,
    keyset,
    keyset_of_each,
)
from subgraphs.monitoring.repository.timelines import TIMELINE, owned
from subgraphs.monitoring.types import PlatformEvent, PlatformEventSort, PlatformTimelineWhere

EVENT = platform_event.c
INCARNATION = select(log_counter.c.incarnation).scalar_subquery()
KEEP = upsert(platform_event).on_conflict_do_nothing()
COLUMNS: Sequence[ColumnElement[Any]] = [
    EVENT.id,
    EVENT.position,
    func.concat(INCARNATION, ":", EVENT.position).label("cursor"),
    EVENT.type,
    EVENT.version,
    EVENT.subject.label("subject_id"),
    EVENT.occurred_at,
    EVENT.actor.label("actor_id"),
    EVENT.on_behalf_of.label("acting_for"),
    EVENT.correlation_id.label("correlation"),
    EVENT.causation_id.label("causation"),
    EVENT.data.label("values"),
]


def record(work: UnitOfWork, position: int, envelope: Envelope, timeline: str | None) -> None:
    """Keep the event when the transaction ends; one that is kept already stays as it is."""
    row = {
        "id": envelope.id,
        "position": position,
        "type": envelope.type,
        "version": envelope.version,
        "subject": envelope.subject,
        "timeline": timeline,
        "occurred_at": envelope.occurred_at,
        "actor": envelope.actor,
        "on_behalf_of": envelope.on_behalf_of,
        "correlation_id": envelope.correlation_id,
        "causation_id": envelope.causation_id,
        "seed": envelope.seed,
        "data": dict(envelope.data),
    }
    work.whole.queue(_keep).append(row)


async def _keep(work: UnitOfWork, rows: list[dict[str, Any]]) -> None:
    await work.execute(KEEP, rows)


async def incarnation(db: Reads) -> str:
    """Of the log: the first part of every cursor."""
    [row] = await db.rows(select(log_counter.c.incarnation))
    found: str = row.incarnation
    return found


async def page(
    db: Reads,
    scope: Scope,
    types: Set[str],
    where: PlatformTimelineWhere,
    sort: PlatformEventSort,
    first: int,
    after: str | None,
) -> Connection[PlatformEvent]:
    rows = select(*COLUMNS, EVENT.timeline).where(
        owned(scope, EVENT.timeline), EVENT.type.in_(types), *_matching(where)
    )
    return await keyset(
        db,
        rows,
        PlatformEvent,
        by=EVENT.position,
        tiebreak=EVENT.id,
        direction=sort.direction,
        first=first,
        after=after,
    )


async def of_orders(
    db: Reads,
    scope: Scope,
    types: Set[str],
    orders: Sequence[ID],
    sort: PlatformEventSort,
    first: int,
    after: str | None,
) -> list[Connection[PlatformEvent]]:
    """A page for each; an empty one where the order is unknown or not the caller's."""
    rows = select(*COLUMNS, EVENT.timeline)
    return await _pages(db, rows, EVENT.timeline, scope, types, orders, sort, first, after)


async def of_customers(
    db: Reads,
    scope: Scope,
    types: Set[str],
    customers: Sequence[ID],
    sort: PlatformEventSort,
    first: int,
    after: str | None,
) -> list[Connection[PlatformEvent]]:
    """A page for each: of their own timeline, their orders', and those merged into theirs."""
    owner = TIMELINE.customer_id.label("timeline")
    rows = select(*COLUMNS, owner).join(timeline, TIMELINE.id == EVENT.timeline)
    return await _pages(db, rows, owner, scope, types, customers, sort, first, after)


async def _pages(
    db: Reads,
    rows: Select[Any],
    parent: ColumnElement[Any],
    scope: Scope,
    types: Set[str],
    parents: Sequence[ID],
    sort: PlatformEventSort,
    first: int,
    after: str | None,
) -> list[Connection[PlatformEvent]]:
    return await keyset_of_each(
        db,
        rows.where(owned(scope, EVENT.timeline), EVENT.type.in_(types)),
        PlatformEvent,
        parent=parent,
        parents=parents,
        by=EVENT.position,
        tiebreak=EVENT.id,
        direction=sort.direction,
        first=first,
        after=after,
    )


def _matching(where: PlatformTimelineWhere) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if where.types is not None:
        conditions.append(EVENT.type.in_(where.types))
    if where.subject is not None:
        conditions.append(EVENT.subject == where.subject)
    if where.correlation_id is not None:
        conditions.append(EVENT.correlation_id == where.correlation_id)
    if where.range is not None and where.range.gte is not None:
        conditions.append(EVENT.occurred_at >= where.range.gte)
    if where.range is not None and where.range.lt is not None:
        conditions.append(EVENT.occurred_at < where.range.lt)
    return conditions
