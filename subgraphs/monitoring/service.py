"""What becomes of an event: it is kept, on the timeline of the order or customer it is about."""

from events.event import Event
from events.received import Received
from events.timelines import customer_of, order_of
from subgraphs.kit import UnitOfWork
from subgraphs.monitoring.repository import events, timelines


def remember(work: UnitOfWork, received: Received[Event]) -> None:
    """Keep the event and what it says of ownership, at the end of the transaction with all others.

    What is written does not depend on what came before: events may come twice, and in any order.
    What was a merged customer's becomes the other's by what the table declares.
    """
    event = received.event
    customer = customer_of(event)
    timeline = order_of(event) or customer
    events.record(work, received.position, received.envelope, timeline)
    if timeline is not None and customer is not None:
        timelines.claim(work, timeline, customer, received.position)
