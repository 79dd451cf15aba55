"""The database's history, one Alembic branch per agent and one for the platform's own tables."""
