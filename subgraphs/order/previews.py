"""What an order costs, as its readers see it: fixed once it is placed, a preview before."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from subgraphs.kit import ID, Info, Money
from subgraphs.order.enums import TaxClass
from subgraphs.order.quoting import SHIPPING_CLASS
from subgraphs.order.repository import lines, rates
from subgraphs.order.repository.rates import Taxed
from subgraphs.order.settings import OrderSettings
from subgraphs.order.totals import Charge, totals
from subgraphs.order.types import Order, OrderLine, OrderTotals, ShippingMethod


def fixed(order: Order) -> OrderTotals | None:
    """Of an order that was placed."""
    if (
        order.subtotal_minor is None
        or order.shipping_minor is None
        or order.tax_minor is None
        or order.discount_minor is None
        or order.total_minor is None
    ):
        return None
    return OrderTotals(
        subtotal=Money.of_minor(order.subtotal_minor, order.currency),
        shipping=Money.of_minor(order.shipping_minor, order.currency),
        tax=Money.of_minor(order.tax_minor, order.currency),
        discount=Money.of_minor(order.discount_minor, order.currency),
        total=Money.of_minor(order.total_minor, order.currency),
    )


async def previews(info: Info, drafts: Sequence[Order]) -> dict[ID, OrderTotals]:
    """Of the drafts of which everything is known that it takes; four statements for any number."""
    countries = {draft.destination.country for draft in drafts if draft.destination}
    chosen = {draft.shipping_method_id for draft in drafts if draft.shipping_method_id}
    if not countries or not chosen:
        return {}
    ids = [draft.id for draft in drafts]
    goods = await lines.of_orders(info.db, ids)
    given = await lines.discounts(info.db, ids)
    methods = await rates.methods(info.db, sorted(chosen))
    every = [(country, each) for country in sorted(countries) for each in TaxClass]
    known = await rates.rates_of(info.db, every)
    included = info.settings(OrderSettings).prices_include_tax
    shown: dict[ID, OrderTotals] = {}
    for draft in drafts:
        discount = sum(each.amount_minor for each in given[draft.id])
        method = methods.get(draft.shipping_method_id or ID(""))
        made = _preview(draft, goods[draft.id], discount, method, known, included)
        if made is not None:
            shown[draft.id] = made
    return shown


def _preview(
    draft: Order,
    goods: Sequence[OrderLine],
    discount: int,
    method: ShippingMethod | None,
    known: Mapping[Taxed, Decimal],
    included: bool,
) -> OrderTotals | None:
    if method is None or draft.destination is None or not goods:
        return None
    country = draft.destination.country
    needed = {line.tax_class for line in goods} | {SHIPPING_CLASS}
    if any((country, each) not in known for each in needed):
        return None
    made = totals(
        [
            Charge(line.unit_price_minor * line.quantity, known[country, line.tax_class])
            for line in goods
        ],
        Charge(method.price_minor, known[country, SHIPPING_CLASS]),
        discount,
        included,
    )
    return OrderTotals(
        subtotal=Money.of_minor(made.subtotal, draft.currency),
        shipping=Money.of_minor(made.shipping, draft.currency),
        tax=Money.of_minor(made.tax, draft.currency),
        discount=Money.of_minor(made.discount, draft.currency),
        total=Money.of_minor(made.total, draft.currency),
    )
