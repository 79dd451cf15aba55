"""All SQL of the monitoring agent."""
