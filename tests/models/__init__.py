"""The pool, the unit of work and what they stand on, on a PostgreSQL of their own."""
