"""Pages, filters, orders and the search."""

from typing import Any

import pytest

from models.product import ProductStatus
from models.tax import TaxClass
from tests.callers import ANONYMOUS, reader
from tests.conftest import Ask
from tests.product.catalog import Catalog

READER = reader("product")
PRODUCTS = """query($where: ProductWhere, $order: ProductSort, $search: String, $category: ID,
        $first: Int! = 20, $after: String) {
    products(where: $where, orderBy: $order, search: $search, category: $category,
            first: $first, after: $after) {
        totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { node { name } } } }"""
VARIANTS = """query($where: ProductVariantWhere, $order: ProductVariantSort,
        $first: Int! = 20, $after: String) {
    productVariants(where: $where, orderBy: $order, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } edges { node { sku } } } }"""
CATEGORIES = """query($where: CategoryWhere, $order: CategorySort, $first: Int! = 20) {
    categories(where: $where, orderBy: $order, first: $first) { edges { node { slug } } } }"""


async def _names(ask: Ask, **variables: Any) -> list[str]:
    data = await ask(PRODUCTS, READER, **variables)
    return [edge["node"]["name"] for edge in data["products"]["edges"]]


async def _skus(ask: Ask, **variables: Any) -> list[str]:
    data = await ask(VARIANTS, READER, **variables)
    return [edge["node"]["sku"] for edge in data["productVariants"]["edges"]]


async def _slugs(ask: Ask, **variables: Any) -> list[str]:
    data = await ask(CATEGORIES, ANONYMOUS, **variables)
    return [edge["node"]["slug"] for edge in data["categories"]["edges"]]


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", ["NAME", "CREATED_AT", "UPDATED_AT"])
async def test_pages_join_to_the_whole_list_although_all_tie(
    field: str, direction: str, ask: Ask, catalog: Catalog
) -> None:
    order = {"field": field, "direction": direction}
    ids = []
    for _ in range(5):
        catalog.made = 0
        ids.append(await catalog.product("Mug"))
    document = """query($order: ProductSort, $after: String) {
        products(orderBy: $order, first: 2, after: $after) {
            pageInfo { hasNextPage hasPreviousPage endCursor } edges { node { id } } } }"""
    found: list[str] = []
    pages: list[tuple[bool, bool]] = []
    after = None
    while True:
        page = (await ask(document, READER, order=order, after=after))["products"]
        found += [edge["node"]["id"] for edge in page["edges"]]
        pages.append((page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["hasNextPage"]))
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == sorted(ids, reverse=direction == "DESC")
    assert pages == [(False, True), (True, True), (True, False)]


@pytest.mark.parametrize("first", [0, 101, -1])
@pytest.mark.parametrize(
    "document",
    [
        PRODUCTS,
        VARIANTS,
        CATEGORIES,
        "query($first: Int!) { productVariants { edges { node { prices(first: $first) { createdAt }"
        " product { variants(first: $first) { id } } } } } }",
        "query($first: Int!) { categories { edges { node { children(first: $first) { id }"
        " products(first: $first) { id } } } } }",
    ],
)
async def test_a_page_has_1_to_100_entries(
    document: str, first: int, ask: Ask, catalog: Catalog
) -> None:
    await catalog.category("shelf")
    await catalog.variant(await catalog.product(), "MUG")
    errors = await ask(document, READER, errors=True, first=first)
    extensions = {"code": "INVALID_INPUT", "field": ["first"]}
    assert [error["extensions"] for error in errors] == [extensions] * len(errors)
    assert errors[0]["message"] == "A page has 1 to 100 entries."


async def test_a_cursor_of_another_order_is_refused(ask: Ask, catalog: Catalog) -> None:
    for name in ("Cup", "Mug"):
        await catalog.product(name)
    by_name = {"field": "NAME", "direction": "ASC"}
    page = (await ask(PRODUCTS, READER, order=by_name, first=1))["products"]
    cursor = page["pageInfo"]["endCursor"]
    assert await _names(ask, order=by_name, after=cursor) == ["Mug"]
    for after in (cursor, "nonsense"):
        [error] = await ask(PRODUCTS, READER, errors=True, after=after)
        assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["after"]}


async def test_products_by_where(ask: Ask, catalog: Catalog) -> None:
    shelf = await catalog.category("kitchen")
    await catalog.product("Cup", brand="Ton", category_id=shelf, slug="cup")
    await catalog.product("Mug", brand="Ton", status=ProductStatus.DRAFT)
    await catalog.product("Book", brand="Blatt", tax_class=TaxClass.REDUCED)

    async def where(**where: Any) -> set[str]:
        return set(await _names(ask, where=where))

    assert await where(brand={"eq": "Ton"}) == {"Cup", "Mug"}
    assert await where(status={"in": ["DRAFT", "PAUSED"]}) == {"Mug"}
    assert await where(taxClass={"eq": "REDUCED"}) == {"Book"}
    assert await where(categoryId={"eq": shelf}) == {"Cup"}
    assert await where(slug={"in": ["cup"]}) == {"Cup"}
    assert await where(brand={"eq": "Ton"}, status={"eq": "ACTIVE"}) == {"Cup"}
    assert await where(**{"or": [{"slug": {"eq": "cup"}}, {"brand": {"eq": "Blatt"}}]}) == {
        "Cup",
        "Book",
    }
    assert await where(**{"and": [{"brand": {"eq": "Ton"}}, {"slug": {"eq": "cup"}}]}) == {"Cup"}
    assert await where(**{"or": []}) == set()
    assert await where(createdAt={"range": {"gte": "2026-01-01T00:04:00Z"}}) == {"Book"}


async def test_too_deep_a_where_is_refused(ask: Ask) -> None:
    where: dict[str, Any] = {"and": [{"or": [{"and": [{"brand": {"eq": "Ton"}}]}]}]}
    [error] = await ask(PRODUCTS, READER, errors=True, where=where)
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["where"]}
    where = {"id": {"in": ["prd_NONE"] * 101}}
    [error] = await ask(PRODUCTS, READER, errors=True, where=where)
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["where", "id", "in"]}


async def test_a_category_takes_its_subcategories_in(ask: Ask, catalog: Catalog) -> None:
    root = await catalog.category("kitchen")
    shelf = await catalog.category("cups", root)
    await catalog.product("Knife", category_id=root)
    await catalog.product("Cup", category_id=shelf)
    await catalog.product("Book")
    assert await _names(ask, category=root) == ["Cup", "Knife"]
    assert await _names(ask, category=shelf) == ["Cup"]
    assert await _names(ask, category="cat_NONE") == []


async def test_search_reads_name_brand_and_description(ask: Ask, catalog: Catalog) -> None:
    await catalog.product("Linen shirt", brand="Flax")
    await catalog.product("Cotton shirts", description="Softer than linen.")
    await catalog.product("Mug", brand="Linen & Sons")
    await catalog.product("Spoon")

    async def search(words: str, **more: Any) -> list[str]:
        return await _names(ask, search=words, **more)

    assert await search("LINEN") == ["Linen shirt", "Mug", "Cotton shirts"]
    assert await search("shirt -cotton") == ["Linen shirt"]
    assert await search('"linen shirt"') == ["Linen shirt"]
    assert await search("flax or spoon", order={"field": "NAME", "direction": "ASC"}) == [
        "Linen shirt",
        "Spoon",
    ]
    assert await search("the") == []
    assert await search("'; & | ! :* (") == []
    assert await search("linen", where={"brand": {"eq": "Flax"}}) == ["Linen shirt"]
    page = (await ask(PRODUCTS, READER, search="linen", first=1))["products"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    assert await search("linen", after=page["pageInfo"]["endCursor"]) == ["Mug", "Cotton shirts"]


@pytest.mark.parametrize(
    ("variables", "field"),
    [
        ({"search": " "}, ["search"]),
        ({"search": "x" * 201}, ["search"]),
        ({"search": "a\0b"}, ["search"]),
        ({"order": {"field": "RELEVANCE"}}, ["orderBy", "field"]),
    ],
)
async def test_what_cannot_be_searched(
    variables: dict[str, Any], field: list[str], ask: Ask
) -> None:
    [error] = await ask(PRODUCTS, READER, errors=True, **variables)
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": field}


async def test_variants_by_where_and_order(ask: Ask, catalog: Catalog) -> None:
    shirt, mug = await catalog.product(), await catalog.product("Mug")
    first = await catalog.variant(shirt, "S-1")
    await catalog.variant(mug, "M-1")
    await catalog.variant(shirt, "S-2")
    assert await _skus(ask) == ["S-2", "M-1", "S-1"]
    assert await _skus(ask, order={"field": "SKU", "direction": "ASC"}) == ["M-1", "S-1", "S-2"]
    assert await _skus(ask, where={"productId": {"eq": shirt}}) == ["S-2", "S-1"]
    assert await _skus(ask, where={"id": {"in": [first, "var_NONE"]}}) == ["S-1"]
    assert await _skus(ask, where={"sku": {"in": ["M-1", "S-2"]}}) == ["S-2", "M-1"]
    assert await _skus(ask, where={"or": [{"sku": {"eq": "M-1"}}, {"id": {"eq": first}}]}) == [
        "M-1",
        "S-1",
    ]
    assert await _skus(ask, where={"status": {"eq": "ARCHIVED"}}) == []
    page = (await ask(VARIANTS, READER, first=2))["productVariants"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    assert await _skus(ask, after=page["pageInfo"]["endCursor"]) == ["S-1"]


async def test_categories_by_where_and_order(ask: Ask, catalog: Catalog) -> None:
    root = await catalog.category("kitchen")
    await catalog.category("books")
    await catalog.category("cups", root)
    assert await _slugs(ask) == ["books", "cups", "kitchen"]
    assert await _slugs(ask, where={"isRoot": {"eq": True}}) == ["books", "kitchen"]
    assert await _slugs(ask, where={"isRoot": {"eq": False}}) == ["cups"]
    assert await _slugs(ask, where={"parentId": {"eq": root}}) == ["cups"]
    newest = {"field": "CREATED_AT", "direction": "DESC"}
    assert await _slugs(ask, order=newest) == ["cups", "books", "kitchen"]
    assert await _slugs(ask, order=newest, first=1) == ["cups"]
