"""Many variants at once: each row has its own outcome, and one bad row is never a defect."""

from typing import Any

import pytest

from models.product import ProductStatus, ProductVariantStatus
from tests.callers import staff
from tests.conftest import Ask
from tests.product.asking import ERRORS, Asking, failure, invalid, stale, unknown
from tests.product.catalog import Catalog

SHOWN = f"""results {{ row {ERRORS} productVariant {{
    sku name version weightGrams options {{ value }} price(currency: EUR) {{ amount }} }} }}"""


def size(value: str) -> list[dict[str, str]]:
    return [{"name": "Size", "value": value}]


def euro(amount: str) -> dict[str, str]:
    return {"amount": amount, "currencyCode": "EUR"}


@pytest.fixture
def bulk(ask: Ask, catalog: Catalog) -> Asking:
    return Asking(ask, catalog, "bulkUpsertProductVariants", SHOWN)


async def _results(bulk: Asking, rows: list[Any], **more: Any) -> list[Any]:
    results: list[Any] = await bulk.done(rows=rows, **{"idempotencyKey": "k"} | more)
    assert [result["row"] for result in results] == list(range(len(rows)))
    return results


async def _rejected(bulk: Asking, rows: list[Any]) -> list[list[Any]]:
    """The errors of each row; nothing was changed."""
    before = await bulk.catalog.rows()
    results = await _results(bulk, rows)
    assert await bulk.catalog.rows() == before
    assert {result["productVariant"] and "made" for result in results} == {None}
    return [result["errors"] for result in results]


async def test_creates_and_updates_by_sku(bulk: Asking, catalog: Catalog) -> None:
    product, other = await catalog.product(), await catalog.product()
    old = await catalog.variant(product, "OLD", ("Size", "S"), weight_grams=10)
    same = await catalog.variant(other, "SAME", name="Same")
    await catalog.price(same, 500)
    results = await _results(
        bulk,
        [
            {"sku": "new", "productId": product, "options": size("M"), "price": euro("9.99")},
            {"sku": "old", "name": "Small", "weightGrams": None, "expectedVersion": 1},
            {"sku": "SAME", "name": "Same", "price": euro("5")},
        ],
    )
    assert [result["errors"] for result in results] == [[], [], []]
    assert [result["productVariant"] for result in results] == [
        {
            "sku": "NEW",
            "name": None,
            "version": 1,
            "weightGrams": None,
            "options": [{"value": "M"}],
            "price": {"amount": "9.99"},
        },
        {
            "sku": "OLD",
            "name": "Small",
            "version": 2,
            "weightGrams": None,
            "options": [{"value": "S"}],
            "price": None,
        },
        {
            "sku": "SAME",
            "name": "Same",
            "version": 1,
            "weightGrams": None,
            "options": [{"value": "SAME"}],
            "price": {"amount": "5.00"},
        },
    ]
    updated, priced = await catalog.events()
    assert updated == ("product.updated", product, 1, {"fields": ["variants"]})
    assert priced[0] == "price.changed"
    assert (priced[3]["product_id"], priced[3]["amount"]) == (product, 999)
    assert priced[1] == f"{priced[3]['variant_id']}:EUR"
    assert old != priced[3]["variant_id"]


async def test_a_price_alone_makes_a_version(bulk: Asking, catalog: Catalog) -> None:
    variant = await catalog.variant(await catalog.product(), "OLD")
    await catalog.price(variant, 500)
    [result] = await _results(bulk, [{"sku": "OLD", "price": euro("6")}])
    assert result["productVariant"]["version"] == 2
    assert result["productVariant"]["price"] == {"amount": "6.00"}
    assert [event[0] for event in await catalog.events()] == ["price.changed"]


async def _bad_rows(catalog: Catalog) -> tuple[list[Any], list[Any]]:
    """One row for each error, with that error; row 0 is sound."""
    product, dead = (
        await catalog.product(),
        await catalog.product(status=ProductStatus.ARCHIVED),
    )
    await catalog.variant(product, "S", ("Size", "S"))
    gone = await catalog.variant(product, "GONE", status=ProductVariantStatus.ARCHIVED)
    new = {"productId": product}

    def at(row: int, name: str) -> tuple[str, ...]:
        return ("rows", str(row), name)

    options = ("OptionsTakenError", "OPTIONS_TAKEN")
    archived = ("ArchivedError", "ARCHIVED")
    cases: list[tuple[Any, Any]] = [
        (new | {"sku": "FINE", "options": size("F")}, None),
        (new | {"sku": "not one"}, invalid(*at(1, "sku"))),
        ({"sku": "ORPHAN"}, invalid(*at(2, "productId"))),
        ({"sku": "ORPHAN2", "productId": "prd_NONE"}, unknown(*at(3, "productId"))),
        (
            {"sku": "DEAD", "productId": dead},
            failure(*archived, *at(4, "productId"), archivedId=dead),
        ),
        ({"sku": "GONE"}, failure(*archived, *at(5, "sku"), archivedId=gone)),
        (
            {"sku": "S", "productId": dead},
            failure("SkuTakenError", "SKU_TAKEN", *at(6, "sku"), sku="S"),
        ),
        (
            new | {"sku": "S2", "options": size("s")},
            failure(*options, *at(7, "options"), sku="S"),
        ),
        (
            new | {"sku": "F2", "options": size("F")},
            failure(*options, *at(8, "options"), sku="FINE"),
        ),
        (new | {"sku": "V", "expectedVersion": 1}, invalid(*at(9, "expectedVersion"))),
        (
            new | {"sku": "W", "weightGrams": -1},
            invalid(*at(10, "weightGrams")),
        ),
        (new | {"sku": "P", "price": euro("-1")}, invalid("rows", "11", "price", "amount")),
        (new | {"sku": "O", "options": None}, invalid(*at(12, "options"))),
        (new | {"sku": "N", "name": "a\0b"}, invalid(*at(13, "name"))),
    ]
    return [row for row, _ in cases], [[error] if error else [] for _, error in cases]


async def test_one_bad_row_rejects_all(bulk: Asking, catalog: Catalog) -> None:
    rows, errors = await _bad_rows(catalog)
    assert await _rejected(bulk, rows) == errors


async def test_or_the_valid_ones_are_applied(bulk: Asking, catalog: Catalog) -> None:
    rows, errors = await _bad_rows(catalog)
    results = await _results(bulk, rows, errorPolicy="APPLY_VALID")
    assert [result["errors"] for result in results] == errors
    made = [result["productVariant"] and result["productVariant"]["sku"] for result in results]
    assert made == ["FINE", *[None] * 13]
    product = rows[0]["productId"]
    assert await catalog.events() == [("product.updated", product, 1, {"fields": ["variants"]})]


async def test_a_stale_row(bulk: Asking, catalog: Catalog) -> None:
    await catalog.variant(await catalog.product(), "OLD")
    refused = await _rejected(bulk, [{"sku": "OLD", "name": "New", "expectedVersion": 4}])
    assert refused == [[stale(4, 1, "rows", "0", "expectedVersion")]]


async def test_duplicates_in_the_batch(bulk: Asking, catalog: Catalog) -> None:
    product = await catalog.product()
    rows = [
        {"sku": "TWICE", "productId": product, "options": size("A")},
        {"sku": "ONCE", "productId": product, "options": size("B")},
        {"sku": " twice ", "productId": product, "options": size("C")},
    ]
    twice = [[invalid("rows", "0", "sku")], [], [invalid("rows", "2", "sku")]]
    assert await _rejected(bulk, rows) == twice
    results = await _results(bulk, rows, errorPolicy="APPLY_VALID", idempotencyKey="other")
    assert [result["errors"] for result in results] == twice
    assert results[1]["productVariant"]["sku"] == "ONCE"


async def test_options_given_up_in_the_batch_stay_taken(bulk: Asking, catalog: Catalog) -> None:
    product = await catalog.product()
    for sku in ("A", "B"):
        await catalog.variant(product, sku, ("Size", sku))
    swap = [{"sku": "A", "options": size("B")}, {"sku": "B", "options": size("A")}]
    assert await _rejected(bulk, swap) == [
        [failure("OptionsTakenError", "OPTIONS_TAKEN", "rows", "0", "options", sku="B")],
        [failure("OptionsTakenError", "OPTIONS_TAKEN", "rows", "1", "options", sku="A")],
    ]


@pytest.mark.parametrize("count", [0, 101])
async def test_a_batch_has_1_to_100_rows(count: int, bulk: Asking) -> None:
    rows = [{"sku": f"S-{n}"} for n in range(count)]
    assert await bulk.refused(rows=rows, idempotencyKey="k") == invalid("rows")


async def test_prices_need_the_right_to_set_prices(ask: Ask, catalog: Catalog) -> None:
    await catalog.variant(await catalog.product(), "OLD")
    rows = [{"sku": "OLD", "name": "New"}, {"sku": "OTHER", "price": euro("1")}]
    writer = staff("product:read", "product:write")
    bulk = Asking(ask, catalog, "bulkUpsertProductVariants", SHOWN, writer)
    forbidden = failure("ForbiddenError", "FORBIDDEN", "rows", "1", "price")
    for policy in ("REJECT_ALL", "APPLY_VALID"):
        refused = await bulk.refused(rows=rows, idempotencyKey="k", errorPolicy=policy)
        assert refused == forbidden
    both = staff("product:read", "product:write", "product:approve")
    bulk = Asking(ask, catalog, "bulkUpsertProductVariants", SHOWN, both)
    [result] = await _results(bulk, [{"sku": "OLD", "price": euro("1")}])
    assert result["productVariant"]["price"] == {"amount": "1.00"}


async def test_a_key_is_not_spent_on_a_batch_to_be_mended(bulk: Asking, catalog: Catalog) -> None:
    product = await catalog.product()
    [[error]] = await _rejected(bulk, [{"sku": "NEW"}])
    assert error == invalid("rows", "0", "productId")
    [result] = await _results(bulk, [{"sku": "NEW", "productId": product}])
    assert result["productVariant"]["sku"] == "NEW"


async def test_a_dry_run_tells_all_and_changes_nothing(ask: Ask, catalog: Catalog) -> None:
    product = await catalog.product()
    before = await catalog.rows()
    shown = "results { row productVariant { sku version } } events { type subject }"
    bulk = Asking(ask, catalog, "bulkUpsertProductVariants", shown)
    rows = [{"sku": "NEW", "productId": product}]
    answer = await bulk.run(rows=rows, idempotencyKey="k", dryRun=True)
    assert answer == {
        "results": [{"row": 0, "productVariant": {"sku": "NEW", "version": 1}}],
        "events": [{"type": "product.updated", "subject": product}],
        "errors": [],
    }
    assert await catalog.rows() == before


async def test_a_repeat_answers_alike_and_another_body_is_refused(
    bulk: Asking, catalog: Catalog
) -> None:
    rows, _ = await _bad_rows(catalog)
    first = await _results(bulk, rows, errorPolicy="APPLY_VALID")
    before = await catalog.rows()
    assert await _results(bulk, rows, errorPolicy="APPLY_VALID") == first
    assert await catalog.rows() == before
    reused = failure("IdempotencyKeyReusedError", "IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
    assert await bulk.refused(rows=rows[:1], idempotencyKey="k") == reused
