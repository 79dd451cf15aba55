"""Watching events as they happen: which of them concern whom."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from events.envelope import Envelope
from events.hub import Cursor, Interest
from subgraphs.kit import Info, subscription
from subgraphs.monitoring import policy
from subgraphs.monitoring.audience import check_types, told_of
from subgraphs.monitoring.repository import timelines
from subgraphs.monitoring.showing import platform_event
from subgraphs.monitoring.types import PlatformEvent, PlatformEventWhere

Matches = Callable[[Envelope], bool]


@subscription(policy.READ)
async def platform_events(
    info: Info, where: PlatformEventWhere | None = None, after: str | None = None
) -> AsyncGenerator[Sequence[PlatformEvent], None]:
    """What happens in all agents, or to a customer's own things; from now on, or all that
    followed the cursor `after`.
    """
    wanted = where or PlatformEventWhere()
    check_types(wanted.types)
    cursor = None if after is None else Cursor.parse(after)
    heard = await info.hub.subscribe(cursor, await _interest(info, wanted))

    async def events() -> AsyncGenerator[Sequence[PlatformEvent], None]:
        async with aclosing(heard.batches()) as batches:
            async for batch in batches:
                incarnation = heard.cursor.incarnation
                yield [
                    platform_event(Cursor(incarnation, each.position), each.envelope)
                    for each in batch
                ]

    return events()


async def _interest(info: Info, where: PlatformEventWhere) -> Interest:
    """A customer's events name the customer: so the hub finds who is concerned by that."""
    types = told_of(info.principal)
    if where.types is not None:
        types = types.intersection(where.types)
    conditions = _conditions(where)
    ids = None if where.subject is None else frozenset({str(where.subject)})
    if info.scope.owner is not None:
        owners = await timelines.owners(info.db, info.scope.owner)
        conditions.append(lambda envelope: bool(owners.intersection(_owner_of(envelope))))
        ids = ids or owners
    return Interest(
        types=types,
        ids=ids,
        matches=lambda envelope: all(holds(envelope) for holds in conditions),
    )


def _conditions(where: PlatformEventWhere) -> list[Matches]:
    conditions: list[Matches] = []
    if where.subject is not None:
        conditions.append(lambda envelope: envelope.subject == where.subject)
    if where.correlation_id is not None:
        conditions.append(lambda envelope: envelope.correlation_id == where.correlation_id)
    return conditions


def _owner_of(envelope: Envelope) -> tuple[str, ...]:
    """Whose event it is: the customer that it is about, or that it names as the owner."""
    return envelope.subject, str(envelope.data.get("customer_id"))
