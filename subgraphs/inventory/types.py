"""What inventory owns, and what it adds to other agents' entities."""

from datetime import datetime
from enum import Enum

import strawberry

from models.inventory import ReservationStatus, StockBucket, StockMovementKind
from subgraphs.inventory.states import RESERVATION
from subgraphs.kit import (
    ID,
    BooleanFilter,
    DateTimeFilter,
    Direction,
    IDFilter,
    IntFilter,
    Private,
    derived,
    entity,
    enum,
    extension,
    input,
    output,
)

enum(ReservationStatus)
enum(StockBucket)
enum(StockMovementKind)


@extension("id")
class ProductVariant:
    id: ID


@extension("id")
class Warehouse:
    id: ID


@extension("id")
class Order:
    id: ID


@entity("id")
class StockLevel:
    """The units of one variant in one warehouse, by condition."""

    id: ID
    variant_id: Private[ID]
    warehouse_id: Private[ID]
    available: int
    reserved: int = strawberry.field(description="Kept for orders: reserved or committed.")
    quarantined: int
    damaged: int
    on_hand: int = strawberry.field(description="The sum of the four conditions.")
    reorder_point: int | None
    low: bool = strawberry.field(description="Whether `available` is at the reorder point or less.")
    version: int
    created_at: datetime
    updated_at: datetime

    @derived
    def variant(self) -> ProductVariant:
        return ProductVariant(id=self.variant_id)

    @derived
    def warehouse(self) -> Warehouse:
        return Warehouse(id=self.warehouse_id)


@entity("id")
class StockMovement:
    """One change of what is on hand. A level's movements, added up, are what is on hand."""

    id: ID
    stock_level_id: Private[ID]
    level_version: int = strawberry.field(
        description="The version that the level was left at: the order of its movements."
    )
    variant_id: Private[ID]
    warehouse_id: Private[ID]
    kind: StockMovementKind
    bucket: StockBucket
    delta: int
    on_hand: int = strawberry.field(description="On hand in the level after this movement.")
    reason: str | None
    actor: str = strawberry.field(description="The id of who did it.")
    at: datetime

    @derived
    def variant(self) -> ProductVariant:
        return ProductVariant(id=self.variant_id)

    @derived
    def warehouse(self) -> Warehouse:
        return Warehouse(id=self.warehouse_id)


@output
class ReservationLine:
    """Units of one stock level; each of them is in exactly one of the four quantities."""

    reservation_id: Private[ID]
    stock_level_id: Private[ID]
    variant_id: ID
    warehouse_id: ID
    reserved: int
    committed: int
    consumed: int
    released: int

    @derived
    def variant(self) -> ProductVariant:
        return ProductVariant(id=self.variant_id)

    @derived
    def warehouse(self) -> Warehouse:
        return Warehouse(id=self.warehouse_id)

    @property
    def held(self) -> int:
        """Units that lie in the stock level's `reserved` for this line."""
        return self.reserved + self.committed


@entity("id")
class Reservation:
    """Units kept for one order, until they are consumed, given back or the time is up.

    `expiresAt` counts while the reservation is ACTIVE.
    """

    id: ID
    order_id: Private[ID]
    customer_id: Private[ID]
    status: ReservationStatus
    expires_at: datetime
    version: int
    created_at: datetime
    updated_at: datetime

    @derived
    def order(self) -> Order:
        return Order(id=self.order_id)

    @derived
    def allowed_transitions(self) -> list[ReservationStatus]:
        return RESERVATION.allowed(self.status)


@output
class Availability:
    """What can be sold now, over all warehouses."""

    variant_id: ID
    available: int

    @derived
    def in_stock(self) -> bool:
        return self.available > 0


@output
class StockTotals:
    """Sums over stock levels, each at most 2,147,483,647."""

    levels: int
    low_levels: int
    available: int
    reserved: int
    quarantined: int
    damaged: int
    on_hand: int


@output
class WarehouseStock:
    warehouse: Warehouse
    totals: StockTotals


@output
class InventoryReport:
    """All stock at one instant, in total and for each warehouse."""

    at: datetime
    totals: StockTotals
    warehouses: list[WarehouseStock]


@input
class StockLevelWhere:
    id: IDFilter | None = None
    variant_id: IDFilter | None = None
    warehouse_id: IDFilter | None = None
    available: IntFilter | None = None
    on_hand: IntFilter | None = None
    low: BooleanFilter | None = None
    updated_at: DateTimeFilter | None = None
    and_: list["StockLevelWhere"] | None = strawberry.field(name="and", default=None)
    or_: list["StockLevelWhere"] | None = strawberry.field(name="or", default=None)


@enum
class StockLevelSortField(Enum):
    AVAILABLE = "available"
    ON_HAND = "on_hand"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


@input
class StockLevelSort:
    field: StockLevelSortField = StockLevelSortField.UPDATED_AT
    direction: Direction = Direction.DESC


@input
class StockMovementKindFilter:
    eq: StockMovementKind | None = None
    in_: list[StockMovementKind] | None = strawberry.field(name="in", default=None)


@input
class StockMovementWhere:
    stock_level_id: IDFilter | None = None
    variant_id: IDFilter | None = None
    warehouse_id: IDFilter | None = None
    kind: StockMovementKindFilter | None = None
    delta: IntFilter | None = None
    at: DateTimeFilter | None = None
    and_: list["StockMovementWhere"] | None = strawberry.field(name="and", default=None)
    or_: list["StockMovementWhere"] | None = strawberry.field(name="or", default=None)


@enum
class StockMovementSortField(Enum):
    AT = "at"


@input
class StockMovementSort:
    field: StockMovementSortField = StockMovementSortField.AT
    direction: Direction = Direction.DESC


@input
class ReservationStatusFilter:
    eq: ReservationStatus | None = None
    in_: list[ReservationStatus] | None = strawberry.field(name="in", default=None)


@input
class ReservationWhere:
    id: IDFilter | None = None
    order_id: IDFilter | None = None
    customer_id: IDFilter | None = None
    status: ReservationStatusFilter | None = None
    expires_at: DateTimeFilter | None = None
    created_at: DateTimeFilter | None = None
    and_: list["ReservationWhere"] | None = strawberry.field(name="and", default=None)
    or_: list["ReservationWhere"] | None = strawberry.field(name="or", default=None)


@enum
class ReservationSortField(Enum):
    CREATED_AT = "created_at"
    EXPIRES_AT = "expires_at"
    UPDATED_AT = "updated_at"


@input
class ReservationSort:
    field: ReservationSortField = ReservationSortField.CREATED_AT
    direction: Direction = Direction.DESC
