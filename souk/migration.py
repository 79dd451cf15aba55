"""Brings the database to this version's schema."""

from collections.abc import Callable

from models.migrations import run


async def migrate(url: str, progress: Callable[[str], None]) -> None:
    """Run the migrations that are missing; `progress` is told each as it begins."""
    await run.upgrade(url, progress)
