"""What an order costs: pure arithmetic on minor units, each line rounded exactly once."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.money import round_minor


@dataclass(frozen=True, slots=True)
class Charge:
    """What the shop's price list asks for a line, or for shipping, and how that is taxed."""

    listed: int
    rate: Decimal


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """`net` and `discount` are without tax; `tax` is on what the discount leaves of `net`."""

    net: int
    discount: int
    tax: int


@dataclass(frozen=True, slots=True)
class Totals:
    """`shipping_tax` is part of `tax`; only `tax` and `total` hold any tax."""

    lines: Sequence[LineAmounts]
    shipping: int
    shipping_tax: int

    @property
    def subtotal(self) -> int:
        return sum(line.net for line in self.lines)

    @property
    def discount(self) -> int:
        return sum(line.discount for line in self.lines)

    @property
    def tax(self) -> int:
        return sum(line.tax for line in self.lines) + self.shipping_tax

    @property
    def total(self) -> int:
        return self.subtotal + self.shipping + self.tax - self.discount


def totals(goods: Sequence[Charge], shipping: Charge, discount: int, included: bool) -> Totals:
    """`discount` is at most the sum of the goods, and spread over them, since it lowers their tax.

    `included`: whether listed prices and the discount contain their tax.
    """
    shares = spread(discount, [charge.listed for charge in goods])
    carriage, tax = _split(shipping.listed, shipping.rate, included)
    lines = [_line(charge, share, included) for charge, share in zip(goods, shares, strict=True)]
    return Totals(lines, carriage, tax)


def spread(amount: int, over: Sequence[int]) -> list[int]:
    """`amount` in shares proportional to `over`, none above its part, by largest remainder."""
    whole = sum(over)
    if not 0 <= amount <= whole:
        raise ValueError(f"cannot spread {amount} over {whole}")
    if amount == 0:
        return [0] * len(over)
    shares = [amount * part // whole for part in over]
    remainders = [amount * part % whole for part in over]
    largest = sorted(range(len(over)), key=lambda place: -remainders[place])
    for place in largest[: amount - sum(shares)]:
        shares[place] += 1
    return shares


def _line(charge: Charge, share: int, included: bool) -> LineAmounts:
    net, _ = _split(charge.listed, charge.rate, included)
    left, tax = _split(charge.listed - share, charge.rate, included)
    return LineAmounts(net=net, discount=net - left, tax=tax)


def _split(listed: int, rate: Decimal, included: bool) -> tuple[int, int]:
    """Without tax, and the tax."""
    if included:
        tax = round_minor(listed * rate / (1 + rate))
        return listed - tax, tax
    return listed, round_minor(listed * rate)
