"""Filters and sort orders of the order agent's lists."""

from enum import Enum

import strawberry

from subgraphs.kit import (
    DateTimeFilter,
    Direction,
    IDFilter,
    StringFilter,
    enum,
    input,
)
from subgraphs.order.enums import OrderStatus, TaxClass


@input
class OrderStatusFilter:
    eq: OrderStatus | None = None
    in_: list[OrderStatus] | None = strawberry.field(name="in", default=None)


@input
class OrderWhere:
    id: IDFilter | None = None
    number: StringFilter | None = None
    customer_id: IDFilter | None = None
    status: OrderStatusFilter | None = None
    currency: StringFilter | None = None
    placed_at: DateTimeFilter | None = None
    created_at: DateTimeFilter | None = None
    updated_at: DateTimeFilter | None = None
    and_: list["OrderWhere"] | None = strawberry.field(name="and", default=None)
    or_: list["OrderWhere"] | None = strawberry.field(name="or", default=None)


@enum
class OrderSortField(Enum):
    """NUMBER is the order in which numbers were given out."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    NUMBER = "ordinal"


@input
class OrderSort:
    field: OrderSortField = OrderSortField.CREATED_AT
    direction: Direction = Direction.DESC


@input
class TaxRateClassFilter:
    eq: TaxClass | None = None
    in_: list[TaxClass] | None = strawberry.field(name="in", default=None)


@input
class TaxRateWhere:
    country: StringFilter | None = None
    tax_class: TaxRateClassFilter | None = None
    and_: list["TaxRateWhere"] | None = strawberry.field(name="and", default=None)
    or_: list["TaxRateWhere"] | None = strawberry.field(name="or", default=None)


@enum
class TaxRateSortField(Enum):
    COUNTRY = "country"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


@input
class TaxRateSort:
    field: TaxRateSortField = TaxRateSortField.COUNTRY
    direction: Direction = Direction.ASC
