"""What the order agent has against forgetting a customer: whatever is still under way."""

from collections.abc import Sequence

from events.catalog.customer import Objection
from subgraphs.kit import UnitOfWork
from subgraphs.order.enums import OrderStatus
from subgraphs.order.repository import orders

ENDED = (OrderStatus.DRAFT, OrderStatus.COMPLETED, OrderStatus.CANCELED)
"""A draft was never an order: nobody waits for it."""
MOST = 20


async def objections(work: UnitOfWork, customer_ids: Sequence[str]) -> list[Objection]:
    """One for each open order, as far as anybody wants to read."""
    found = await orders.under_way(work, customer_ids, ENDED, MOST)
    return [Objection(reason="OPEN_ORDER", entity_id=id) for id in found]
