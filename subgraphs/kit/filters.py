"""`where`: typed conditions on columns of the same name, joined by `and` and `or`."""

from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Table, and_, false, or_, true

from subgraphs.kit.errors import InvalidInputError, Refused
from subgraphs.kit.types import input

DEEPEST_WHERE = 3
LONGEST_IN = 100
LARGEST_WHERE = 1000
"""Values in all of it; a statement takes 32,767 parameters."""


@input
class IDFilter:
    eq: strawberry.ID | None = None
    in_: list[strawberry.ID] | None = strawberry.field(name="in", default=None)


@input
class StringFilter:
    eq: str | None = None
    in_: list[str] | None = strawberry.field(name="in", default=None)


@input
class BooleanFilter:
    eq: bool | None = None


@input
class IntRange:
    """Half open: from `gte` up to, but without, `lt`."""

    gte: int | None = None
    lt: int | None = None


@input
class IntFilter:
    eq: int | None = None
    in_: list[int] | None = strawberry.field(name="in", default=None)
    range: IntRange | None = None


@input
class DateTimeRange:
    """Half open: from `gte` up to, but without, `lt`."""

    gte: datetime | None = None
    lt: datetime | None = None


@input
class DateTimeFilter:
    range: DateTimeRange | None = None


def matching(
    where: Any, table: Table, columns: dict[str, ColumnElement[Any]] | None = None
) -> list[ColumnElement[bool]]:
    """The conditions of a `where` input, whose fields are named like the columns of `table`.

    `columns` gives those that are called otherwise. `and_` and `or_` nest, three levels deep.
    """
    if where is None:
        return []
    conditions = _conditions(where, table, columns or {}, 1)
    if _values(where) > LARGEST_WHERE:
        message = f"At most {LARGEST_WHERE} values in all conditions."
        raise Refused(InvalidInputError(message=message, field=["where"]))
    return conditions


def _values(where: Any) -> int:
    if isinstance(where, list):
        return sum(map(_values, where))
    if is_dataclass(where):
        return sum(_values(getattr(where, field.name)) for field in fields(where))
    return int(where is not None)


def _conditions(
    where: Any, table: Table, columns: dict[str, ColumnElement[Any]], depth: int
) -> list[ColumnElement[bool]]:
    if depth > DEEPEST_WHERE:
        message = f"Conditions nest at most {DEEPEST_WHERE} levels deep."
        raise Refused(InvalidInputError(message=message, field=["where"]))
    conditions: list[ColumnElement[bool]] = []
    for field in fields(where):
        given = getattr(where, field.name)
        if given is None:
            continue
        if field.name in ("and_", "or_"):
            parts = [and_(true(), *_conditions(part, table, columns, depth + 1)) for part in given]
            join = and_ if field.name == "and_" else or_
            conditions.append(join(*parts) if parts else false())
        else:
            column = columns[field.name] if field.name in columns else table.c[field.name]
            conditions += _comparisons(given, column, field.name)
    return conditions


def _comparisons(filter: Any, column: ColumnElement[Any], name: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if getattr(filter, "eq", None) is not None:
        conditions.append(column == filter.eq)
    allowed = getattr(filter, "in_", None)
    if allowed is not None:
        if len(allowed) > LONGEST_IN:
            message = f"At most {LONGEST_IN} values."
            raise Refused(InvalidInputError(message=message, field=["where", name, "in"]))
        conditions.append(column.in_(allowed))
    limits = getattr(filter, "range", None)
    if limits is not None and limits.gte is not None:
        conditions.append(column >= limits.gte)
    if limits is not None and limits.lt is not None:
        conditions.append(column < limits.lt)
    return conditions
