"""Services that Souk brings along: a PostgreSQL of its own, where no other is named."""
