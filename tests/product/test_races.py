"""What happens at once, on connections of its own: one effect, or a typed error."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from models.product import ProductStatus
from tests.conftest import Ask
from tests.product.asking import Asking
from tests.product.catalog import Catalog

pytestmark = pytest.mark.commits
SIZE = {"name": "Size"}


async def _codes(calls: list[Any]) -> Counter[str]:
    answers = await asyncio.gather(*calls)
    codes = [[error["code"] for error in answer["errors"]] or ["OK"] for answer in answers]
    return Counter(code for each in codes for code in each)


async def test_a_sku_wanted_by_many(ask: Ask, catalog: Catalog) -> None:
    create = Asking(ask, catalog, "createProductVariant", "productVariant { id }")
    products = [await catalog.product() for _ in range(4)]
    calls = [create.run(productId=product, sku="MUG") for product in products * 2]
    assert await _codes(calls) == {"OK": 1, "SKU_TAKEN": 7}
    assert len((await catalog.rows())["product_variant"]) == 1


async def test_options_wanted_by_many(ask: Ask, catalog: Catalog) -> None:
    create = Asking(ask, catalog, "createProductVariant", "productVariant { id }")
    product = await catalog.product()
    options = [SIZE | {"value": "M"}]
    calls = [create.run(productId=product, sku=f"M-{n}", options=options) for n in range(8)]
    assert await _codes(calls) == {"OK": 1, "OPTIONS_TAKEN": 7}


async def test_a_slug_wanted_by_many(ask: Ask, catalog: Catalog) -> None:
    create = Asking(ask, catalog, "createProduct", "product { id }")
    update = Asking(ask, catalog, "updateProduct", "product { id }")
    product = await catalog.product()
    calls = [create.run(name="Mug", slug="mug") for _ in range(4)]
    assert await _codes([*calls, update.run(productId=product, slug="mug")]) == {
        "OK": 1,
        "SLUG_TAKEN": 4,
    }
    upsert = Asking(ask, catalog, "upsertCategory", "category { id }")
    assert await _codes([upsert.run(name="Cups") for _ in range(5)]) == {"OK": 1, "SLUG_TAKEN": 4}


async def test_two_moves_that_make_a_cycle_together(ask: Ask, catalog: Catalog) -> None:
    upsert = Asking(ask, catalog, "upsertCategory", "category { id }")
    one, two = await catalog.category("one"), await catalog.category("two")
    moves = [upsert.run(categoryId=one, parentId=two), upsert.run(categoryId=two, parentId=one)]
    assert await _codes(moves) == {"OK": 1, "CATEGORY_CYCLE": 1}


async def test_publishing_against_archiving_the_only_variant(ask: Ask, catalog: Catalog) -> None:
    publish = Asking(ask, catalog, "publishProduct", "product { status }")
    archive = Asking(ask, catalog, "archiveProductVariant", "productVariant { status }")
    for _ in range(5):
        product, variant = await catalog.shirt(ProductStatus.DRAFT)
        published, _ = await asyncio.gather(
            publish.run(productId=product), archive.done(variantId=variant)
        )
        events = [type for type, *_ in await catalog.events()][-2:]
        if published["errors"]:
            assert published["errors"][0]["reasons"] == ["NO_ACTIVE_VARIANT"]
            assert events[-1] == "variant.archived"
        else:
            assert events == ["product.published", "variant.archived"]


async def test_prices_set_at_once_are_all_kept(ask: Ask, catalog: Catalog) -> None:
    variant = await catalog.variant(await catalog.product(), "MUG")
    set_price = Asking(ask, catalog, "setPrice", "productVariant { version }")

    def price(amount: int, **more: Any) -> Any:
        money = {"amount": str(amount), "currencyCode": "EUR"}
        return set_price.run(variantId=variant, price=money, **more)

    assert await _codes([price(n) for n in range(8)]) == {"OK": 8}
    assert len((await catalog.rows())["price"]) == 8
    assert [sequence for _, _, sequence, _ in await catalog.events()] == list(range(1, 9))
    expecting = [price(n, expectedVersion=9) for n in (90, 91, 92)]
    assert await _codes(expecting) == {"OK": 1, "STALE_VERSION": 2}


async def test_a_bulk_sent_twice_at_once(ask: Ask, catalog: Catalog) -> None:
    product = await catalog.product()
    shown = "results { row productVariant { id version } errors { code } }"
    bulk = Asking(ask, catalog, "bulkUpsertProductVariants", shown)
    rows = [
        {"sku": f"S-{n}", "productId": product, "options": [SIZE | {"value": str(n)}]}
        for n in range(5)
    ]
    sent = {"rows": [*rows, {"sku": "ORPHAN"}], "errorPolicy": "APPLY_VALID"}
    twins = await asyncio.gather(*(bulk.run(**sent, idempotencyKey="k") for _ in range(4)))
    assert all(twin == twins[0] for twin in twins)
    assert [bool(each["productVariant"]) for each in twins[0]["results"]] == [*[True] * 5, False]
    assert len((await catalog.rows())["product_variant"]) == 5
    assert len(await catalog.events()) == 1
    before = await catalog.rows()
    other = await bulk.run(rows=rows[:1], idempotencyKey="k")
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert await catalog.rows() == before


async def test_overlapping_bulks_neither_lock_up_nor_fail(ask: Ask, catalog: Catalog) -> None:
    products = [await catalog.product() for _ in range(3)]
    shown = "results { productVariant { sku } errors { code } }"
    bulk = Asking(ask, catalog, "bulkUpsertProductVariants", shown)

    def batch(number: int) -> Any:
        rows = [
            {
                "sku": f"S-{n}",
                "productId": products[n % 3],
                "options": [SIZE | {"value": str(n)}],
                "weightGrams": number,
            }
            for n in range(12)
        ]
        return bulk.run(rows=rows[number:] + rows[:number], idempotencyKey=f"k{number}")

    answers = await asyncio.gather(*map(batch, range(8)))
    for answer in answers:
        assert [row["errors"] for row in answer["results"]] == [[]] * 12
    assert len((await catalog.rows())["product_variant"]) == 12
