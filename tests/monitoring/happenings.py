"""Events as the bus would deliver them, and what the monitoring agent makes of them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from events.catalog import AGENT_OF
from events.catalog.customer import CustomerCreated, CustomerSuspended
from events.catalog.fraud import FraudReviewRequested
from events.catalog.healing import ErrorCaptured
from events.catalog.inventory import ReservationCreated
from events.catalog.order import OrderConfirmed, OrderHeld, OrderPlaced
from events.envelope import Envelope
from events.event import Event
from events.received import Received
from events.topics import partition_of
from models.bus import log_counter
from models.database import Database
from models.ids import ulid
from models.monitoring import platform_event, replay, replay_key, timeline
from models.owners import owner_mark
from subgraphs.kit.consuming import AgentConsumer
from tests.platform import Platform

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLES = (platform_event, timeline, replay_key, replay, owner_mark)


def made_id(prefix: str, number: int) -> str:
    """The same for the same number: ids of different numbers sort like the numbers."""
    return ulid(prefix, number, 0)


ANNA, BORIS, CLARA = (made_id("cus", number) for number in (1, 2, 3))
ORDER, OTHER = made_id("ord", 1), made_id("ord", 2)
RESERVATION = made_id("rsv", 1)


class History:
    """Numbers what happens: positions from `first`, one minute after the other."""

    def __init__(self, first: int = 1) -> None:
        self._positions = count(first)

    def happened(
        self,
        event: Event,
        actor: str = "system",
        on_behalf_of: str | None = None,
        correlation: str = "req_1",
        cause: str | None = None,
    ) -> Received[Event]:
        position = next(self._positions)
        data = asdict(event)
        del data["aggregate_id"]
        envelope = Envelope(
            id=made_id("evt", position),
            agent=AGENT_OF[event.type.split(".")[0]],
            type=event.type,
            version=event.version,
            subject=event.subject,
            aggregate_id=event.aggregate_id,
            partition=partition_of(event.aggregate_id),
            sequence=position,
            occurred_at=BEGIN + timedelta(minutes=position),
            actor=actor,
            on_behalf_of=on_behalf_of,
            correlation_id=correlation,
            causation_id=cause,
            data=data,
        )
        return Received(position, envelope, event)


def placed(order: str = ORDER, customer: str = ANNA) -> OrderPlaced:
    return OrderPlaced(
        aggregate_id=order,
        customer_id=customer,
        reservation_id=RESERVATION,
        total=4200,
        currency="EUR",
    )


def history() -> list[Received[Event]]:
    """An order of Anna's, one of Boris', and what concerns neither."""
    then = History().happened
    return [
        then(CustomerCreated(aggregate_id=ANNA), actor="usr_1"),
        then(
            ReservationCreated(
                aggregate_id=RESERVATION,
                order_id=ORDER,
                customer_id=ANNA,
                expires_at="2026-03-01T12:17:00Z",
            ),
            actor="agent:order",
            on_behalf_of=ANNA,
        ),
        then(placed(), actor=ANNA, correlation="req_2"),
        then(placed(OTHER, BORIS), actor=BORIS),
        then(OrderHeld(aggregate_id=ORDER, customer_id=ANNA, reasons=["ADDRESS"]), actor="usr_2"),
        then(CustomerSuspended(aggregate_id=BORIS), actor="usr_2"),
        then(
            FraudReviewRequested(
                aggregate_id=made_id("fra", 1),
                order_id=ORDER,
                customer_id=ANNA,
                score=70,
                rule_ids=[],
            )
        ),
        then(
            OrderConfirmed(aggregate_id=ORDER, customer_id=ANNA, reservation_id=RESERVATION),
            actor="agent:order",
            cause=made_id("evt", 3),
        ),
    ]


def administrators(position: int = 1) -> Received[Event]:
    """What only administrators may know of."""
    then = History(position).happened
    return then(
        ErrorCaptured(
            aggregate_id="monitoring/err_1",
            agent="monitoring",
            path="platformTimeline",
            kind="ZeroDivisionError",
        )
    )


async def take(platform: Platform, happenings: Iterable[Received[Event]]) -> None:
    """Deliver them one by one, each in a transaction of its own, as often as they are given."""
    db = platform.databases["monitoring"]
    consumer = AgentConsumer(platform.agent("monitoring"), "monitoring")
    for received in happenings:
        prepared = await consumer.prepare(received)
        async with db.unit_of_work() as work:
            await consumer.apply(work, received, prepared)


async def kept(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the agent."""
    return {
        table.name: sorted(tuple(row) for row in await db.rows(select(table))) for table in TABLES
    }


async def incarnation(db: Database) -> str:
    [row] = await db.rows(select(log_counter.c.incarnation))
    found: str = row.incarnation
    return found


def types(page: dict[str, Any]) -> list[str]:
    """Of the events of a connection, as they come."""
    return [edge["node"]["type"] for edge in page["edges"]]


def positions(happenings: Sequence[Received[Event]]) -> list[int]:
    return [received.position for received in happenings]
