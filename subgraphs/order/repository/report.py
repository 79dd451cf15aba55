"""Sums over orders that were placed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func, literal, null, select

from models import order as tables
from subgraphs.kit import Reads
from subgraphs.order.enums import OrderStatus
from subgraphs.order.report import SalesBucket, SalesGrouping

ORDER = tables.orders.c
LINE = tables.order_line.c


async def sales(
    db: Reads, begin: datetime, end: datetime, currency: str, by: SalesGrouping
) -> Sequence[SalesBucket]:
    """By period, oldest first, without canceled orders; or by status."""
    sold = select(func.coalesce(func.sum(LINE.quantity - LINE.canceled), 0))
    units = sold.where(LINE.order_id == ORDER.id).scalar_subquery()
    placed = (
        select(*_bucket(by), units.label("units"), ORDER.total, ORDER.discount, ORDER.tax)
        .where(ORDER.placed_at >= begin, ORDER.placed_at < end, ORDER.currency == currency)
        .where(*_counted(by))
        .subquery()
        .c
    )
    rows = (
        select(
            placed.start,
            placed.status,
            literal(currency).label("currency"),
            func.count().label("orders"),
            _sum(placed.units).label("units"),
            _sum(placed.total).label("gross_minor"),
            _sum(placed.discount).label("discount_minor"),
            _sum(placed.tax).label("tax_minor"),
        )
        .group_by(placed.start, placed.status)
        .order_by(placed.start, placed.status)
    )
    return await db.fetch(rows, SalesBucket)


def _bucket(by: SalesGrouping) -> Sequence[ColumnElement[Any]]:
    if by is SalesGrouping.STATUS:
        return cast(null(), ORDER.placed_at.type).label("start"), ORDER.status
    start = func.date_trunc(by.value, ORDER.placed_at, "UTC").label("start")
    return start, cast(null(), ORDER.status.type).label("status")


def _counted(by: SalesGrouping) -> Sequence[ColumnElement[bool]]:
    return () if by is SalesGrouping.STATUS else (ORDER.status != OrderStatus.CANCELED,)


def _sum(column: ColumnElement[Any]) -> ColumnElement[int]:
    """PostgreSQL adds up bigints as numeric."""
    return cast(func.sum(column), BigInteger)
