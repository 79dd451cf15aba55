"""What the order agent's schedule runs."""

from datetime import timedelta

from subgraphs.kit import Timer, UnitOfWork
from subgraphs.order.repository import placing

KEPT = timedelta(hours=48)
"""Longer than an idempotency key, so that a repeat that is still possible finds its order's id."""


async def _expire_placements(work: UnitOfWork, key: str) -> None:
    await placing.prune_placements(work, work.now - KEPT)


placement_expiry = Timer("placement_expiry", _expire_placements, every=timedelta(hours=1))
