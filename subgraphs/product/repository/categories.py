"""SQL over the category tree. Categories are public."""

from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    Select,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from models import product as tables
from subgraphs.kit import ID, Connection, Reads, UnitOfWork, keyset, matching, page_size
from subgraphs.product.filters import CategorySort, CategoryWhere
from subgraphs.product.types import Category

CATEGORY = tables.category.c
CATEGORIES = select(tables.category)
WHERE_COLUMNS: dict[str, ColumnElement[bool]] = {"is_root": CATEGORY.parent_id.is_(None)}

# The shape of the tree is decided on as a whole: a row lock would not see a cycle that two
# moves make together. Products may be put into categories meanwhile.
LOCK_TREE = text("LOCK TABLE product.category IN SHARE ROW EXCLUSIVE MODE")


async def by_id(db: Reads, ids: Sequence[ID]) -> dict[ID, Category]:
    found = await db.fetch(CATEGORIES.where(CATEGORY.id.in_(ids)), Category)
    return {category.id: category for category in found}


async def page(
    db: Reads, where: CategoryWhere | None, order: CategorySort, first: int, after: str | None
) -> Connection[Category]:
    return await keyset(
        db,
        CATEGORIES.where(*matching(where, tables.category, WHERE_COLUMNS)),
        Category,
        by=CATEGORY[order.field.value],
        tiebreak=CATEGORY.id,
        direction=order.direction,
        first=first,
        after=after,
    )


async def children(db: Reads, parents: Sequence[ID], first: int) -> dict[ID, list[Category]]:
    """By name, at most `first` of each parent."""
    place = func.row_number().over(
        partition_by=CATEGORY.parent_id, order_by=(CATEGORY.name, CATEGORY.id)
    )
    ranked = (
        CATEGORIES.add_columns(place.label("place"))
        .where(CATEGORY.parent_id.in_(parents))
        .subquery()
    )
    columns = [column for column in ranked.c if column.key != "place"]
    rows = select(*columns).where(ranked.c.place <= page_size(first))
    found: dict[ID, list[Category]] = {id: [] for id in parents}
    for child in await db.fetch(rows.order_by(ranked.c.parent_id, ranked.c.place), Category):
        assert child.parent_id is not None  # noqa: S101  # the condition above
        found[child.parent_id].append(child)
    return found


async def paths(db: Reads, ids: Sequence[ID]) -> dict[ID, list[Category]]:
    """From the root to the category itself, for each of `ids`."""
    start = select(
        CATEGORY.id.label("leaf"), CATEGORY.id, CATEGORY.parent_id, literal(0).label("up")
    )
    walk = start.where(CATEGORY.id.in_(ids)).cte("walk", recursive=True)
    parent = tables.category.alias("parent")
    walk = walk.union_all(
        select(walk.c.leaf, parent.c.id, parent.c.parent_id, walk.c.up + 1).where(
            parent.c.id == walk.c.parent_id
        )
    )
    steps = await db.rows(
        select(walk.c.leaf, *CATEGORY)
        .where(CATEGORY.id == walk.c.id)
        .order_by(walk.c.leaf, walk.c.up.desc())
    )
    found: dict[ID, list[Category]] = {id: [] for id in ids}
    for step in steps:
        values = dict(step._mapping)
        found[values.pop("leaf")].append(Category(**values))
    return found


def below(category: ID) -> Select[tuple[str]]:
    """The ids of the category and of all under it."""
    tree = select(CATEGORY.id).where(CATEGORY.id == category).cte("tree", recursive=True)
    child = tables.category.alias("child")
    tree = tree.union_all(select(child.c.id).where(child.c.parent_id == tree.c.id))
    return select(tree.c.id)


async def lock_tree(work: UnitOfWork) -> None:
    """Nobody else changes the tree until the work ends."""
    await work.execute(LOCK_TREE)


async def height(work: UnitOfWork, id: ID) -> int:
    """The levels that hang below the category."""
    tree = select(CATEGORY.id, literal(0).label("level")).where(CATEGORY.id == id)
    walk = tree.cte("walk", recursive=True)
    child = tables.category.alias("child")
    walk = walk.union_all(
        select(child.c.id, walk.c.level + 1).where(child.c.parent_id == walk.c.id)
    )
    [row] = await work.rows(select(func.max(walk.c.level)))
    return int(row[0])


async def with_slug(work: UnitOfWork, parent: ID | None, slug: str) -> ID | None:
    """The category that has the slug under this parent."""
    rows = select(CATEGORY.id).where(
        CATEGORY.parent_id.is_not_distinct_from(parent), CATEGORY.slug == slug
    )
    found = await work.rows(rows)
    return found[0].id if found else None


async def add(work: UnitOfWork, made: Category) -> None:
    await work.execute(
        insert(tables.category).values({**_values(made), "created_at": made.created_at})
    )


async def save(work: UnitOfWork, changed: Category) -> None:
    """`changed` carries the next version; the row must still hold the one before."""
    row = update(tables.category).where(
        CATEGORY.id == changed.id, CATEGORY.version == changed.version - 1
    )
    [_] = await work.rows(row.values(_values(changed)).returning(CATEGORY.id))


def _values(category: Category) -> dict[str, object]:
    return {
        "id": category.id,
        "name": category.name,
        "slug": category.slug,
        "parent_id": category.parent_id,
        "version": category.version,
        "updated_at": category.updated_at,
    }
