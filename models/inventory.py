"""Tables of the inventory agent: stock levels, their movements, and reservations."""

from enum import StrEnum, auto

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from models.personal import owner_column
from models.tables import (
    id_column,
    metadata,
    never_negative,
    quantity,
    state_column,
    time_column,
    version_column,
)


class ReservationStatus(StrEnum):
    """How far an order's claim on stock has come; derived from the quantities of its lines."""

    ACTIVE = auto()
    COMMITTED = auto()
    PARTIALLY_CONSUMED = auto()
    CONSUMED = auto()
    RELEASED = auto()
    EXPIRED = auto()


class StockBucket(StrEnum):
    """The condition of units; what is on hand is the sum of the four."""

    AVAILABLE = auto()
    RESERVED = auto()
    QUARANTINED = auto()
    DAMAGED = auto()


class StockMovementKind(StrEnum):
    """Why the number of units on hand changed."""

    RECEIPT = auto()
    ADJUSTMENT = auto()
    TRANSFER_IN = auto()
    TRANSFER_OUT = auto()
    COUNT = auto()
    SHIPMENT = auto()
    RETURN = auto()


MOST_ON_HAND = 10_000_000
"""Units in one stock level: sums over levels stay far from the limits of an integer."""

# A reservation's committed units lie in `reserved`, too, until they leave the house.
stock_level = Table(
    "stock_level",
    metadata,
    id_column(),
    Column("variant_id", Text, nullable=False),
    Column("warehouse_id", Text, nullable=False),
    quantity("available"),
    quantity("reserved"),
    quantity("quarantined"),
    quantity("damaged"),
    Column(
        "on_hand",
        Integer,
        Computed("available + reserved + quarantined + damaged", persisted=True),
        nullable=False,
    ),
    never_negative(Column("reorder_point", Integer)),
    Column(
        "low",
        Boolean,
        Computed("reorder_point IS NOT NULL AND available <= reorder_point", persisted=True),
        nullable=False,
    ),
    version_column(),
    time_column("created_at"),
    time_column("updated_at"),
    CheckConstraint(f"on_hand <= {MOST_ON_HAND}", name="on_hand"),
    UniqueConstraint("variant_id", "warehouse_id"),
    Index(None, "warehouse_id", "created_at", "id"),
    Index(None, "available", "id"),
    Index(None, "on_hand", "id"),
    Index(None, "created_at", "id"),
    Index(None, "updated_at", "id"),
    Index("stock_level_low_idx", "available", "id", postgresql_where=text("low")),
    schema="inventory",
)

# Append-only. A level's movements, in the order of `level_version`, lead to what is on hand.
stock_movement = Table(
    "stock_movement",
    metadata,
    id_column(),
    Column("stock_level_id", Text, ForeignKey("inventory.stock_level.id"), nullable=False),
    Column("level_version", Integer, nullable=False),
    Column("variant_id", Text, nullable=False),
    Column("warehouse_id", Text, nullable=False),
    state_column(StockMovementKind, "kind"),
    state_column(StockBucket, "bucket"),
    Column("delta", Integer, nullable=False),
    quantity("on_hand"),
    Column("reason", Text),
    Column("actor", Text, nullable=False),
    time_column("at"),
    CheckConstraint("delta <> 0", name="delta"),
    UniqueConstraint("stock_level_id", "level_version"),
    Index(None, "at", "id"),
    Index(None, "stock_level_id", "at", "id"),
    Index(None, "variant_id", "at", "id"),
    Index(None, "warehouse_id", "at", "id"),
    schema="inventory",
)

reservation = Table(
    "reservation",
    metadata,
    id_column(),
    Column("order_id", Text, nullable=False),
    owner_column(),
    state_column(ReservationStatus),
    time_column("expires_at"),
    version_column(),
    time_column("created_at"),
    time_column("updated_at"),
    Index(None, "order_id", "id"),
    Index(None, "customer_id", "id"),
    Index(None, "status", "created_at", "id"),
    Index(None, "created_at", "id"),
    Index(None, "expires_at", "id"),
    Index(None, "updated_at", "id"),
    schema="inventory",
)

# Every unit of a line is in exactly one of the four quantities; their sum never changes.
reservation_line = Table(
    "reservation_line",
    metadata,
    Column("reservation_id", Text, ForeignKey("inventory.reservation.id"), primary_key=True),
    Column("stock_level_id", Text, ForeignKey("inventory.stock_level.id"), primary_key=True),
    Column("variant_id", Text, nullable=False),
    Column("warehouse_id", Text, nullable=False),
    quantity("reserved"),
    quantity("committed"),
    quantity("consumed"),
    quantity("released"),
    CheckConstraint("reserved + committed + consumed + released > 0", name="not_empty"),
    # Units are committed all at once: none is merely reserved beside one that is further.
    CheckConstraint("reserved = 0 OR committed + consumed = 0", name="committed_at_once"),
    Index(None, "stock_level_id"),
    schema="inventory",
)
