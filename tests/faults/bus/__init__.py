"""The bus under fire: every process, the database and the broker killed at random moments."""
