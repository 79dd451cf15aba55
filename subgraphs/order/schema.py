"""What the order agent offers."""

from subgraphs.kit import (
    ID,
    Connection,
    CurrencyCode,
    DateTimeRange,
    Info,
    lookup,
    query,
    subgraph,
)
from subgraphs.order import loaders, policy, report, saga_views
from subgraphs.order.erasure import objections
from subgraphs.order.filters import OrderSort, OrderWhere, TaxRateSort, TaxRateWhere
from subgraphs.order.handlers import HANDLERS
from subgraphs.order.mutations.create_order import create_order
from subgraphs.order.mutations.place_order import place_order
from subgraphs.order.mutations.progress import (
    add_order_note,
    cancel_order,
    confirm_order,
    hold_order,
    release_order,
)
from subgraphs.order.mutations.rates import upsert_shipping_method, upsert_tax_rate
from subgraphs.order.mutations.update_order import update_order, update_order_lines
from subgraphs.order.neighbours import DOCUMENTS
from subgraphs.order.report import SalesGrouping, SalesReport
from subgraphs.order.repository import orders as order_rows
from subgraphs.order.repository import rates
from subgraphs.order.repository import report as sums
from subgraphs.order.reservation_intents import EXTEND, GIVE_BACK
from subgraphs.order.saga import ORDER_TO_DELIVERY
from subgraphs.order.saga_views import OrderSaga
from subgraphs.order.subscriptions import order_changed
from subgraphs.order.timers import placement_expiry
from subgraphs.order.types import Order, ShippingMethod, TaxRate


@query(policy.READ)
async def orders(
    info: Info,
    where: OrderWhere | None = None,
    order_by: OrderSort | None = None,
    first: int = 20,
    after: str | None = None,
) -> Connection[Order]:
    """The caller's own orders; everybody's, for staff."""
    sort = order_by or OrderSort()
    return await order_rows.page(info.db, info.scope, where, sort, first, after)


@query(policy.SHIPPING_METHODS)
async def shipping_methods(
    info: Info,
    country: str | None = None,
    currency: CurrencyCode | None = None,
    first: int = 20,
    after: str | None = None,
) -> Connection[ShippingMethod]:
    """What is offered to that country, in that currency; staff also sees what no longer is."""
    return await rates.methods_page(info.db, info.scope, country, currency, first, after)


@query(policy.READ_ALL)
async def order_saga(info: Info, order_id: ID) -> OrderSaga | None:
    """What is being done with a placed order, step by step."""
    return await saga_views.of_order(info.db, order_id)


@query(policy.READ_ALL)
async def tax_rates(
    info: Info,
    where: TaxRateWhere | None = None,
    order_by: TaxRateSort | None = None,
    first: int = 20,
    after: str | None = None,
) -> Connection[TaxRate]:
    return await rates.rates_page(info.db, where, order_by or TaxRateSort(), first, after)


@query(policy.READ_ALL)
async def sales_report(
    info: Info, range: DateTimeRange, currency: CurrencyCode, group_by: SalesGrouping
) -> SalesReport:
    """What was sold, in the periods in which anything was."""
    begin, end = report.checked(range)
    buckets = list(await sums.sales(info.db, begin, end, currency, group_by))
    return SalesReport(currency=currency, group_by=group_by, buckets=buckets)


schema = subgraph(
    "order",
    queries=[
        lookup(loaders.orders_by_id),
        lookup(loaders.orders_by_number, name="order_by_number"),
        orders,
        shipping_methods,
        tax_rates,
        sales_report,
        order_saga,
    ],
    mutations=[
        create_order,
        place_order,
        update_order,
        update_order_lines,
        hold_order,
        release_order,
        confirm_order,
        cancel_order,
        add_order_note,
        upsert_shipping_method,
        upsert_tax_rate,
    ],
    subscriptions=[order_changed],
    fields=[
        loaders.orders,
        loaders.lines,
        loaders.shipping_method,
        loaders.totals,
        loaders.discounts,
        loaders.discount_reason,
        loaders.discount_author,
        loaders.holds,
        loaders.notes,
    ],
    resolvers=[
        loaders.orders_by_id,
        loaders.orders_by_number,
        loaders.lines_by_id,
        loaders.methods_by_id,
        loaders.rates_by_id,
    ],
    documents=DOCUMENTS.values(),
    timers=[placement_expiry],
    objections=objections,
    handlers=HANDLERS,
    intents=[EXTEND, GIVE_BACK],
    sagas=[ORDER_TO_DELIVERY],
)
