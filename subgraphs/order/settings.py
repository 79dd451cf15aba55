"""What an installation may set of orders."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class OrderSettings:
    """`prices_include_tax`: whether the catalogue's prices, shipping prices and discounts are
    what a customer pays (as shops in Europe show them), or come before tax (as in America).
    `unpaid`: orders go on although no agent takes payments. `confirm_by_hand`: each waits for
    `confirmOrder`. `payment_window`: how long an order waits for its payment to begin; `review`:
    how long its units are kept while a person decides.
    """

    prices_include_tax: bool = True
    unpaid: bool = False
    confirm_by_hand: bool = False
    payment_window: timedelta = timedelta(hours=24)
    review: timedelta = timedelta(hours=48)
