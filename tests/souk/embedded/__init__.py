"""The embedded PostgreSQL, started, killed and found again for real."""
