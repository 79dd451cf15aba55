"""Tables of the order agent."""
