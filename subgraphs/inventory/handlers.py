"""What inventory does when it hears of a fact."""

from events.catalog.order import OrderCanceled
from events.received import Received
from subgraphs.inventory import reservations
from subgraphs.kit import ID, Info, Role, UnitOfWork, handler


@handler(OrderCanceled, role=Role.TRIGGER)
async def release_rest(info: Info, work: UnitOfWork, event: Received[OrderCanceled]) -> None:
    """Nothing is kept for an order that will not be."""
    await reservations.release_rest(work, ID(event.event.aggregate_id))


HANDLERS = (release_rest,)
