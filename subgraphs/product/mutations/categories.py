"""The mutation of categories."""

from subgraphs.kit import ID, Info, Maybe, UnitOfWork, input, invalid, line, mutation
from subgraphs.product import policy
from subgraphs.product.errors import CategoryCycleError, SlugTakenError
from subgraphs.product.options import checked_slug, not_null, slug_of
from subgraphs.product.service import categories as service
from subgraphs.product.service.categories import CategoryChanges
from subgraphs.product.types import Category

LONGEST_NAME = 120


@input
class UpsertCategoryInput:
    """Without `categoryId` a new one, which needs a name; its slug comes from that by default.
    With it, what is left out stays as it is; `parentId: null` makes a root.
    """

    category_id: ID | None = None
    name: Maybe[str | None]
    slug: Maybe[str | None]
    parent_id: Maybe[ID | None]
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.WRITE, SlugTakenError, CategoryCycleError)
async def upsert_category(info: Info, work: UnitOfWork, input: UpsertCategoryInput) -> Category:
    changes = CategoryChanges()
    if input.name:
        changes["name"] = line(not_null(input.name.value, "name"), LONGEST_NAME, "name")
    if input.slug:
        changes["slug"] = checked_slug(not_null(input.slug.value, "slug"), "slug")
    if input.parent_id:
        changes["parent_id"] = input.parent_id.value
    if input.category_id is None:
        return await _create(work, changes, input.expected_version)
    return await service.update(work, input.category_id, changes, input.expected_version)


async def _create(work: UnitOfWork, changes: CategoryChanges, expected: int | None) -> Category:
    if "name" not in changes:
        raise invalid("A new category needs a name.", "name")
    if expected is not None:
        raise invalid("There is no version before the first.", "expectedVersion")
    slug = changes.get("slug") or slug_of(changes["name"])
    if not slug:
        raise invalid("No slug can be made of this name: give one.", "slug")
    return await service.create(work, changes["name"], slug, changes.get("parent_id"))
