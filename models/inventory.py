"""Tables of the inventory agent."""
