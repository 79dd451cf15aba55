"""The way in: command line, settings, keys, embedded PostgreSQL."""
