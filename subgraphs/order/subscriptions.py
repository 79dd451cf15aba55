"""What can be watched of orders."""

from events.catalog.order import (
    OrderCanceled,
    OrderCompleted,
    OrderConfirmed,
    OrderDelivered,
    OrderHeld,
    OrderLinesChanged,
    OrderPlaced,
    OrderReleased,
)
from subgraphs.kit import changes
from subgraphs.order.loaders import orders_by_id

order_changed = changes(
    "order_changed",
    orders_by_id,
    OrderPlaced,
    OrderConfirmed,
    OrderHeld,
    OrderReleased,
    OrderLinesChanged,
    OrderCanceled,
    OrderDelivered,
    OrderCompleted,
)
