"""Setting prices: from now or later, once per instant, and what a dry run tells."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.product import ProductVariantStatus
from tests.conftest import Ask
from tests.product.asking import Asking, failure, invalid, stale, unknown
from tests.product.catalog import Catalog

SHOWN = """productVariant { version euro: price(currency: EUR) { amount currencyCode }
    yen: price(currency: JPY) { amount } prices { amount { amount } validFrom } }"""


def euro(amount: str) -> dict[str, str]:
    return {"amount": amount, "currencyCode": "EUR"}


@pytest.fixture
def set_price(ask: Ask, catalog: Catalog) -> Asking:
    return Asking(ask, catalog, "setPrice", SHOWN)


@pytest.fixture
async def variant(catalog: Catalog) -> str:
    return await catalog.variant(await catalog.product(), "MUG")


def _event(variant: str, product: str, sequence: int, amount: int, begins: str) -> Any:
    data = {
        "variant_id": variant,
        "product_id": product,
        "amount": amount,
        "currency": "EUR",
        "valid_from": begins,
    }
    return ("price.changed", f"{variant}:EUR", sequence, data)


async def test_a_price_from_now_on_is_in_the_payload(set_price: Asking, catalog: Catalog) -> None:
    product = await catalog.product()
    variant = await catalog.variant(product, "MUG")
    changed: Any = None
    for version, amount in ((2, "12.50"), (3, "0"), (4, "12.5")):
        changed = await set_price.done(variantId=variant, price=euro(amount))
        assert changed["version"] == version
        assert float(changed["euro"]["amount"]) == float(amount)
        assert changed["euro"]["currencyCode"] == "EUR"
        assert changed["yen"] is None
    listed = changed["prices"]
    assert [price["amount"]["amount"] for price in listed] == ["12.50", "0.00", "12.50"]
    begins = [price["validFrom"] for price in listed]
    assert begins == sorted(begins, reverse=True)
    assert await catalog.events() == [
        _event(variant, product, 1, 1250, begins[2]),
        _event(variant, product, 2, 0, begins[1]),
        _event(variant, product, 3, 1250, begins[0]),
    ]


async def test_two_prices_in_one_request(ask: Ask, variant: str) -> None:
    data = await ask(
        """mutation($id: ID!) {
            one: setPrice(input: {variantId: $id, price: {amount: "1", currencyCode: EUR}}) {
                productVariant { price(currency: EUR) { amount } } }
            two: setPrice(input: {variantId: $id, price: {amount: "2", currencyCode: EUR}}) {
                productVariant { price(currency: EUR) { amount } } } }""",
        id=variant,
    )
    assert data["one"] == {"productVariant": {"price": {"amount": "1.00"}}}
    assert data["two"] == {"productVariant": {"price": {"amount": "2.00"}}}


async def test_a_price_to_come_is_replaced_at_its_instant(
    set_price: Asking, catalog: Catalog
) -> None:
    product = await catalog.product()
    variant = await catalog.variant(product, "MUG")
    later = (catalog.db.clock() + timedelta(days=9)).replace(microsecond=0)
    begins = later.isoformat().replace("+00:00", "Z")
    changed: Any = None
    for amount in ("9", "8"):
        changed = await set_price.done(
            variantId=variant, price=euro(amount), validFrom=later.isoformat()
        )
    assert changed["euro"] is None
    assert changed["prices"] == [{"amount": {"amount": "8.00"}, "validFrom": begins}]
    assert await catalog.events() == [
        _event(variant, product, 1, 900, begins),
        _event(variant, product, 2, 800, begins),
    ]


async def test_the_same_price_again_is_no_change(
    set_price: Asking, variant: str, catalog: Catalog
) -> None:
    later = (catalog.db.clock() + timedelta(days=9)).isoformat()
    await set_price.done(variantId=variant, price=euro("5"))
    await set_price.done(variantId=variant, price=euro("5"), validFrom=later)
    before = await catalog.rows()
    assert (await set_price.done(variantId=variant, price=euro("5.00")))["version"] == 3
    await set_price.done(variantId=variant, price=euro("5"), validFrom=later)
    assert await catalog.rows() == before


async def test_a_dry_run_changes_nothing(
    ask: Ask, set_price: Asking, variant: str, catalog: Catalog
) -> None:
    before = await catalog.rows()
    asking = Asking(ask, catalog, "setPrice", "events { type subject } productVariant { version }")
    answer = await asking.run(variantId=variant, price=euro("5"), dryRun=True)
    assert answer == {
        "events": [{"type": "price.changed", "subject": f"{variant}:EUR"}],
        "productVariant": {"version": 2},
        "errors": [],
    }
    assert await catalog.rows() == before
    assert await set_price.refused(
        variantId=variant, price=euro("5"), dryRun=True, expectedVersion=2
    ) == stale(2, 1)


@pytest.mark.parametrize(
    "price",
    [
        euro("-0.01"),
        euro("1.005"),
        {"amount": "1.5", "currencyCode": "JPY"},
        euro("1e20"),
    ],
)
async def test_impossible_amounts(price: dict[str, str], set_price: Asking, variant: str) -> None:
    refused = await set_price.refused(variantId=variant, price=price)
    assert refused == invalid("price", "amount")


@pytest.mark.parametrize("currency", ["XXX", "eur", "EURO", 7])
async def test_unknown_currencies(currency: object, ask: Ask, variant: str) -> None:
    document = """mutation($v: ID!, $c: CurrencyCode!) { setPrice(input: {
        variantId: $v, price: {amount: "1", currencyCode: $c}}) { errors { code } } }"""
    [error] = await ask(document, errors=True, v=variant, c=currency)
    assert "Not a currency of this shop" in error["message"]


async def test_the_past_is_not_rewritten(set_price: Asking, variant: str, catalog: Catalog) -> None:
    past = catalog.db.clock() - timedelta(seconds=1)
    for begins in (past, datetime(1, 1, 1, tzinfo=UTC)):
        refused = await set_price.refused(
            variantId=variant, price=euro("1"), validFrom=begins.isoformat()
        )
        assert refused == invalid("validFrom")


async def test_unknown_stale_and_archived(
    set_price: Asking, variant: str, catalog: Catalog
) -> None:
    product = await catalog.product()
    gone = await catalog.variant(product, "GONE", status=ProductVariantStatus.ARCHIVED)
    price = euro("1")
    assert await set_price.refused(variantId="var_NONE", price=price) == unknown("variantId")
    refused = await set_price.refused(variantId=variant, price=price, expectedVersion=2)
    assert refused == stale(2, 1)
    assert await set_price.refused(variantId=gone, price=price) == failure(
        "ArchivedError", "ARCHIVED", "variantId", archivedId=gone
    )
