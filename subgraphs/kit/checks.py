"""Checks that every room makes in the same words."""

import unicodedata

from models.money import Money
from subgraphs.kit.errors import InvalidInputError, Refused, StaleVersionError

UNSTORABLE = frozenset(["\0", *map(chr, range(0xD800, 0xE000))])
"""What PostgreSQL cannot store in a text: NUL, and surrogates, which are no characters."""
NOT_IN_A_LINE = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode's categories of control characters, lone surrogates, line and paragraph separators."""


def invalid(message: str, *path: str | int) -> Refused:
    """The refusal of one part of the input, named by where it stands."""
    return Refused(InvalidInputError(message=message, field=[str(part) for part in path]))


def at_least(least: int, value: int, *path: str | int) -> None:
    """Refuse a smaller value."""
    if value < least:
        raise invalid(f"Must be at least {least}.", *path)


def length(text: str, longest: int, *path: str | int) -> str:
    """`text` without outer white space; refused where it is empty or longer than `longest`."""
    text = text.strip()
    if not 1 <= len(text) <= longest:
        raise invalid(f"Must have 1 to {longest} characters.", *path)
    if any(character in UNSTORABLE for character in text):
        raise invalid("Must not contain control characters.", *path)
    return text


def line(text: str, longest: int, *path: str | int) -> str:
    """Like `length`, for what stands on one line (a name, a title): no control characters."""
    text = length(text, longest, *path)
    if any(unicodedata.category(character) in NOT_IN_A_LINE for character in text):
        raise invalid("Must not contain control characters.", *path)
    return text


def amount(money: Money, *path: str | int) -> int:
    """Minor units of a price: never negative, no more digits than the currency has."""
    try:
        units = money.minor
    except ValueError as error:
        raise invalid(f"{error}.", *path, "amount") from error
    if units < 0:
        raise invalid("Must not be negative.", *path, "amount")
    return units


def check_version(actual: int, expected: int | None) -> None:
    """Refuse to change what somebody else has changed since the caller read it."""
    if expected is not None and expected != actual:
        raise Refused(
            StaleVersionError(expected=expected, actual=actual, field=["expectedVersion"])
        )
