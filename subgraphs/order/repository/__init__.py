"""All SQL of the order agent."""
