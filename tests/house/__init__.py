"""The house's own rules, each with a test that the rule can fail."""
