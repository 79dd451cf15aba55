"""The monolith's DataLoaders: one set per request, over the agents' repositories and policies."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from strawberry import ID
from strawberry.dataloader import DataLoader

from models.database import Database
from subgraphs.customer import policy as customer_policy
from subgraphs.customer import types as customer
from subgraphs.customer.repository import customers
from subgraphs.inventory import policy as inventory_policy
from subgraphs.inventory import repository as inventory
from subgraphs.inventory import types as stock
from subgraphs.kit import Policy, Principal, Scope
from subgraphs.order import policy as order_policy
from subgraphs.order import types as order
from subgraphs.order.repository import lines, orders
from subgraphs.product import policy as product_policy
from subgraphs.product import types as product
from subgraphs.product.repository import variants

VARIANTS = 20
LEVELS = 100
"""How many of each the agents give where a query does not say."""


@dataclass
class Loaders:
    """What one request of `principal` loads."""

    db: Database
    principal: Principal
    _orders: dict[int, DataLoader[ID, list[order.Order]]] = field(default_factory=dict)

    def scope(self, policy: Policy) -> Scope:
        """The rows that the caller may see; PermissionError where there are none."""
        scope = policy.decide(self.principal)
        if scope is None:
            raise PermissionError(policy.rule)
        return scope

    def orders(self, first: int) -> DataLoader[ID, list[order.Order]]:
        """A loader for each page size."""
        if first not in self._orders:
            self._orders[first] = DataLoader(partial(self._newest, first))
        return self._orders[first]

    @cached_property
    def customer_by_id(self) -> DataLoader[ID, customer.Customer | None]:
        return DataLoader(self._customers)

    @cached_property
    def variant_by_id(self) -> DataLoader[ID, product.ProductVariant | None]:
        return DataLoader(self._variants)

    @cached_property
    def variants(self) -> DataLoader[ID, list[product.ProductVariant]]:
        return DataLoader(self._variants_of_products)

    @cached_property
    def levels(self) -> DataLoader[ID, list[stock.StockLevel]]:
        return DataLoader(self._levels)

    @cached_property
    def availability(self) -> DataLoader[ID, stock.Availability | None]:
        return DataLoader(self._availability)

    @cached_property
    def lines(self) -> DataLoader[ID, list[order.OrderLine]]:
        return DataLoader(self._lines)

    async def _customers(self, ids: Sequence[ID]) -> list[customer.Customer | None]:
        found = await customers.by_ids(self.db, self.scope(customer_policy.READ), ids)
        return [found.get(id) for id in ids]

    async def _variants(self, ids: Sequence[ID]) -> list[product.ProductVariant | None]:
        found = await variants.by_id(self.db, ids, self.scope(product_policy.READ))
        return [found.get(id) for id in ids]

    async def _variants_of_products(self, ids: Sequence[ID]) -> list[list[product.ProductVariant]]:
        scope = self.scope(product_policy.READ)
        found = await variants.by_product(self.db, ids, scope, VARIANTS)
        return [found[id] for id in ids]

    async def _levels(self, ids: Sequence[ID]) -> list[list[stock.StockLevel]]:
        self.scope(inventory_policy.READ)
        found = await inventory.levels_of_variants(self.db, ids, LEVELS)
        return [found[id] for id in ids]

    async def _availability(self, ids: Sequence[ID]) -> list[stock.Availability | None]:
        found = await inventory.availability(self.db, ids)
        return [found.get(id) for id in ids]

    async def _newest(self, first: int, ids: Sequence[ID]) -> list[list[order.Order]]:
        found = await orders.of_customers(self.db, self.scope(order_policy.READ), ids, first)
        return [found[id] for id in ids]

    async def _lines(self, ids: Sequence[ID]) -> list[list[order.OrderLine]]:
        self.scope(order_policy.READ)
        found = await lines.of_orders(self.db, ids)
        return [found[id] for id in ids]
