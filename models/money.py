"""Money: an exact amount with its currency, stored as integer minor units."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

MINOR_DIGITS = {"CHF": 2, "EUR": 2, "GBP": 2, "JPY": 0, "KWD": 3, "SEK": 2, "USD": 2}
"""ISO 4217's digits after the point, of the currencies that the shop trades in."""

LARGEST = 10**15
"""Minor units; beyond it a sum of many lines could leave the 64 bits that it is stored in."""


class CurrencyCode(str):
    """ISO 4217, of those that the shop trades in."""

    __slots__ = ()


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum."""


@dataclass(frozen=True, kw_only=True)
class Money:
    """An exact amount of money, in units of its currency: never a float."""

    amount: Decimal
    currency_code: CurrencyCode

    @classmethod
    def of_minor(cls, units: int, currency: str) -> "Money":
        """`units` of the smallest coin: cents, yen, fils."""
        amount = Decimal(units).scaleb(-MINOR_DIGITS[currency])
        return cls(amount=amount, currency_code=CurrencyCode(currency))

    @property
    def minor(self) -> int:
        """Raises ValueError where the amount has more digits than its currency, or is too large."""
        units = self.amount.scaleb(MINOR_DIGITS[self.currency_code])
        if units != units.to_integral_value():
            raise ValueError(f"{self.amount} has too many digits for {self.currency_code}")
        if abs(units) > LARGEST:
            raise ValueError(f"{self.amount} is too large")
        return int(units)

    def __add__(self, other: "Money") -> "Money":
        if other.currency_code != self.currency_code:
            raise CurrencyMismatch(f"cannot add {other.currency_code} to {self.currency_code}")
        return Money(amount=self.amount + other.amount, currency_code=self.currency_code)


def round_minor(amount: Decimal) -> int:
    """Minor units, rounded half to even: once per line, nowhere else."""
    return int(amount.to_integral_value(rounding=ROUND_HALF_EVEN))
