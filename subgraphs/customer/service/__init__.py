"""The rules of the customer agent, by what they are about."""
