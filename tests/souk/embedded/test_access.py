"""What the platform's role may do in the embedded server, and who may not log in."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from souk.embedded.postgres import EmbeddedPostgres
from tests.souk.embedded.queries import query


@pytest.fixture(scope="module")
def server(made: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(made) as running:
        yield running


async def test_the_platforms_role_owns_its_database_and_is_no_superuser(
    server: EmbeddedPostgres,
) -> None:
    rows = await query(
        server.url(),
        """SELECT current_user, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,
                  pg_get_userbyid(datdba)
           FROM pg_roles, pg_database WHERE rolname = current_user AND datname = 'souk'""",
    )
    assert rows == [("souk", False, False, True, False, False, "souk")]


async def test_the_platforms_role_makes_the_agents_roles_and_acts_as_them(
    server: EmbeddedPostgres,
) -> None:
    rows = await query(
        server.url(),
        "CREATE ROLE agent_x NOLOGIN",
        "CREATE SCHEMA x AUTHORIZATION agent_x",
        "SET ROLE agent_x",
        "CREATE TABLE x.t AS SELECT current_user::text AS maker",
        "SELECT maker, tableowner FROM x.t, pg_tables WHERE schemaname = 'x'",
    )
    await query(server.url(), "DROP SCHEMA x CASCADE", "DROP ROLE agent_x")
    assert rows == [("agent_x", "agent_x")]


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("SET ROLE postgres", 'permission denied to set role "postgres"'),
        ("ALTER ROLE souk SUPERUSER", "permission denied to alter role"),
        ("CREATE ROLE root SUPERUSER", "permission denied to create role"),
        ("ALTER ROLE postgres PASSWORD 'x'", "permission denied to alter role"),
        ("GRANT pg_execute_server_program TO souk", "permission denied to grant role"),
        ("COPY (SELECT 1) TO PROGRAM 'true'", "permission denied to COPY to or from"),
        ("COPY (SELECT 1) TO '/proc/never'", "permission denied to COPY to a file"),
    ],
)
async def test_the_platforms_role_cannot_rise(
    server: EmbeddedPostgres, statement: str, refusal: str
) -> None:
    with pytest.raises(DBAPIError, match=refusal):
        await query(server.url(), statement)
    rows = await query(server.url(), "SELECT rolname FROM pg_roles WHERE rolsuper")
    assert rows == [("postgres",)]


@pytest.mark.parametrize("user", ["postgres", "souk"])
@pytest.mark.parametrize("password", ["its own", "wrong", ""])
async def test_nobody_logs_in_without_the_right_password(
    server: EmbeddedPostgres, user: str, password: str
) -> None:
    own = make_url(server.url())
    if user == "souk" and password == "its own":
        assert await query(server.url(), "SELECT current_user::text") == [("souk",)]
        return
    given = own.password if password == "its own" else password
    url = own.set(username=user, password=given).render_as_string(hide_password=False)
    with pytest.raises(DBAPIError, match=f'password authentication failed for user "{user}"'):
        await query(url, "SELECT 1")


def test_only_the_owner_reads_the_passwords_and_reaches_the_socket(
    server: EmbeddedPostgres,
) -> None:
    modes = {
        name: stat.S_IMODE((server.folder / name).stat().st_mode)
        for name in ("souk.password", "postgres.password", ".s.PGSQL.5432", "data", ".")
    }
    assert modes == {
        "souk.password": 0o600,
        "postgres.password": 0o600,
        ".s.PGSQL.5432": 0o700,
        "data": 0o700,
        ".": 0o700,
    }


async def test_the_server_listens_on_no_network(server: EmbeddedPostgres) -> None:
    rows = await query(server.url(), "SHOW listen_addresses")
    assert rows == [("",)]
