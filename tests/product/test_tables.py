"""What the database itself refuses, should a rule above it fail."""

from typing import Any

import pytest
from sqlalchemy import Table, insert
from sqlalchemy.exc import IntegrityError

from models import product as tables
from tests.product.catalog import BEGAN, Catalog

TIMES = {"created_at": BEGAN, "updated_at": BEGAN}


async def _refuses(catalog: Catalog, table: Table, constraint: str, **row: Any) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        async with catalog.db.unit_of_work() as work:
            await work.execute(insert(table).values(row))


@pytest.mark.parametrize(
    ("constraint", "row"),
    [
        ("product_variant_sku_key", {"sku": "RED"}),
        ("product_variant_live_options_key", {"options_key": "red"}),
        ("product_variant_sku_check", {"sku": "red"}),
        ("product_variant_weight_grams_check", {"weight_grams": -1}),
        ("product_variant_product_id_fkey", {"product_id": "prd_NONE"}),
    ],
)
async def test_variants(constraint: str, row: dict[str, Any], catalog: Catalog) -> None:
    product = await catalog.product()
    fresh = {"id": "var_NEW", "sku": "NEW", "options_key": "new", "product_id": product}
    red = {"id": "var_RED", "sku": "RED", "options_key": "red", "product_id": product}
    live = {"status": tables.ProductVariantStatus.ACTIVE}
    async with catalog.db.unit_of_work() as work:
        await work.execute(insert(tables.product_variant).values(red | live | TIMES))
    await _refuses(catalog, tables.product_variant, constraint, **fresh | live | TIMES | row)


@pytest.mark.parametrize(
    ("constraint", "row"),
    [
        ("price_pkey", {}),
        ("price_amount_check", {"amount": -1, "currency": "USD"}),
        ("price_currency_check", {"currency": "eur"}),
        ("price_variant_id_fkey", {"variant_id": "var_NONE"}),
    ],
)
async def test_prices(constraint: str, row: dict[str, Any], catalog: Catalog) -> None:
    variant = await catalog.variant(await catalog.product(), "MUG")
    await catalog.price(variant, 1000)
    again = {"variant_id": variant, "currency": "EUR", "amount": 1, "valid_from": BEGAN}
    await _refuses(catalog, tables.price, constraint, **again | {"created_at": BEGAN} | row)


@pytest.mark.parametrize(
    ("constraint", "row"),
    [
        ("category_parent_id_slug_key", {}),
        ("category_not_its_own_parent_check", {"parent_id": "cat_NEW"}),
        ("category_slug_check", {"slug": "Not a slug"}),
        ("category_name_check", {"slug": "new", "name": ""}),
    ],
)
async def test_categories(constraint: str, row: dict[str, Any], catalog: Catalog) -> None:
    await catalog.category("cups")
    again = {"id": "cat_NEW", "name": "Cups", "slug": "cups"}
    await _refuses(catalog, tables.category, constraint, **again | TIMES | row)
