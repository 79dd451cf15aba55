"""Seeds what the inventory agent owns: stock levels with their history, and reservations."""

from datetime import datetime, timedelta

from sqlalchemy import insert

from models.database import UnitOfWork
from models.inventory import (
    ReservationStatus,
    StockBucket,
    StockMovementKind,
    reservation,
    reservation_line,
    stock_level,
    stock_movement,
)
from models.platform import schedule
from souk.seed.chance import EPOCH, seed_id
from souk.seed.sales import GONE, OrderPlan, orders
from souk.seed.stock import ShelfPlan, departures, held, reserved, shelf_of, shelves
from subgraphs.inventory.reservations import EXPIRY

STOCKED = EPOCH - timedelta(days=395)
KEPT_UNTIL = EPOCH + timedelta(days=365)
"""So that the example shop's placed orders keep their units while somebody looks at them."""

STATUS = {
    "PLACED": ReservationStatus.ACTIVE,
    "CONFIRMED": ReservationStatus.COMMITTED,
    "ON_HOLD": ReservationStatus.COMMITTED,
    "FULFILLING": ReservationStatus.COMMITTED,
    "PARTIALLY_SHIPPED": ReservationStatus.PARTIALLY_CONSUMED,
    "SHIPPED": ReservationStatus.CONSUMED,
    "DELIVERED": ReservationStatus.CONSUMED,
    "COMPLETED": ReservationStatus.CONSUMED,
    "CANCELED": ReservationStatus.RELEASED,
}


async def seed(work: UnitOfWork) -> str:
    """Write the shelves, what came and went, and what is kept for whom."""
    await work.execute(insert(stock_level), [_level(shelf) for shelf in shelves()])
    movements = [row for shelf in shelves() for row in _movements(shelf)]
    await work.execute(insert(stock_movement), movements)
    kept = [order for order in orders() if reserved(order)]
    await work.execute(insert(reservation), [_reservation(order) for order in kept])
    await work.execute(insert(reservation_line), [row for order in kept for row in _lines(order)])
    expiring = [
        {"timer": EXPIRY, "key": order.reservation_id, "due_at": KEPT_UNTIL}
        for order in kept
        if STATUS[order.status] is ReservationStatus.ACTIVE
    ]
    await work.execute(insert(schedule), expiring)
    return f"{len(shelves())} stock levels in 3 warehouses, {len(kept)} reservations"


def _level(shelf: ShelfPlan) -> dict[str, object]:
    return {
        "id": shelf.id,
        "variant_id": shelf.variant_id,
        "warehouse_id": shelf.warehouse_id,
        "available": shelf.available,
        "reserved": held()[shelf.id],
        "reorder_point": shelf.reorder_point,
        "version": len(_movements(shelf)) or 1,
        "created_at": STOCKED,
        "updated_at": STOCKED,
    }


def _movements(shelf: ShelfPlan) -> list[dict[str, object]]:
    """What was delivered at first, and every order's departure since."""
    gone = departures()[shelf.id]
    on_hand = shelf.available + held()[shelf.id] + sum(units for _, units in gone)
    rows = [_movement(shelf, 1, StockMovementKind.RECEIPT, on_hand, on_hand, STOCKED)]
    for version, (order, units) in enumerate(gone, 2):
        on_hand -= units
        at = min(order.created_at + timedelta(days=2), EPOCH)
        rows.append(_movement(shelf, version, StockMovementKind.SHIPMENT, -units, on_hand, at))
    return [row for row in rows if row["delta"]]


def _movement(
    shelf: ShelfPlan,
    version: int,
    kind: StockMovementKind,
    delta: int,
    on_hand: int,
    at: datetime,
) -> dict[str, object]:
    shipment = kind is StockMovementKind.SHIPMENT
    return {
        "id": seed_id("mov", int(shelf.id[-6:], 36) * 1000 + version, at),
        "stock_level_id": shelf.id,
        "level_version": version,
        "variant_id": shelf.variant_id,
        "warehouse_id": shelf.warehouse_id,
        "kind": kind,
        "bucket": StockBucket.RESERVED if shipment else StockBucket.AVAILABLE,
        "delta": delta,
        "on_hand": on_hand,
        "reason": None if shipment else "Opening stock",
        "actor": "seed",
        "at": at,
    }


def _reservation(order: OrderPlan) -> dict[str, object]:
    placed = order.placed_at or order.created_at
    active = STATUS[order.status] is ReservationStatus.ACTIVE
    return {
        "id": order.reservation_id,
        "order_id": order.id,
        "customer_id": order.customer.id,
        "status": STATUS[order.status],
        "expires_at": KEPT_UNTIL if active else placed + timedelta(minutes=15),
        "created_at": placed,
        "updated_at": placed,
    }


def _lines(order: OrderPlan) -> list[dict[str, object]]:
    status = STATUS[order.status]
    rows: list[dict[str, object]] = []
    for line in order.lines:
        shelf = shelf_of()[line.variant.id]
        committed = line.quantity - line.shipped
        rows.append(
            {
                "reservation_id": order.reservation_id,
                "stock_level_id": shelf.id,
                "variant_id": line.variant.id,
                "warehouse_id": shelf.warehouse_id,
                "reserved": committed if status is ReservationStatus.ACTIVE else 0,
                "committed": committed if order.status not in {"PLACED", "CANCELED"} else 0,
                "consumed": line.shipped if order.status in GONE | {"PARTIALLY_SHIPPED"} else 0,
                "released": line.quantity if order.status == "CANCELED" else 0,
            }
        )
    return rows
