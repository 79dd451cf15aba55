"""Creating, changing, publishing, pausing and archiving products."""

from datetime import timedelta
from typing import Any

import pytest

from models.product import ProductStatus, ProductVariantStatus
from tests.callers import ADMIN
from tests.conftest import Ask
from tests.product.catalog import Catalog

ERRORS = """errors { __typename code message field retryable
    ... on SlugTakenError { slug } ... on NotPublishableError { reasons }
    ... on ArchivedError { archivedId } ... on StaleVersionError { expected actual }
    ... on InvalidTransitionError { from to allowed } }"""


def _mutation(name: str) -> str:
    kind = name[0].upper() + name[1:]
    return f"""mutation($input: {kind}Input!) {{ {name}(input: $input) {{
        product {{ id name slug description brand status taxClass version
            category {{ id }} attributes {{ name value }} variants {{ status version }} }}
        {ERRORS} }} }}"""


async def _run(ask: Ask, mutation: str, /, **input: Any) -> Any:
    return (await ask(_mutation(mutation), ADMIN, input=input))[mutation]


async def _refused(ask: Ask, catalog: Catalog, mutation: str, /, **input: Any) -> dict[str, Any]:
    """The one error; nothing was changed."""
    before = await catalog.rows()
    answer = await _run(ask, mutation, **input)
    assert answer["product"] is None
    assert await catalog.rows() == before
    [error] = answer["errors"]
    del error["message"], error["retryable"]
    return dict(error)


async def test_create_a_draft(ask: Ask, catalog: Catalog) -> None:
    shelf = await catalog.category("shirts")
    answer = await _run(
        ask,
        "createProduct",
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


async def test_a_name_is_enough(ask: Ask) -> None:
    product = (await _run(ask, "createProduct", name="Mug"))["product"]
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
    invalid = {"__typename": "InvalidInputError", "code": "INVALID_INPUT", "field": field}
    new = {"name": "Mug"} | input
    assert await _refused(ask, catalog, "createProduct", **new) == invalid
    assert await _refused(ask, catalog, "updateProduct", productId=product, **input) == invalid


async def test_slug_and_category_must_hold(ask: Ask, catalog: Catalog) -> None:
    product = await catalog.product(slug="mug")
    other = await catalog.product(slug="cup")
    taken = {
        "__typename": "SlugTakenError",
        "code": "SLUG_TAKEN",
        "field": ["slug"],
        "slug": "mug",
    }
    assert await _refused(ask, catalog, "createProduct", name="Mug", slug="mug") == taken
    assert await _refused(ask, catalog, "updateProduct", productId=other, slug="mug") == taken
    unknown = {"__typename": "NotFoundError", "code": "NOT_FOUND", "field": ["categoryId"]}
    change = {"productId": product, "categoryId": "cat_NONE"}
    assert await _refused(ask, catalog, "updateProduct", **change) == unknown
    new = {"name": "Mug", "categoryId": "cat_NONE"}
    assert await _refused(ask, catalog, "createProduct", **new) == unknown
    kept = await _run(ask, "updateProduct", productId=product, slug="mug", name="Big mug")
    assert (kept["errors"], kept["product"]["name"]) == ([], "Big mug")


async def test_update_says_what_changed(ask: Ask, catalog: Catalog) -> None:
    shelf = await catalog.category("cups")
    product = await catalog.product("Mug", brand="Ton", slug="mug", category_id=shelf)
    answer = await _run(
        ask,
        "updateProduct",
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
    answer = await _run(ask, "updateProduct", productId=product, name=" Mug ", brand="Ton")
    assert (answer["errors"], answer["product"]["version"]) == ([], 1)
    assert await catalog.rows() == before


async def test_null_where_a_value_must_be_is_refused(ask: Ask, catalog: Catalog) -> None:
    product = await catalog.product()
    before = await catalog.rows()
    input = {"productId": product, "name": None}
    [error] = await ask(_mutation("updateProduct"), ADMIN, errors=True, input=input)
    assert "name" in error["message"]
    assert "Internal" not in error["message"]
    assert await catalog.rows() == before


async def test_publish_pause_resume_archive(ask: Ask, catalog: Catalog) -> None:
    product, variant = await catalog.shirt(ProductStatus.DRAFT)
    key = {"productId": product}
    seen = [
        (await _run(ask, name, **key, expectedVersion=version))["product"]
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
    assert (await _run(ask, "archiveProduct", productId=product))["errors"] == []
    archived = ("variant.archived", variant, 1, {"product_id": product})
    assert await catalog.events() == [archived, ("product.archived", product, 1, {})]


async def test_what_is_not_publishable(ask: Ask, catalog: Catalog) -> None:
    draft = await catalog.product(status=ProductStatus.DRAFT)
    old = await catalog.variant(draft, "OLD", status=ProductVariantStatus.ARCHIVED)
    await catalog.price(old, 1000)

    async def refused() -> dict[str, Any]:
        return await _refused(ask, catalog, "publishProduct", productId=draft)

    error = {"__typename": "NotPublishableError", "code": "NOT_PUBLISHABLE", "field": []}
    assert await refused() == error | {"reasons": ["NO_ACTIVE_VARIANT"]}
    variant = await catalog.variant(draft, "NEW")
    assert await refused() == error | {"reasons": ["NO_PRICED_VARIANT"]}
    await catalog.price(variant, 1000, begins=catalog.db.clock() + timedelta(days=1))
    assert await refused() == error | {"reasons": ["NO_PRICED_VARIANT"]}
    await catalog.price(variant, 0)
    assert (await _run(ask, "publishProduct", productId=draft))["errors"] == []


@pytest.mark.parametrize(
    "name", ["updateProduct", "publishProduct", "pauseProduct", "archiveProduct"]
)
async def test_unknown_and_stale(name: str, ask: Ask, catalog: Catalog) -> None:
    product, _ = await catalog.shirt()
    unknown = {"__typename": "NotFoundError", "code": "NOT_FOUND", "field": ["productId"]}
    assert await _refused(ask, catalog, name, productId="prd_NONE") == unknown
    stale = {
        "__typename": "StaleVersionError",
        "code": "STALE_VERSION",
        "field": ["expectedVersion"],
        "expected": 7,
        "actual": 1,
    }
    assert await _refused(ask, catalog, name, productId=product, expectedVersion=7) == stale


async def test_an_archived_product_does_not_change(ask: Ask, catalog: Catalog) -> None:
    product = await catalog.product(status=ProductStatus.ARCHIVED)
    assert await _refused(ask, catalog, "updateProduct", productId=product, name="X") == {
        "__typename": "ArchivedError",
        "code": "ARCHIVED",
        "field": ["productId"],
        "archivedId": product,
    }
