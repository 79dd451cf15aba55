"""Who may log in to the embedded PostgreSQL, and with what: passwords for all, even the owner.

The superuser's password stays in its file for the owner's repairs and backups; the platform never
reads it. Statements run with no server, one a line, so nobody can log in before they hold.
"""

DATABASE = "souk"
ROLE = "souk"
SUPERUSER = "postgres"
ACCESS = f"""\
local all all scram-sha-256
local replication {SUPERUSER} scram-sha-256
"""
# CREATEROLE makes the agents' roles; the self-grant lets their maker act as them (PostgreSQL 16+).
RIGHTS = "LOGIN NOSUPERUSER NOCREATEDB CREATEROLE NOREPLICATION NOBYPASSRLS"


def grant(password: str, superuser_password: str) -> str:
    """The statements that make the platform's role and database in a new cluster."""
    return _lines(
        f"CREATE ROLE {ROLE}",
        f"CREATE DATABASE {DATABASE} OWNER {ROLE}",
        f"REVOKE CONNECT ON DATABASE {SUPERUSER} FROM PUBLIC",
    ) + repair(password, superuser_password)


def repair(password: str, superuser_password: str) -> str:
    """The statements that give both roles new passwords and their rights again."""
    return _lines(
        f"ALTER ROLE {ROLE} {RIGHTS} PASSWORD '{password}'",
        f"ALTER ROLE {ROLE} SET createrole_self_grant = 'set, inherit'",
        f"ALTER ROLE {SUPERUSER} PASSWORD '{superuser_password}'",
    )


def _lines(*statements: str) -> str:
    return "".join(f"{statement};\n" for statement in statements)
