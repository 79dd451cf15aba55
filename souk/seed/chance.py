"""Chance that comes out alike on every machine, and ids that follow from a number."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random

from models.ids import ulid

EPOCH = datetime(2026, 11, 1, 12, tzinfo=UTC)
"""The example shop's present: nothing in it is younger."""


def chance(kind: str, number: int) -> Random:
    """A generator of its own for each thing, so that adding one changes no other."""
    return Random(f"souk:{kind}:{number}")  # noqa: S311  # examples, no secrets


def seed_id(prefix: str, number: int, at: datetime | None = None) -> str:
    """The id of the example shop's thing of this kind with this number."""
    made = at or EPOCH - timedelta(days=400) + timedelta(minutes=number)
    digest = sha256(f"souk:{prefix}:{number}".encode()).digest()
    return ulid(prefix, int(made.timestamp() * 1000), int.from_bytes(digest[:10], "big"))
