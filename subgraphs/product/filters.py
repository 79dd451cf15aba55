"""`where` and `orderBy` of the product agent's lists."""

from enum import Enum

import strawberry

from models.product import ProductStatus, ProductVariantStatus
from models.tax import TaxClass
from subgraphs.kit import (
    BooleanFilter,
    DateTimeFilter,
    Direction,
    IDFilter,
    StringFilter,
    enum,
    input,
)


@input
class ProductStatusFilter:
    eq: ProductStatus | None = None
    in_: list[ProductStatus] | None = strawberry.field(name="in", default=None)


@input
class ProductVariantStatusFilter:
    eq: ProductVariantStatus | None = None
    in_: list[ProductVariantStatus] | None = strawberry.field(name="in", default=None)


@input
class TaxClassFilter:
    eq: TaxClass | None = None
    in_: list[TaxClass] | None = strawberry.field(name="in", default=None)


@input
class ProductWhere:
    id: IDFilter | None = None
    slug: StringFilter | None = None
    brand: StringFilter | None = None
    status: ProductStatusFilter | None = None
    tax_class: TaxClassFilter | None = None
    category_id: IDFilter | None = None
    created_at: DateTimeFilter | None = None
    updated_at: DateTimeFilter | None = None
    and_: list["ProductWhere"] | None = strawberry.field(name="and", default=None)
    or_: list["ProductWhere"] | None = strawberry.field(name="or", default=None)


@enum
class ProductSortField(Enum):
    """RELEVANCE goes with `search` only, whose default it is."""

    NAME = "name"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    RELEVANCE = "relevance"


@input
class ProductSort:
    field: ProductSortField = ProductSortField.CREATED_AT
    direction: Direction = Direction.DESC


@input
class ProductVariantWhere:
    id: IDFilter | None = None
    sku: StringFilter | None = None
    product_id: IDFilter | None = None
    status: ProductVariantStatusFilter | None = None
    created_at: DateTimeFilter | None = None
    updated_at: DateTimeFilter | None = None
    and_: list["ProductVariantWhere"] | None = strawberry.field(name="and", default=None)
    or_: list["ProductVariantWhere"] | None = strawberry.field(name="or", default=None)


@enum
class ProductVariantSortField(Enum):
    SKU = "sku"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


@input
class ProductVariantSort:
    field: ProductVariantSortField = ProductVariantSortField.CREATED_AT
    direction: Direction = Direction.DESC


@input
class CategoryWhere:
    """`isRoot` picks the categories that have no parent."""

    id: IDFilter | None = None
    slug: StringFilter | None = None
    parent_id: IDFilter | None = None
    is_root: BooleanFilter | None = None
    and_: list["CategoryWhere"] | None = strawberry.field(name="and", default=None)
    or_: list["CategoryWhere"] | None = strawberry.field(name="or", default=None)


@enum
class CategorySortField(Enum):
    NAME = "name"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


@input
class CategorySort:
    field: CategorySortField = CategorySortField.NAME
    direction: Direction = Direction.ASC
