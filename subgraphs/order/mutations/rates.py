"""What shipping costs, and how goods are taxed."""

import re
from decimal import Decimal

from models.address import COUNTRIES
from subgraphs.kit import (
    Info,
    MoneyInput,
    UnitOfWork,
    amount,
    check_version,
    input,
    invalid,
    line,
    mutation,
)
from subgraphs.order import policy
from subgraphs.order.enums import TaxClass
from subgraphs.order.repository import rates
from subgraphs.order.types import ShippingMethod, TaxRate

CODE = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")
LONGEST_NAME = 120
DIGITS = 5
"""After the point, of a tax rate: a thousandth of a percent."""


@input
class UpsertShippingMethodInput:
    """`code` names the method for good; `countries` are ISO 3166-1 alpha-2.

    `price` is with or without tax, as the shop's prices are.
    """

    code: str
    name: str
    price: MoneyInput
    countries: list[str]
    active: bool = True
    expected_version: int | None = None
    dry_run: bool = False
    idempotency_key: str | None = None


@mutation(policy.APPROVE)
async def upsert_shipping_method(
    info: Info, work: UnitOfWork, input: UpsertShippingMethodInput
) -> ShippingMethod:
    """Offer a way of shipping, or change one. Orders that were placed keep what they paid."""
    if CODE.fullmatch(input.code) is None:
        raise invalid("1 to 64 lower-case letters, digits and hyphens between them.", "code")
    name = line(input.name, LONGEST_NAME, "name")
    price = input.price.money()
    amount(price, "price")
    countries = sorted({_country(code, "countries", i) for i, code in enumerate(input.countries)})
    if not countries:
        raise invalid("At least one country.", "countries")
    old = await rates.lock_method(work, input.code)
    check_version(old.version if old else 0, input.expected_version)
    return await rates.put_method(work, input.code, name, price, countries, input.active)


@input
class UpsertTaxRateInput:
    """`rate` is a fraction: "0.19" is 19 %."""

    country: str
    tax_class: TaxClass
    rate: Decimal
    expected_version: int | None = None
    dry_run: bool = False
    idempotency_key: str | None = None


@mutation(policy.APPROVE)
async def upsert_tax_rate(info: Info, work: UnitOfWork, input: UpsertTaxRateInput) -> TaxRate:
    """Say how a class of goods is taxed in a country. Orders that were placed keep their tax."""
    taxed = (_country(input.country, "country"), input.tax_class)
    if not 0 <= input.rate <= 1:
        raise invalid("A fraction from 0 to 1.", "rate")
    if input.rate != round(input.rate, DIGITS):
        raise invalid(f"At most {DIGITS} digits after the point.", "rate")
    old = await rates.lock_rate(work, taxed)
    check_version(old.version if old else 0, input.expected_version)
    return await rates.put_rate(work, taxed, input.rate)


def _country(code: str, *path: str | int) -> str:
    if code not in COUNTRIES:
        raise invalid("Not an ISO 3166-1 alpha-2 country.", *path)
    return code
