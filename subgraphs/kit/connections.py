"""Relay connections by keyset: a page begins after a row, so inserts cannot shift it."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Generic, TypeVar

import strawberry
from sqlalchemy import BigInteger, ColumnElement, Select, func, literal, select, tuple_

from models.database import Reads
from subgraphs.kit.errors import InvalidInputError, Refused
from subgraphs.kit.types import derived, enum, shared

LARGEST_PAGE = 100
T = TypeVar("T")


@enum
class Direction(Enum):
    ASC = "asc"
    DESC = "desc"


@shared
class PageInfo:
    """Where a page stands in its list (Relay Cursor Connections)."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    cursor: str
    node: T


@strawberry.type
class Connection(Generic[T]):
    edges: list[Edge[T]]
    page_info: PageInfo
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @derived
    async def total_count(self) -> int | None:
        """How many there are on all pages; counted only where it is asked for."""
        return await self.count()


def page_size(first: int) -> int:
    """`first`, if a page may be that large."""
    if not 1 <= first <= LARGEST_PAGE:
        message = f"A page has 1 to {LARGEST_PAGE} entries."
        raise Refused(InvalidInputError(message=message, field=["first"]))
    return first


async def keyset(
    db: Reads,
    rows: Select[Any],
    into: type[T],
    *,
    by: ColumnElement[Any],
    tiebreak: ColumnElement[str],
    direction: Direction,
    first: int,
    after: str | None,
) -> Connection[T]:
    """The `first` rows after the cursor; `by` and `tiebreak` are among the columns selected."""
    page_size(first)
    page = _beyond(rows, by, tiebreak, direction, after)
    ordered = page.order_by(*_order(by, tiebreak, direction))
    found = await db.fetch(ordered.limit(first + 1), into)

    async def count() -> int:
        [row] = await db.rows(select(func.count()).select_from(rows.subquery()))
        return int(row[0])

    return _page(found, first, after, by, tiebreak, count)


async def keyset_of_each(
    db: Reads,
    rows: Select[Any],
    into: type[T],
    *,
    parent: ColumnElement[Any],
    parents: Sequence[str],
    by: ColumnElement[Any],
    tiebreak: ColumnElement[str],
    direction: Direction,
    first: int,
    after: str | None,
) -> list[Connection[T]]:
    """`keyset` for a contributed field: a page for each of `parents`, in one statement.

    `parent` is the column, among those selected, that holds the parent's key.
    """
    page_size(first)
    mine = rows.where(parent.in_(parents))
    page = _beyond(mine, by, tiebreak, direction, after)
    rank = func.row_number().over(partition_by=parent, order_by=_order(by, tiebreak, direction))
    ranked = page.add_columns(rank.label("rank")).subquery()
    own = [column for column in ranked.c if column.key != "rank"]
    found: dict[str, list[T]] = {key: [] for key in parents}
    ordered = select(*own).where(ranked.c.rank <= first + 1).order_by(ranked.c.rank)
    for node in await db.fetch(ordered, into):
        found[getattr(node, str(parent.key))].append(node)
    counting: list[asyncio.Task[dict[str, int]]] = []

    async def count_all() -> dict[str, int]:
        columns = (parent.label("parent"), func.count().label("many"))
        each = mine.with_only_columns(*columns).group_by(parent)
        return {row.parent: row.many for row in await db.rows(each)}

    def counter(key: str) -> Callable[[], Awaitable[int]]:
        async def count() -> int:
            if not counting:
                counting.append(asyncio.create_task(count_all()))
            return (await counting[0]).get(key, 0)

        return count

    return [_page(found[key], first, after, by, tiebreak, counter(key)) for key in parents]


def _beyond(
    rows: Select[Any],
    by: ColumnElement[Any],
    tiebreak: ColumnElement[str],
    direction: Direction,
    after: str | None,
) -> Select[Any]:
    if after is None:
        return rows
    last, here = tuple_(*_decode(after, by, tiebreak)), tuple_(by, tiebreak)
    return rows.where(here < last if direction is Direction.DESC else here > last)


def _order(
    by: ColumnElement[Any], tiebreak: ColumnElement[str], direction: Direction
) -> list[ColumnElement[Any]]:
    return [column.desc() if direction is Direction.DESC else column for column in (by, tiebreak)]


def _page(
    found: Sequence[T],
    first: int,
    after: str | None,
    by: ColumnElement[Any],
    tiebreak: ColumnElement[str],
    count: Callable[[], Awaitable[int]],
) -> Connection[T]:
    edges = [Edge(cursor=_encode(node, by, tiebreak), node=node) for node in found[:first]]
    return Connection(
        edges=edges,
        page_info=PageInfo(
            has_next_page=len(found) > first,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        count=count,
    )


def _encode(node: object, *columns: ColumnElement[Any]) -> str:
    values = [getattr(node, str(column.key)) for column in columns]
    text = json.dumps([columns[0].key, *values], default=_plain)
    return base64.urlsafe_b64encode(text.encode()).decode()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value.name)


def _decode(cursor: str, *columns: ColumnElement[Any]) -> Sequence[ColumnElement[Any]]:
    try:
        key, *values = json.loads(base64.urlsafe_b64decode(cursor))
        if key != columns[0].key or len(values) != len(columns):
            raise ValueError("a cursor of another order")
        return [
            literal(_parse(value, column), column.type)
            for value, column in zip(values, columns, strict=True)
        ]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        message = "Not a cursor of this list in this order."
        raise Refused(InvalidInputError(message=message, field=["after"])) from error


def _parse(value: Any, column: ColumnElement[Any]) -> Any:
    kind = column.type.python_type
    if kind is datetime:
        time = datetime.fromisoformat(value)
        if time.tzinfo is None:
            raise TypeError(f"{value!r} lacks its zone")
        return time.astimezone(UTC)
    if issubclass(kind, Enum):
        return kind[value]
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    if kind is int:
        limit = 2 ** (63 if isinstance(column.type, BigInteger) else 31)
        if not -limit <= value < limit:
            raise ValueError(f"{value!r} is too large")
    if kind is str:
        value.encode()  # refuses lone surrogates
    return value
