"""Creating, changing, publishing, pausing and archiving products."""

from datetime import timedelta
from typing import Any

import pytest

from models.product import ProductStatus, ProductVariantStatus
from tests.conftest import Ask
from tests.product.asking import Asking, failure, invalid, stale, unknown
from tests.product.catalog import Catalog

SHOWN = """product { id name slug description brand status taxClass version
    category { id } attributes { name value } variants { status version } }"""


def _asking(ask: Ask, catalog: Catalog, mutation: str) -> Asking:
    return Asking(ask, catalog, mutation, SHOWN)


async def test_create_a_draft(ask: Ask, catalog: Catalog) -> None:
    shelf = await catalog.category("shirts")
    answer = await _asking(ask, catalog, "createProduct").run(
        name="  Linen shirt ",
        slug="linen-shirt",
        description="Cool.\nLight.",
        brand="Flax",
        taxClass="REDUCED",
        categoryId=shelf,
        attributes=[{"name": "Material", "value": "Linen"}],
    )
    assert answer["errors"] == []
    assert answer["product"].pop("id").startswith("prd_")
    assert answer["product"] == {
        "name": "Linen shirt",
        "slug": "linen-shirt",
        "description": "Cool.\nLight.",
        "brand": "Flax",
        "status": "DRAFT",
        "taxClass": "REDUCED",
        "version": 1,
        "category": {"id": shelf},
        "attributes": [{"name": "Material", "value": "Linen"}],
        "variants": [],
    }
    assert await catalog.events() == []


async def test_a_name_is_enough(ask: Ask, catalog: Catalog) -> None:
    product = (await _asking(ask, catalog, "createProduct").run(name="Mug"))["product"]
    assert (product["slug"], product["description"], product["brand"]) == (None, "", None)
    assert (product["taxClass"], product["category"], product["attributes"]) == (
        "STANDARD",
        None,
        [],
    )


TWICE = [{"name": "Size", "value": "M"}, {"name": "SIZE", "value": "L"}]


@pytest.mark.parametrize(
    ("input", "field"),
    [
        ({"name": ""}, ["name"]),
        ({"name": "x" * 201}, ["name"]),
        ({"name": "a\nb"}, ["name"]),
        ({"slug": "Not A Slug"}, ["slug"]),
        ({"slug": "x" * 121}, ["slug"]),
        ({"brand": " "}, ["brand"]),
        ({"description": "x" * 10_001}, ["description"]),
        ({"description": "a\0b"}, ["description"]),
        ({"attributes": TWICE}, ["attributes", "1", "name"]),
        ({"attributes": [{"name": "Size", "value": ""}]}, ["attributes", "0", "value"]),
        ({"attributes": [{"name": str(n), "value": "x"} for n in range(51)]}, ["attributes"]),
    ],
)
async def test_invalid_input(
    input: dict[str, Any], field: list[str], ask: Ask, catalog: Catalog
) -> None:
    product = await catalog.product()
    new = {"name": "Mug"} | input
    assert await _asking(ask, catalog, "createProduct").refused(**new) == invalid(*field)
    assert await _asking(ask, catalog, "updateProduct").refused(
        productId=product, **input
    ) == invalid(*field)


async def test_slug_and_category_must_hold(ask: Ask, catalog: Catalog) -> None:
    product = await catalog.product(slug="mug")
    other = await catalog.product(slug="cup")
    taken = failure("SlugTakenError", "SLUG_TAKEN", "slug", slug="mug")
    assert await _asking(ask, catalog, "createProduct").refused(name="Mug", slug="mug") == taken
    assert (
        await _asking(ask, catalog, "updateProduct").refused(productId=other, slug="mug") == taken
    )
    change = {"productId": product, "categoryId": "cat_NONE"}
    assert await _asking(ask, catalog, "updateProduct").refused(**change) == unknown("categoryId")
    new = {"name": "Mug", "categoryId": "cat_NONE"}
    assert await _asking(ask, catalog, "createProduct").refused(**new) == unknown("categoryId")
    kept = await _asking(ask, catalog, "updateProduct").run(
        productId=product, slug="mug", name="Big mug"
    )
    assert (kept["errors"], kept["product"]["name"]) == ([], "Big mug")


async def test_update_says_what_changed(ask: Ask, catalog: Catalog) -> None:
    shelf = await catalog.category("cups")
    product = await catalog.product("Mug", brand="Ton", slug="mug", category_id=shelf)
    answer = await _asking(ask, catalog, "updateProduct").run(
        productId=product,
        name="Mug",
        brand=None,
        slug=None,
        categoryId=None,
        taxClass="ZERO",
        attributes=[{"name": "Glaze", "value": "Blue"}],
        expectedVersion=1,
    )
    assert answer["errors"] == []
    assert answer["product"] == {
        "id": product,
        "name": "Mug",
        "slug": None,
        "description": "",
        "brand": None,
        "status": "ACTIVE",
        "taxClass": "ZERO",
        "version": 2,
        "category": None,
        "attributes": [{"name": "Glaze", "value": "Blue"}],
        "variants": [],
    }
    changed = {"fields": ["slug", "brand", "taxClass", "category", "attributes"]}
    assert await catalog.events() == [("product.updated", product, 1, changed)]


async def test_an_update_that_changes_nothing_is_no_event(ask: Ask, catalog: Catalog) -> None:
    product = await catalog.product("Mug", brand="Ton")
    before = await catalog.rows()
    answer = await _asking(ask, catalog, "updateProduct").run(
        productId=product, name=" Mug ", brand="Ton"
    )
    assert (answer["errors"], answer["product"]["version"]) == ([], 1)
    assert await catalog.rows() == before


@pytest.mark.parametrize("field", ["name", "description", "taxClass", "attributes"])
async def test_null_where_a_value_must_be(field: str, ask: Ask, catalog: Catalog) -> None:
    product = await catalog.product()
    refused = await _asking(ask, catalog, "updateProduct").refused(
        **{"productId": product, field: None}
    )
    assert refused == invalid(field)


async def test_publish_pause_resume_archive(ask: Ask, catalog: Catalog) -> None:
    product, variant = await catalog.shirt(ProductStatus.DRAFT)
    key = {"productId": product}
    seen = [
        (await _asking(ask, catalog, name).run(**key, expectedVersion=version))["product"]
        for version, name in enumerate(
            ["publishProduct", "pauseProduct", "publishProduct", "archiveProduct"], 1
        )
    ]
    assert [(each["status"], each["version"]) for each in seen] == [
        ("ACTIVE", 2),
        ("PAUSED", 3),
        ("ACTIVE", 4),
        ("ARCHIVED", 5),
    ]
    assert seen[-1]["variants"] == [{"status": "ARCHIVED", "version": 2}]
    assert await catalog.events() == [
        ("product.published", product, 1, {}),
        ("product.paused", product, 2, {}),
        ("product.resumed", product, 3, {}),
        ("variant.archived", variant, 1, {"product_id": product}),
        ("product.archived", product, 4, {}),
    ]


async def test_archive_leaves_what_was_archived(ask: Ask, catalog: Catalog) -> None:
    product, variant = await catalog.shirt()
    await catalog.variant(product, "OLD", status=ProductVariantStatus.ARCHIVED)
    await catalog.shirt()
    assert (await _asking(ask, catalog, "archiveProduct").run(productId=product))["errors"] == []
    archived = ("variant.archived", variant, 1, {"product_id": product})
    assert await catalog.events() == [archived, ("product.archived", product, 1, {})]


async def test_what_is_not_publishable(ask: Ask, catalog: Catalog) -> None:
    draft = await catalog.product(status=ProductStatus.DRAFT)
    old = await catalog.variant(draft, "OLD", status=ProductVariantStatus.ARCHIVED)
    await catalog.price(old, 1000)

    async def refused() -> dict[str, Any]:
        return await _asking(ask, catalog, "publishProduct").refused(productId=draft)

    error = failure("NotPublishableError", "NOT_PUBLISHABLE")
    assert await refused() == error | {"reasons": ["NO_ACTIVE_VARIANT"]}
    variant = await catalog.variant(draft, "NEW")
    assert await refused() == error | {"reasons": ["NO_PRICED_VARIANT"]}
    await catalog.price(variant, 1000, begins=catalog.db.clock() + timedelta(days=1))
    assert await refused() == error | {"reasons": ["NO_PRICED_VARIANT"]}
    await catalog.price(variant, 0)
    assert (await _asking(ask, catalog, "publishProduct").run(productId=draft))["errors"] == []


@pytest.mark.parametrize(
    "name", ["updateProduct", "publishProduct", "pauseProduct", "archiveProduct"]
)
async def test_unknown_and_stale(name: str, ask: Ask, catalog: Catalog) -> None:
    product, _ = await catalog.shirt()
    assert await _asking(ask, catalog, name).refused(productId="prd_NONE") == unknown("productId")
    assert await _asking(ask, catalog, name).refused(productId=product, expectedVersion=7) == stale(
        7, 1
    )


async def test_an_archived_product_does_not_change(ask: Ask, catalog: Catalog) -> None:
    product = await catalog.product(status=ProductStatus.ARCHIVED)
    assert await _asking(ask, catalog, "updateProduct").refused(
        productId=product, name="X"
    ) == failure("ArchivedError", "ARCHIVED", "productId", archivedId=product)
