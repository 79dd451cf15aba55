"""The floor: the page's JSON by hand, with Starlette and asyncpg, and six statements."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import asyncpg
import orjson
from sqlalchemy.engine import make_url
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.servers.process import Meter, authenticator, run, serve_announced
from gateway.policy.authentication import Authenticator
from models.money import MINOR_DIGITS
from souk.settings import Settings

PRODUCTS = """
    SELECT page.id, page.name, page.brand, variant.id AS variant, sku, options,
           variant.name AS variant_name
    FROM (SELECT id, name, brand FROM product.product ORDER BY name, id LIMIT $1) AS page
    LEFT JOIN LATERAL (
        SELECT id, sku, options, name, created_at FROM product.product_variant
        WHERE product_id = page.id ORDER BY created_at, sku LIMIT 20
    ) AS variant ON true
    ORDER BY page.name, page.id, variant.created_at, sku
"""
LEVELS = """
    SELECT variant_id, warehouse_id, available, reserved, on_hand FROM inventory.stock_level
    WHERE variant_id = ANY($1) ORDER BY warehouse_id
"""
CUSTOMER = "SELECT id, first_name, last_name FROM customer.customer WHERE id = $1"
ORDERS = """
    SELECT id, number, status, currency FROM "order".orders
    WHERE customer_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2
"""
LINES = """
    SELECT line.order_id, line.id, line.name, line.quantity, line.unit_price,
           variant.id AS variant, variant.sku, variant.options, variant.name AS variant_name,
           product.name AS product_name
    FROM "order".order_line AS line
    JOIN product.product_variant AS variant ON variant.id = line.variant_id
    JOIN product.product AS product ON product.id = variant.product_id
    WHERE line.order_id = ANY($1) ORDER BY line.position
"""
AVAILABLE = """
    SELECT variant_id, sum(available) AS available FROM inventory.stock_level
    WHERE variant_id = ANY($1) GROUP BY variant_id
"""

Json = dict[str, Any]
Fetch = Callable[..., Awaitable[list[asyncpg.Record]]]


class Floor:
    """The route `/page`, on one pool; each page holds one connection from its start to its end."""

    def __init__(self, pool: asyncpg.Pool, who: Authenticator, meter: Meter) -> None:
        self._pool = pool
        self._who = who
        self._meter = meter

    async def page(self, request: Request) -> Response:
        self._who.authenticate(request.headers.get("authorization"))
        asked = request.query_params
        async with self._pool.acquire() as connection:
            fetch = partial(self._fetch, connection)
            edges = await _products(fetch, int(asked["products"]))
            customer = await _customer(fetch, asked["customer"], int(asked["orders"]))
        answer = {"data": {"products": {"edges": edges}, "customer": customer}}
        return Response(orjson.dumps(answer), media_type="application/json")

    async def _fetch(self, connection: Any, sql: str, *values: Any) -> list[asyncpg.Record]:
        self._meter.count()
        found: list[asyncpg.Record] = await connection.fetch(sql, *values)
        return found


async def _products(fetch: Fetch, first: int) -> list[Json]:
    rows = await fetch(PRODUCTS, first)
    levels: dict[str, list[Json]] = defaultdict(list)
    for level in await fetch(LEVELS, [row["variant"] for row in rows]):
        levels[level["variant_id"]].append(
            {
                "warehouse": {"id": level["warehouse_id"]},
                "available": level["available"],
                "reserved": level["reserved"],
                "onHand": level["on_hand"],
            }
        )
    nodes: dict[str, Json] = {}
    for row in rows:
        node = nodes.get(row["id"])
        if node is None:
            node = {"id": row["id"], "name": row["name"], "brand": row["brand"], "variants": []}
            nodes[row["id"]] = node
        if row["variant"] is not None:
            variant = _variant(row, row["name"])
            variant["stockLevels"] = levels[row["variant"]]
            node["variants"].append(variant)
    return [{"node": node} for node in nodes.values()]


async def _customer(fetch: Fetch, id: str, first: int) -> Json | None:
    found = await fetch(CUSTOMER, id)
    if not found:
        return None
    orders = await fetch(ORDERS, id, first)
    currency = {order["id"]: order["currency"] for order in orders}
    rows = await fetch(LINES, list(currency))
    available = {
        row["variant_id"]: row["available"]
        for row in await fetch(AVAILABLE, [row["variant"] for row in rows])
    }
    lines: dict[str, list[Json]] = defaultdict(list)
    for row in rows:
        variant = _variant(row, row["product_name"])
        units = available.get(row["variant"], 0)
        variant["availability"] = {"available": units, "inStock": units > 0}
        lines[row["order_id"]].append(
            {
                "id": row["id"],
                "name": row["name"],
                "quantity": row["quantity"],
                "unitPrice": _money(row["unit_price"], currency[row["order_id"]]),
                "variant": variant,
            }
        )
    names = filter(None, (found[0]["first_name"], found[0]["last_name"]))
    return {
        "id": id,
        "displayName": " ".join(names) or None,
        "orders": [
            {
                "id": order["id"],
                "number": order["number"],
                "status": order["status"],
                "lines": lines[order["id"]],
            }
            for order in orders
        ],
    }


def _variant(row: asyncpg.Record, product: str) -> Json:
    apart = ", ".join(value for _, value in orjson.loads(row["options"])) or row["variant_name"]
    return {
        "id": row["variant"],
        "sku": row["sku"],
        "displayName": f"{product} ({apart})" if apart else product,
    }


def _money(units: int, currency: str) -> Json:
    whole, rest = divmod(units, 10 ** MINOR_DIGITS[currency])
    digits = MINOR_DIGITS[currency]
    amount = f"{whole}.{rest:0{digits}}" if digits else str(whole)
    return {"amount": amount, "currencyCode": currency}


async def main(settings: Settings, meter: Meter) -> None:
    assert settings.database_url is not None
    url = make_url(settings.database_url).set(drivername="postgresql")
    dsn = url.render_as_string(hide_password=False)
    session = {"jit": "off"}  # as the platform's sessions
    async with asyncpg.create_pool(dsn, max_size=settings.pool_size, server_settings=session) as db:
        floor = Floor(db, authenticator(settings), meter)
        app = Starlette(routes=[Route("/page", floor.page)])
        await serve_announced(app, settings)


if __name__ == "__main__":
    run(main)
