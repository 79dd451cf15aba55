"""The planner: which requests answer an operation."""
