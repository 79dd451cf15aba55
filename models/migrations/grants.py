"""Who may touch what in the database: one role per agent, its own schema and the platform's."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

ROWS = "SELECT, INSERT, UPDATE, DELETE"


def role_of(agent: str) -> str:
    """The role that a distributed agent logs in as."""
    return f"souk_{agent}"


def provision(connection: Connection, agents: Sequence[str]) -> None:
    """Schemas, roles and what they will be granted on tables yet to come; repeating is harmless.

    Roles belong to the whole server, so another database may have brought them already.
    """
    _run(connection, "CREATE SCHEMA IF NOT EXISTS platform")
    for agent in agents:
        role = role_of(agent)
        exists = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
        if connection.execute(exists, {"role": role}).first() is None:
            _run(connection, f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
        if not _may_become(connection, role):
            _run(connection, f"GRANT {role} TO CURRENT_USER")
        _run(connection, f'CREATE SCHEMA IF NOT EXISTS "{agent}"')


def _may_become(connection: Connection, role: str) -> bool:
    """Whether who migrates, and later serves, may SET ROLE: the platform acts as each agent."""
    version = connection.execute(text("SHOW server_version_num")).scalar_one()
    # From 16 on, who creates a role is its member at once, but not one that may become it.
    right = "SET" if int(version) >= 160_000 else "MEMBER"
    member = text("SELECT pg_has_role(current_user, :role, :right)")
    return bool(connection.execute(member, {"role": role, "right": right}).scalar())


def grant(connection: Connection, agents: Sequence[str]) -> None:
    """The rights of each agent on what the migrations have made.

    Functions are everybody's until it is said otherwise; those of the log make and drop tables.
    """
    _run(connection, "REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA platform FROM PUBLIC")
    for agent in agents:
        role = role_of(agent)
        for schema in (agent, "platform"):
            _run(connection, f'GRANT USAGE ON SCHEMA "{schema}" TO {role}')
            _run(connection, f'GRANT {ROWS} ON ALL TABLES IN SCHEMA "{schema}" TO {role}')
            _run(connection, f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "{schema}" TO {role}')
        _run(connection, f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA platform TO {role}")


def _run(connection: Connection, statement: str) -> None:
    """Names of agents come from our own list: DDL takes no parameters."""
    connection.execute(text(statement))
