"""What the page needs of the shop as one Strawberry schema, written as its documentation does."""

from typing import TypeAlias

import strawberry
from strawberry import ID
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from bench.servers.loaders import Loaders
from models.money import Money
from models.order import OrderStatus
from subgraphs.customer import types as customer
from subgraphs.inventory import types as stock
from subgraphs.kit import page_size
from subgraphs.kit.scalars import SCALARS
from subgraphs.order import types as order
from subgraphs.product import policy
from subgraphs.product import types as product
from subgraphs.product.filters import ProductSort
from subgraphs.product.repository import products

Info: TypeAlias = strawberry.Info[Loaders, None]


@strawberry.type
class Warehouse:
    id: ID


@strawberry.type
class StockLevel:
    warehouse: Warehouse
    available: int
    reserved: int
    on_hand: int

    @classmethod
    def of(cls, row: stock.StockLevel) -> "StockLevel":
        return cls(
            warehouse=Warehouse(id=row.warehouse_id),
            available=row.available,
            reserved=row.reserved,
            on_hand=row.on_hand,
        )


@strawberry.type
class Availability:
    available: int
    in_stock: bool


@strawberry.type
class ProductVariant:
    id: ID
    sku: str
    display_name: str

    @classmethod
    def of(cls, row: product.ProductVariant) -> "ProductVariant":
        return cls(id=row.id, sku=row.sku, display_name=row.display_name())

    @strawberry.field
    async def stock_levels(self, info: Info) -> list[StockLevel]:
        return [StockLevel.of(row) for row in await info.context.levels.load(self.id)]

    @strawberry.field
    async def availability(self, info: Info) -> Availability:
        row = await info.context.availability.load(self.id)
        available = row.available if row else 0
        return Availability(available=available, in_stock=available > 0)


@strawberry.type
class Product:
    id: ID
    name: str
    brand: str | None

    @strawberry.field
    async def variants(self, info: Info) -> list[ProductVariant]:
        return [ProductVariant.of(row) for row in await info.context.variants.load(self.id)]


@strawberry.type
class ProductEdge:
    node: Product


@strawberry.type
class ProductConnection:
    edges: list[ProductEdge]


@strawberry.type
class OrderLine:
    id: ID
    name: str
    quantity: int
    unit_price: Money
    variant_id: strawberry.Private[ID]

    @classmethod
    def of(cls, row: order.OrderLine) -> "OrderLine":
        return cls(
            id=row.id,
            name=row.name,
            quantity=row.quantity,
            unit_price=row.unit_price(),
            variant_id=row.variant().id,
        )

    @strawberry.field
    async def variant(self, info: Info) -> ProductVariant | None:
        row = await info.context.variant_by_id.load(self.variant_id)
        return ProductVariant.of(row) if row else None


@strawberry.type
class Order:
    id: ID
    number: str
    status: OrderStatus

    @classmethod
    def of(cls, row: order.Order) -> "Order":
        return cls(id=row.id, number=row.number, status=row.status)

    @strawberry.field
    async def lines(self, info: Info) -> list[OrderLine]:
        return [OrderLine.of(row) for row in await info.context.lines.load(self.id)]


@strawberry.type
class Customer:
    id: ID
    display_name: str | None

    @classmethod
    def of(cls, row: customer.Customer) -> "Customer":
        return cls(id=row.id, display_name=row.display_name())

    @strawberry.field
    async def orders(self, info: Info, first: int = 20) -> list[Order]:
        return [Order.of(row) for row in await info.context.orders(page_size(first)).load(self.id)]


@strawberry.type
class Query:
    @strawberry.field
    async def products(
        self, info: Info, first: int = 20, order_by: ProductSort | None = None
    ) -> ProductConnection:
        scope = info.context.scope(policy.READ)
        page = await products.page(
            info.context.db, scope, None, None, None, order_by or ProductSort(), first, None
        )
        rows = [edge.node for edge in page.edges]
        made = [Product(id=row.id, name=row.name, brand=row.brand) for row in rows]
        return ProductConnection(edges=[ProductEdge(node=each) for each in made])

    @strawberry.field
    async def customer(self, info: Info, id: ID) -> Customer | None:
        row = await info.context.customer_by_id.load(id)
        return Customer.of(row) if row else None


def schema(cached: bool) -> strawberry.Schema:
    """As Strawberry ships it, or with its own caches of parsed and validated documents."""
    return strawberry.Schema(
        Query,
        config=StrawberryConfig(scalar_map=SCALARS),
        extensions=[ParserCache, ValidationCache] if cached else [],
    )
