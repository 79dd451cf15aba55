"""Checks that the inputs of this agent share."""

from models.ids import is_id
from subgraphs.kit import invalid, line

LARGEST_QUANTITY = 1_000_000
"""Units in one line: sums over a request stay far from the limits of an integer."""
LONGEST_REASON = 200


def check_id(text: str, prefix: str, *path: str | int) -> None:
    """Refuse what cannot be an id of this kind: whatever is written under it would be lost."""
    if not is_id(text, prefix):
        raise invalid(f"Must be an id that begins with {prefix}_.", *path)


def check_quantity(least: int, value: int, most: int, *path: str | int) -> None:
    if not least <= value <= most:
        raise invalid(f"Must be {least} to {most}.", *path)


def reason(text: str | None) -> str | None:
    """Trimmed; at most `LONGEST_REASON` characters, where one is given."""
    return None if text is None else line(text, LONGEST_REASON, "reason")
