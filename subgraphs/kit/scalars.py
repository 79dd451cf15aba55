"""The platform's scalars. Strict: no float for money, no NaN, no time without its zone."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from models.money import MINOR_DIGITS, CurrencyCode, Money
from subgraphs.kit.types import input, shared

MOST_DIGITS = 28
"""As many as arithmetic keeps (decimal's default context): a longer number would be rounded."""


Json = NewType("Json", object)
"""What has no fixed shape: dicts, lists, texts, numbers. For answers only."""


def parse_decimal(value: Any) -> Decimal:
    if not isinstance(value, str):
        raise GraphQLError('Decimal is written as a string: "12.50".')
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise GraphQLError(f"Not a decimal number: {value!r}.") from None
    if not number.is_finite():
        raise GraphQLError("Decimal must be finite.")
    if len(number.as_tuple().digits) > MOST_DIGITS or abs(number.adjusted()) > MOST_DIGITS:
        raise GraphQLError(f"Decimal has at most {MOST_DIGITS} digits.")
    return number


def parse_time(value: Any) -> datetime:
    try:
        time = datetime.fromisoformat(value)
        if time.tzinfo is None:
            raise GraphQLError("DateTime needs its offset: 2026-01-31T12:00:00Z.")
        return time.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise GraphQLError(f"Not an RFC 3339 time: {value!r}.") from None


def print_time(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a time without its zone must not leave the platform")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_date(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError(f"Not an ISO 8601 date: {value!r}.") from None


def parse_currency(value: Any) -> CurrencyCode:
    if not isinstance(value, str) or value not in MINOR_DIGITS:
        raise GraphQLError(f"Not a currency of this shop: {value!r}.")
    return CurrencyCode(value)


SCALARS: Mapping[object, ScalarDefinition] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description="An exact number, as a string.",
        serialize=lambda number: format(number, "f"),
        parse_value=parse_decimal,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="RFC 3339, in UTC.",
        serialize=print_time,
        parse_value=parse_time,
    ),
    date: strawberry.scalar(
        name="Date",
        description="ISO 8601, without a time.",
        serialize=date.isoformat,
        parse_value=parse_date,
    ),
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode",
        description="ISO 4217.",
        serialize=str,
        parse_value=parse_currency,
    ),
    Json: strawberry.scalar(
        name="JSON",
        description="Any JSON value, for people and programs that know what to expect.",
        serialize=lambda value: value,
    ),
}

PARSERS: Mapping[str, Callable[[Any], Any]] = {
    str(definition.name): definition.parse_value
    for definition in SCALARS.values()
    if definition.parse_value is not None
}
"""By the scalar's name: what raises GraphQLError for a value that is none. For the gateway."""

shared(Money)


@input
class MoneyInput:
    """An exact amount in a currency of this shop."""

    amount: Decimal
    currency_code: CurrencyCode

    def money(self) -> Money:
        return Money(amount=self.amount, currency_code=self.currency_code)
