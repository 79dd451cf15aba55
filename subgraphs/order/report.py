"""What `salesReport` shows."""

from datetime import datetime
from enum import Enum

from subgraphs.kit import (
    CurrencyCode,
    DateTimeRange,
    Money,
    Private,
    derived,
    enum,
    invalid,
    output,
)
from subgraphs.order.enums import OrderStatus

LONGEST_DAYS = 1100


@enum
class SalesGrouping(Enum):
    """Days, weeks (from Monday) and months begin at midnight UTC."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    STATUS = "status"


@output
class SalesBucket:
    """The orders that were placed in one period (`start`), or that are in one `status`.

    `units` without canceled ones; `gross` is what customers pay, `net` that without tax;
    `discounts` are without tax and taken off already.
    """

    start: datetime | None
    status: OrderStatus | None
    currency: Private[str]
    orders: int
    units: int
    gross_minor: Private[int]
    discount_minor: Private[int]
    tax_minor: Private[int]

    @derived
    def gross(self) -> Money:
        return Money.of_minor(self.gross_minor, self.currency)

    @derived
    def discounts(self) -> Money:
        return Money.of_minor(self.discount_minor, self.currency)

    @derived
    def tax(self) -> Money:
        return Money.of_minor(self.tax_minor, self.currency)

    @derived
    def net(self) -> Money:
        return Money.of_minor(self.gross_minor - self.tax_minor, self.currency)


@output
class SalesReport:
    """Orders placed in a half-open range, in one currency. Canceled ones count by STATUS only."""

    currency: CurrencyCode
    group_by: SalesGrouping
    buckets: list[SalesBucket]


def checked(range: DateTimeRange) -> tuple[datetime, datetime]:
    """Both ends, in order, and not so far apart that the answer has no end."""
    if range.gte is None or range.lt is None:
        raise invalid("A report needs both ends.", "range")
    if not range.gte < range.lt:
        raise invalid("The range is empty.", "range")
    if (range.lt - range.gte).days > LONGEST_DAYS:
        raise invalid(f"At most {LONGEST_DAYS} days.", "range")
    return range.gte, range.lt
