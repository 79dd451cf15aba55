"""The life of an order; every edge names what walks it."""

from models.order import OrderStatus as S
from subgraphs.kit import StateMachine

ORDER = StateMachine(
    {
        S.DRAFT: {
            S.PLACED: ("placeOrder", "createOrder"),
            S.CANCELED: "cancelOrder",
        },
        S.PLACED: {
            S.CONFIRMED: ("saga confirm", "confirmOrder"),
            S.ON_HOLD: ("holdOrder", "saga screen", "saga reserve"),
            S.CANCELED: ("cancelOrder", "saga cancel"),
        },
        S.ON_HOLD: {
            S.PLACED: ("releaseOrder", "saga screen"),
            S.CONFIRMED: ("releaseOrder", "saga capture"),
            S.FULFILLING: ("releaseOrder", "saga capture"),
            S.PARTIALLY_SHIPPED: ("releaseOrder", "saga capture"),
            S.CANCELED: ("cancelOrder", "saga cancel"),
        },
        S.CONFIRMED: {
            S.FULFILLING: "saga pick",
            S.ON_HOLD: ("holdOrder", "saga capture"),
            S.CANCELED: ("cancelOrder", "saga cancel"),
        },
        S.FULFILLING: {
            S.PARTIALLY_SHIPPED: "package.handed_over",
            S.SHIPPED: "package.handed_over",
            S.ON_HOLD: ("holdOrder", "saga capture"),
            S.CANCELED: ("cancelOrder", "saga cancel"),
        },
        S.PARTIALLY_SHIPPED: {
            S.SHIPPED: ("package.handed_over", "saga cancel_line"),
            S.ON_HOLD: ("holdOrder", "saga capture"),
        },
        S.SHIPPED: {
            S.DELIVERED: ("shipment.delivered", "resolveOrderException"),
            S.COMPLETED: ("refund.succeeded", "resolveOrderException"),
        },
        S.DELIVERED: {S.COMPLETED: "timer return_window"},
    }
)

SAGA = "order_to_delivery"
"""The saga (saga.py) that leads an order from PLACED on; its id is the order's."""

BEFORE_FULFILLING = frozenset({S.DRAFT, S.PLACED, S.CONFIRMED})
"""Until here a customer may cancel; for a held order its state before the hold counts."""
