"""Tables of the product agent."""
