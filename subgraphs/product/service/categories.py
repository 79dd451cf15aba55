"""The rules of the category tree: no cycle, not too deep, one slug per shelf."""

from dataclasses import replace
from typing import TypedDict

from subgraphs.kit import ID, NotFoundError, Refused, UnitOfWork, check_version, invalid
from subgraphs.product.errors import CategoryCycleError, SlugTakenError
from subgraphs.product.repository import categories
from subgraphs.product.types import Category

DEEPEST = 8
"""Levels, the root's included."""


class CategoryChanges(TypedDict, total=False):
    """New values of some fields."""

    name: str
    slug: str
    parent_id: ID | None


async def create(work: UnitOfWork, name: str, slug: str, parent_id: ID | None) -> Category:
    await categories.lock_tree(work)
    category = Category(
        id=ID(work.new_id("cat")),
        name=name,
        slug=slug,
        parent_id=parent_id,
        version=1,
        created_at=work.now,
        updated_at=work.now,
    )
    await _check_place(work, category, levels_below=0)
    await _check_slug(work, category)
    await categories.add(work, category)
    return category


async def update(
    work: UnitOfWork, id: ID, changes: CategoryChanges, expected: int | None
) -> Category:
    await categories.lock_tree(work)
    category = (await categories.by_id(work, [id])).get(id)
    if category is None:
        raise Refused(NotFoundError(field=["categoryId"]))
    check_version(category.version, expected)
    changed = replace(category, **changes)
    if changed == category:
        return category
    if changed.parent_id != category.parent_id:
        await _check_place(work, changed, await categories.height(work, id))
    await _check_slug(work, changed)
    changed = replace(changed, version=category.version + 1, updated_at=work.now)
    await categories.save(work, changed)
    return changed


async def _check_place(work: UnitOfWork, category: Category, levels_below: int) -> None:
    if category.parent_id is None:
        return
    above = (await categories.paths(work, [category.parent_id]))[category.parent_id]
    if not above:
        raise Refused(NotFoundError(field=["parentId"]))
    if any(each.id == category.id for each in above):
        raise Refused(CategoryCycleError(parent_id=category.parent_id, field=["parentId"]))
    if len(above) + 1 + levels_below > DEEPEST:
        raise invalid(f"The tree has at most {DEEPEST} levels.", "parentId")


async def _check_slug(work: UnitOfWork, category: Category) -> None:
    holder = await categories.with_slug(work, category.parent_id, category.slug)
    if holder not in (None, category.id):
        raise Refused(SlugTakenError(slug=category.slug, field=["slug"]))
