"""What changes stock and reservations, each mutation beside its input."""
