"""All SQL of the customer agent, one module per table."""
