"""Tables of the customer agent."""
