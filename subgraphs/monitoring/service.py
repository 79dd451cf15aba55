"""What becomes of an event: it is kept, on the timeline of the order or customer it is about."""

from events.event import Event
from events.received import Received
from subgraphs.kit import UnitOfWork
from subgraphs.monitoring.repository import events, timelines


async def remember(work: UnitOfWork, received: Received[Event]) -> None:
    """Keep the event and what it says of ownership.

    What is written does not depend on what came before: events may come twice, and in any order.
    What was a merged customer's becomes the other's by what the table declares.
    """
    event = received.event
    timeline = timeline_of(event)
    await events.record(work, received.position, received.envelope, timeline)
    customer = customer_of(event)
    if timeline is not None and customer is not None:
        await timelines.claim(work, timeline, customer, received.position)


def timeline_of(event: Event) -> str | None:
    """The order that the event is about, or else the customer."""
    return _named(event, "ord_", "order_id") or customer_of(event)


def customer_of(event: Event) -> str | None:
    """The customer that the event is about, or whose thing it is about."""
    return _named(event, "cus_", "customer_id")


def _named(event: Event, prefix: str, field: str) -> str | None:
    """The subject, where it is such an entity; else what the event's field says."""
    if event.subject.startswith(prefix):
        return event.subject
    named: str | None = getattr(event, field, None)
    return named
