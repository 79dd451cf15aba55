"""A list costs as many statements as one entry."""

import pytest

from models.tax import TaxClass
from tests.callers import ADMIN, ANONYMOUS
from tests.conftest import Ask
from tests.product.catalog import Catalog

PAGE = """{ products { edges { node { name category { name parent { name } path { name } }
    variants { displayName product { name } euro: price(currency: EUR) { amount }
        prices { amount { amount } } } } } } }"""
VARIANTS = """{ productVariants { edges { node { sku product { category { products { id } } }
    price(currency: EUR) { amount } } } } }"""
TREE = "{ categories { edges { node { parent { id } children { id } path { id } } } } }"


async def _grow(catalog: Catalog, count: int) -> None:
    for number in range(count):
        root = await catalog.category(f"root-{catalog.made}")
        shelf = await catalog.category(f"shelf-{catalog.made}", root)
        product = await catalog.product(category_id=shelf, tax_class=TaxClass.ZERO)
        for size in ("S", "M"):
            variant = await catalog.variant(product, f"{size}-{catalog.made}", ("Size", size))
            await catalog.price(variant, 1000 + number)


@pytest.mark.parametrize(
    ("document", "count"), [(PAGE, 8), (VARIANTS, 5), (TREE, 4)], ids=["page", "variants", "tree"]
)
async def test_reads(
    document: str, count: int, ask: Ask, catalog: Catalog, statements: list[str]
) -> None:
    for principal in (ADMIN, ANONYMOUS):
        for more in (1, 6):
            await _grow(catalog, more)
            begun = len(statements)
            await ask(document, principal)
            selects = [each for each in statements[begun:] if "SET LOCAL" not in each]
            assert len(selects) == count, selects


async def test_a_bulk_writes_at_once(ask: Ask, catalog: Catalog, statements: list[str]) -> None:
    product = await catalog.product()
    counts = []
    for batch in (2, 40):
        rows = [
            {
                "sku": f"B{batch}-{n}",
                "productId": product,
                "options": [{"name": "Size", "value": f"{batch}-{n}"}],
                "price": {"amount": "1", "currencyCode": "EUR"},
            }
            for n in range(batch)
        ]
        begun = len(statements)
        answer = await ask(
            """mutation($i: BulkUpsertProductVariantsInput!) {
            bulkUpsertProductVariants(input: $i) { results { errors { message } } } }""",
            i={"rows": rows, "idempotencyKey": f"k{batch}"},
        )
        results = answer["bulkUpsertProductVariants"]["results"]
        assert results == [{"errors": []}] * batch
        counts.append(len(statements) - begun)
    assert counts[0] == counts[1]
