"""Prefixed ULIDs: `rsv_01J8...`, sortable by the millisecond that they were made in."""

import re
import secrets
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHAPE = re.compile(r"[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}")


def new_id(prefix: str) -> str:
    """`prefix` (three letters, DOMAIN.md) and 26 characters: 48 bits of time, 80 of chance."""
    return ulid(prefix, time.time_ns() // 1_000_000, secrets.randbits(80))


def ulid(prefix: str, milliseconds: int, randomness: int) -> str:
    """The id of a given instant and given 80 bits: what seed data uses to come out alike."""
    number = milliseconds << 80 | randomness
    return f"{prefix}_" + "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def is_id(text: str, prefix: str) -> bool:
    """Whether `text` has the shape of an id with this prefix; says nothing of its existence."""
    return text.startswith(f"{prefix}_") and _SHAPE.fullmatch(text) is not None
