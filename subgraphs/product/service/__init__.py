"""The rules of the catalog, by use case."""
