"""The enums of the order agent, made known to GraphQL before any type uses them."""

from models.order import CancelReason, HoldReason, OrderStatus
from models.tax import TaxClass
from subgraphs.kit import enum

__all__ = ["CancelReason", "HoldReason", "OrderStatus", "TaxClass"]

enum(CancelReason)
enum(HoldReason)
enum(OrderStatus)
enum(TaxClass)
