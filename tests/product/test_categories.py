"""The category tree: its shelves, their places, and what would break it."""

from typing import Any

import pytest

from subgraphs.product.service.categories import DEEPEST
from tests.conftest import Ask
from tests.product.asking import Asking, failure, invalid, stale, unknown
from tests.product.catalog import Catalog


@pytest.fixture
def upsert(ask: Ask, catalog: Catalog) -> Asking:
    return Asking(
        ask, catalog, "upsertCategory", "category { id name slug version parent { slug } }"
    )


async def test_create(upsert: Asking) -> None:
    root = await upsert.done(name=" Café & Tea ")
    assert root.pop("id").startswith("cat_")
    assert root == {"name": "Café & Tea", "slug": "cafe-tea", "version": 1, "parent": None}


async def test_create_below(upsert: Asking, catalog: Catalog) -> None:
    parent = await catalog.category("kitchen")
    made = await upsert.done(name="Cups", slug="all-cups", parentId=parent)
    assert (made["slug"], made["parent"]) == ("all-cups", {"slug": "kitchen"})
    assert await catalog.events() == []


async def test_update_moves_and_renames(upsert: Asking, catalog: Catalog) -> None:
    kitchen, table = await catalog.category("kitchen"), await catalog.category("table")
    cups = await catalog.category("cups", kitchen)
    moved = await upsert.done(categoryId=cups, parentId=table, name="Mugs", expectedVersion=1)
    assert moved == {
        "id": cups,
        "name": "Mugs",
        "slug": "cups",
        "version": 2,
        "parent": {"slug": "table"},
    }
    root = await upsert.done(categoryId=cups, parentId=None)
    assert (root["parent"], root["name"], root["version"]) == (None, "Mugs", 3)
    assert (await upsert.done(categoryId=cups, parentId=None))["version"] == 3


@pytest.mark.parametrize(
    ("input", "field"),
    [
        ({}, ["name"]),
        ({"name": None}, ["name"]),
        ({"name": " "}, ["name"]),
        ({"name": "x" * 121}, ["name"]),
        ({"name": "Cups", "slug": "Cups!"}, ["slug"]),
        ({"name": "Cups", "slug": None}, ["slug"]),
        ({"name": "茶"}, ["slug"]),
        ({"name": "Cups", "expectedVersion": 1}, ["expectedVersion"]),
    ],
)
async def test_invalid_input(input: dict[str, Any], field: list[str], upsert: Asking) -> None:
    assert await upsert.refused(**input) == invalid(*field)


async def test_slugs_are_unique_per_parent(upsert: Asking, catalog: Catalog) -> None:
    kitchen = await catalog.category("kitchen")
    cups = await catalog.category("cups", kitchen)
    taken = failure("SlugTakenError", "SLUG_TAKEN", "slug", slug="kitchen")
    assert await upsert.refused(name="Kitchen") == taken
    assert await upsert.refused(categoryId=cups, parentId=None, slug="kitchen") == taken
    inner = await upsert.done(name="Kitchen", parentId=kitchen)
    assert await upsert.refused(categoryId=inner["id"], parentId=None) == taken
    again = failure("SlugTakenError", "SLUG_TAKEN", "slug", slug="cups")
    assert await upsert.refused(name="Cups", parentId=kitchen) == again


async def test_no_cycles(upsert: Asking, catalog: Catalog) -> None:
    top = await catalog.category("top")
    middle = await catalog.category("middle", top)
    bottom = await catalog.category("bottom", middle)
    for parent in (top, middle, bottom):
        cycle = failure("CategoryCycleError", "CATEGORY_CYCLE", "parentId", parentId=parent)
        assert await upsert.refused(categoryId=top, parentId=parent) == cycle


async def test_the_tree_has_a_depth(upsert: Asking, catalog: Catalog) -> None:
    deep: str | None = None
    for level in range(DEEPEST - 1):
        deep = await catalog.category(f"level-{level}", deep)
    shelf = await catalog.category("shelf")
    await catalog.category("box", shelf)
    assert await upsert.refused(categoryId=shelf, parentId=deep) == invalid("parentId")
    last = await upsert.done(name="Last", parentId=deep)
    assert await upsert.refused(name="Too deep", parentId=last["id"]) == invalid("parentId")


async def test_unknown_and_stale(upsert: Asking, catalog: Catalog) -> None:
    shelf = await catalog.category("shelf")
    assert await upsert.refused(categoryId="cat_NONE", name="X") == unknown("categoryId")
    assert await upsert.refused(name="X", parentId="cat_NONE") == unknown("parentId")
    assert await upsert.refused(categoryId=shelf, name="X", expectedVersion=9) == stale(9, 1)
