"""The rules of orders, by use case."""
