"""Creating, changing and archiving single variants."""

from typing import Any

import pytest

from models.product import ProductStatus, ProductVariantStatus
from tests.conftest import Ask
from tests.product.asking import Asking, failure, invalid, stale, unknown
from tests.product.catalog import Catalog

SHOWN = """productVariant { id sku name options { name value } status weightGrams version
    taxClass sellable product { id } }"""
GONE = ProductVariantStatus.ARCHIVED
RED = [{"name": "Colour", "value": "Red"}]
BLUE = [{"name": "Colour", "value": "Blue"}]


@pytest.fixture
def create(ask: Ask, catalog: Catalog) -> Asking:
    return Asking(ask, catalog, "createProductVariant", SHOWN)


@pytest.fixture
def update(ask: Ask, catalog: Catalog) -> Asking:
    return Asking(ask, catalog, "updateProductVariant", SHOWN)


@pytest.fixture
def archive(ask: Ask, catalog: Catalog) -> Asking:
    return Asking(ask, catalog, "archiveProductVariant", SHOWN)


async def test_create(create: Asking, catalog: Catalog) -> None:
    product = await catalog.product(status=ProductStatus.DRAFT)
    made = await create.done(
        productId=product, sku=" mug-1/b ", name="Big", options=RED, weightGrams=300
    )
    assert made.pop("id").startswith("var_")
    assert made == {
        "sku": "MUG-1/B",
        "name": "Big",
        "options": RED,
        "status": "ACTIVE",
        "weightGrams": 300,
        "version": 1,
        "taxClass": "STANDARD",
        "sellable": False,
        "product": {"id": product},
    }
    assert await catalog.events() == [("product.updated", product, 1, {"fields": ["variants"]})]


@pytest.mark.parametrize(
    ("input", "field"),
    [
        ({"sku": ""}, ["sku"]),
        ({"sku": "-A"}, ["sku"]),
        ({"sku": "A B"}, ["sku"]),
        ({"sku": "A\n"}, None),
        ({"sku": "É"}, ["sku"]),
        ({"sku": "A" * 65}, ["sku"]),
        ({"name": ""}, ["name"]),
        ({"weightGrams": -1}, ["weightGrams"]),
        ({"options": [*RED, {"name": "COLOUR", "value": "x"}]}, ["options", "1", "name"]),
        ({"options": [{"name": "", "value": "x"}]}, ["options", "0", "name"]),
        ({"options": [{"name": str(n), "value": "x"} for n in range(6)]}, ["options"]),
    ],
)
async def test_invalid_input(
    input: dict[str, Any], field: list[str] | None, create: Asking, catalog: Catalog
) -> None:
    product = await catalog.product()
    given = {"productId": product, "sku": "MUG"} | input
    if field is None:  # white space around a SKU is no mistake
        assert (await create.done(**given))["sku"] == "A"
    else:
        assert await create.refused(**given) == invalid(*field)


async def test_a_sku_is_given_once_for_good(create: Asking, catalog: Catalog) -> None:
    product = await catalog.product()
    await catalog.variant(await catalog.product(), "MUG-1", status=GONE)
    taken = failure("SkuTakenError", "SKU_TAKEN", "sku", sku="MUG-1")
    assert await create.refused(productId=product, sku="mug-1") == taken


async def test_options_tell_siblings_apart(
    create: Asking, update: Asking, catalog: Catalog
) -> None:
    product, other = await catalog.product(), await catalog.product()
    await catalog.variant(product, "RED-M", ("Colour", "Red"), ("Size", "M"))
    blue = await catalog.variant(product, "BLUE", ("Colour", "Blue"))
    same = [{"name": "size", "value": "m"}, {"name": "COLOUR", "value": "RED"}]
    taken = failure("OptionsTakenError", "OPTIONS_TAKEN", "options", sku="RED-M")
    assert await create.refused(productId=product, sku="NEW", options=same) == taken
    assert await update.refused(variantId=blue, options=same) == taken
    assert (await create.done(productId=other, sku="NEW", options=same))["options"] == same


async def test_an_archived_variant_gives_its_options_free(
    create: Asking, archive: Asking, catalog: Catalog
) -> None:
    product = await catalog.product()
    wrong = await catalog.variant(product, "WRONG", ("Colour", "Red"))
    await archive.done(variantId=wrong)
    assert (await create.done(productId=product, sku="RIGHT", options=RED))["version"] == 1


async def test_one_variant_without_options(create: Asking, catalog: Catalog) -> None:
    product = await catalog.product()
    await create.done(productId=product, sku="ONE")
    taken = failure("OptionsTakenError", "OPTIONS_TAKEN", "options", sku="ONE")
    assert await create.refused(productId=product, sku="TWO") == taken


async def test_update(update: Asking, catalog: Catalog) -> None:
    product = await catalog.product()
    variant = await catalog.variant(product, "MUG", weight_grams=300, name="Big")
    given = {"name": None, "options": BLUE, "weightGrams": None, "expectedVersion": 1}
    changed = await update.done(variantId=variant, **given)
    assert (changed["name"], changed["options"], changed["weightGrams"]) == (None, BLUE, None)
    assert (changed["sku"], changed["version"]) == ("MUG", 2)
    assert await catalog.events() == [("product.updated", product, 1, {"fields": ["variants"]})]


async def test_an_update_of_nothing(update: Asking, catalog: Catalog) -> None:
    variant = await catalog.variant(await catalog.product(), "MUG", ("Colour", "Red"), name="Big")
    before = await catalog.rows()
    unchanged = await update.done(variantId=variant, name="Big", options=RED)
    assert unchanged["version"] == 1
    assert (await update.done(variantId=variant))["weightGrams"] is None
    assert await catalog.rows() == before
    assert await update.refused(variantId=variant, options=None) == invalid("options")


async def test_archive(archive: Asking, catalog: Catalog) -> None:
    product = await catalog.product()
    variant = await catalog.variant(product, "MUG")
    gone = await archive.done(variantId=variant, expectedVersion=1)
    assert (gone["status"], gone["version"], gone["sellable"]) == ("ARCHIVED", 2, False)
    assert await catalog.events() == [("variant.archived", variant, 1, {"product_id": product})]


async def test_unknown_stale_and_archived(
    create: Asking, update: Asking, archive: Asking, catalog: Catalog
) -> None:
    product = await catalog.product(status=ProductStatus.ARCHIVED)
    variant = await catalog.variant(await catalog.product(), "MUG")
    gone = await catalog.variant(product, "GONE", status=GONE)
    for asking in (update, archive):
        assert await asking.refused(variantId="var_NONE") == unknown("variantId")
        given = {"variantId": variant, "expectedVersion": 3}
        assert await asking.refused(**given) == stale(3, 1)
    assert await create.refused(productId="prd_NONE", sku="NEW") == unknown("productId")
    assert await create.refused(productId=product, sku="NEW") == failure(
        "ArchivedError", "ARCHIVED", "productId", archivedId=product
    )
    assert await update.refused(variantId=gone, name="X") == failure(
        "ArchivedError", "ARCHIVED", "variantId", archivedId=gone
    )
