"""Rows of a catalog to test on, and what to compare afterwards."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from models import product as tables
from models.database import Database
from models.platform import outbox
from models.product import ProductStatus, ProductVariantStatus
from models.tax import TaxClass
from subgraphs.product.options import options_key

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
TABLES = (tables.category, tables.product, tables.product_variant, tables.price)
Event = tuple[str, str, int, dict[str, Any]]


@dataclass
class Catalog:
    """Writes rows past all rules, each a minute later than the one before."""

    db: Database
    made: int = field(default=0)

    async def category(self, name: str, parent: str | None = None) -> str:
        row = {"name": name.title(), "slug": name, "parent_id": parent}
        return await self._add(tables.category, "cat", **row)

    async def product(
        self, name: str = "Linen shirt", status: ProductStatus = ProductStatus.ACTIVE, **more: Any
    ) -> str:
        row = {"name": name, "status": status, "tax_class": TaxClass.STANDARD} | more
        return await self._add(tables.product, "prd", **row)

    async def variant(
        self,
        product: str,
        sku: str,
        *options: tuple[str, str],
        status: ProductVariantStatus = ProductVariantStatus.ACTIVE,
        **more: Any,
    ) -> str:
        pairs = [list(pair) for pair in options] or [["Size", sku]]
        row = {"product_id": product, "sku": sku, "options": pairs, "status": status}
        key = {"options_key": options_key(pairs)}
        return await self._add(tables.product_variant, "var", **row, **key, **more)

    async def price(
        self, variant: str, amount: int, currency: str = "EUR", begins: datetime = BEGAN
    ) -> None:
        row = {"variant_id": variant, "currency": currency, "amount": amount}
        times = {"valid_from": begins, "created_at": BEGAN}
        async with self.db.unit_of_work() as work:
            await work.execute(insert(tables.price).values(**row, **times))

    async def shirt(self, status: ProductStatus = ProductStatus.ACTIVE) -> tuple[str, str]:
        """A product with a variant that costs 20 euro."""
        product = await self.product(status=status)
        variant = await self.variant(product, f"SHIRT-{self.made}", ("Size", "M"))
        await self.price(variant, 2000)
        return product, variant

    async def rows(self) -> dict[str, list[Any]]:
        """Everything there is, events included: equal where nothing changed."""
        found = {
            table.name: sorted(map(repr, await self.db.rows(select(table)))) for table in TABLES
        }
        return found | {"outbox": list(await self.db.rows(select(outbox.c.id)))}

    async def events(self) -> list[Event]:
        """Type, aggregate, sequence and data, in the order in which they were written."""
        found = await self.db.rows(select(outbox).order_by(outbox.c.ordinal))
        return [(each.type, each.aggregate_id, each.sequence, each.data) for each in found]

    async def _add(self, table: Any, prefix: str, **values: Any) -> str:
        self.made += 1
        id = self.db.make_id(prefix)
        at = BEGAN + timedelta(minutes=self.made)
        async with self.db.unit_of_work() as work:
            row = insert(table).values(id=id, created_at=at, updated_at=at, **values)
            await work.execute(row)
        return id
