"""What an installation may set of orders."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderSettings:
    """`prices_include_tax`: whether the catalogue's prices, shipping prices and discounts are
    what a customer pays (as shops in Europe show them), or come before tax (as in America).
    """

    prices_include_tax: bool = True
