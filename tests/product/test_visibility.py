"""Who is not of the staff sees what is on sale; the rest is indistinguishable from unknown."""

from datetime import timedelta

import pytest

from models.product import ProductStatus, ProductVariantStatus
from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, customer, reader, service, staff
from tests.conftest import Ask
from tests.platform import Platform
from tests.product.catalog import BEGAN, Catalog

FIELDS = (
    *("product", "products", "productVariant", "productVariants", "productVariantBySku"),
    *("variants", "price", "prices", "category", "Product", "ProductVariant"),
)
PUBLIC = [
    ANONYMOUS,
    customer("cus_ANNA"),
    staff("product:write", "order:read"),
    service("order", *FIELDS, on_behalf_of="cus_ANNA"),
]
SEES_ALL = [ADMIN, reader("product"), service("order", *FIELDS, on_behalf_of="usr_STAFF")]
WAYS = """query($product: ID!, $variant: ID!, $sku: String!, $shelf: ID!) {
    product(id: $product) { id variants { id } }
    productVariant(id: $variant) { id }
    productVariantBySku(sku: $sku) { id product { id } }
    products(where: {id: {eq: $product}}) { totalCount edges { node { id } } }
    productVariants(where: {id: {in: [$variant]}}) { totalCount edges { node { id } } }
    category(id: $shelf) { products { id } } }"""
ENTITIES = """query($r: [_Any!]!) { _entities(representations: $r) {
    ... on Product { id variants { id } } ... on ProductVariant { id } } }"""


def _name(principal: Principal) -> str:
    return f"{principal.kind}-{principal.on_behalf_of or principal.id}"


async def _hidden(catalog: Catalog, shelf: str, how: str) -> dict[str, str]:
    live = how == "archived variant"
    status = ProductStatus.ACTIVE if live else ProductStatus[how]
    gone = ProductVariantStatus.ARCHIVED if live else ProductVariantStatus.ACTIVE
    product = await catalog.product(status=status, category_id=shelf)
    variant = await catalog.variant(product, "HIDDEN", status=gone)
    # The product of an archived variant is no secret: only the variant is asked for.
    return {"product": "prd_NONE" if live else product, "variant": variant, "sku": "HIDDEN"}


@pytest.mark.parametrize("how", ["DRAFT", "PAUSED", "ARCHIVED", "archived variant"])
@pytest.mark.parametrize("principal", PUBLIC, ids=_name)
async def test_the_hidden_is_unknown_by_every_way_in(
    principal: Principal, how: str, ask: Ask, platform: Platform, catalog: Catalog
) -> None:
    shelf, empty = await catalog.category("shirts"), await catalog.category("empty")
    hidden = await _hidden(catalog, shelf, how)
    unknown = {"product": "prd_NONE", "variant": "var_NONE", "sku": "NONE"}
    if how == "archived variant":
        shelf = empty
    seen = await ask(WAYS, principal, **hidden, shelf=shelf)
    assert seen == await ask(WAYS, principal, **unknown, shelf=empty)
    assert seen["productVariants"] == {"totalCount": 0, "edges": []}
    assert await _entities(platform, principal, hidden) == await _entities(
        platform, principal, unknown
    )


async def _entities(platform: Platform, principal: Principal, keys: dict[str, str]) -> object:
    asked = [
        {"__typename": "Product", "id": keys["product"]},
        {"__typename": "ProductVariant", "id": keys["variant"]},
        {"__typename": "ProductVariant", "sku": keys["sku"]},
    ]
    answer = await platform.ask("product", ENTITIES, principal, {"r": asked})
    assert answer == {"data": {"_entities": [None, None, None]}}
    return answer


@pytest.mark.parametrize("principal", SEES_ALL, ids=_name)
async def test_staff_see_drafts(principal: Principal, ask: Ask, catalog: Catalog) -> None:
    shelf = await catalog.category("shirts")
    keys = await _hidden(catalog, shelf, "DRAFT")
    seen = await ask(WAYS, principal, **keys, shelf=shelf)
    product, variant = {"id": keys["product"]}, {"id": keys["variant"]}
    assert seen == {
        "product": product | {"variants": [variant]},
        "productVariant": variant,
        "productVariantBySku": variant | {"product": product},
        "products": {"totalCount": 1, "edges": [{"node": product}]},
        "productVariants": {"totalCount": 1, "edges": [{"node": variant}]},
        "category": {"products": [product]},
    }


@pytest.mark.parametrize("principal", PUBLIC, ids=_name)
async def test_the_public_sees_what_is_on_sale(
    principal: Principal, ask: Ask, catalog: Catalog
) -> None:
    product = await catalog.product()
    variant = await catalog.variant(product, "SHIRT-M")
    gone = ProductVariantStatus.ARCHIVED
    await catalog.variant(product, "SHIRT-L", status=gone)
    await catalog.product(status=ProductStatus.DRAFT)
    seen = await ask(
        """{ products { totalCount edges { node { id variants { id } } } }
        productVariants { totalCount edges { node { id sellable } } } }""",
        principal,
    )
    assert seen == {
        "products": {
            "totalCount": 1,
            "edges": [{"node": {"id": product, "variants": [{"id": variant}]}}],
        },
        "productVariants": {
            "totalCount": 1,
            "edges": [{"node": {"id": variant, "sellable": True}}],
        },
    }


PRICES = """query($sku: String!, $then: DateTime!, $later: DateTime!, $before: DateTime!) {
    productVariantBySku(sku: $sku) {
        now: price(currency: EUR) { amount } then: price(currency: EUR, at: $then) { amount }
        later: price(currency: EUR, at: $later) { amount }
        before: price(currency: EUR, at: $before) { amount }
        prices { amount { amount currencyCode } validFrom } } }"""


@pytest.mark.parametrize("principal", [*PUBLIC, *SEES_ALL], ids=_name)
async def test_prices_to_come_are_the_staffs(
    principal: Principal, ask: Ask, catalog: Catalog
) -> None:
    variant = await catalog.variant(await catalog.product(), "SHIRT")
    next_month = catalog.db.clock() + timedelta(days=30)
    for units, begins in (
        (1000, BEGAN),
        (1200, BEGAN + timedelta(days=9)),
        (1500, next_month),
    ):
        await catalog.price(variant, units, begins=begins)
    await catalog.price(variant, 1100, "USD")
    times = {
        "before": BEGAN - timedelta(days=1),
        "then": BEGAN + timedelta(days=1),
        "later": next_month + timedelta(days=1),
    }
    data = await ask(
        PRICES, principal, sku="SHIRT", **{name: time.isoformat() for name, time in times.items()}
    )
    seen = data["productVariantBySku"]
    listed = [price["amount"]["amount"] for price in seen.pop("prices")]
    if principal in SEES_ALL:
        assert listed == ["15.00", "12.00", "10.00", "11.00"]
        now, then, later = "12.00", "10.00", "15.00"
        assert seen == {
            "now": {"amount": now},
            "then": {"amount": then},
            "later": {"amount": later},
            "before": None,
        }
    else:
        assert listed == ["12.00", "11.00"]
        assert seen == {
            "now": {"amount": "12.00"},
            "then": None,
            "later": {"amount": "12.00"},
            "before": None,
        }
