"""One query over four agents: its plan, its answer, and what it costs the database."""

import re
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.callers import ADMIN
from tests.workflows.shop import Shop, counted

DOCUMENT = """
query Join($first: Int!) {
  products(first: $first, orderBy: {field: NAME, direction: ASC}) {
    edges { node {
      id
      name
      variants(first: 5) {
        sku
        availability { available }
        stockLevels { warehouse { id } available reserved onHand }
      }
    } }
  }
  customers(first: $first, orderBy: {field: CREATED_AT, direction: ASC}) {
    edges { node {
      id
      displayName
      orders(first: 3) {
        number
        status
        lines { sku quantity variant { displayName availability { available } } }
      }
    } }
  }
}
"""

LIST = re.compile(r"\(\$\d+[^()]*(, \$\d+[^()]*)*\)")

# The same from the tables of all four agents at once, which no agent could ask for.
PRODUCTS = """
SELECT jsonb_build_object('id', p.id, 'name', p.name, 'variants', (
  SELECT coalesce(jsonb_agg(variant ORDER BY created_at, sku), '[]') FROM (
    SELECT v.created_at, v.sku, jsonb_build_object(
      'sku', v.sku,
      'availability', jsonb_build_object('available', (
        SELECT coalesce(sum(s.available), 0) FROM inventory.stock_level s
        WHERE s.variant_id = v.id)),
      'stockLevels', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
          'warehouse', jsonb_build_object('id', s.warehouse_id),
          'available', s.available, 'reserved', s.reserved,
          'onHand', s.available + s.reserved + s.quarantined + s.damaged
        ) ORDER BY s.warehouse_id), '[]')
        FROM inventory.stock_level s WHERE s.variant_id = v.id)
    ) AS variant
    FROM product.product_variant v WHERE v.product_id = p.id
    ORDER BY v.created_at, v.sku LIMIT 5
  ) AS variants)) AS node
FROM product.product p ORDER BY p.name, p.id LIMIT :first
"""
CUSTOMERS = """
SELECT jsonb_build_object('id', c.id, 'displayName', c.first_name || ' ' || c.last_name,
  'orders', (
    SELECT coalesce(jsonb_agg(o.node ORDER BY o.created_at DESC, o.id DESC), '[]') FROM (
      SELECT o.created_at, o.id, jsonb_build_object(
        'number', 'SO-' || o.ordinal, 'status', o.status,
        'lines', (
          SELECT jsonb_agg(jsonb_build_object(
            'sku', l.sku, 'quantity', l.quantity,
            'variant', jsonb_build_object(
              'displayName', p.name || ' (' || (v.options -> 0 ->> 1) || ')',
              'availability', jsonb_build_object('available', (
                SELECT sum(s.available) FROM inventory.stock_level s
                WHERE s.variant_id = v.id)))
          ) ORDER BY l.position)
          FROM "order".order_line l
          JOIN product.product_variant v ON v.id = l.variant_id
          JOIN product.product p ON p.id = v.product_id
          WHERE l.order_id = o.id)
      ) AS node
      FROM "order".orders o WHERE o.customer_id = c.id
      ORDER BY o.created_at DESC, o.id DESC LIMIT 3
    ) AS o)) AS node
FROM customer.customer c ORDER BY c.created_at, c.id LIMIT :first
"""


async def answer(shop: Shop, first: int) -> tuple[dict[str, Any], list[str]]:
    return await counted(shop, lambda: shop.ask(DOCUMENT, ADMIN, {"first": first}))


async def expected(sql: AsyncConnection, first: int) -> dict[str, Any]:
    found = {}
    for name, query in (("products", PRODUCTS), ("customers", CUSTOMERS)):
        rows = await sql.execute(text(query), {"first": first})
        found[name] = {"edges": [{"node": row.node} for row in rows]}
    return found


def test_the_plan_asks_each_agent_once_for_each_step_of_the_way(shop: Shop) -> None:
    plan = shop.gateway.plan(DOCUMENT, variables={"first": 2})
    [step] = plan.steps
    assert [sorted((each.graph, each.kind) for each in wave) for wave in step.waves] == [
        [("customer", "root"), ("product", "root")],
        [("inventory", "entity"), ("order", "entity")],
        [("inventory", "entity"), ("product", "entity")],
    ]
    shown = [line.strip() for line in plan.describe().splitlines()]
    assert [line for line in shown if line.startswith(("Parallel", "Sequence", "Flatten"))] == [
        "Sequence",
        "Parallel",
        "Parallel",
        "Flatten(products.edges.node.variants)",
        "Flatten(customers.edges.node)",
        "Parallel",
        "Flatten(customers.edges.node.orders.lines.variant)",
        "Flatten(customers.edges.node.orders.lines.variant)",
    ]
    assert len([line for line in shown if line.startswith("Fetch(")]) == 6


async def test_the_answer_is_what_the_tables_say(shop: Shop, sql: AsyncConnection) -> None:
    short, _ = await answer(shop, 2)
    assert short == {"data": await expected(sql, 2)}
    body, _ = await answer(shop, 50)
    assert body == {"data": await expected(sql, 50)}
    nodes = [edge["node"] for edge in body["data"]["customers"]["edges"]]
    lines = [line for node in nodes for order in node["orders"] for line in order["lines"]]
    # A join of nothing with nothing would be equal, too.
    assert len(lines) > 100
    assert len({line["variant"]["displayName"] for line in lines}) > 50


async def test_the_number_of_statements_does_not_depend_on_the_length_of_the_lists(
    shop: Shop,
) -> None:
    few, for_few = await answer(shop, 2)
    many, for_many = await answer(shop, 50)
    assert [len(body["data"]["products"]["edges"]) for body in (few, many)] == [2, 50]
    assert sorted(map(_shape, for_few)) == sorted(map(_shape, for_many))
    assert len(for_few) == 9


def _shape(statement: str) -> str:
    """The statement without the number of values that it compares with."""
    return LIST.sub("(...)", statement)
