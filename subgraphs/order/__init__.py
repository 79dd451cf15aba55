"""The order agent: what was bought, by whom, for how much, and how far it has come."""
