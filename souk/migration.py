"""Brings the database to this version's schema."""

from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from models.migrations import run
from models.migrations.grants import role_of
from souk.database import reason
from souk.problems import Problem

INSUFFICIENT_PRIVILEGE = "42501"
"""PostgreSQL's SQLSTATE."""


async def migrate(url: str, progress: Callable[[str], None]) -> None:
    """Run the migrations that are missing; `progress` is told each as it begins.

    Raises Problem where the database's user may not do what they do.
    """
    try:
        await run.upgrade(url, progress)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != INSUFFICIENT_PRIVILEGE:
            raise
        roles = ", ".join(map(role_of, run.AGENTS))
        raise Problem(
            f"the user of DATABASE_URL may not migrate the database ({reason(error)})",
            "Let that user own the database and give it CREATEROLE, or have an administrator "
            f"create the roles {roles} and grant them to it",
        ) from error
