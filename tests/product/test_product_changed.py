"""productChanged: anybody hears what customers may, of products that they can see."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from models.product import ProductStatus
from tests.callers import ADMIN, ANONYMOUS, customer, reader, staff
from tests.conftest import Ask
from tests.platform import Platform
from tests.product.asking import Asking
from tests.product.catalog import Catalog
from tests.watching import cursors, watching

# What is cut off in the middle of a query takes its connection along.
pytestmark = pytest.mark.commits
DOCUMENT = """subscription ($id: ID, $after: String) { productChanged(id: $id, after: $after) {
  cursor type product { id name status variants(first: 5) { sku status } } } }"""
ANNA = customer("cus_ANNA")


class Office:
    """Changes the catalog, and never names a price twice."""

    def __init__(self, ask: Ask, catalog: Catalog) -> None:
        self._ask, self._catalog, self._price = ask, catalog, 30

    async def do(self, mutation: str, product: str, **input: Any) -> None:
        made = Asking(self._ask, self._catalog, mutation, "product { id }")
        await made.done(productId=product, **input)

    async def price(self, variant: str) -> None:
        self._price += 1
        price = {"amount": f"{self._price}.00", "currencyCode": "EUR"}
        made = Asking(self._ask, self._catalog, "setPrice", "productVariant { id }")
        await made.done(variantId=variant, price=price)


@pytest.fixture
def office(ask: Ask, catalog: Catalog) -> Office:
    return Office(ask, catalog)


async def test_the_public_hears_of_what_it_can_see(
    platform: Platform, office: Office, catalog: Catalog
) -> None:
    draft, hidden = await catalog.shirt(ProductStatus.DRAFT)
    shown, variant = await catalog.shirt()
    async with (
        platform.listening(),
        watching(platform, "product", DOCUMENT, ANONYMOUS) as passer_by,
        watching(platform, "product", DOCUMENT, ANNA) as anna,
        watching(platform, "product", DOCUMENT, staff("order:read")) as colleague,
        watching(platform, "product", DOCUMENT, reader("product")) as clerk,
    ):
        await office.price(hidden)
        everything = await clerk.data(1)
        await office.do("publishProduct", draft)
        await office.price(variant)
        await office.do("updateProduct", shown, name="Silk shirt")
        public = await passer_by.data(2)
        assert [each["type"] for each in public] == ["product.published", "price.changed"]
        assert [each["product"]["id"] for each in public] == [draft, shown]
        assert await anna.data(2) == public
        assert cursors(await colleague.data(2)) == [2, 3]
        everything += await clerk.data(3)
        await office.do("pauseProduct", shown)
        await office.price(variant)
        await office.do("archiveProduct", shown)
        everything += await clerk.data(4)
        assert [each["type"] for each in everything] == [
            "price.changed",
            "product.published",
            "price.changed",
            "product.updated",
            "product.paused",
            "price.changed",
            "variant.archived",
            "product.archived",
        ]
        assert cursors(everything) == list(range(1, 9))
        await office.price(hidden)
        [last] = await passer_by.data(1)
        assert (cursors([last]), last["product"]["id"]) == ([9], draft)


async def test_one_product_is_watched_with_its_variants(
    platform: Platform, office: Office, catalog: Catalog
) -> None:
    other, foreign = await catalog.shirt()
    shirt, variant = await catalog.shirt()
    async with (
        platform.listening(),
        watching(platform, "product", DOCUMENT, ANONYMOUS, id=shirt) as seen,
        watching(platform, "product", DOCUMENT, ADMIN, id=variant) as nothing,
    ):
        await office.price(foreign)
        await office.do("updateProduct", other, name="Silk shirt")
        await office.price(variant)
        [change] = await seen.data(1)
        assert (change["type"], change["product"]["id"]) == ("price.changed", shirt)
        assert nothing.answers.empty()  # a variant is no product


async def test_what_is_hidden_is_as_silent_as_what_is_unknown(
    platform: Platform, office: Office, catalog: Catalog
) -> None:
    hidden, variant = await catalog.shirt(ProductStatus.DRAFT)
    async with (
        platform.listening(),
        watching(platform, "product", DOCUMENT, ANONYMOUS, id=hidden) as draft,
        watching(platform, "product", DOCUMENT, ANONYMOUS, id="prd_UNKNOWN") as unknown,
        watching(platform, "product", DOCUMENT, ADMIN, id=hidden) as seen,
    ):
        await office.price(variant)
        await seen.data(1)
        assert draft.answers.empty()
        assert unknown.answers.empty()
        await office.do("publishProduct", hidden)
        [change] = await draft.data(1)
        assert (change["type"], change["product"]["status"]) == ("product.published", "ACTIVE")


async def test_subscribers_who_see_alike_cost_one_look_at_the_database(
    platform: Platform, office: Office, catalog: Catalog, statements: list[str]
) -> None:
    _, variant = await catalog.shirt()
    customers = [customer(f"cus_{number}") for number in range(20)]
    document = "subscription { productChanged { cursor product { id } } }"
    async with platform.listening(), AsyncExitStack() as stack:
        for principal in (*customers, ANONYMOUS, reader("product")):
            await stack.enter_async_context(watching(platform, "product", document, principal))
        seen = await stack.enter_async_context(watching(platform, "product", document, ADMIN))
        await office.price(variant)
        del statements[:]
        assert len(await seen.data(1)) == 1
    looks = [each for each in statements if "FROM product.product" in each]
    assert len(looks) == 4  # customers, the public, a clerk, the administrator
