"""What an order costs: examples worked out by hand, and laws that hold for every basket."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.order.totals import Charge, LineAmounts, Totals, spread, totals

VAT, REDUCED, NONE = Decimal("0.19"), Decimal("0.07"), Decimal(0)
FREE = Charge(0, NONE)

rates = st.decimals(0, 1, places=5)
charges = st.builds(Charge, st.integers(0, 10**12), rates)


@st.composite
def baskets(draw: st.DrawFn) -> tuple[list[Charge], Charge, int, bool]:
    goods = draw(st.lists(charges, min_size=1, max_size=100))
    discount = draw(st.integers(0, sum(charge.listed for charge in goods)))
    return goods, draw(charges), discount, draw(st.booleans())


def test_tax_is_taken_out_of_prices_that_include_it() -> None:
    made = totals([Charge(11900, VAT)], Charge(595, VAT), 0, included=True)
    assert made == Totals([LineAmounts(net=10000, discount=0, tax=1900)], 500, 95)
    assert (made.subtotal, made.tax, made.discount, made.total) == (10000, 1995, 0, 12495)


def test_tax_is_put_on_prices_without_it() -> None:
    made = totals([Charge(10000, VAT), Charge(999, REDUCED)], Charge(500, VAT), 0, included=False)
    assert [line.tax for line in made.lines] == [1900, 70]
    assert (made.subtotal, made.shipping, made.tax, made.total) == (10999, 500, 2065, 13564)


def test_a_discount_lowers_the_tax() -> None:
    made = totals([Charge(11900, VAT)], FREE, 1900, included=True)
    assert made.lines == [LineAmounts(net=10000, discount=1597, tax=1597)]
    assert made.total == 10000
    before_tax = totals([Charge(10000, VAT)], FREE, 1000, included=False)
    assert before_tax.lines == [LineAmounts(net=10000, discount=1000, tax=1710)]
    assert before_tax.total == 10710


def test_a_discount_of_everything_leaves_nothing() -> None:
    made = totals([Charge(333, VAT), Charge(1, REDUCED)], FREE, 334, included=True)
    assert (made.total, made.tax, made.discount) == (0, 0, made.subtotal)


def test_half_a_cent_goes_to_the_even_side() -> None:
    halves = [Charge(listed, Decimal("0.5")) for listed in (1, 3, 5, 7)]
    assert [line.tax for line in totals(halves, FREE, 0, included=False).lines] == [0, 2, 2, 4]


def test_shares_go_to_the_largest_remainders_and_earlier_lines_first() -> None:
    assert spread(100, [100, 100, 100]) == [34, 33, 33]
    assert spread(0, []) == []
    assert spread(0, [0, 0]) == [0, 0]


@pytest.mark.parametrize("amount", [-1, 11])
def test_more_than_there_is_cannot_be_spread(amount: int) -> None:
    with pytest.raises(ValueError, match="cannot spread"):
        spread(amount, [4, 6])


@given(baskets())
def test_totals_always_add_up_and_are_never_negative(
    basket: tuple[list[Charge], Charge, int, bool],
) -> None:
    goods, shipping, discount, included = basket
    made = totals(*basket)
    assert made.total == made.subtotal + made.shipping + made.tax - made.discount
    assert min(made.total, made.subtotal, made.shipping, made.tax, made.discount) >= 0
    for line in made.lines:
        assert 0 <= line.discount <= line.net
        assert line.tax >= 0
    listed = sum(charge.listed for charge in goods)
    if included:
        assert made.total == listed + shipping.listed - discount
    else:
        assert made.discount == discount
        assert (made.subtotal, made.shipping) == (listed, shipping.listed)


@given(baskets())
def test_no_line_is_off_by_more_than_its_own_rounding(
    basket: tuple[list[Charge], Charge, int, bool],
) -> None:
    for charge, line in zip(basket[0], totals(*basket).lines, strict=True):
        left = line.net - line.discount
        assert abs(left * charge.rate - line.tax) <= 1


@given(st.lists(st.integers(0, 10**12), min_size=1), st.data())
def test_shares_are_proportional(over: list[int], data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, sum(over)))
    shares = spread(amount, over)
    assert sum(shares) == amount
    for share, part in zip(shares, over, strict=True):
        assert 0 <= share <= part
        assert abs(share * sum(over) - amount * part) < max(1, sum(over))
