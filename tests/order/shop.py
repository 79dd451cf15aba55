"""A small shop in all four agents' tables: what can be bought, by whom, sent how, taxed how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select, text, update

from models import customer, inventory, order, product
from models.customer import CustomerStatus
from models.database import Database
from models.ids import ulid
from models.platform import outbox
from models.product import ProductStatus, ProductVariantStatus
from models.tax import TaxClass
from subgraphs.kit import ID, Principal
from tests import callers

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = {"created_at": BEGAN, "updated_at": BEGAN}
WAREHOUSES = [ulid("whs", 0, number) for number in range(2)]
RATES = {TaxClass.STANDARD: "0.19", TaxClass.REDUCED: "0.07", TaxClass.ZERO: "0"}
LAW = {"DE": RATES, "FR": {TaxClass.STANDARD: "0.20"}}
TABLES = [
    order.orders,
    order.order_line,
    order.order_discount,
    order.order_hold,
    order.order_note,
    order.shipping_method,
    order.tax_rate,
    order.placement,
]


def cus(number: int) -> ID:
    return ID(ulid("cus", 0, number))


def var(number: int) -> ID:
    return ID(ulid("var", 0, number))


def method(code: str) -> ID:
    return ID(ulid("shm", 0, int.from_bytes(code.encode()[:9], "big")))


ANNA, BEN = cus(1), cus(2)
DHL, EXPRESS, OLD, DOLLARS = map(method, ("dhl", "express", "old", "dollars"))
as_anna: Principal = callers.customer(ANNA)
as_ben: Principal = callers.customer(BEN)

ADDRESS = {
    "name": "Anna Müller",
    "line1": "Hauptstr. 1",
    "postalCode": "10115",
    "city": "Berlin",
    "country": "DE",
}


@dataclass
class Shop:
    """Variant `var(n)` costs n times 10 EUR or 11 USD; even ones are taxed at the reduced rate."""

    databases: Mapping[str, Database]

    @property
    def db(self) -> Database:
        return self.databases["order"]

    async def open(self) -> "Shop":
        """Anna and Ben, four shipping methods, taxes in two countries, a hundred of 1, 2 and 3."""
        await self.customers(ANNA, BEN)
        await self.sells(*range(1, 4))
        rows = [
            {"id": id, "code": code, "name": code.title(), "price": price, "currency": currency}
            for id, code, price, currency in (
                (DHL, "dhl", 595, "EUR"),
                (EXPRESS, "express", 1190, "EUR"),
                (OLD, "old", 100, "EUR"),
                (DOLLARS, "dollars", 700, "USD"),
            )
        ]
        for row in rows:
            row |= {"countries": ["DE", "FR"], "active": row["id"] != OLD, **TIMES}
            if row["id"] == EXPRESS:
                row["countries"] = ["DE"]
        await self._add("order", order.shipping_method, rows)
        rates = [
            {"id": ulid("txr", 0, number), "country": country, "tax_class": tax, **TIMES}
            | {"rate": Decimal(rate)}
            for number, (country, tax, rate) in enumerate(
                (country, tax, rate) for country in LAW for tax, rate in LAW[country].items()
            )
        ]
        await self._add("order", order.tax_rate, rates)
        return self

    async def customers(self, *ids: ID, status: CustomerStatus = CustomerStatus.ACTIVE) -> None:
        rows = [
            {"id": id, "status": status, "email": f"{id.lower()}@example.com", **TIMES}
            for id in ids
        ]
        row = insert(customer.customer).values(name_key="", search=text("''::tsvector"))
        async with self.databases["customer"].unit_of_work() as work:
            for each in rows:
                await work.execute(row.values(**each))

    async def sells(self, *numbers: int, stock: int = 100) -> None:
        products = [
            {
                "id": ulid("prd", 0, number),
                "name": f"Thing {number}",
                "status": ProductStatus.ACTIVE,
                "tax_class": TaxClass.REDUCED if number % 2 == 0 else TaxClass.STANDARD,
                **TIMES,
            }
            for number in numbers
        ]
        variants = [
            {
                "id": var(number),
                "product_id": ulid("prd", 0, number),
                "sku": f"THING-{number}",
                "options_key": "",
                "status": ProductVariantStatus.ACTIVE,
                **TIMES,
            }
            for number in numbers
        ]
        prices = [
            {
                "variant_id": var(number),
                "currency": currency,
                "amount": number * unit,
                "valid_from": BEGAN,
                "created_at": BEGAN,
            }
            for number in numbers
            for currency, unit in (("EUR", 1000), ("USD", 1100))
        ]
        await self._add("product", product.product, products)
        await self._add("product", product.product_variant, variants)
        await self._add("product", product.price, prices)
        await self.stocks(dict.fromkeys(numbers, stock))

    async def stocks(self, units: Mapping[int, int]) -> None:
        """Half of each in either warehouse."""
        levels = [
            {
                "id": ulid("stk", 0, number * 10 + place),
                "variant_id": var(number),
                "warehouse_id": warehouse,
                "available": (count + place) // 2,
                **TIMES,
            }
            for number, count in units.items()
            for place, warehouse in enumerate(WAREHOUSES)
        ]
        await self._add("inventory", inventory.stock_level, levels)

    async def price(self, number: int, amount: int | None) -> None:
        """A new price in euro; None takes it away."""
        row = product.price.c
        mine = (row.variant_id == var(number)) & (row.currency == "EUR")
        async with self.databases["product"].unit_of_work() as work:
            if amount is None:
                await work.execute(product.price.delete().where(mine))
            else:
                await work.execute(update(product.price).where(mine).values(amount=amount))

    async def withdraw(self, number: int) -> None:
        """The product is paused: its variant is not sellable."""
        async with self.databases["product"].unit_of_work() as work:
            paused = update(product.product).where(product.product.c.id == ulid("prd", 0, number))
            await work.execute(paused.values(status=ProductStatus.PAUSED))

    async def set_status(self, id: ID, status: CustomerStatus) -> None:
        async with self.databases["customer"].unit_of_work() as work:
            changed = update(customer.customer).where(customer.customer.c.id == id)
            await work.execute(changed.values(status=status))

    async def free(self, number: int) -> int:
        """Units that nobody has reserved."""
        level = inventory.stock_level.c
        total = select(func.sum(level.available)).where(level.variant_id == var(number))
        [(units,)] = await self.databases["inventory"].rows(total)
        return int(units)

    async def reserved(self, reservation: str) -> dict[str, int]:
        """Units by variant that a reservation keeps now."""
        line = inventory.reservation_line.c
        rows = select(line.variant_id, func.sum(line.reserved + line.committed).label("units"))
        rows = rows.where(line.reservation_id == reservation).group_by(line.variant_id)
        found = await self.databases["inventory"].rows(rows)
        return {row.variant_id: int(row.units) for row in found if row.units}

    async def reservations(self, order_id: str) -> list[tuple[str, str]]:
        """Ids and states, in the order in which they were made."""
        each = inventory.reservation.c
        rows = select(each.id, each.status).where(each.order_id == order_id).order_by(each.id)
        return [(row.id, row.status.name) for row in await self.databases["inventory"].rows(rows)]

    async def age(self, order_id: str) -> None:
        """What is reserved for the order will be given up within the minute."""
        each = inventory.reservation.c
        async with self.databases["inventory"].unit_of_work() as work:
            old = update(inventory.reservation).where(each.order_id == order_id)
            await work.execute(old.values(expires_at=work.now + timedelta(seconds=59)))

    async def row(self, order_id: str) -> Any:
        """The order's row."""
        [row] = await self.db.rows(select(order.orders).where(order.orders.c.id == order_id))
        return row

    async def ordered(self, order_id: str) -> dict[str, int]:
        """Units by variant that an order has lines for."""
        line = order.order_line.c
        rows = select(line.variant_id, line.quantity).where(line.order_id == order_id)
        return {row.variant_id: row.quantity for row in await self.db.rows(rows)}

    async def facts(self, *types: str) -> list[tuple[str, str, int, dict[str, Any]]]:
        """The order agent's events: type, subject, sequence, data."""
        rows = select(outbox).where(outbox.c.agent == "order").order_by(outbox.c.ordinal)
        return [
            (row.type, row.aggregate_id, row.sequence, row.data)
            for row in await self.db.rows(rows)
            if not types or row.type in types
        ]

    async def everything(self) -> dict[str, list[Any]]:
        """What a refusal leaves as it is; generations are nobody's business but ours."""
        found: dict[str, list[Any]] = {}
        for table in TABLES:
            columns = [column for column in table.c if column.name != "generation"]
            rows = await self.db.rows(select(*columns).order_by(*table.primary_key))
            found[table.name] = [tuple(row) for row in rows]
        return found | {"outbox": await self.facts()}

    async def _add(self, agent: str, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        async with self.databases[agent].unit_of_work() as work:
            await work.execute(insert(table), rows)
