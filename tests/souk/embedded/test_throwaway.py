"""The tests' own server: quick, and gone without a trace."""

import os
from pathlib import Path

from souk.embedded.cluster import Cluster
from souk.embedded.programs import Account
from souk.embedded.throwaway import ThrowAwayPostgres
from tests.souk.embedded.queries import query
from tests.souk.programs import kill, program, until

OWNER = """
import sys
from souk.embedded.throwaway import ThrowAwayPostgres
server = ThrowAwayPostgres()
server.start()
print("ready", flush=True)
print(server.folder, flush=True)
sys.stdin.read()
"""


async def test_every_role_logs_in_without_a_password() -> None:
    with ThrowAwayPostgres() as server:
        url = server.url("postgres")
        await query(url, "CREATE ROLE anybody LOGIN", "CREATE DATABASE shop OWNER anybody")
        assert await query(
            server.url("shop", user="anybody"),
            "SELECT current_database()::text, current_user::text",
        ) == [("shop", "anybody")]
        assert await query(url, "SHOW fsync") == [("off",)]
        folder = server.folder
    assert not folder.exists()


def test_a_killed_test_run_leaves_nothing() -> None:
    with program(OWNER) as owner:
        assert owner.stdout is not None
        folder = Path(owner.stdout.readline().strip())
        found = Cluster(folder, Account()).postmaster()
        assert found is not None
        kill(owner)
    until(lambda: not folder.exists())
    until(lambda: not _alive(found.pid))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
