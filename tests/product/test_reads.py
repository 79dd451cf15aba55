"""What can be found by its key, with everything that a product, variant or category shows."""

from sqlalchemy import update

from models.product import product_variant
from models.tax import TaxClass
from tests.callers import ANONYMOUS, reader
from tests.conftest import Ask
from tests.platform import Platform
from tests.product.catalog import Catalog

READER = reader("product")
ENTITIES = """query($r: [_Any!]!) { _entities(representations: $r) { __typename
    ... on Product { name } ... on ProductVariant { id sku } ... on Category { slug } } }"""


async def test_a_product_with_all_its_fields(ask: Ask, catalog: Catalog) -> None:
    shelf = await catalog.category("shirts")
    product = await catalog.product(
        slug="linen-shirt",
        description="Cool.",
        brand="Flax & Co",
        tax_class=TaxClass.REDUCED,
        category_id=shelf,
        attributes=[["Material", "Linen"]],
    )
    await catalog.variant(product, "LS-M", ("Size", "M"))
    data = await ask(
        """query($id: ID!) { product(id: $id) {
            name slug description brand status taxClass version createdAt updatedAt
            allowedTransitions attributes { name value }
            category { slug } variants { sku product { id } } } }""",
        READER,
        id=product,
    )
    assert data["product"] == {
        "name": "Linen shirt",
        "slug": "linen-shirt",
        "description": "Cool.",
        "brand": "Flax & Co",
        "status": "ACTIVE",
        "taxClass": "REDUCED",
        "version": 1,
        "createdAt": "2026-01-01T00:02:00Z",
        "updatedAt": "2026-01-01T00:02:00Z",
        "allowedTransitions": ["PAUSED", "ARCHIVED"],
        "attributes": [{"name": "Material", "value": "Linen"}],
        "category": {"slug": "shirts"},
        "variants": [{"sku": "LS-M", "product": {"id": product}}],
    }


async def test_a_variant_by_id_and_by_sku(ask: Ask, catalog: Catalog) -> None:
    product = await catalog.product(tax_class=TaxClass.ZERO)
    options = (("Colour", "Sand"), ("Size", "M"))
    variant = await catalog.variant(product, "LS-M", *options, weight_grams=180, name="Summer")
    data = await ask(
        """query($id: ID!) {
            byId: productVariant(id: $id) { ...all }
            bySku: productVariantBySku(sku: " ls-m ") { ...all } }
        fragment all on ProductVariant { id sku name displayName options { name value } status
            taxClass sellable weightGrams allowedTransitions version }""",
        READER,
        id=variant,
    )
    assert data["byId"] == data["bySku"]
    assert data["byId"] == {
        "id": variant,
        "sku": "LS-M",
        "name": "Summer",
        "displayName": "Linen shirt (Sand, M)",
        "options": [{"name": "Colour", "value": "Sand"}, {"name": "Size", "value": "M"}],
        "status": "ACTIVE",
        "taxClass": "ZERO",
        "sellable": True,
        "weightGrams": 180,
        "allowedTransitions": ["ARCHIVED"],
        "version": 1,
    }


async def test_a_category_with_its_place_in_the_tree(ask: Ask, catalog: Catalog) -> None:
    root = await catalog.category("clothing")
    shelf = await catalog.category("shirts", root)
    for name in ("oxford", "linen"):
        await catalog.category(name, shelf)
    product = await catalog.product(category_id=shelf)
    data = await ask(
        """query($id: ID!) { category(id: $id) { name slug parent { slug parent { slug } }
            path { slug } children { slug } two: children(first: 1) { slug } products { id } } }""",
        ANONYMOUS,
        id=shelf,
    )
    assert data["category"] == {
        "name": "Shirts",
        "slug": "shirts",
        "parent": {"slug": "clothing", "parent": None},
        "path": [{"slug": "clothing"}, {"slug": "shirts"}],
        "children": [{"slug": "linen"}, {"slug": "oxford"}],
        "two": [{"slug": "linen"}],
        "products": [{"id": product}],
    }


async def test_unknown_keys_are_null(ask: Ask) -> None:
    data = await ask(
        """{ product(id: "prd_NONE") { id } productVariant(id: "") { id }
        productVariantBySku(sku: "nothing") { id } category(id: "cat_NONE") { id } }"""
    )
    assert set(data.values()) == {None}


async def test_entities_interleaved_duplicate_missing(platform: Platform, catalog: Catalog) -> None:
    shelf = await catalog.category("shirts")
    product = await catalog.product()
    variant = await catalog.variant(product, "LS-M")
    other = await catalog.variant(product, "LS-L")
    asked = [
        {"__typename": "ProductVariant", "sku": "LS-L"},
        {"__typename": "Product", "id": product},
        {"__typename": "ProductVariant", "id": variant},
        {"__typename": "Category", "id": shelf},
        {"__typename": "ProductVariant", "id": "var_NONE"},
        {"__typename": "ProductVariant", "id": variant},
        {"__typename": "Product", "id": "prd_NONE"},
        {"__typename": "ProductVariant", "sku": "NONE"},
        {"__typename": "Category", "id": "cat_NONE"},
        {"__typename": "ProductVariant", "sku": "LS-L"},
    ]
    answer = await platform.ask("product", ENTITIES, READER, {"r": asked})
    medium = {"__typename": "ProductVariant", "id": variant, "sku": "LS-M"}
    large = {"__typename": "ProductVariant", "id": other, "sku": "LS-L"}
    assert answer == {
        "data": {
            "_entities": [
                large,
                {"__typename": "Product", "name": "Linen shirt"},
                medium,
                {"__typename": "Category", "slug": "shirts"},
                None,
                medium,
                None,
                None,
                None,
                large,
            ]
        }
    }


async def test_the_display_name_says_what_is_known(ask: Ask, catalog: Catalog) -> None:
    product = await catalog.product("Mug")
    for sku, options, name in (("A", [], None), ("B", [], "Blue"), ("C", [["Size", "L"]], "Big")):
        await catalog.variant(product, sku, name=name)
        await _with_options(catalog, sku, options)
    data = await ask(
        "{ productVariants(orderBy: {field: SKU, direction: ASC}) "
        "{ edges { node { displayName } } } }"
    )
    names = [edge["node"]["displayName"] for edge in data["productVariants"]["edges"]]
    assert names == ["Mug", "Mug (Blue)", "Mug (L)"]


async def _with_options(catalog: Catalog, sku: str, options: list[list[str]]) -> None:
    row = update(product_variant).where(product_variant.c.sku == sku).values(options=options)
    async with catalog.db.unit_of_work() as work:
        await work.execute(row)
