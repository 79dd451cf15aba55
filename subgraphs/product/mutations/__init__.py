"""What callers may do to the catalog, each mutation beside its input."""
